import type { Database } from '../db/client'
import { deliver } from './deliver'
import { KEPT_FOR } from './schedule'
import { type Wake, type WakeUp, wake } from './wake'

/** Rows of a page of the timetable. */
const PAGE = 500
/** How long a wake-up that was sent in time may be under way, ms: the sweep leaves what has just become due to it. */
const OVERDUE = 5_000
/** How many deliveries of one slow endpoint are woken in a minute, ms: the others wait for their turn. */
const SLOW_MOST = 20
const MINUTE = 60_000
/** Where the queue is down the sweep delivers by itself: so many at a time, and for so long, ms. */
const BATCH = 12
const OWN_TIME = 30_000

interface Due extends WakeUp {
  nextAt: number
  slow: number
  /** Its endpoint is disabled or deleted, or its account is being erased. */
  ended: number
}

/**
 * Goes through the timetable, at most `pages` pages of it: what is due and in nobody's hands is woken anew; of a slow
 * endpoint's, 20 a minute. Nothing depends on a queue message, and where the queue is down what is due is delivered
 * here. What has lost its endpoint is cancelled.
 */
export async function sweepDeliveries(db: Database, env: Env, pages = 20): Promise<void> {
  const start = Date.now()
  const woken = new Map<string, number>()
  let after = { nextAt: 0, accountId: '', webhookId: '', eventSeq: 0 }
  for (let left = pages; left > 0; left--) {
    const { results: due } = await db.d1
      .prepare(OVERDUE_PAGE)
      .bind(start - OVERDUE, after.nextAt, after.accountId, after.webhookId, after.eventSeq)
      .all<Due>()
    const ended = due.filter((d) => d.ended)
    const turns = due
      .filter((d) => !d.ended)
      .map((d) => {
        const before = woken.get(d.webhookId) ?? 0
        woken.set(d.webhookId, before + 1)
        return { ...d, turn: d.slow ? Math.floor(before / SLOW_MOST) : 0 }
      })
    const wakes = turns.filter(({ turn }) => turn === 0)
    const wait = turns.filter(({ turn }) => turn > 0).map((d) => ({ ...d, turnAt: start - OVERDUE + d.turn * MINUTE }))
    const changes = [
      ...(ended.length > 0 ? [db.d1.prepare(CANCEL).bind(JSON.stringify(ended), start)] : []),
      ...(wait.length > 0 ? [db.d1.prepare(WAIT).bind(JSON.stringify(wait))] : []),
    ]
    if (changes.length > 0) await db.d1.batch(changes)
    if (wakes.length > 0 && !(await wake(env, wakes))) await deliverHere(db, env, wakes, start + OWN_TIME)
    const last = due[PAGE - 1]
    if (!last) return
    after = last
  }
}

/** Delivers without the queue, those that answer first. What is not done by `end` (Unix ms) is found by the next sweep. */
async function deliverHere(db: Database, env: Env, wakes: Wake[], end: number): Promise<void> {
  const fastFirst = wakes.toSorted((a, b) => Number(a.slow) - Number(b.slow))
  for (let i = 0; i < fastFirst.length && Date.now() < end; i += BATCH)
    await deliver(db, env, fastFirst.slice(i, i + BATCH), 'any')
}

/** Drops deliveries and their attempts 30 days after they ended, and deleted webhooks that none refers to. */
export async function purgeDeliveries({ d1 }: Database, now: number, trips = 20): Promise<void> {
  const purge = d1.prepare(PURGE).bind(now - KEPT_FOR, PAGE)
  for (let left = trips; left > 0; left--) if ((await purge.all()).results.length < PAGE) break
  await d1
    .prepare(PURGE_WEBHOOKS)
    .bind(now - KEPT_FOR, PAGE)
    .run()
}

const OVERDUE_PAGE = `
  SELECT d.account_id AS accountId, d.webhook_id AS webhookId, d.event_seq AS eventSeq, d.next_at AS nextAt,
    w.slow_since IS NOT NULL AS slow,
    w.disabled_at IS NOT NULL OR w.deleted_at IS NOT NULL OR a.erased_at IS NOT NULL AS ended
  FROM deliveries d INDEXED BY deliveries_due
    CROSS JOIN webhooks w ON w.account_id = d.account_id AND w.id = d.webhook_id
    CROSS JOIN accounts a ON a.id = d.account_id
  WHERE d.next_at <= ?1 AND (d.next_at, d.account_id, d.webhook_id, d.event_seq) > (?2, ?3, ?4, ?5)
  ORDER BY d.next_at, d.account_id, d.webhook_id, d.event_seq LIMIT ${PAGE}`

/** Of those listed (`?1`), what nobody has taken or finished since. */
const STILL_DUE = `d.status = 'pending' AND d.account_id = k.value ->> 'accountId'
    AND d.webhook_id = k.value ->> 'webhookId' AND d.event_seq = k.value ->> 'eventSeq' AND d.next_at = k.value ->> 'nextAt'`
const CANCEL = `
  UPDATE deliveries AS d SET status = 'cancelled', next_at = NULL, finished_at = ?2 FROM json_each(?1) k
  WHERE ${STILL_DUE}`
const WAIT = `
  UPDATE deliveries AS d SET next_at = k.value ->> 'turnAt' FROM json_each(?1) k WHERE ${STILL_DUE}`

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
