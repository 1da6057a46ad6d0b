import type { DocumentText, Span } from '../text/span'
import { columnsOf } from './columns'
import { isCaps } from './emphasis'
import { isRunningLine } from './margins'
import { type Cell, clean, type Row, rowsOf } from './rows'
import { joinCells } from './tables'

/** What is read at most: more is no resume. */
const MAX = { spans: 50_000, pages: 60, rows: 5000, letters: 300_000 }

/** A line of one column, in reading order. */
export interface Line {
  page: number
  /** Its number on the page in reading order, from 1. */
  line: number
  /** Lines with the same number are of one block of text: a column, or what stands between columns. */
  block: number
  /** The cells' texts with a tab between, without the bullet before them. */
  text: string
  cells: Cell[]
  isBullet: boolean
  x: number
  end: number
  y: number
  size: number
  bold: boolean
  /** Every letter is a capital. */
  isCaps: boolean
  /** The distance from the line above in the block, in sizes of the font; Infinity for the first. */
  gap: number
  /** A ruler of dashes stands below it. */
  isUnderlined: boolean
  /** A header or footer that returns on every page. */
  isRunning: boolean
}

const BULLET = /^(?:[•●▪■◦○‣⁃∙·►▶➢➤✓✔❖◆◇*\u{e000}-\u{f8ff}–—-]|o(?= [A-Z]))\s+/u

/** The lines of a document in the order in which a person reads them: column after column, page after page. */
export function linesOf(text: DocumentText): Line[] {
  const pages = Map.groupBy(withinBounds(text.spans).flatMap(clean), (span) => span.page)
  const numbers = [...pages.keys()].sort((a, b) => a - b).slice(0, MAX.pages)
  let room = MAX.rows
  const rows = numbers.map((page) => {
    const rows = rowsOf(pages.get(page) ?? []).slice(0, room)
    room -= rows.length
    return rows
  })
  let block = 0
  return rows.flatMap((page, i) => {
    const running = new Set(page.filter((row) => isRunningLine(row, i, rows)))
    let line = 0
    const blocks = [
      page.filter((row) => running.has(row)).map((row) => [row]),
      columnsOf(page.filter((row) => !running.has(row))).map(joinCells),
    ]
    return blocks.flat().flatMap((rows) => {
      block++
      return rows
        .map((row, n) =>
          toLine(row, rows[n - 1], { block, line: 0, isRunning: running.has(row), isUnderlined: isRuler(rows[n + 1]) }),
        )
        .filter((row) => /[\p{L}\p{N}]/u.test(row.text))
        .map((row) => ({ ...row, line: ++line }))
    })
  })
}

function withinBounds(spans: Span[]): Span[] {
  let letters = 0
  const last = spans.findIndex((span) => {
    letters += span.text.length
    return letters > MAX.letters
  })
  return spans.slice(0, Math.min(last < 0 ? spans.length : last + 1, MAX.spans))
}

const isRuler = (row: Row | undefined) => /^[-=_~*#–—]{3,}$/.test(row?.cells[0]?.text ?? '')

function toLine(
  row: Row,
  above: Row | undefined,
  where: Pick<Line, 'block' | 'line' | 'isRunning' | 'isUnderlined'>,
): Line {
  const written = row.cells
    .map((cell) => cell.text)
    .join('\t')
    .slice(0, 1000)
  const text = written.replace(BULLET, '')
  const size = Math.max(...row.cells.slice(0, 100).map((cell) => cell.size))
  return {
    ...where,
    page: row.page,
    text,
    cells: row.cells,
    isBullet: text !== written,
    x: row.cells[0]?.x ?? 0,
    end: row.cells.at(-1)?.end ?? 0,
    y: row.y,
    size,
    bold: row.cells[0]?.bold ?? false,
    isCaps: isCaps(text),
    gap: above ? (row.y - above.y - (above.height ?? 0)) / size : Number.POSITIVE_INFINITY,
  }
}
