import { and, eq } from 'drizzle-orm'
import type { Database } from '../db/client'
import { isForeignKeyViolation, isStopped, stopIf, uniqueViolation } from '../db/errors'
import { newId } from '../db/ids'
import { CATALOG_IS_FULL } from '../db/quotas'
import { stages } from '../db/schema'
import { catalogFull, notFound, unknownReference } from '../http/errors'
import type { IdempotentRequest } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import { decodePageToken, type Page, pageOf } from '../http/page'
import type { Problem } from '../http/problem-type'
import { nameKey } from '../http/text'
import { alreadyExists, beingMoved, inUse, isDefault as isTheDefault } from './errors'
import type { CreateItem, Kind, UpdateItem } from './kinds'
import type { ListItems } from './schema'

/*
 * All kinds share these statements. They are SQL text because their tables and columns come from `KINDS`. A new or changed
 * item is one JSON parameter, `?2`.
 */

/** The items of one kind of an account. */
export interface Collection {
  kind: Kind
  accountId: string
}

/** Identifies one item. */
export interface ItemKey extends Collection {
  id: string
}

/** An item of the catalog. Pipelines and stages have `position` and `isDefault`, users have `email`. */
export interface Item {
  id: string
  name: string
  pipelineId?: string
  email?: string | null
  position?: number
  isDefault?: boolean
  /** With `?counts=true`. */
  prospectCount?: number
  createdAt: number
  updatedAt: number
}

/**
 * A page of the items of one kind. Pipelines and stages are ordered by position and name, the other kinds by name. With
 * `counts`, each item has the number of its prospects.
 */
export async function listItems(
  db: Database,
  { kind, accountId }: Collection,
  { limit, pageToken, counts }: ListItems,
): Promise<Page<Item>> {
  const order = kind.order.join(', ')
  const after = await decodePageToken(kind.name, pageToken, kind.order.length)
  const start = after ? `AND (${order}) > (${after.map((_, i) => `?${i + 3}`).join(', ')})` : ''
  const page = `${select(kind, counts)} WHERE account_id = ?1 ${start} ORDER BY ${order} LIMIT ?2`
  const rows = await db.query<ItemRow>(page, accountId, limit + 1, ...(after ?? []))
  const positionOf = ({ position, name, id }: ItemRow) => [
    ...(position === undefined ? [] : [position]),
    nameKey(name),
    id,
  ]
  return pageOf(rows, limit, kind.name, positionOf, toItem)
}

/** Returns one item. Throws 404. */
export async function getItem(db: Database, item: ItemKey): Promise<Item> {
  const [row] = await selectOne(db, item)
  if (!row) throw notFound(item.kind.noun)
  return toItem(row)
}

/**
 * Creates an item. A pipeline is created with its stages; the first becomes its default stage. Throws 409 if the catalog is
 * full, or if another item has this name (for a user: this email), and 422 for a stage of an unknown pipeline.
 */
export async function createItem(
  db: Database,
  { kind, accountId }: Collection,
  input: CreateItem,
  repeatable?: IdempotentRequest,
): Promise<Item> {
  const now = Date.now()
  const id = newId(kind.prefix, now)
  const newStages = input.stages?.map((name, position) => ({
    id: newId('stg', now),
    name,
    nameKey: nameKey(name),
    position,
  }))
  const row = JSON.stringify({ ...input, id, nameKey: nameKey(input.name), now, defaultStageId: newStages?.[0]?.id })
  const hasPosition = 'position' in kind.fields
  const item: Item = {
    id,
    name: input.name,
    ...('pipelineId' in kind.fields && { pipelineId: input.pipelineId ?? '' }),
    ...('email' in kind.fields && { email: input.email ?? null }),
    ...(hasPosition && { position: 0, isDefault: false }),
    createdAt: now,
    updatedAt: now,
  }
  const response = {
    status: 201 as const,
    headers: locationOf(kind, id),
    body: item,
    about: id,
    late: hasPosition ? { field: 'position', table: kind.name, column: 'position' } : undefined,
  }
  try {
    const results = await db.batch([
      ...claimKey(db, accountId, repeatable, now),
      db.query(insert(kind), accountId, row),
      ...(newStages ? [db.query(INSERT_STAGES, accountId, id, now, JSON.stringify(newStages))] : []),
      db.query(stopIf(CATALOG_IS_FULL), accountId),
      ...storeResponse(db, accountId, repeatable, response),
      selectOne(db, { kind, accountId, id }),
    ])
    const [created] = results.at(-1) as [ItemRow]
    return toItem(created)
  } catch (error) {
    if (isStopped(error)) throw catalogFull()
    if (input.pipelineId !== undefined && isForeignKeyViolation(error))
      throw unknownReference([{ field: 'pipelineId', value: input.pipelineId }])
    if (uniqueViolation(error) !== kind.name) throw error
    throw await duplicateOf(db, { kind, accountId }, row)
  }
}

