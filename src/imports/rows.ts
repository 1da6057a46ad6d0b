import { unguardFormula } from '../http/csv'
import { invalidInput } from '../http/errors'
import type { InputError } from '../http/factory'
import type { FieldErrorCode } from '../http/field-errors'
import { holdsTooMuch } from '../http/json'
import { boundErrors, type Problem } from '../http/problem-type'
import { trim } from '../http/text'
import { TOO_MUCH_JSON, toErrors } from '../http/validate'
import { CreateProspect } from '../prospects/schema'
import type { WriteResult } from '../prospects/store'
import { NO_CHANGE, toCreateRequest, type WriteRequest } from '../prospects/write-request'
import type { LocatedRecord } from './chunks'
import { columnsOf, type Field, MAX_COLUMNS } from './columns'
import { type Format, shownName, unknownColumns } from './inspect'
import { splitName } from './names'
import type { StartImport } from './schema'

/** What is wrong with a row, as callers see it. */
export interface RowError {
  /** Where the record starts in the file. */
  line: number
  column: string | null
  field: string | null
  code: string
  message: string
  /** Whether the row was left out; else the rest of it was written. */
  refused: boolean
}

/** A record as a row to be written; if it cannot be, `refused` says why. */
export interface ReadRow {
  row: WriteRequest
  /** Names of what it has that means nothing to us, or that gave way to another column of the same field. */
  unknown: string[]
  /** Tells what is wrong with a field. */
  toError(error: Pick<InputError, 'pointer' | 'message'> & { code: string }, refused?: boolean): RowError
}

/** What was asked for each row. */
export type RowOptions = Omit<StartImport, 'mapping' | 'dryRun'>

interface Cell {
  column: string
  field: Field | null | undefined
  /** Undefined: it says nothing. */
  value: unknown
}

/** Reads a record by the rules of a POST. A row's own stage, pipeline and user win over those asked for all. */
export function readRow(record: LocatedRecord, format: Format, options: RowOptions, country: string): ReadRow {
  const { cells, unknown, wrong } = format.type === 'csv' ? csvCells(record, format) : jsonCells(record, format)
  const columns: { [F in Field]?: string } = {}
  const given: { [F in Field]?: unknown } = {}
  const joined: { [F in Field]?: unknown[] } = { labels: [], notes: [] }
  for (const { column, field, value } of cells) {
    if (!field) continue
    columns[field] ??= column
    if (value === undefined) continue
    const before = given[field] ?? undefined
    if (value !== null) joined[field]?.push(value)
    if (before === undefined) {
      columns[field] = column
      given[field] = value
    } else if (!joined[field] && before !== value) unknown.push(shownName(column))
  }
  const { labels = [], notes = [] } = joined
  if (labels.length > 1) given.labels = labels.flat()
  if (notes.length > 1) given.notes = notes.join('\n')
  const columnOf = (field: string) =>
    columns[field as Field] ?? (['firstName', 'lastName'].includes(field) ? columns.fullName : undefined)
  const toError: ReadRow['toError'] = ({ pointer, code, message }, refused = true) => {
    const field = pointer.split('/')[1] || null
    const column = field ? columnOf(field) : undefined
    return { line: record.line, column: column === undefined ? null : shownName(column), field, code, message, refused }
  }
  const refuse = (errors: InputError[]): ReadRow => {
    const refused = invalidInput(errors)
    return {
      row: { target: { match: true, update: false }, change: NO_CHANGE, mayBeRejected: true, rejected: refused },
      unknown,
      toError,
    }
  }
  if (wrong) return refuse([{ in: 'body', pointer: '', ...wrong }])
  const { id, fullName, ...fields } = given
  const body = withOptions(withName(fields, fullName), options)
  const { success, data, error } = CreateProspect.safeParse(body)
  if (!success) return refuse(error.issues.flatMap((issue) => toErrors('body', issue, body)))
  const row = toCreateRequest(data, country)
  const target = {
    match: true,
    update: data.update,
    ...(typeof id === 'string' && id.length <= MAX_ID && { id: trim(id) }),
  } as const
  return { row: { ...row, target, mayBeRejected: true }, unknown, toError }
}

/** No id of ours is longer, in characters. */
const MAX_ID = 64
/** What is told of one row. */
const MOST_ERRORS = 10

/** What is wrong with a row that was refused. It quotes nothing, for it stays when the person is erased. */
export const errorsFor = ({ toError }: ReadRow, { code, detail, members }: Problem): RowError[] =>
  members.errors
    ? boundErrors(members.errors as InputError[], MOST_ERRORS).map((error) =>
        toError(
          error.code === 'unknown_reference'
            ? { ...error, message: 'There is nothing of this id in this account.' }
            : error,
        ),
      )
    : [toError({ pointer: code === 'email_taken' ? '/email' : '', code, message: detail })]

