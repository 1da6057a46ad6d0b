import type { Database } from '../db/client'
import { isForeignKeyViolation, isStopped, stopIf, uniqueViolation } from '../db/errors'
import { newId } from '../db/ids'
import { CATALOG_IS_FULL } from '../db/quotas'
import { catalogFull, notFound, unknownReference } from '../http/errors'
import type { IdempotentRequest } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import { decodePageToken, type Page, pageOf } from '../http/page'
import type { Problem } from '../http/problem-type'
import { nameKey } from '../http/text'
import { alreadyExists, beingMoved, inUse, isDefault as isTheDefault } from './errors'
import type { CreateItem, Kind, UpdateItem } from './kinds'
import type { ListItems } from './schema'

/** A catalog object. `position` and `isDefault` are for pipelines and stages, `email` for users. */
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

/** A page of one kind: pipelines and stages by position, then name; the others by name. `counts`: with their uses. */
export async function listItems(
  db: Database,
  kind: Kind,
  accountId: string,
  { limit, pageToken, counts }: ListItems,
): Promise<Page<Item>> {
  const order = kind.order.join(', ')
  const after = await decodePageToken(kind.name, pageToken, kind.order.length)
  const start = after ? `AND (${order}) > (${after.map((_, i) => `?${i + 3}`).join(', ')})` : ''
  const { results } = await db.d1
    .prepare(`${select(kind, counts)} WHERE account_id = ?1 ${start} ORDER BY ${order} LIMIT ?2`)
    .bind(accountId, limit + 1, ...(after ?? []))
    .all<ItemRow>()
  const positionOf = ({ position, name, id }: ItemRow) => [
    ...(position === undefined ? [] : [position]),
    nameKey(name),
    id,
  ]
  return pageOf(results, limit, kind.name, positionOf, toItem)
}

/** One of a kind; 404 if the account has none of this id. */
export async function getItem(db: Database, kind: Kind, accountId: string, id: string): Promise<Item> {
  const row = (await selectOne(db, kind, accountId, id).all<ItemRow>()).results[0]
  if (!row) throw notFound(kind.noun)
  return toItem(row)
}

/**
 * Makes one; a pipeline with its stages, the first of which is its default. 409 with the id of the one that has
 * this name (a user: this email) already, or if the catalog is full; 422 for a stage of a pipeline that is not there.
 */
export async function createItem(
  db: Database,
  kind: Kind,
  accountId: string,
  input: CreateItem,
  repeatable?: IdempotentRequest,
): Promise<Item> {
  const now = Date.now()
  const id = newId(kind.prefix, now)
  const stages = input.stages?.map((name, position) => ({
    id: newId('stg', now),
    name,
    nameKey: nameKey(name),
    position,
  }))
  const row = JSON.stringify({ ...input, id, nameKey: nameKey(input.name), now, defaultStageId: stages?.[0]?.id })
  const item: Item = {
    id,
    name: input.name,
    ...('pipelineId' in kind.shows && { pipelineId: input.pipelineId ?? '' }),
    ...('email' in kind.shows && { email: input.email ?? null }),
    ...('position' in kind.shows && { position: 0, isDefault: false }),
    createdAt: now,
    updatedAt: now,
  }
  const late = 'position' in kind.shows ? { field: 'position', table: kind.name, column: 'position' } : undefined
  const sets = { id: 'id', name: 'name', name_key: 'nameKey', created_at: 'now', updated_at: 'now' }
  const columns = [...Object.keys(sets), ...Object.keys(kind.sets)]
  const values = [...Object.values(sets).map((field) => `?2 ->> '${field}'`), ...Object.values(kind.sets)]
  const insert = db.d1
    .prepare(`INSERT INTO ${kind.name} (account_id, ${columns.join(', ')}) VALUES (?1, ${values.join(', ')})`)
    .bind(accountId, row)
  const insertStages = db.d1
    .prepare(
      `INSERT INTO stages (account_id, id, pipeline_id, name, name_key, position, created_at, updated_at)
       SELECT ?1, value ->> 'id', ?2, value ->> 'name', value ->> 'nameKey', value ->> 'position', ?3, ?3
       FROM json_each(?4)`,
    )
    .bind(accountId, id, now, JSON.stringify(stages ?? []))
  try {
    const results = await db.d1.batch<ItemRow>([
      ...claimKey(db, accountId, repeatable, now),
      insert,
      ...(stages ? [insertStages] : []),
      db.d1.prepare(stopIf(CATALOG_IS_FULL)).bind(accountId),
      ...storeResponse(db, accountId, repeatable, {
        status: 201,
        headers: locationOf(kind, id),
        body: item,
        about: id,
        late,
      }),
      selectOne(db, kind, accountId, id),
    ])
    return toItem(results.at(-1)?.results[0] as ItemRow)
  } catch (error) {
    if (isStopped(error)) throw catalogFull()
    if (input.pipelineId !== undefined && isForeignKeyViolation(error))
      throw unknownReference([{ field: 'pipelineId', value: input.pipelineId }])
    if (uniqueViolation(error) !== kind.name) throw error
    throw await taken(db, kind, accountId, row)
  }
}

/** Where an item is read. */
export const locationOf = (kind: Kind, id: string) => ({ location: `/v1/${kind.name}/${id}` })

/**
 * Changes what is given. A new name shows at once wherever it is read, so it raises the catalog's version. 404 if
 * there is none, 409 with the id of the one that has this name (a user: this email).
 */
