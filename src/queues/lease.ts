import type { Database } from '../db/client'

/**
 * How work is leased. A row of a work table has `next_at` (Unix ms): when the schedule looks at it next.
 *
 * 1. A consumer leases the row: one conditional UPDATE moves `next_at` to the end of the lease. If two consumers try,
 *    only one gets the row. Imports and resumes also have `held_until`, the end of the lease, because their `next_at` may
 *    be later.
 * 2. The consumer does the work, and writes the result in the same batch that ends the lease or re-enqueues the row.
 * 3. If the message was lost or the consumer died, the row becomes overdue. The schedule then enqueues it again.
 *
 * Deliveries are leased a batch at a time (`webhooks/lease.ts`), imports one turn at a time (`imports/run.ts`) and
 * resumes one by one (`resumes/reader.ts`). No consumer in this Worker reads the queue feed (`webhooks/queue-feed.ts`).
 */
interface WorkTable {
  /** It has an index named `<name>_due` on `next_at`. */
  name: 'imports' | 'resume_readings' | 'feed_entries'
  /** The columns of its primary key. */
  key: string
  /** The columns to return. `?1` is the current time. */
  returning: string
}

/**
 * Takes at most `limit` rows that are overdue, the longest overdue first. They are due again at `until` (Unix ms), so
 * two runs of the schedule do not take the same row. The query is SQL text because Drizzle cannot name an index.
 */
export async function takeOverdue<Row>(
  { query }: Database,
  { name, key, returning }: WorkTable,
  { now, until, limit }: { now: number; until: number; limit: number },
): Promise<Row[]> {
  const text = `
    UPDATE ${name} SET next_at = ?2 WHERE (${key}) IN
      (SELECT ${key} FROM ${name} INDEXED BY ${name}_due WHERE next_at <= ?1 ORDER BY next_at LIMIT ?3)
    RETURNING ${returning}`
  return query<Row>(text, now, until, limit)
}
