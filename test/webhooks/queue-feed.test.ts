import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DeliveryMessage } from '../../src/queues/messages'
import { openOutbox } from '../../src/webhooks/events'
import { FEED_LEASE } from '../../src/webhooks/queue-feed'
import { type Account, newAccount, operator } from '../support/api'
import { noOutbox, writeMany } from '../support/callers'
import { callsTo } from '../support/configured'
import { rows, rowsOf } from '../support/d1'
import { consume, endpointAnswers, envelopeOf, holdQueue, pass, register, type Sent, tick } from '../support/endpoint'

interface Envelope {
  id: string
  type: string
  accountId: string
  data: { prospect: { id: string; firstName: string }; reduced?: boolean }
}

/** Messages that the Worker sent to the queue. They do not arrive by themselves. */
let sent: DeliveryMessage[]

beforeEach(() => {
  sent = holdQueue()
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** A queue to bind as `EVENTS_FEED`, the batches that it took, and the messages of an account in the order of their commits. */
function newFeed() {
  const batches: MessageSendRequest<Envelope>[][] = []
  const sendBatch = vi.fn(async (batch: Iterable<MessageSendRequest<Envelope>>) => void batches.push([...batch]))
  const bodies = ({ id }: Account) =>
    inOrder(batches.flat().map(({ body }) => body)).filter(({ accountId }) => accountId === id)
  return { bindings: { EVENTS_FEED: { sendBatch } }, sendBatch, batches, bodies }
}

const inOrder = (envelopes: Envelope[]) => envelopes.sort((a, b) => (a.id < b.id ? -1 : 1))

/** An account whose calls go to a Worker with the feed. */
async function fedAccount(bindings: object, waits = true) {
  const account = await newAccount()
  const call = callsTo(account, bindings, waits)
  const create = async (body: object = {}) =>
    (await call('POST', '/v1/prospects', { firstName: 'Pat', lastName: 'Doe', ...body })).json
  return { account, call, create }
}

const entriesOf = ({ id }: Account) => rows('SELECT event_seq FROM feed_entries WHERE account_id = ?', id)
const idsIn = async ({ get }: Account) => (await get('/v1/events')).json.items.map(({ id }: Envelope) => id)
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).byteLength

describe('the feed', () => {
  test('gets every event once, with the same body as a webhook', async () => {
    const requests = endpointAnswers()
    const { bindings, batches, bodies } = newFeed()
    const { account, call, create } = await fedAccount(bindings)
    await register(account)
    const { id } = await create({ firstName: 'Zoë 😀', notes: '"\\\u2028', labels: ['Hot'] })
    const duplicateId = (await create()).id
    const stageId = (await account.get('/v1/stages')).json.items[3].id
    await call('PATCH', `/v1/prospects/${id}`, { city: 'Here', stageId })
    await call('POST', `/v1/prospects/${id}/merge`, { duplicateId })
    await consume(sent.splice(0))
    await call('DELETE', `/v1/prospects/${id}`)
    await consume(sent)
    const envelopes = inOrder(requests.mock.calls.map(envelopeOf))
    expect(bodies(account)).toEqual(envelopes)
    const types = ['created', 'created', 'updated', 'stage_changed', 'merged', 'deleted']
    expect(envelopes.map(({ type }) => type)).toEqual(types.map((type) => `prospect.${type}`))
    expect(new Set(batches.flat().map(({ contentType }) => contentType))).toEqual(new Set(['json']))
    expect(await entriesOf(account)).toEqual([])
    pass(2 * FEED_LEASE)
    await tick(bindings)
    expect(bodies(account)).toHaveLength(6)
  })

  test('gets no muted event', async () => {
    const { bindings, bodies } = newFeed()
    const { account, call, create } = await fedAccount(bindings)
    const { id } = await create({ muteWebhook: true })
    await call('PATCH', `/v1/prospects/${id}`, { city: 'Here', muteWebhook: true })
    await call('DELETE', `/v1/prospects/${id}?muteWebhook=true`)
    pass(2 * FEED_LEASE)
    await tick(bindings)
    expect([bodies(account), await entriesOf(account)]).toEqual([[], []])
  })

  test('gets no ping', async () => {
    const { bindings, bodies } = newFeed()
    const { account, call } = await fedAccount(bindings)
    await call('POST', `/v1/webhooks/${(await register(account)).id}/ping`)
    expect([bodies(account), await entriesOf(account)]).toEqual([[], []])
  })

  test('gets the events of a reassignment', async () => {
    const { bindings, bodies } = newFeed()
    const { account, call } = await fedAccount(bindings)
    const stages = (await account.get('/v1/stages')).json.items
    await account.prospect({ stageId: stages[3].id })
    await call('DELETE', `/v1/stages/${stages[3].id}?moveTo=${stages[4].id}`)
    expect(bodies(account)).toMatchObject([
      { type: 'prospect.stage_changed', data: { currentStage: { id: stages[4].id } } },
    ])
  })

  test('is off by default, and then writes nothing', async () => {
    const { account, create } = await fedAccount({})
    await create()
    expect(await entriesOf(account)).toEqual([])
    await tick()
  })
})

describe('an event that was committed and not sent', () => {
  test('because the queue was down is sent once by the schedule, under its id', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const { bindings, sendBatch, bodies } = newFeed()
    sendBatch.mockRejectedValueOnce(new Error('queue down'))
    const { account, create } = await fedAccount(bindings)
    const { id } = await create({ firstName: 'Zebulon' })
    expect([id, bodies(account), (await entriesOf(account)).length]).toEqual([expect.stringMatching(/^prs_/), [], 1])
    expect(log.mock.calls.map(([line]) => JSON.parse(line))).toMatchObject([{ message: 'feed', count: 1 }])
    expect(JSON.stringify(log.mock.calls)).not.toContain('Zebulon')
    pass(FEED_LEASE - 1)
    await tick(bindings)
    expect(bodies(account)).toEqual([])
    pass(1)
    for (let i = 0; i < 2; i++) {
      await tick(bindings)
      expect(bodies(account).map((e) => e.id)).toEqual(await idsIn(account))
      expect(await entriesOf(account)).toEqual([])
      pass(2 * FEED_LEASE)
    }
  })

  test('because the process died is sent by the schedule', async () => {
    const { bindings, sendBatch, bodies } = newFeed()
    sendBatch.mockReturnValueOnce(new Promise(() => {}))
    const { account, create } = await fedAccount(bindings, false)
    await create()
    expect(await entriesOf(account)).toHaveLength(1)
    pass(FEED_LEASE)
    await tick(bindings)
    expect(bodies(account).map((e) => e.id)).toEqual(await idsIn(account))
    expect(await entriesOf(account)).toEqual([])
  })

  test('is sent again until the queue takes it', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const { bindings, sendBatch, bodies } = newFeed()
    sendBatch.mockRejectedValue(new Error('queue down'))
    const { account, create } = await fedAccount(bindings)
    await create()
    for (let i = 0; i < 3; i++) {
      pass(FEED_LEASE)
      await tick(bindings)
      expect(await entriesOf(account)).toHaveLength(1)
    }
    sendBatch.mockReset()
    const up = newFeed()
    pass(FEED_LEASE)
    await tick(up.bindings)
    expect([bodies(account), up.bodies(account).length, await entriesOf(account)]).toEqual([[], 1, []])
  })

  test('is sent by one run of the schedule, however many run at once', async () => {
    const { bindings, bodies } = newFeed()
    const account = await newAccount()
    await writeMany(account, Array(120).fill({}), 250, { ...noOutbox, hasFeed: true })
    expect(await entriesOf(account)).toHaveLength(120)
    pass(FEED_LEASE)
    await Promise.all([tick(bindings), tick(bindings), tick(bindings)])
    expect(
      bodies(account)
        .map((e) => e.id)
        .sort(),
    ).toEqual((await account.get('/v1/events?limit=1000')).json.items.map((e: Envelope) => e.id))
  })

  test('waits while no queue is bound', async () => {
    const account = await newAccount()
    await writeMany(account, [{}], 1, { ...noOutbox, hasFeed: true })
    pass(FEED_LEASE)
    await tick()
    expect(await entriesOf(account)).toHaveLength(1)
  })

  test('of an erased prospect is sent without the person', async () => {
    const { bindings, bodies } = newFeed()
    const account = await newAccount()
    const call = callsTo(account, bindings)
    await writeMany(account, [{ firstName: 'Zebulon', email: 'zeb@example.com' }], 1, { ...noOutbox, hasFeed: true })
    const { id } = (await account.list()).json.prospects[0] as { id: string }
    await call('DELETE', `/v1/prospects/${id}`)
    pass(FEED_LEASE)
    await tick(bindings)
    expect(bodies(account).map(({ type, data }) => [type, data])).toEqual([
      ['prospect.created', { prospect: { id, erased: true } }],
      ['prospect.deleted', { prospect: { id } }],
    ])
  })

  test('of an account that was just deleted is not sent', async () => {
    const { bindings, bodies } = newFeed()
    const account = await newAccount()
    await writeMany(account, [{}], 1, { ...noOutbox, hasFeed: true })
    await rows('UPDATE accounts SET erased_at = 1 WHERE id = ?', account.id)
    pass(FEED_LEASE)
    await tick(bindings)
    expect(bodies(account)).toEqual([])
    expect(await rowsOf(account.id)).toEqual({})
  })

  test('is deleted with its account', async () => {
    const { bindings, bodies } = newFeed()
    const [account, other] = [await newAccount(), await newAccount()]
    for (const each of [account, other]) await writeMany(each, Array(3).fill({}), 3, { ...noOutbox, hasFeed: true })
    await operator('DELETE', `/admin/accounts/${account.id}`)
    await tick()
    expect(await rowsOf(account.id)).toEqual({})
    pass(FEED_LEASE)
    await tick(bindings)
    expect([bodies(account).length, bodies(other).length]).toEqual([0, 3])
  })
})

