import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { accountId } from './columns'

/** Stored responses, for POSTs that are repeated with the same `Idempotency-Key`. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    /** The account, or 'operator'. */
    accountId: accountId(),
    key: text().notNull(),
    /** SHA-256 of the request, hex. */
    hash: text().notNull(),
    status: integer().notNull(),
    headers: text().notNull(),
    /** The body of the response, without secrets. */
    body: text().notNull(),
    /** The id of the object in the response. When that object is erased, the response is redacted. */
    about: text(),
    /** The events that hold the body's long values, `{field: seq}`: see `db/long-values.ts`. Null if `body` is complete. */
    sameAs: text(),
    expiresAt: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.key] }),
    index('idempotency_keys_about').on(t.accountId, t.about),
    // expired responses, across accounts
    index('idempotency_keys_expired').on(t.expiresAt),
  ],
)