function insert(kind: Kind): string {
  const values = {
    account_id: '?1',
    id: "?2 ->> 'id'",
    name: "?2 ->> 'name'",
    name_key: "?2 ->> 'nameKey'",
    created_at: "?2 ->> 'now'",
    updated_at: "?2 ->> 'now'",
    ...kind.columns,
  }
  return `INSERT INTO ${kind.name} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`
}

const INSERT_STAGES = `
  INSERT INTO stages (account_id, id, pipeline_id, name, name_key, position, created_at, updated_at)
  SELECT ?1, value ->> 'id', ?2, value ->> 'name', value ->> 'nameKey', value ->> 'position', ?3, ?3
  FROM json_each(?4)`

/** The `Location` header of a new item. */
export const locationOf = (kind: Kind, id: string) => ({ location: `/v1/${kind.name}/${id}` })

/**
 * Changes the given fields. A new name shows at once in every prospect, so it raises the version of the catalog. Throws 404,
 * and 409 if another item has this name (for a user: this email).
 */
export async function updateItem(db: Database, item: ItemKey, { isDefault, ...input }: UpdateItem): Promise<Item> {
  const { kind, accountId, id } = item
  const { name } = input
  const row = { ...input, ...(name !== undefined && { nameKey: nameKey(name) }), id, now: Date.now() }
  const json = JSON.stringify(row)
  const columns = Object.entries({ name: 'name', name_key: 'nameKey', email: 'email', position: 'position' })
    .filter(([, field]) => field in row)
    .map(([column, field]) => [column, `?2 ->> '${field}'`] as const)
  const differs = columns.map(([column, value]) => `${column} IS NOT ${value}`).join(' OR ')
  const isItem = "account_id = ?1 AND id = ?2 ->> 'id'"
  const raiseVersion = `UPDATE accounts SET catalog_version = catalog_version + 1
    WHERE id = ?1 AND EXISTS (SELECT 1 FROM ${kind.name} WHERE ${isItem} AND name IS NOT ?2 ->> 'name')`
  const change = `UPDATE ${kind.name} SET ${columns.map((c) => c.join(' = ')).join(', ')}, updated_at = ?2 ->> 'now'
    WHERE ${isItem} AND (${differs})`
  try {
    const results = await db.batch([
      ...(name === undefined ? [] : [db.query(raiseVersion, accountId, json)]),
      ...(columns.length === 0 ? [] : [db.query(change, accountId, json)]),
      ...(isDefault && kind.makeDefault ? [db.query(kind.makeDefault, accountId, id)] : []),
      selectOne(db, item),
    ])
    const [updated] = results.at(-1) as ItemRow[]
    if (!updated) throw notFound(kind.noun)
    return toItem(updated)
  } catch (error) {
    if (uniqueViolation(error) !== kind.name) throw error
    const isStage = and(eq(stages.accountId, accountId), eq(stages.id, id))
    const [stage] =
      kind.name === 'stages' ? await db.orm.select({ pipelineId: stages.pipelineId }).from(stages).where(isStage) : []
    throw await duplicateOf(db, item, JSON.stringify({ ...row, ...stage }))
  }
}

