import { sql } from 'drizzle-orm'
import { foreignKey, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { inAccount } from './accounts'
import { accountId, keyOf, times } from './columns'

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
    /** The envelope's `data`, without the prospect's long values that an earlier event has too. */
    data: text().notNull(),
    /** Which events have those, as JSON: see `webhooks/event-data.ts`. Null: `data` is whole. */
    sameAs: text(),
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
    /** The host of its URL; null if it was registered before this was kept and has not succeeded since. */
    host: text(),
    /** Set once it, or another of the account's at this host when it came here, has answered 2xx. */
    verifiedAt: integer(),
    /** Empty: all of them. */
    eventTypes: text({ mode: 'json' }).$type<string[]>().notNull(),
    description: text(),
    /** Encrypted, see `webhooks/secret.ts`. */
    secret: text().notNull(),
    /** Secrets that were rotated away and still sign, encrypted too. */
    oldSecrets: text({ mode: 'json' }).$type<{ secret: string; until: number }[]>().notNull().default([]),
    disabledAt: integer(),
    disabledReason: text().$type<'requested' | 'gone' | 'failing'>(),
    /** Its first failure since it last succeeded. */
    failingSince: integer(),
    /** Its last failure. */
    failedAt: integer(),
    /** Set until it answers quickly at its URL, and while it does not any more: its deliveries go through the slow queue. */
    slowSince: integer(),
    /** Set while deliveries of it wait for their turn; the last time that it was theirs. */
    waitingSince: integer(),
    /** The `seq` from which missed events are still to be brought back. */
    recoverFrom: integer(),
    /** Deleted for its owner; the row stays for as long as deliveries refer to it. */
    deletedAt: integer(),
    ...times,
  },
  (t) => [
    keyOf(t),
    inAccount(t),
    // how many there are
    index('webhooks_live').on(t.accountId, t.id).where(sql`deleted_at IS NULL`),
    // what is being recovered, whose turn it is, and what can be purged, across accounts
    index('webhooks_recovering').on(t.recoverFrom).where(sql`recover_from IS NOT NULL`),
    index('webhooks_waiting').on(t.waitingSince).where(sql`waiting_since IS NOT NULL`),
    // whether a host has answered 2xx to the account
    index('webhooks_verified').on(t.accountId, t.host).where(sql`verified_at IS NOT NULL`),
    index('webhooks_deleted').on(t.deletedAt).where(sql`deleted_at IS NOT NULL`),
  ],
)

/** One event on its way to one webhook. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    accountId: accountId(),
    webhookId: text().notNull(),
    eventSeq: integer().notNull(),
    status: text().$type<'pending' | 'succeeded' | 'failed' | 'cancelled'>().notNull(),
    /** How many attempts were made, and how many of them since it was last begun anew: its place in the schedule. */
    attempts: integer().notNull().default(0),
    tries: integer().notNull().default(0),
    /** When it may be claimed next: its due time, or the end of the claim that a consumer holds; null: at its turn. */
    nextAt: integer(),
    finishedAt: integer(),
    lastStatusCode: integer(),
    lastError: text(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.webhookId, t.eventSeq] }),
    foreignKey({ columns: [t.accountId, t.webhookId], foreignColumns: [webhooks.accountId, webhooks.id] }),
    // ?status=, and what is to be cancelled
    index('deliveries_status').on(t.accountId, t.webhookId, t.status, t.eventSeq),
    // those that wait for their turn, oldest first
    index('deliveries_waiting')
      .on(t.accountId, t.webhookId, t.eventSeq)
      .where(sql`status = 'pending' AND next_at IS NULL`),
    // what is due, account by account
    index('deliveries_due').on(t.accountId, t.nextAt).where(sql`next_at IS NOT NULL`),
    // what can be purged, across accounts
    index('deliveries_finished').on(t.finishedAt).where(sql`finished_at IS NOT NULL`),
  ],
)

/** The log of deliveries: each POST and how it ended. */
export const attempts = sqliteTable(
  'attempts',
  {
    accountId: accountId(),
    webhookId: text().notNull(),
    eventSeq: integer().notNull(),
    /** 1, 2, 3 … */
    n: integer().notNull(),
    attemptedAt: integer().notNull(),
    durationMs: integer().notNull(),
    statusCode: integer(),
    error: text(),
    /** The first 16 KB of the answer. */
    answer: text(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.webhookId, t.eventSeq, t.n] }),
    foreignKey({
      columns: [t.accountId, t.webhookId, t.eventSeq],
      foreignColumns: [deliveries.accountId, deliveries.webhookId, deliveries.eventSeq],
    }).onDelete('cascade'),
  ],
)

/** Events still to be sent to the queue `EVENTS_FEED`. */
export const feedEntries = sqliteTable(
  'feed_entries',
  {
    accountId: accountId(),
    eventSeq: integer().notNull(),
    /** When the schedule takes it on: until then it is held by whoever wrote it, or sends it. */
    nextAt: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.eventSeq] }),
    inAccount(t),
    // what is due, across accounts
    index('feed_entries_due').on(t.nextAt),
  ],
)
