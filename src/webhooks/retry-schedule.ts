const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long after each failed attempt the next one is made, ms. Nine retries are ten attempts in all. */
export const RETRIES = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]

/** The longest `Retry-After` that counts, ms. It is also the longest delay of a queue message. */
const MAX_RETRY_AFTER = DAY

/** An endpoint is disabled if it fails for this long without a success, ms. */
export const FAILING_FOR = 5 * DAY
/**
 * A failure that comes longer than this after the last one starts a new period of failures, ms. It is longer than a day,
 * because a delivery that fails is retried each day.
 */
export const QUIET_FOR = 1.5 * DAY

/** How long deliveries and their attempts are stored after they ended, ms. */
export const KEPT_FOR = 30 * DAY

/** No consumer leases a delivery for longer, ms. A delivery that is due later than this waits for its retry. */
export const MAX_LEASE = MINUTE

/**
 * How long to wait after a failed attempt, ms, in whole seconds because queues count them; null if it was the last one.
 * `tries` is the number of the attempt, from 1. `retryAfter` is the wait that the endpoint asked for, ms.
 *
 * The wait is a random 85 to 97 % of the documented delay. The queue adds a second or two. If the message was lost, the
 * schedule adds up to a minute. Either way, the retry comes within 20 % of the documented delay.
 */
export function delayAfter(tries: number, retryAfter = 0): number | null {
  const delay = RETRIES[tries - 1]
  if (delay === undefined) return null
  const spread = Math.floor((delay * (0.85 + 0.12 * Math.random())) / SECOND)
  return Math.max(spread, Math.ceil(Math.min(retryAfter, MAX_RETRY_AFTER) / SECOND)) * SECOND
}

/** The wait that a `Retry-After` header asks for, ms: seconds, or until a date in GMT (RFC 9110, 10.2.3). 0 if it has neither. */
export function retryAfterOf(header: string | null, now: number): number {
  if (header === null) return 0
  const text = header.trim()
  if (/^\d+$/.test(text)) return Number(text) * SECOND
  const at = text.endsWith(' GMT') ? Date.parse(text) : Number.NaN
  return Math.max(at - now || 0, 0)
}
