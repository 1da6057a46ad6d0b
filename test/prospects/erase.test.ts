import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DeliveryMessage } from '../../src/queues/messages'
import { type Account, newAccount } from '../support/api'
import { makeField } from '../support/custom-fields'
import { rows, rowsOf, tables, tablesHolding } from '../support/d1'
import {
  consume,
  deliveriesOf,
  endpointAnswers,
  envelopeOf,
  headersOf,
  holdQueue,
  register,
  type Sent,
} from '../support/endpoint'
import { errorsOf, expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'

/** Messages that the Worker sent to the queue. They do not arrive. */
let sent: DeliveryMessage[]

beforeEach(() => {
  sent = holdQueue()
})

afterEach(() => void vi.restoreAllMocks())

const erase = ({ call }: Account, id: string, query = '') => call('DELETE', `/v1/prospects/${id}${query}`)

/** Everything that the database stores. */
const everything = async () =>
  JSON.stringify(await Promise.all((await tables()).map(({ name }) => rows(`SELECT * FROM ${name}`))))

const TEXTS = ['firstName', 'lastName', 'notes', 'title', 'company', 'streetAddress', 'city', 'state', 'postalCode']

const newTag = () => crypto.randomUUID().slice(0, 8)
const newPhone = () =>
  `+1212${Array.from(crypto.getRandomValues(new Uint8Array(7)), (byte) => 2 + (byte & 7)).join('')}`

/** A body whose values no other prospect has, and the list of these values. */
function stranger() {
  const tag = newTag()
  const texts = Object.fromEntries(TEXTS.map((field) => [field, `${field.slice(0, 6).toLowerCase()}${tag}`]))
  const custom = { note: `note${tag}`, nick: `nick${tag}` }
  const body = { firstName: '', lastName: '', ...texts, email: `email${tag}@example.com`, phone: newPhone() }
  return { body: { ...body, custom }, traces: [...Object.values(body), ...Object.values(custom)] }
}

describe('an erasure', () => {
  test('deletes the current values, the earlier values and the duplicates from every table', async () => {
    const account = await newAccount()
    await register(account)
    await makeField(account, 'note', 'text', { filterable: true })
    await makeField(account, 'nick', 'text')
    const [before, after, duplicate, older] = [stranger(), stranger(), stranger(), stranger()]
    const refused = `no-phone-${newTag()}`
    const traces = [before, after, duplicate, older].flatMap((one) => one.traces).concat(refused)
    const once = (path: string, body: object) =>
      account.call('POST', path, body, { 'idempotency-key': crypto.randomUUID() })
    const { id } = (await once('/v1/prospects', { ...before.body, labels: 'Hot', newSourceName: 'Zillow' })).json
    const path = `/v1/prospects/${id}`
    await account.call('PATCH', path, { ...after.body, userId: null })
    await once('/v1/prospects', { ...after.body, phone: refused })
    const duplicateId = (await once('/v1/prospects', duplicate.body)).json.id
    const olderId = (await once('/v1/prospects', older.body)).json.id
    await once(`/v1/prospects/${duplicateId}/merge`, { duplicateId: olderId })
    expect((await once(`${path}/merge`, { duplicateId })).status).toBe(200)
    const planted = await everything()
    expect(traces.filter((trace) => !planted.includes(trace))).toEqual([])

    expect((await erase(account, id)).status).toBe(204)

    const left = await everything()
    expect(traces.filter((trace) => left.includes(trace))).toEqual([])
    expect(Object.keys(await rowsOf(account.id)).sort()).toEqual([
      'accounts',
      'api_keys',
      'deliveries',
      'events',
      'fields',
      'idempotency_keys',
      'labels',
      'pipelines',
      'sources',
      'stages',
      'webhooks',
    ])
    for (const gone of [id, duplicateId, olderId]) {
      expectProblem(await account.get(`/v1/prospects/${gone}`), 404, 'not_found')
      expectProblem(await account.get(`/v1/prospects/${gone}/events`), 404, 'not_found')
      expectProblem(await account.call('PATCH', `/v1/prospects/${gone}`, {}), 404, 'not_found')
      expectProblem(await erase(account, gone), 404, 'not_found')
    }
    expect((await account.list()).json).toMatchObject({ prospects: [], totalCount: 0 })
  })

  test('keeps labels, sources and jobs, and deletes the links to them', async () => {
    const account = await newAccount()
    const body = { labels: ['Hot', 'Cold'], newSourceName: 'Zillow', title: 'Agent' }
    const jobId = (await account.post('/v1/jobs', { name: 'Job' })).json.id
    const kept = (await account.prospect({ ...body, email: 'kept@example.com', jobId })).json
    const before = await rowsOf(account.id)
    const { id } = (await account.prospect({ ...body, email: 'gone@example.com', labels: 'Hot,Warm', jobId })).json
    await erase(account, id)
    const { labels, events, ...rest } = await rowsOf(account.id)
    expect([labels, events]).toEqual([3, 3])
    expect({ ...rest, labels: 2, events: 1 }).toEqual(before)
    expect((await account.get(`/v1/prospects/${kept.id}`)).json).toMatchObject({ labels: ['Cold', 'Hot'], version: 1 })
    for (const [query, total] of Object.entries({
      '': 1,
      'label=Hot': 1,
      'label=Warm': 0,
      'title=agent': 1,
      'stage=New': 1,
    }))
      expect((await account.list(query)).json.totalCount).toBe(total)
    expect((await account.get('/v1/labels?counts=true')).json.items).toMatchObject([
      { name: 'Cold', prospectCount: 1 },
      { name: 'Hot', prospectCount: 1 },
      { name: 'Warm', prospectCount: 0 },
    ])
  })

  test('frees the email and phone, also those of merged duplicates, for new prospects', async () => {
    const account = await newAccount()
    const create = async (email: string, phone: string | null) => (await account.prospect({ email, phone })).json
    const { id } = await create('a@example.com', '212-555-0123')
    const duplicate = await create('b@example.com', '646-555-0199')
    await account.post(`/v1/prospects/${id}/merge`, { duplicateId: duplicate.id })
    await erase(account, id)
    const again = await create('a@example.com', '646-555-0199')
    expect(again).toMatchObject({ created: true, matchedBy: null, potentialDuplicateId: null, version: 1 })
    expect(await create('b@example.com', null)).toMatchObject({ created: true, matchedBy: null })
    expect([id, duplicate.id]).not.toContain(again.id)
  })

  test('is not undone by an idempotent replay of the create', async () => {
    const account = await newAccount()
    const key = { 'idempotency-key': 'once' }
    const create = () =>
      account.call('POST', '/v1/prospects', { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com' }, key)
    const { id } = (await create()).json
    await erase(account, id)
    const again = await create()
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.text).not.toContain('ann@example.com')
    expect(again.json.id).toBe(id)
    expect((await account.list()).json.totalCount).toBe(0)
    expect((await account.get(`/v1/prospects/${id}`)).status).toBe(404)
  })

  test('of an unknown id or of another account’s prospect returns 404', async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    const { id } = (await account.prospect()).json
    const before = await rowsOf(account.id)
    for (const unknown of [id, 'prs_nope', 'x']) expectProblem(await erase(other, unknown), 404, 'not_found')
    expect(await rowsOf(account.id)).toEqual(before)
    expect(await eventsOf(other)).toEqual([])
  })

  test('ten times at once succeeds once', async () => {
    const account = await newAccount()
    const { id } = (await account.prospect()).json
    const answers = await Promise.all(Array.from({ length: 10 }, () => erase(account, id)))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(9).fill(404)])
    expect((await eventsOf(account)).map(({ type }) => type)).toEqual(['prospect.created', 'prospect.deleted'])
  })

  test('during edits deletes the prospect, and no edit fails with a 5xx', async () => {
    const account = await newAccount()
    const city = `city${newTag()}`
    const { id } = (await account.prospect({ city })).json
    const edit = (n: number) => account.call('PATCH', `/v1/prospects/${id}`, { city: `${city} ${n}` })
    const answers = await Promise.all([edit(1), edit(2), erase(account, id), edit(3), edit(4)])
    expect(answers[2]?.status).toBe(204)
    for (const { status } of answers) expect([200, 204, 404]).toContain(status)
    expect(await tablesHolding(city)).toEqual([])
  })
})

