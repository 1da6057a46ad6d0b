import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
// the only import from outside the folder `db`: field-names.ts is the single list of the fields of prospects
import { fieldOf, type RequiredField, TEXT_FIELDS, type TextField } from '../../prospects/field-names'
import { inAccount } from './accounts'
import { jobs, labels, offices, sources, stages, users } from './catalog'
import { accountId, any, keyOf, times } from './columns'

const optional = () => text()
const required = () => text().notNull()

/** A column for each text field of the table of fields. */
const textColumns = Object.fromEntries(
  TEXT_FIELDS.map((name) => [name, fieldOf(name).required ? required() : optional()]),
) as { [F in TextField]: ReturnType<F extends RequiredField ? typeof required : typeof optional> }

export const prospects = sqliteTable(
  'prospects',
  {
    accountId: accountId(),
    /** Ordered by time, so the key read backwards is newest first. */
    id: text().notNull(),
    ...textColumns,
    /** Lower case. */
    email: text(),
    /** E.164. */
    phone: text(),
    stageId: text(),
    /** Sorted JSON array of label ids. */
    labels: text().notNull().default('[]'),
    /** Sorted JSON array of job ids. */
    jobs: text().notNull().default('[]'),
    sourceId: text(),
    createdByUserId: text(),
    updatedByUserId: text(),
    /** Sorted JSON array of [field, word] pairs, folded, that the text filters search. */
    words: text().notNull().default('[]'),
    /** The words of the company and the name: the beginning of `words`. Null without a company or a name. */
    nameAndCompany: text().generatedAlwaysAs(
      sql`CASE WHEN instr(words, '["n"') > 2 THEN rtrim(substr(words, 1, instr(words || ',["t"', ',["t"') - 1), ']') END`,
      { mode: 'virtual' },
    ),
    /** The same for the filters of the address. */
    addressWords: text().notNull().default('[]'),
    /** What the list is sorted by with `sort=name`: last name and first name, folded. */
    nameKey: text().notNull().default(''),
    /**
     * The version whose name and address are in the words and in `name_key`. Null if code that does not know all of these wrote
     * the prospect: triggers then set a key that is nearly right, and the schedule sets all.
     */
    indexedVersion: integer(),
    version: integer().notNull().default(1),
    ...times,
    /** The resume's metadata and what was extracted from it, as JSON. Its bytes are in R2, under its `key`. */
    resume: text(),
    /** Values of custom fields, as a JSON object: key → value. */
    custom: text().notNull().default('{}'),
    /** Sorted JSON array of [key, value] pairs, folded, that the filters by custom fields search. */
    customKeys: text().notNull().default('[]'),
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
    // ?phone=, and prospects with the same number
    index('prospects_phone').on(t.accountId, t.phone, t.id).where(sql`phone IS NOT NULL`),
    // the match by phone: the oldest prospect without an email
    index('prospects_phone_only').on(t.accountId, t.phone, t.id).where(sql`phone IS NOT NULL AND email IS NULL`),
    // ?officeId=, ?sourceId=, ?licenseStatus=; how many prospects use an office or a source
    index('prospects_office').on(t.accountId, t.officeId, t.id).where(sql`office_id IS NOT NULL`),
    index('prospects_source').on(t.accountId, t.sourceId, t.id).where(sql`source_id IS NOT NULL`),
    index('prospects_license').on(t.accountId, t.licenseStatus, t.id).where(sql`license_status IS NOT NULL`),
    // how many prospects refer to a user
    index('prospects_created_by').on(t.accountId, t.createdByUserId, t.id).where(sql`created_by_user_id IS NOT NULL`),
    index('prospects_updated_by').on(t.accountId, t.updatedByUserId, t.id).where(sql`updated_by_user_id IS NOT NULL`),
    // ?stage=
    index('prospects_stage').on(t.accountId, t.stageId, t.id),
    // ?sort=name
    index('prospects_name').on(t.accountId, t.nameKey, t.id),
    // what the schedule indexes
    index('prospects_unindexed').on(t.accountId, t.id).where(sql`indexed_version IS NULL`),
    // the account's newest updatedAt: the next one is higher
    index('prospects_updated').on(t.accountId, t.updatedAt, t.id),
    // prospects with the same name and company
    index('prospects_same_name').on(t.accountId, t.nameAndCompany, t.id).where(sql`name_and_company IS NOT NULL`),
  ],
)