/** The 409 for a row whose name or email another item has, with the id of that item. */
async function duplicateOf(db: Database, { kind, accountId }: Collection, row: string): Promise<Problem> {
  const find = `SELECT id FROM ${kind.name} WHERE account_id = ?1 AND ${kind.unique}`
  const [other] = await db.query<{ id: string }>(find, accountId, row)
  const field = 'email' in kind.columns ? 'email' : 'name'
  return alreadyExists({ noun: kind.noun, field, conflictsWith: other?.id ?? null })
}

/**
 * Deletes an item that no prospect uses. A pipeline is deleted with its stages. If the item was being reassigned, the
 * reassignment ends. Throws 404, and 409 for an item that prospects use (with their number), for a default, and for the
 * target of a reassignment.
 */
export async function deleteItem(db: Database, item: ItemKey): Promise<void> {
  const { kind, accountId, id } = item
  const isTargetOf = (table: string, id: string) =>
    `EXISTS (SELECT 1 FROM moves WHERE account_id = ?1 AND kind = '${table}' AND to_id = ${id})`
  const hasTargetStage = `EXISTS (SELECT 1 FROM stages s WHERE s.account_id = ?1 AND s.pipeline_id = ?2
    AND ${isTargetOf('stages', 's.id')})`
  const isPipeline = kind.name === 'pipelines'
  const isTarget = `(${isTargetOf(kind.name, '?2')}${isPipeline ? ` OR ${hasTargetStage}` : ''})`
  const deletable = `t.account_id = ?1 AND t.id = ?2 AND NOT ${kind.fields.isDefault ?? 'false'}
    AND NOT EXISTS (${kind.selectProspects}) AND NOT ${isTarget}`
  const deleteStages = `DELETE FROM stages
    WHERE account_id = ?1 AND pipeline_id = (SELECT t.id FROM pipelines t WHERE ${deletable})`
  const [[found], ...changes] = await db.batch([
    selectOne(db, item, true),
    ...(isPipeline ? [db.query(deleteStages, accountId, id, 1)] : []),
    db.query(`DELETE FROM ${kind.name} AS t WHERE ${deletable} RETURNING id`, accountId, id, 1),
    db.query(
      `DELETE FROM moves WHERE account_id = ?1 AND kind = '${kind.name}' AND from_id = ?2
        AND NOT EXISTS (SELECT 1 FROM ${kind.name} WHERE account_id = ?1 AND id = ?2)`,
      accountId,
      id,
    ),
  ])
  if (!found) throw notFound(kind.noun)
  if (changes.some((rows) => rows.length > 0)) return
  if (found.isDefault) throw isTheDefault({ noun: kind.noun, conflictsWith: id })
  const { prospectCount } = found
  if (prospectCount) throw inUse({ noun: kind.noun, conflictsWith: id, prospectCount })
  throw beingMoved({ conflictsWith: id })
}

type ItemRow = Omit<Item, 'isDefault'> & { isDefault?: number }

function select(kind: Kind, counts = false): string {
  const shown = {
    ...kind.fields,
    ...(counts && { prospectCount: kind.countProspects }),
    createdAt: 'created_at',
    updatedAt: 'updated_at',
  }
  const fields = Object.entries(shown).map(([field, sql]) => `${sql} AS ${field}`)
  return `SELECT id, name, ${fields.join(', ')} FROM ${kind.name} t`
}

const selectOne = (db: Database, { kind, accountId, id }: ItemKey, counts = false) =>
  db.query<ItemRow>(`${select(kind, counts)} WHERE account_id = ?1 AND id = ?2`, accountId, id)

/** Makes an item of a row. Keeps the order of the columns, so that a stored response equals the first response. */
const toItem = (row: ItemRow): Item =>
  row.isDefault === undefined ? (row as unknown as Item) : Object.assign(row, { isDefault: row.isDefault === 1 })
