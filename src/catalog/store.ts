import type { Database } from '../db/client'
import { isForeignKeyViolation, uniqueViolation } from '../db/errors'
import { newId } from '../db/ids'
import { decodePageToken, encodePageToken, type ListQuery, type Page } from '../http/page'
import { notFound, Problem, unknownReference } from '../http/problem'
import { nameKey } from '../http/text'
import type { CreateItem, Kind } from './kinds'

/** A catalog object. `position` and `isDefault` are for pipelines and stages, `email` for users. */
export interface Item {
  id: string
  name: string
  pipelineId?: string
  email?: string | null
  position?: number
  isDefault?: boolean
  createdAt: number
  updatedAt: number
}

/** A page of one kind: pipelines and stages by position, then name; the others by name. */
export async function listItems(
  db: Database,
  kind: Kind,
  accountId: string,
  { limit, pageToken }: ListQuery,
): Promise<Page<Item>> {
  const order = kind.order.join(', ')
  const after = await decodePageToken(kind.name, pageToken, kind.order.length)
  const start = after ? `AND (${order}) > (${after.map((_, i) => `?${i + 3}`).join(', ')})` : ''
  const { results } = await db.d1
    .prepare(`${select(kind)} WHERE account_id = ?1 ${start} ORDER BY ${order} LIMIT ?2`)
    .bind(accountId, limit + 1, ...(after ?? []))
    .all<ItemRow>()
  const items = results.slice(0, limit).map(toItem)
  const last = items.at(-1)
  const position = last?.position === undefined ? [] : [last.position]
  return {
    items,
    nextPageToken:
      results.length > limit && last
        ? await encodePageToken(kind.name, [...position, nameKey(last.name), last.id])
        : null,
  }
}

/** One of a kind; 404 if the account has none of this id. */
export async function getItem(db: Database, kind: Kind, accountId: string, id: string): Promise<Item> {
  const row = (await selectOne(db, kind, accountId, id).all<ItemRow>()).results[0]
  if (!row) throw notFound(kind.noun)
  return toItem(row)
}

/**
 * Makes one; a pipeline with its stages, the first of which is its default. 409 with the id of the one that has
 * this name (a user: this email) already, 422 for a stage of a pipeline that is not there.
 */
export async function createItem(db: Database, kind: Kind, accountId: string, input: CreateItem): Promise<Item> {
  const now = Date.now()
  const id = newId(kind.prefix, now)
  const stages = input.stages?.map((name, position) => ({
    id: newId('stg', now),
    name,
    nameKey: nameKey(name),
    position,
  }))
  const row = JSON.stringify({ ...input, id, nameKey: nameKey(input.name), now, defaultStageId: stages?.[0]?.id })
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
      insert,
      ...(stages ? [insertStages] : []),
      selectOne(db, kind, accountId, id),
    ])
    return toItem(results.at(-1)?.results[0] as ItemRow)
  } catch (error) {
    if (input.pipelineId !== undefined && isForeignKeyViolation(error))
      throw unknownReference([{ field: 'pipelineId', value: input.pipelineId }])
    if (uniqueViolation(error) !== kind.name) throw error
    const same = db.d1.prepare(`SELECT id FROM ${kind.name} WHERE account_id = ?1 AND ${kind.unique}`)
    const other = await same.bind(accountId, row).all<{ id: string }>()
    throw new Problem(
      409,
      'already_exists',
      `There is a ${kind.noun} with this ${'email' in kind.sets ? 'email' : 'name'} already.`,
      {
        conflictsWith: other.results[0]?.id ?? null,
      },
    )
  }
}

type ItemRow = Omit<Item, 'isDefault'> & { isDefault?: number }

function select(kind: Kind): string {
  const shows = Object.entries({ ...kind.shows, createdAt: 'created_at', updatedAt: 'updated_at' })
  return `SELECT id, name, ${shows.map(([field, sql]) => `${sql} AS ${field}`).join(', ')} FROM ${kind.name}`
}

const selectOne = (db: Database, kind: Kind, accountId: string, id: string) =>
  db.d1.prepare(`${select(kind)} WHERE account_id = ?1 AND id = ?2`).bind(accountId, id)

const toItem = ({ isDefault, ...row }: ItemRow): Item => ({
  ...row,
  ...(isDefault !== undefined && { isDefault: isDefault === 1 }),
})
