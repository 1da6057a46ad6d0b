import type { Database } from '../db/client'
import { eventId, randomText, seqOf } from '../db/ids'
import { merged, notFound, unknownReference } from '../http/errors'
import { decodePageToken, fitsInPage, type ListQuery, type Page, pageOf } from '../http/page'
import { enqueueDeliveries, type QueuedDelivery } from '../queues/send'
import { timestampOf } from './envelope'
import { EVENT_DATA, EVENT_DATA_BYTES, longValuesIn, SAME_AS, withoutLongValues } from './event-data'
import { FEED_LEASE, type FeedEntry, feedQueueOf, sendToFeed } from './queue-feed'
import { QUEUED_COLUMNS, queuedIn } from './queued'
import { EVENT_TYPES, type EventType, type FeedQuery } from './schema'

/** Where a change comes from: the API key that made it, and the kind of operation. */
export interface Origin {
  keyId: string
  source: 'api' | 'import' | 'resume' | 'merge'
}

/** An event to record. `data` is that of the envelope, with the prospect as it is after the write. */
export interface NewEvent {
  type: EventType
  prospectId: string
  /** The user that the write named. */
  userId: string | null
  muted: boolean
  data: object
}

/** What is to be sent after a commit. */
export interface Committed {
  deliveries: QueuedDelivery[]
  feed: FeedEntry[]
}

/** Sends events once they are committed. */
export interface Outbox {
  /** Whether events also go to the queue `EVENTS_FEED`. */
  hasFeed: boolean
  /** Enqueues what was committed. Never throws: the schedule later sends what this could not send. */
  send(committed: Committed): Promise<void>
}

/**
 * Opens the outbox. With the `context` of a request, it sends after the response. If `db` is given, the queries of the
 * outbox count as a cost of `db`.
 */
export function openOutbox(env: Env, context?: Pick<ExecutionContext, 'waitUntil'>, db?: Database): Outbox {
  const send = async ({ deliveries, feed }: Committed) => {
    if (deliveries.length > 0) await enqueueDeliveries(env, deliveries)
    if (feed.length > 0) await sendToFeed(env, feed, db)
  }
  return {
    hasFeed: feedQueueOf(env) !== undefined,
    send: context ? async (committed) => context.waitUntil(send(committed)) : send,
  }
}

/**
 * The statements that append events to the log, in the order of their commits, and make a delivery for each enabled
 * webhook that asks for the type. Put them at the end of the batch that writes the prospects: `updatedAt` is known only at
 * the commit, so the statements read it from the prospects' rows. `committedIn` reads their results.
 */
export function recordEvents(
  { d1 }: Database,
  { hasFeed }: Outbox,
  {
    accountId,
    origin: { keyId, source },
    now,
    events,
  }: { accountId: string; origin: Origin; now: number; events: NewEvent[] },
): D1PreparedStatement[] {
  const long = longValuesIn(events)
  const rows = events.map((event, n) => ({
    ...event,
    nonce: randomText(10),
    muted: event.muted ? 1 : 0,
    long: long[n],
  }))
  return [
    d1.prepare(APPEND).bind(accountId, now, JSON.stringify(rows), keyId, source),
    ...(hasFeed ? [d1.prepare(FEED_ENTRIES).bind(accountId, events.length, now + FEED_LEASE)] : []),
    d1.prepare(DELIVER).bind(accountId, events.length, now),
  ]
}

/** What is to be sent after a batch that ended with `recordEvents`. */
export function committedIn(results: D1Result[]): Committed {
  const feed = results.slice(-2).flatMap(({ results }) => results as FeedEntry[])
  return { deliveries: queuedIn(results.slice(-1)), feed: feed.filter(({ feedSeq }) => feedSeq) }
}

/** The data of a new event `e`, with the `updatedAt` of its prospect's row `p`. */
const NEW_DATA =
  "iif(p.id IS NULL, e.value -> 'data', json_set(e.value -> 'data', '$.prospect.updatedAt', p.updated_at))"

const APPEND = `
  INSERT INTO events (account_id, seq, nonce, type, prospect_id, muted, key_id, user_id, source, data, same_as)
  SELECT ?1, start.seq + e.key, e.value ->> 'nonce', e.value ->> 'type', e.value ->> 'prospectId', e.value ->> 'muted', ?4,
    e.value ->> 'userId', ?5, ${withoutLongValues(NEW_DATA, 's.value')},
    json_insert(s.value, '$.bytes', octet_length(${NEW_DATA}))
  FROM (SELECT max(?2 * 1000, coalesce((SELECT max(seq) FROM events WHERE account_id = ?1), 0) + 1,
      coalesce((SELECT max(updated_at) * 1000 FROM prospects WHERE account_id = ?1), 0)) AS seq) start
    CROSS JOIN json_each(?3) e
    LEFT JOIN prospects p ON p.account_id = ?1 AND p.id = e.value ->> 'prospectId'
    LEFT JOIN json_each(${SAME_AS}) s`

const LAST_EVENTS =
  '(SELECT account_id, seq, type, muted FROM events WHERE account_id = ?1 ORDER BY seq DESC LIMIT ?2) e'

const DELIVER = `
  INSERT INTO deliveries (account_id, webhook_id, event_seq, status, next_at)
  SELECT e.account_id, w.id, e.seq, 'pending', ?3
  FROM ${LAST_EVENTS}
    CROSS JOIN webhooks w INDEXED BY webhooks_live ON w.account_id = e.account_id
  WHERE e.muted = 0 AND w.disabled_at IS NULL AND w.deleted_at IS NULL
    AND (w.event_types = '[]' OR e.type IN (SELECT value FROM json_each(w.event_types)))
  ORDER BY e.seq
  RETURNING ${QUEUED_COLUMNS}`

