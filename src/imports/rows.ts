import { unguardFormula } from '../http/csv'
import type { InputError } from '../http/factory'
import type { FieldErrorCode } from '../http/field-errors'
import { holdsTooMuch } from '../http/json'
import { line, orNull, trim } from '../http/text'
import { TOO_MUCH_JSON, toErrors } from '../http/validate'
import type { CustomFields } from '../prospects/custom-fields'
import { ADDRESS_FIELDS } from '../prospects/field-names'
import { CreateProspect } from '../prospects/schema'
import { rejectedRequest, toCreateRequest, type WriteRequest } from '../prospects/write-request'
import type { FileRecord } from './chunks'
import { type Column, type Field, MAX_COLUMNS, matchColumns, shownName, unknownColumns } from './columns'
import { type CustomColumn, customColumn, withoutCustom } from './custom-columns'
import type { FileFormat } from './format'
import { splitFullName } from './full-name'
import type { RowError } from './row-errors'
import type { StartImport } from './schema'

/** A row of a file as a write request. If the row is invalid, `request.rejected` is the problem. */
export interface ParsedRow {
  request: WriteRequest
  /** The columns that were ignored: unknown ones, and ones whose field another column had already given. */
  ignoredColumns: string[]
  /** Further emails and phones of the row, which are not written. */
  unused: RowError[]
  /** Turns an error about a field into an error about the row. `refused` is whether the whole row was rejected. */
  toError(error: Pick<InputError, 'pointer' | 'message'> & { code: string }, refused?: boolean): RowError
}

/** What is known of the account: its default country for phones, and its custom fields. */
export interface RowAccount {
  country: string
  customFields: CustomFields
}

/** The options of the import that apply to each row. */
export type RowOptions = Omit<StartImport, 'mapping' | 'dryRun'>

interface Cell extends Pick<Column, 'field' | 'of'> {
  column: string
  /** Undefined if the cell is empty. */
  value: unknown
}

/** The cells of a record and its unknown columns, or the error that makes the whole record invalid. */
type Cells = { cells: Cell[]; unknown: string[] } | { invalid: { code: FieldErrorCode; message: string } }

/**
 * Parses a record and validates it as the body of a POST. A row's own stage, pipeline and user win over those of the
 * import. A wrong value of a custom field is left out of the row.
 */
export function parseRow(
  record: FileRecord,
  format: FileFormat,
  options: RowOptions,
  { country, customFields }: RowAccount,
): ParsedRow {
  const parsed = format.type === 'csv' ? csvCells(record, format) : jsonCells(record, format, customFields)
  const { given, columns, ignored, unused } = collectFields('cells' in parsed ? parsed.cells : [])
  const ignoredColumns = [...('unknown' in parsed ? parsed.unknown : []), ...ignored]
  const columnOf = (field: string) =>
    columns[field as Field] ?? (['firstName', 'lastName'].includes(field) ? columns.fullName : undefined)
  const toError: ParsedRow['toError'] = ({ pointer, code, message }, refused = true) => {
    const [, first, second] = pointer.split('/')
    const field = first === 'custom' && second ? customColumn(second) : first || null
    const column = field ? columnOf(field) : undefined
    return { line: record.line, column: column === undefined ? null : shownName(column), field, code, message, refused }
  }
  const reject = (errors: InputError[]): ParsedRow => ({
    request: rejectedRequest(errors),
    ...{ ignoredColumns, unused: [], toError },
  })
  if ('invalid' in parsed) return reject([{ in: 'body', pointer: '', ...parsed.invalid }])
  const { fields, custom } = withoutCustom(given, customFields)
  const { id, fullName, ...rest } = fields
  const body = { ...withOptions(withFullName(rest, fullName), options), ...custom }
  const { success, data, error } = Row.safeParse(body)
  if (!success) return reject(error.issues.flatMap((issue) => toErrors('body', issue, body)))
  const { stage, pipeline, ...input } = data
  const { change } = toCreateRequest(input, country)
  const target = {
    match: true,
    update: input.update,
    ...(typeof id === 'string' && id.length <= MAX_ID && { id: trim(id) }),
  } as const
  return {
    request: { target, change: { ...change, stage, pipeline }, mayBeRejected: true, leavesOut: true },
    ignoredColumns,
    unused: unused.map(({ column, field }) => ({
      ...{ line: record.line, column: shownName(column), field, code: 'not_first' as const, refused: false },
      message: `Only the first ${field} of a row is written, and this is another one.`,
    })),
    toError,
  }
}

/** No name in the catalog has more characters. */
const MAX_NAME = 200
const name = orNull(line(MAX_NAME))
/** A row: the body of a POST, and the names of a stage and a pipeline. */
const Row = CreateProspect.extend({ stage: name, pipeline: name })

/** No id of this service has more characters. */
const MAX_ID = 64

/**
 * The first value of each field, and the column that has it. The values of all columns of labels or of notes are joined. Of
 * several addresses, only the first one that has a value is used.
 */
