import { areOthersActive } from '../http/share'

/** How much reading an account may have done without a delay, ms, and how much of it is paid back in each ms. */
const BURST = 1_000
const PAID_BACK = 0.5
/** How much is paid back in each ms while other accounts call the isolate: they wait for each reading. There is no burst. */
const SHARED_PAID_BACK = 0.1
/** How many accounts an isolate remembers. It forgets the one whose last reading is the oldest. */
const MAX_ACCOUNTS = 1_000

interface Pace {
  /** When all reading is paid back, Unix ms. */
  paidAt: number
  /** When the last resume that waits may be read, Unix ms. */
  lastAt: number
  /** How long the last reading took, ms. */
  cost: number
}
const paces = new Map<string, Pace>()

/**
 * How long a resume of an account waits so that those of other accounts pass, ms. It is 0 while the account has not used
 * up its burst. Each resume that waits gets a time of its own.
 */
export function waitFor(accountId: string, now: number): number {
  const pace = paces.get(accountId)
  const areOthers = areOthersActive(accountId, now)
  const burst = areOthers ? 0 : BURST / PAID_BACK
  if (!pace || pace.paidAt - burst <= now) return 0
  pace.lastAt = Math.max(pace.lastAt, pace.paidAt) + pace.cost / (areOthers ? SHARED_PAID_BACK : PAID_BACK)
  return pace.lastAt - now
}

/** Counts a reading of an account that took `cost` ms and ended at `now`. */
export function countReading(accountId: string, cost: number, now: number): void {
  const paidBack = areOthersActive(accountId, now) ? SHARED_PAID_BACK : PAID_BACK
  const { paidAt = 0, lastAt = 0 } = paces.get(accountId) ?? {}
  if (!paces.delete(accountId) && paces.size >= MAX_ACCOUNTS) paces.delete(paces.keys().next().value ?? '')
  paces.set(accountId, { paidAt: Math.max(paidAt, now) + cost / paidBack, lastAt, cost })
}
