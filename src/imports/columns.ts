import { foldCase } from '../http/text'
import { CSV_COLUMNS, FIELD_NAMES, fieldOf } from '../prospects/field-names'
import { CreateProspect } from '../prospects/schema'

/**
 * What a column of a file can be: a field of the body of a POST, `id`, or `fullName`, which is split into first and last
 * name where the row does not have them.
 */
export type Field = Exclude<keyof CreateProspect, 'resume'> | 'id' | 'fullName'
const { resume: _, ...POST_FIELDS } = CreateProspect.shape
export const FIELDS = ['id', 'fullName', ...Object.keys(POST_FIELDS)] as Field[]

/** The most columns that a file can have, and a row of NDJSON keys. */
export const MAX_COLUMNS = 500

/** A column of the file and what it is; null: it is left out; nothing: it is not known. */
export interface Column {
  name: string
  field?: Field | null | undefined
}

/** Usual headings of columns, besides the names of fields. */
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
// what the refused rows of an import have
RECOGNISED.set('error', null)
/** Columns that only an export has, and no import reads. */
const EXPORTED = new Set(CSV_COLUMNS.map((name) => name.toLowerCase()).filter((key) => !RECOGNISED.has(key)))

/**
 * What columns of these names are, "E-mail", "e_mail" or "Ẽ mail": a field, or null if it is none. What the caller says of
 * one comes first. What only an export has is known in the company of an `id`.
 */
export function columnsOf(names: string[], mapping: Mapping): Column[] {
  const keys = names.map((name) =>
    foldCase(name.normalize('NFD').replaceAll(/\p{M}/gu, '')).replaceAll(/[^\p{L}\p{N}]/gu, ''),
  )
  const isExport = keys.some((key) => RECOGNISED.get(key) === 'id')
  return names.map((name, i) => {
    if (Object.hasOwn(mapping, name)) return { name, field: mapping[name] }
    const key = keys[i] as string
    return { name, field: isExport && EXPORTED.has(key) ? null : RECOGNISED.get(key) }
  })
}

/** What the caller says of columns. */
export type Mapping = Record<string, Field | null>