describe('the event', () => {
  test('has the ids of the prospect and of the user, and is sent', async () => {
    const requests = endpointAnswers()
    const account = await newAccount()
    const userId = (await account.post('/v1/users', { name: 'Uma' })).json.id
    const { id } = (await account.prospect()).json
    await register(account)
    await erase(account, id, `?userId=${userId}`)
    const data = { prospect: { id } }
    expect((await eventsOf(account)).at(-1)).toEqual({
      type: 'prospect.deleted',
      prospectId: id,
      muted: 0,
      keyId: account.apiKey.id,
      userId,
      source: 'api',
      data,
    })
    await consume(sent)
    expect(requests.mock.calls.map((request) => envelopeOf(request))).toMatchObject([
      { type: 'prospect.deleted', data },
    ])
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded' }])
  })

  test('of a muted erasure is recorded and not sent', async () => {
    const account = await newAccount()
    await register(account)
    const { id } = (await account.prospect({ muteWebhook: true })).json
    await erase(account, id, '?muteWebhook=true')
    expect((await eventsOf(account)).at(-1)).toMatchObject({ type: 'prospect.deleted', muted: 1, userId: null })
    expect([sent, await deliveriesOf(account)]).toEqual([[], []])
  })

  test('does not exist if the user or a parameter is invalid', async () => {
    const account = await newAccount()
    const foreign = (await (await newAccount()).post('/v1/users', { name: 'Uma' })).json.id
    const { id } = (await account.prospect()).json
    for (const userId of ['usr_nope', foreign]) {
      const answer = await erase(account, id, `?userId=${userId}`)
      expect([answer.status, errorsOf(answer)]).toEqual([422, ['query /userId unknown_reference']])
    }
    const answer = await erase(account, id, '?muteWebhook=yes&userId=&user=1')
    expect([answer.status, answer.json.errors.map((e: any) => `${e.in} ${e.pointer}`).sort()]).toEqual([
      400,
      ['query /muteWebhook', 'query /user', 'query /userId'],
    ])
    expect((await account.get(`/v1/prospects/${id}`)).status).toBe(200)
    expect(await eventsOf(account)).toHaveLength(1)
  })

  test('that was not delivered before is sent with its id and type, without personal data', async () => {
    const account = await newAccount()
    await register(account)
    const make = async (email: string) => (await account.prospect({ email, firstName: 'Zebulon' })).json.id
    const [id, duplicateId] = [await make('zebulon@example.com'), await make('zebulon2@example.com')]
    const stageId = (await account.get('/v1/stages')).json.items[3].id
    await account.call('PATCH', `/v1/prospects/${id}`, { lastName: 'Zedekiah', stageId })
    await account.post(`/v1/prospects/${id}/merge`, { duplicateId })
    const told = (await account.get('/v1/events')).json.items.map((e: any) => [e.id, e.type, e.timestamp])
    await erase(account, id)
    const requests = endpointAnswers()
    await consume(sent)
    const envelopes = requests.mock.calls.map((request: Sent) => {
      expect(headersOf(request)['webhook-id']).toBe(envelopeOf(request).id)
      return envelopeOf(request)
    })
    const byId = envelopes.sort((a, b) => (a.id < b.id ? -1 : 1))
    expect(byId.slice(0, -1).map((e) => [e.id, e.type, e.timestamp])).toEqual(told)
    const erased = { erased: true }
    expect(byId.map(({ data }) => data.prospect)).toEqual([
      { id, ...erased },
      { id: duplicateId, ...erased },
      { id, ...erased },
      { id, ...erased },
      { id, ...erased },
      { id },
    ])
    expect(JSON.stringify(envelopes)).not.toMatch(/zebulon|zedekiah/i)
    const feed = (await account.get('/v1/events')).json.items
    expect(feed.map((e: any) => e.data)).toEqual(byId.map(({ data }) => data))
  })
})
