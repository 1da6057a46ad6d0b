import { foreignKey, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { accountId } from './columns'
import { prospects } from './prospects'

/** Resumes that are still to be read. Triggers maintain it: a prospect has a row while its resume's status is `processing`. */
export const resumeReadings = sqliteTable(
  'resume_readings',
  {
    accountId: accountId(),
    prospectId: text().notNull(),
    /** How often a reading has begun. */
    tries: integer().notNull().default(0),
    /** The end of the current lease. */
    heldUntil: integer().notNull().default(0),
    /** When the schedule enqueues it next. */
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
