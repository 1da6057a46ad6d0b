import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { app } from '../../src/app'
import { priceOf, type StatementResult } from '../../src/db/price'
import { BACKGROUND, Budget, budgetFor } from '../../src/http/budget'
import { COST, EXPENSIVE_COST } from '../../src/http/limits'
import { type Account, type ApiResponse, costOf, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import { callsTo } from '../support/configured'
import { holdQueue, registerUntried } from '../support/endpoint'
import { expectProblem } from '../support/problem'

describe('the price of a round trip', () => {
  const done = (rows_read: number, rows_written: number, returned = '', duration = 0): StatementResult => ({
    results: returned ? [{ returned, n: 1, none: null }] : [],
    meta: { rows_read, rows_written, duration },
  })
  test.each<[string, StatementResult[], number]>([
    ['counts the round trip itself', [done(0, 0)], 0.25],
    ['counts rows read', [done(1000, 0)], 1.25],
    ['counts rows written', [done(0, 50)], 1.25],
    ['counts what is returned', [done(0, 0, 'x'.repeat(50_000))], 1.25],
    ['adds up the statements of a batch', [done(1000, 0), done(0, 50)], 2.25],
    ['is D1’s own time if that is longer', [done(1000, 0, '', 8)], 8.25],
    ['is not D1’s own time if that is shorter', [done(1000, 0, '', 0.1)], 1.25],
  ])('%s', (_, statements, price) => expect(priceOf(statements)).toBeCloseTo(price))
})

/** Spends this many ms of the database at once. */
const spend = (budget: Budget, cost: number, now = Date.now(), kind = 'any') => budget.begin(kind, now)(now, cost)
const QUOTA = COST.quota
const WINDOW = COST.window * 1000

const alone = () => new Budget(() => false)
const shared = () => new Budget(() => true)

describe('the budget of an account that is alone', () => {
  let budget: Budget
  beforeEach(() => {
    budget = alone()
  })

  test('is repaid in one window', () => {
    spend(budget, QUOTA, 0)
    expect(budget.spent(0)).toBe(QUOTA)
    expect(budget.spent(WINDOW / 2)).toBe(QUOTA / 2)
    expect([budget.spent(WINDOW), budget.spent(10 * WINDOW)]).toEqual([0, 0])
  })

  test('is exceeded if more than its quota is spent, until everything is repaid', () => {
    spend(budget, QUOTA, 0)
    expect(budget.excess('other', 0)).toBe(0)
    spend(budget, 1, 0)
    const excess = budget.excess('other', 0)
    expect(excess).toBeCloseTo(((QUOTA + 1) * WINDOW) / QUOTA)
    expect(budget.spent(excess)).toBeCloseTo(0)
  })

  test('is exceeded by waiting round trips of known cost', () => {
    spend(budget, 100, 0, 'list')
    const waiting = Array.from({ length: QUOTA / 100 - 1 }, () => budget.wait('list', 0))
    Array.from({ length: 1000 }, () => budget.wait('unknown', 0))
    expect([budget.excess('list', 0) > 0, budget.excess('unknown', 0)]).toEqual([true, 0])
    waiting[0]?.()
    waiting[1]?.()
    expect(budget.excess('list', 0)).toBe(0)
  })

  test('is not exceeded by a single call that costs more than the quota', () => {
    spend(budget, 2 * QUOTA, 0, 'huge')
    expect(budget.excess('huge', 0)).toBeGreaterThan(0)
    expect(budget.excess('huge', budget.excess('huge', 0))).toBe(0)
  })

  test('lets expensive round trips begin one at a time, each when the previous one is repaid', () => {
    spend(budget, 60, 0, 'expensive')
    expect(budget.timeToTurn('expensive', 0)).toBeCloseTo((40 * WINDOW) / QUOTA)
    expect(budget.timeToTurn('expensive', 200)).toBe(0)
    const end = budget.begin('expensive', 200)
    expect(budget.timeToTurn('expensive', 200)).toBe(1)
    end(260, 60)
    expect(budget.timeToTurn('expensive', 261)).toBeGreaterThan(1)
  })

  test('lets round trips of unknown cost begin one at a time', () => {
    const end = budget.begin('first', 0)
    expect([budget.timeToTurn('first', 0), budget.timeToTurn('second', 0)]).toEqual([1, 1])
    end(5, 1)
    expect([budget.timeToTurn('first', 5), budget.timeToTurn('second', 5)]).toEqual([0, 0])
  })

  test('lets cheap round trips begin at once until those in progress cost 20 ms', () => {
    spend(budget, 2, 0, 'cheap')
    let begun = 0
    for (; budget.timeToTurn('cheap', 0) === 0; begun++) budget.begin('cheap', 0)
    expect(begun).toBe(10)
  })

  test('lets background work begin when everything is repaid, even if the work is cheap', () => {
    spend(budget, 1, 0, BACKGROUND)
    expect(budget.timeToTurn(BACKGROUND, 0)).toBe(0)
    spend(budget, 30, 0, 'list')
    expect([budget.timeToTurn(BACKGROUND, 0) > 0, budget.timeToTurn(BACKGROUND, 40)]).toEqual([true, 0])
  })

  test('expects the highest cost of a kind, and half of that after 30 s', () => {
    spend(budget, 40, 0, 'list')
    spend(budget, 1, 0, 'list')
    expect(budget.timeToTurn('list', 0)).toBeGreaterThan(0)
    spend(budget, 100, 70_000, 'other')
    expect(budget.timeToTurn('list', 70_000)).toBe(0)
  })

  test('forgets a round trip in progress or waiting after 30 s without an end', () => {
    spend(budget, 15, 0, 'list')
    for (let i = 0; i < 2; i++) budget.begin('list', 0)
    for (let i = 0; i < QUOTA / 10; i++) budget.wait('list', 0)
    expect([budget.timeToTurn('list', 29_999) > 0, budget.excess('list', 29_999) > 0]).toEqual([true, true])
    expect([budget.timeToTurn('list', 30_000), budget.excess('list', 30_000)]).toEqual([0, 0])
  })

  test('charges the expected cost of a failed round trip, and nothing if its cost is unknown', () => {
    budget.begin('list', 0)(0)
    expect(budget.spent(0)).toBe(0)
    spend(budget, 10, 0, 'list')
    budget.begin('list', 0)(0)
    expect(budget.spent(0)).toBe(20)
  })
})

describe('the budget of an account while others are active', () => {
  const RATE = EXPENSIVE_COST.quota / (EXPENSIVE_COST.window * 1000)
  let budget: Budget
  beforeEach(() => {
    budget = shared()
  })

  test('lets an expensive round trip begin when the previous expensive one is repaid at the lower rate', () => {
    spend(budget, 30, 0, 'list')
    expect(budget.timeToTurn('list', 0)).toBeCloseTo(30 / RATE)
    expect(budget.timeToTurn('list', 30 / RATE)).toBe(0)
  })

  test('counts each ms of a round trip beyond 40 three times', () => {
    spend(budget, 100, 0, 'list')
    expect(budget.timeToTurn('list', 0)).toBeCloseTo((40 + 3 * 60) / RATE)
  })

  test('lets cheap round trips begin after an expensive one', () => {
    spend(budget, 1, 0, 'get')
    spend(budget, 60, 0, 'list')
    expect(budget.timeToTurn('get', 0)).toBe(0)
  })

  test('is exceeded if waiting expensive calls cost more than their quota, and still admits cheap calls', () => {
    spend(budget, 1, 0, 'get')
    spend(budget, 40, 0, 'list')
    const waiting = Array.from({ length: 7 }, () => budget.wait('list', 0))
    expect(budget.excess('list', 0)).toBeCloseTo(320 / RATE)
    expect(budget.excess('get', 0)).toBe(0)
    waiting[0]?.()
    expect(budget.excess('list', 0)).toBe(0)
  })

  test('expects a new kind to cost what its route has cost', () => {
    spend(budget, 40, 0, 'GET /v1/prospects?limit,1000')
    expect(budget.timeToTurn('GET /v1/prospects?limit,999', 0)).toBeCloseTo(40 / RATE)
    expect(budget.timeToTurn('GET /v1/labels?limit,999', 300)).toBe(0)
  })

  test('has the higher rate again when the other accounts have stopped', () => {
    let areOthersActive = true
    budget = new Budget(() => areOthersActive)
    spend(budget, 60, 0, 'list')
    areOthersActive = false
    expect(budget.timeToTurn('list', 0)).toBeCloseTo((40 * WINDOW) / QUOTA)
  })
})

/** The ms of the database that an account uses in `time` ms if it makes these kinds of calls as often as it is admitted. */
function used(budget: Budget, costs: Record<string, number>, time: number): number {
  let sum = 0
  for (let now = 0; now < time; now++)
    for (const [kind, cost] of Object.entries(costs))
      while (budget.excess(kind, now) === 0 && budget.timeToTurn(kind, now) === 0) {
        spend(budget, cost, now, kind)
        sum += cost
      }
  return sum
}

const LISTS = { list: 80, counts: 300 }
test.each<[string, Budget, Record<string, number>, number, number]>([
  ['cheap calls', alone(), { get: 0.3, create: 1.2 }, QUOTA, QUOTA],
  ['expensive calls', alone(), LISTS, QUOTA, 300 + 20],
  ['both', alone(), { get: 0.3, ...LISTS }, QUOTA, QUOTA + 300],
  ['cheap calls while others are active', shared(), { get: 0.3, create: 1.2 }, QUOTA, QUOTA],
  ['expensive calls while others are active', shared(), { list: 20, counts: 40 }, EXPENSIVE_COST.quota, 40 + 20],
])('an account that makes %s as fast as it can uses its quota and no more', (_, budget, costs, quota, burst) => {
  const time = 6 * WINDOW
  const share = (time / WINDOW) * quota
  const sum = used(budget, costs, time)
  expect(sum).toBeLessThanOrEqual(share + burst)
  expect(sum).toBeGreaterThan(share * 0.9)
})

const unlimited = { limit: async () => ({ success: true }) }
const LIMITED = { RATE_LIMITS: '', KEY_RATE_LIMIT: unlimited, GUESS_RATE_LIMIT: unlimited }
const limited = (account: Account, bindings: object = {}) => callsTo(account, { ...LIMITED, ...bindings })

test('an account whose four keys make ordinary calls at their full rate is within its budget', {
  tags: 'scale',
}, async () => {
  const account = await newAccount()
  await writeMany(
    account,
    Array.from({ length: 1000 }, (_, n) => ({
      firstName: `Given${n}`,
      lastName: 'Doe',
      email: `p${n}@example.com`,
      company: `Company ${n % 7}`,
      labels: [`Label ${n % 5}`, `Label ${5 + (n % 7)}`, `Label ${12 + (n % 11)}`],
    })),
  )
  const call = limited(account)
  const id = (await account.list('email=p7@example.com')).json.prospects[0]?.id
  /** The price by rows only, because durations depend on this machine. */
  const priceHere = (answer: ApiResponse) => {
    expect(answer.status).toBeLessThan(300)
    const { trips, read, written } = costOf(answer)
    const meta = { rows_read: read, rows_written: written, duration: 0 }
    return priceOf([{ results: [{ text: answer.text }], meta }]) + (trips - 1) * priceOf([])
  }
  const create = { firstName: 'Pat', lastName: 'New', labels: ['Label 1', 'Label 6', 'Rare'], newSourceName: 'Web' }
  const prices = {
    get: priceHere(await call('GET', `/v1/prospects/${id}`)),
    find: priceHere(await call('GET', '/v1/prospects?email=p8@example.com')),
    create: priceHere(await call('POST', '/v1/prospects', { ...create, email: 'new@example.com' })),
    patch: priceHere(await call('PATCH', `/v1/prospects/${id}`, { city: 'Austin', labels: ['Label 2', 'New'] })),
    list: priceHere(await call('GET', '/v1/prospects?limit=25&label=Label 1,Label 6')),
    page: priceHere(await call('GET', '/v1/prospects?limit=1000&sort=updatedAt&updatedSince=0&total=false')),
  }
  const budget = shared()
  let now = 0
  const make = (kind: keyof typeof prices, times = 1) => {
    for (let i = 0; i < times; i++) {
      expect(budget.excess(kind, now)).toBe(0)
      // a page of 1,000 is expensive: it waits until what was spent before is repaid
      if (kind !== 'page') expect(budget.timeToTurn(kind, now)).toBe(0)
      spend(budget, prices[kind], now, kind)
    }
  }
  // all calls that one window allows at once, and then as many in each window
  make('create', 4 * 500)
  for (now = WINDOW; now < 10 * WINDOW; now += 100) {
    make('get', 6)
    make('find', 4)
    make('create', 5)
    make('patch', 2)
    make('list', 3)
    if (now % 1000 === 0) make('page')
  }
})

describe('a call', { tags: 'scale' }, () => {
  let account: Account
  beforeEach(async () => {
    account = await newAccount()
    await account.get('/v1/me')
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  test('is charged for what it cost', async () => {
    const answer = await limited(account)('POST', '/v1/prospects', { firstName: 'Pat', lastName: 'Doe' })
    const { trips, read, written } = costOf(answer)
    expect(trips).toBe(2)
    expect(budgetFor(account.id).spent(Date.now())).toBeGreaterThanOrEqual(0.5 + read / 1000 + written / 50)
  })

  test('is rejected while its account is over its budget, does nothing, and is admitted after Retry-After', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue()
    spend(budgetFor(account.id), 2 * QUOTA)
    const post = () => limited(account, { LOG_LEVEL: '' })('POST', '/v1/labels', { name: 'Hot' })
    const answer = await post()
    expectProblem(answer, 429, 'too_costly')
    expect(answer.headers.get('retry-after')).toBe('20')
    expect(answer.headers.get('ratelimit-policy')).toBe('"cost";q=3000;w=10;qu="database-ms"')
    expect(answer.headers.has('server-timing')).toBe(false)
    expect(JSON.parse(log.mock.calls[0]?.[0])).toMatchObject({ status: 429, code: 'too_costly', accountId: account.id })
    expect((await account.get('/v1/labels')).json.items).toEqual([])
    vi.setSystemTime(Date.now() + 20_000)
    expect((await post()).status).toBe(201)
  })

  test('is rejected if other calls spend the budget before its first round trip, which is a query of Drizzle', async () => {
    vi.spyOn(budgetFor(account.id), 'excess').mockReturnValueOnce(0).mockReturnValue(1000)
    expectProblem(await limited(account)('GET', '/v1/webhooks'), 429, 'too_costly')
  })

  test.each(['a recovery', 'a move'])(
    'pays for its work in the background, which waits for its turns: %s',
    async (what) => {
      holdQueue()
      const stages = (await account.get('/v1/stages')).json.items
      await account.prospect({ stageId: stages[0].id })
      const { id } = await registerUntried(account)
      const budget = budgetFor(account.id)
      const begin = vi.spyOn(budget, 'begin')
      const timeToTurn = vi.spyOn(budget, 'timeToTurn')
      timeToTurn.mockImplementation((kind) => (kind === BACKGROUND && timeToTurn.mock.calls.length % 2 ? 1 : 0))
      const call = limited(account)
      if (what === 'a recovery') await call('POST', `/v1/webhooks/${id}/recover`, { since: 0 })
      else await call('DELETE', `/v1/stages/${stages[0].id}?moveTo=${stages[1].id}`)
      const later = begin.mock.calls.filter(([kind]) => kind === BACKGROUND)
      expect(later.length).toBeGreaterThanOrEqual(2)
      expect(timeToTurn.mock.calls.filter(([kind]) => kind === BACKGROUND).length).toBeGreaterThan(later.length)
    },
  )

  test('shares its budget with all keys of its account, and with no other account', async () => {
    const { key } = (await account.post('/v1/api-keys', { name: 'Spare', scopes: ['read'] })).json
    const other = await newAccount()
    spend(budgetFor(account.id), 2 * QUOTA)
    const statuses = [limited(account), callsTo({ key }, LIMITED), limited(other)].map(
      async (call) => (await call('GET', '/v1/labels')).status,
    )
    expect(await Promise.all(statuses)).toEqual([429, 429, 200])
  })

  test('of the operator is not charged to the account', async () => {
    spend(budgetFor(account.id), 2 * QUOTA)
    const call = callsTo({ key: env.ADMIN_TOKEN }, LIMITED)
    expect((await call('PATCH', `/admin/accounts/${account.id}`, { name: 'Busy' })).status).toBe(200)
  })

  test('is never rejected with RATE_LIMITS=off', async () => {
    spend(budgetFor(account.id), 2 * QUOTA)
    expect((await limited(account, { RATE_LIMITS: 'off' })('GET', '/v1/labels')).status).toBe(200)
  })

  test('that has begun only waits: an export is completed', async () => {
    await writeMany(
      account,
      Array.from({ length: 500 }, (_, n) => ({ firstName: 'Pat', lastName: `Doe ${n}` })),
    )
    const request = new Request('https://api.example.com/v1/prospects/export', {
      headers: { authorization: `Bearer ${account.key}`, accept: 'application/x-ndjson' },
    })
    const response = await app.fetch(request, { ...env, ...LIMITED } as Env, createExecutionContext())
    spend(budgetFor(account.id), 2 * QUOTA)
    const text = response.text()
    let isDone = false
    void text.then(() => {
      isDone = true
    })
    await scheduler.wait(200)
    expect(isDone).toBe(false)
    vi.setSystemTime(Date.now() + 10 * WINDOW)
    expect((await text).trim().split('\n')).toHaveLength(500)
  })

  test('that arrives at the same time as other expensive calls waits for them and succeeds', async () => {
    vi.useRealTimers()
    const call = limited(account)
    await account.prospect()
    await call('GET', '/v1/prospects?limit=1000')
    spend(budgetFor(account.id), 25, Date.now(), 'GET /v1/prospects 1000 limit')
    const answers = await Promise.all(Array.from({ length: 5 }, () => call('GET', '/v1/prospects?limit=1000')))
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200))
  })
})
