import type { Database } from '../db/client'
import { isAborted } from '../db/errors'
import type { IdempotentRequest } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import { enqueueDeliveries, type QueuedDelivery } from '../queues/send'
import { webhookDisabled } from './errors'
import { QUEUED_COLUMNS } from './queued'
import { KEPT_FOR, MAX_LEASE } from './retry-schedule'
import { EVENT_TYPES } from './schema'
import { findWebhook, STOP_IF_DISABLED, toWebhook, type Webhook } from './store'

/** Events looked at in one batch. */
const CHUNK = 500

/**
 * Says that an endpoint is to get again what it did not get since then (Unix ms): events that were committed while it
 * was disabled, and deliveries that failed or were cancelled; those that wait go at once. It reaches back 30 days.
 * `runRecoveries` does it. 404 if there is no such endpoint, 409 if it is disabled.
 */
export async function startRecovery(
  db: Database,
  accountId: string,
  id: string,
  since: number,
  repeatable?: IdempotentRequest,
): Promise<Webhook> {
  const row = await findWebhook(db, accountId, id)
  const body = toWebhook(row)
  const now = Date.now()
  try {
    await db.d1.batch([
      ...claimKey(db, accountId, repeatable, now),
      db.d1.prepare(STOP_IF_DISABLED).bind(accountId, id),
      db.d1.prepare(BEGIN).bind(accountId, id, since, now - KEPT_FOR, Number.MAX_SAFE_INTEGER),
      ...storeResponse(db, accountId, repeatable, { status: 202, body, about: id }),
    ])
  } catch (error) {
    throw isAborted(error) ? webhookDisabled({ conflictsWith: id }) : error
  }
  return body
}

/** Goes on with the recoveries under way, of one endpoint or of all, for at most `chunks` chunks: each of any account. */
export async function runRecoveries(
  db: Database,
  env: Env,
  only?: { accountId: string; id: string },
  chunks = 50,
): Promise<void> {
  const next = only ? db.d1.prepare(ITS_RECOVERY).bind(only.accountId, only.id) : db.d1.prepare(ANY_RECOVERY)
  for (let left = chunks; left > 0 && db.hasRoom(); left--) {
    const [found] = (await next.all<{ accountId: string; id: string; recoverFrom: number }>()).results
    if (!found) return
    const args = [found.accountId, found.id, found.recoverFrom] as const
    const [made] = await db.d1.batch<QueuedDelivery>([
      db.d1.prepare(RECOVER).bind(...args, Date.now(), JSON.stringify(EVENT_TYPES)),
      db.d1.prepare(GO_ON).bind(...args),
    ])
    await enqueueDeliveries(env, made?.results ?? [])
  }
}

/** From when it was registered on, and not from before what is kept. */
const BEGIN = `
  UPDATE webhooks SET recover_from = min(max(?3, ?4, created_at) * 1000, coalesce(recover_from, ?5))
  WHERE account_id = ?1 AND id = ?2`

const ITS_RECOVERY = `
  SELECT account_id AS accountId, id, recover_from AS recoverFrom FROM webhooks
  WHERE account_id = ? AND id = ? AND recover_from IS NOT NULL`

const ANY_RECOVERY = `
  SELECT account_id AS accountId, id, recover_from AS recoverFrom FROM webhooks INDEXED BY webhooks_recovering
  WHERE recover_from IS NOT NULL AND account_id = (
    SELECT account_id FROM webhooks INDEXED BY webhooks_recovering
    WHERE recover_from IS NOT NULL GROUP BY account_id ORDER BY random() LIMIT 1)
  ORDER BY random() LIMIT 1`

const EVENTS = `(SELECT seq, type, muted FROM events WHERE account_id = ?1 AND seq >= ?3 ORDER BY seq LIMIT ${CHUNK}) e`

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

const GO_ON = `
  UPDATE webhooks SET recover_from = (SELECT iif(count(*) = ${CHUNK}, max(e.seq) + 1, NULL) FROM ${EVENTS})
  WHERE account_id = ?1 AND id = ?2 AND recover_from = ?3`
