import type { Database } from '../db/client'
import type { DeliveryMessage } from '../queues/messages'
import { enqueueDeliveries, type QueuedDelivery } from '../queues/send'
import { deliver } from './deliver'
import { QUEUED_COLUMNS } from './queued'
import { SET_WAITING } from './record-outcomes'
import { KEPT_FOR } from './retry-schedule'

/** How many deliveries are read at a time. */
const PAGE = 500
/** A delivery is overdue when it has been due for this long, ms. Before that, its message may still be on its way. */
const OVERDUE_AFTER = 5_000
/** If a queue holds more messages than this, its consumer is behind, and more messages would not help. */
const MAX_BACKLOG = 5_000
/** If the queue is down, the sweep delivers by itself: this many at a time, this many batches, and for this long, ms. */
const BATCH = 12
const MAX_BATCHES = 25
const DELIVERY_TIME = 30_000
/** How many waiting deliveries a sweep enqueues for a slow or unverified endpoint, and for any other. */
const TURN_SLOW = 20
const TURN = 1_000
/** For how many endpoints a sweep enqueues waiting deliveries. */
const TURNS = 100

/** Runs functions one at a time, in the order of the calls. */
export type InTurn = <T>(run: () => Promise<T>) => Promise<T>

/** Makes an `InTurn`. */
export function oneAtATime(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (run) => {
    const result = last.then(run)
    last = result.catch(() => {})
    return result
  }
}

/** The delivery after which the sweep of an account continues. Before the first page, `eventSeq` is 0. */
interface Position extends DeliveryMessage {
  nextAt: number
}

interface Overdue extends Position {
  slow: number
  bulk: number
  /** Whether its endpoint is disabled or deleted, or its account is being erased. */
  ended: number
}

/**
 * Enqueues deliveries that are overdue, at most `pages` pages. So a delivery is sent even if its message is lost. If the
 * queue is down, the sweep delivers some itself. The sweeps of all databases share the Worker's connections, so they do that
 * one at a time (`inTurn`). The accounts share each page, and no account has a second share before every account has had
 * one. So a backlog of one account does not delay the others.
 *
 * Deliveries whose endpoint is gone are cancelled. Those of a slow endpoint wait for its turn: 20 a minute, the oldest
 * first. Returns how many deliveries were overdue, and how long the oldest one has been due, ms; undefined if there were
 * none.
 */
export async function sweepDeliveries(
  db: Database,
  env: Env,
  inTurn: InTurn = oneAtATime(),
  pages = 20,
): Promise<{ overdue: number; oldestMs: number } | undefined> {
  const start = Date.now()
  const failed: QueuedDelivery[] = []
  const positions = await db.query<Position>(OVERDUE_ACCOUNTS, start - OVERDUE_AFTER)
  const oldestMs = start - (positions[0]?.nextAt ?? start)
  let isFull = false
  let isBulkFull = false
  let overdue = 0
  for (let left = pages; positions.length > 0 && left > 0 && db.hasQueriesLeft(); left--) {
    const accounts = positions.splice(0, PAGE)
    const isFirstPage = accounts[0]?.eventSeq === 0
    if (isFull && !isFirstPage) break
    const perAccount = Math.floor(PAGE / accounts.length)
    const page = await db.query<Overdue>(OVERDUE_PAGE, start - OVERDUE_AFTER, JSON.stringify(accounts), perAccount)
    overdue += page.length
    await setAside(db, page, start)
    const sendable = page.filter(({ ended, slow }) => !ended && !slow)
    const single = await enqueueDeliveries(
      env,
      sendable.filter(({ bulk }) => !bulk),
    )
    // deliveries of imports have a queue of their own: if that is full, the others are still enqueued
    const bulk = await enqueueDeliveries(env, isBulkFull && !isFirstPage ? [] : sendable.filter(({ bulk }) => bulk))
    const notSent = new Set<QueuedDelivery>([...single.failed, ...bulk.failed])
    // keeps the order of the page, in which accounts take turns
    failed.push(...page.filter((delivery) => notSent.has(delivery)))
    isFull ||= single.backlog > MAX_BACKLOG
    isBulkFull ||= bulk.backlog > MAX_BACKLOG
    for (const group of Map.groupBy(page, ({ accountId }) => accountId).values())
      if (group.length === perAccount) positions.push(...group.slice(-1))
  }
  failed.push(...(await enqueueDeliveries(env, await takeWaiting(db, start))).failed)
  const end = Math.min(failed.length, MAX_BATCHES * BATCH)
  for (let i = 0; i < end && Date.now() < start + DELIVERY_TIME; i += BATCH)
    await inTurn(async () => db.hasQueriesLeft() && deliver(db, env, failed.slice(i, i + BATCH), 'any'))
  return overdue > 0 ? { overdue, oldestMs } : undefined
}

