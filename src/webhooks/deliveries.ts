import { and, desc, eq, gte, isNull, lt } from 'drizzle-orm'
import type { Database } from '../db/client'
import { isAborted } from '../db/errors'
import { eventId } from '../db/ids'
import { attempts, deliveries, events, webhooks } from '../db/schema'
import { notFound } from '../http/errors'
import type { IdempotentRequest } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import { decodePageToken, encodePageToken, firstThatFit, type Page, pageOf } from '../http/page'
import type { QueuedDelivery } from '../queues/send'
import { webhookDisabled } from './errors'
import { QUEUED_COLUMNS, queuedIn } from './queued'
import { MAX_ATTEMPTS_STORED } from './record-outcomes'
import type { DeliveriesQuery } from './schema'
import { ABORT_IF_DISABLED, isEndpoint } from './store'

/** The delivery of one event to one endpoint. Times are Unix ms. */
export interface Delivery {
  id: string
  eventId: string
  eventType: string
  webhookId: string
  status: 'pending' | 'succeeded' | 'failed' | 'cancelled'
  attemptCount: number
  lastStatusCode: number | null
  lastError: string | null
  /** Null if it has ended, or waits for the turn of an endpoint that is slow or unverified. */
  nextAttemptAt: number | null
  /** When its event was committed. */
  createdAt: number
}

/** A delivery with its attempts, the oldest first: the last hundred, or fewer if they are more than 4 MiB. */
export interface DeliveryLog extends Delivery {
  attempts: {
    attemptedAt: number
    durationMs: number
    statusCode: number | null
    error: string | null
    /** The first 16 KB. */
    responseBody: string | null
  }[]
}

/** A delivery's public id: the `seq` of its event in 11 base-32 digits, so that ids sort by time, and its endpoint. */
export const deliveryId = (webhookId: string, seq: number): string =>
  `dlv_${seq.toString(32).padStart(11, '0')}${webhookId.slice('whk_'.length)}`

/** The endpoint and the event in a delivery's id. Null if the text is not the id of a delivery. */
function parseDeliveryId(id: string): [webhookId: string, seq: number] | null {
  const [, seq = '', webhook] = /^dlv_([0-9a-v]{11})([0-9a-z]{26})$/.exec(id) ?? []
  return webhook ? [`whk_${webhook}`, Number.parseInt(seq, 32)] : null
}

const SHOWN = {
  webhookId: deliveries.webhookId,
  eventSeq: deliveries.eventSeq,
  status: deliveries.status,
  attempts: deliveries.attempts,
  nextAt: deliveries.nextAt,
  lastStatusCode: deliveries.lastStatusCode,
  lastError: deliveries.lastError,
  nonce: events.nonce,
  type: events.type,
}

/** A query for deliveries with their events. */
const select = ({ orm }: Database) =>
  orm
    .select(SHOWN)
    .from(deliveries)
    .innerJoin(events, and(eq(events.accountId, deliveries.accountId), eq(events.seq, deliveries.eventSeq)))

type Row = Awaited<ReturnType<typeof select>>[number]

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

/** A query for the events of prospects, each with its delivery to one endpoint, if it has one. */
const selectOfProspects = ({ orm }: Database, webhookId: string) =>
  orm
    .select({ ...SHOWN, eventSeq: events.seq })
    .from(events)
    .leftJoin(
      deliveries,
      and(
        eq(deliveries.accountId, events.accountId),
        eq(deliveries.webhookId, webhookId),
        eq(deliveries.eventSeq, events.seq),
      ),
    )

/** A delivery, or an event that has none. */
type ExaminedRow = Row | Awaited<ReturnType<typeof selectOfProspects>>[number]

/** How many rows a page reads to find those that match filters without an index. It ends there, with a token. */
const MAX_EXAMINED = 1000

/**
 * A page of an endpoint's deliveries, those of the newest events first. It can end before `limit`, even without items, while
 * the list continues. 404 if the account has no such endpoint.
 */
