import { sql } from 'drizzle-orm'
import {
  foreignKey,
  index,
  integer,
  primaryKey,
  type SQLiteTableExtraConfigValue,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
// biome-ignore lint/suspicious/noImportCycles: an account and its default pipeline refer to each other; Drizzle reads references later
import { inAccount } from './accounts'
import { accountId, keyOf, named, times } from './columns'

export const pipelines = sqliteTable(
  'pipelines',
  { ...named, position: integer().notNull(), defaultStageId: text().notNull(), ...times },
  (t): SQLiteTableExtraConfigValue[] => [
    keyOf(t),
    inAccount(t),
    // deferred; it includes the pipeline's id, so that the default stage is a stage of this pipeline
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
    /** 56 random bits. The sum of the weights of a label set is its key in `label_set_counts`. A trigger sets a missing weight. */
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

/** Custom fields. The values are in `prospects.custom`. */
export const fields = sqliteTable(
  'fields',
  {
    ...named,
    /** Names the field in `custom`. It never changes. */
    key: text().notNull(),
    type: text().notNull(),
    /** JSON: `[{id, name, removed?}]`. A value stores the ids of its options, so a rename of an option is one write. */
    options: text().notNull().default('[]'),
    /** 1 if `prospect_custom` has its values. */
    filterable: integer().notNull(),
    /** Set when the field is deleted. The row goes once no prospect has a value of the field. */
    deletedAt: integer(),
    ...times,
  },
  (t) => [
    keyOf(t),
    inAccount(t),
    uniqueIndex('fields_key').on(t.accountId, t.key),
    uniqueIndex('fields_name').on(t.accountId, t.nameKey).where(sql`deleted_at IS NULL`),
  ],
)

/**
 * Reassignments under way: the prospects of an item get another item, then the first item is deleted. For a deleted field:
 * its values are erased, and `toId` is the last prospect that was looked at.
 */
export const moves = sqliteTable(
  'moves',
  {
    accountId: accountId(),
    /** The table of both items. */
    kind: text().notNull(),
    fromId: text().notNull(),
    toId: text().notNull(),
    keyId: text().notNull(),
    /** When its last chunk began: reassignments take turns. */
    triedAt: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.kind, t.fromId] }),
    inAccount(t),
    // the next turn, across accounts
    index('moves_tried').on(t.triedAt),
  ],
)
