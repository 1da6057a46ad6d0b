import { shorten } from '../http/text'
import type { CustomFields } from '../prospects/custom-fields'
import { CSV_COLUMNS, FIELD_NAMES, fieldOf } from '../prospects/field-names'
import { CreateProspect } from '../prospects/schema'
import { type CustomColumn, ownColumn } from './custom-columns'
import { keyOf } from './heading-key'
import { EXCEPTIONS, HEADINGS, type Meaning } from './headings'

/**
 * The fields that a column can hold: those of `POST /v1/prospects`, an id, the names of a stage and a pipeline, and a full
 * name, which fills `firstName` and `lastName` where the row does not give them.
 */
export type Field =
  | Exclude<keyof CreateProspect, 'resume' | 'custom'>
  | 'id'
  | 'fullName'
  | 'stage'
  | 'pipeline'
  | CustomColumn
const { resume: _, custom: __, ...POST_FIELDS } = CreateProspect.shape
/** The same without custom fields, which each account has of its own. */
export const FIELDS = ['id', 'fullName', 'stage', 'pipeline', ...Object.keys(POST_FIELDS)] as Exclude<
  Field,
  CustomColumn
>[]

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
  /** Of a part of an address: which of the person’s addresses. Of labels: the text between two of them, if no comma. */
  of?: string | undefined
}

/** Common headings of columns, besides the names of the fields and those of `HEADINGS`, in lower-case letters and digits. */
const COMMON: { [field: string]: string | undefined } = {
  ...Object.fromEntries(FIELD_NAMES.map((name) => [name, fieldOf(name).headings])),
  id: 'prospectid',
  fullName: 'name contact contactname prospect prospectname candidate candidatename leadname agentname',
  stage: 'stagename',
  pipeline: 'pipelinename',
  stageId: 'currentstageid',
  newSourceName: 'source sourcename leadsource referralsource',
}

type Recognised = Omit<Column, 'name'>

/** The number of an email or of a phone does not matter: "Phone 2" is read as "Phone". */
const isCounted = ({ field }: Recognised): boolean => field === 'email' || field === 'phone'
const withoutNumbers = (key: string): string => key.replaceAll(/\p{N}+/gu, '')

/** `business.city` is the field `city` of the address "business". */
function toRecognised(meaning: Meaning): Recognised {
  const [field, of] = meaning?.split('.').reverse() ?? []
  return { field: field as Field | undefined, of }
}

const RECOGNISED = new Map<string, Recognised>([
  ...Object.values(HEADINGS)
    .flatMap(Object.entries<Meaning>)
    .map(([heading, meaning]): [string, Recognised] => {
      const [key, recognised] = [keyOf(heading), toRecognised(meaning)]
      return [isCounted(recognised) ? withoutNumbers(key) : key, recognised]
    }),
  ...FIELDS.flatMap((field) =>
    [field.toLowerCase(), ...(COMMON[field]?.split(' ') ?? [])].map((key): [string, Recognised] => [key, { field }]),
  ),
  // the column that `rejectedRows` adds
  ['error', { field: null }],
])
const EXCEPTION = new Map(
  EXCEPTIONS.map(({ heading, beside, meaning }) => [
    keyOf(heading),
    { beside: beside.map(keyOf), ...toRecognised(meaning) },
  ]),
)
/** Columns of an export that are not fields of `POST /v1/prospects`. */
const EXPORT_ONLY = new Set(CSV_COLUMNS.map((name) => name.toLowerCase()).filter((key) => !RECOGNISED.has(key)))

/** Names of fields. A column of such a name is never a custom field. */
const BUILT_IN = new Set(FIELDS.map((field) => field.toLowerCase()))

/**
 * Finds the field of each column by its name. The caller's mapping comes first, then the names of our fields, the custom
 * fields of the account, and usual headings. A file with an `id` column may be an export,
 * so the columns that only exports have are ignored in it.
 */
export function matchColumns(names: string[], mapping: Mapping, custom: CustomFields = new Map()): Column[] {
  const keys = names.map(keyOf)
  const all = new Set(keys)
  const found = keys.map((key) => recognise(key, all))
  const isExport = found.some(({ field }) => field === 'id')
  return names.map((name, i) => {
    if (Object.hasOwn(mapping, name)) return { name, field: mapping[name] }
    const key = keys[i] as string
    if (isExport && EXPORT_ONLY.has(key)) return { name, field: null }
    const own = BUILT_IN.has(key) ? undefined : ownColumn(name, custom)
    return own ? { name, field: own } : { name, ...found[i] }
  })
}

/** What the column with this key holds, in a file whose columns have all these keys. */
function recognise(key: string, all: Set<string>): Recognised {
  const exception = EXCEPTION.get(key)
  if (exception?.beside.some((other) => all.has(other))) return { field: exception.field, of: exception.of }
  const exact = RECOGNISED.get(key)
  const [number] = key.match(/\p{N}+/u) ?? []
  if (exact || number === undefined) return exact ?? {}
  const first = RECOGNISED.get(key.replace(number, '1'))
  if (first?.of === '1') return { field: first.field, of: number }
  const plain = RECOGNISED.get(withoutNumbers(key))
  return plain && isCounted(plain) ? plain : {}
}

/** The names of the unknown columns, as responses show them. The mapping does not have them, and no field is recognised. */
export const unknownColumns = (columns: Column[]): string[] =>
  columns.filter(({ name, field }) => name !== '' && field === undefined).map(({ name }) => shownName(name))

/** A column's name as responses show it: shortened, without control characters. */
export const shownName = (name: string): string => shorten(name.replaceAll(/\p{Cc}/gu, ' '), MAX_NAME)
