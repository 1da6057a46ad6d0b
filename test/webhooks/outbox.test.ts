import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DeliveryMessage } from '../../src/queues/messages'
import { newAccount } from '../support/api'
import { D1, rows, watchTrips } from '../support/d1'
import {
  consume,
  deliveriesOf,
  dueDelivery,
  endpointAnswers,
  envelopeOf,
  holdQueue,
  register,
} from '../support/endpoint'

/** Messages that the Worker sent to the queue. They do not arrive by themselves. */
let sent: DeliveryMessage[]

beforeEach(() => {
  sent = holdQueue()
})

afterEach(() => void vi.restoreAllMocks())

describe('messages', () => {
  test.each([
    null,
    'wake up',
    5,
    [],
    {},
    { accountId: 'Pat Private' },
    { accountId: 'acct_00', webhookId: 'whk_x', eventSeq: '5' },
    { accountId: 'acct_00', webhookId: 'whk_x', eventSeq: 0.5 },
  ])(
    'a malformed message (%j) is dropped with a log line, and the rest of its batch is delivered',
    async (malformed) => {
      const log = vi.spyOn(console, 'error').mockReturnValue()
      const requests = endpointAnswers()
      const { account } = await dueDelivery()
      const result = await consume([malformed, ...sent])
      expect([result.retryMessages, result.retryBatch.retry]).toEqual([[], false])
      expect(requests).toHaveBeenCalledOnce()
      expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded' }])
      expect(log).toHaveBeenCalledOnce()
      const line = String(log.mock.calls[0]?.[0])
      expect(JSON.parse(line)).toMatchObject({ level: 'error', messageId: 'm0' })
      expect(line).not.toContain('Private')
    },
  )

  test('a message for a delivery that does not exist does nothing', async () => {
    const requests = endpointAnswers()
    const { webhook } = await dueDelivery()
    const [mine] = sent as [DeliveryMessage]
    const other = await newAccount()
    await consume([
      { ...mine, accountId: other.id },
      { ...mine, accountId: 'acct_zz' },
      { ...mine, accountId: '' },
      { ...mine, webhookId: `${webhook.id}\u0000` },
      { ...mine, eventSeq: mine.eventSeq + 1 },
    ])
    expect(requests).not.toHaveBeenCalled()
  })

  test('fifty cost two round trips', async () => {
    const requests = endpointAnswers()
    const account = await newAccount()
    for (let i = 0; i < 5; i++) await register(account)
    for (let i = 0; i < 10; i++) await account.prospect()
    expect(sent).toHaveLength(50)
    const trips = watchTrips(account)
    await consume(sent)
    expect(trips()).toBe(2)
    expect(requests).toHaveBeenCalledTimes(50)
    expect((await deliveriesOf(account)).map(({ status }) => status)).toEqual(Array(50).fill('succeeded'))
  })

  test('a whole batch is retried if D1 is unavailable', async () => {
    const requests = endpointAnswers()
    const { account } = await dueDelivery()
    vi.spyOn(D1, 'batch').mockRejectedValueOnce(new Error('D1_ERROR: away'))
    await expect(consume(sent)).rejects.toThrow()
    await consume(sent)
    expect(requests).toHaveBeenCalledOnce()
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded' }])
  })

  test('a write succeeds if the queue is unavailable, and its delivery stays due', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    vi.spyOn(Object.getPrototypeOf(env.WEBHOOKS_QUEUE), 'sendBatch').mockRejectedValue(new Error('away'))
    const { account, prospect } = await dueDelivery()
    expect(prospect.created).toBe(true)
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'pending', next_at: expect.any(Number) }])
  })
})

describe('the log of events', () => {
  test('has ids in the order of commits, even if the clock goes back', async () => {
    const requests = endpointAnswers()
    vi.useFakeTimers({ toFake: ['Date'] })
    const account = await newAccount()
    await register(account)
    const committed: string[] = []
    for (const step of [0, 0, 5, -60_000, 0, 1]) {
      vi.setSystemTime(Date.now() + step)
      committed.push((await account.prospect()).json.id)
    }
    vi.useRealTimers()
    await consume(sent)
    const byId = requests.mock.calls.map(envelopeOf).sort((a, b) => (a.id < b.id ? -1 : 1))
    expect(byId.map(({ data }) => data.prospect.id)).toEqual(committed)
  })

  test('has a different id for each event, however many writes race', async () => {
    const account = await newAccount()
    await register(account)
    await Promise.all(Array.from({ length: 20 }, () => account.prospect()))
    expect(new Set(sent.map(({ eventSeq }) => eventSeq)).size).toBe(20)
  })

  test.each(['prospects', 'events', 'deliveries'])(
    'is written with prospects and deliveries or not at all, if %s cannot be written',
    async (table) => {
      vi.spyOn(console, 'error').mockReturnValue()
      const account = await newAccount()
      await register(account)
      await env.DB.exec(
        `CREATE TRIGGER refuse BEFORE INSERT ON ${table} WHEN NEW.account_id = '${account.id}' BEGIN SELECT RAISE(ABORT, 'refused'); END`,
      )
      const { status } = await account.prospect({ labels: 'Hot', newSourceName: 'Fair' })
      await env.DB.exec('DROP TRIGGER refuse')
      expect([status, sent, await deliveriesOf(account)]).toEqual([500, [], []])
      for (const name of ['prospects', 'events', 'labels', 'sources'])
        expect(await rows(`SELECT 1 FROM ${name} WHERE account_id = ?`, account.id)).toEqual([])
    },
  )
})
