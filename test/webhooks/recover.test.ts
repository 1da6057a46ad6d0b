import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DeliveryMessage } from '../../src/queues/messages'
import { runRecoveries, startRecovery } from '../../src/webhooks/recover'
import { type Account, newAccount } from '../support/api'
import { databaseFor, writeMany } from '../support/callers'
import { callsTo } from '../support/configured'
import { rows } from '../support/d1'
import {
  consume,
  deliveriesOf,
  dueDelivery,
  endpointAnswers,
  envelopeOf,
  headersOf,
  holdQueue,
  register,
  tick,
} from '../support/endpoint'
import { errorsOf, expectProblem } from '../support/problem'

const HOUR = 60 * 60_000

/** Messages that the Worker sent to the queue. They do not arrive by themselves. */
let sent: DeliveryMessage[]

beforeEach(() => {
  sent = holdQueue()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const patch = ({ call }: Account, id: string, body: object) => call('PATCH', `/v1/webhooks/${id}`, body)

/** Starts a recovery, and waits until it is finished. */
const recover = (account: Account, id: string, since: unknown = 0) =>
  callsTo(account)('POST', `/v1/webhooks/${id}/recover`, { since })

/** An account with an endpoint that was disabled while `n` prospects were created, and is enabled again. */
async function missed(n: number, body: object = {}) {
  const account = await newAccount()
  const { id } = await register(account, { ...body, disabled: true })
  await writeMany(
    account,
    Array.from({ length: n }, (_, i) => ({ firstName: `${i}` })),
  )
  await patch(account, id, { disabled: false })
  return { account, id }
}

const set = (account: Account, change: string, email: string) =>
  rows(
    `UPDATE deliveries SET ${change} WHERE account_id = ?1 AND event_seq IN
       (SELECT seq FROM events WHERE account_id = ?1 AND data ->> '$.prospect.email' = ?2)`,
    account.id,
    email,
  )

const recoverFrom = async (id: string) =>
  (await rows<{ recover_from: number | null }>('SELECT recover_from FROM webhooks WHERE id = ?', id))[0]?.recover_from

const namesIn = (requests: ReturnType<typeof endpointAnswers>) =>
  requests.mock.calls.map((request) => envelopeOf(request).data.prospect.firstName)

describe('a recovery', () => {
  test('sends events that were committed while the endpoint was disabled', async () => {
    const requests = endpointAnswers()
    const { account, id } = await missed(3)
    expect(await deliveriesOf(account)).toEqual([])
    const { status, json } = await recover(account, id)
    expect([status, json]).toEqual([202, (await account.get(`/v1/webhooks/${id}`)).json])
    await consume(sent)
    expect(namesIn(requests)).toEqual(['0', '1', '2'])
    const ids = requests.mock.calls.map((request) => headersOf(request)['webhook-id'])
    expect(ids).toEqual((await account.get('/v1/events')).json.items.map((e: any) => e.id))
    expect(await recoverFrom(id)).toBeNull()
  })

  test('sends failed and cancelled deliveries again, with the same event, and none that succeeded', async () => {
    const requests = endpointAnswers()
    const account = await newAccount()
    const { id } = await register(account)
    for (const name of ['failed', 'cancelled', 'succeeded']) {
      await account.prospect({ firstName: name, email: `${name}@example.com` })
      await consume(sent.splice(0))
      await set(account, `status = '${name}', attempts = 10, tries = 10, finished_at = 5`, `${name}@example.com`)
    }
    const before = requests.mock.calls.splice(0)
    await recover(account, id)
    expect(await deliveriesOf(account)).toMatchObject([
      { status: 'pending', attempts: 10, tries: 0, finished_at: null, next_at: expect.any(Number) },
      { status: 'pending', attempts: 10, tries: 0, finished_at: null, next_at: expect.any(Number) },
      { status: 'succeeded', attempts: 10, tries: 10, finished_at: 5, next_at: null },
    ])
    await consume(sent)
    expect(namesIn(requests)).toEqual(['failed', 'cancelled'])
    expect(requests.mock.calls.map(envelopeOf)).toEqual(before.slice(0, 2).map(envelopeOf))
    expect((await deliveriesOf(account)).map((d) => d.attempts)).toEqual([11, 11, 10])
  })

  test('skips muted events, types that the endpoint does not ask for, and pings', async () => {
    const account = await newAccount()
    const { id } = await register(account, { eventTypes: ['prospect.updated', 'prospect.deleted'] })
    const ping = (await account.post(`/v1/webhooks/${id}/ping`)).json
    await patch(account, id, { disabled: true })
    const prospect = (await account.prospect()).json
    const path = `/v1/prospects/${prospect.id}`
    await account.call('PATCH', path, { city: 'Muted', muteWebhook: true })
    await account.call('PATCH', path, { city: 'Told' })
    await patch(account, id, { disabled: false })
    await recover(account, id)
    const deliveries = (await account.get(`/v1/webhooks/${id}/deliveries`)).json.items
    expect(deliveries.map((d: any) => [d.eventType, d.status])).toEqual([
      ['prospect.updated', 'pending'],
      ['ping', 'cancelled'],
    ])
    expect(deliveries[1].id).toBe(ping.id)
    const requests = endpointAnswers()
    await consume(sent)
    expect(requests.mock.calls.map((request) => envelopeOf(request).data.prospect.city)).toEqual(['Told'])
  })

  test('skips failed pings of any type, even if the endpoint asks for every type', async () => {
    const { account, id } = await missed(1)
    for (const type of ['ping', 'prospect.updated']) await account.post(`/v1/webhooks/${id}/ping`, { type })
    for (const disabled of [true, false]) await patch(account, id, { disabled })
    await recover(account, id)
    const deliveries = (await account.get(`/v1/webhooks/${id}/deliveries`)).json.items
    expect(deliveries.map((d: any) => [d.eventType, d.status])).toEqual([
      ['prospect.updated', 'cancelled'],
      ['ping', 'cancelled'],
      ['prospect.created', 'pending'],
    ])
  })

  test('starts at the given time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const account = await newAccount()
    const { id } = await register(account, { disabled: true })
    const times: number[] = []
    for (let i = 0; i < 3; i++) {
      vi.setSystemTime(Date.now() + HOUR)
      times.push(Date.now())
      await account.prospect()
    }
    await patch(account, id, { disabled: false })
    const found: number[] = []
    for (const since of [Number(times[2]) + 1, Number(times[2]), Number(times[1]), Number(times[0]) + 1, 0]) {
      await recover(account, id, since)
      found.push((await deliveriesOf(account)).length)
    }
    expect(found).toEqual([0, 1, 2, 2, 3])
  })

  test('sends deliveries at once that wait for a later retry', async () => {
    const { account, webhook } = await dueDelivery()
    await set(account, `attempts = 5, tries = 5, next_at = ${Date.now() + HOUR}`, 'pat@example.com')
    sent.splice(0)
    await recover(account, webhook.id)
    expect(sent).toHaveLength(1)
    const requests = endpointAnswers()
    await consume(sent)
    expect(requests).toHaveBeenCalledOnce()
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded', attempts: 6 }])
  })

  test('skips deliveries that are leased', async () => {
    const { account, webhook } = await dueDelivery()
    const requests = endpointAnswers(async () => {
      if (requests.mock.calls.length > 1) return new Response('ok')
      await recover(account, webhook.id)
      await consume(sent.slice(1))
      return new Response('ok')
    })
    await consume(sent.slice(0, 1))
    expect(requests).toHaveBeenCalledOnce()
    expect(sent).toHaveLength(1)
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded', attempts: 1, tries: 1 }])
  })

  test('that is started twice at once sends each event once', async () => {
    const requests = endpointAnswers()
    const { account, id } = await missed(2)
    const answers = await Promise.all([recover(account, id), recover(account, id)])
    expect(answers.map(({ status }) => status)).toEqual([202, 202])
    await Promise.all([consume(sent), consume(sent)])
    expect(requests).toHaveBeenCalledTimes(2)
    expect((await deliveriesOf(account)).map(({ attempts }) => attempts)).toEqual([1, 1])
  })

  test('among writes sends each event once', async () => {
    const requests = endpointAnswers()
    const { account, id } = await missed(5)
    const write = async (_: unknown, n: number) => (await account.prospect({ firstName: `new ${n}` })).status
    const [, ...statuses] = await Promise.all([recover(account, id), ...Array.from({ length: 10 }, write)])
    expect(statuses).toEqual(Array(10).fill(201))
    await consume(sent)
    expect(namesIn(requests).sort()).toEqual(
      [...Array(5).keys(), ...Array.from({ length: 10 }, (_, n) => `new ${n}`)].map(String),
    )
  })

  test('of one endpoint sends nothing to another', async () => {
    const { account, id } = await missed(1)
    const other = await register(account)
    await recover(account, id)
    expect((await account.get(`/v1/webhooks/${other.id}/deliveries`)).json.items).toEqual([])
    expect(await deliveriesOf(account)).toMatchObject([{ webhook_id: id }])
  })
})

describe('a recovery of many events', { tags: 'scale' }, () => {
  const MANY = 1100

  test('continues to the last event', async () => {
    const { account, id } = await missed(MANY)
    await recover(account, id)
    expect(await deliveriesOf(account)).toHaveLength(MANY)
    expect(new Set(sent.map(({ eventSeq }) => eventSeq)).size).toBe(MANY)
    expect(await recoverFrom(id)).toBeNull()
  })

  test('is continued by the schedule if it was cut off', async () => {
    const { account, id } = await missed(MANY)
    await startRecovery(databaseFor(account), account.id, id, 0)
    await runRecoveries(databaseFor(account), env, { accountId: account.id, id }, 1)
    expect(await deliveriesOf(account)).toHaveLength(500)
    const to = (await deliveriesOf(account)).at(-1)?.event_seq ?? 0
    expect(await recoverFrom(id)).toBe(to + 1)
    await tick()
    expect(await deliveriesOf(account)).toHaveLength(MANY)
    expect(await recoverFrom(id)).toBeNull()
  })

  test('ends, also after exactly one chunk', async () => {
    const { account, id } = await missed(500)
    await recover(account, id)
    expect(await deliveriesOf(account)).toHaveLength(500)
    expect(await recoverFrom(id)).toBeNull()
  })
})

describe('while a recovery runs', { tags: 'scale' }, () => {
  /** The database. Something happens between the round trip that finds a recovery and the one that continues it. */
  function interrupted(account: Account, meanwhile: () => Promise<unknown>) {
    const db = databaseFor(account)
    const { batch } = db
    vi.spyOn(db, 'batch').mockImplementationOnce(async (queries) => {
      await meanwhile()
      return batch(queries) as any
    })
    return db
  }
  const begin = (account: Account, id: string, since: number) =>
    startRecovery(databaseFor(account), account.id, id, since)

  test('a recovery with an earlier time moves its start back, and one with a later time changes nothing', async () => {
    const { account, id } = await missed(1)
    const { createdAt } = (await account.get(`/v1/webhooks/${id}`)).json
    for (const [since, from] of [
      [3, 3],
      [2, 2],
      [5, 2],
      [-60_000, 0], // it starts no earlier than the endpoint was created
    ] as const) {
      await begin(account, id, createdAt + since)
      expect(await recoverFrom(id)).toBe((createdAt + from) * 1000)
    }
  })

  test('the schedule continues it as fast as fifty of another account', async () => {
    const [many, one] = [await newAccount(), await newAccount()]
    for (let i = 0; i < 50; i++) await register(many, { eventTypes: ['prospect.merged'] })
    const { id } = await register(one, { eventTypes: ['prospect.merged'] })
    // 40 chunks of events, all of a type that no endpoint asks for
    for (const account of [many, one])
      await rows(
        `INSERT INTO events (account_id, seq, nonce, type, muted, key_id, source, data)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)
         SELECT ?1, i, 'n', 'prospect.created', 0, '', 'api', '{}' FROM n`,
        account.id,
      )
    await rows('UPDATE webhooks SET recover_from = 1 WHERE account_id IN (?, ?)', many.id, one.id)
    await runRecoveries(databaseFor(one), env, undefined, 40)
    const [left] = await rows<{ n: number }>('SELECT recover_from AS n FROM webhooks WHERE id = ?', id)
    // about half of the chunks are its own
    expect(left?.n).toBeGreaterThan(6 * 500)
  })

  test('an earlier time that races a chunk is kept', async () => {
    const { account, id } = await missed(3)
    await begin(account, id, Date.now())
    await runRecoveries(
      interrupted(account, () => begin(account, id, 0)),
      env,
      { accountId: account.id, id },
    )
    expect(await deliveriesOf(account)).toHaveLength(3)
    expect(await recoverFrom(id)).toBeNull()
  })

  test.each<[string, (account: Account, id: string) => Promise<unknown>]>([
    ['disabling', (account, id) => patch(account, id, { disabled: true })],
    [
      'disabling, and enabling again,',
      async (account, id) => {
        for (const disabled of [true, false]) await patch(account, id, { disabled })
      },
    ],
    ['deleting', (account, id) => account.call('DELETE', `/v1/webhooks/${id}`)],
  ])('%s the endpoint ends the recovery', async (_, end) => {
    const { account, id } = await missed(3)
    await begin(account, id, 0)
    const left: unknown[] = []
    const db = interrupted(account, async () => {
      await end(account, id)
      left.push(await recoverFrom(id))
    })
    await runRecoveries(db, env, { accountId: account.id, id })
    expect([left, await deliveriesOf(account), sent]).toEqual([[null], [], []])
  })

  test('an endpoint that is disabled and enabled again gets no more of its deliveries', async () => {
    const { account, id } = await missed(510)
    await begin(account, id, 0)
    await runRecoveries(databaseFor(account), env, { accountId: account.id, id }, 1)
    for (const disabled of [true, false]) await patch(account, id, { disabled })
    await tick()
    expect((await deliveriesOf(account)).map(({ status }) => status)).toEqual(Array(500).fill('cancelled'))
  })

  test('an endpoint that responds with 410 ends the recovery', async () => {
    const { account, id } = await missed(510)
    await begin(account, id, 0)
    await runRecoveries(databaseFor(account), env, { accountId: account.id, id }, 1)
    endpointAnswers(() => new Response(null, { status: 410 }))
    await consume(sent.splice(0, 1))
    expect(await recoverFrom(id)).toBeNull()
    await tick()
    expect((await deliveriesOf(account)).map(({ status }) => status)).toEqual([
      'failed',
      ...Array(499).fill('cancelled'),
    ])
  })
})

describe('a recovery is rejected', () => {
  test('if the endpoint is disabled', async () => {
    const { account, id } = await missed(1)
    await patch(account, id, { disabled: true })
    const answer = await recover(account, id)
    expectProblem(answer, 409, 'webhook_disabled', ['conflictsWith'])
    expect([answer.json.conflictsWith, await recoverFrom(id)]).toEqual([id, null])
  })

  test.each([
    [{}, 'required'],
    [{ since: null }, 'wrong_type'],
    [{ since: '0' }, 'wrong_type'],
    [{ since: '2026-01-01' }, 'wrong_type'],
    [{ since: -1 }, 'too_small'],
    [{ since: 1.5 }, 'wrong_type'],
    [{ since: Date.now() + 24 * HOUR }, 'out_of_range'],
  ])('with the body %j', async (body, code) => {
    const { account, id } = await missed(1)
    const answer = await account.post(`/v1/webhooks/${id}/recover`, body)
    expect([answer.status, errorsOf(answer)]).toEqual([400, [`body /since ${code}`]])
    expect(await recoverFrom(id)).toBeNull()
  })

  test('for an unknown endpoint, a deleted one and another account’s', async () => {
    const [{ account, id }, other] = [await missed(1), await newAccount()]
    for (const unknown of ['whk_x', id]) expectProblem(await recover(other, unknown), 404, 'not_found')
    await account.call('DELETE', `/v1/webhooks/${id}`)
    expectProblem(await recover(account, id), 404, 'not_found')
    expect(await deliveriesOf(account)).toEqual([])
  })
})