export async function updateItem(
  db: Database,
  kind: Kind,
  accountId: string,
  id: string,
  { isDefault, ...input }: UpdateItem,
): Promise<Item> {
  const { name } = input
  const row = JSON.stringify({ ...input, ...(name !== undefined && { nameKey: nameKey(name) }), id, now: Date.now() })
  const columns = Object.entries({ name: 'name', name_key: 'nameKey', email: 'email', position: 'position' })
    .filter(([, field]) => field in JSON.parse(row))
    .map(([column, field]) => [column, `?2 ->> '${field}'`] as const)
  const differs = columns.map(([column, value]) => `${column} IS NOT ${value}`).join(' OR ')
  const here = "account_id = ?1 AND id = ?2 ->> 'id'"
  const renamed = `UPDATE accounts SET catalog_version = catalog_version + 1
    WHERE id = ?1 AND EXISTS (SELECT 1 FROM ${kind.name} WHERE ${here} AND name IS NOT ?2 ->> 'name')`
  const changed = `UPDATE ${kind.name} SET ${columns.map((c) => c.join(' = ')).join(', ')}, updated_at = ?2 ->> 'now'
    WHERE ${here} AND (${differs})`
  try {
    const results = await db.d1.batch<ItemRow>([
      ...(name === undefined ? [] : [db.d1.prepare(renamed).bind(accountId, row)]),
      ...(columns.length === 0 ? [] : [db.d1.prepare(changed).bind(accountId, row)]),
      ...(isDefault && kind.makeDefault ? [db.d1.prepare(kind.makeDefault).bind(accountId, id)] : []),
      selectOne(db, kind, accountId, id),
    ])
    const found = results.at(-1)?.results[0]
    if (!found) throw notFound(kind.noun)
    return toItem(found)
  } catch (error) {
    if (uniqueViolation(error) !== kind.name) throw error
    const inPipeline = db.d1.prepare('SELECT pipeline_id AS id FROM stages WHERE account_id = ? AND id = ?')
    const pipelineId =
      kind.name === 'stages' ? (await inPipeline.bind(accountId, id).all<{ id: string }>()).results[0]?.id : undefined
    throw await taken(db, kind, accountId, JSON.stringify({ ...JSON.parse(row), pipelineId }))
  }
}

/** 409 that names who has what has to be unique. */
async function taken(db: Database, kind: Kind, accountId: string, row: string): Promise<Problem> {
  const same = db.d1.prepare(`SELECT id FROM ${kind.name} WHERE account_id = ?1 AND ${kind.unique}`)
  const { results } = await same.bind(accountId, row).all<{ id: string }>()
  const field = 'email' in kind.sets ? 'email' : 'name'
  return alreadyExists({ noun: kind.noun, field, conflictsWith: results[0]?.id ?? null })
}

/**
 * Deletes what nobody uses; a pipeline with its stages. If it was being moved away, that has come to its end. 404; 409
 * for what is in use, with how many use it, for a default, and for what others are being moved to.
 */
export async function deleteItem(db: Database, kind: Kind, accountId: string, id: string): Promise<void> {
  const at = (sql: string, ...more: unknown[]) => db.d1.prepare(sql).bind(accountId, id, ...more)
  const movesTo = (items: string, id: string) =>
    `EXISTS (SELECT 1 FROM moves WHERE account_id = ?1 AND kind = '${items}' AND to_id = ${id})`
  const itsStages = `EXISTS (SELECT 1 FROM stages s WHERE s.account_id = ?1 AND s.pipeline_id = ?2
    AND ${movesTo('stages', 's.id')})`
  const isTarget = `(${movesTo(kind.name, '?2')}${kind.name === 'pipelines' ? ` OR ${itsStages}` : ''})`
  const deletable = `t.account_id = ?1 AND t.id = ?2 AND NOT ${kind.shows.isDefault ?? 'false'}
    AND NOT EXISTS (${kind.users}) AND NOT ${isTarget}`
  const [found, ...changes] = await db.d1.batch<ItemRow>([
    selectOne(db, kind, accountId, id, true),
    ...(kind.name === 'pipelines'
      ? [
          at(
            `DELETE FROM stages WHERE account_id = ?1 AND pipeline_id = (SELECT t.id FROM pipelines t WHERE ${deletable})`,
            1,
          ),
        ]
      : []),
    at(`DELETE FROM ${kind.name} AS t WHERE ${deletable} RETURNING id`, 1),
    at(`DELETE FROM moves WHERE account_id = ?1 AND kind = '${kind.name}' AND from_id = ?2
      AND NOT EXISTS (SELECT 1 FROM ${kind.name} WHERE account_id = ?1 AND id = ?2)`),
  ])
  const item = found?.results[0]
  if (!item) throw notFound(kind.noun)
  if (changes.some(({ results }) => results.length > 0)) return
  if (item.isDefault) throw isTheDefault({ noun: kind.noun, conflictsWith: id })
  const { prospectCount } = item
  if (prospectCount) throw inUse({ noun: kind.noun, conflictsWith: id, prospectCount })
  throw beingMoved({ conflictsWith: id })
}

type ItemRow = Omit<Item, 'isDefault'> & { isDefault?: number }

function select(kind: Kind, counts = false): string {
  const shows = {
    ...kind.shows,
    ...(counts && { prospectCount: kind.uses }),
    createdAt: 'created_at',
    updatedAt: 'updated_at',
  }
  const fields = Object.entries(shows).map(([field, sql]) => `${sql} AS ${field}`)
  return `SELECT id, name, ${fields.join(', ')} FROM ${kind.name} t`
}

const selectOne = (db: Database, kind: Kind, accountId: string, id: string, counts = false) =>
  db.d1.prepare(`${select(kind, counts)} WHERE account_id = ?1 AND id = ?2`).bind(accountId, id)

/** In the order of its columns: an answer that is kept is the answer that was given. */
const toItem = (row: ItemRow): Item =>
  row.isDefault === undefined ? (row as unknown as Item) : Object.assign(row, { isDefault: row.isDefault === 1 })
