import { type Database, databaseOf } from '../db/client'
import { describeError } from '../http/problem'
import { takeOverdue } from '../queues/lease'
import { type StoredEvent, toEnvelope } from './envelope'
import { EVENT_DATA } from './event-data'

/** How long an entry is leased when it is written or taken, ms. If it is not sent by then, the schedule sends it. */
export const FEED_LEASE = 60_000
/** The largest envelope that is sent with its prospect, bytes. A message of a queue can have 128 KB. */
const MAX_ENVELOPE = 120_000
/** The most bytes of one `sendBatch`. */
const MAX_BATCH = 250_000
/** What a queue adds to a message, bytes. */
const MESSAGE_OVERHEAD = 128
/** How many events are read at a time. */
const PAGE = 50

/** An event to be sent to the queue `EVENTS_FEED`. */
export interface FeedEntry {
  accountId: string
  feedSeq: number
}

/** The queue that gets every event that is not muted; undefined if the service has no such binding. */
export const feedQueueOf = (env: Env): Queue | undefined => (env as { EVENTS_FEED?: Queue }).EVENTS_FEED

/** Sends entries that the caller has leased, then deletes them. Throws if the queue or D1 is unavailable. */
async function sendEntries(db: Database, queue: Queue, entries: FeedEntry[]): Promise<void> {
  for (let i = 0; i < entries.length; i += PAGE) {
    const keys = JSON.stringify(entries.slice(i, i + PAGE))
    const events = await db.query<StoredEvent>(READ, keys)
    let batch: MessageSendRequest[] = []
    let size = 0
    for (const event of events) {
      const text = toFeedEnvelope(event)
      const bytes = new TextEncoder().encode(text).byteLength + MESSAGE_OVERHEAD
      if (size + bytes > MAX_BATCH) {
        await queue.sendBatch(batch)
        ;[batch, size] = [[], 0]
      }
      batch.push({ body: JSON.parse(text), contentType: 'json' })
      size += bytes
    }
    if (batch.length > 0) await queue.sendBatch(batch)
    await db.query(DELETE, keys)
  }
}

/** Sends the entries of one commit to the feed. Never throws: a failure is logged, and the schedule sends them later. */
export async function sendToFeed(
  env: Env,
  entries: FeedEntry[],
  db = databaseOf(env, entries[0]?.accountId ?? ''),
): Promise<void> {
  const queue = feedQueueOf(env)
  if (!queue || !db) return
  await sendEntries(db, queue, entries).catch((error) =>
    console.error(JSON.stringify({ level: 'error', message: 'feed', count: entries.length, ...describeError(error) })),
  )
}

/** Sends entries that are overdue, at most `pages` pages. */
export async function sweepFeed(db: Database, env: Env, pages = 100): Promise<void> {
  const queue = feedQueueOf(env)
  if (!queue) return
  for (let left = pages; left > 0 && db.hasQueriesLeft(); left--) {
    const now = Date.now()
    const entries = await takeOverdue<FeedEntry>(db, FEED_ENTRIES, { now, until: now + FEED_LEASE, limit: PAGE })
    if (entries.length === 0) return
    await sendEntries(db, queue, entries)
  }
}

const FEED_ENTRIES = {
  name: 'feed_entries',
  key: 'account_id, event_seq',
  returning: 'account_id AS accountId, event_seq AS feedSeq',
} as const

function toFeedEnvelope(event: StoredEvent): string {
  const { body } = toEnvelope(event)
  if (new TextEncoder().encode(body).byteLength <= MAX_ENVELOPE) return body
  const { prospect } = JSON.parse(event.data)
  return toEnvelope({ ...event, data: JSON.stringify({ prospect: { id: prospect.id }, reduced: true }) }).body
}

// text: both statements are set-based
const KEYS = "(SELECT value ->> 'accountId' AS account_id, value ->> 'feedSeq' AS seq FROM json_each(?1)) k"

const READ = `
  SELECT e.account_id AS accountId, e.seq AS eventSeq, e.nonce, e.type, ${EVENT_DATA} AS data
  FROM ${KEYS}
    CROSS JOIN accounts a ON a.id = k.account_id AND a.erased_at IS NULL
    CROSS JOIN events e ON e.account_id = k.account_id AND e.seq = k.seq`

const DELETE = `DELETE FROM feed_entries WHERE (account_id, event_seq) IN (SELECT account_id, seq FROM ${KEYS})`
