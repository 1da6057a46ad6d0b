import { sql } from 'drizzle-orm'
import {
  type AnySQLiteColumn,
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  type SQLiteTableExtraConfigValue,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'

/**
 * Every table, key and index; those of the log of events and of webhooks are in `outbox.ts`, those of resumes in
 * `files.ts`. Times are Unix milliseconds. Every row belongs to an account, every key starts with it, and references
 * carry it too, so that the database itself refuses another tenant's id.
 *
 * The migrations add what Drizzle cannot say: STRICT, WITHOUT ROWID, deferred references, the triggers that
 * keep `prospect_labels`, `prospect_jobs`, `prospect_words`, `label_set_counts` and `catalog_size`, and planner statistics.
 */

export const accountId = () => text().notNull()
export const times = { createdAt: integer().notNull(), updatedAt: integer().notNull() }
const named = { accountId: accountId(), id: text().notNull(), name: text().notNull(), nameKey: text().notNull() }
export const keyOf = (t: { accountId: AnySQLiteColumn; id: AnySQLiteColumn }) =>
  primaryKey({ columns: [t.accountId, t.id] })
export const inAccount = (t: { accountId: AnySQLiteColumn }) =>
  foreignKey({ columns: [t.accountId], foreignColumns: [accounts.id] })

export const accounts = sqliteTable(
  'accounts',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    /** ISO 3166-1 alpha-2: how phones written without a country code are read. */
    defaultCountry: text().notNull(),
    defaultPipelineId: text().notNull(),
    /** Goes up with every change of the catalog that prospects show. */
    catalogVersion: integer().notNull().default(0),
    /** How many things the catalog holds. Kept by triggers. */
    catalogSize: integer().notNull().default(0),
    suspendedAt: integer(),
    /** Set when the operator deletes the account; the sweep then erases what it holds, this row last. */
    erasedAt: integer(),
    ...times,
  },
  (t) => [
    // deferred: an account and its pipeline arrive in one batch
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
    // how many there are, and the list
    index('api_keys_live').on(t.accountId, t.id).where(sql`revoked_at IS NULL`),
  ],
)

export const pipelines = sqliteTable(
  'pipelines',
  { ...named, position: integer().notNull(), defaultStageId: text().notNull(), ...times },
  (t): SQLiteTableExtraConfigValue[] => [
    keyOf(t),
    inAccount(t),
    // deferred, and it names the pipeline: the default stage is one of its own
    foreignKey({
      columns: [t.accountId, t.id, t.defaultStageId],
      foreignColumns: [stages.accountId, stages.pipelineId, stages.id],
    }),
    uniqueIndex('pipelines_name').on(t.accountId, t.nameKey),
    index('pipelines_order').on(t.accountId, t.position, t.nameKey, t.id),
  ],
)

export const stages = sqliteTable(
  'stages',
  { ...named, pipelineId: text().notNull(), position: integer().notNull(), ...times },
  (t) => [
    keyOf(t),
    foreignKey({ columns: [t.accountId, t.pipelineId], foreignColumns: [pipelines.accountId, pipelines.id] }),
    uniqueIndex('stages_pipeline').on(t.accountId, t.pipelineId, t.id),
    uniqueIndex('stages_name').on(t.accountId, t.pipelineId, t.nameKey),
    index('stages_named').on(t.accountId, t.nameKey),
    index('stages_order').on(t.accountId, t.position, t.nameKey, t.id),
  ],
)

export const labels = sqliteTable(
  'labels',
  {
    ...named,
    ...times,
    /** 56 random bits. The weights of a label set add up to its key in `label_set_counts`. A trigger fills it in. */
    weight: integer(),
  },
  (t) => [keyOf(t), inAccount(t), uniqueIndex('labels_name').on(t.accountId, t.nameKey)],
)

export const sources = sqliteTable('sources', { ...named, ...times }, (t) => [
  keyOf(t),
  inAccount(t),
  uniqueIndex('sources_name').on(t.accountId, t.nameKey),
])

