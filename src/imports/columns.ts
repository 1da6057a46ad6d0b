import { foldCase, shorten } from '../http/text'
import { CSV_COLUMNS, FIELD_NAMES, fieldOf } from '../prospects/field-names'
import { CreateProspect } from '../prospects/schema'

/**
 * The fields that a column can hold: those of `POST /v1/prospects`, an id, and a full name, which fills `firstName` and
 * `lastName` where the row does not give them.
 */
export type Field = Exclude<keyof CreateProspect, 'resume'> | 'id' | 'fullName'
const { resume: _, ...POST_FIELDS } = CreateProspect.shape
export const FIELDS = ['id', 'fullName', ...Object.keys(POST_FIELDS)] as Field[]

/** The most columns of a CSV, and the most keys of a row of NDJSON. */
export const MAX_COLUMNS = 500
/** The most unknown columns that an import reports. */
export const MAX_UNKNOWN_COLUMNS = 100
/** A longer name of a column is shortened where it is shown, bytes. */
const MAX_NAME = 200

/** The caller's mapping: the name of a column → the field that the column holds. Null: the import ignores the column. */
export type Mapping = Record<string, Field | null>

/** A column of a file and the field that it holds. Null: the import ignores it. Undefined: the column is unknown. */
export interface Column {
  name: string
  field?: Field | null | undefined
}

/** Common headings of columns, besides the names of the fields, in lower-case letters and digits. */
const HEADINGS: { [F in Field]?: string | undefined } = {
  ...Object.fromEntries(FIELD_NAMES.map((name) => [name, fieldOf(name).headings])),
  id: 'prospectid',
  fullName: 'name contact contactname prospect prospectname candidate candidatename leadname agentname',
  stageId: 'currentstageid',
  newSourceName: 'source sourcename leadsource referralsource',
}
const RECOGNISED = new Map<string, Field | null>(
  FIELDS.flatMap((field) => [field.toLowerCase(), ...(HEADINGS[field]?.split(' ') ?? [])].map((key) => [key, field])),
)
// the column that `rejectedRows` adds
RECOGNISED.set('error', null)
/** Columns of an export that are not fields of `POST /v1/prospects`. */
const EXPORT_ONLY = new Set(CSV_COLUMNS.map((name) => name.toLowerCase()).filter((key) => !RECOGNISED.has(key)))

/**
 * Finds the field of each column by its name: "E-mail", "e_mail" and "Ẽ mail" are all `email`. The caller's mapping comes
 * first. A file with an `id` column may be an export, so the columns that only exports have are ignored in it.
 */
export function matchColumns(names: string[], mapping: Mapping): Column[] {
  const keys = names.map((name) =>
    foldCase(name.normalize('NFD').replaceAll(/\p{M}/gu, '')).replaceAll(/[^\p{L}\p{N}]/gu, ''),
  )
  const isExport = keys.some((key) => RECOGNISED.get(key) === 'id')
  return names.map((name, i) => {
    if (Object.hasOwn(mapping, name)) return { name, field: mapping[name] }
    const key = keys[i] as string
    return { name, field: isExport && EXPORT_ONLY.has(key) ? null : RECOGNISED.get(key) }
  })
}

/** The names of the unknown columns, as responses show them. The mapping does not have them, and no field is recognised. */
export const unknownColumns = (columns: Column[]): string[] =>
  columns.filter(({ name, field }) => name !== '' && field === undefined).map(({ name }) => shownName(name))

/** A column's name as responses show it: shortened, without control characters. */
export const shownName = (name: string): string => shorten(name.replaceAll(/\p{Cc}/gu, ' '), MAX_NAME)
