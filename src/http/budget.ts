import type { Context } from 'hono'
import type { Turn } from '../db/client'
import { tooCostly } from './errors'
import type { AppEnv } from './factory'
import { COST, EXPENSIVE_COST, policyOf } from './limits'
import { routeOf } from './log'
import { Pending } from './pending'
import { setNewest } from './set-newest'
import { areOthersActive, takeShare } from './share'
import { declaredLength } from './streamed-body'

/** A call is expensive if it keeps the database busy for this long, ms. Other accounts notice if they wait that long. */
const EXPENSIVE = 10
/**
 * While other accounts are active, each ms of a round trip beyond `LONG` counts `LONG_FACTOR` times. Calls of other accounts
 * that arrive meanwhile wait for its end. So fewer than one in a hundred waits for longer than `LONG`.
 */
const LONG = 40
const LONG_FACTOR = 3
/** The expected costs of one account's round trips in progress may add up to this, ms. */
const IN_PROGRESS = 20
/** A call is expected to cost as much as the most expensive call of its kind. The expected cost halves in this time, ms. */
const HALF_LIFE = 30_000
const MAX_KINDS = 100

/** A call over its budget is held for this long before its 429, ms, so that a client in a loop makes few calls. */
const HOLD_TIME = 1000
const CHECK_AGAIN = 100
const MAX_HELD = 100

/** The kind of all work that runs in the background, after the response. */
export const BACKGROUND = 'background'

/** A leaky bucket: what was spent is repaid at a constant rate. Costs are ms of the database; times are Unix ms. */
class Bucket {
  readonly quota: number
  #rate: number
  #repaidAt = 0

  constructor({ quota, window }: { quota: number; window: number }) {
    this.quota = quota
    this.#rate = quota / (window * 1000)
  }

  spend(cost: number, now: number): void {
    this.#repaidAt = Math.max(this.#repaidAt, now) + cost / this.#rate
  }

