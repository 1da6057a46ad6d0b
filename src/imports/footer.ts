import { byteLength, decode } from './encoding'
import { type Dialect, isBlank, parseRecords } from './records'

/** A footer is looked for in this many bytes at the end of a file. */
export const TAIL_SIZE = 4096

/** Salesforce ends a report with a blank line, its name, this line, and three more lines. */
const SALESFORCE = /^Copyright .+ salesforce\.com/i

/**
 * The number of bytes of the footer at the end of a CSV, or 0. Each of its lines has one cell, and after a spreadsheet has
 * saved the file, blank ones behind it. It begins with a blank line, or with a line that is too short for a row. `tail` is
 * whole characters.
 */
export function footerSize(tail: Uint8Array, dialect: Dialect): number {
  const text = decode(tail, dialect.encoding, true)
  const records = [...parseRecords(text, dialect, true)]
  const last = records.findLastIndex(({ cells }) => cells.slice(1).some((cell) => cell.trim() !== ''))
  const behind = records.slice(last + 1)
  const first = behind.find((record) => record.cells.length === 1 || isBlank(record))
  if (last < 0 || !first || !behind.some(({ cells: [cell = ''] }) => SALESFORCE.test(cell))) return 0
  return byteLength(text.slice(first.start), dialect.encoding)
}
