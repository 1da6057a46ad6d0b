import type { Database } from '../db/client'
import { deliver } from './deliver'
import { type Limit, openLimit } from './limit'
import { type DeliveryMessage, enqueueDeliveries, QUEUED_COLUMNS, type QueuedDelivery, queuedIn } from './messages'
import { WAITING } from './record'
import { KEPT_FOR } from './schedule'

/** Rows of a page of the timetable. */
const PAGE = 500
/** How long a wake-up that was sent in time may be under way, ms: the sweep leaves what has just become due to it. */
const OVERDUE = 5_000
/** Where a queue holds so many messages it is the consumer that is behind: more of them would not help. */
const BACKLOG_MOST = 5_000
/** Where the queue is down the sweep delivers by itself: so many at a time, so often, and for so long, ms. */
const BATCH = 12
const BATCHES_MOST = 25
const OWN_TIME = 30_000
/** How many deliveries take their turn in a sweep: of an endpoint that is slow or unverified, and of one that is no longer. */
const TURN_SLOW = 20
const TURN = 1_000
/** Endpoints whose turn it can be in a sweep. */
const TURNS = 100

/** Where in the schedule an account continues: after this delivery. Before its first turn `eventSeq` is 0. */
interface Turn extends DeliveryMessage {
  nextAt: number
}

interface Due extends Turn {
  slow: number
  bulk: number
  /** Its endpoint is disabled or deleted, or its account is being erased. */
  ended: number
}

/**
 * Goes through the timetable, at most `pages` pages of it: what is due and in nobody's hands is woken anew. Nothing
 * depends on a queue message, and where the queue is down what is due is delivered here. A page is shared by the accounts
 * that have something overdue, and each has a turn before any has another: however much one has, it hides nothing of
 * the others. What has lost its endpoint is cancelled. What a slow endpoint has not taken waits for its turn: 20 a
 * minute, oldest first. Sweeps that go on at the same time share `oneAtATime`, for they share a Worker's connections.
 * Returns how many were overdue, if any, and for how long the oldest, ms.
 */
export async function sweepDeliveries(
  db: Database,
  env: Env,
  oneAtATime: Limit = openLimit(1),
  pages = 20,
): Promise<{ overdue: number; oldestMs: number } | undefined> {
  const start = Date.now()
  const failed: QueuedDelivery[] = []
  const { results: turns } = await db.d1
    .prepare(OVERDUE_ACCOUNTS)
    .bind(start - OVERDUE)
    .all<Turn>()
  const oldestMs = start - (turns[0]?.nextAt ?? start)
  let isFull = false
  let bulkIsFull = false
  let overdue = 0
  for (let left = pages; turns.length > 0 && left > 0 && db.hasRoom(); left--) {
    const some = turns.splice(0, PAGE)
    const isFirstTurn = some[0]?.eventSeq === 0
    if (isFull && !isFirstTurn) break
    const share = Math.floor(PAGE / some.length)
    const { results: due } = await db.d1
      .prepare(OVERDUE_PAGE)
      .bind(start - OVERDUE, JSON.stringify(some), share)
      .all<Due>()
    overdue += due.length
    const ended = JSON.stringify(due.filter((d) => d.ended))
    const waits = JSON.stringify(due.filter((d) => !d.ended && d.slow))
    const changes = [
      ...(ended !== '[]' ? [db.d1.prepare(CANCEL).bind(ended, start)] : []),
      ...(waits !== '[]' ? [WAIT, WAITING].map((sql) => db.d1.prepare(sql).bind(waits)) : []),
    ]
    if (changes.length > 0) await db.d1.batch(changes)
    const [bulk = [], single = []] = [true, false].map((isBulk) =>
      due.filter((d) => !d.ended && !d.slow && Boolean(d.bulk) === isBulk),
    )
    const woken = await enqueueDeliveries(env, single)
    // what imports have written keeps nothing else waiting
    const wokenBulk = await enqueueDeliveries(env, bulkIsFull && !isFirstTurn ? [] : bulk)
    const notWoken = new Set<QueuedDelivery>([...woken.failed, ...wokenBulk.failed])
    failed.push(...due.filter((d) => notWoken.has(d)))
    isFull ||= woken.backlog > BACKLOG_MOST
    bulkIsFull ||= wokenBulk.backlog > BACKLOG_MOST
    for (const of of Map.groupBy(due, ({ accountId }) => accountId).values())
      if (of.length === share) turns.push(...of.slice(-1))
  }
  failed.push(...(await enqueueDeliveries(env, await takeTurns(db, start))).failed)
  const end = Math.min(failed.length, BATCHES_MOST * BATCH)
  for (let i = 0; i < end && Date.now() < start + OWN_TIME; i += BATCH)
    await oneAtATime(async () => db.hasRoom() && deliver(db, env, failed.slice(i, i + BATCH), 'any'))
  return overdue > 0 ? { overdue, oldestMs } : undefined
}