export const offices = sqliteTable('offices', { ...named, ...times }, (t) => [
  keyOf(t),
  inAccount(t),
  uniqueIndex('offices_name').on(t.accountId, t.nameKey),
])

export const users = sqliteTable('users', { ...named, email: text(), ...times }, (t) => [
  keyOf(t),
  inAccount(t),
  uniqueIndex('users_email').on(t.accountId, t.email).where(sql`email IS NOT NULL`),
  index('users_order').on(t.accountId, t.nameKey, t.id),
])

export const jobs = sqliteTable('jobs', { ...named, ...times }, (t) => [
  keyOf(t),
  inAccount(t),
  index('jobs_order').on(t.accountId, t.nameKey, t.id),
])

/** Moves under way: whoever uses one thing of the catalog is to use another, then the first goes. */
export const moves = sqliteTable(
  'moves',
  {
    accountId: accountId(),
    /** The table that both are in. */
    kind: text().notNull(),
    fromId: text().notNull(),
    toId: text().notNull(),
    keyId: text().notNull(),
    /** When it was gone on with last: they take turns. */
    triedAt: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.kind, t.fromId] }),
    inAccount(t),
    // whose turn it is, across accounts
    index('moves_tried').on(t.triedAt),
  ],
)

export const prospects = sqliteTable(
  'prospects',
  {
    accountId: accountId(),
    /** Ordered by time, so the key read backwards is newest first. */
    id: text().notNull(),
    firstName: text().notNull(),
    lastName: text().notNull(),
    /** Lower case. */
    email: text(),
    /** E.164. */
    phone: text(),
    stageId: text(),
    /** Sorted JSON array of label ids. */
    labels: text().notNull().default('[]'),
    /** Sorted JSON array of job ids. */
    jobs: text().notNull().default('[]'),
    title: text(),
    company: text(),
    licenseStatus: text(),
    notes: text(),
    streetAddress: text(),
    city: text(),
    state: text(),
    postalCode: text(),
    officeId: text(),
    sourceId: text(),
    createdByUserId: text(),
    updatedByUserId: text(),
    /** Sorted JSON array of [field, word] pairs, folded, that the text filters search. */
    words: text().notNull().default('[]'),
    version: integer().notNull().default(1),
    ...times,
    /** What is known of the resume, as JSON; its bytes are in R2 under `key`. */
    resume: text(),
  },
  (t) => [
    keyOf(t),
    inAccount(t),
    foreignKey({ columns: [t.accountId, t.stageId], foreignColumns: [stages.accountId, stages.id] }),
    foreignKey({ columns: [t.accountId, t.officeId], foreignColumns: [offices.accountId, offices.id] }),
    foreignKey({ columns: [t.accountId, t.sourceId], foreignColumns: [sources.accountId, sources.id] }),
    foreignKey({ columns: [t.accountId, t.createdByUserId], foreignColumns: [users.accountId, users.id] }),
    foreignKey({ columns: [t.accountId, t.updatedByUserId], foreignColumns: [users.accountId, users.id] }),
    check('prospects_labels_array', sql`json_type(labels) = 'array'`),
    check('prospects_jobs_array', sql`json_type(jobs) = 'array'`),
    check('prospects_words_array', sql`json_type(words) = 'array'`),
    // ?email= and the match by email
    uniqueIndex('prospects_email').on(t.accountId, t.email).where(sql`email IS NOT NULL`),
    // ?phone=, and who shares a number
    index('prospects_phone').on(t.accountId, t.phone, t.id).where(sql`phone IS NOT NULL`),
    // the match by phone: the oldest who has no email
    index('prospects_phone_only').on(t.accountId, t.phone, t.id).where(sql`phone IS NOT NULL AND email IS NULL`),
    // ?officeId=, ?sourceId=, ?licenseStatus=; how many use an office or a source
    index('prospects_office').on(t.accountId, t.officeId, t.id).where(sql`office_id IS NOT NULL`),
    index('prospects_source').on(t.accountId, t.sourceId, t.id).where(sql`source_id IS NOT NULL`),
    index('prospects_license').on(t.accountId, t.licenseStatus, t.id).where(sql`license_status IS NOT NULL`),
    // how many name a user
    index('prospects_created_by').on(t.accountId, t.createdByUserId, t.id).where(sql`created_by_user_id IS NOT NULL`),
    index('prospects_updated_by').on(t.accountId, t.updatedByUserId, t.id).where(sql`updated_by_user_id IS NOT NULL`),
    // ?stage=
    index('prospects_stage').on(t.accountId, t.stageId, t.id),
    // the account's newest updatedAt, which each write goes on from
    index('prospects_updated').on(t.accountId, t.updatedAt, t.id),
  ],
)