/** Duplicates that were merged into a survivor, with the email and the phone that they had. */
export const merges = sqliteTable(
  'merges',
  {
    accountId: accountId(),
    /** The duplicate's id. */
    id: text().notNull(),
    /** The survivor's id. */
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

/**
 * Pairs of prospects that may be the same person. Triggers maintain them: each prospect is compared with the five newest others
 * that share its phone, and with the five newest that share its name and company. A dismissed pair stays until one of the two
 * prospects is deleted.
 */
export const duplicates = sqliteTable(
  'duplicates',
  {
    accountId: accountId(),
    /** Of the two ids, the one that sorts last: the newer prospect. */
    newerId: text().notNull(),
    olderId: text().notNull(),
    /** Unix ms. */
    dismissedAt: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.newerId, t.olderId] }),
    foreignKey({
      columns: [t.accountId, t.newerId],
      foreignColumns: [prospects.accountId, prospects.id],
    }).onDelete('cascade'),
    foreignKey({
      columns: [t.accountId, t.olderId],
      foreignColumns: [prospects.accountId, prospects.id],
    }).onDelete('cascade'),
    // the pairs of the older prospect
    index('duplicates_older').on(t.accountId, t.olderId),
    // the list
    index('duplicates_open').on(t.accountId, t.newerId, t.olderId).where(sql`dismissed_at IS NULL`),
  ],
)

/** The join table of the label filter. Triggers maintain it from `prospects.labels`. */
export const prospectLabels = sqliteTable(
  'prospect_labels',
  {
    accountId: accountId(),
    labelId: text().notNull(),
    prospectId: text().notNull(),
    /** The prospect's stage, or '' for none. */
    stageId: text().notNull(),
    /**
     * In the row of the label's newest prospect: how many prospects have the label. The value of other rows has no meaning.
     * So a new prospect is counted in a row that it writes anyway.
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

/** The prospects of each job. Triggers maintain it from `prospects.jobs`. */
export const prospectJobs = sqliteTable(
  'prospect_jobs',
  { accountId: accountId(), jobId: text().notNull(), prospectId: text().notNull() },
  (t) => [
    primaryKey({ columns: [t.accountId, t.jobId, t.prospectId] }),
    foreignKey({ columns: [t.accountId, t.jobId], foreignColumns: [jobs.accountId, jobs.id] }),
  ],
)

/** Folded words of name, title and company. Triggers maintain it from `prospects.words`. A search for a prefix reads a range of its key. */
export const prospectWords = sqliteTable(
  'prospect_words',
  { accountId: accountId(), field: text().notNull(), word: text().notNull(), prospectId: text().notNull() },
  (t) => [primaryKey({ columns: [t.accountId, t.field, t.word, t.prospectId] })],
)

/**
 * The values of filterable custom fields. Under the field '': the ids of users that any field names. Triggers maintain it from
 * `prospects.custom_keys`.
 */
export const prospectCustom = sqliteTable(
  'prospect_custom',
  { accountId: accountId(), field: text().notNull(), value: any().notNull(), prospectId: text().notNull() },
  (t) => [primaryKey({ columns: [t.accountId, t.field, t.value, t.prospectId] })],
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

/** The label sets that contain a label. A row is two integers, however large the set is. Triggers maintain it. */
export const labelMemberships = sqliteTable(
  'label_memberships',
  { labelWeight: integer().notNull(), labelSet: integer().notNull() },
  (t) => [primaryKey({ columns: [t.labelWeight, t.labelSet] })],
)