const FEED_ENTRIES = `
  INSERT INTO feed_entries (account_id, event_seq, next_at)
  SELECT e.account_id, e.seq, ?3 FROM ${LAST_EVENTS} WHERE e.muted = 0 ORDER BY e.seq
  RETURNING account_id AS accountId, event_seq AS feedSeq`

/** An event as the timeline and the feed show it: the envelope, its actor and its source. */
export interface RecordedEvent {
  id: string
  type: EventType
  /** ISO 8601. */
  timestamp: string
  accountId: string
  data: object
  actor: { keyId: string; userId: string | null }
  source: Origin['source']
  muted: boolean
}

/** Selects the events of a page; `data` is null for those that the page has no room for (see `fitsInPage`). */
const shown = (page: string, order: string, limit: string) => `
  SELECT e.seq, e.nonce, e.type, e.muted, e.key_id AS keyId, e.user_id AS userId, e.source,
    iif(${fitsInPage(EVENT_DATA_BYTES, 'e.seq', page, order, limit)}, ${EVENT_DATA}, NULL) AS data`

interface EventRow extends Pick<RecordedEvent, 'type' | 'source'> {
  seq: number
  nonce: string
  muted: number
  keyId: string
  userId: string | null
  /** JSON. Null if the page has no room for it. */
  data: string | null
}

const toEvent = (accountId: string, { data, ...row }: EventRow): RecordedEvent | null =>
  data === null
    ? null
    : {
        id: eventId(row.seq, row.nonce),
        type: row.type,
        timestamp: timestampOf(row.seq),
        accountId,
        data: JSON.parse(data),
        actor: { keyId: row.keyId, userId: row.userId },
        source: row.source,
        muted: row.muted === 1,
      }

/** A page of a prospect's timeline: all its events, the newest first. 404 if the account has no such prospect, 410 if it was merged. */
export async function listTimeline(
  db: Database,
  accountId: string,
  prospectId: string,
  { limit, pageToken }: ListQuery,
): Promise<Page<RecordedEvent>> {
  const scope = ['timeline', prospectId]
  const [before = Number.MAX_SAFE_INTEGER] = (await decodePageToken(scope, pageToken, 1)) ?? []
  const [[prospect], rows] = await db.batch([
    db.query<{ mergedInto: string | null; version: number | null }>(FIND_PROSPECT, accountId, prospectId),
    db.query<EventRow>(TIMELINE, accountId, prospectId, before, limit + 1),
  ])
  if (prospect?.mergedInto) throw merged({ mergedInto: prospect.mergedInto })
  if (!prospect?.version) throw notFound('prospect')
  return pageOfEvents(accountId, rows, limit, scope)
}

/** SQL: the version of the prospect `?2`, and the id of the prospect that it was merged into. Each may be null. */
export const FIND_PROSPECT = `
  SELECT (SELECT into_id FROM merges WHERE account_id = ?1 AND id = ?2) AS mergedInto,
    (SELECT version FROM prospects WHERE account_id = ?1 AND id = ?2) AS version`

const TIMELINE_EVENTS = `FROM events e INDEXED BY events_prospect
  WHERE e.account_id = ?1 AND e.prospect_id = ?2 AND e.seq < ?3 ORDER BY e.seq DESC LIMIT ?4`
const TIMELINE = `${shown(`SELECT e.seq AS key, ${EVENT_DATA_BYTES} AS bytes ${TIMELINE_EVENTS}`, 'ORDER BY key DESC', '?4')} ${TIMELINE_EVENTS}`

/**
 * A page of the feed: events that are not muted, of one type or of all, in the order of their commits. A caller that
 * always continues after the last event that it saw misses none. 422 if `after` is not an event's id.
 */
export async function listFeed(
  { query }: Database,
  accountId: string,
  { after, type, limit, pageToken }: FeedQuery,
): Promise<Page<RecordedEvent>> {
  const scope = ['feed', type ?? '']
  const seen = after === undefined ? 0 : seqOf(after)
  if (seen === null) throw unknownReference([{ in: 'query', field: 'after', value: String(after) }])
  const [from = seen] = (await decodePageToken(scope, pageToken, 1)) ?? []
  const types = JSON.stringify(type ? [type] : EVENT_TYPES)
  const rows = await query<EventRow>(FEED, accountId, from, types, limit + 1)
  return pageOfEvents(accountId, rows, limit, scope)
}

const OF_PAGE = 'FROM page CROSS JOIN events e ON e.account_id = ?1 AND e.seq = page.seq'

/** Looks up the first events of each type in the index, up to the limit. The earliest of these events make the page. */
const FEED = `
  WITH page AS MATERIALIZED (
    SELECT o.value AS seq FROM json_each(?3) t CROSS JOIN json_each((SELECT json_group_array(seq) FROM (
      SELECT seq FROM events INDEXED BY events_feed
      WHERE account_id = ?1 AND type = t.value AND muted = 0 AND seq > ?2 ORDER BY seq LIMIT ?4))) o
    ORDER BY o.value LIMIT ?4
  )
  ${shown(`SELECT e.seq AS key, ${EVENT_DATA_BYTES} AS bytes ${OF_PAGE}`, 'ORDER BY key', '?4')} ${OF_PAGE} ORDER BY e.seq`

const pageOfEvents = (accountId: string, rows: EventRow[], limit: number, scope: string[]) =>
  pageOf(
    rows,
    limit,
    scope,
    ({ seq }) => [seq],
    (row) => toEvent(accountId, row),
  )
