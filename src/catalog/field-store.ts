import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Database } from '../db/client'
import { abortIf, isAborted, isStopped, stopIf, uniqueViolation } from '../db/errors'
import { newId } from '../db/ids'
import { accounts, fields, moves } from '../db/schema'
import { contention, invalidInput, notFound } from '../http/errors'
import type { IdempotentRequest, InputError } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import { decodePageToken, type ListQuery, type Page, pageOf } from '../http/page'
import { invalid, nameKey } from '../http/text'
import type { FieldType, Option } from '../prospects/custom-fields'
import { alreadyExists, beingErased, MAX_FIELDS, MAX_FILTERABLE, MAX_STORED_OPTIONS, tooManyFields } from './errors'
import { areDistinct, type CreateField, duplicateOption, hasOptions, type UpdateField } from './field-schema'

/** A custom field as the API shows it. */
export interface Field {
  id: string
  key: string
  name: string
  type: FieldType
  /** Empty unless the type is `select` or `multiselect`. */
  options: string[]
  filterable: boolean
  required: false
  createdAt: number
  updatedAt: number
}

type FieldRow = typeof fields.$inferSelect

const optionsOf = ({ options }: Pick<FieldRow, 'options'>): Option[] => JSON.parse(options)

const toField = (row: FieldRow): Field => ({
  id: row.id,
  key: row.key,
  name: row.name,
  type: row.type as FieldType,
  options: optionsOf(row).flatMap(({ name, removed }) => (removed ? [] : [name])),
  filterable: row.filterable === 1,
  required: false,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

const live = (accountId: string) => and(eq(fields.accountId, accountId), isNull(fields.deletedAt))
const isField = (accountId: string, id: string) => and(live(accountId), eq(fields.id, id))

/** Changes of fields change what prospects show, so they raise the version of the catalog. */
const raiseVersion = (db: Database, accountId: string) =>
  db.orm.update(accounts).set({ catalogVersion: sql`catalog_version + 1` }).where(eq(accounts.id, accountId))

/** A page of the fields of an account, ordered by name. */
export async function listFields(
  db: Database,
  accountId: string,
  { limit, pageToken }: ListQuery,
): Promise<Page<Field>> {
  const [after] = (await decodePageToken('fields', pageToken, 1)) ?? []
  const rows = await db.orm
    .select()
    .from(fields)
    .where(and(live(accountId), after === undefined ? undefined : gt(fields.nameKey, String(after))))
    .orderBy(asc(fields.nameKey))
    .limit(limit + 1)
  return pageOf(rows, limit, 'fields', (row) => [row.nameKey], toField)
}

/** Returns one field. Throws 404. */
export async function getField(db: Database, accountId: string, id: string): Promise<Field> {
  const [row] = await db.orm.select().from(fields).where(isField(accountId, id))
  if (!row) throw notFound('field')
  return toField(row)
}

/**
 * Creates a field. Throws 409 if another field has this key or name, if the values of a deleted field with this key are still
 * being erased, and if the account has too many fields.
 */
export async function createField(
  db: Database,
  accountId: string,
  input: CreateField,
  repeatable?: IdempotentRequest,
): Promise<Field> {
  const now = Date.now()
  const options = (input.options ?? []).map((name, i): Option => ({ id: i + 1, name }))
  const row: FieldRow = {
    accountId,
    id: newId('fld', now),
    key: input.key,
    name: input.name,
    nameKey: nameKey(input.name),
    type: input.type,
    options: JSON.stringify(options),
    filterable: input.filterable ? 1 : 0,
    deletedAt: null,
    createdAt: now,
    updatedAt: now,
  }
  const field = toField(row)
  const response = { status: 201 as const, headers: locationOfField(row.id), body: field, about: row.id }
  try {
    await db.batch([
      ...claimKey(db, accountId, repeatable, now),
      db.orm.insert(fields).values(row),
      db.query(STOP_IF_TOO_MANY, accountId),
      raiseVersion(db, accountId),
      ...storeResponse(db, accountId, repeatable, response),
    ])
    return field
  } catch (error) {
    if (isStopped(error)) throw tooManyFields()
    if (uniqueViolation(error) !== 'fields') throw error
    throw await duplicateOf(db, row)
  }
}

/** The `Location` header of a new field. */
export const locationOfField = (id: string) => ({ location: `/v1/fields/${id}` })

/** How often a change of a field is tried if other calls change the field meanwhile. */
const MAX_TRIES = 5

/**
 * Changes the name and the options of a field. No prospect is written, because values store the ids of options. A removed
 * option stays in the values that have it. Throws 404, 400 if the options do not suit the field, and 409 if another field has
 * this name or the account has too many options.
 */
export async function updateField(db: Database, accountId: string, id: string, input: UpdateField): Promise<Field> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [row] = await db.orm.select().from(fields).where(isField(accountId, id))
    if (!row) throw notFound('field')
    const changed: FieldRow = {
      ...row,
      ...(input.name !== undefined && { name: input.name, nameKey: nameKey(input.name) }),
      options: JSON.stringify(changeOptions(row, input)),
    }
    if (changed.name === row.name && changed.options === row.options) return toField(row)
    const { name, nameKey: key, options } = changed
    const updatedAt = Math.max(Date.now(), row.updatedAt + 1)
    try {
      await db.batch([
        db.query(ABORT_IF_CHANGED, accountId, id, row.updatedAt),
        db.orm.update(fields).set({ name, nameKey: key, options, updatedAt }).where(isField(accountId, id)),
        db.query(STOP_IF_TOO_MANY, accountId),
        raiseVersion(db, accountId),
      ])
      return toField({ ...changed, updatedAt })
    } catch (error) {
      if (isStopped(error)) throw tooManyFields()
      if (uniqueViolation(error) === 'fields') throw await duplicateOf(db, changed)
      if (!isAborted(error)) throw error
    }
  }
  throw contention('Other requests keep changing this field.')
}

