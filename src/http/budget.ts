import type { Context } from 'hono'
import type { Turn } from '../db/client'
import { tooCostly } from './errors'
import type { AppEnv } from './factory'
import { COST, policyOf } from './limits'
import { routeOf } from './log'

/** What is repaid each ms of what an account has spent. */
const REPAID = COST.quota / (COST.window * 1000)

/**
 * What the trips of an account that are under way may be expected to cost, ms: the calls of others are behind that, and
 * behind the last one. A call that costs as much by itself is dear.
 */
const ROOM = 20
/** What a call is expected to cost is what the dearest like it did; half of that is forgotten after so long, ms. */
const HALF_LIFE = 30_000
const MOST_KINDS = 100
/** How long a call that is too much waits whether it still is, ms, and how many do so at a time: asking faster is no use. */
const PATIENCE = 1000
const MOST_PATIENT = 100

/** After so long a trip or a call has ended, ms, though nothing said so: its caller has gone, and it was ended with that. */
const LOST_AFTER = 30_000

/** The kind of what goes on after a call's answer. */
export const LATER = 'later'

/** What is held for a while, and how much it is together. */
class Held {
  #each = new Set<{ cost: number; until: number }>()
  #sum = 0

  /** Holds one more. Returns what lets go of it. */
  add(now: number, cost = 1): () => void {
    const one = { cost, until: now + LOST_AFTER }
    this.#each.add(one)
    this.#sum += cost
    return () => this.#drop(one)
  }

  get size(): number {
    return this.#each.size
  }

  sum(now: number): number {
    for (const one of this.#each) {
      if (one.until > now) break
      this.#drop(one)
    }
    return this.#sum
  }

  #drop(one: { cost: number; until: number }) {
    if (this.#each.delete(one)) this.#sum = this.#each.size === 0 ? 0 : this.#sum - one.cost
  }
}

/**
 * What an account has asked of its database: spent (a leaky bucket), under way, and waiting. Costs are ms of the database,
 * times Unix ms. Calls of one kind cost about the same.
 */
export class Budget {
  #repaidAt = 0
  #underWay = new Held()
  #waiting = new Held()
  #kinds = new Map<string, { cost: number; at: number }>()

  /** What is not repaid yet. */
  spent(now: number): number {
    return Math.max(0, this.#repaidAt - now) * REPAID
  }

  /** How long until all is repaid that is spent or waits, ms, if that and one more is more than the quota; or else 0. */
  excess(kind: string, now: number): number {
    const asked = this.spent(now) + this.#waiting.sum(now)
    return asked + (this.#expected(kind, now) ?? 0) > COST.quota ? asked / REPAID : 0
  }

  /**
   * Whether a trip may begin: 0, or after how many ms to look again, all that wait together once a ms. A dear one, one of
   * a kind that is not known, or one that nobody waits for begins when all is repaid: so those of other accounts come
   * between.
   */
  turnIn(kind: string, now: number): number {
    const isDear = kind === LATER || (this.#expected(kind, now) ?? ROOM) >= ROOM
    const debt = this.spent(now) - (isDear ? ROOM : COST.quota)
    return debt > 0 ? debt / REPAID : this.#underWay.sum(now) < ROOM ? 0 : 1 + this.#waiting.size
  }

  /** Counts what waits. Returns what ends that. */
  wait(kind: string, now: number): () => void {
    return this.#waiting.add(now, this.#expected(kind, now) ?? 0)
  }

  /** Begins a trip. Returns what ends it: with its cost, or none if it failed. */
  begin(kind: string, now: number): (now: number, cost?: number) => void {
    const known = this.#expected(kind, now)
    const end = this.#underWay.add(now, known ?? ROOM)
    return (now, cost = known) => {
      end()
      if (cost === undefined) return
      this.#repaidAt = Math.max(this.#repaidAt, now) + cost / REPAID
      const dearest = Math.max(cost, this.#expected(kind, now) ?? 0)
      remember(this.#kinds, MOST_KINDS, kind, { cost: dearest, at: now })
    }
  }

  #expected(kind: string, now: number): number | undefined {
    const known = this.#kinds.get(kind)
    return known && known.cost * 2 ** ((known.at - now) / HALF_LIFE)
  }
}

/** Puts something last into a map of at most so many: what was put there longest ago goes. */
function remember<T>(map: Map<string, T>, most: number, key: string, value: T): T {
  if (!map.delete(key) && map.size >= most) map.delete(map.keys().next().value ?? '')
  map.set(key, value)
  return value
}

/** What this isolate knows of each account. */
const budgets = new Map<string, Budget>()
const MOST_BUDGETS = 5_000

export const budgetFor = (accountId: string): Budget =>
  remember(budgets, MOST_BUDGETS, accountId, budgets.get(accountId) ?? new Budget())

/** The calls in this isolate that are too much, and not refused yet. */
const patient = new Held()

/**
 * Lets a call of an account in, at no trip; 429 if it asks for more than its budget. Returns how the call's trips take
 * their turns: the first may be rejected too, later ones only wait, so that no call ends halfway: an export over its
 * budget goes slower.
 */
export async function admit(c: Context<AppEnv>, accountId: string): Promise<Turn> {
  const budget = budgetFor(accountId)
  const kind = kindOf(c)
  let patience = PATIENCE
  let hasBegun = false

  async function requireBudget() {
    for (;;) {
      const now = Date.now()
      const excess = budget.excess(kind, now)
      if (excess === 0) return
      if (patience <= 0 || patient.sum(now) >= MOST_PATIENT) throw overBudget(excess)
      patience -= PATIENCE / 10
      const end = patient.add(now)
      await scheduler.wait(PATIENCE / 10)
      end()
    }
  }

  await requireBudget()
  return async () => {
    const turn = await takeTurn(budget, kind, async () => {
      if (!hasBegun) await requireBudget()
    })
    hasBegun = true
    return turn
  }
}

/** How the trips take their turns of what goes on after a call's answer: each when all is repaid. They are never refused. */
export function turnsLater(accountId: string): Turn {
  const budget = budgetFor(accountId)
  return () => takeTurn(budget, LATER)
}

/** Waits until a trip may begin, each time after `require`, and begins it. */
async function takeTurn(budget: Budget, kind: string, require?: () => Promise<void>): ReturnType<Turn> {
  for (;;) {
    await require?.()
    const now = Date.now()
    const turn = budget.turnIn(kind, now)
    if (turn === 0) break
    const end = budget.wait(kind, now)
    await scheduler.wait(Math.min(turn, PATIENCE))
    end()
  }
  const end = budget.begin(kind, Date.now())
  return (cost) => end(Date.now(), cost)
}

/** Calls that cost about the same: of a route, with these parameters. */
function kindOf(c: Context<AppEnv>): string {
  const { searchParams } = new URL(c.req.url)
  const names = [...new Set(searchParams.keys())].sort()
  return [c.req.method, routeOf(c), searchParams.get('limit'), ...names].join(' ')
}

const overBudget = (wait: number) =>
  tooCostly({
    limit: `${COST.quota} ms of the database in ${COST.window} seconds`,
    retryAfter: Math.ceil(wait / 1000),
    policy: policyOf(COST),
  })
