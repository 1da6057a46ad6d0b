import { type Database, databaseOf } from '../db/client'
import { describeError } from '../http/problem'

/**
 * Deletes an account's objects that no row refers to any more. Never throws: if this fails, the sweep deletes the objects
 * later. Opens the database again, because the cost of background work is not part of the call's cost.
 */
export async function deleteObjects(env: Env, accountId: string, keys: string[]): Promise<void> {
  if (keys.length === 0) return
  const db = databaseOf(env, accountId) as Database
  try {
    await env.RESUMES.delete(keys)
    await db.query(DELETE_FROM_ACCOUNT, accountId, JSON.stringify(keys))
  } catch (error) {
    console.error(JSON.stringify({ level: 'error', message: 'objects not deleted', ...describeError(error) }))
  }
}

/** The most keys that R2 deletes in one call. */
const MAX_DELETED = 1000

/** Deletes the objects that are due, in at most `chunks` chunks of 1,000. The next run of the schedule deletes the rest. */
export async function sweepObjects(db: Database, env: Env, now: number, chunks = 10): Promise<void> {
  for (let left = chunks; left > 0 && db.hasQueriesLeft(); left--) {
    const due = await db.query<{ accountId: string; key: string }>(DUE, now, MAX_DELETED)
    if (due.length === 0) return
    await env.RESUMES.delete(due.map(({ key }) => key))
    await db.query(DELETE, JSON.stringify(due))
  }
}

// SQL text: Drizzle has no INDEXED BY, and no json_each, which takes any number of keys as one parameter
const DELETE_FROM_ACCOUNT = `
  DELETE FROM object_deletions WHERE account_id = ?1 AND key IN (SELECT value FROM json_each(?2))`

const DUE = `
  SELECT account_id AS accountId, key FROM object_deletions INDEXED BY object_deletions_due WHERE due_at <= ?1 LIMIT ?2`

const DELETE = `
  DELETE FROM object_deletions WHERE (account_id, key) IN
    (SELECT value ->> 'accountId', value ->> 'key' FROM json_each(?1))`
