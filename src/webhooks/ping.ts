import type { Database } from '../db/client'
import { abortIf, isAborted } from '../db/errors'
import { eventId, randomText } from '../db/ids'
import { contention, notFound } from '../http/errors'
import type { Caller, IdempotentRequest } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import type { QueuedDelivery } from '../queues/send'
import { type Delivery, deliveryId } from './deliveries'
import { webhookDisabled } from './errors'
import { QUEUED_COLUMNS, queuedIn } from './queued'
import { STOP_IF_DISABLED } from './store'

/** How often a ping goes round again when other events are committed before it. */
const ROUNDS = 20

/**
 * Sends an event of type `ping` to one endpoint, whatever it asks for; it is in no timeline and in no feed. 404 if
 * there is no such endpoint, 409 if it is disabled. Returns the delivery and the same to enqueue.
 */
export async function pingWebhook(
  db: Database,
  { account, key }: Caller,
  webhookId: string,
  repeatable?: IdempotentRequest,
): Promise<{ delivery: Delivery; queued: QueuedDelivery[] }> {
  const nonce = randomText(10)
  for (let round = 0; round < ROUNDS; round++) {
    const now = Date.now()
    const { results: found } = await db.d1
      .prepare(READ)
      .bind(account.id, webhookId)
      .all<{ disabled: number; last: number }>()
    const [webhook] = found
    if (!webhook) throw notFound('webhook')
    if (webhook.disabled) throw webhookDisabled({ conflictsWith: webhookId })
    const seq = Math.max(now * 1000, webhook.last + 1)
    const delivery: Delivery = {
      id: deliveryId(webhookId, seq),
      eventId: eventId(seq, nonce),
      eventType: 'ping',
      webhookId,
      status: 'pending',
      attemptCount: 0,
      lastStatusCode: null,
      lastError: null,
      nextAttemptAt: now,
      createdAt: Math.floor(seq / 1000),
    }
    try {
      const results = await db.d1.batch([
        ...claimKey(db, account.id, repeatable, now),
        db.d1.prepare(STOP_IF_DISABLED).bind(account.id, webhookId),
        db.d1.prepare(STOP_IF_LATE).bind(account.id, seq),
        db.d1.prepare(PING).bind(account.id, seq, nonce, key.id),
        db.d1.prepare(DELIVER).bind(account.id, webhookId, seq, now),
        ...storeResponse(db, account.id, repeatable, { status: 202, body: delivery, about: delivery.id }),
      ])
      return { delivery, queued: queuedIn(results) }
    } catch (error) {
      if (!isAborted(error)) throw error
    }
  }
  throw contention('Other events keep being committed first.')
}

const READ = `
  SELECT disabled_at IS NOT NULL AS disabled,
    coalesce((SELECT max(seq) FROM events WHERE account_id = ?1), 0) AS last
  FROM webhooks WHERE account_id = ?1 AND id = ?2 AND deleted_at IS NULL`

/** Events are in the log in the order in which they are committed. */
const STOP_IF_LATE = abortIf('EXISTS (SELECT 1 FROM events WHERE account_id = ?1 AND seq >= ?2)')

const PING = `
  INSERT INTO events (account_id, seq, nonce, type, prospect_id, muted, key_id, user_id, source, data)
  VALUES (?1, ?2, ?3, 'ping', NULL, 0, ?4, NULL, 'api', '{}')`

const DELIVER = `
  INSERT INTO deliveries (account_id, webhook_id, event_seq, status, next_at) VALUES (?1, ?2, ?3, 'pending', ?4)
  RETURNING ${QUEUED_COLUMNS}`
