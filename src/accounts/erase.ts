import { eq, isNotNull, sql } from 'drizzle-orm'
import type { Database } from '../db/client'
import { accounts } from '../db/schema'
import { describeError } from '../http/problem'

/** How many rows of a table one statement deletes: at first, and at most. */
const [FIRST_CHUNK, MAX_CHUNK] = [20, 200]
/** How many rows one statement may write, with indexes and other tables: few, so that calls of other accounts hardly wait. */
const MAX_WRITTEN = 5000

/** Tables that can have many rows, each with its key. They are emptied in chunks, in this order. */
const LARGE = [
  ['attempts', 'account_id, webhook_id, event_seq, n'],
  ['deliveries', 'account_id, webhook_id, event_seq'],
  ['feed_entries', 'account_id, event_seq'],
  ['events', 'account_id, seq'],
  ['import_errors', 'account_id, import_id, bytes_from'],
  ['imports', 'account_id, id'],
  ['merges', 'account_id, id'],
  ['prospects', 'account_id, id'],
  ['idempotency_keys', 'account_id, key'],
  ...['webhooks', 'labels', 'sources', 'offices', 'users', 'jobs'].map((table) => [table, 'account_id, id'] as const),
]

/** The other tables. One batch empties them, because pipelines and stages refer to each other. */
const SMALL = ['moves', 'fields', 'stages', 'pipelines', 'api_keys']

/**
 * Erases the data of deleted accounts in chunks, with at most `trips` round trips; the schedule does the rest. The row of
 * the account goes last: foreign keys keep it while other rows refer to it, so a write that was under way is erased too.
 * The accounts come in random order, and a failure is logged, so that no account delays the others for good.
 */
export async function eraseAccounts(db: Database, trips = 200): Promise<void> {
  const marked = await db.orm
    .select({ id: accounts.id })
    .from(accounts)
    .where(isNotNull(accounts.erasedAt))
    .orderBy(sql`random()`)
    .limit(20)
  const end = db.cost.trips + trips
  for (const { id } of marked) {
    try {
      await eraseAccount(db, id, end)
    } catch (error) {
      console.error(
        JSON.stringify({ level: 'error', message: 'account not erased', accountId: id, ...describeError(error) }),
      )
    }
  }
}

async function eraseAccount(db: Database, id: string, end: number): Promise<void> {
  for (const [table, key] of LARGE) {
    // SQL text: the table varies
    const remove = `DELETE FROM ${table} WHERE (${key}) IN
      (SELECT ${key} FROM ${table} WHERE account_id = ?1 LIMIT ?2) RETURNING 1 AS deleted`
    for (let chunk = FIRST_CHUNK, isEmpty = false; !isEmpty; ) {
      if (db.cost.trips >= end || !db.hasQueriesLeft()) return
      const before = db.cost.written
      isEmpty = (await db.query(remove, id, chunk)).length < chunk
      const affordable = (chunk * MAX_WRITTEN) / (db.cost.written - before)
      chunk = Math.max(1, Math.floor(Math.min(affordable, 2 * chunk, MAX_CHUNK)))
    }
  }
  await db.batch([
    ...SMALL.map((table) => db.query(`DELETE FROM ${table} WHERE account_id = ?1`, id)),
    db.orm.delete(accounts).where(eq(accounts.id, id)),
  ])
}
