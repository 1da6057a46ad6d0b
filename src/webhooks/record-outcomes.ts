import type { Database } from '../db/client'
import type { QueuedDelivery } from '../queues/send'
import type { Attempt } from './attempt'
import { hostOf } from './guard'
import type { LeasedDelivery } from './lease'
import { delayAfter, FAILING_FOR, QUIET_FOR } from './retry-schedule'

/**
 * The outcome of a leased delivery: an attempt, or a postponement without an attempt. `postponedTo` is when it is due again
 * (Unix ms). Null: it waits until the schedule gives its endpoint a turn. `error` is the reason, for people.
 */
export type DeliveryOutcome = { delivery: LeasedDelivery } & (
  | { attempt: Attempt }
  | { postponedTo: number | null; error?: string }
)

/** How many attempts one parameter holds. A response has at most 16 KB, a byte can become six in JSON, and D1 takes 2 MB. */
const ATTEMPTS_AT_ONCE = 12
/** How many attempts of a delivery are stored: the last ones. */
export const MAX_ATTEMPTS_STORED = 100
/** The most deliveries that are cancelled in one batch. The schedule cancels the others when they are due. */
const MAX_CANCELLED = 10_000

/**
 * Records how deliveries ended, in one batch: their state, their attempts, and the health of their endpoints. It disables
 * an endpoint that responded with 410 or has failed for five days. Returns the deliveries to enqueue again, with their
 * delays.
 */
export async function recordOutcomes(
  { batch, query }: Database,
  outcomes: DeliveryOutcome[],
): Promise<QueuedDelivery[]> {
  const now = Date.now()
  const health = healthOf(outcomes)
  const states = outcomes.map((outcome) => stateAfter(outcome, now))
  const rows = JSON.stringify(states.map(({ responseBody: _, ...state }) => state))
  const attempted = states.filter((state) => state.attempted)
  const parts = Array.from({ length: Math.ceil(attempted.length / ATTEMPTS_AT_ONCE) }, (_, i) =>
    JSON.stringify(attempted.slice(i * ATTEMPTS_AT_ONCE, (i + 1) * ATTEMPTS_AT_ONCE)),
  )
  const waiting = states.filter(({ status, nextAt }) => status === 'pending' && nextAt === null)
  const endpoints = JSON.stringify(health)
  const hasOldAttempts = outcomes.some(({ delivery }) => delivery.attempts >= MAX_ATTEMPTS_STORED)
  await batch([
    query(SET_DELIVERIES, rows, now),
    ...parts.map((part) => query(STORE_ATTEMPTS, part)),
    ...(hasOldAttempts ? [query(DELETE_OLD_ATTEMPTS, rows)] : []),
    query(SET_WEBHOOKS, endpoints, now, now - FAILING_FOR, now - QUIET_FOR),
    ...(waiting.length > 0 ? [query(SET_WAITING, JSON.stringify(waiting))] : []),
    ...(health.some(({ gone }) => gone) ? [query(FAIL_GONE, rows, now)] : []),
    ...(health.some(({ mayBeDisabled }) => mayBeDisabled) ? [query(CANCEL_PENDING, endpoints, now)] : []),
  ])
  const healthOfWebhook = new Map(health.map((each) => [each.webhookId, each]))
  return outcomes.flatMap(({ delivery: { accountId, webhookId, eventSeq, slow: wasSlow, bulk } }, i) => {
    const nextAt = states[i]?.nextAt ?? null
    if (nextAt === null) return []
    const delaySeconds = Math.ceil(Math.max(nextAt - now, 0) / 1000)
    const { slow = 0, quick = 0 } = healthOfWebhook.get(webhookId) ?? {}
    return { accountId, webhookId, eventSeq, slow: slow || (quick ? 0 : wasSlow), bulk, delaySeconds }
  })
}

/** A delivery's state after its outcome. */
function stateAfter(outcome: DeliveryOutcome, now: number) {
  const { accountId, webhookId, eventSeq, leasedUntil, tries } = outcome.delivery
  const key = { accountId, webhookId, eventSeq, leasedUntil }
  if (!('attempt' in outcome)) {
    const { postponedTo: nextAt, error } = outcome
    return { ...key, attempted: 0, status: 'pending', tries, nextAt, error, responseBody: null }
  }
  const { attempt } = outcome
  const tried = { ...key, attempted: 1, tries: tries + 1, ...attempt }
  if (attempt.error === null) return { ...tried, status: 'succeeded', nextAt: null }
  const delay = delayAfter(tries + 1, attempt.retryAfter)
  if (delay === null) return { ...tried, status: 'failed', nextAt: null }
  return { ...tried, status: 'pending', nextAt: Math.max(now, attempt.attemptedAt + attempt.durationMs + delay) }
}

