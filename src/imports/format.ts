import { unguardFormula } from '../http/csv'
import { invalidInput } from '../http/errors'
import type { InputError } from '../http/factory'
import type { FieldErrorCode } from '../http/field-errors'
import { shorten } from '../http/text'
import { type Column, type Field, MAX_COLUMNS, type Mapping, matchColumns, shownName } from './columns'
import { byteLength, decode, detectEncoding } from './encoding'
import { countLines, type Dialect, detectNewline, type FileType, isBlank, parseRecords } from './records'

/** How a file is to be read, and where its rows begin. An import stores it as JSON. */
export interface FileFormat extends Dialect {
  /** The columns of a CSV, in order; empty for NDJSON. */
  columns: Column[]
  mapping: Mapping
  /** Where the first row begins: the byte, and the number of the line. */
  start: number
  line: number
}

const DELIMITERS = [',', ';', '\t', '|']
/** The bytes of a blank line. */
export const BLANK_BYTES = new Set(new TextEncoder().encode(` \r\n${DELIMITERS.join('')}`))
/** The line that spreadsheets write in front of a CSV to name its delimiter. */
const SEPARATOR_LINE = /^"?sep=([,;\t|])"?(\r\n|\r|\n)/i
/** Each part of the name, and the field from which it can be taken instead. */
const NAME_COLUMNS: [Field, Field][] = [
  ['firstName', 'fullName'],
  ['lastName', 'fullName'],
]
/** The most columns that an error message lists, and the most bytes of that list. */
const MAX_LISTED = 100
const MAX_LIST_SIZE = 600

/** What is known of a file once it has been uploaded. */
interface UploadedFile {
  type: FileType
  /** The first bytes, and whether there are more. */
  head: Uint8Array
  hasMore: boolean
  /** Whether the whole file is valid UTF-8. */
  isUtf8: boolean
  mapping: Mapping
}

/**
 * Detects encoding, delimiter, line ends and columns from the beginning of a file. Throws 400 if the file is empty, if it
 * has no header or too many columns, or if no column holds a name.
 */
export function detectFormat({ type, head, hasMore, isUtf8, mapping }: UploadedFile): FileFormat {
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
    const header = [...parseRecords(content, dialect, !hasMore)].find((record) => !isBlank(record))
    const names = header?.cells.map((cell) => unguardFormula(cell.trim())) ?? []
    return { dialect, header, columns: matchColumns(names.slice(0, MAX_COLUMNS + 1), mapping) }
  })
  const score = ({ columns }: (typeof candidates)[number]) =>
    columns.filter(({ field }) => field).length * 1000 + columns.length
  const { dialect, header, columns } = candidates.reduce((a, b) => (score(b) > score(a) ? b : a))
  if (!header || header.isMalformed)
    throw invalidFile('no_header', `The first ${head.length} bytes have no line with the names of the columns.`)
  if (columns.length > MAX_COLUMNS)
    throw invalidFile('too_many_columns', `The file has ${header.cells.length} columns; the most is ${MAX_COLUMNS}.`)
  requireColumns(columns, mapping)
  const before = text.slice(0, separatorLine.length + header.end)
  return {
    ...dialect,
    columns,
    mapping,
    // an incomplete character at the end of a file is decoded to a character that takes more bytes
    start: Math.min(mark + byteLength(before, encoding), head.length),
    line: 1 + countLines(before, newline),
  }
}

/** Throws 400 if no column holds a part of the name, or if the mapping names a column that the file does not have. */
function requireColumns(columns: Column[], mapping: Mapping): void {
  const names = new Set(columns.map(({ name }) => name))
  const fields = new Set(columns.map(({ field }) => field))
  const quoted = (name: string) => JSON.stringify(shownName(name))
  const listed = shorten(`The columns are ${[...names].slice(0, MAX_LISTED).map(quoted).join(', ')}.`, MAX_LIST_SIZE)
  const absent = Object.keys(mapping).filter((name) => !names.has(name))
  const missing = NAME_COLUMNS.filter((either) => !either.some((field) => fields.has(field)))
  const errors = [
    ...absent.map((name): InputError => {
      const message = `There is no column ${quoted(name)}. ${listed}`
      return { in: 'query', pointer: '/mapping', code: 'unknown_column', message }
    }),
    ...missing.map(([field]): InputError => {
      const message = `No column is recognised as ${field}. Name the column in \`mapping\`. ${listed}`
      return { in: 'body', pointer: `/${field}`, code: 'required', message }
    }),
  ]
  if (errors.length > 0) throw invalidInput(errors)
}

const invalidFile = (code: FieldErrorCode, message: string) =>
  invalidInput([{ in: 'body', pointer: '', code, message }])
