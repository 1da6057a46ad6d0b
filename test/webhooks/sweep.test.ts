import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sweepDeliveries } from '../../src/webhooks/sweep'
import { type Account, newAccount, operator } from '../support/api'
import { databaseFor, writeMany } from '../support/callers'
import { breakD1, D1, rows, rowsOf, watchTrips } from '../support/d1'
import {
  consume,
  deliveriesOf,
  deliveryOf,
  drain,
  dueDelivery,
  endpointAnswers,
  freeze,
  type HeldQueue,
  pass,
  register,
  thaw,
  tick,
} from '../support/endpoint'
import { busy } from '../support/many-rows'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let sent: HeldQueue
let requests: ReturnType<typeof endpointAnswers>
/** The response of every endpoint. */
let answer: (url: string) => Response | Promise<Response>
/** The error lines of the log. */
let log: { step?: string }[]

beforeEach(async () => {
  sent = await freeze()
  answer = () => new Response()
  requests = endpointAnswers((url) => answer(url))
  log = []
  vi.spyOn(console, 'error').mockImplementation((line) => void log.push(JSON.parse(line)))
  vi.spyOn(console, 'warn').mockReturnValue()
})

afterEach(thaw)

const timesOut = () => Promise.reject(new DOMException('slow', 'TimeoutError'))
const statusesOf = async (account: Account) => (await deliveriesOf(account)).map(({ status }) => status)
const countOf = async (table: string, account: Account) => (await rowsOf(account.id))[table] ?? 0

/** The messages that the schedule sends; earlier messages are lost. */
async function enqueued() {
  sent.messages.length = 0
  await tick()
  return sent.messages.map(({ body }) => body)
}

