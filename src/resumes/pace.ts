import { areOthersActive } from '../http/share'

/** How much reading time an account may use before its resumes wait, ms, and how much of it is paid back each ms. */
const BURST = 1_000
const PAID_BACK = 0.5
/** How much is paid back each ms while other accounts call the isolate, because each reading delays them. There is no burst then. */
const SHARED_PAID_BACK = 0.03
/** How many accounts an isolate remembers. It forgets the one whose last reading is the oldest. */
const MAX_ACCOUNTS = 1_000

interface Pace {
  /** When all reading is paid back, Unix ms. */
  paidAt: number
  /** The latest time that a waiting resume was given, Unix ms. */
  lastAt: number
  /** How long the last reading took, ms. */
  cost: number
}
const paces = new Map<string, Pace>()

/**
 * How long a resume of an account waits, ms, so that resumes of other accounts are read first. It is 0 while the account
 * has not used up its burst. Each waiting resume of an account gets a later time than the one before.
 */
export function delayOf(accountId: string, now: number): number {
  const pace = paces.get(accountId)
  const areOthers = areOthersActive(accountId, now)
  const burst = areOthers ? 0 : BURST / PAID_BACK
  if (!pace || pace.paidAt - burst <= now) return 0
  pace.lastAt = Math.max(pace.lastAt, pace.paidAt) + pace.cost / (areOthers ? SHARED_PAID_BACK : PAID_BACK)
  return pace.lastAt - now
}

/** Counts a reading of an account. It took `cost` ms and ended at `now` (Unix ms). */
export function countReading(accountId: string, cost: number, now: number): void {
  const paidBack = areOthersActive(accountId, now) ? SHARED_PAID_BACK : PAID_BACK
  const { paidAt = 0, lastAt = 0 } = paces.get(accountId) ?? {}
  if (!paces.delete(accountId) && paces.size >= MAX_ACCOUNTS) paces.delete(paces.keys().next().value ?? '')
  paces.set(accountId, { paidAt: Math.max(paidAt, now) + cost / paidBack, lastAt, cost })
}
