import type { DocumentText, Span } from '../text/span'
import { columnsOf } from './columns'
import { isCaps } from './emphasis'
import { isRunningLine } from './margins'
import { type Cell, clean, type PageLine, pageLinesOf } from './page-lines'
import { joinCells } from './tables'

/** The most that is read. No resume is longer. */
const MAX = { spans: 50_000, pages: 60, lines: 5000, letters: 300_000 }

/** A line of one column, in reading order. */
export interface Line {
  page: number
  /** The line's number on its page in reading order, from 1. */
  line: number
  /** Lines with the same number are in one block of text: a column, or the text between columns. */
  block: number
  /** The texts of the cells, joined by tabs, without the bullet before them. */
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
  /** The distance from the line above in the block, in font sizes; Infinity for the first line. */
  gap: number
  /** A ruler of dashes is below the line. */
  isUnderlined: boolean
  /** A header or footer that is repeated on other pages. */
  isRunning: boolean
}

const BULLET = /^(?:[•●▪■◦○‣⁃∙·►▶➢➤✓✔❖◆◇*\u{e000}-\u{f8ff}–—-]|o(?= [A-Z]))\s+/u

/** The lines of a document in reading order: column after column, page after page. */
export function linesOf(text: DocumentText): Line[] {
  const pages = Map.groupBy(withinBounds(text.spans).flatMap(clean), (span) => span.page)
  const numbers = [...pages.keys()].sort((a, b) => a - b).slice(0, MAX.pages)
  let room = MAX.lines
  const pageLines = numbers.map((page) => {
    const pageLines = pageLinesOf(pages.get(page) ?? []).slice(0, room)
    room -= pageLines.length
    return pageLines
  })
  let block = 0
  return pageLines.flatMap((page, i) => {
    const running = new Set(page.filter((pageLine) => isRunningLine(pageLine, i, pageLines)))
    let line = 0
    const blocks = [
      page.filter((pageLine) => running.has(pageLine)).map((pageLine) => [pageLine]),
      columnsOf(page.filter((pageLine) => !running.has(pageLine))).map(joinCells),
    ]
    return blocks.flat().flatMap((pageLines) => {
      block++
      return pageLines
        .map((pageLine, n) =>
          toLine(pageLine, pageLines[n - 1], {
            block,
            line: 0,
            isRunning: running.has(pageLine),
            isUnderlined: isRuler(pageLines[n + 1]),
          }),
        )
        .filter((pageLine) => /[\p{L}\p{N}]/u.test(pageLine.text))
        .map((pageLine) => ({ ...pageLine, line: ++line }))
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

const isRuler = (pageLine: PageLine | undefined) => /^[-=_~*#–—]{3,}$/.test(pageLine?.cells[0]?.text ?? '')

function toLine(
  pageLine: PageLine,
  above: PageLine | undefined,
  where: Pick<Line, 'block' | 'line' | 'isRunning' | 'isUnderlined'>,
): Line {
  const written = pageLine.cells
    .map((cell) => cell.text)
    .join('\t')
    .slice(0, 1000)
  const text = written.replace(BULLET, '')
  const size = Math.max(...pageLine.cells.slice(0, 100).map((cell) => cell.size))
  return {
    ...where,
    page: pageLine.page,
    text,
    cells: pageLine.cells,
    isBullet: text !== written,
    x: pageLine.cells[0]?.x ?? 0,
    end: pageLine.cells.at(-1)?.end ?? 0,
    y: pageLine.y,
    size,
    bold: pageLine.cells[0]?.bold ?? false,
    isCaps: isCaps(text),
    gap: above ? (pageLine.y - above.y - (above.height ?? 0)) / size : Number.POSITIVE_INFINITY,
  }
}
