import { desc, eq, sql } from 'drizzle-orm'
import type { Database } from '../db/client'
import { abortIf, isAborted } from '../db/errors'
import { eventId, randomText } from '../db/ids'
import { deliveries, events, webhooks } from '../db/schema'
import { contention, notFound } from '../http/errors'
import type { Caller, IdempotentRequest } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import type { QueuedDelivery } from '../queues/send'
import { type Delivery, deliveryId } from './deliveries'
import { TEST_SOURCE } from './envelope'
import { webhookDisabled } from './errors'
import { SAMPLE_DATA } from './samples'
import type { PingWebhook } from './schema'
import { ABORT_IF_DISABLED, isEndpoint } from './store'

/** How many times a ping tries to become the last event of the account. */
const MAX_TRIES = 20

/**
 * Sends a sample event to one endpoint, whatever types it asks for. The event is in no timeline and in no feed.
 * 404 if the account has no such endpoint, 409 if it is disabled. Returns the delivery, and the entry to enqueue for it.
 */
export async function pingWebhook(
  db: Database,
  { account, key }: Caller,
  { webhookId, type }: PingWebhook & { webhookId: string },
  repeatable?: IdempotentRequest,
): Promise<{ delivery: Delivery; queued: QueuedDelivery[] }> {
  const accountId = account.id
  const nonce = randomText(10)
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const now = Date.now()
    const [webhook] = await db.orm
      .select({
        disabledAt: webhooks.disabledAt,
        slowSince: webhooks.slowSince,
        lastSeq: sql<number>`coalesce(${lastSeq(db, accountId)}, 0)`,
      })
      .from(webhooks)
      .where(isEndpoint(accountId, webhookId))
    if (!webhook) throw notFound('webhook')
    if (webhook.disabledAt !== null) throw webhookDisabled({ conflictsWith: webhookId })
    const seq = Math.max(now * 1000, webhook.lastSeq + 1)
    const delivery: Delivery = {
      id: deliveryId(webhookId, seq),
      eventId: eventId(seq, nonce),
      eventType: type,
      webhookId,
      status: 'pending',
      attemptCount: 0,
      lastStatusCode: null,
      lastError: null,
      nextAttemptAt: now,
      createdAt: Math.floor(seq / 1000),
    }
    const data = JSON.stringify(SAMPLE_DATA[type])
    const event = { accountId, seq, nonce, type, muted: 1, keyId: key.id, source: TEST_SOURCE, data }
    try {
      await db.batch([
        ...claimKey(db, accountId, repeatable, now),
        db.query(ABORT_IF_DISABLED, accountId, webhookId),
        db.query(ABORT_IF_NOT_LAST, accountId, seq),
        db.orm.insert(events).values(event),
        db.orm.insert(deliveries).values({ accountId, webhookId, eventSeq: seq, status: 'pending', nextAt: now }),
        ...storeResponse(db, accountId, repeatable, { status: 202, body: delivery, about: delivery.id }),
      ])
      return { delivery, queued: [{ accountId, webhookId, eventSeq: seq, slow: webhook.slowSince !== null }] }
    } catch (error) {
      if (!isAborted(error)) throw error
    }
  }
  throw contention('Other events keep being committed first.')
}

/** A query: the `seq` of the account's last event. */
const lastSeq = ({ orm }: Database, accountId: string) =>
  orm.select({ seq: events.seq }).from(events).where(eq(events.accountId, accountId)).orderBy(desc(events.seq)).limit(1)

/** SQL: ends the batch if the account has a later event, because events are in the log in the order of their commits. */
const ABORT_IF_NOT_LAST = abortIf('EXISTS (SELECT 1 FROM events WHERE account_id = ?1 AND seq >= ?2)')
