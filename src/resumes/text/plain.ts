import { wideEncoding } from '../kind'
import { Collector } from './collector'
import { withoutMail } from './mail'
import { partsOf } from './marks'
import type { DocumentText } from './span'

/** A typewriter's page: ten characters to the inch, six lines. */
const COLUMN = 6
const LINE = 12
const SIZE = 10
const TAB = 8

/** Spaces and line ends are not counted among the characters that are kept, but have to be read. */
const MAX_LENGTH = 1_000_000

/** Reads plain text: a line is a row, a form feed begins a page, tabs and three spaces or more set columns apart. */
export function readPlain(bytes: Uint8Array): DocumentText {
  const collector = new Collector()
  const whole = decodePlain(bytes)
  const pages = whole.slice(0, MAX_LENGTH).split('\f').length
  let page = 1
  let row = 0
  // a form feed begins a page, wherever in its line
  for (const line of withoutMail(whole.slice(0, MAX_LENGTH).split(/\r\n?|[\n\u2028\u2029]|(?=\f)/))) {
    if (line.startsWith('\f')) page++
    row = line.startsWith('\f') ? 1 : row + 1
    for (const part of partsOf(expandTabs(line.replace('\f', ''))))
      for (const { 0: text, index } of part.text.matchAll(/[^ ]+(?: {1,2}[^ ]+)*/g)) {
        const x = (part.index + index) * COLUMN
        const span = { page, text, x, y: row * LINE, width: text.length * COLUMN, size: SIZE, bold: part.bold }
        if (!collector.add(span)) return collector.finish(pages)
      }
  }
  return collector.finish(pages, whole.length > MAX_LENGTH)
}

/** The text of bytes in UTF-8, UTF-16 with or without its mark, or Windows-1252, whichever they are. */
export function decodePlain(bytes: Uint8Array): string {
  let [atEven, atOdd] = [0, 0]
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0) i & 1 ? atOdd++ : atEven++
  const wide = wideEncoding(String.fromCharCode(...bytes.subarray(0, 2)), atEven, atOdd, bytes.length)
  if (wide) return new TextDecoder(wide).decode(bytes)
  const text = new TextDecoder().decode(bytes)
  const [wrong, right] = [text.match(/\ufffd/g)?.length ?? 0, text.match(/[^\0-\x7f\ufffd]/g)?.length ?? 0]
  return wrong > right ? new TextDecoder('windows-1252').decode(bytes) : text
}

/** Puts spaces for tabs, up to the next eighth column, and at least three so that they set columns apart. */
function expandTabs(line: string): string {
  const [first = '', ...rest] = line.split('\t')
  return rest.reduce((done, part) => done.padEnd((Math.floor((done.length + 2) / TAB) + 1) * TAB) + part, first)
}
