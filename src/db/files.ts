import { foreignKey, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { accountId, prospects } from './schema'

/** Resumes that are still to be read. Triggers keep it from `prospects.resume`: a row while its status is `processing`. */
export const resumeReadings = sqliteTable(
  'resume_readings',
  {
    accountId: accountId(),
    prospectId: text().notNull(),
    /** Readings that were begun. */
    tries: integer().notNull().default(0),
    /** Until when one has it in hand. */
    heldUntil: integer().notNull().default(0),
    /** When the schedule wakes it next. */
    nextAt: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.prospectId] }),
    foreignKey({ columns: [t.accountId, t.prospectId], foreignColumns: [prospects.accountId, prospects.id] }).onDelete(
      'cascade',
    ),
    index('resume_readings_due').on(t.nextAt),
  ],
)

/**
 * Objects in R2 that nothing refers to: on their way out, or announced and not written about yet. They are deleted when
 * due. Triggers keep it from `prospects.resume`, and it outlives the account.
 */
export const objectDeletions = sqliteTable(
  'object_deletions',
  { accountId: accountId(), key: text().notNull(), dueAt: integer().notNull() },
  (t) => [primaryKey({ columns: [t.accountId, t.key] }), index('object_deletions_due').on(t.dueAt)],
)
