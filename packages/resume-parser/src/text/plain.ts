import { Collector, MAX_LENGTH } from './collector'
import { decode } from './encoding'
import { withoutMail } from './mail'
import { partsOf } from './marks'
import type { DocumentText } from './span'

/** A typewriter's page: ten characters to the inch, six lines to the inch. */
const COLUMN = 6
const LINE = 12
const SIZE = 10
const TAB = 8
const SPACES = Array.from({ length: TAB + 3 }, (_, width) => ' '.repeat(width))

/** The maximum number of lines, including empty ones. */
const MAX_LINES = 100_000

/** More bytes than the characters that are read can take: UTF-8 has at most three for each unit of UTF-16. */
const MAX_BYTES = 3 * (MAX_LENGTH + 2)

/** Extracts plain text. A form feed begins a page. Tabs, and three spaces or more, separate columns. */
export function readPlain(bytes: Uint8Array): DocumentText {
  const collector = new Collector()
  const { text, isCut } = beginningOf(decode([bytes.subarray(0, MAX_BYTES)]))
  // a form feed begins a page anywhere in its line
  const lines = text.split(/\r\n?|[\n\u2028\u2029]|(?=\f)/, MAX_LINES + 1)
  const pages = lines.reduce((sum, line) => sum + (line.startsWith('\f') ? 1 : 0), 1)
  let page = 1
  let lineOfPage = 0
  for (const line of withoutMail(lines.slice(0, MAX_LINES))) {
    if (line.startsWith('\f')) page++
    lineOfPage = line.startsWith('\f') ? 1 : lineOfPage + 1
    for (const part of partsOf(expandTabs(line.replace('\f', ''))))
      for (const { 0: text, index } of part.text.matchAll(/[^ ]+(?: {1,2}[^ ]+)*/g)) {
        const x = (part.index + index) * COLUMN
        const span = { page, text, x, y: lineOfPage * LINE, width: text.length * COLUMN, size: SIZE, bold: part.bold }
        if (!collector.add(span)) return collector.finish(pages)
      }
  }
  return collector.finish(pages, isCut || lines.length > MAX_LINES)
}

/** The part of a text that is read, and whether the text is longer. */
function beginningOf(slices: Iterable<string>): { text: string; isCut: boolean } {
  let text = ''
  for (const slice of slices) {
    text += slice
    if (text.length > MAX_LENGTH) return { text: text.slice(0, MAX_LENGTH), isCut: true }
  }
  return { text, isCut: false }
}

/**
 * Replaces tabs by spaces up to the next multiple of eight columns, by at least three, so that they separate columns.
 */
function expandTabs(line: string): string {
  let added = 0
  return line.replaceAll(/\t/g, (_, at: number) => {
    const column = at + added
    const width = (Math.floor((column + 2) / TAB) + 1) * TAB - column
    added += width - 1
    return SPACES[width] as string
  })
}
