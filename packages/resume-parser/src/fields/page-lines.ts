import type { Span } from '../text/span'

const MAX_LINE = 1000
const ONLY_BULLET = /^[•●▪■◦○‣⁃∙·►▶➢➤✓✔❖◆◇*\u{e000}-\u{f8ff}–—-]$/u

/** Text of one line that wide gaps separate from its neighbours. */
export interface Cell {
  text: string
  x: number
  end: number
  size: number
  bold: boolean
  /** The text before the look changes between bold and plain, if it changes. */
  lead?: string
}

/** All text at one height of a page, across columns. */
export interface PageLine {
  page: number
  y: number
  cells: Cell[]
  /** How far the last line of its cells is below the first, if cells were broken over several lines. */
  height?: number
}

/** A symbol that separates texts. */
const ORNAMENT = / [\p{So}⋅∗⁕⁎†‡] /gu
/** The marks of a heading or of bold text in plain text. */
const MARKED = /^#{1,6} (?=\p{L})|^\*\*(?=\S)/u
/** Icons. The text after an icon is a separate text. */
const ICON = /[\p{Extended_Pictographic}\u{e000}-\u{f8ff}]\ufe0f?(?<![©®™●■◆★☆])/gu

/**
 * A span with plain spaces and resolved ligatures, with numbers in bounds, cut at icons and at wide gaps in its text.
 */
export function clean(span: Span): Span[] {
  const isMarked = MARKED.test(span.text)
  const text = span.text
    .slice(0, MAX_LINE)
    .normalize('NFKC')
    .replaceAll(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, '')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (c) => (c === '\t' ? '\t' : ' '))
    .replace(MARKED, '')
    .replaceAll('**', '')
    .replaceAll(ICON, '\t')
    .trimEnd()
  if (!text.trim() || !Number.isInteger(span.page) || span.page < 1) return []
  const within = (n: number, low: number, high: number) => (Number.isFinite(n) ? Math.min(Math.max(n, low), high) : low)
  const size = within(span.size, 1, 500)
  const width = within(span.width, 0, 1e5) || text.length * size * 0.5
  const pieces: Span[] = []
  for (const piece of text.matchAll(/[^\t ]+(?: {1,2}[^\t ]+)*/g))
    pieces.push({
      ...span,
      text: piece[0],
      x: within(span.x, -1e5, 1e5) + (width * piece.index) / text.length,
      y: within(span.y, -1e5, 1e5),
      width: (width * piece[0].length) / text.length,
      size,
      bold: span.bold || isMarked,
    })
  return pieces
}

/** Groups text at one height into lines, and text close together into cells. */
export function pageLinesOf(spans: Span[]): PageLine[] {
  const lines: Span[][] = []
  let base: Span | undefined
  for (const span of spans.toSorted((a, b) => a.y - b.y || a.x - b.x)) {
    if (base && span.y - base.y < 0.35 * Math.min(span.size, base.size)) lines.at(-1)?.push(span)
    else {
      base = span
      lines.push([span])
    }
  }
  return lines.map((line) => ({ page: line[0]?.page ?? 1, y: line[0]?.y ?? 0, cells: cellsOf(line) }))
}

function cellsOf(spans: Span[]): Cell[] {
  const cells: (Cell & { boldLetters: number; isBold: boolean })[] = []
  for (const span of spans.toSorted((a, b) => a.x - b.x)) {
    const last = cells.at(-1)
    const gap = last ? (span.x - last.end) / Math.min(span.size, last.size) : 0
    const end = span.x + span.width
    if (last && ((gap < 0.6 && gap > -0.6) || ONLY_BULLET.test(last.text)) && last.text.length < MAX_LINE) {
      if (span.bold !== last.isBold && !ONLY_BULLET.test(last.text)) last.lead ??= last.text
      last.isBold = span.bold
      last.text = (last.text + (gap > 0.15 && !last.text.endsWith(' ') ? ' ' : '') + span.text).slice(0, MAX_LINE)
      last.end = Math.max(last.end, end)
      last.size = Math.max(last.size, span.size)
      last.boldLetters += span.bold ? span.text.length : 0
    } else
      cells.push({
        text: span.text,
        x: span.x,
        end,
        size: span.size,
        bold: false,
        isBold: span.bold,
        boldLetters: span.bold ? span.text.length : 0,
      })
  }
  return togetherIfSpread(cells).map(({ boldLetters, isBold, ...cell }) => ({
    ...cell,
    text: cell.text.split(/ {2,}/).map(unspaced).join(' ').replaceAll(ORNAMENT, ' • ').trim(),
    bold: boldLetters > 0.6 * cell.text.length,
  }))
}

/** Joins letters that are spread out, as in headings: `E D U C A T I O N`. */
const unspaced = (text: string) => (/^(?:[\p{L}&] ){2,60}[\p{L}&]$/u.test(text) ? text.replaceAll(' ', '') : text)

/** Joins cells of single letters into one text. Gaps between words are wider than gaps between letters. */
function togetherIfSpread<C extends Cell & { boldLetters: number }>(cells: C[]): C[] {
  const [first, second] = cells
  if (!first || !second || cells.length < 5 || !cells.every(({ text }) => /^[\p{L}&.-]$/u.test(text))) return cells
  const gaps = cells.slice(1).map((cell, i) => cell.x - (cells[i]?.end ?? 0))
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 3)] ?? 0
  const text = cells.map((cell, i) => `${(gaps[i - 1] ?? 0) > 1.4 * usual ? ' ' : ''}${cell.text}`).join('')
  const boldLetters = cells.reduce((sum, cell) => sum + cell.boldLetters, 0)
  return [{ ...first, text, end: cells.at(-1)?.end ?? first.end, boldLetters }]
}
