/** What an account may spend at once on having resumes read, ms, and how much of it is repaid each ms. */
const BURST = 1_000
const REPAID = 0.5
/** How many accounts are remembered, each isolate its own; the one that had a resume read longest ago is forgotten. */
const ACCOUNTS_MOST = 1_000

/** What an account's reading has come to: when it is repaid and when the last that waits has its time (Unix ms); ms a piece. */
interface Pace {
  repaidAt: number
  lastAt: number
  cost: number
}
const paces = new Map<string, Pace>()

/**
 * How long a resume of an account waits, so that those of others pass, ms: 0 while the account has not spent its burst.
 * Each that waits has a time of its own.
 */
export function waitFor(accountId: string, now: number): number {
  const pace = paces.get(accountId)
  if (!pace || pace.repaidAt - BURST / REPAID <= now) return 0
  pace.lastAt = Math.max(pace.lastAt, pace.repaidAt) + pace.cost / REPAID
  return pace.lastAt - now
}

/** Counts what reading a resume of an account took, ms. */
export function countReading(accountId: string, cost: number, now: number): void {
  const { repaidAt = 0, lastAt = 0 } = paces.get(accountId) ?? {}
  if (!paces.delete(accountId) && paces.size >= ACCOUNTS_MOST) paces.delete(paces.keys().next().value ?? '')
  paces.set(accountId, { repaidAt: Math.max(repaidAt, now) + cost / REPAID, lastAt, cost })
}
