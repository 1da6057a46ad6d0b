import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { delayAfter, retryAfterOf } from '../../src/webhooks/retry-schedule'
import type { Account } from '../support/api'
import { rows } from '../support/d1'
import {
  consume,
  deliveryOf,
  dueDelivery,
  endpointAnswers,
  freeze,
  type HeldQueue,
  pass,
  thaw,
  tick,
} from '../support/endpoint'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The promise: how long after each failure the next attempt is made, within 20 %. */
const PROMISED = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]

/** How long a delivery is due before the sweep enqueues it. */
const OVERDUE = 5 * SECOND

let sent: HeldQueue

beforeEach(async () => {
  sent = await freeze()
})

afterEach(thaw)

const fails = (status = 500, headers = {}) => endpointAnswers(() => new Response('no', { status, headers }))

/** Lets each message arrive at its time, and the messages that follow from it. */
async function arriveInTime(then = async () => {}) {
  for (const { body, delaySeconds } of sent.messages) {
    pass(delaySeconds * SECOND)
    await consume([body])
    await then()
  }
}

/** The times between the account's attempts. */
async function gapsOf({ id }: Account): Promise<number[]> {
  const found = await rows<{ at: number }>(
    'SELECT attempted_at AS at FROM attempts WHERE account_id = ? ORDER BY n',
    id,
  )
  return found.slice(1).map(({ at }, i) => at - (found[i]?.at ?? 0))
}

function expectPromised(gaps: number[], promised = PROMISED) {
  expect(gaps).toHaveLength(promised.length)
  expect(gaps.filter((gap, i) => Math.abs(gap / (promised[i] ?? 0) - 1) > 0.2)).toEqual([])
}

describe('an endpoint that always fails', { tags: 'scale' }, () => {
  const ENDED = { status: 'failed', attempts: 10, tries: 10, next_at: null, last_status_code: 500 }

  test.each([0, 0.5, 0.999_999])(
    'gets ten attempts in three days, whatever the random part of each wait is (%d)',
    async (chance) => {
      const requests = fails()
      const { account } = await dueDelivery()
      vi.spyOn(Math, 'random').mockReturnValue(chance)
      const planned: number[] = []
      await arriveInTime(async () => {
        const { next_at } = await deliveryOf(account)
        if (next_at !== null) planned.push(next_at - Date.now())
      })
      expect(requests).toHaveBeenCalledTimes(10)
      expectPromised(planned)
      expectPromised(await gapsOf(account))
      expect(await deliveryOf(account)).toMatchObject({ ...ENDED, finished_at: Date.now() })
    },
  )

  test('gets no attempt after the delivery has failed', async () => {
    const requests = fails()
    const { account } = await dueDelivery()
    await arriveInTime()
    pass(DAY)
    await tick()
    await consume(sent)
    expect(requests).toHaveBeenCalledTimes(10)
    expect(await deliveryOf(account)).toMatchObject(ENDED)
  })

  // the worst case is a sweep right before the delivery is overdue: the next one is a minute later
  test.each([0, 0.5, 0.999_999])(
    'gets its attempts in time from the sweep alone, if every message is lost (%d)',
    async (chance) => {
      const requests = fails()
      const { account } = await dueDelivery()
      vi.spyOn(Math, 'random').mockReturnValue(chance)
      for (let next_at: number | null = Date.now(); next_at !== null; { next_at } = await deliveryOf(account)) {
        vi.setSystemTime(next_at + OVERDUE - 1)
        sent.messages.length = 0
        await tick()
        expect(sent.messages).toEqual([])
        pass(MINUTE)
        await tick()
        await consume(sent.messages.map(({ body }) => body))
      }
      expect(requests).toHaveBeenCalledTimes(10)
      const [first, ...later] = await gapsOf(account)
      expect(first).toBeLessThanOrEqual(5 * SECOND + OVERDUE + MINUTE)
      expectPromised(later, PROMISED.slice(1))
      expect(await deliveryOf(account)).toMatchObject({ ...ENDED, finished_at: Date.now() })
    },
  )

  test.each([
    [1, 1],
    [SECOND, 1],
    [SECOND + 1, 0],
  ])(
    'gets nothing from a message that is %d ms early, which is sent again if that is at most a second',
    async (early, again) => {
      const requests = fails()
      const { account } = await dueDelivery()
      await consume(sent)
      const [, retry] = sent.messages as [unknown, (typeof sent.messages)[0]]
      expect(retry.delaySeconds * SECOND).toBe(((await deliveryOf(account)).next_at ?? 0) - Date.now())
      pass(retry.delaySeconds * SECOND - early)
      await consume([retry.body])
      expect(requests).toHaveBeenCalledOnce()
      expect(sent.messages.slice(2)).toEqual(Array(again).fill({ ...retry, delaySeconds: 1 }))
      pass(early)
      await consume([retry.body])
      expect(requests).toHaveBeenCalledTimes(2)
      expect((await deliveryOf(account)).tries).toBe(2)
    },
  )

  test('has each attempt stored with its response', async () => {
    fails()
    const { account } = await dueDelivery()
    await arriveInTime()
    const log = await rows(
      'SELECT n, status_code, error, answer FROM attempts WHERE account_id = ? ORDER BY n',
      account.id,
    )
    const attempt = { status_code: 500, error: 'The endpoint responded with 500.', answer: 'no' }
    expect(log).toEqual(Array.from({ length: 10 }, (_, i) => ({ n: i + 1, ...attempt })))
  })
})