describe('an overdue delivery', { tags: 'scale' }, () => {
  test('whose message was lost is enqueued five seconds after it is due', async () => {
    const { account, webhook } = await dueDelivery()
    const { next_at, event_seq } = await deliveryOf(account)
    vi.setSystemTime(Number(next_at) + 5 * SECOND - 1)
    expect(await enqueued()).toEqual([])
    pass(1)
    expect(await enqueued()).toEqual([{ accountId: account.id, webhookId: webhook.id, eventSeq: event_seq }])
    await drain(sent)
    expect(await statusesOf(account)).toEqual(['succeeded'])
    pass(MINUTE)
    expect(await enqueued()).toEqual([])
  })

  test('whose consumer died is enqueued when its lease has ended', async () => {
    const { account } = await dueDelivery()
    answer = () => {
      vi.spyOn(D1, 'batch').mockRejectedValueOnce(new Error('died'))
      return new Response()
    }
    await expect(consume(sent)).rejects.toThrow()
    const { next_at, status } = await deliveryOf(account)
    expect(status).toBe('pending')
    expect(next_at).toBeGreaterThan(Date.now() + 15 * SECOND)
    answer = () => new Response()
    await consume(sent)
    vi.setSystemTime(Number(next_at) + 5 * SECOND - 1)
    expect(await enqueued()).toEqual([])
    expect(requests).toHaveBeenCalledOnce()
    pass(1)
    expect(await enqueued()).toHaveLength(1)
    await drain(sent)
    expect(requests).toHaveBeenCalledTimes(2)
    expect(await statusesOf(account)).toEqual(['succeeded'])
  })

  test('is enqueued once, even if there is more than a page', async () => {
    const account = await newAccount()
    await register(account)
    await writeMany(account, Array(1100).fill({}))
    pass(MINUTE)
    const all = await enqueued()
    expect([all.length, new Set(all.map(({ eventSeq }) => eventSeq)).size]).toEqual([1100, 1100])
  })

  test('beyond the limit of a sweep is enqueued by the next', async () => {
    const account = await newAccount()
    await register(account)
    await writeMany(account, Array(600).fill({}))
    pass(MINUTE)
    for (const some of [500, 100]) {
      await sweepDeliveries(databaseFor(account), env, undefined, 1)
      expect(sent.messages).toHaveLength(some)
      await drain(sent)
    }
    expect(new Set(await statusesOf(account))).toEqual(new Set(['succeeded']))
  })

  test('is not enqueued while the queue is full', async () => {
    const account = await newAccount()
    await register(account)
    await writeMany(account, Array(700).fill({}))
    pass(MINUTE)
    const metadata = { metrics: { backlogCount: 6000, backlogBytes: 0 } }
    const messages = vi.spyOn(Object.getPrototypeOf(env.WEBHOOKS_QUEUE) as Queue, 'sendBatch')
    messages.mockImplementation(async () => ({ metadata }))
    await tick()
    expect(messages).toHaveBeenCalledTimes(5)
  })

  test('is enqueued in the fast queue while the slow queue is down', async () => {
    const account = await newAccount()
    for (const name of ['late', 'well']) await register(account, { url: `https://${name}.example.com` })
    answer = (url) => (url.includes('late') ? timesOut() : new Response())
    await account.prospect()
    await drain(sent)
    sent.messages.length = 0
    const queue = Object.getPrototypeOf(env.WEBHOOKS_QUEUE) as Queue
    const held = vi.mocked(queue.sendBatch).getMockImplementation() as Queue['sendBatch']
    vi.spyOn(queue, 'sendBatch').mockImplementation(async function (this: Queue, batch) {
      if (this === env.SLOW_WEBHOOKS_QUEUE) throw new Error('away')
      return held.call(this, batch)
    })
    await account.prospect()
    expect(sent.messages.splice(0)).toMatchObject([{ slow: false }])
    answer = () => new Response()
    pass(MINUTE)
    await tick()
    expect(sent.messages).toMatchObject([{ slow: false }])
    expect(requests.mock.calls.at(-1)?.[0]).toContain('late')
  })

  test('arrives while the queue is down, also as a retry or at a slow endpoint', async () => {
    vi.spyOn(Object.getPrototypeOf(env.WEBHOOKS_QUEUE), 'sendBatch').mockRejectedValue(new Error('away'))
    const account = await newAccount()
    const answers: Record<string, (() => Response | Promise<Response>)[]> = {
      'https://well.example.com/': [],
      'https://fails.example.com/': Array(3).fill(() => new Response(null, { status: 500 })),
      'https://late.example.com/': Array(3).fill(timesOut),
    }
    for (const url of Object.keys(answers)) await register(account, { url })
    answer = (url) => answers[url]?.pop()?.() ?? new Response()
    for (let i = 0; i < 5; i++) expect((await account.prospect()).status).toBe(201)
    for (let minute = 0; minute < 45; minute++) {
      pass(MINUTE)
      await tick()
    }
    expect(await statusesOf(account)).toEqual(Array(15).fill('succeeded'))
    expect(Object.values(answers).flat()).toEqual([])
    expect(sent.messages).toEqual([])
  })
})

describe('a backlog of one account does not delay another', { tags: 'scale' }, () => {
  /** An account with far more overdue deliveries than a sweep enqueues, and another with one that became due later. */
  async function crowded() {
    const account = await newAccount()
    const { webhook } = await busy(account, 10_500, 'pending', 1, 'NULL')
    await rows('UPDATE webhooks SET slow_since = NULL, verified_at = 1 WHERE id = ?', webhook)
    const other = (await dueDelivery()).account
    pass(MINUTE)
    sent.messages.length = 0
    return { account, other }
  }
  const accountsOf = () => new Set(sent.messages.map(({ body }) => body.accountId))

  test('because each has its share of every sweep', async () => {
    const { account, other } = await crowded()
    await tick()
    expect(accountsOf()).toEqual(new Set([account.id, other.id]))
    expect(new Set(sent.messages.map(({ body }) => body.eventSeq)).size).toBeGreaterThan(9000)
  })

  test('also while the queue is full', async () => {
    const { account, other } = await crowded()
    const queue = Object.getPrototypeOf(env.WEBHOOKS_QUEUE) as Queue
    const held = vi.mocked(queue.sendBatch).getMockImplementation() as Queue['sendBatch']
    const metadata = { metrics: { backlogCount: 6000, backlogBytes: 0 } }
    vi.spyOn(queue, 'sendBatch').mockImplementation(async function (this: Queue, batch) {
      await held.call(this, batch)
      return { metadata }
    })
    await tick()
    expect(accountsOf()).toEqual(new Set([account.id, other.id]))
    expect(sent.messages.length).toBeLessThanOrEqual(500)
  })

  test('also while the queue is down', async () => {
    const { other } = await crowded()
    vi.spyOn(Object.getPrototypeOf(env.WEBHOOKS_QUEUE), 'sendBatch').mockRejectedValue(new Error('away'))
    await tick()
    expect(requests).toHaveBeenCalledTimes(300)
    expect(await statusesOf(other)).toEqual(['succeeded'])
  })
})

