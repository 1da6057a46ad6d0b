import { FIELDS, type Field } from './fields'

type Fields = typeof FIELDS
export type FieldName = keyof Fields

/** Names of the fields that have this property in the table. */
type NamesWith<P> = { [F in FieldName]: Fields[F] extends P ? F : never }[FieldName]

/** A field that is stored as it is given, in a column of its own. */
export type TextField = Exclude<FieldName, NamesWith<{ type: 'special' }>>
export type RequiredField = NamesWith<{ required: true }>
export type ReportedField = TextField | NamesWith<{ reported: true }>
/** A field that a resume can fill. */
export type ExtractedField = NamesWith<{ extracted: true }>
/** A field that a resume fills only if it agrees with the other fields of a group. */
export type GroupedField = NamesWith<{ filledWith: string }>

type ValueOf<F> =
  | (F extends { values: readonly (infer V)[] } ? V : string)
  | (F extends { required: true } ? never : null)
/** A part of an address. */
export type AddressField = NamesWith<{ filledWith: 'address' }>
/** The values of all text fields. */
export type TextValues = { [F in TextField]: ValueOf<Fields[F]> }

export const FIELD_NAMES = Object.keys(FIELDS) as FieldName[]

/** What the table says about a field. */
export const fieldOf = (name: FieldName): Field => FIELDS[name]

const namesWhere = <F extends FieldName>(holds: (field: Field) => unknown) =>
  FIELD_NAMES.filter((name) => holds(fieldOf(name))) as F[]

const isText = ({ type }: Field) => type !== 'special'
export const TEXT_FIELDS = namesWhere<TextField>(isText)
export const REPORTED_FIELDS = namesWhere<ReportedField>((field) => isText(field) || field.reported)
export const EXTRACTED_FIELDS = namesWhere<ExtractedField>(({ extracted }) => extracted)
/** The groups of these fields. */
export const FILLED_TOGETHER = (['work', 'address', 'license'] as const).map((group) =>
  namesWhere<GroupedField>(({ filledWith }) => filledWith === group),
)
export const ADDRESS_FIELDS = namesWhere<AddressField>(({ filledWith }) => filledWith === 'address')
/** Fields whose words some filter of the list searches. */
export const SEARCHED_FIELDS = namesWhere<TextField>(({ words }) => words)
/** Fields whose words this filter of the list searches. */
export const searchedBy = (filter: NonNullable<Field['words']>): TextField[] =>
  namesWhere<TextField>(({ words }) => words === filter)

/** What `fields` can select: a field, or one custom field. */
export type Selected = FieldName | `custom.${string}`
/** The fields that hold what is selected. */
export const fieldsOf = (selected: readonly Selected[]): FieldName[] =>
  selected.map((name) => (name.startsWith('custom.') ? 'custom' : (name as FieldName)))

/** Columns of an export in CSV, in order: those of the id and of these fields. */
export const csvColumnsOf = (fields: readonly FieldName[]): CsvColumn[] =>
  FIELD_NAMES.filter((name) => name === 'id' || fields.includes(name)).flatMap(
    (name) => fieldOf(name).csv ?? [name],
  ) as CsvColumn[]
export const CSV_COLUMNS = csvColumnsOf(FIELD_NAMES)
export type CsvColumn = { [F in FieldName]: Fields[F] extends { csv: readonly (infer C)[] } ? C : F }[FieldName]

/** The field's column in `prospects`. */
export const columnOf = (name: FieldName): string =>
  fieldOf(name).column ?? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
