import { sql } from 'drizzle-orm'
import { foreignKey, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { inAccount } from './accounts'
import { accountId, keyOf, times } from './columns'

/** Timeline, audit trail, feed and outbox: one append-only log, in commit order. */
export const events = sqliteTable(
  'events',
  {
    accountId: accountId(),
    /** The order of commits, at least 1000 × the time of the commit in ms. The public id consists of it and the nonce. */
    seq: integer().notNull(),
    nonce: text().notNull(),
    type: text().notNull(),
    prospectId: text(),
    /** 1 if the event is neither in the feed nor sent to every webhook: that of a muted write, or the sample of a ping. */
    muted: integer().notNull(),
    keyId: text().notNull(),
    userId: text(),
    source: text().notNull(),
    /** The envelope's `data`, without the long values of the prospect that an earlier event holds. */
    data: text().notNull(),
    /** The events that hold those values, as JSON: see `webhooks/event-data.ts`. Null if `data` is complete. */
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
    /** The host of its URL. Null if the endpoint is older than this column and has not succeeded since then. */
    host: text(),
    /**
     * Set once this endpoint has responded 2xx. Also set if, when this endpoint got its URL, another endpoint of the account
     * at the same host had responded 2xx.
     */
    verifiedAt: integer(),
    /** Empty for all types. */
    eventTypes: text({ mode: 'json' }).$type<string[]>().notNull(),
    description: text(),
    /** Encrypted, see `webhooks/secret.ts`. */
    secret: text().notNull(),
    /** Rotated secrets that still sign, encrypted too. */
    oldSecrets: text({ mode: 'json' }).$type<{ secret: string; until: number }[]>().notNull().default([]),
    disabledAt: integer(),
    disabledReason: text().$type<'requested' | 'gone' | 'failing'>(),
    /** The first failure since its last success. */
    failingSince: integer(),
    /** Its last failure. */
    failedAt: integer(),
    /** Set while its URL is untried or responds slowly: its deliveries then go through the slow queue. */
    slowSince: integer(),
    /** Set while deliveries of it wait for their turn: the time of the last turn. */
    waitingSince: integer(),
    /** The `seq` from which missed events are still to be recovered. */
    recoverFrom: integer(),
    /** When it was deleted. The row stays while deliveries refer to it. */
    deletedAt: integer(),
    ...times,
  },
  (t) => [
    keyOf(t),
    inAccount(t),
    // the quota
    index('webhooks_live').on(t.accountId, t.id).where(sql`deleted_at IS NULL`),
    // recoveries, turns, and what can be purged, across accounts
    index('webhooks_recovering').on(t.recoverFrom).where(sql`recover_from IS NOT NULL`),
    index('webhooks_waiting').on(t.waitingSince).where(sql`waiting_since IS NOT NULL`),
    // whether a host has responded 2xx to the account
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
    /** How many attempts were made, and how many since the delivery was last restarted: its position in the retry schedule. */
    attempts: integer().notNull().default(0),
    tries: integer().notNull().default(0),
    /** When it may be leased next: its due time, or the end of the current lease. Null while it waits for its turn. */
    nextAt: integer(),
    finishedAt: integer(),
    lastStatusCode: integer(),
    lastError: text(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.webhookId, t.eventSeq] }),
    foreignKey({ columns: [t.accountId, t.webhookId], foreignColumns: [webhooks.accountId, webhooks.id] }),
    // ?status=, and deliveries to cancel
    index('deliveries_status').on(t.accountId, t.webhookId, t.status, t.eventSeq),
    // those that wait for their turn, oldest first
    index('deliveries_waiting')
      .on(t.accountId, t.webhookId, t.eventSeq)
      .where(sql`status = 'pending' AND next_at IS NULL`),
    // due deliveries, account by account
    index('deliveries_due').on(t.accountId, t.nextAt).where(sql`next_at IS NOT NULL`),
    // what can be purged, across accounts
    index('deliveries_finished').on(t.finishedAt).where(sql`finished_at IS NOT NULL`),
  ],
)

/** The log of deliveries: each POST and its result. */
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
    /** The first 16 KB of the response. */
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
    /** When the schedule takes it: until then, the call that wrote it or the sweep that sends it has the lease. */
    nextAt: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.eventSeq] }),
    inAccount(t),
    // due entries, across accounts
    index('feed_entries_due').on(t.nextAt),
  ],
)