describe('the delay after a failure', () => {
  test('is 80 to 100 % of the promise, or what the endpoint asks for if that is more, up to a day', () => {
    const tries = fc.integer({ min: 1, max: 9 })
    const retryAfter = fc.oneof(fc.nat(2 * DAY), fc.constantFrom(0, DAY, DAY + 1, Number.MAX_VALUE, Infinity))
    fc.assert(
      fc.property(tries, retryAfter, (n, asked) => {
        const promised = PROMISED[n - 1] ?? 0
        const honoured = Math.min(asked, DAY)
        const delay = delayAfter(n, asked) ?? 0
        expect(delay).toBeGreaterThanOrEqual(Math.max(promised * 0.8, honoured))
        expect(delay).toBeLessThan(Math.max(promised, honoured) + SECOND)
        expect(delay % SECOND).toBe(0)
      }),
    )
  })

  test('is spread, so that deliveries that failed together are not retried together', () => {
    expect(new Set(Array.from({ length: 100 }, () => delayAfter(2))).size).toBeGreaterThan(20)
  })

  test.each([10, 11, 100])('is null after %d attempts', (n) => {
    expect([delayAfter(n), delayAfter(n, HOUR)]).toEqual([null, null])
  })
})

describe('the delay in a Retry-After header', () => {
  const now = Date.parse('2027-01-01T00:00:00Z')

  test.each([
    [null, 0],
    ['', 0],
    ['0', 0],
    ['120', 120 * SECOND],
    [' 120 ', 120 * SECOND],
    ['0120', 120 * SECOND],
    ['86401', DAY + SECOND],
    ['Fri, 01 Jan 2027 00:02:00 GMT', 120 * SECOND],
    ['Friday, 01-Jan-27 00:02:00 GMT', 120 * SECOND],
    ['Fri Jan  1 00:02:00 2027 GMT', 120 * SECOND],
    ['Thu, 31 Dec 2026 23:59:59 GMT', 0],
    ['-120', 0],
    ['+120', 0],
    ['1.5', 0],
    ['soon', 0],
    ['120 seconds', 0],
    ['٣', 0],
    ['NaN', 0],
    ['Infinity', 0],
  ])('%j is %d ms', (header, ms) => {
    expect(retryAfterOf(header, now)).toBe(ms)
  })

  test('is a number of 0 or more, whatever the header says', () => {
    const header = fc.oneof(fc.string(), fc.bigInt().map(String), fc.date().map(String))
    fc.assert(fc.property(header, (text) => retryAfterOf(text, now) >= 0))
  })

  test.each([20, 400])('counts as a day at most (%d digits)', (digits) => {
    expect(delayAfter(1, retryAfterOf('9'.repeat(digits), now))).toBe(DAY)
  })
})

describe('an endpoint that sends Retry-After', () => {
  test.each([
    [429, '12', 12 * SECOND],
    [429, '120', 120 * SECOND],
    [503, '120', 120 * SECOND],
    [500, '120', 120 * SECOND],
    [503, 'Fri, 01 Jan 2027 01:00:00 GMT', HOUR],
    [429, '86400', DAY],
    [429, '999999', DAY],
  ])('with a %d and Retry-After %s gets the retry at that time', async (status, header, delay) => {
    fails(status, { 'retry-after': header })
    const { account } = await dueDelivery()
    vi.setSystemTime('2027-01-01')
    await consume(sent)
    expect((await deliveryOf(account)).next_at).toBe(Date.now() + delay)
    expect(sent.messages.at(-1)?.delaySeconds).toBe(delay / SECOND)
  })

  test('gets no retry before that time, even if the attempt took part of a second', async () => {
    const requests = endpointAnswers(async () => {
      pass(340)
      return new Response(null, { status: 429, headers: { 'retry-after': '12' } })
    })
    await dueDelivery()
    await consume(sent)
    pass(11 * SECOND)
    await consume(sent)
    expect(requests).toHaveBeenCalledOnce()
    pass(SECOND)
    await consume(sent)
    expect(requests).toHaveBeenCalledTimes(2)
  })

  test.each(['0', '1', 'soon', '-5', 'Thu, 31 Dec 2026 00:00:00 GMT'])(
    'does not get it sooner with %s',
    async (header) => {
      fails(503, { 'retry-after': header })
      const { account } = await dueDelivery()
      await consume(sent)
      expectPromised([((await deliveryOf(account)).next_at ?? 0) - Date.now()], PROMISED.slice(0, 1))
    },
  )

  test('gets ten attempts, the early ones later', async () => {
    const requests = fails(503, { 'retry-after': '3600' })
    const { account } = await dueDelivery()
    await arriveInTime()
    expect(requests).toHaveBeenCalledTimes(10)
    expectPromised(
      await gapsOf(account),
      PROMISED.map((delay) => Math.max(delay, HOUR)),
    )
  })
})
