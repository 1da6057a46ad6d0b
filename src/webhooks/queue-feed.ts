import { type Database, databaseOf } from '../db/client'
import { describeError } from '../http/problem'
import { type StoredEvent, toEnvelope } from './envelope'
import { DATA } from './snapshot'

/** How long whoever sends entries may hold them, ms; after that the schedule takes them on. */
export const FEED_LEASE = 60_000
/** A larger envelope goes without its prospect, bytes: a queue takes 128 KB a message. */
const ENVELOPE_MOST = 120_000
/** The most that one `sendBatch` may hold, bytes. */
const BATCH_MOST = 250_000
/** What a queue adds to a message, bytes. */
const MESSAGE_EXTRA = 128
/** The most events read at a time. */
const PAGE = 50

/** An event on its way to the queue `EVENTS_FEED`. */
export interface FeedEntry {
  accountId: string
  feedSeq: number
}

/** The queue that gets every event that is not muted, where one is bound. */
export const feedQueueOf = (env: Env): Queue | undefined => (env as { EVENTS_FEED?: Queue }).EVENTS_FEED

/** Sends entries of one database that the caller holds, then takes them off the list. Throws where the queue is down. */
async function sendToFeed(db: Database, queue: Queue, entries: FeedEntry[]): Promise<void> {
  for (let i = 0; i < entries.length; i += PAGE) {
    const keys = JSON.stringify(entries.slice(i, i + PAGE))
    const { results } = await db.d1.prepare(READ).bind(keys).all<StoredEvent>()
    let batch: MessageSendRequest[] = []
    let size = 0
    for (const event of results) {
      const text = toFeedEnvelope(event)
      const bytes = new TextEncoder().encode(text).byteLength + MESSAGE_EXTRA
      if (size + bytes > BATCH_MOST) {
        await queue.sendBatch(batch)
        ;[batch, size] = [[], 0]
      }
      batch.push({ body: JSON.parse(text), contentType: 'json' })
      size += bytes
    }
    if (batch.length > 0) await queue.sendBatch(batch)
    await db.d1.prepare(DONE).bind(keys).run()
  }
}

/** Sends what was just committed. A failure is logged: the schedule sends it then. */
export async function feed(
  env: Env,
  entries: FeedEntry[],
  db = databaseOf(env, entries[0]?.accountId ?? ''),
): Promise<void> {
  const queue = feedQueueOf(env)
  if (!queue || !db) return
  await sendToFeed(db, queue, entries).catch((error) =>
    console.error(JSON.stringify({ level: 'error', message: 'feed', count: entries.length, ...describeError(error) })),
  )
}

/** Sends what nobody has sent in time, at most `pages` times fifty. */
export async function sweepFeed(db: Database, env: Env, pages = 100): Promise<void> {
  const queue = feedQueueOf(env)
  if (!queue) return
  for (let left = pages; left > 0 && db.hasRoom(); left--) {
    const now = Date.now()
    const { results } = await db.d1
      .prepare(CLAIM)
      .bind(now, now + FEED_LEASE)
      .all<FeedEntry>()
    if (results.length === 0) return
    await sendToFeed(db, queue, results)
  }
}

function toFeedEnvelope(event: StoredEvent): string {
  const { body } = toEnvelope(event)
  if (new TextEncoder().encode(body).byteLength <= ENVELOPE_MOST) return body
  const { prospect } = JSON.parse(event.data)
  return toEnvelope({ ...event, data: JSON.stringify({ prospect: { id: prospect.id }, reduced: true }) }).body
}

const KEYS = "(SELECT value ->> 'accountId' AS account_id, value ->> 'feedSeq' AS seq FROM json_each(?1)) k"

const READ = `
  SELECT e.account_id AS accountId, e.seq AS eventSeq, e.nonce, e.type, ${DATA} AS data
  FROM ${KEYS}
    CROSS JOIN accounts a ON a.id = k.account_id AND a.erased_at IS NULL
    CROSS JOIN events e ON e.account_id = k.account_id AND e.seq = k.seq`

const DONE = `DELETE FROM feed_entries WHERE (account_id, event_seq) IN (SELECT account_id, seq FROM ${KEYS})`

const CLAIM = `
  UPDATE feed_entries SET next_at = ?2 WHERE (account_id, event_seq) IN
    (SELECT account_id, event_seq FROM feed_entries INDEXED BY feed_entries_due
     WHERE next_at <= ?1 ORDER BY next_at LIMIT ${PAGE})
  RETURNING account_id AS accountId, event_seq AS feedSeq`