function collectFields(cells: Cell[]) {
  const columns: { [F in Field]?: string } = {}
  const given: { [F in Field]?: unknown } = {}
  const joined: { [F in Field]?: unknown[] } = { labels: [], notes: [] }
  const ignored: string[] = []
  const unused: { column: string; field: 'email' | 'phone' }[] = []
  let address: string | undefined
  for (const { column, field, of = '', value } of cells) {
    if (!field) continue
    columns[field] ??= column
    if (value === undefined) continue
    if (value !== null && isPartOfAddress(field)) address ??= of
    const isOfAnother = isPartOfAddress(field) && address !== undefined && of !== address
    const before = given[field] ?? undefined
    if (value !== null) joined[field]?.push(value)
    if (before === undefined && !isOfAnother) {
      columns[field] = column
      given[field] = value
    } else if (value !== null && !joined[field] && (isOfAnother || before !== value)) {
      ignored.push(shownName(column))
      if (field === 'email' || field === 'phone') unused.push({ column, field })
    }
  }
  const { labels = [], notes = [] } = joined
  if (labels.length > 1) given.labels = labels.flat()
  if (notes.length > 1) given.notes = notes.join('\n')
  return { columns, given, ignored, unused }
}

const isPartOfAddress = (field: Field): boolean => (ADDRESS_FIELDS as Field[]).includes(field)

function csvCells({ cells, isMalformed }: FileRecord, { columns }: FileFormat): Cells {
  if (isMalformed) return { invalid: { code: 'malformed_csv', message: 'A quote is misplaced or not closed.' } }
  if (cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
    const message = `The row has ${cells.length} cells, the header has ${columns.length}. Put cells that contain the delimiter in quotes.`
    return { invalid: { code: 'too_many_cells', message } }
  }
  const toCells = ({ name, field, of }: Column, text: string): Cell[] => {
    const values = trim(text) === '' ? [undefined] : readCell({ field, of }, unguardFormula(text))
    return values.map((value) => ({ column: name, field, of, value }))
  }
  return { cells: columns.flatMap((column, i) => toCells(column, cells[i] ?? '')), unknown: [] }
}

/** What is between two values in one cell: Google Contacts writes `:::`. */
const BETWEEN: { [F in Field]?: RegExp } = { email: /:::|[,;]/, phone: /:::/ }

/** The values of a cell as the API takes them. Other programs write some values in another way: "In Progress", "yes". */
function readCell({ field, of }: Pick<Column, 'field' | 'of'>, text: string): unknown[] {
  const between = field && BETWEEN[field]
  if (between?.test(text)) return text.split(between).map(trim).filter(Boolean)
  // Google Contacts puts an asterisk in front of its own groups
  if (field === 'labels' && of) return [text.split(of).map((label) => trim(label).replace(/^\* /, ''))]
  if (field === 'linkedinUrl' && /^([a-z]+\.)?linkedin\.com\//i.test(trim(text))) return [`https://${trim(text)}`]
  if (field === 'licenseStatus')
    return [
      trim(text)
        .toLowerCase()
        .replaceAll(/(?:[^\S\v\f]|-)+/g, '_'),
    ]
  if (field !== 'update' && field !== 'muteWebhook') return [text]
  if (/^(true|yes|1)$/i.test(trim(text))) return [true]
  return [/^(false|no|0)$/i.test(trim(text)) ? false : text]
}

function jsonCells({ cells: [line = ''] }: FileRecord, { mapping }: FileFormat, customFields: CustomFields): Cells {
  if (holdsTooMuch(line)) return { invalid: TOO_MUCH_JSON }
  let given: unknown
  try {
    given = JSON.parse(line)
  } catch {
    return { invalid: { code: 'malformed_json', message: 'This line is not JSON.' } }
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { invalid: { code: 'wrong_type', message: 'This line is not a JSON object.' } }
  // an export has the custom fields in an object
  const entries = Object.entries(given).flatMap(([name, value]) =>
    name === 'custom' && value && typeof value === 'object'
      ? Object.entries(value).map(([key, one]): [string, unknown] => [customColumn(key), one])
      : [[name, value] as [string, unknown]],
  )
  const names = entries.map(([name]) => name)
  if (names.length > MAX_COLUMNS) {
    const message = `This line has ${names.length} keys; a row can have ${MAX_COLUMNS}.`
    return { invalid: { code: 'too_many_columns', message } }
  }
  const columns = matchColumns(names, mapping, customFields)
  return {
    cells: columns.map(({ name, field, of }, i) => ({ column: name, field, of, value: entries[i]?.[1] })),
    unknown: unknownColumns(columns),
  }
}

type Body = { [F in Exclude<Field, 'id' | 'fullName' | CustomColumn>]?: unknown }

/** Fills the parts of the name that the row lacks from its full name. */
function withFullName(body: Body, fullName: unknown): Body {
  if (typeof fullName !== 'string') return body
  const { firstName, lastName } = splitFullName(fullName)
  return {
    ...body,
    firstName: body.firstName || firstName || undefined,
    lastName: body.lastName || lastName || undefined,
  }
}

function withOptions(body: Body, { update, muteWebhook, userId, stageId, pipelineId, labels }: RowOptions): Body {
  const hasPipeline = Boolean(body.stageId ?? body.pipelineId ?? body.pipeline)
  return {
    ...body,
    ...(!hasPipeline && !body.stage && stageId !== undefined && { stageId }),
    ...(!hasPipeline && pipelineId !== undefined && { pipelineId }),
    ...(!body.userId && userId !== undefined && { userId }),
    ...(labels && { labels: [body.labels ?? [], labels].flat() }),
    ...(muteWebhook && { muteWebhook }),
    update: body.update ?? update,
  }
}
