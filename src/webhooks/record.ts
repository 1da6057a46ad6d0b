import type { Database } from '../db/client'
import type { Attempt, Sendable } from './attempt'
import { hostOf } from './guard'
import type { QueuedDelivery } from './messages'
import { delayAfter, FAILING_FOR, QUIET_FOR } from './schedule'

/** A delivery that a consumer holds, until `lease` (Unix ms). */
export interface Claimed extends Sendable {
  slow: number
  /** Whether an import wrote its event. */
  bulk: number
  /** Whether its endpoint has failed before, and not succeeded since. */
  failing: number
  /** Whether its host has answered 2xx to the account. */
  verified: number
  /** Attempts, in all and since it was begun. */
  attempts: number
  tries: number
  lease: number
}

/** What became of a claimed delivery: an attempt, or it was not sent, and waits until then (Unix ms; null: for its turn). */
export type Outcome = { delivery: Claimed } & ({ attempt: Attempt } | { postponedTo: number | null; error?: string })

/** How many attempts are logged together: JSON makes six bytes of one at most, and a parameter of D1's may have 2 MB. */
const LOG_TOGETHER = 12
/** Of how many attempts of a delivery the log is kept: those that are shown. */
export const LOGGED_MOST = 100
/** The most deliveries that are cancelled in one batch; the sweep does the rest, when they are due. */
const CANCEL_MOST = 10_000

/**
 * Records how deliveries ended, in one batch: their state, the log of attempts, and how their endpoints are. One that
 * answered 410, or has failed for five days, is disabled. Returns what is to be woken, and when.
 */
export async function record({ d1 }: Database, outcomes: Outcome[]): Promise<QueuedDelivery[]> {
  const now = Date.now()
  const health = healthOf(outcomes)
  const states = outcomes.map((outcome) => stateAfter(outcome, now))
  const rows = JSON.stringify(states.map(({ answer: _, ...state }) => state))
  const logged = states.filter((state) => state.logged)
  const parts = Array.from({ length: Math.ceil(logged.length / LOG_TOGETHER) }, (_, i) =>
    JSON.stringify(logged.slice(i * LOG_TOGETHER, (i + 1) * LOG_TOGETHER)),
  )
  const isWaiting = states.some(({ status, nextAt }) => status === 'pending' && nextAt === null)
  const endpoints = JSON.stringify(health)
  await d1.batch([
    d1.prepare(SET_DELIVERIES).bind(rows, now),
    ...parts.map((part) => d1.prepare(LOG_ATTEMPTS).bind(part)),
    ...(outcomes.some(({ delivery }) => delivery.attempts >= LOGGED_MOST)
      ? [d1.prepare(FORGET_ATTEMPTS).bind(rows)]
      : []),
    d1.prepare(SET_WEBHOOKS).bind(endpoints, now, now - FAILING_FOR, now - QUIET_FOR),
    ...(isWaiting ? [d1.prepare(WAITING).bind(JSON.stringify(states.filter(({ nextAt }) => nextAt === null)))] : []),
    ...(health.some(({ gone }) => gone) ? [d1.prepare(FAIL_GONE).bind(rows, now)] : []),
    ...(health.some(({ mayEnd }) => mayEnd) ? [d1.prepare(CANCEL_PENDING).bind(endpoints, now)] : []),
  ])
  const healthBy = new Map(health.map((of) => [of.webhookId, of]))
  return outcomes.flatMap(({ delivery: { accountId, webhookId, eventSeq, slow: wasSlow, bulk } }, i) => {
    const nextAt = states[i]?.nextAt ?? null
    if (nextAt === null) return []
    const delaySeconds = Math.ceil(Math.max(nextAt - now, 0) / 1000)
    const { slow = 0, quick = 0 } = healthBy.get(webhookId) ?? {}
    return { accountId, webhookId, eventSeq, slow: slow || (quick ? 0 : wasSlow), bulk, delaySeconds }
  })
}

/** A delivery's state after the outcome. `logged` says whether there was an attempt. */
function stateAfter(outcome: Outcome, now: number) {
  const { accountId, webhookId, eventSeq, lease, tries } = outcome.delivery
  const key = { accountId, webhookId, eventSeq, lease }
  if (!('attempt' in outcome)) {
    const { postponedTo: nextAt, error } = outcome
    return { ...key, logged: 0, status: 'pending', tries, nextAt, error, answer: null }
  }
  const { attempt } = outcome
  const tried = { ...key, logged: 1, tries: tries + 1, ...attempt }
  if (attempt.error === null) return { ...tried, status: 'succeeded', nextAt: null }
  const delay = delayAfter(tries + 1, attempt.retryAfter)
  if (delay === null) return { ...tried, status: 'failed', nextAt: null }
  return { ...tried, status: 'pending', nextAt: Math.max(now, attempt.attemptedAt + attempt.durationMs + delay) }
}

/** How each endpoint did in these outcomes, taken together. */
function healthOf(outcomes: Outcome[]) {
  const attempted = outcomes.filter((outcome) => 'attempt' in outcome)
  return [...Map.groupBy(attempted, ({ delivery }) => delivery.webhookId).values()].map((of) => {
    const { accountId, webhookId, url, failing } = (of[0] as (typeof of)[0]).delivery
    const succeeded = of.some(({ attempt }) => attempt.error === null)
    const gone = of.some(({ attempt }) => attempt.statusCode === 410)
    const slow = of.some(({ attempt }) => attempt.slow)
    const quick = !slow && of.some(({ attempt }) => attempt.statusCode !== null)
    const states = { succeeded: Number(succeeded), gone: Number(gone), slow: Number(slow), quick: Number(quick) }
    const mayEnd = gone || (!succeeded && failing === 1)
    return { accountId, webhookId, url, host: hostOf(url), ...states, mayEnd }
  })
}