/** Makes due what has waited for its turn; an endpoint that has had its turn goes behind the others. */
async function takeTurns({ d1 }: Database, now: number): Promise<QueuedDelivery[]> {
  type Waiting = { accountId: string; id: string; slow: number }
  const { results: endpoints } = await d1.prepare(WHOSE_TURN).all<Waiting>()
  if (endpoints.length === 0) return []
  const [slow, quick] = [1, 0].map((isSlow) => JSON.stringify(endpoints.filter((each) => each.slow === isSlow)))
  const results = await d1.batch([
    d1.prepare(TAKE_TURNS).bind(slow, now, TURN_SLOW),
    d1.prepare(TAKE_TURNS).bind(quick, now, TURN),
    d1.prepare(HAD_TURNS).bind(JSON.stringify(endpoints), now),
  ])
  return queuedIn(results)
}

/** Drops deliveries and their attempts 30 days after they ended, and deleted webhooks that none refers to. */
export async function purgeDeliveries({ d1, hasRoom }: Database, now: number, trips = 20): Promise<void> {
  const purge = d1.prepare(PURGE).bind(now - KEPT_FOR, PAGE)
  for (let left = trips; left > 0 && hasRoom(); left--) if ((await purge.all()).results.length < PAGE) break
  await d1
    .prepare(PURGE_WEBHOOKS)
    .bind(now - KEPT_FOR, PAGE)
    .run()
}

/** Who has something overdue (`?1`), the longest first: from account to account, an index entry or two each. */
const OVERDUE_ACCOUNTS = `
  WITH RECURSIVE k (id) AS (
    VALUES ('') UNION ALL
    SELECT (SELECT account_id FROM deliveries INDEXED BY deliveries_due
      WHERE account_id > k.id AND next_at IS NOT NULL ORDER BY account_id LIMIT 1) FROM k WHERE k.id IS NOT NULL)
  SELECT id AS accountId, '' AS webhookId, 0 AS eventSeq, nextAt
  FROM (SELECT id, (SELECT next_at FROM deliveries INDEXED BY deliveries_due
      WHERE account_id = k.id AND next_at <= ?1 ORDER BY next_at LIMIT 1) AS nextAt FROM k)
  WHERE nextAt IS NOT NULL ORDER BY nextAt`

/** What is overdue (`?1`) of the accounts whose turn it is (`?2`), so many of each (`?3`): first the oldest of each. */
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

/** Of those listed (`?1`), what nobody has taken or finished since. */
const STILL_DUE = `d.status = 'pending' AND d.account_id = k.value ->> 'accountId'
    AND d.webhook_id = k.value ->> 'webhookId' AND d.event_seq = k.value ->> 'eventSeq' AND d.next_at = k.value ->> 'nextAt'`

const CANCEL = `
  UPDATE deliveries AS d SET status = 'cancelled', next_at = NULL, finished_at = ?2 FROM json_each(?1) k
  WHERE ${STILL_DUE} AND NOT EXISTS (SELECT 1 FROM webhooks w CROSS JOIN accounts a ON a.id = w.account_id
    WHERE w.account_id = d.account_id AND w.id = d.webhook_id
      AND w.disabled_at IS NULL AND w.deleted_at IS NULL AND a.erased_at IS NULL)`

const WAIT = `UPDATE deliveries AS d SET next_at = NULL FROM json_each(?1) k WHERE ${STILL_DUE}`

const WHOSE_TURN = `
  SELECT account_id AS accountId, id,
    (slow_since IS NOT NULL OR verified_at IS NULL) AND disabled_at IS NULL AND deleted_at IS NULL AS slow
  FROM webhooks INDEXED BY webhooks_waiting
  WHERE waiting_since IS NOT NULL ORDER BY waiting_since LIMIT ${TURNS}`

const WAITS = `SELECT event_seq FROM deliveries INDEXED BY deliveries_waiting
  WHERE account_id = w.account_id AND webhook_id = w.id AND status = 'pending' AND next_at IS NULL`

/** The endpoints that are listed (`?1`). */
const LISTED = "(SELECT value ->> 'accountId' AS account_id, value ->> 'id' AS id FROM json_each(?1))"

const TAKE_TURNS = `
  UPDATE deliveries SET next_at = ?2 WHERE (account_id, webhook_id, event_seq) IN
    (SELECT w.account_id, w.id, s.value FROM ${LISTED} w
       CROSS JOIN json_each((SELECT json_group_array(event_seq) FROM (${WAITS} ORDER BY event_seq LIMIT ?3))) s)
  RETURNING ${QUEUED_COLUMNS}`

const HAD_TURNS = `
  UPDATE webhooks AS w SET waiting_since = CASE WHEN EXISTS (${WAITS}) THEN ?2 END WHERE (account_id, id) IN ${LISTED}`

const PURGE = `
  DELETE FROM deliveries WHERE (account_id, webhook_id, event_seq) IN
    (SELECT account_id, webhook_id, event_seq FROM deliveries INDEXED BY deliveries_finished
     WHERE finished_at <= ?1 LIMIT ?2)
  RETURNING 1 AS gone`

const PURGE_WEBHOOKS = `
  DELETE FROM webhooks WHERE (account_id, id) IN
    (SELECT w.account_id, w.id FROM webhooks w INDEXED BY webhooks_deleted
     WHERE w.deleted_at <= ?1 AND NOT EXISTS
       (SELECT 1 FROM deliveries d WHERE d.account_id = w.account_id AND d.webhook_id = w.id)
     LIMIT ?2)`