describe('the limits of a queue', () => {
  const LARGE = '😀'.repeat(20_000)

  test('an envelope that is too large is sent without its prospect, to the feed only', async () => {
    const requests = endpointAnswers()
    const { bindings, bodies } = newFeed()
    const { account, call, create } = await fedAccount(bindings)
    await register(account)
    const { id } = await create({ notes: LARGE })
    await call('PATCH', `/v1/prospects/${id}`, { notes: '🙂'.repeat(20_000) })
    await call('PATCH', `/v1/prospects/${id}`, { city: 'Here' })
    await consume(sent)
    const [created, updated, again] = (requests.mock.calls as Sent[])
      .map(envelopeOf)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    expect(bytesOf(updated)).toBeGreaterThan(128 * 1024)
    expect(bodies(account)).toEqual([created, { ...updated, data: { prospect: { id }, reduced: true } }, again])
  })

  test.each([
    ['small ones', 120, {}, [50, 50, 20]],
    ['large ones', 6, { notes: LARGE }, [3, 3]],
  ])('%s are sent in batches that the queue takes', async (_, n, body, sizes) => {
    const { bindings, batches, bodies } = newFeed()
    const account = await newAccount()
    const people = Array.from({ length: n }, (_, i) => ({ ...body, firstName: `${i}` }))
    await writeMany(account, people, n, openOutbox({ ...env, ...bindings } as unknown as Env))
    expect(batches.map((batch) => batch.length)).toEqual(sizes)
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(100)
      expect(bytesOf(batch.map((message) => message.body))).toBeLessThan(256_000)
      for (const message of batch) expect(bytesOf(message.body)).toBeLessThan(128_000)
    }
    expect(bodies(account).map(({ data }) => data.prospect.firstName)).toEqual(people.map((p) => p.firstName))
    expect(await entriesOf(account)).toEqual([])
  })

  test('the schedule keeps the limits too', { tags: 'scale' }, async () => {
    const { bindings, batches, bodies } = newFeed()
    const account = await newAccount()
    await writeMany(account, Array(230).fill({ title: 'x'.repeat(100) }), 230, { ...noOutbox, hasFeed: true })
    await writeMany(account, Array(8).fill({ notes: LARGE }), 4, { ...noOutbox, hasFeed: true })
    pass(FEED_LEASE)
    await tick(bindings)
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(100)
      expect(bytesOf(batch.map((message) => message.body))).toBeLessThan(256_000)
    }
    expect(new Set(bodies(account).map(({ id }) => id)).size).toBe(238)
    expect(bodies(account)).toHaveLength(238)
  })
})
