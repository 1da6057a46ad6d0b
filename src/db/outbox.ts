import { sql } from 'drizzle-orm'
import { foreignKey, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { accountId, inAccount, keyOf, times } from './schema'

/** Timeline, audit trail, feed and outbox: one append-only log, in commit order. */
export const events = sqliteTable(
  'events',
  {
    accountId: accountId(),
    /** Commit order, and 1000 × the time of the commit. The public id is made of it and the nonce. */
    seq: integer().notNull(),
    nonce: text().notNull(),
    type: text().notNull(),
    prospectId: text(),
    /** 1: on the timeline only, never sent. */
    muted: integer().notNull(),
    keyId: text().notNull(),
    userId: text(),
    source: text().notNull(),
    /** The envelope's `data`. */
    data: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.seq] }),
    inAccount(t),
    // the timeline
    index('events_prospect').on(t.accountId, t.prospectId, t.seq),
    // the feed, of all types or of one
    index('events_feed').on(t.accountId, t.type, t.seq).where(sql`muted = 0`),
  ],
)

export const webhooks = sqliteTable(
  'webhooks',
  {
    accountId: accountId(),
    id: text().notNull(),
    url: text().notNull(),
    /** Empty: all of them. */
    eventTypes: text({ mode: 'json' }).$type<string[]>().notNull(),
    description: text(),
    /** Encrypted, see `webhooks/secret.ts`. */
    secret: text().notNull(),
    disabledAt: integer(),
    /** Deleted for its owner; the row stays for as long as deliveries refer to it. */
    deletedAt: integer(),
    ...times,
  },
  (t) => [keyOf(t), inAccount(t)],
)

/** One event on its way to one webhook. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    accountId: accountId(),
    webhookId: text().notNull(),
    eventSeq: integer().notNull(),
    status: text().$type<'pending' | 'succeeded'>().notNull(),
    attempts: integer().notNull().default(0),
    /** When it may be claimed next: its due time, or the end of the claim that a consumer holds. */
    nextAt: integer(),
    lastStatusCode: integer(),
    lastError: text(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.webhookId, t.eventSeq] }),
    foreignKey({ columns: [t.accountId, t.webhookId], foreignColumns: [webhooks.accountId, webhooks.id] }),
    // what is due, across accounts
    index('deliveries_due').on(t.nextAt).where(sql`next_at IS NOT NULL`),
  ],
)