/** Cancels the deliveries of a page whose endpoint is gone, and lets those of slow endpoints wait for their turn. */
async function setAside({ batch, query }: Database, page: Overdue[], now: number): Promise<void> {
  const ended = page.filter((delivery) => delivery.ended)
  const waiting = JSON.stringify(page.filter((delivery) => !delivery.ended && delivery.slow))
  const statements = [
    ...(ended.length > 0 ? [query(CANCEL, JSON.stringify(ended), now)] : []),
    ...(waiting !== '[]' ? [query(WAIT, waiting), query(SET_WAITING, waiting)] : []),
  ]
  if (statements.length > 0) await batch(statements)
}

/**
 * Gives the endpoints that have waited longest a turn: makes some of their waiting deliveries due. Returns the deliveries
 * to enqueue.
 */
async function takeWaiting({ batch, query }: Database, now: number): Promise<QueuedDelivery[]> {
  type Endpoint = { accountId: string; id: string; slow: number }
  const endpoints = await query<Endpoint>(NEXT_ENDPOINTS)
  if (endpoints.length === 0) return []
  const [slow, quick] = [1, 0].map((isSlow) => JSON.stringify(endpoints.filter((each) => each.slow === isSlow)))
  const [fromSlow, fromQuick] = await batch([
    query<QueuedDelivery>(TAKE_WAITING, slow, now, TURN_SLOW),
    query<QueuedDelivery>(TAKE_WAITING, quick, now, TURN),
    query(SET_TURN, JSON.stringify(endpoints), now),
  ])
  return [...fromSlow, ...fromQuick]
}

/** Deletes deliveries and their attempts 30 days after they ended, and deleted webhooks that have no delivery left. */
export async function purgeDeliveries({ query, hasQueriesLeft }: Database, now: number, pages = 20): Promise<void> {
  for (let left = pages; left > 0 && hasQueriesLeft(); left--) {
    const deleted = await query(PURGE, now - KEPT_FOR, PAGE)
    if (deleted.length < PAGE) break
  }
  await query(PURGE_WEBHOOKS, now - KEPT_FOR, PAGE)
}

// Text: the statements below are set-based or name an index.

/**
 * The accounts that have a delivery due at `?1` or before, as positions, the most overdue first. It goes through the index
 * from account to account and reads an entry or two of each.
 */
const OVERDUE_ACCOUNTS = `
  WITH RECURSIVE k (id) AS (
    VALUES ('') UNION ALL
    SELECT (SELECT account_id FROM deliveries INDEXED BY deliveries_due
      WHERE account_id > k.id AND next_at IS NOT NULL ORDER BY account_id LIMIT 1) FROM k WHERE k.id IS NOT NULL)
  SELECT id AS accountId, '' AS webhookId, 0 AS eventSeq, nextAt
  FROM (SELECT id, (SELECT next_at FROM deliveries INDEXED BY deliveries_due
      WHERE account_id = k.id AND next_at <= ?1 ORDER BY next_at LIMIT 1) AS nextAt FROM k)
  WHERE nextAt IS NOT NULL ORDER BY nextAt`

