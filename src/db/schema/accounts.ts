import { sql } from 'drizzle-orm'
import { type AnySQLiteColumn, foreignKey, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
// biome-ignore lint/suspicious/noImportCycles: an account and its default pipeline refer to each other; Drizzle reads references later
import { pipelines } from './catalog'
import { accountId, times } from './columns'

export const accounts = sqliteTable(
  'accounts',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    /** ISO 3166-1 alpha-2: the country of phone numbers without a country code. */
    defaultCountry: text().notNull(),
    defaultPipelineId: text().notNull(),
    /** Raised by every change of the catalog that changes what prospects show. */
    catalogVersion: integer().notNull().default(0),
    /** How many items the catalog holds. Triggers maintain it. */
    catalogSize: integer().notNull().default(0),
    suspendedAt: integer(),
    /** Set when the operator deletes the account. The schedule then erases its data, and this row last. */
    erasedAt: integer(),
    ...times,
  },
  (t) => [
    // deferred: one batch inserts an account and its pipeline
    foreignKey({ columns: [t.id, t.defaultPipelineId], foreignColumns: [pipelines.accountId, pipelines.id] }),
    index('accounts_erased').on(t.erasedAt).where(sql`erased_at IS NOT NULL`),
  ],
)

export const apiKeys = sqliteTable(
  'api_keys',
  {
    /** The key's public part. */
    id: text().primaryKey(),
    accountId: accountId(),
    name: text().notNull(),
    /** SHA-256 of the whole key, hex. */
    hash: text().notNull(),
    scopes: text({ mode: 'json' }).$type<('read' | 'write' | 'admin')[]>().notNull(),
    expiresAt: integer(),
    revokedAt: integer(),
    createdAt: integer().notNull(),
  },
  (t) => [
    inAccount(t),
    index('api_keys_account').on(t.accountId, t.id),
    // the quota, and the list
    index('api_keys_live').on(t.accountId, t.id).where(sql`revoked_at IS NULL`),
  ],
)

/** The reference to the account of a row. */
export const inAccount = (t: { accountId: AnySQLiteColumn }) =>
  foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] })
