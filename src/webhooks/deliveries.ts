import type { Database } from '../db/client'
import { isAborted } from '../db/errors'
import { eventId } from '../db/ids'
import { notFound } from '../http/errors'
import type { IdempotentRequest } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import { decodePageToken, firstThatFit, type Page, pageOf } from '../http/page'
import type { QueuedDelivery } from '../queues/send'
import { webhookDisabled } from './errors'
import { QUEUED_COLUMNS, queuedIn } from './queued'
import { MAX_ATTEMPTS_STORED } from './record-outcomes'
import type { DeliveriesQuery } from './schema'
import { STOP_IF_DISABLED } from './store'

/** One event on its way to one endpoint. Times are Unix ms. */
export interface Delivery {
  id: string
  eventId: string
  eventType: string
  webhookId: string
  status: 'pending' | 'succeeded' | 'failed' | 'cancelled'
  attemptCount: number
  lastStatusCode: number | null
  lastError: string | null
  /** Null if it has ended, or waits for its turn at an endpoint that is slow or unverified. */
  nextAttemptAt: number | null
  /** When its event was committed. */
  createdAt: number
}

/** A delivery with what was tried, oldest first: the last hundred attempts, fewer if they are more than 4 MiB. */
export interface DeliveryLog extends Delivery {
  attempts: {
    attemptedAt: number
    durationMs: number
    statusCode: number | null
    error: string | null
    /** The first 16 KB of the answer's body. */
    responseBody: string | null
  }[]
}

/** A delivery's public id: the `seq` of its event (11 base-32 digits, so that ids sort by time) and its endpoint. */
export const deliveryId = (webhookId: string, seq: number): string =>
  `dlv_${seq.toString(32).padStart(11, '0')}${webhookId.slice('whk_'.length)}`

/** What a delivery's id names, or null if it is none of ours. */
function keyOf(id: string): [webhookId: string, seq: number] | null {
  const [, seq = '', webhook] = /^dlv_([0-9a-v]{11})([0-9a-z]{26})$/.exec(id) ?? []
  return webhook ? [`whk_${webhook}`, Number.parseInt(seq, 32)] : null
}

/** A key that no delivery has. */
const NONE = ['', 0]

interface Row extends Pick<Delivery, 'status' | 'lastStatusCode' | 'lastError'> {
  webhookId: string
  eventSeq: number
  nonce: string
  type: string
  attempts: number
  nextAt: number | null
}

const SHOWN = `d.webhook_id AS webhookId, d.event_seq AS eventSeq, d.status, d.attempts, d.next_at AS nextAt,
  d.last_status_code AS lastStatusCode, d.last_error AS lastError, e.nonce, e.type`
const EVENT = 'CROSS JOIN events e ON e.account_id = d.account_id AND e.seq = d.event_seq'

const toDelivery = (row: Row): Delivery => ({
  id: deliveryId(row.webhookId, row.eventSeq),
  eventId: eventId(row.eventSeq, row.nonce),
  eventType: row.type,
  webhookId: row.webhookId,
  status: row.status,
  attemptCount: row.attempts,
  lastStatusCode: row.lastStatusCode,
  lastError: row.lastError,
  nextAttemptAt: row.nextAt,
  createdAt: Math.floor(row.eventSeq / 1000),
})

/** A page of an endpoint's deliveries, those of the newest events first. 404 if the account has no such endpoint. */
export async function listDeliveries(
  { d1 }: Database,
  accountId: string,
  webhookId: string,
  { status, limit, pageToken }: DeliveriesQuery,
): Promise<Page<Delivery>> {
  const scope = ['deliveries', webhookId, status ?? '']
  const [before = Number.MAX_SAFE_INTEGER] = (await decodePageToken(scope, pageToken, 1)) ?? []
  const [seen, found] = await d1.batch<Row>([
    d1.prepare(HAS_WEBHOOK).bind(accountId, webhookId),
    d1.prepare(status ? LIST_STATUS : LIST).bind(accountId, webhookId, before, limit + 1, ...(status ? [status] : [])),
  ])
  if (!seen?.results.length) throw notFound('webhook')
  return pageOf(found?.results ?? [], limit, scope, ({ eventSeq }) => [eventSeq], toDelivery)
}

