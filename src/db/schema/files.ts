import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { accountId } from './columns'

/**
 * Objects in R2 that no row refers to: they are to be deleted, or they were announced and their row is still to be written.
 * The schedule deletes them when they are due. Triggers maintain it from `prospects.resume` and `imports`. It outlives the
 * account.
 */
export const objectDeletions = sqliteTable(
  'object_deletions',
  { accountId: accountId(), key: text().notNull(), dueAt: integer().notNull() },
  (t) => [primaryKey({ columns: [t.accountId, t.key] }), index('object_deletions_due').on(t.dueAt)],
)
