import type { Database } from '../db/client'
import { imports } from '../db/schema'
import { notFound } from '../http/errors'
import type { InputError } from '../http/factory'
import type { FieldErrorCode } from '../http/field-errors'
import { decodePageToken, type Page, pageOf } from '../http/page'
import { boundErrors, type Problem } from '../http/problem-type'
import { emailTaken } from '../prospects/errors'
import type { WriteResult } from '../prospects/store'
import type { FilePosition } from './chunks'
import type { FileFormat } from './format'
import type { ParsedRow } from './rows'
import type { ListRowErrors } from './schema'
import { isImport } from './store'

/** An error in a row, as the API shows it. It quotes no value of the row, because it stays after an erasure. */
export interface RowError {
  /** The line of the file in which the record starts, from 1. */
  line: number
  column: string | null
  field: string | null
  code: string
  message: string
  /** Whether the whole row was rejected. If not, the rest of the row was written. */
  refused: boolean
  /** The prospect that was not changed. Only for prospects that match. */
  prospectId?: string | undefined
}

/** An error as `import_errors` stores it, with the first byte of its record (`from`) and the byte after the last (`to`). */
export interface StoredRowError extends RowError {
  from: number
  to: number
}

/** The most errors that are reported for one row. */
const MAX_ROW_ERRORS = 10

/** The errors of a row that was rejected with this problem. */
export const rejectionErrors = (
  { toError }: Pick<ParsedRow, 'toError'>,
  { code, detail, members }: Problem,
): RowError[] =>
  members.errors
    ? boundErrors(members.errors as InputError[], MAX_ROW_ERRORS).map((error) => toError(withoutValue(error)))
    : [toError({ pointer: code === emailTaken.code ? '/email' : '', code, message: detail })]

/** The error without the value that it quotes. */
const withoutValue = (error: InputError): InputError =>
  error.code === 'unknown_reference' ? { ...error, message: 'This account has no such id.' } : error

/** The outcome of a row that was not rejected. */
export type RowOutcome = WriteResult['outcomes'][number]

/** Warnings about a row that was written. A row that only matched a prospect, without `update`, has none. */
export function warningsFor(
  { request, unused, toError }: ParsedRow,
  { created, potentialDuplicateId, leftOut = [] }: RowOutcome,
): RowError[] {
  const { phone } = request.change
  if (!created && !(request.target.match && request.target.update)) return []
  const warnings: [code: FieldErrorCode, message: string][] = []
  if (phone?.warning && phone.e164 === null)
    warnings.push(['invalid_phone', 'This is not a valid phone number, so the phone was not written.'])
  else if (phone?.warning) warnings.push(['extension_dropped', 'The phone was written without its extension.'])
  if (created && potentialDuplicateId)
    warnings.push(['potential_duplicate', `The prospect ${potentialDuplicateId} has the same phone.`])
  const found = warnings.map(([code, message]) => toError({ pointer: '/phone', code, message }, false))
  const custom = leftOut.map((error) => toError(withoutValue(error), false))
  return [...found, ...custom, ...unused].slice(0, MAX_ROW_ERRORS)
}

/** Warnings about the lines that are not rows, if the rows from one position to another are the first or the last ones. */
export function skippedLines(
  { start, preamble = 0, end }: FileFormat,
  { from, to, size }: { from: FilePosition; to: FilePosition; size: number },
): StoredRowError[] {
  const warning = (line: number, place: FilePosition, message: string): StoredRowError => ({
    ...{ line, column: null, field: null, code: 'skipped_lines', message, refused: false },
    ...{ from: place.byte, to: place.byte },
  })
  return [
    ...(from.byte === start && preamble > 0
      ? [warning(1, from, `The first ${preamble} lines are in front of the header. They were skipped.`)]
      : []),
    ...(to.byte === size && end !== undefined
      ? [warning(to.line, to, 'The lines from here on are the footer of a report. They were skipped.')]
      : []),
  ]
}

/** A page of the errors of an import, or of those that rejected rows, in the order of the file. Throws 404 if the account has no such import. */
export async function listRowErrors(
  db: Database,
  accountId: string,
  importId: string,
  { limit, pageToken, rejected }: ListRowErrors,
): Promise<Page<RowError>> {
  const scope = ['import errors', importId, ...(rejected ? ['rejected'] : [])]
  const [byte = 0, n = -1] = (await decodePageToken(scope, pageToken, 2)) ?? []
  type ListedError = { byte: number; n: number; error: string }
  const [[found], listed] = await db.batch([
    db.orm.select({ id: imports.id }).from(imports).where(isImport(accountId, importId)),
    db.query<ListedError>(PAGE, accountId, importId, byte, n, limit + 1, rejected ? 1 : 0),
  ])
  if (!found) throw notFound('import')
  const present = ({ error }: ListedError): RowError => {
    const { from: _, to: __, ...shown } = JSON.parse(error) as StoredRowError
    return shown
  }
  return pageOf(listed, limit, scope, ({ byte, n }) => [byte, n], present)
}

// text: Drizzle has no json_each
const PAGE = `
  SELECT e.bytes_from AS byte, j.key AS n, j.value AS error
  FROM import_errors e CROSS JOIN json_each(e.errors) j
  WHERE e.account_id = ?1 AND e.import_id = ?2 AND e.bytes_from >= ?3 AND (e.bytes_from > ?3 OR j.key > ?4)
    AND (j.value ->> 'refused') >= ?6
  ORDER BY e.bytes_from, j.key LIMIT ?5`
