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

/** Reassignments under way: the prospects of an item get another item, then the first item is deleted. */
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
