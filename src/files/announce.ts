import { type Database, toStatement } from '../db/client'
import { objectDeletions } from '../db/schema'

/**
 * R2 and D1 cannot commit together. So a call first announces a key: it adds the key to `object_deletions`, due in an
 * hour. Then it stores the bytes. The write that refers to the key removes the announcement, and a write that drops the
 * reference adds it again, due now (triggers of `prospects` and `imports`). Wherever a process dies, the sweep deletes
 * the objects that no row refers to, and no others.
 */

/** How long an object may exist before a row refers to it, ms. An upload must take less: see `MAX_UPLOAD_TIME`. */
const ANNOUNCED_FOR = 60 * 60_000

/**
 * The statement that announces a key. Run it in a round trip before the bytes are stored. The sweep deletes the object
 * after `keptFor` ms, unless the row that refers to the key removed the announcement.
 */
export function announceObject(
  db: Database,
  accountId: string,
  { key, now, keptFor = ANNOUNCED_FOR }: { key: string; now: number; keptFor?: number },
): D1PreparedStatement {
  const dueAt = now + keptFor
  const { accountId: account, key: name } = objectDeletions
  return toStatement(
    db,
    db.orm
      .insert(objectDeletions)
      .values({ accountId, key, dueAt })
      .onConflictDoUpdate({ target: [account, name], set: { dueAt } }),
  )
}
