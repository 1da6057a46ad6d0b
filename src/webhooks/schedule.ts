const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long after a failed attempt the next one is made, ms: nine retries, so ten attempts in all. */
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

/** The longest `Retry-After` that is honoured, and the longest delay of a queue message, ms. */
const LONGEST = DAY

/** Nothing but failures for so long disables an endpoint, ms. */
export const FAILING_FOR = 5 * DAY
/** Failures further apart than this are not of one piece, ms: while something fails, there is a retry each day. */
export const QUIET_FOR = 1.5 * DAY

/** How long deliveries and attempts are kept after they have ended, ms. */
export const KEPT_FOR = 30 * DAY

/** No consumer holds a delivery for longer, ms: one that is due later than this is waiting. */
export const LONGEST_CLAIM = MINUTE

/**
 * How long to wait after the `tries`th failed attempt (1, 2 …), ms, in whole seconds as a queue counts them; null if that
 * was the last. Retries are spread over 85 to 97 % of their delay: a second or two of the queue, or the minute of a sweep
 * where its message was lost, then stays within 20 %.
 * `retryAfter` (ms) is what the endpoint asked for.
 */
export function delayAfter(tries: number, retryAfter = 0): number | null {
  const delay = RETRIES[tries - 1]
  if (delay === undefined) return null
  const spread = Math.floor((delay * (0.85 + 0.12 * Math.random())) / SECOND)
  return Math.max(spread, Math.ceil(Math.min(retryAfter, LONGEST) / SECOND)) * SECOND
}

/** What a `Retry-After` header (RFC 9110, 10.2.3: seconds or a date in GMT) asks for, ms from `now`; 0 if it says nothing. */
export function retryAfterOf(header: string | null, now: number): number {
  if (header === null) return 0
  const text = header.trim()
  if (/^\d+$/.test(text)) return Number(text) * SECOND
  const at = text.endsWith(' GMT') ? Date.parse(text) : Number.NaN
  return Math.max(at - now || 0, 0)
}
