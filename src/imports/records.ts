import type { Encoding } from './encoding'

/** The media types of files that an import takes. */
export const IMPORT_TYPES = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson' } as const
export type FileType = (typeof IMPORT_TYPES)[keyof typeof IMPORT_TYPES]

/** How a file is written: what a parser must know to split it into records. */
export interface Dialect {
  type: FileType
  encoding: Encoding
  /** Between the cells of a CSV; '' for NDJSON. */
  delimiter: string
  newline: '\n' | '\r'
}

/** A record of a text: the cells of a CSV record, or one cell with a line of NDJSON. */
export interface TextRecord {
  cells: string[]
  /** Whether a quote of the record is misplaced or not closed. */
  isMalformed: boolean
  /** Where the record starts and ends in the text, in UTF-16 code units. The line end belongs to the record. */
  start: number
  end: number
}

/**
 * Parses the records of a text one by one, including blank ones. `isWhole` is false if more text follows: then the last
 * record is left out if it may continue there, and the caller parses it again with the text that follows.
 *
 * CSV is parsed as RFC 4180 describes. A record with a misplaced or unclosed quote ends at the end of its line, and is
 * split as if quotes had no meaning. This is our own code because CSV libraries report no offsets of records, and cannot
 * continue after a malformed one.
 */
export function* parseRecords(text: string, dialect: Dialect, isWhole: boolean): Generator<TextRecord> {
  for (let start = 0; start < text.length; ) {
    const line = () => parseLine(text, start, dialect)
    const record =
      dialect.type === 'ndjson' ? line() : (parseCsvRecord(text, start, dialect) ?? (isWhole ? line() : null))
    const mayContinue = !record || (record.end === text.length && !text.endsWith(dialect.newline))
    if (!record || (mayContinue && !isWhole)) return
    yield record
    start = record.end
  }
}

/** Takes the line at `start` as one record. In a CSV this record counts as malformed. */
function parseLine(text: string, start: number, { type, delimiter, newline }: Dialect): TextRecord {
  const end = text.indexOf(newline, start) + 1 || text.length
  const line = text.slice(start, end).replace(/[\r\n]+$/, '')
  return { cells: type === 'csv' ? line.split(delimiter) : [line], isMalformed: type === 'csv', start, end }
}

/** Parses the CSV record at `start`. Returns null if a quote is not closed. */
function parseCsvRecord(text: string, start: number, dialect: Dialect): TextRecord | null {
  const { delimiter, newline } = dialect
  const cells: string[] = []
  for (let at = start; ; at++) {
    let end = at
    if (text[at] === '"') {
      for (end = text.indexOf('"', at + 1); text[end + 1] === '"' && end > 0; ) end = text.indexOf('"', end + 2)
      if (end < 0) return null
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'))
      do end++
      while (text[end] === ' ')
      if (newline === '\n' && text[end] === '\r') end++
    } else {
      while (end < text.length && text[end] !== delimiter && text[end] !== newline) end++
      // a CR at the end of the line belongs to a CRLF, even in a file whose other lines end with LF
      cells.push(text.slice(at, text[end] !== delimiter && text[end - 1] === '\r' && end > at ? end - 1 : end))
    }
    if (end === text.length || text[end] === newline)
      return { cells, isMalformed: false, start, end: Math.min(end + 1, text.length) }
    if (text[end] !== delimiter) return parseLine(text, start, dialect)
    at = end
  }
}

/** Whether all cells of a record are blank, as in an empty line. */
export const isBlank = ({ cells }: TextRecord): boolean => cells.every((cell) => cell.trim() === '')

/** The number of line ends in a text. */
export const countLines = (text: string, newline: Dialect['newline']): number => text.split(newline).length - 1

/** Detects how the lines of a text end, from the first line end outside quotes. CRLF counts as '\n'. */
export function detectNewline(text: string): Dialect['newline'] {
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') isQuoted = !isQuoted
    else if (!isQuoted && text[i] === '\n') return '\n'
    else if (!isQuoted && text[i] === '\r') return text[i + 1] === '\n' ? '\n' : '\r'
  }
  return '\n'
}
