import { and, isNotNull, sql } from 'drizzle-orm'
import type { Database } from '../db/client'
import { isAborted } from '../db/errors'
import { webhooks } from '../db/schema'
import type { IdempotentRequest } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import { enqueueDeliveries, type QueuedDelivery } from '../queues/send'
import { webhookDisabled } from './errors'
import { QUEUED_COLUMNS } from './queued'
import { KEPT_FOR, MAX_LEASE } from './retry-schedule'
import { EVENT_TYPES } from './schema'
import { ABORT_IF_DISABLED, getWebhook, isEndpoint, type Webhook } from './store'

/** How many events one batch processes. */
const CHUNK = 500

/**
 * Starts the recovery of what an endpoint missed since a time (Unix ms), 30 days ago at most: events that were committed
 * while it was disabled, and deliveries that failed, were cancelled or wait. `runRecoveries` does the work. 404 if the
 * account has no such endpoint, 409 if it is disabled.
 */
export async function startRecovery(
  db: Database,
  accountId: string,
  id: string,
  since: number,
  repeatable?: IdempotentRequest,
): Promise<Webhook> {
  const body = await getWebhook(db, accountId, id)
  const now = Date.now()
  const from = Math.max(since, now - KEPT_FOR, body.createdAt) * 1000
  // if a recovery is running that began at an earlier event, it covers this one too
  const recoverFrom = sql`min(${from}, coalesce(${webhooks.recoverFrom}, ${from}))`
  try {
    await db.batch([
      ...claimKey(db, accountId, repeatable, now),
      db.query(ABORT_IF_DISABLED, accountId, id),
      db.orm.update(webhooks).set({ recoverFrom }).where(isEndpoint(accountId, id)),
      ...storeResponse(db, accountId, repeatable, { status: 202, body, about: id }),
    ])
  } catch (error) {
    throw isAborted(error) ? webhookDisabled({ conflictsWith: id }) : error
  }
  return body
}

interface Recovery {
  accountId: string
  id: string
  /** The `seq` of the first event that it has not processed. */
  recoverFrom: number
}

/** Continues the recovery of one endpoint, or all recoveries in random order. Stops after `chunks` chunks of events. */
export async function runRecoveries(
  db: Database,
  env: Env,
  only?: { accountId: string; id: string },
  chunks = 50,
): Promise<void> {
  for (let left = chunks; left > 0 && db.hasQueriesLeft(); left--) {
    const [next] = await (only ? recoveryOf(db, only) : db.query<Recovery>(ANY_RECOVERY))
    if (!next) return
    const { accountId, id, recoverFrom } = next
    const [queued] = await db.batch([
      db.query<QueuedDelivery>(RECOVER, accountId, id, recoverFrom, Date.now(), JSON.stringify(EVENT_TYPES)),
      db.query(ADVANCE, accountId, id, recoverFrom),
    ])
    await enqueueDeliveries(env, queued)
  }
}

const recoveryOf = ({ orm }: Database, { accountId, id }: { accountId: string; id: string }) =>
  orm
    .select({ accountId: webhooks.accountId, id: webhooks.id, recoverFrom: sql<number>`${webhooks.recoverFrom}` })
    .from(webhooks)
    .where(and(isEndpoint(accountId, id), isNotNull(webhooks.recoverFrom)))

// text: it names an index. It takes a random account, then a random endpoint of it, so that no account waits for all others
const ANY_RECOVERY = `
  SELECT account_id AS accountId, id, recover_from AS recoverFrom FROM webhooks INDEXED BY webhooks_recovering
  WHERE recover_from IS NOT NULL AND account_id = (
    SELECT account_id FROM webhooks INDEXED BY webhooks_recovering
    WHERE recover_from IS NOT NULL GROUP BY account_id ORDER BY random() LIMIT 1)
  ORDER BY random() LIMIT 1`

const EVENTS = `(SELECT seq, type, muted FROM events WHERE account_id = ?1 AND seq >= ?3 ORDER BY seq LIMIT ${CHUNK}) e`

// text: this statement and the next one are set-based
const RECOVER = `
  INSERT INTO deliveries (account_id, webhook_id, event_seq, status, next_at)
  SELECT w.account_id, w.id, e.seq, 'pending', ?4
  FROM ${EVENTS} CROSS JOIN webhooks w ON w.account_id = ?1 AND w.id = ?2
  WHERE e.muted = 0 AND w.disabled_at IS NULL AND w.deleted_at IS NULL AND w.recover_from = ?3
    AND e.type IN (SELECT value FROM json_each(iif(w.event_types = '[]', ?5, w.event_types)))
  ON CONFLICT (account_id, webhook_id, event_seq) DO UPDATE SET
    status = 'pending', next_at = ?4, tries = 0, finished_at = NULL
  WHERE status IN ('failed', 'cancelled') OR (status = 'pending' AND coalesce(next_at > ?4 + ${MAX_LEASE}, true))
  RETURNING ${QUEUED_COLUMNS}`

const ADVANCE = `
  UPDATE webhooks SET recover_from = (SELECT iif(count(*) = ${CHUNK}, max(e.seq) + 1, NULL) FROM ${EVENTS})
  WHERE account_id = ?1 AND id = ?2 AND recover_from = ?3`