/** The health of each endpoint, from all its attempts in these outcomes. The flags are 0 and 1, for SQL. */
function healthOf(outcomes: DeliveryOutcome[]) {
  const attempted = outcomes.filter((outcome) => 'attempt' in outcome)
  return [...Map.groupBy(attempted, ({ delivery }) => delivery.webhookId).values()].map((group) => {
    const { accountId, webhookId, url, failing } = (group[0] as (typeof group)[0]).delivery
    const succeeded = group.some(({ attempt }) => attempt.error === null)
    const gone = group.some(({ attempt }) => attempt.statusCode === 410)
    const slow = group.some(({ attempt }) => attempt.slow)
    const quick = !slow && group.some(({ attempt }) => attempt.statusCode !== null)
    const flags = { succeeded: Number(succeeded), gone: Number(gone), slow: Number(slow), quick: Number(quick) }
    const mayBeDisabled = gone || (!succeeded && failing === 1)
    return { accountId, webhookId, url, host: hostOf(url), ...flags, mayBeDisabled }
  })
}

// Text: the statements below are set-based.

/**
 * An outcome `counts` if the consumer still has the lease. Otherwise the delivery began again or ended meanwhile, and the
 * outcome only adds to the number of attempts. But a success also counts if the delivery has ended.
 */
const SET_DELIVERIES = `
  UPDATE deliveries AS d SET
    status = iif(o.counts, o.status, d.status), next_at = iif(o.counts, o.next_at, d.next_at),
    tries = iif(o.counts, o.tries, d.tries),
    finished_at = CASE WHEN iif(o.counts, o.status, d.status) <> 'pending' THEN ?2 END,
    attempts = d.attempts + o.attempted,
    last_status_code = iif(o.attempted, o.status_code, d.last_status_code),
    last_error = iif(o.attempted, o.error, coalesce(o.error, d.last_error))
  FROM (SELECT k.*, c.next_at IS k.leased_until OR (k.status = 'succeeded' AND c.status <> 'pending') AS counts
    FROM (SELECT value ->> 'accountId' AS account_id, value ->> 'webhookId' AS webhook_id,
        value ->> 'eventSeq' AS event_seq, value ->> 'leasedUntil' AS leased_until, value ->> 'attempted' AS attempted,
        value ->> 'status' AS status, value ->> 'nextAt' AS next_at, value ->> 'tries' AS tries,
        value ->> 'statusCode' AS status_code, value ->> 'error' AS error
      FROM json_each(?1)) k
    CROSS JOIN deliveries c ON c.account_id = k.account_id AND c.webhook_id = k.webhook_id AND c.event_seq = k.event_seq) o
  WHERE d.account_id = o.account_id AND d.webhook_id = o.webhook_id AND d.event_seq = o.event_seq`

/** A response may quote the event. So no response is stored for a prospect that was erased. */
const STORE_ATTEMPTS = `
  INSERT INTO attempts (account_id, webhook_id, event_seq, n, attempted_at, duration_ms, status_code, error, answer)
  SELECT d.account_id, d.webhook_id, d.event_seq, d.attempts, o.value ->> 'attemptedAt', o.value ->> 'durationMs',
    o.value ->> 'statusCode', o.value ->> 'error',
    iif(e.type = 'prospect.deleted' OR e.data ->> '$.prospect.erased', NULL, o.value ->> 'responseBody')
  FROM json_each(?1) o
    CROSS JOIN deliveries d ON d.account_id = o.value ->> 'accountId' AND d.webhook_id = o.value ->> 'webhookId'
      AND d.event_seq = o.value ->> 'eventSeq'
    CROSS JOIN events e ON e.account_id = d.account_id AND e.seq = d.event_seq`

/** Each new attempt beyond the last hundred deletes the oldest. */
const DELETE_OLD_ATTEMPTS = `
  DELETE FROM attempts WHERE (account_id, webhook_id, event_seq, n) IN (
    SELECT d.account_id, d.webhook_id, d.event_seq, d.attempts - ${MAX_ATTEMPTS_STORED}
    FROM json_each(?1) o
      CROSS JOIN deliveries d ON d.account_id = o.value ->> 'accountId' AND d.webhook_id = o.value ->> 'webhookId'
        AND d.event_seq = o.value ->> 'eventSeq')`