export async function listDeliveries(
  db: Database,
  accountId: string,
  webhookId: string,
  { limit, pageToken, ...filters }: DeliveriesQuery,
): Promise<Page<Delivery>> {
  const { status, eventType, prospectId, statusCode, since = 0, before } = filters
  const scope = ['deliveries', webhookId, filters]
  const [end = seqAt(before)] = (await decodePageToken(scope, pageToken, 1)) ?? []
  const inRange = (seq: typeof deliveries.eventSeq | typeof events.seq) =>
    and(gte(seq, seqAt(since)), lt(seq, Number(end)))
  const isIndexed = !eventType && !prospectId && !statusCode
  const examined = isIndexed ? limit + 1 : MAX_EXAMINED
  const [[webhook], rows] = await db.batch([
    db.orm.select({ id: webhooks.id }).from(webhooks).where(isEndpoint(accountId, webhookId)),
    prospectId
      ? selectOfProspects(db, webhookId)
          .where(and(eq(events.accountId, accountId), eq(events.prospectId, prospectId), inRange(events.seq)))
          .orderBy(desc(events.seq))
          .limit(examined)
      : select(db)
          .where(
            and(
              eq(deliveries.accountId, accountId),
              eq(deliveries.webhookId, webhookId),
              status && eq(deliveries.status, status),
              inRange(deliveries.eventSeq),
            ),
          )
          .orderBy(desc(deliveries.eventSeq))
          .limit(examined),
  ])
  if (!webhook) throw notFound('webhook')
  const matches = (row: ExaminedRow): row is Row =>
    row.status !== null &&
    (!status || row.status === status) &&
    (!eventType || row.type === eventType) &&
    (!statusCode || row.lastStatusCode === statusCode)
  const page = await pageOf(
    (rows as ExaminedRow[]).filter(matches),
    limit,
    scope,
    ({ eventSeq }) => [eventSeq],
    toDelivery,
  )
  const last = rows[MAX_EXAMINED - 1]
  if (isIndexed || page.nextPageToken || !last) return page
  return { ...page, nextPageToken: await encodePageToken(scope, [last.eventSeq]) }
}

/** The `seq` of the first event that could be committed at a time (Unix ms); without a time, one after all events. */
const seqAt = (time = Number.MAX_SAFE_INTEGER) => Math.min(time * 1000, Number.MAX_SAFE_INTEGER)

/** One delivery and its attempts. 404 if the account has no such delivery, or has deleted its endpoint. */
export async function getDelivery(db: Database, accountId: string, id: string): Promise<DeliveryLog> {
  // an id that is malformed becomes a key that no delivery has
  const [webhookId, seq] = parseDeliveryId(id) ?? ['', 0]
  const [[row], tried] = await db.batch([
    selectOne(db, accountId, webhookId, seq),
    db.orm
      .select({
        attemptedAt: attempts.attemptedAt,
        durationMs: attempts.durationMs,
        statusCode: attempts.statusCode,
        error: attempts.error,
        responseBody: attempts.answer,
      })
      .from(attempts)
      .where(and(eq(attempts.accountId, accountId), eq(attempts.webhookId, webhookId), eq(attempts.eventSeq, seq)))
      .orderBy(desc(attempts.n))
      .limit(MAX_ATTEMPTS_STORED),
  ])
  if (!row) throw notFound('delivery')
  return { ...toDelivery(row), attempts: (await firstThatFit(tried, (attempt) => attempt)).reverse() }
}

/** A query for one delivery. It finds none if the endpoint is deleted. */
const selectOne = (db: Database, accountId: string, webhookId: string, seq: number) =>
  select(db)
    .innerJoin(webhooks, and(eq(webhooks.accountId, deliveries.accountId), eq(webhooks.id, deliveries.webhookId)))
    .where(
      and(
        eq(deliveries.accountId, accountId),
        eq(deliveries.webhookId, webhookId),
        eq(deliveries.eventSeq, seq),
        isNull(webhooks.deletedAt),
      ),
    )

/**
 * Begins a delivery again, whatever its status: it is due now, and has all its retries again. 404 if there is no such
 * delivery, 409 if its endpoint is disabled. Returns the changed delivery, and the entry to enqueue for it.
 */
export async function redeliver(
  db: Database,
  accountId: string,
  id: string,
  repeatable?: IdempotentRequest,
): Promise<{ delivery: Delivery; queued: QueuedDelivery[] }> {
  const [webhookId, seq] = parseDeliveryId(id) ?? ['', 0]
  const [row] = webhookId ? await selectOne(db, accountId, webhookId, seq) : []
  if (!row) throw notFound('delivery')
  const now = Date.now()
  const delivery = toDelivery({ ...row, status: 'pending', nextAt: now })
  try {
    const results = await db.d1.batch([
      ...claimKey(db, accountId, repeatable, now),
      db.d1.prepare(ABORT_IF_DISABLED).bind(accountId, webhookId),
      db.d1.prepare(BEGIN_AGAIN).bind(accountId, webhookId, seq, now),
      ...storeResponse(db, accountId, repeatable, { status: 202, body: delivery, about: id }),
    ])
    return { delivery, queued: queuedIn(results) }
  } catch (error) {
    throw isAborted(error) ? webhookDisabled({ conflictsWith: webhookId }) : error
  }
}

// text: it returns columns of other tables
const BEGIN_AGAIN = `
  UPDATE deliveries SET status = 'pending', next_at = ?4, tries = 0, finished_at = NULL
  WHERE account_id = ?1 AND webhook_id = ?2 AND event_seq = ?3
  RETURNING ${QUEUED_COLUMNS}`
