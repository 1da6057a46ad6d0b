/** How much reading an account may have done without a delay, ms, and how much of it is paid back in each ms. */
const BURST = 1_000
const PAID_BACK = 0.5
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
  if (!pace || pace.paidAt - BURST / PAID_BACK <= now) return 0
  pace.lastAt = Math.max(pace.lastAt, pace.paidAt) + pace.cost / PAID_BACK
  return pace.lastAt - now
}

/** Counts a reading of an account that took `cost` ms and ended at `now`. */
export function countReading(accountId: string, cost: number, now: number): void {
  const { paidAt = 0, lastAt = 0 } = paces.get(accountId) ?? {}
  if (!paces.delete(accountId) && paces.size >= MAX_ACCOUNTS) paces.delete(paces.keys().next().value ?? '')
  paces.set(accountId, { paidAt: Math.max(paidAt, now) + cost / PAID_BACK, lastAt, cost })
}