/** The options after a change: first the renames, all at once, then the new list. Throws 400. */
function changeOptions(row: FieldRow, { options, renameOptions = [] }: UpdateField): Option[] {
  const before = optionsOf(row)
  const errors: InputError[] = []
  const fail = (pointer: string, { params, message }: ReturnType<typeof duplicateOption>) =>
    errors.push({ in: 'body', pointer, code: params.code, message })
  const names = new Map<number, string>()
  for (const [i, { from, to }] of renameOptions.entries()) {
    const option = before.find(({ name, removed }) => !removed && nameKey(name) === nameKey(from))
    if (option) names.set(option.id, to)
    else fail(`/renameOptions/${i}/from`, invalid('not_allowed', 'The field has no such option.'))
  }
  if (options && !hasOptions(row.type))
    fail('/options', invalid('not_allowed', 'Only a select or multiselect has options.'))
  const renamed = before.map((option) => ({ ...option, name: names.get(option.id) ?? option.name }))
  // a removed option does not keep its name from others
  const named = renamed.filter(({ removed }) => !removed).map(({ name }) => name)
  if (!areDistinct(named)) fail('/renameOptions', duplicateOption())
  if (errors.length > 0) throw invalidInput(errors)
  if (!options) return renamed
  const find = (name: string) => {
    const same = renamed.filter((option) => nameKey(option.name) === nameKey(name))
    return same.find(({ removed }) => !removed) ?? same[0]
  }
  let next = Math.max(0, ...before.map(({ id }) => id))
  const listed = options.map((name): Option => ({ id: find(name)?.id ?? ++next, name }))
  const ids = new Set(listed.map(({ id }) => id))
  return [
    ...listed,
    ...renamed.filter(({ id }) => !ids.has(id)).map(({ id, name }): Option => ({ id, name, removed: true })),
  ]
}

/**
 * Deletes a field. Its values are erased in the background (`runReassignments`); until then its key cannot be used again.
 * Throws 404.
 */
export async function deleteField(db: Database, accountId: string, id: string, keyId: string): Promise<void> {
  const now = Date.now()
  const [deleted] = await db.batch([
    db.orm.update(fields).set({ deletedAt: now }).where(isField(accountId, id)).returning({ id: fields.id }),
    db.orm
      .insert(moves)
      .select(
        db.orm
          .select({
            accountId: fields.accountId,
            kind: sql<string>`'fields'`.as('kind'),
            fromId: fields.id,
            toId: sql<string>`''`.as('to_id'),
            keyId: sql<string>`${keyId}`.as('key_id'),
            triedAt: sql<number>`1`.as('tried_at'),
          })
          .from(fields)
          .where(and(eq(fields.accountId, accountId), eq(fields.id, id))),
      )
      .onConflictDoNothing(),
    raiseVersion(db, accountId),
  ])
  if (deleted.length === 0) throw notFound('field')
}

/** The 409 for a row whose key or name another field has, with the id of that field. */
async function duplicateOf(db: Database, { accountId, id, key, name }: FieldRow) {
  type Found = Pick<FieldRow, 'id' | 'key' | 'deletedAt'>
  const [other] = await db.query<Found>(FIND_DUPLICATE, accountId, id, key, nameKey(name))
  if (other?.key !== key) return alreadyExists({ noun: 'field', field: 'name', conflictsWith: other?.id ?? null })
  return other.deletedAt === null
    ? alreadyExists({ noun: 'field', field: 'key', conflictsWith: other.id })
    : beingErased()
}

// text: it orders by a condition
const FIND_DUPLICATE = `SELECT id, key, deleted_at AS deletedAt FROM fields
  WHERE account_id = ?1 AND id <> ?2 AND (key = ?3 OR (name_key = ?4 AND deleted_at IS NULL)) ORDER BY key <> ?3 LIMIT 1`

// text: guards end the batch
const ABORT_IF_CHANGED = abortIf(`NOT EXISTS
  (SELECT 1 FROM fields WHERE account_id = ?1 AND id = ?2 AND updated_at = ?3 AND deleted_at IS NULL)`)
const STOP_IF_TOO_MANY = stopIf(`(SELECT count(*) > ${MAX_FIELDS}
    OR sum(filterable) > ${MAX_FILTERABLE} OR sum(json_array_length(options)) > ${MAX_STORED_OPTIONS}
  FROM fields WHERE account_id = ?1)`)