describe('a delivery that can no longer be sent', () => {
  const end = (table: string, change: string, column: string) => (account: Account) =>
    env.DB.prepare(`UPDATE ${table} SET ${change} WHERE ${column} = ?`).bind(account.id).run()

  // changed in D1 only, like a change that could not cancel all pending deliveries
  test.each([
    ['a disabled endpoint', end('webhooks', 'disabled_at = 1', 'account_id')],
    ['a deleted endpoint', end('webhooks', 'deleted_at = 1', 'account_id')],
    ['an erased account', end('accounts', 'erased_at = 1', 'id')],
  ])('of %s is cancelled when it is due, and never sent', async (_, ends) => {
    const [{ account }, other] = [await dueDelivery(), await dueDelivery()]
    await ends(account)
    pass(MINUTE)
    await consume(sent.filter(({ accountId }) => accountId === account.id))
    sent.messages.length = 0
    await sweepDeliveries(databaseFor(account), env)
    expect(await deliveriesOf(account)).toMatchObject([
      { status: 'cancelled', attempts: 0, next_at: null, finished_at: Date.now() },
    ])
    await drain(sent)
    expect(requests.mock.calls.map(([, init]) => JSON.parse(String(init?.body)).accountId)).not.toContain(account.id)
    expect(await statusesOf(other.account)).toEqual(['succeeded'])
  })

  test('does not include a delivery of a suspended account, which is sent', async () => {
    const { account } = await dueDelivery()
    await operator('PATCH', `/admin/accounts/${account.id}`, { suspended: true })
    pass(MINUTE)
    expect(await enqueued()).toHaveLength(1)
    await drain(sent)
    expect(await statusesOf(account)).toEqual(['succeeded'])
  })
})

describe('after 30 days', () => {
  const disable = (account: Account, { id }: { id: string }) =>
    account.call('PATCH', `/v1/webhooks/${id}`, { disabled: true })

  test.each<[string, () => Response, number]>([
    ['succeeded', () => new Response(), 1],
    ['failed', () => new Response(null, { status: 410 }), 1],
    ['cancelled', () => new Response(null, { status: 500 }), 1],
  ])('a delivery that %s is deleted with its attempts', async (status, answered, attempts) => {
    const { account, webhook } = await dueDelivery()
    answer = answered
    pass(HOUR)
    await consume(sent)
    if (status === 'cancelled') await disable(account, webhook)
    expect(await deliveriesOf(account)).toMatchObject([{ status, finished_at: Date.now() }])
    pass(30 * DAY - 1)
    await tick()
    expect([await countOf('deliveries', account), await countOf('attempts', account)]).toEqual([1, attempts])
    pass(1)
    await tick()
    expect([await countOf('deliveries', account), await countOf('attempts', account)]).toEqual([0, 0])
    expect((await account.get('/v1/events')).json.items).toHaveLength(1)
  })

  test('a pending delivery stays, however old', async () => {
    const { account } = await dueDelivery()
    answer = () => new Response(null, { status: 500 })
    await consume(sent)
    pass(365 * DAY)
    await tick()
    expect([await statusesOf(account), await countOf('attempts', account)]).toEqual([['pending'], 1])
  })

  test('a deleted endpoint is deleted with its last delivery', async () => {
    const { account, webhook } = await dueDelivery()
    answer = async () => {
      await account.call('DELETE', `/v1/webhooks/${webhook.id}`)
      pass(HOUR)
      return new Response()
    }
    await consume(sent)
    pass(30 * DAY - 1)
    await tick()
    expect(await rowsOf(account.id)).toMatchObject({ webhooks: 1, deliveries: 1 })
    pass(1)
    await tick()
    expect([await countOf('webhooks', account), await countOf('deliveries', account)]).toEqual([0, 0])
  })

  test.each([
    [30 * DAY - 1, 1],
    [30 * DAY, 0],
  ])('%d ms after an endpoint without deliveries was deleted, %d row of it is left', async (ms, left) => {
    const account = await newAccount()
    await account.call('DELETE', `/v1/webhooks/${(await register(account)).id}`)
    pass(ms)
    await tick()
    expect(await countOf('webhooks', account)).toBe(left)
  })

  test('a disabled endpoint stays', async () => {
    const account = await newAccount()
    await disable(account, await register(account))
    pass(365 * DAY)
    await tick()
    expect(await countOf('webhooks', account)).toBe(1)
  })

  test('more than a page of deliveries is deleted', { tags: 'scale' }, async () => {
    const account = await newAccount()
    const webhook = await register(account)
    await writeMany(account, Array(1100).fill({}))
    await disable(account, webhook)
    pass(30 * DAY)
    await tick()
    pass(30 * DAY)
    await tick()
    expect(await countOf('deliveries', account)).toBe(0)
  })
})

