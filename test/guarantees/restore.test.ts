import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import page from '../../docs/operate/restore.md?raw'
import { type Account, newAccount } from '../support/api'
import { callsTo } from '../support/configured'
import {
  consume,
  endpointAnswers,
  freeze,
  type HeldQueue,
  headersOf,
  pass,
  register,
  type Sent,
  thaw,
  tick,
} from '../support/endpoint'
import { asField, CV } from '../support/resume-files'

/**
 * The effects of a restore, as docs/operate/restore.md lists them, after an hour of many changes. The local D1 has no Time
 * Travel. So a copy of the earlier database serves after the restore, while files and endpoints keep their later state.
 */

const RESTORED = { DB: env.THIRD_DB }
let held: HeldQueue
let requests: ReturnType<typeof endpointAnswers>
let account: Account
let other: Account
let spare: { id: string; key: string }
let since: { what: string; account_id: string; id: string }[]
const person: Record<string, string> = {}
const repeated = { 'Idempotency-Key': 'dan' }
let lastSeen = ''
let received: string[] = []
let dan = {}
const sentTo = () => (requests.mock.calls as Sent[]).map((sent) => headersOf(sent)['webhook-id'] ?? '')
const deliver = (bindings: object = {}) => {
  const messages = held.splice(0).filter((message) => 'webhookId' in message)
  return consume(messages, 'prospect-webhooks', bindings)
}

/** Copies every row of a database to another one that is migrated and empty, without running its triggers. */
async function copy(from: D1Database, to: D1Database) {
  const all = async <T>(db: D1Database, sql: string) => (await db.prepare(sql).all<T>()).results
  const triggers = await all<{ name: string; sql: string }>(
    to,
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
  )
  const tables = await all<{ name: string; columns: string }>(
    from,
    `SELECT name, (SELECT group_concat(name) FROM pragma_table_info(m.name)) AS columns FROM sqlite_master m
     WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' AND name <> 'd1_migrations'`,
  )
  const inserts = []
  for (const { name, columns } of tables)
    for (const row of await all<Record<string, unknown>>(from, `SELECT ${columns} FROM ${name}`)) {
      const sql = `INSERT INTO ${name} (${columns}) VALUES (${Object.keys(row).map(() => '?')})`
      inserts.push(to.prepare(sql).bind(...Object.values(row)))
    }
  await to.batch([
    to.prepare('PRAGMA defer_foreign_keys = on'),
    ...triggers.map(({ name }) => to.prepare(`DROP TRIGGER ${name}`)),
    ...inserts,
    ...triggers.map(({ sql }) => to.prepare(sql)),
  ])
}

beforeAll(async () => {
  await applyD1Migrations(env.THIRD_DB, env.MIGRATIONS)
  held = await freeze()
  requests = endpointAnswers()
  account = await newAccount()
  other = await newAccount()
  await register(account)
  const call = callsTo(account)
  const make = async (firstName: string, more: object = {}) => {
    const body = { firstName, lastName: 'Lee', email: `${firstName}@example.com`, ...more }
    person[firstName] = (await call('POST', '/v1/prospects', body)).json.id
  }
  const resume = await asField(CV)
  spare = (await account.post('/v1/api-keys', { name: 'Spare', scopes: ['read'] })).json
  await make('ann')
  await make('cat', { resume })
  await deliver()
  await make('bob')
  const until = Date.now() + 1000
  await copy(env.DB, env.THIRD_DB)

  // the hour that the restore undoes
  pass(3_600_000)
  await deliver()
  await call('DELETE', `/v1/prospects/${person.ann}`)
  await call('DELETE', `/v1/api-keys/${spare.id}`)
  await callsTo({ key: env.ADMIN_TOKEN })('DELETE', `/admin/accounts/${other.id}`)
  await call('DELETE', `/v1/prospects/${person.cat}/resume`)
  dan = { firstName: 'dan', lastName: 'Lee', resume }
  person.dan = (await call('POST', '/v1/prospects', dan, repeated)).json.id
  await call('POST', '/v1/imports', 'firstName,lastName\nEve,Lee\n', { 'content-type': 'text/csv' })
  await tick()
  const { items } = (await call('GET', '/v1/events?limit=1000')).json
  lastSeen = items.at(-1).id
  received = sentTo()

  const [, query = ''] = /--json --command "([^"]+)" > since\.json/.exec(page) ?? []
  since = (await env.DB.prepare(query.replaceAll('$MS', String(until))).all<(typeof since)[0]>()).results
})
afterAll(thaw)

