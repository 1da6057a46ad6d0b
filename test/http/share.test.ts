import { beforeEach, describe, expect, test, vi } from 'vitest'
import { Problem } from '../../src/http/problem-type'
import { areOthersActive, Spacing, takeShare } from '../../src/http/share'
import { newAccount } from '../support/api'
import { callsTo } from '../support/configured'

const MIB = 1024 ** 2

describe('the calls of an account', () => {
  let spacing: Spacing
  beforeEach(() => {
    spacing = new Spacing()
  })
  const plan = (count: number, bytes: number | undefined, now: number) =>
    Array.from({ length: count }, () => spacing.plan(bytes, now))

  test('begin 5 ms apart after the first eight', () => {
    expect(plan(11, 0, 1000)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 5, 10, 15])
    expect(plan(2, 0, 1015)).toEqual([5, 10])
    expect(spacing.plan(0, 2000)).toBe(0)
  })

  test('never wait at the full rate of four keys', () => {
    for (let now = 0; now < 10_000; now += 20) expect(plan(4, 0, now)).toEqual([0, 0, 0, 0])
  })

  test('are not planned if they would wait longer than 10 s', () => {
    expect(plan(2008, 0, 0).at(-1)).toBe(10_000)
    expect(plan(2, 0, 0)).toEqual([10_005, 10_005])
    expect(spacing.plan(0, 10)).toBe(9995)
  })

  test('with large bodies begin 300 ms apart for each MiB, and calls with small bodies begin between them', () => {
    expect(plan(3, 2 * MIB, 0)).toEqual([0, 600, 1200])
    expect(spacing.plan(64 * 1024, 0)).toBe(0)
    expect(spacing.plan(64 * 1024 + 1, 0)).toBe(1800)
  })

  test('wait at most 2.4 s for one large body', () => {
    expect(plan(2, 100 * MIB, 0)).toEqual([0, 2400])
  })

  test('with bodies of undeclared length wait longer the more bytes of earlier such bodies arrived', () => {
    expect(plan(2, undefined, 0)).toEqual([0, 0])
    spacing.countBytes(2 * MIB, 100)
    expect(spacing.plan(undefined, 100)).toBe(600)
    for (let i = 0; i < 100; i++) spacing.countBytes(MIB, 100)
    expect(spacing.plan(undefined, 100)).toBe(2400)
  })
})

describe('an isolate', () => {
  const waits = () => vi.spyOn(scheduler, 'wait').mockImplementation(async () => {})
  const makeCalls = async (accountId: string, count: number) => {
    for (let i = 0; i < count; i++) await takeShare(accountId, 0)
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
    return () => {
      vi.useRealTimers()
      vi.restoreAllMocks()
    }
  })

  test('spaces the calls of an account only while another account is active', async () => {
    const wait = waits()
    vi.setSystemTime(Date.now() + 5000)
    await makeCalls('one', 20)
    expect([areOthersActive('one', Date.now()), wait.mock.calls]).toEqual([false, []])
    await takeShare('two', 0)
    expect([areOthersActive('one', Date.now()), areOthersActive('two', Date.now())]).toEqual([true, true])
    await makeCalls('one', 10)
    expect(wait.mock.calls).toEqual([[5], [10]])
    vi.setSystemTime(Date.now() + 1000)
    expect(areOthersActive('one', Date.now())).toBe(false)
  })

  test('counts no call as active whose time is in the future, because the clock was set back', async () => {
    waits()
    const now = Date.now() + 5000
    vi.setSystemTime(now + 60_000)
    await makeCalls('two', 1)
    vi.setSystemTime(now)
    expect(areOthersActive('one', Date.now())).toBe(false)
    await makeCalls('three', 1)
    expect(areOthersActive('one', Date.now())).toBe(true)
  })

  test('lets a call wait again if the timer was late, for a second at most', async () => {
    vi.setSystemTime(Date.now() + 5000)
    const start = Date.now()
    const wait = vi.spyOn(scheduler, 'wait').mockImplementation(async (ms) => {
      vi.setSystemTime(Date.now() + ms + 100)
    })
    await takeShare('other', 0)
    await makeCalls('busy', 1)
    while (wait.mock.calls.length === 0) {
      await takeShare('other', 0)
      await takeShare('busy', 0)
    }
    expect(Date.now() - start).toBeLessThan(1500)
  })

  test('rejects a call that would wait longer than 10 s, with Retry-After', async () => {
    waits()
    vi.setSystemTime(Date.now() + 5000)
    await takeShare('quiet', 0)
    const error = await makeCalls('flood', 3000).catch((error: unknown) => error)
    expect(error).toMatchObject({ status: 429, code: 'too_costly', headers: { 'retry-after': '11' } })
    expect(error).toBeInstanceOf(Problem)
    await takeShare('quiet', 0)
  })
})

const unlimited = { limit: async () => ({ success: true }) }
const LIMITED = { RATE_LIMITS: '', KEY_RATE_LIMIT: unlimited, GUESS_RATE_LIMIT: unlimited }

test('with RATE_LIMITS=off no call waits for its share', async () => {
  const [busy, other] = [await newAccount(), await newAccount()]
  const call = callsTo(busy, { ...LIMITED, RATE_LIMITS: 'off' })
  await callsTo(other, LIMITED)('GET', '/v1/labels')
  const wait = vi.spyOn(scheduler, 'wait')
  for (let i = 0; i < 20; i++) expect((await call('GET', '/v1/labels')).status).toBe(200)
  expect(wait).not.toHaveBeenCalled()
  wait.mockRestore()
})
