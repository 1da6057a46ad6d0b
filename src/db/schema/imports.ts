import { sql } from 'drizzle-orm'
import { foreignKey, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { inAccount } from './accounts'
import { accountId, keyOf } from './columns'

/** Files of rows, and how far each has been worked through. */
export const imports = sqliteTable(
  'imports',
  {
    accountId: accountId(),
    id: text().notNull(),
    /** Whose key sent it. */
    keyId: text().notNull(),
    status: text().$type<'queued' | 'running' | 'completed' | 'failed' | 'cancelled'>().notNull().default('queued'),
    /** For people: why it failed. */
    reason: text(),
    /** How it is read, JSON. */
    format: text().notNull(),
    /** What was asked for each row, JSON. */
    options: text().notNull(),
    unknownColumns: text().notNull(),
    bytes: integer().notNull(),
    /** Where the next record begins: the byte and the line. Each commit of rows moves it on, and is only for where it is. */
    bytesDone: integer().notNull(),
    line: integer().notNull(),
    read: integer().notNull().default(0),
    created: integer().notNull().default(0),
    updated: integer().notNull().default(0),
    unchanged: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    /** Of rows: what is wrong with them, whether it is kept or not. */
    errors: integer().notNull().default(0),
    /** How often it was taken since it last got on. */
    tries: integer().notNull().default(0),
    /** Until when one has it in hand. */
    heldUntil: integer().notNull().default(0),
    /** When the schedule wakes somebody for it; null: it has ended. */
    nextAt: integer(),
    createdAt: integer().notNull(),
    finishedAt: integer(),
  },
  (t) => [
    keyOf(t),
    inAccount(t),
    // how many there are, and whose turn it is
    index('imports_in_progress').on(t.accountId, t.id).where(sql`finished_at IS NULL`),
    // what is due, and what can be purged, across accounts
    index('imports_due').on(t.nextAt).where(sql`next_at IS NOT NULL`),
    index('imports_finished').on(t.finishedAt).where(sql`finished_at IS NOT NULL`),
  ],
)

/** What is wrong with rows of imports: a JSON array for each commit. */
export const importErrors = sqliteTable(
  'import_errors',
  {
    accountId: accountId(),
    importId: text().notNull(),
    /** The byte where the rows of the commit begin. */
    bytesFrom: integer().notNull(),
    errors: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.importId, t.bytesFrom] }),
    foreignKey({ columns: [t.accountId, t.importId], foreignColumns: [imports.accountId, imports.id] }).onDelete(
      'cascade',
    ),
  ],
)
