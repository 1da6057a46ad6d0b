import type { Database } from '../db/client'
import { abortIf } from '../db/errors'
import { CATALOG_IS_FULL } from '../db/quotas'
import type { IdempotentRequest } from '../http/factory'
import { claimKey } from '../http/idempotency'
import { type Committed, committedIn, type Origin, type Outbox, recordEvents } from '../webhooks/events'
import { ABORT_IF_CHANGED, type ReadState } from './candidates'
import { toColumns as customColumns } from './custom-values'
import { columnOf, type FieldName, REPORTED_FIELDS, SEARCHED_FIELDS, searchedBy } from './field-names'
import { LABEL_WEIGHT } from './labels'
import type { Plan } from './plan'
import type { ProspectRecord } from './prospect'
import { ADDRESS_FILTERS, addressWords, nameSortKey, searchWords } from './words'

/** The commit of the write path. SQL text, because one statement writes a whole list of prospects. */

/** Fields that a write can change. Each has a column of its own. */
const WRITTEN_FIELDS: FieldName[] = [...REPORTED_FIELDS.filter((name) => name !== 'updatedByUserId'), 'currentStageId']

/** Each column of `prospects` that a write sets → the fields that it depends on. */
const FIELDS_OF_COLUMN: Record<string, FieldName[]> = {
  ...Object.fromEntries(WRITTEN_FIELDS.map((name) => [columnOf(name), [name]])),
  custom_keys: ['custom'],
  words: (['name', 'title', 'company'] as const).flatMap(searchedBy),
  address_words: ADDRESS_FILTERS.flatMap(searchedBy),
  name_key: searchedBy('name'),
  indexed_version: SEARCHED_FIELDS,
}

/** A record as a row of `prospects`, in JSON: column → value. */
const toColumns = (record: ProspectRecord) => {
  const { custom, customKeys } = customColumns(record.custom)
  const values = {
    ...record,
    currentStageId: record.stage?.id ?? null,
    labels: JSON.stringify(record.labels.map(({ id }) => id)),
    jobIds: JSON.stringify(record.jobIds),
    resume: record.resume && JSON.stringify(record.resume),
    custom,
  }
  const written = [...WRITTEN_FIELDS, 'updatedByUserId', 'version', 'createdAt'] as (keyof typeof values & FieldName)[]
  return {
    id: record.id,
    ...Object.fromEntries(written.map((name) => [columnOf(name), values[name]])),
    custom_keys: customKeys,
    words: JSON.stringify(searchWords(record)),
    address_words: JSON.stringify(addressWords(record)),
    name_key: nameSortKey(record),
    indexed_version: record.version,
  }
}

/**
 * The time of a commit: later than all earlier commits of the account, even if the clock is behind. So a client that
 * syncs by `updatedSince` misses no change. Events count too, because they stay when their prospect is erased.
 */
const COMMIT_TIME = `max(?3, coalesce((SELECT max(updated_at) + 1 FROM prospects WHERE account_id = ?1), 0),
  coalesce((SELECT max(seq) / 1000 + 1 FROM events WHERE account_id = ?1), 0))`

/** Columns of a new label or source → SQL, where `value` is the item as JSON. */
const NAMED = {
  id: "value ->> 'id'",
  name: "value ->> 'name'",
  name_key: "value ->> 'nameKey'",
  created_at: '?3',
  updated_at: '?3',
}
const insertNamed = (table: 'labels' | 'sources', sets: Record<string, string>) => `
  INSERT INTO ${table} (account_id, ${Object.keys(sets).join(', ')})
  SELECT ?1, ${Object.values(sets).join(', ')} FROM json_each(?2)`

function insertProspects(): string {
  const columns = ['id', ...Object.keys(FIELDS_OF_COLUMN), 'updated_by_user_id', 'version', 'created_at']
  return `
    INSERT INTO prospects (account_id, ${columns.join(', ')}, updated_at)
    SELECT ?1, ${columns.map((column) => `value ->> '${column}'`).join(', ')}, ${COMMIT_TIME} FROM json_each(?2) WHERE true
    RETURNING id, updated_at AS updatedAt`
}

/** Sets only the columns that some request changes: each column that is set is written again to all of its indexes. */
function updateProspects(changed: Plan['changed']): string {
  const columns = Object.keys(FIELDS_OF_COLUMN).filter((column) =>
    FIELDS_OF_COLUMN[column]?.some((field) => changed.has(field)),
  )
  const sets = [...columns, 'updated_by_user_id', 'version'].map((column) => `${column} = r.value ->> '${column}'`)
  return `
    UPDATE prospects AS p SET ${sets.join(', ')}, updated_at = ${COMMIT_TIME}
    FROM (SELECT ?1 AS account_id, value FROM json_each(?2)) r
    WHERE p.account_id = r.account_id AND p.id = r.value ->> 'id'
    RETURNING id, updated_at AS updatedAt`
}

