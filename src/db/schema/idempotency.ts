import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { accountId } from './columns'

/** Answers that are given again when a POST is repeated under its `Idempotency-Key`. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    /** The account, or 'operator'. */
    accountId: accountId(),
    key: text().notNull(),
    /** SHA-256 of what was asked, hex. */
    hash: text().notNull(),
    status: integer().notNull(),
    headers: text().notNull(),
    /** The body that was answered, less the secrets. */
    body: text().notNull(),
    /** The id of what it shows: the answer is reduced when that is erased. */
    about: text(),
    /** Which events have its long values, `{field: seq}`: see `db/long-values.ts`. Null: `body` is whole. */
    sameAs: text(),
    expiresAt: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.key] }),
    index('idempotency_keys_about').on(t.accountId, t.about),
    // what has expired, across accounts
    index('idempotency_keys_expired').on(t.expiresAt),
  ],
)
