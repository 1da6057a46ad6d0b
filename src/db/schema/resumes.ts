import { foreignKey, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { accountId } from './columns'
import { prospects } from './prospects'

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