  /** The cost that was spent and is not repaid yet. */
  spent(now: number): number {
    return Math.max(0, this.#repaidAt - now) * this.#rate
  }

  /** How many ms it takes to repay a cost; 0 if the cost is negative. */
  timeToRepay(cost: number): number {
    return Math.max(0, cost / this.#rate)
  }
}

/**
 * What one account costs its database. Every cost is spent from one bucket. While other accounts are active, a second,
 * smaller bucket also limits expensive calls (`EXPENSIVE`), so that few calls of other accounts wait behind an expensive
 * call. A `kind` is a set of calls that cost about the same: the method and the route, and after a `?` the names of the
 * parameters and the value of `limit`, as in `GET /v1/prospects?label,limit,50`.
 */
export class Budget {
  #areOthersActive: (now: number) => boolean
  #all = new Bucket(COST)
  #expensive = new Bucket(EXPENSIVE_COST)
  #inProgress = new Pending()
  #waiting = new Pending()
  #waitingExpensive = new Pending()
  #kinds = new Map<string, { cost: number; at: number }>()

  constructor(areOthersActive = (_now: number) => true) {
    this.#areOthersActive = areOthersActive
  }

  /** The cost that the account has spent and not repaid yet. */
  spent(now: number): number {
    return this.#all.spent(now)
  }

  /** Returns 0 if a call is within the budget; otherwise the ms until everything that is spent or waiting is repaid. */
  excess(kind: string, now: number): number {
    const cost = this.#expected(kind, now) ?? 0
    const excessOf = (bucket: Bucket, waiting: Pending, cost: number) => {
      const asked = bucket.spent(now) + waiting.sum(now)
      return asked + cost > bucket.quota ? bucket.timeToRepay(asked) : 0
    }
    const excess = excessOf(this.#all, this.#waiting, cost)
    return this.#isLimited(kind, now) ? Math.max(excess, excessOf(this.#expensive, this.#waitingExpensive, 0)) : excess
  }

  /**
   * Returns 0 if a round trip may begin; otherwise the ms after which to ask again. Three kinds of round trips wait until
   * nearly all that was spent is repaid: expensive ones, those of unknown cost, and those in the background. Calls of other
   * accounts can run in the meantime.
   */
  timeToTurn(kind: string, now: number): number {
    const cost = this.#expected(kind, now) ?? EXPENSIVE
    const waitsForRepayment = cost >= EXPENSIVE || kind === BACKGROUND
    const debt = this.#all.timeToRepay(this.#all.spent(now) - (waitsForRepayment ? IN_PROGRESS : COST.quota))
    const wait = this.#isLimited(kind, now)
      ? Math.max(debt, this.#expensive.timeToRepay(this.#expensive.spent(now)))
      : debt
    if (wait > 0) return wait
    return this.#inProgress.sum(now) < IN_PROGRESS ? 0 : 1 + this.#waiting.count(now)
  }

  /** Counts a round trip that waits. Returns a function that ends its wait. */
  wait(kind: string, now: number): () => void {
    const cost = this.#expected(kind, now) ?? 0
    const ends = [this.#waiting.add(now, cost)]
    if (cost >= EXPENSIVE) ends.push(this.#waitingExpensive.add(now, cost))
    return () => {
      for (const end of ends) end()
    }
  }

  /** Begins a round trip. Returns a function that ends it and spends its cost; without a cost, it spends the expected cost. */
  begin(kind: string, now: number): (now: number, cost?: number) => void {
    const expected = this.#expected(kind, now)
    const end = this.#inProgress.add(now, expected ?? IN_PROGRESS)
    return (now, cost = expected) => {
      end()
      if (cost !== undefined) this.spend(kind, cost, now)
    }
  }

  /** Spends a cost, and expects the next calls of this kind to cost as much. */
  spend(kind: string, cost: number, now: number): void {
    this.#all.spend(cost, now)
    if (cost >= EXPENSIVE) this.#expensive.spend(cost + (LONG_FACTOR - 1) * Math.max(0, cost - LONG), now)
    for (const name of new Set([kind, routeIn(kind)])) {
      const known = this.#kinds.get(name)
      setNewest(this.#kinds, MAX_KINDS, name, { cost: Math.max(cost, known ? decayed(known, now) : 0), at: now })
    }
  }

  /** Whether the bucket for expensive calls limits calls of this kind. */
  #isLimited(kind: string, now: number): boolean {
    return (this.#expected(kind, now) ?? 0) >= EXPENSIVE && this.#areOthersActive(now)
  }

  /**
   * What a call is expected to cost, ms: what its kind has cost. For a new kind, what its route has cost, so that a client
   * cannot avoid the limit with new parameters.
   */
  #expected(kind: string, now: number): number | undefined {
    const known = this.#kinds.get(kind) ?? this.#kinds.get(routeIn(kind))
    return known && decayed(known, now)
  }
}

const decayed = ({ cost, at }: { cost: number; at: number }, now: number) => cost * 2 ** ((at - now) / HALF_LIFE)

const routeIn = (kind: string) => kind.split('?', 1)[0] as string

/** The budgets of the accounts that called this isolate last. */
const budgets = new Map<string, Budget>()
const MAX_BUDGETS = 5_000

export const budgetFor = (accountId: string): Budget =>
  setNewest(
    budgets,
    MAX_BUDGETS,
    accountId,
    budgets.get(accountId) ?? new Budget((now) => areOthersActive(accountId, now)),
  )

/** The calls in this isolate that are over their budget and held before their 429. */
const held = new Pending()

/**
 * Admits a call of an account, without a round trip. Returns the function in which each round trip of the call waits for
 * its turn. Throws a 429 if the account is over its budget, before the call or before its first round trip. Later round
 * trips only wait, so that no call ends halfway: an export over its budget is slower.
 */
export async function admit(c: Context<AppEnv>, accountId: string): Promise<Turn> {
  await takeShare(accountId, c.req.raw.body ? declaredLength(c) : 0)
  const budget = budgetFor(accountId)
  const kind = kindOf(c)
  let holdTime = HOLD_TIME
  let hasBegun = false

  async function requireBudget() {
    for (;;) {
      const now = Date.now()
      const excess = budget.excess(kind, now)
      if (excess === 0) return
      if (holdTime <= 0 || held.count(now) >= MAX_HELD) throw overBudget(excess)
      holdTime -= CHECK_AGAIN
      const end = held.add(now)
      await scheduler.wait(CHECK_AGAIN)
      end()
    }
  }

  await requireBudget()
  return async () => {
    const end = await takeTurn(budget, kind, async () => {
      if (!hasBegun) await requireBudget()
    })
    hasBegun = true
    return end
  }
}

/** For round trips in the background of a call: each waits until nearly everything is repaid. They are never rejected. */
export function turnsInBackground(accountId: string): Turn {
  const budget = budgetFor(accountId)
  return () => takeTurn(budget, BACKGROUND)
}

/** Waits until a round trip may begin, and begins it. Calls `require` before each check. */
async function takeTurn(budget: Budget, kind: string, require?: () => Promise<void>): ReturnType<Turn> {
  for (;;) {
    await require?.()
    const now = Date.now()
    const wait = budget.timeToTurn(kind, now)
    if (wait === 0) break
    const end = budget.wait(kind, now)
    await scheduler.wait(Math.min(wait, HOLD_TIME))
    end()
  }
  const end = budget.begin(kind, Date.now())
  return (cost) => end(Date.now(), cost)
}

/** The route, the names of the parameters, and the value of `limit`. */
function kindOf(c: Context<AppEnv>): string {
  const { searchParams } = new URL(c.req.url)
  const names = [...new Set(searchParams.keys())].sort()
  return `${c.req.method} ${routeOf(c)}?${[...names, searchParams.get('limit')].join()}`
}

const overBudget = (wait: number) =>
  tooCostly({
    limit: `${COST.quota} ms of the database in ${COST.window} seconds, and ${EXPENSIVE_COST.quota} ms for expensive calls while other accounts are active,`,
    retryAfter: Math.ceil(wait / 1000),
    policy: policyOf(COST),
  })