const HAS_WEBHOOK = 'SELECT 1 FROM webhooks WHERE account_id = ?1 AND id = ?2 AND deleted_at IS NULL'

const listWhere = (index: string, condition: string) => `
  SELECT ${SHOWN} FROM deliveries d ${index} ${EVENT}
  WHERE d.account_id = ?1 AND d.webhook_id = ?2 AND d.event_seq < ?3 ${condition} ORDER BY d.event_seq DESC LIMIT ?4`
const LIST = listWhere('', '')
const LIST_STATUS = listWhere('INDEXED BY deliveries_status', 'AND d.status = ?5')

/** One delivery and its attempts; 404 if the account has none of this id, or has deleted its endpoint. */
export async function getDelivery({ d1 }: Database, accountId: string, id: string): Promise<DeliveryLog> {
  const key = keyOf(id)
  const [found, tried] = await d1.batch([GET, ATTEMPTS].map((sql) => d1.prepare(sql).bind(accountId, ...(key ?? NONE))))
  const row = found?.results[0] as Row | undefined
  if (!row) throw notFound('delivery')
  const attempts = (tried?.results ?? []) as DeliveryLog['attempts']
  return { ...toDelivery(row), attempts: firstThatFit(attempts, (one) => one).reverse() }
}

const GET = `
  SELECT ${SHOWN} FROM webhooks w
    CROSS JOIN deliveries d ON d.account_id = w.account_id AND d.webhook_id = w.id AND d.event_seq = ?3
    ${EVENT}
  WHERE w.account_id = ?1 AND w.id = ?2 AND w.deleted_at IS NULL`

const ATTEMPTS = `
  SELECT attempted_at AS attemptedAt, duration_ms AS durationMs, status_code AS statusCode, error, answer AS responseBody
  FROM attempts WHERE account_id = ?1 AND webhook_id = ?2 AND event_seq = ?3 ORDER BY n DESC LIMIT ${MAX_ATTEMPTS_STORED}`

/**
 * Begins a delivery anew, whatever became of it: due now, with the whole schedule before it. 404 if there is none, 409
 * if its endpoint is disabled. Returns what it is now, and what is to be woken.
 */
export async function redeliver(
  db: Database,
  accountId: string,
  id: string,
  repeatable?: IdempotentRequest,
): Promise<{ delivery: Delivery; queued: QueuedDelivery[] }> {
  const key = keyOf(id)
  const row =
    key &&
    (
      await db.d1
        .prepare(GET)
        .bind(accountId, ...key)
        .all<Row>()
    ).results[0]
  if (!row) throw notFound('delivery')
  const now = Date.now()
  const delivery = toDelivery({ ...row, status: 'pending', nextAt: now })
  try {
    const results = await db.d1.batch([
      ...claimKey(db, accountId, repeatable, now),
      db.d1.prepare(STOP_IF_DISABLED).bind(accountId, row.webhookId),
      db.d1.prepare(BEGIN_ANEW).bind(accountId, ...key, now),
      ...storeResponse(db, accountId, repeatable, { status: 202, body: delivery, about: id }),
    ])
    return { delivery, queued: queuedIn(results) }
  } catch (error) {
    throw isAborted(error) ? webhookDisabled({ conflictsWith: row.webhookId }) : error
  }
}

const BEGIN_ANEW = `
  UPDATE deliveries SET status = 'pending', next_at = ?4, tries = 0, finished_at = NULL
  WHERE account_id = ?1 AND webhook_id = ?2 AND event_seq = ?3
  RETURNING ${QUEUED_COLUMNS}`
