import { Collector, MAX_LENGTH } from './collector'
import { decode } from './encoding'
import { withoutMail } from './mail'
import { partsOf } from './marks'
import type { DocumentText } from './span'

/** A typewriter's page: ten characters to the inch, six lines. */
const COLUMN = 6
const LINE = 12
const SIZE = 10
const TAB = 8
const SPACES = Array.from({ length: TAB + 3 }, (_, width) => ' '.repeat(width))

/** Lines that are looked at, empty ones too. */
const MAX_LINES = 100_000

/** Reads plain text: a line is a row, a form feed begins a page, tabs and three spaces or more set columns apart. */
export function readPlain(bytes: Uint8Array): DocumentText {
  const collector = new Collector()
  const { text, isCut } = beginningOf(decode([bytes]))
  // a form feed begins a page, wherever in its line
  const lines = text.split(/\r\n?|[\n\u2028\u2029]|(?=\f)/, MAX_LINES + 1)
  const pages = lines.reduce((sum, line) => sum + (line.startsWith('\f') ? 1 : 0), 1)
  let page = 1
  let row = 0
  for (const line of withoutMail(lines.slice(0, MAX_LINES))) {
    if (line.startsWith('\f')) page++
    row = line.startsWith('\f') ? 1 : row + 1
    for (const part of partsOf(expandTabs(line.replace('\f', ''))))
      for (const { 0: text, index } of part.text.matchAll(/[^ ]+(?: {1,2}[^ ]+)*/g)) {
        const x = (part.index + index) * COLUMN
        const span = { page, text, x, y: row * LINE, width: text.length * COLUMN, size: SIZE, bold: part.bold }
        if (!collector.add(span)) return collector.finish(pages)
      }
  }
  return collector.finish(pages, isCut || lines.length > MAX_LINES)
}

/** What is read of a text, and whether there is more of it. */
function beginningOf(slices: Iterable<string>): { text: string; isCut: boolean } {
  let text = ''
  for (const slice of slices) {
    text += slice
    if (text.length > MAX_LENGTH) return { text: text.slice(0, MAX_LENGTH), isCut: true }
  }
  return { text, isCut: false }
}

/** Puts spaces for tabs, up to the next eighth column, and at least three so that they set columns apart. */
function expandTabs(line: string): string {
  let added = 0
  return line.replaceAll(/\t/g, (_, at: number) => {
    const column = at + added
    const width = (Math.floor((column + 2) / TAB) + 1) * TAB - column
    added += width - 1
    return SPACES[width] as string
  })
}
