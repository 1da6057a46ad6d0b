import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from './client'
import { LABELS, type Person, type Tenant } from './tenants'

/** Calls about an account as a whole. */
export function openAccounts({ wrong, nextKey, pick, draw, putBack, send, newPerson, fieldsOf, record }: Client) {
  let files = 0
  let renames = 0

  async function list(t: Tenant) {
    const query = pick([
      `label=${pick(LABELS)}&label=${pick(LABELS)}`,
      `stage=${pick(t.has.stages)}`,
      'name=given',
      'sort=updatedAt',
    ])
    const seen = new Set<string>()
    let token: string | null = ''
    for (let pages = 0; token !== null && pages < 3; pages++) {
      const path: string = `/v1/prospects?${query}&limit=20${token && `&pageToken=${token}`}`
      const answer = await send(t, 'list', { method: 'GET', path }, [200])
      if (!answer) return
      for (const { id } of answer.json.prospects)
        if (seen.size === seen.add(id).size && query !== 'sort=updatedAt')
          wrong.push(`list ${query}: ${id} comes twice`)
      token = answer.json.nextPageToken
    }
  }

  /** Reads the feed on from the last event that was seen. */
  async function follow(t: Tenant, limit = 200): Promise<boolean> {
    if (t.isReading) return false
    t.isReading = true
    const after = t.feed.length > 0 ? `&after=${t.feed.at(-1)}` : ''
    const answer = await send(t, 'feed', { method: 'GET', path: `/v1/events?limit=${limit}${after}` }, [200])
    for (const { id } of answer?.json.items ?? []) t.feed.push(id)
    t.isReading = false
    return answer?.json.items.length === limit
  }

  async function exportAll(t: Tenant) {
    const path = `/v1/prospects/export?label=${pick(LABELS)}`
    await send(t, 'export', { method: 'GET', path, headers: { accept: 'application/x-ndjson' } }, [200])
  }

  async function rename(t: Tenant) {
    const thing = draw(t.things)
    if (!thing) return
    const name = `Renamed ${renames++}`
    const [kind, id] = thing.of.split(' ')
    const answer = await send(t, 'rename', { method: 'PATCH', path: `/v1/${kind}/${id}`, body: { name } }, [200])
    if (answer === null) thing.may.push(name)
    else if (answer) thing.may = [name]
    t.things.push(thing)
  }

  /** Imports a file of new people; when it has ended, some of them are among those that calls are about. */
  async function importFile(t: Tenant, rows: number, muteWebhook: boolean) {
    const label = `Import ${files++}`
    const members = Array.from({ length: rows }, () => newPerson(t, 'email'))
    const lines = members.map((p) => {
      const { token, fields } = fieldsOf(p)
      record(p, null, { type: 'prospect.created', token, muted: muteWebhook }, token)
      return `Given,Soak${p.n}x,${p.email},${p.phone ?? ''},"${pick(LABELS)}, ${label}",${fields.company},${fields.title},${fields.notes}`
    })
    const refused = Math.ceil(rows / 100)
    for (let n = 0; n < refused; n++) lines.splice(100 * n, 0, 'Nobody,,,,,,,')
    const body = `first_name,last_name,email,phone,labels,company,title,notes\n${lines.join('\n')}\n`
    const asked = {
      ...{ method: 'POST', path: `/v1/imports?muteWebhook=${muteWebhook}`, body },
      headers: { 'content-type': 'text/csv', 'idempotency-key': nextKey() },
    }
    const id = (await send(t, 'import', asked, [202], true))?.json.id
    if (!id) return
    t.imports.push({ id, rows, refused })
    for (const p of members) {
      p.writes.push({ type: 'prospect.created', token: p.may[1] as string, muted: muteWebhook })
      p.may.shift()
    }
    for (let state = ''; state !== 'completed'; await sleep(1000)) {
      const answer = await send(t, 'how far an import is', { method: 'GET', path: `/v1/imports/${id}` }, [200])
      state = answer?.json.status ?? state
      if (t.deletedAt !== undefined || state === 'failed') return
    }
    const known = new Map(members.map((p) => [p.email, p]))
    const path = `/v1/prospects?label=${label}&limit=100`
    const answer = await send(t, 'list', { method: 'GET', path }, [200])
    for (const { id, email } of answer?.json.prospects ?? []) {
      const p = known.get(email) as Person
      p.id = id
      putBack(t, p)
    }
  }

  return { list, follow, exportAll, rename, importFile }
}