/** What became of a row. */
export type Outcome = WriteResult['outcomes'][number]

/** What there is to say of a row that was taken: of one that could write nothing, nothing. It quotes nothing either. */
export function warningsFor({ row, toError }: ReadRow, { created, potentialDuplicateId }: Outcome): RowError[] {
  const { phone } = row.change
  if (!created && !(row.target.match && row.target.update)) return []
  const warnings: [code: FieldErrorCode, message: string][] = []
  if (phone?.warning && phone.e164 === null)
    warnings.push(['invalid_phone', 'This is not a valid phone number; it was not written.'])
  else if (phone?.warning) warnings.push(['extension_dropped', 'The extension was not written.'])
  if (created && potentialDuplicateId)
    warnings.push(['potential_duplicate', `Another prospect, ${potentialDuplicateId}, has this phone too.`])
  return warnings.map(([code, message]) => toError({ pointer: '/phone', code, message }, false))
}

interface Cells {
  cells: Cell[]
  unknown: string[]
  wrong?: { code: FieldErrorCode; message: string }
}

function csvCells({ cells, isMalformed }: LocatedRecord, { columns }: Format): Cells {
  const read = columns.map(({ name, field }, i): Cell => {
    const text = cells[i] ?? ''
    return { column: name, field, value: trim(text) === '' ? undefined : readCell(field, unguardFormula(text)) }
  })
  if (isMalformed)
    return {
      cells: [],
      unknown: [],
      wrong: { code: 'malformed_csv', message: 'Its quotes are not as they should be.' },
    }
  if (cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
    const message = `It has ${cells.length} cells; the header has ${columns.length}. Is something with a delimiter not in quotes?`
    return { cells: [], unknown: [], wrong: { code: 'too_many_cells', message } }
  }
  return { cells: read, unknown: [] }
}

/** What spreadsheets write in their own way. */
function readCell(field: Cell['field'], text: string): unknown {
  if (field === 'licenseStatus')
    return trim(text)
      .toLowerCase()
      .replaceAll(/(?:[^\S\v\f]|-)+/g, '_')
  if (field !== 'update' && field !== 'muteWebhook') return text
  if (/^(true|yes|1)$/i.test(trim(text))) return true
  return /^(false|no|0)$/i.test(trim(text)) ? false : text
}

function jsonCells({ cells: [line = ''] }: LocatedRecord, { mapping }: Format): Cells {
  if (holdsTooMuch(line)) return { cells: [], unknown: [], wrong: TOO_MUCH_JSON }
  let given: unknown
  try {
    given = JSON.parse(line)
  } catch {
    return { cells: [], unknown: [], wrong: { code: 'malformed_json', message: 'This line is not JSON.' } }
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { cells: [], unknown: [], wrong: { code: 'wrong_type', message: 'This line is not a JSON object.' } }
  const names = Object.keys(given)
  if (names.length > MAX_COLUMNS) {
    const message = `This line has ${names.length} keys; a row can have ${MAX_COLUMNS}.`
    return { cells: [], unknown: [], wrong: { code: 'too_many_columns', message } }
  }
  const columns = columnsOf(names, mapping)
  const values = Object.values(given)
  return {
    cells: columns.map(({ name, field }, i) => ({ column: name, field, value: values[i] })),
    unknown: unknownColumns({ columns }),
  }
}

type Body = { [F in Exclude<Field, 'id' | 'fullName'>]?: unknown }

/** A whole name fills the parts that are not given. */
function withName(body: Body, fullName: unknown): Body {
  if (typeof fullName !== 'string') return body
  const { firstName, lastName } = splitName(fullName)
  return {
    ...body,
    firstName: body.firstName || firstName || undefined,
    lastName: body.lastName || lastName || undefined,
  }
}

function withOptions(body: Body, { update, muteWebhook, userId, stageId, pipelineId, labels }: RowOptions): Body {
  const hasStage = Boolean(body.stageId ?? body.pipelineId)
  return {
    ...body,
    ...(!hasStage && stageId !== undefined && { stageId }),
    ...(!hasStage && pipelineId !== undefined && { pipelineId }),
    ...(!body.userId && userId !== undefined && { userId }),
    ...(labels && { labels: [body.labels ?? [], labels].flat() }),
    ...(muteWebhook && { muteWebhook }),
    update: body.update ?? update,
  }
}
