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

/**
 * The records of a text one by one, blank ones too. Where more text is to come, what may go on in it is left out, to be
 * read again with that.
 *
 * CSV as in RFC 4180. A record with a quote out of place, or with one that nothing closes, ends with its line and is split
 * as if quotes meant nothing. Own code, for the libraries know neither where a record is in the text nor how to go on
 * behind one of these.
 */
export function* recordsIn(text: string, shape: Shape, isWhole: boolean): Generator<Piece> {
  for (let start = 0; start < text.length; ) {
    const line = () => lineAt(text, start, shape)
    const piece = shape.type === 'ndjson' ? line() : (quotedAt(text, start, shape) ?? (isWhole ? line() : null))
    const mayGoOn = !piece || (piece.end === text.length && !text.endsWith(shape.newline))
    if (!piece || (mayGoOn && !isWhole)) return
    yield piece
    start = piece.end
  }
}

/** The line that begins here as a record: of a CSV, a malformed one. */
function lineAt(text: string, start: number, { type, delimiter, newline }: Shape): Piece {
  const end = text.indexOf(newline, start) + 1 || text.length
  const line = text.slice(start, end).replace(/[\r\n]+$/, '')
  return { cells: type === 'csv' ? line.split(delimiter) : [line], isMalformed: type === 'csv', start, end }
}

/** The record of a CSV that begins here; null if a quote in it is not closed. */
function quotedAt(text: string, start: number, shape: Shape): Piece | null {
  const { delimiter, newline } = shape
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
      // the end of a line in another manner of writing
      cells.push(text.slice(at, text[end] !== delimiter && text[end - 1] === '\r' && end > at ? end - 1 : end))
    }
    if (end === text.length || text[end] === newline)
      return { cells, isMalformed: false, start, end: Math.min(end + 1, text.length) }
    if (text[end] !== delimiter) return lineAt(text, start, shape)
    at = end
  }
}

/** Whether a record says nothing, as an empty line. */
export const isBlank = ({ cells }: Piece): boolean => cells.every((cell) => cell.trim() === '')

/** How many lines a text goes on for. */
export const linesIn = (text: string, newline: Shape['newline']): number => text.split(newline).length - 1

/** What ends the lines of a text: the first line end that is not in quotes. */
export function newlineOf(text: string): Shape['newline'] {
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') isQuoted = !isQuoted
    else if (!isQuoted && text[i] === '\n') return '\n'
    else if (!isQuoted && text[i] === '\r') return text[i + 1] === '\n' ? '\n' : '\r'
  }
  return '\n'
}