describe('dead letters', () => {
  test.each(['prospect-webhooks-dlq', 'staging-prospect-imports-dlq'])(
    'in %s log an alarm in one line',
    async (queue) => {
      const { account } = await dueDelivery()
      const trips = watchTrips()
      const result = await consume([...sent, { email: 'pat.private@example.com' }, 'Zebulon'], queue)
      expect([result.retryMessages, trips(), requests.mock.calls]).toEqual([[], 0, []])
      expect(log).toEqual([{ level: 'error', alarm: 'dead letters', queue, count: 3 }])
      expect(await statusesOf(account)).toEqual(['pending'])
    },
  )
})

describe('a step of the schedule that fails', () => {
  const refusing = async (statement: string, run: () => Promise<unknown>) => {
    await env.DB.exec(`CREATE TRIGGER refuse BEFORE ${statement} BEGIN SELECT RAISE(ABORT, 'refused'); END`)
    await run()
    await env.DB.exec('DROP TRIGGER refuse')
  }

  test.each([
    ['sweepDeliveries', 'UPDATE ON deliveries'],
    ['purgeStoredResponses', 'DELETE ON idempotency_keys'],
    ['purgeDeliveries', 'DELETE ON deliveries'],
  ])('%s is logged, and all other steps run', async (step, statement) => {
    const account = await newAccount()
    await account.call('POST', '/v1/webhooks', { url: 'https://hooks.example.com' }, { 'idempotency-key': 'once' })
    await account.prospect()
    await drain(sent)
    const other = await dueDelivery()
    await env.DB.prepare('UPDATE webhooks SET deleted_at = ? WHERE id = ?').bind(Date.now(), other.webhook.id).run()
    pass(30 * DAY)
    await refusing(statement, tick)
    expect(log).toMatchObject([{ level: 'error', step }])
    const held = async () => [
      (await statusesOf(other.account)).includes('pending') && 'sweepDeliveries',
      (await countOf('idempotency_keys', account)) > 0 && 'purgeStoredResponses',
      (await countOf('deliveries', account)) > 0 && 'purgeDeliveries',
    ]
    expect((await held()).filter(Boolean)).toEqual([step])
    await tick()
    expect((await held()).filter(Boolean)).toEqual([])
  })

  test('is logged for each step if the database is unavailable', async () => {
    breakD1(new Error('D1_ERROR: away'))
    await tick()
    const steps = log.map(({ step }) => step)
    expect(steps).toEqual(
      expect.arrayContaining(['sweepDeliveries', 'eraseAccounts', 'runReassignments', 'purgeDeliveries']),
    )
    expect(new Set(steps).size).toBe(steps.length)
  })
})
