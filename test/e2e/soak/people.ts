import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, resumeOf, sha256 } from './client'
import { LABELS, type Person, type Tenant, tokenOf } from './tenants'

const MUTED = 0.15

/** Calls about people whom no other is about meanwhile, so that it is known what they are afterwards. */
export function openPeople({ wrong, ...client }: Client) {
  const { pick, chance, some, take, putBack, send, post, newPerson, fieldsOf, record, recordResume } = client
  let things = 0

  const referring = (t: Tenant) => ({
    labels: some(LABELS, 3),
    stageId: pick(t.has.stages),
    ...(chance(0.3) && { officeId: pick(t.has.offices) }),
    ...(chance(0.3) && { sourceId: pick(t.has.sources) }),
    ...(chance(0.3) && { jobId: pick(t.has.jobs) }),
    ...(chance(0.3) && { userId: pick(t.has.users) }),
  })

  async function create(t: Tenant) {
    const p = newPerson(t)
    const { token, fields } = fieldsOf(p)
    const file = chance(0.1) ? resumeOf(p, token, chance(0.5)) : undefined
    const muteWebhook = chance(MUTED)
    const resume = file && { ...file.named, content: file.bytes.toString('base64') }
    const said = { ...nameOf(p), email: p.email, phone: p.phone, ...fields, ...referring(t) }
    const answer = await post(t, 'create', '/v1/prospects', { ...said, muteWebhook, ...(resume && { resume }) }, [201])
    if (file) recordResume(p, answer, file.hash)
    if (!record(p, answer, { type: 'prospect.created', token, muted: muteWebhook }, token)) return
    p.id = answer?.json.id
    putBack(t, p)
  }

  const nameOf = (p: Person) => ({ firstName: 'Given', lastName: `Soak${p.n}x` })
  const reach = (p: Person) => (p.email ? { email: p.email } : { phone: p.phone })

  /** Reads somebody whose last write was answered: it shows that one. */
  function expectShown(p: Person, what: string, shown: { id?: string; company?: string } | undefined) {
    if (shown?.id !== p.id || shown?.company !== p.may[0])
      wrong.push(`${what}: ${JSON.stringify(shown)} and not ${p.id} ${p.may[0]}`)
  }

  async function match(t: Tenant, p: Person) {
    const body = { ...nameOf(p), ...reach(p), company: 'Nothing of this is written' }
    const answer = await post(t, 'match', '/v1/prospects', body, [200])
    if (answer) expectShown(p, 'match', answer.json)
  }

  async function update(t: Tenant, p: Person) {
    const { token, fields } = fieldsOf(p)
    const muteWebhook = chance(MUTED)
    const body = { ...nameOf(p), ...reach(p), ...fields, ...referring(t), muteWebhook, update: true }
    const answer = await post(t, 'update', '/v1/prospects', body, [200])
    record(p, answer, { type: 'prospect.updated', token, muted: muteWebhook }, token)
  }

  async function patch(t: Tenant, p: Person, more: object = {}, headers: Record<string, string> = {}) {
    const { token, fields } = fieldsOf(p)
    const muteWebhook = chance(MUTED)
    const { labels, ...rest } = referring(t)
    const changed = { addLabels: labels, removeLabels: some(LABELS, 3).filter((l) => !labels.includes(l)), ...rest }
    const body = { ...fields, ...changed, muteWebhook, ...more }
    const asked = { method: 'PATCH', path: `/v1/prospects/${p.id}`, body, headers }
    const [what, expected] = headers['if-match']
      ? (['change if unchanged', [200, 412]] as const)
      : (['change', [200]] as const)
    const answer = await send(t, what, asked, [...expected])
    if (answer?.status !== 412) record(p, answer, { type: 'prospect.updated', token, muted: muteWebhook }, token)
    return answer
  }

  async function patchIfUnchanged(t: Tenant, p: Person) {
    const read = await send(t, 'read', { method: 'GET', path: `/v1/prospects/${p.id}` }, [200])
    const etag = read?.headers.get('etag')
    if (!etag) return
    const first = await patch(t, p, {}, { 'if-match': etag })
    if (first?.status !== 200) return
    const second = await patch(t, p, {}, { 'if-match': etag })
    if (second?.status === 200) wrong.push(`changed twice under If-Match ${etag}`)
  }

  async function merge(t: Tenant, p: Person) {
    const other = take(t)
    if (!other) return
    const muteWebhook = chance(MUTED)
    const body = { duplicateId: other.id, muteWebhook }
    const answer = await post(t, 'merge', `/v1/prospects/${p.id}/merge`, body, [200], true)
    if (!answer) return void p.may.push('merged with nobody knows whom')
    p.writes.push({ type: 'prospect.merged', token: other.id ?? '', muted: muteWebhook })
    other.mergedInto = p
    p.resumes = [p.resumes[0] ?? other.resumes[0] ?? null]
  }

  async function erase(t: Tenant, p: Person) {
    const muted = chance(MUTED)
    const path = `/v1/prospects/${p.id}?muteWebhook=${muted}`
    const answer = await send(t, 'erase', { method: 'DELETE', path }, [204])
    record(p, answer, { type: 'prospect.deleted', token: p.id ?? '', muted }, null)
    recordResume(p, answer, null)
  }

  async function read(t: Tenant, p: Person) {
    const answer = await send(t, 'read', { method: 'GET', path: `/v1/prospects/${p.id}` }, [200])
    if (answer) expectShown(p, 'read', answer.json)
  }

  async function find(t: Tenant, p: Person) {
    const by = p.email ? `email=${p.email}` : `phone=${encodeURIComponent(String(p.phone))}`
    const answer = await send(t, 'find', { method: 'GET', path: `/v1/prospects?${by}` }, [200])
    if (answer) expectShown(p, 'find', answer.json.prospects[0])
  }

  async function timeline(t: Tenant, p: Person) {
    const answer = await send(t, 'timeline', { method: 'GET', path: `/v1/prospects/${p.id}/events?limit=1000` }, [200])
    const told = answer?.json.items.map(({ data }: any) => data.prospect.company) ?? p.may
    if (!told.includes(p.may[0])) wrong.push(`timeline of ${p.id}: nothing of ${p.may[0]}`)
  }

  async function upload(t: Tenant, p: Person) {
    const { named, bytes, hash } = resumeOf(p, tokenOf(p, p.sent++), chance(0.5))
    const headers = { 'content-type': named.contentType }
    const path = `/v1/prospects/${p.id}/resume`
    const answer = await send(t, 'upload', { method: 'PUT', path, body: bytes, headers }, [200])
    recordResume(p, answer, hash)
  }

  async function download(t: Tenant, p: Person) {
    const path = `/v1/prospects/${p.id}/resume`
    const answer = await send(t, 'download', { method: 'GET', path }, p.resumes[0] === null ? [404] : [200])
    if (answer?.status === 200 && sha256(answer.bytes) !== p.resumes[0]) wrong.push(`download: another file of ${p.id}`)
  }

  async function removeResume(t: Tenant, p: Person) {
    const path = `/v1/prospects/${p.id}/resume`
    const answer = await send(t, 'remove a resume', { method: 'DELETE', path }, [p.resumes[0] === null ? 404 : 204])
    recordResume(p, answer, null)
  }

  /** Makes a thing in the catalog, gives it to some people, and has them moved to another. */
  async function move(t: Tenant, p: Person) {
    const kind = pick(['stages', 'offices', 'sources', 'jobs'] as const)
    const body = { name: `Passing ${things++}`, ...(kind === 'stages' && { pipelineId: t.pipelineId }) }
    const id = (await post(t, 'make an item', `/v1/${kind}`, body, [201], true))?.json.id
    if (!id) return
    const refer = {
      stages: { stageId: id },
      offices: { officeId: id },
      sources: { sourceId: id },
      jobs: { jobIds: [id] },
    }
    await patch(t, p, kind === 'jobs' ? { ...refer.jobs, jobId: null } : refer[kind])
    for (let tries = 0; ; tries++) {
      const path = `/v1/${kind}/${id}?moveTo=${pick(t.has[kind])}`
      const answer = await send(t, 'move', { method: 'DELETE', path }, tries > 0 ? [202, 404] : [202])
      if (answer || t.deletedAt !== undefined || wrong.length > 0) break
      await sleep(100)
    }
    t.moved.push(`${kind} ${id}`)
  }

  const others = {
    match,
    update,
    patch,
    patchIfUnchanged,
    merge,
    erase,
    read,
    find,
    timeline,
    upload,
    download,
    removeResume,
    move,
  }
  return { create, ...others }
}
