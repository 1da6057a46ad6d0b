import { unguardFormula } from '../http/csv'
import { invalidInput, unsupportedMediaType } from '../http/errors'
import type { InputError } from '../http/factory'
import type { FieldErrorCode } from '../http/field-errors'
import { shorten } from '../http/text'
import type { CustomFields } from '../prospects/custom-fields'
import { type Column, type Field, MAX_COLUMNS, type Mapping, matchColumns, shownName } from './columns'
import { byteLength, decode, detectEncoding } from './encoding'
import { footerSize } from './footer'
import {
  countLines,
  type Dialect,
  detectNewline,
  type FileType,
  isBlank,
  parseRecords,
  type TextRecord,
} from './records'

/** How a file is to be read, and where its rows begin. An import stores it as JSON. */
export interface FileFormat extends Dialect {
  /** The columns of a CSV, in order; empty for NDJSON. */
  columns: Column[]
  mapping: Mapping
  /** Where the first row begins: the byte, and the number of the line. */
  start: number
  line: number
  /** How many lines were skipped in front of the header, blank ones included. 0 if all of them are blank. */
  preamble?: number
  /** Where the rows end: the byte. Absent if they end with the file. */
  end?: number
}

/** What to do with an Excel file. */
export const SAVE_AS_CSV =
  'This is an Excel file. Save it as CSV ("CSV UTF-8" in Excel), and send that file as text/csv.'
/** The first bytes of a ZIP file (.xlsx) and of an OLE file (.xls), in Latin-1. */
const EXCEL = ['PK\x03\x04', '\xd0\xcf\x11\xe0']

const DELIMITERS = [',', ';', '\t', '|']
/** For each byte, whether a blank line can have it: 1 or 0. */
export const IS_BLANK = new Uint8Array(256)
for (const byte of new TextEncoder().encode(` \r\n${DELIMITERS.join('')}`)) IS_BLANK[byte] = 1
/** The line that spreadsheets write in front of a CSV to name its delimiter. */
const SEPARATOR_LINE = /^"?sep=([,;\t|])"?(\r\n|\r|\n)/i
/** Each part of the name, and the field from which it can be taken instead. */
const NAME_COLUMNS: [Field, Field][] = [
  ['firstName', 'fullName'],
  ['lastName', 'fullName'],
]
/** The header is looked for in this many records. */
const MAX_PREAMBLE = 10
/** The most columns that an error message lists, and the most bytes of that list. */
const MAX_LISTED = 100
const MAX_LIST_SIZE = 600

/** What is known of a file once it has been uploaded. */
interface UploadedFile {
  type: FileType
  /** The first bytes, and whether there are more. */
  head: Uint8Array
  hasMore: boolean
  /** The last bytes, and the size of the file. */
  tail: Uint8Array
  size: number
  /** Whether the whole file is valid UTF-8. */
  isUtf8: boolean
  mapping: Mapping
  customFields?: CustomFields
}

/**
 * Detects encoding, delimiter, line ends and columns from the beginning of a file. Throws 400 if the file is empty, if it
 * has no header or too many columns, or if no column holds a name. Throws 415 if it is an Excel file.
 */
