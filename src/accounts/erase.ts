import { isNotNull, sql } from 'drizzle-orm'
import type { Database } from '../db/client'
import { accounts } from '../db/schema'
import { describeError } from '../http/problem'

/** How many rows of a table one statement deletes: first, and at most. */
const [FIRST_CHUNK, MOST_CHUNK] = [20, 200]
/** What it may write, rows of indexes and of other tables too: so little that calls of other accounts hardly wait for it. */
const MOST_WRITTEN = 5000

/** Tables that can have many rows, and the keys of these. They are emptied in chunks. */
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

/** All that is left after them. References between pipelines and stages, and to the account, end with the batch. */
const SMALL = ['moves', 'stages', 'pipelines', 'api_keys']

/**
 * Erases what deleted accounts hold, in chunks, at most `trips` round trips of it; the schedule goes on with the
 * rest. The account's own row goes last, and foreign keys keep it until nothing refers to it: a write that was
 * under way meanwhile is found and erased too. They come in any order, and one that fails is logged, so
 * that none keeps the others waiting.
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
    const remove = `DELETE FROM ${table} WHERE (${key}) IN
      (SELECT ${key} FROM ${table} WHERE account_id = ?1 LIMIT ?2) RETURNING 1 AS gone`
    for (let chunk = FIRST_CHUNK, isEmpty = false; !isEmpty; ) {
      if (db.cost.trips >= end || !db.hasRoom()) return
      const before = db.cost.written
      isEmpty = (await db.d1.prepare(remove).bind(id, chunk).all()).results.length < chunk
      const affordable = (chunk * MOST_WRITTEN) / (db.cost.written - before)
      chunk = Math.max(1, Math.floor(Math.min(affordable, 2 * chunk, MOST_CHUNK)))
    }
  }
  await db.d1.batch([
    ...SMALL.map((table) => db.d1.prepare(`DELETE FROM ${table} WHERE account_id = ?1`).bind(id)),
    db.d1.prepare('DELETE FROM accounts WHERE id = ?1').bind(id),
  ])
}