/** The deliveries due at `?1` or before, after each of the positions `?2`, at most `?3` of each account, the oldest first. */
const OVERDUE_PAGE = `
  SELECT w.account_id AS accountId, w.id AS webhookId, e.seq AS eventSeq, d.value ->> 'nextAt' AS nextAt,
    w.slow_since IS NOT NULL AS slow, e.source = 'import' AS bulk,
    w.disabled_at IS NOT NULL OR w.deleted_at IS NOT NULL OR a.erased_at IS NOT NULL AS ended
  FROM json_each(?2) t
    CROSS JOIN json_each((
      SELECT json_group_array(json_object('webhookId', webhook_id, 'eventSeq', event_seq, 'nextAt', next_at))
      FROM (SELECT webhook_id, event_seq, next_at FROM deliveries INDEXED BY deliveries_due
        WHERE account_id = t.value ->> 'accountId' AND next_at <= ?1 AND (next_at, webhook_id, event_seq)
          > (t.value ->> 'nextAt', t.value ->> 'webhookId', t.value ->> 'eventSeq')
        ORDER BY next_at, webhook_id, event_seq LIMIT ?3))) d
    CROSS JOIN webhooks w ON w.account_id = t.value ->> 'accountId' AND w.id = d.value ->> 'webhookId'
    CROSS JOIN accounts a ON a.id = w.account_id
    CROSS JOIN events e ON e.account_id = w.account_id AND e.seq = d.value ->> 'eventSeq'
  ORDER BY d.key, nextAt`

/** Whether a delivery is as it was when `k` was read: no consumer has leased or ended it. */
const STILL_DUE = `d.status = 'pending' AND d.account_id = k.value ->> 'accountId'
    AND d.webhook_id = k.value ->> 'webhookId' AND d.event_seq = k.value ->> 'eventSeq' AND d.next_at = k.value ->> 'nextAt'`

const CANCEL = `
  UPDATE deliveries AS d SET status = 'cancelled', next_at = NULL, finished_at = ?2 FROM json_each(?1) k
  WHERE ${STILL_DUE} AND NOT EXISTS (SELECT 1 FROM webhooks w CROSS JOIN accounts a ON a.id = w.account_id
    WHERE w.account_id = d.account_id AND w.id = d.webhook_id
      AND w.disabled_at IS NULL AND w.deleted_at IS NULL AND a.erased_at IS NULL)`

const WAIT = `UPDATE deliveries AS d SET next_at = NULL FROM json_each(?1) k WHERE ${STILL_DUE}`

/** The endpoints with waiting deliveries. Those whose last turn is the longest ago come first. */
const NEXT_ENDPOINTS = `
  SELECT account_id AS accountId, id,
    (slow_since IS NOT NULL OR verified_at IS NULL) AND disabled_at IS NULL AND deleted_at IS NULL AS slow
  FROM webhooks INDEXED BY webhooks_waiting
  WHERE waiting_since IS NOT NULL ORDER BY waiting_since LIMIT ${TURNS}`

/** The waiting deliveries of an endpoint `w`. */
const WAITING = `SELECT event_seq FROM deliveries INDEXED BY deliveries_waiting
  WHERE account_id = w.account_id AND webhook_id = w.id AND status = 'pending' AND next_at IS NULL`

/** The endpoints in `?1`, as rows. */
const ENDPOINTS = "(SELECT value ->> 'accountId' AS account_id, value ->> 'id' AS id FROM json_each(?1))"

const TAKE_WAITING = `
  UPDATE deliveries SET next_at = ?2 WHERE (account_id, webhook_id, event_seq) IN
    (SELECT w.account_id, w.id, s.value FROM ${ENDPOINTS} w
       CROSS JOIN json_each((SELECT json_group_array(event_seq) FROM (${WAITING} ORDER BY event_seq LIMIT ?3))) s)
  RETURNING ${QUEUED_COLUMNS}`

/** After its turn, an endpoint that still has waiting deliveries goes behind the other endpoints. */
const SET_TURN = `
  UPDATE webhooks AS w SET waiting_since = CASE WHEN EXISTS (${WAITING}) THEN ?2 END WHERE (account_id, id) IN ${ENDPOINTS}`

const PURGE = `
  DELETE FROM deliveries WHERE (account_id, webhook_id, event_seq) IN
    (SELECT account_id, webhook_id, event_seq FROM deliveries INDEXED BY deliveries_finished
     WHERE finished_at <= ?1 LIMIT ?2)
  RETURNING 1 AS deleted`

const PURGE_WEBHOOKS = `
  DELETE FROM webhooks WHERE (account_id, id) IN
    (SELECT w.account_id, w.id FROM webhooks w INDEXED BY webhooks_deleted
     WHERE w.deleted_at <= ?1 AND NOT EXISTS
       (SELECT 1 FROM deliveries d WHERE d.account_id = w.account_id AND d.webhook_id = w.id)
     LIMIT ?2)`