/** Merges duplicates away: `?2` is a list of {id, into, email, phone}. Events and stored responses follow the survivor. */
const MERGE_STATEMENTS = [
  `INSERT INTO merges (account_id, id, into_id, email, phone)
    SELECT ?1, value ->> 'id', value ->> 'into', value ->> 'email', value ->> 'phone' FROM json_each(?2)`,
  `UPDATE merges INDEXED BY merges_into
    SET into_id = (SELECT value ->> 'into' FROM json_each(?2) WHERE value ->> 'id' = into_id)
    WHERE account_id = ?1 AND into_id IN (SELECT value ->> 'id' FROM json_each(?2))`,
  `UPDATE events SET prospect_id = r.value ->> 'into' FROM json_each(?2) r
    WHERE account_id = ?1 AND prospect_id = r.value ->> 'id'`,
  `UPDATE idempotency_keys SET about = r.value ->> 'into' FROM json_each(?2) r
    WHERE account_id = ?1 AND about = r.value ->> 'id'`,
  `DELETE FROM prospects WHERE account_id = ?1 AND id IN (SELECT value ->> 'id' FROM json_each(?2))`,
]

/** A plan, and what else its batch needs. */
export interface Commit {
  accountId: string
  origin: Origin
  /** Unix ms. */
  now: number
  /** What the plan was made from: the batch writes nothing if it has changed. */
  read: Pick<ReadState, 'identifiers' | 'candidates' | 'references'>
  plan: Plan
  /** The idempotency key that the batch claims. */
  claim?: IdempotentRequest | undefined
  /** Statements of the caller: they come after the prospects are written. */
  statements: D1PreparedStatement[]
}

/**
 * Commits a plan in one batch. It writes everything or nothing: the batch fails (`isAborted`) if a candidate has changed
 * since it was read. Returns what the outbox sends, and when each written prospect was changed: id → Unix ms.
 */
export async function commitPlan(
  db: Database,
  outbox: Outbox,
  { accountId, origin, now, read, plan, claim, statements }: Commit,
): Promise<{ committed: Committed; updatedAt: Map<string, number> }> {
  const forAll = (sql: string, items: object[]) =>
    items.length === 0
      ? []
      : [db.d1.prepare(sql).bind(accountId, JSON.stringify(items), ...(sql.includes('?3') ? [now] : []))]
  const versions = read.candidates.map(({ id, version }) => `${id} ${version}`).sort()
  const merged = plan.merged.map(({ record: { id, email, phone }, into }) => ({ id, into, email, phone }))
  const addsItems = plan.labels.length + plan.sources.length > 0
  const results = await db.d1.batch([
    ...claimKey(db, accountId, claim, now),
    db.d1.prepare(ABORT_IF_CHANGED).bind(accountId, read.identifiers, JSON.stringify(versions)),
    ...(changesCustom(plan)
      ? [db.d1.prepare(ABORT_IF_CATALOG_CHANGED).bind(accountId, read.references.catalogVersion)]
      : []),
    ...forAll(insertNamed('labels', { ...NAMED, weight: LABEL_WEIGHT }), plan.labels),
    ...forAll(insertNamed('sources', NAMED), plan.sources),
    ...(addsItems ? [db.d1.prepare(abortIf(CATALOG_IS_FULL)).bind(accountId)] : []),
    ...MERGE_STATEMENTS.flatMap((sql) => forAll(sql, merged)),
    // updates first: one can free the email that an insert takes
    ...forAll(updateProspects(plan.changed), [...plan.updated.values()].map(toColumns)),
    ...forAll(insertProspects(), [...plan.created.values()].map(toColumns)),
    ...statements,
    ...(plan.events.length > 0 ? recordEvents(db, outbox, { accountId, origin, now, events: plan.events }) : []),
  ])
  const rows = results.flatMap((result) => result.results) as { id?: string; updatedAt?: number }[]
  return {
    committed: committedIn(results),
    updatedAt: new Map(rows.flatMap(({ id, updatedAt }) => (id && updatedAt ? [[id, updatedAt]] : []))),
  }
}

/** Whether a plan writes values of custom fields, which depend on the fields of the account. */
const changesCustom = ({ changed, created }: Plan) =>
  changed.has('custom') || [...created.values()].some(({ custom }) => custom.size > 0)

const ABORT_IF_CATALOG_CHANGED = abortIf('(SELECT catalog_version FROM accounts WHERE id = ?1) <> ?2')

/** The field of a stored response that is known only in the batch. */
export const UPDATED_AT = { field: 'updatedAt', table: 'prospects', column: 'updated_at' }
