import Papa from 'papaparse'
import type { Encoding } from './encoding'

/** What the body of an import can be. */
export const IMPORT_TYPES = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson' } as const
export type FileType = (typeof IMPORT_TYPES)[keyof typeof IMPORT_TYPES]

/** How the text of a file is taken apart. */
export interface Shape {
  type: FileType
  encoding: Encoding
  /** Of a CSV. */
  delimiter: string
  newline: '\n' | '\r'
}

/** A record of a file: its cells, of NDJSON one, which is the line. */
export interface Piece {
  cells: string[]
  /** Its quotes are not as they should be. */
  isMalformed: boolean
  /** It begins and ends at these characters, line end included. */
  start: number
  end: number
}

/** How many quotes out of place are seen to in one text; beyond that, what they make of it stays. */
const MENDED_MOST = 20

/**
 * The records of a text, blank ones too. Where more text is to come, what may go on in it is left out, to be read again
 * with that, unless it is all there is. A record with a quote out of place is taken to end with its line.
 */
export function recordsIn(text: string, { type, delimiter, newline }: Shape, isWhole: boolean): Piece[] {
  const pieces: Piece[] = []
  let start = 0
  const add = (cells: string[], isMalformed: boolean, end: number) => {
    // the end of a line in another manner of writing
    const last = cells.at(-1)
    if (last?.endsWith('\r')) cells[cells.length - 1] = last.slice(0, -1)
    if (end > start) pieces.push({ cells, isMalformed, start, end })
    start = end
  }
  const lineEnd = () => text.indexOf(newline, start) + 1 || text.length
  const mayGoOn = (end: number) => !isWhole && end === text.length
  if (type === 'ndjson')
    for (let end = lineEnd(); start < text.length; end = lineEnd()) {
      if (mayGoOn(end) && !text.endsWith(newline)) break
      add([text.slice(start, end).replace(/[\r\n]+$/, '')], false, end)
    }
  for (let mended = 0, isDone = type !== 'csv'; !isDone; ) {
    const from = start
    isDone = true
    Papa.parse<string[]>(text.slice(from), {
      delimiter,
      newline,
      step({ data, errors, meta }, parser) {
        const end = from + meta.cursor
        const isMalformed = errors.some((error) => error.type === 'Quotes')
        if (mayGoOn(end) && (isMalformed ? start > 0 : !text.endsWith(newline))) return parser.abort()
        if (!isMalformed || mended++ >= MENDED_MOST) return add(data, isMalformed, end)
        parser.abort()
        const line = text.slice(start, lineEnd())
        add(Papa.parse<string[]>(line, { delimiter, newline }).data[0] ?? [], true, lineEnd())
        isDone = start === text.length
      },
    })
  }
  return pieces
}

/** Whether a record says nothing, as an empty line. */
export const isBlank = ({ cells }: Piece): boolean => cells.every((cell) => cell.trim() === '')

/** How many lines a text goes on for. */
export const linesIn = (text: string, newline: Shape['newline']): number => text.split(newline).length - 1