describe('after a restore', () => {
  const ids = (what: string) => since.filter((row) => row.what === what).map(({ id }) => id)

  test('the query has saved the erased prospects, the revoked keys and the accounts', () => {
    expect(ids('erased')).toEqual([person.ann])
    expect(ids('revoked')).toEqual([spare.id])
    expect(ids('account')).toEqual([account.id])
  })

  test('erased prospects, revoked keys and deleted accounts are back, and can be removed again', async () => {
    const call = callsTo(account, RESTORED)
    expect((await call('GET', `/v1/prospects/${person.ann}`)).json.firstName).toBe('ann')
    for (const id of ids('erased')) expect((await call('DELETE', `/v1/prospects/${id}`)).status).toBe(204)
    expect((await call('GET', `/v1/prospects/${person.ann}`)).status).toBe(404)
    pass(60_000)
    expect((await callsTo(spare, RESTORED)('GET', '/v1/me')).status).toBe(200)
    for (const id of ids('revoked')) expect((await call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204)
    expect((await callsTo(spare, RESTORED)('GET', '/v1/me')).status).toBe(401)
    const operator = callsTo({ key: env.ADMIN_TOKEN }, RESTORED)
    const { items } = (await operator('GET', '/admin/accounts')).json
    const unknown = items.map(({ id }: Account) => id).filter((id: string) => !ids('account').includes(id))
    expect(unknown).toEqual([other.id])
    expect((await operator('DELETE', `/admin/accounts/${other.id}`)).status).toBe(202)
  })

  test('later deliveries are sent again with the same webhook-id', async () => {
    requests.mockClear()
    held.length = 0
    await tick(RESTORED)
    await deliver(RESTORED)
    const { items } = (await callsTo(account, RESTORED)('GET', '/v1/events?limit=1000')).json
    const ofBob = items.find((event: any) => event.type === 'prospect.created' && event.data.prospect.id === person.bob)
    expect(received.filter((id) => id === ofBob.id)).toHaveLength(1)
    expect(sentTo().filter((id) => received.includes(id))).toEqual([ofBob.id])
  })

  test('a caller that polls the feed continues after an event that no longer exists, and misses no new event', async () => {
    const call = callsTo(account, RESTORED)
    const { items } = (await call('GET', '/v1/events?limit=1000')).json
    expect(items.map(({ id }: { id: string }) => id)).not.toContain(lastSeen)
    const made = (await call('POST', '/v1/prospects', { firstName: 'Fay', lastName: 'Lee' })).json
    const news = (await call('GET', `/v1/events?after=${lastSeen}`)).json.items
    expect(news.at(-1)).toMatchObject({ type: 'prospect.created', data: { prospect: { id: made.id } } })
  })

  test('a repeated call is carried out again', async () => {
    const call = callsTo(account, RESTORED)
    expect((await call('GET', `/v1/prospects/${person.dan}`)).status).toBe(404)
    const answer = await call('POST', '/v1/prospects', dan, repeated)
    expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([201, null])
    expect(answer.json.id).not.toBe(person.dan)
  })

  test('a resume that was removed later gets a 404, and fails if it was not read yet', async () => {
    const call = callsTo(account, RESTORED)
    const status = async () => (await call('GET', `/v1/prospects/${person.cat}`)).json.resume.status
    expect(await status()).toBe('processing')
    expect((await call('GET', `/v1/prospects/${person.cat}/resume`)).status).toBe(404)
    await consume([{ accountId: account.id, prospectId: person.cat }], 'prospect-resumes', RESTORED)
    expect(await status()).toBe('failed')
  })

  test('files that were stored later are deleted when they are announced', async () => {
    const objects = since.filter(({ what }) => what === 'object')
    expect(objects).toHaveLength(2)
    const announce = 'INSERT INTO object_deletions (account_id, key, due_at) VALUES (?, ?, 0)'
    for (const { id, account_id } of objects) {
      expect(await env.RESUMES.head(id)).not.toBeNull()
      await env.THIRD_DB.prepare(announce).bind(account_id, id).run()
    }
    await tick(RESTORED)
    for (const { id } of objects) expect(await env.RESUMES.head(id)).toBeNull()
  })
})
