import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { accountId } from './columns'

/**
 * Objects in R2 that nothing refers to: on their way out, or announced and not written about yet. They are deleted when
 * due. Triggers keep it from `prospects.resume` and `imports`, and it outlives the account.
 */
export const objectDeletions = sqliteTable(
  'object_deletions',
  { accountId: accountId(), key: text().notNull(), dueAt: integer().notNull() },
  (t) => [primaryKey({ columns: [t.accountId, t.key] }), index('object_deletions_due').on(t.dueAt)],
)