/** Duplicates that were merged away: who answers for them, and what they were known by. */
export const merges = sqliteTable(
  'merges',
  {
    accountId: accountId(),
    /** The duplicate's id. */
    id: text().notNull(),
    /** The survivor's. */
    intoId: text().notNull(),
    email: text(),
    phone: text(),
  },
  (t) => [
    keyOf(t),
    foreignKey({ columns: [t.accountId, t.intoId], foreignColumns: [prospects.accountId, prospects.id] }),
    // a survivor's aliases; the match by email and by phone
    index('merges_into').on(t.accountId, t.intoId),
    index('merges_email').on(t.accountId, t.email).where(sql`email IS NOT NULL`),
    index('merges_phone').on(t.accountId, t.phone, t.intoId).where(sql`phone IS NOT NULL`),
  ],
)

/** The join table of the any-match label filter, kept by triggers from `prospects.labels`. */
export const prospectLabels = sqliteTable(
  'prospect_labels',
  {
    accountId: accountId(),
    labelId: text().notNull(),
    prospectId: text().notNull(),
    /** The prospect's stage, or '' for none. */
    stageId: text().notNull(),
    /**
     * On the label's newest prospect, how many prospects have the label; on the others, nothing of use. So a new
     * prospect is counted in the row that it writes anyway.
     */
    n: integer().notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.labelId, t.prospectId] }),
    foreignKey({ columns: [t.accountId, t.labelId], foreignColumns: [labels.accountId, labels.id] }),
    // ?label= with ?stage=
    index('prospect_labels_stage').on(t.accountId, t.labelId, t.stageId, t.prospectId),
  ],
)

/** Which prospects are linked to a job, kept by triggers from `prospects.jobs`. */
export const prospectJobs = sqliteTable(
  'prospect_jobs',
  { accountId: accountId(), jobId: text().notNull(), prospectId: text().notNull() },
  (t) => [
    primaryKey({ columns: [t.accountId, t.jobId, t.prospectId] }),
    foreignKey({ columns: [t.accountId, t.jobId], foreignColumns: [jobs.accountId, jobs.id] }),
  ],
)

/** Folded words of name, title and company, kept by triggers from `prospects.words`: a prefix is a key range. */
export const prospectWords = sqliteTable(
  'prospect_words',
  { accountId: accountId(), field: text().notNull(), word: text().notNull(), prospectId: text().notNull() },
  (t) => [primaryKey({ columns: [t.accountId, t.field, t.word, t.prospectId] })],
)

/**
 * How many prospects have exactly this label set in this stage. The key of a set is the sum of its labels' weights; the
 * set 0 counts all prospects. Triggers maintain it.
 */
export const labelSetCounts = sqliteTable(
  'label_set_counts',
  { accountId: accountId(), labelSet: integer().notNull(), stageId: text().notNull(), n: integer().notNull() },
  (t) => [primaryKey({ columns: [t.accountId, t.labelSet, t.stageId] }), check('label_set_counts_n', sql`n >= 0`)],
)

/** Which label sets a label is in. Two integers for each, whatever the set holds. Triggers maintain it. */
export const labelMemberships = sqliteTable(
  'label_memberships',
  { labelWeight: integer().notNull(), labelSet: integer().notNull() },
  (t) => [primaryKey({ columns: [t.labelWeight, t.labelSet] })],
)

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