export function detectFormat(file: UploadedFile): FileFormat {
  const { type, head, hasMore, tail, size, isUtf8, mapping } = file
  if (EXCEL.includes(String.fromCharCode(...head.subarray(0, 4)))) throw unsupportedMediaType(SAVE_AS_CSV)
  const { encoding, mark } = detectEncoding(head, isUtf8)
  const text = decode(head.subarray(mark), encoding, !hasMore)
  if (text.trim() === '') throw invalidFile('empty', 'The file is empty.')
  if (type === 'ndjson')
    return { type, encoding, delimiter: '', newline: '\n', columns: [], mapping, start: mark, line: 1 }
  const [separatorLine, separator] = SEPARATOR_LINE.exec(text) ?? ['']
  const content = text.slice(separatorLine.length)
  const newline = detectNewline(content)
  const candidates = (separator ? [separator] : DELIMITERS).map((delimiter) => {
    const dialect = { type, encoding, newline, delimiter }
    return { dialect, ...findHeader(parseRecords(content, dialect, !hasMore), file) }
  })
  const score = ({ columns }: (typeof candidates)[number]) =>
    columns.filter(({ field }) => field).length * 1000 + columns.length
  const { dialect, header, columns, isFirst } = candidates.reduce((a, b) => (score(b) > score(a) ? b : a))
  if (!header || header.isMalformed)
    throw invalidFile('no_header', `The first ${head.length} bytes have no line with the names of the columns.`)
  if (columns.length > MAX_COLUMNS)
    throw invalidFile('too_many_columns', `The file has ${header.cells.length} columns; the most is ${MAX_COLUMNS}.`)
  requireColumns(columns, mapping)
  const before = text.slice(0, separatorLine.length + header.end)
  // an incomplete character at the end of a file is decoded to a character that takes more bytes
  const start = Math.min(mark + byteLength(before, encoding), head.length)
  const characterSize = encoding.startsWith('utf-16') ? 2 : 1
  const footer = footerSize(tail.subarray((size - tail.length - mark) % characterSize), dialect)
  return {
    ...dialect,
    columns,
    mapping,
    start,
    line: 1 + countLines(before, newline),
    ...(!isFirst && { preamble: countLines(text.slice(0, separatorLine.length + header.start), newline) }),
    ...(footer > 0 && columns.length > 1 && { end: Math.max(size - footer, start) }),
  }
}

/**
 * Finds the header: the first record that is not blank, or the first one that has a column for the name and more cells than
 * all records before it. LinkedIn puts three lines of notes in front of the header.
 */
function findHeader(
  records: Iterable<TextRecord>,
  { mapping, customFields }: Pick<UploadedFile, 'mapping' | 'customFields'>,
) {
  let first: { header: TextRecord; columns: Column[] } | undefined
  let width = 0
  let left = MAX_PREAMBLE
  for (const header of records) {
    if (isBlank(header)) continue
    const names = header.cells.map((cell) => unguardFormula(cell.trim()))
    if (names.filter(Boolean).length > width) {
      width = names.filter(Boolean).length
      const columns = matchColumns(names.slice(0, MAX_COLUMNS + 1), mapping, customFields)
      if (missingNames(columns).length === 0) return { header, columns, isFirst: !first }
      first ??= { header, columns }
    }
    if (--left === 0) break
  }
  return { header: first?.header, columns: first?.columns ?? [], isFirst: true }
}

/** The parts of the name that no column holds. */
function missingNames(columns: Column[]): Field[] {
  const fields = new Set(columns.map(({ field }) => field))
  return NAME_COLUMNS.filter((either) => !either.some((field) => fields.has(field))).map(([field]) => field)
}

/** Throws 400 if no column holds a part of the name, or if the mapping names a column that the file does not have. */
function requireColumns(columns: Column[], mapping: Mapping): void {
  const names = new Set(columns.map(({ name }) => name))
  const quoted = (name: string) => JSON.stringify(shownName(name))
  const listed = shorten(`The columns are ${[...names].slice(0, MAX_LISTED).map(quoted).join(', ')}.`, MAX_LIST_SIZE)
  const absent = Object.keys(mapping).filter((name) => !names.has(name))
  const errors = [
    ...absent.map((name): InputError => {
      const message = `There is no column ${quoted(name)}. ${listed}`
      return { in: 'query', pointer: '/mapping', code: 'unknown_column', message }
    }),
    ...missingNames(columns).map((field): InputError => {
      const message = `No column is recognised as ${field}. Name the column in \`mapping\`. ${listed}`
      return { in: 'body', pointer: `/${field}`, code: 'required', message }
    }),
  ]
  if (errors.length > 0) throw invalidInput(errors)
}

const invalidFile = (code: FieldErrorCode, message: string) =>
  invalidInput([{ in: 'body', pointer: '', code, message }])
