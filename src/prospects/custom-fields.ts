import type { Database, TextQuery } from '../db/client'

/** The custom fields of an account: what the account adds to the table of fields. `catalog/field-store.ts` writes them. */

export const FIELD_TYPES = ['text', 'number', 'boolean', 'date', 'select', 'multiselect', 'url', 'user'] as const
export type FieldType = (typeof FIELD_TYPES)[number]

/** An option of a select or multiselect. Values store its id. A removed option stays in the values that have it. */
export interface Option {
  id: number
  name: string
  removed?: true
}

export interface CustomField {
  key: string
  name: string
  type: FieldType
  options: Option[]
  filterable: boolean
  /** The field was deleted, and its values are being erased. Reads still show them, and writes do not know the field. */
  isDeleted: boolean
}

/** By key. */
export type CustomFields = ReadonlyMap<string, CustomField>

/** The fields of an account, as they were at one version of its catalog. */
export interface KnownFields {
  version: number
  fields: CustomFields
}

interface Remembered extends KnownFields {
  /** Characters of JSON. */
  size: number
  /** Unix ms. */
  until: number
}

/** How long an isolate remembers the fields of an account, ms: after a restore, a version can come a second time. */
const KNOWN_FOR = 30_000
/** How many characters of fields an isolate remembers. */
const MAX_SIZE = 4_000_000
const remembered = new Map<string, Remembered>()
let size = 0

const UNKNOWN: KnownFields = { version: -1, fields: new Map() }

/** The fields of an account that this isolate remembers. Its version is -1 if the isolate remembers no fields. */
export function recallFields(accountId: string): KnownFields {
  const found = remembered.get(accountId)
  return found && found.until > Date.now() ? found : UNKNOWN
}

/**
 * SQL: the fields of an account `a` as JSON, or null if `version` is the version of its catalog. So a statement that is sent
 * anyway also shows whether the remembered fields are current, and reads them only if they are not.
 */
export const fieldsUnless = (version: string): string =>
  `iif(a.catalog_version = ${version}, NULL, ${fieldsOf('a.id')})`

/** SQL: all fields of an account, as `parseFields` takes them. */
export const fieldsOf = (account: string): string => `
  (SELECT json_group_array(json_object('key', f.key, 'name', f.name, 'type', f.type,
    'options', json(f.options), 'filterable', f.filterable, 'deletedAt', f.deleted_at))
  FROM fields f WHERE f.account_id = ${account})`

/** The fields in what `fieldsOf` selects. */
export function parseFields(json: string): CustomFields {
  const rows: (CustomField & { filterable: number | boolean; deletedAt: number | null })[] = JSON.parse(json)
  return new Map(
    rows.map(({ deletedAt, ...field }) => [
      field.key,
      { ...field, filterable: Boolean(field.filterable), isDeleted: deletedAt !== null },
    ]),
  )
}

/** Reads the version of the catalog, and the fields if they are not those that are `known`. For a batch. */
export const queryFields = (db: Database, accountId: string, known: KnownFields): TextQuery<FieldsRow> =>
  db.query<FieldsRow>(FIELDS, accountId, known.version)

interface FieldsRow {
  version: number
  fields: string | null
}

// text: it builds JSON
const FIELDS = `SELECT a.catalog_version AS version, ${fieldsUnless('?2')} AS fields FROM accounts a WHERE a.id = ?1`

/** The current fields, from what `fieldsUnless(known.version)` returned, and the version of the catalog that was read with it. */
export function learnFields(accountId: string, known: KnownFields, version: number, json: string | null): KnownFields {
  if (json === null) return known
  const fields = parseFields(json)
  forget(accountId)
  remembered.set(accountId, { version, fields, size: json.length, until: Date.now() + KNOWN_FOR })
  size += json.length
  for (const oldest of remembered.keys()) if (size > MAX_SIZE && oldest !== accountId) forget(oldest)
  return { version, fields }
}

function forget(accountId: string): void {
  size -= remembered.get(accountId)?.size ?? 0
  remembered.delete(accountId)
}
