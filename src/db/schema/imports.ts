import { sql } from 'drizzle-orm'
import { foreignKey, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { inAccount } from './accounts'
import { accountId, keyOf } from './columns'

/** Imports: files of rows, and the progress of each. */
export const imports = sqliteTable(
  'imports',
  {
    accountId: accountId(),
    id: text().notNull(),
    /** What it does: it imports a file, or changes or erases the prospects that match filters. */
    kind: text().$type<'file' | 'update' | 'erase'>().notNull().default('file'),
    /** The key that sent it. */
    keyId: text().notNull(),
    status: text().$type<'queued' | 'running' | 'completed' | 'failed' | 'cancelled'>().notNull().default('queued'),
    /** Why it failed, for people. */
    reason: text(),
    /** How the file is read, or which prospects are changed and how, JSON. A trigger empties the latter at the end. */
    format: text().notNull(),
    /** The options of the call, JSON. */
    options: text().notNull(),
    unknownColumns: text().notNull(),
    bytes: integer().notNull(),
    /**
     * Where the next record begins: the byte and the line. A commit of rows advances it, and fails if it has changed since.
     * For prospects that match: how many are done, and which is the next.
     */
    bytesDone: integer().notNull(),
    line: integer().notNull(),
    read: integer().notNull().default(0),
    created: integer().notNull().default(0),
    updated: integer().notNull().default(0),
    unchanged: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    erased: integer().notNull().default(0),
    /** For prospects that match: how many matched at the start, and the id of the last one that is done. */
    total: integer(),
    after: text(),
    /** How many errors and warnings were recorded. Once half of the space is used (imports/run.ts), warnings are dropped. */
    errors: integer().notNull().default(0),
    /** How often it was leased since it last advanced. */
    tries: integer().notNull().default(0),
    /** The end of the current lease. */
    heldUntil: integer().notNull().default(0),
    /** When the schedule enqueues it next. Null if it has ended. */
    nextAt: integer(),
    createdAt: integer().notNull(),
    finishedAt: integer(),
  },
  (t) => [
    keyOf(t),
    inAccount(t),
    // the quota, and the next turn
    index('imports_in_progress').on(t.accountId, t.id).where(sql`finished_at IS NULL`),
    // due imports, and those that can be purged, across accounts
    index('imports_due').on(t.nextAt).where(sql`next_at IS NOT NULL`),
    index('imports_finished').on(t.finishedAt).where(sql`finished_at IS NOT NULL`),
  ],
)

/** Errors in rows of imports: a JSON array for each commit. */
export const importErrors = sqliteTable(
  'import_errors',
  {
    accountId: accountId(),
    importId: text().notNull(),
    /** The byte at which the rows of the commit begin. */
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
