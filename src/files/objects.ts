import type { Database } from '../db/client'

/**
 * Bytes in R2 and rows in D1 cannot be committed together. So a key is announced before its bytes are stored, as one
 * to be deleted, and the write that refers to it takes it off that list (a trigger of `prospects`); one that no longer
 * is referred to is put on it. Whatever dies in between, the schedule deletes what nobody refers to, and nothing else.
 */

/** How long an object may be there before a write refers to it, ms. An upload gets less (see `UPLOAD_TIME`). */
const ANNOUNCED_FOR = 60 * 60_000

/**
 * The statement that announces a key. It belongs in a trip before the bytes are stored. `keptFor` (ms) is for bytes
 * that go after that time, whoever refers to them.
 */
export const announce = (
  { d1 }: Database,
  accountId: string,
  key: string,
  now: number,
  keptFor = ANNOUNCED_FOR,
): D1PreparedStatement =>
  d1
    .prepare(
      `INSERT INTO object_deletions (account_id, key, due_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (account_id, key) DO UPDATE SET due_at = ?3`,
    )
    .bind(accountId, key, now + keptFor)

/** Deletes objects of an account that nothing refers to. */
export async function deleteObjects({ d1 }: Database, env: Env, accountId: string, keys: string[]): Promise<void> {
  await env.RESUMES.delete(keys)
  await d1
    .prepare('DELETE FROM object_deletions WHERE account_id = ?1 AND key IN (SELECT value FROM json_each(?2))')
    .bind(accountId, JSON.stringify(keys))
    .run()
}

/** What R2 deletes in one call. */
const DELETE_MOST = 1000

/** Deletes objects that are due, at most `chunks` times a thousand; the schedule goes on with the rest. */
export async function sweepObjects({ d1, hasRoom }: Database, env: Env, now: number, chunks = 10): Promise<void> {
  for (let left = chunks; left > 0 && hasRoom(); left--) {
    const { results } = await d1.prepare(DUE).bind(now, DELETE_MOST).all<{ accountId: string; key: string }>()
    if (results.length === 0) return
    await env.RESUMES.delete(results.map(({ key }) => key))
    await d1.prepare(DELETED).bind(JSON.stringify(results)).run()
  }
}

const DUE = `
  SELECT account_id AS accountId, key FROM object_deletions INDEXED BY object_deletions_due WHERE due_at <= ?1 LIMIT ?2`

const DELETED = `
  DELETE FROM object_deletions WHERE (account_id, key) IN
    (SELECT value ->> 'accountId', value ->> 'key' FROM json_each(?1))`