/**
 * Writes an endpoint only if its health changes, and only if its URL is still the one that was called. The
 * statement itself checks whether the endpoint has failed for too long, because it may have succeeded or been enabled
 * again during the attempt.
 */
const SET_WEBHOOKS = `
  UPDATE webhooks AS w SET
    failing_since = CASE WHEN o.succeeded THEN NULL WHEN w.failed_at > ?4 THEN coalesce(w.failing_since, ?2) ELSE ?2 END,
    failed_at = iif(o.succeeded, w.failed_at, ?2),
    host = iif(o.succeeded, o.host, w.host), verified_at = iif(o.succeeded, coalesce(w.verified_at, ?2), w.verified_at),
    slow_since = CASE WHEN NOT o.quick THEN iif(o.slow, coalesce(w.slow_since, ?2), w.slow_since) END,
    disabled_at = iif(o.reason IS NULL, w.disabled_at, ?2),
    disabled_reason = coalesce(o.reason, w.disabled_reason),
    recover_from = iif(o.reason IS NULL, w.recover_from, NULL),
    updated_at = iif(o.reason IS NULL, w.updated_at, max(?2, w.updated_at + 1))
  FROM (SELECT k.*, CASE
      WHEN c.disabled_at IS NOT NULL THEN NULL
      WHEN k.gone THEN 'gone'
      WHEN NOT k.succeeded AND c.failing_since <= ?3 AND c.failed_at > ?4 THEN 'failing' END AS reason
    FROM (SELECT value ->> 'accountId' AS account_id, value ->> 'webhookId' AS webhook_id, value ->> 'url' AS url,
        value ->> 'host' AS host,
        value ->> 'succeeded' AS succeeded, value ->> 'gone' AS gone, value ->> 'slow' AS slow,
        value ->> 'quick' AS quick
      FROM json_each(?1)) k
    CROSS JOIN webhooks c ON c.account_id = k.account_id AND c.id = k.webhook_id) o
  WHERE w.account_id = o.account_id AND w.id = o.webhook_id AND w.url = o.url AND w.deleted_at IS NULL
    AND (NOT o.succeeded OR o.reason IS NOT NULL OR w.failing_since IS NOT NULL OR w.verified_at IS NULL
      OR iif(w.slow_since IS NULL, o.slow, o.quick))`

/** Marks the webhooks `?1`, `{accountId, webhookId}[]`, as having deliveries that wait for their turn. */
export const SET_WAITING = `
  UPDATE webhooks SET waiting_since = 0 WHERE waiting_since IS NULL
    AND (account_id, id) IN (SELECT value ->> 'accountId', value ->> 'webhookId' FROM json_each(?1))`

/**
 * Fails the deliveries that got a 410. If the endpoint is still enabled, its URL was changed during the attempt: then the
 * delivery stays pending.
 */
const FAIL_GONE = `
  UPDATE deliveries SET status = 'failed', next_at = NULL, finished_at = ?2
  WHERE status = 'pending' AND (account_id, webhook_id, event_seq) IN (
    SELECT w.account_id, w.id, o.value ->> 'eventSeq'
    FROM json_each(?1) o
      CROSS JOIN webhooks w ON w.account_id = o.value ->> 'accountId' AND w.id = o.value ->> 'webhookId'
    WHERE o.value ->> 'statusCode' = 410 AND w.disabled_at IS NOT NULL)`

/** Cancels the pending deliveries of those webhooks `?1`, `{accountId, webhookId}[]`, that are disabled or deleted. `?2` is now. */
export const CANCEL_PENDING = `
  UPDATE deliveries SET status = 'cancelled', next_at = NULL, finished_at = ?2
  WHERE (account_id, webhook_id, event_seq) IN (
    SELECT d.account_id, d.webhook_id, d.event_seq
    FROM json_each(?1) k
      CROSS JOIN webhooks w ON w.account_id = k.value ->> 'accountId' AND w.id = k.value ->> 'webhookId'
        AND (w.disabled_at IS NOT NULL OR w.deleted_at IS NOT NULL)
      CROSS JOIN deliveries d INDEXED BY deliveries_status
        ON d.account_id = w.account_id AND d.webhook_id = w.id AND d.status = 'pending'
    LIMIT ${MAX_CANCELLED})`