/**
 * Whoever still holds the claim says what comes next. Whoever has lost it only adds to the count: begun anew, it goes
 * again; but what was ended meanwhile and has arrived all the same, has arrived.
 */
const SET_DELIVERIES = `
  UPDATE deliveries AS d SET
    status = iif(o.counts, o.status, d.status), next_at = iif(o.counts, o.next_at, d.next_at),
    tries = iif(o.counts, o.tries, d.tries),
    finished_at = CASE WHEN iif(o.counts, o.status, d.status) <> 'pending' THEN ?2 END,
    attempts = d.attempts + o.logged,
    last_status_code = iif(o.logged, o.status_code, d.last_status_code), 
    last_error = iif(o.logged, o.error, coalesce(o.error, d.last_error))
  FROM (SELECT k.*, c.next_at IS k.lease OR (k.status = 'succeeded' AND c.status <> 'pending') AS counts
    FROM (SELECT value ->> 'accountId' AS account_id, value ->> 'webhookId' AS webhook_id,
        value ->> 'eventSeq' AS event_seq, value ->> 'lease' AS lease, value ->> 'logged' AS logged,
        value ->> 'status' AS status, value ->> 'nextAt' AS next_at, value ->> 'tries' AS tries,
        value ->> 'statusCode' AS status_code, value ->> 'error' AS error
      FROM json_each(?1)) k
    CROSS JOIN deliveries c ON c.account_id = k.account_id AND c.webhook_id = k.webhook_id AND c.event_seq = k.event_seq) o
  WHERE d.account_id = o.account_id AND d.webhook_id = o.webhook_id AND d.event_seq = o.event_seq`

/** What an endpoint answered may quote what it was sent: nothing of it is kept about somebody who is erased. */
const LOG_ATTEMPTS = `
  INSERT INTO attempts (account_id, webhook_id, event_seq, n, attempted_at, duration_ms, status_code, error, answer)
  SELECT d.account_id, d.webhook_id, d.event_seq, d.attempts, o.value ->> 'attemptedAt', o.value ->> 'durationMs',
    o.value ->> 'statusCode', o.value ->> 'error', 
    iif(e.type = 'prospect.deleted' OR e.data ->> '$.prospect.erased', NULL, o.value ->> 'answer')
  FROM json_each(?1) o
    CROSS JOIN deliveries d ON d.account_id = o.value ->> 'accountId' AND d.webhook_id = o.value ->> 'webhookId'
      AND d.event_seq = o.value ->> 'eventSeq'
    CROSS JOIN events e ON e.account_id = d.account_id AND e.seq = d.event_seq`

/** What a delivery that is begun again and again no longer shows. */
const FORGET_ATTEMPTS = `
  DELETE FROM attempts WHERE (account_id, webhook_id, event_seq, n) IN (
    SELECT d.account_id, d.webhook_id, d.event_seq, d.attempts - ${LOGGED_MOST}
    FROM json_each(?1) o
      CROSS JOIN deliveries d ON d.account_id = o.value ->> 'accountId' AND d.webhook_id = o.value ->> 'webhookId'
        AND d.event_seq = o.value ->> 'eventSeq')`

/**
 * An endpoint is written only if something about it changes, and only if it is still the one that was sent to. Whether
 * it has failed for too long is seen here, for it may have succeeded, or been enabled anew, during the attempt.
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

/** Says of the webhooks `?1`, `{accountId, webhookId}[]`, that deliveries of theirs wait for their turn. */
export const WAITING = `
  UPDATE webhooks SET waiting_since = 0 WHERE waiting_since IS NULL
    AND (account_id, id) IN (SELECT value ->> 'accountId', value ->> 'webhookId' FROM json_each(?1))`

/** What got a 410 has failed, unless its endpoint lives on: then it was another URL's answer. */
const FAIL_GONE = `
  UPDATE deliveries SET status = 'failed', next_at = NULL, finished_at = ?2
  WHERE status = 'pending' AND (account_id, webhook_id, event_seq) IN (
    SELECT w.account_id, w.id, o.value ->> 'eventSeq'
    FROM json_each(?1) o
      CROSS JOIN webhooks w ON w.account_id = o.value ->> 'accountId' AND w.id = o.value ->> 'webhookId'
    WHERE o.value ->> 'statusCode' = 410 AND w.disabled_at IS NOT NULL)`

/** Ends what is pending of the webhooks `?1`, `{accountId, webhookId}[]`, that are disabled or deleted; `?2` is now. */
export const CANCEL_PENDING = `
  UPDATE deliveries SET status = 'cancelled', next_at = NULL, finished_at = ?2
  WHERE (account_id, webhook_id, event_seq) IN (
    SELECT d.account_id, d.webhook_id, d.event_seq
    FROM json_each(?1) k
      CROSS JOIN webhooks w ON w.account_id = k.value ->> 'accountId' AND w.id = k.value ->> 'webhookId'
        AND (w.disabled_at IS NOT NULL OR w.deleted_at IS NOT NULL)
      CROSS JOIN deliveries d INDEXED BY deliveries_status
        ON d.account_id = w.account_id AND d.webhook_id = w.id AND d.status = 'pending'
    LIMIT ${CANCEL_MOST})`
