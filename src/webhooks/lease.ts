import type { Database } from '../db/client'
import type { DeliveryMessage } from '../queues/messages'
import type { QueuedDelivery } from '../queues/send'
import { TIMEOUT, type WebhookRequest } from './attempt'
import { TEST_SOURCE } from './envelope'
import { EVENT_DATA } from './event-data'

/** How long a batch occupies its consumer, ms. Attempts that take longer end in the background. */
export const BATCH_TIME = 1000
/** How long a delivery is leased, ms: a batch, an attempt, and the round trips before and after. */
const LEASE_TIME = BATCH_TIME + TIMEOUT + 10_000

/** Which deliveries a batch may lease: those of slow and untried endpoints (`slow`), those of other endpoints (`fast`), or all. */
export type Lane = 'fast' | 'slow' | 'any'

/** A delivery that a consumer has leased. The flags are 0 and 1. */
export interface LeasedDelivery extends WebhookRequest {
  /** Whether its endpoint is slow or untried. */
  slow: number
  /** Whether an import made its event. */
  bulk: number
  /** Whether its endpoint has failed since it last succeeded. */
  failing: number
  /** Whether the host has ever responded with a 2xx to this account. */
  verified: number
  /** How many attempts were made in all. */
  attempts: number
  /** How many attempts were made since the delivery last began: its place in the retry schedule. */
  tries: number
  /** The end of the lease, Unix ms. */
  leasedUntil: number
}

/**
 * Leases the deliveries that are due, if their webhook is enabled and belongs to this lane. The caller enqueues `others`
 * again: their messages came to the wrong lane, or up to a second early, because queues count whole seconds. One round
 * trip.
 */
export async function leaseDeliveries(
  db: Database,
  messages: DeliveryMessage[],
  lane: Lane,
): Promise<{ leased: LeasedDelivery[]; others: QueuedDelivery[] }> {
  const keys = JSON.stringify(messages)
  const now = Date.now()
  const leasedUntil = now + LEASE_TIME
  const slow = { fast: 0, slow: 1, any: null }[lane]
  const [taken, rows] = await db.batch([
    db.query<DeliveryMessage>(LEASE, keys, now, leasedUntil, slow),
    db.query<Omit<LeasedDelivery, 'leasedUntil'> & { dueIn: number | null }>(READ, keys, now),
  ])
  // two messages of one delivery are two rows of READ, and one of LEASE
  const isTaken = new Set(taken.map(keyOf))
  return {
    leased: rows.filter((row) => isTaken.delete(keyOf(row))).map((row) => ({ ...row, leasedUntil })),
    others: rows
      .filter(({ dueIn }) => dueIn !== null && dueIn <= 1000)
      .map((row) => ({ ...row, delaySeconds: (row.dueIn ?? 0) > 0 ? 1 : 0 })),
  }
}

const keyOf = ({ accountId, webhookId, eventSeq }: DeliveryMessage) => `${accountId} ${webhookId} ${eventSeq}`

// text: both statements are set-based
const KEYS = `
  (SELECT value ->> 'accountId' AS account_id, value ->> 'webhookId' AS webhook_id, value ->> 'eventSeq' AS event_seq
   FROM json_each(?1)) k`
const MATCHES_KEY = 'd.account_id = k.account_id AND d.webhook_id = k.webhook_id AND d.event_seq = k.event_seq'
const CAN_BE_SENT = `w.account_id = k.account_id AND w.id = k.webhook_id AND w.disabled_at IS NULL AND w.deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = k.account_id AND a.erased_at IS NULL)`

const LEASE = `
  UPDATE deliveries AS d SET next_at = ?3
  FROM ${KEYS}
  WHERE ${MATCHES_KEY} AND d.status = 'pending' AND d.next_at <= ?2
    AND EXISTS (SELECT 1 FROM webhooks w WHERE ${CAN_BE_SENT} AND (?4 IS NULL OR (w.slow_since IS NOT NULL) = ?4))
  RETURNING account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq`

const READ = `
  SELECT k.account_id AS accountId, k.webhook_id AS webhookId, k.event_seq AS eventSeq, d.attempts, d.tries,
    iif(d.status = 'pending', d.next_at - ?2, NULL) AS dueIn,
    w.url, w.secret, w.old_secrets AS oldSecrets, w.slow_since IS NOT NULL AS slow, w.failing_since IS NOT NULL AS failing,
    w.verified_at IS NOT NULL OR EXISTS (SELECT 1 FROM webhooks v INDEXED BY webhooks_verified
      WHERE v.account_id = w.account_id AND v.host = w.host AND v.verified_at IS NOT NULL) AS verified,
    e.nonce, e.type, ${EVENT_DATA} AS data, e.source = 'import' AS bulk, e.source = '${TEST_SOURCE}' AS test
  FROM ${KEYS}
    CROSS JOIN webhooks w ON ${CAN_BE_SENT}
    CROSS JOIN deliveries d ON ${MATCHES_KEY}
    CROSS JOIN events e ON e.account_id = k.account_id AND e.seq = k.event_seq`
