import { periodsOf } from './dates'
import { headingOf, NAMES_COLUMN } from './headings'
import { isLocation, isState } from './locations'
import { isNote } from './notes'
import type { Cell, PageLine } from './page-lines'

const MAX_DEPTH = 5
const MAX_CUTS = 12

/** A gutter between columns. In each run of lines, every cell either ends left of `x` or begins at it. */
interface Cut {
  x: number
  runs: [from: number, to: number][]
  weight: number
}

/**
 * Cuts a page into blocks in reading order, each one column wide: the text above two columns, the left column, the
 * right column, the text below. Some layouts look like columns and are read line by line instead: dates and places at
 * the margin, headings beside their text, and tables with one line for each entry.
 */
export function columnsOf(lines: PageLine[], depth = 0): PageLine[][] {
  const cut = depth < MAX_DEPTH ? bestCut(lines) : undefined
  if (!cut) return lines.length ? [lines] : []
  const blocks: PageLine[][] = []
  let next = 0
  for (const [from, to] of cut.runs) {
    const inside = lines.slice(from, to + 1)
    blocks.push(
      ...columnsOf(lines.slice(next, from), depth + 1),
      ...columnsOf(leftOf(inside, cut.x), depth + 1),
      ...columnsOf(rightOf(inside, cut.x), depth + 1),
    )
    next = to + 1
  }
  blocks.push(...columnsOf(lines.slice(next), depth + 1))
  return blocks
}

const sideOf = (lines: PageLine[], isHere: (cell: Cell) => boolean): PageLine[] =>
  lines.map((line) => ({ ...line, cells: line.cells.filter(isHere) })).filter((line) => line.cells.length > 0)

function bestCut(lines: PageLine[]): Cut | undefined {
  if (lines.length < 3) return undefined
  const starts = new Map<number, number[]>()
  const first = lines.reduce((x, line) => Math.min(x, line.cells[0]?.x ?? x), Number.POSITIVE_INFINITY)
  for (const line of lines)
    for (const cell of line.cells.slice(0, 50))
      if (cell.x > first + 40) {
        const bin = Math.round(cell.x / 6)
        starts.set(bin, [...(starts.get(bin) ?? []).slice(0, 400), cell.x])
      }
  return [...starts.values()]
    .filter((xs) => xs.length >= 3)
    .sort((a, b) => b.length - a.length)
    .slice(0, MAX_CUTS)
    .map((xs) => cutAt(Math.min(...xs) - 2, lines))
    .filter((cut) => cut !== undefined)
    .reduce<Cut | undefined>((best, cut) => (best && best.weight >= cut.weight ? best : cut), undefined)
}

/** The runs of lines that no cell crosses at `x`, if both sides are columns. */
function cutAt(x: number, lines: PageLine[]): Cut | undefined {
  const here = lines.flatMap((line) => line.cells.filter((cell) => cell.x >= x && cell.x < x + 8))
  if (here.filter((cell) => isAside(cell.text)).length > 0.6 * here.length) return undefined
  const runs: [number, number][] = []
  let from = 0
  for (let i = 0; i <= lines.length; i++) {
    const line = lines[i]
    if (line && !line.cells.some((cell) => cell.x < x && cell.end > x + 2)) continue
    const run = overlapOf(lines, from, i - 1, x)
    if (run) runs.push(run)
    from = i + 1
  }
  const all = sidesOf(runs, lines, x)
  const isSure = contentOf(all.left).headings > 0 && contentOf(all.right).headings > 0
  if (isSure) return areColumns(all) ? { x, runs, weight: weightOf(all) } : undefined
  // a heading on the left only may head the whole page, so the part below it is examined by itself
  const parts = runs
    .flatMap(([from, to]) => partsOf(lines, from, to, x))
    .filter((part) => areColumns(sidesOf([part], lines, x)))
  const kept = sidesOf(parts, lines, x)
  return areColumns(kept) ? { x, runs: parts, weight: weightOf(kept) } : undefined
}

interface Sides {
  lines: PageLine[]
  left: PageLine[]
  right: PageLine[]
}

function sidesOf(runs: Cut['runs'], all: PageLine[], x: number): Sides {
  const lines = runs.flatMap(([from, to]) => all.slice(from, to + 1))
  return { lines, left: leftOf(lines, x), right: rightOf(lines, x) }
}

const leftOf = (lines: PageLine[], x: number) => sideOf(lines, (cell) => cell.x < x)
const rightOf = (lines: PageLine[], x: number) => sideOf(lines, (cell) => cell.x >= x)
const weightOf = ({ lines, left, right }: Sides) => Math.min(left.length, right.length) + lines.length

/** The parts of a run between headings that stand alone on their line. */
function partsOf(lines: PageLine[], from: number, to: number, x: number): Cut['runs'] {
  const parts: Cut['runs'] = []
  let start = from
  for (let i = from; i <= to + 1; i++) {
    const line = lines[i]
    const isHeading = line?.cells.length === 1 && (line.cells[0]?.x ?? 0) < x && headingOf(textOf(line))
    if (i <= to && !isHeading) continue
    const part = overlapOf(lines, start, i - 1, x)
    if (part) parts.push(part)
    start = i + 1
  }
  return parts
}

/** The part of a run where both sides have text. Above and below it, only one side has text. */
function overlapOf(lines: PageLine[], from: number, to: number, x: number): [number, number] | undefined {
  let [leftFirst, leftLast, rightFirst, rightLast] = [-1, -1, -1, -1]
  for (let i = from; i <= to; i++) {
    const cells = lines[i]?.cells ?? []
    if (cells.some((cell) => cell.x < x)) {
      if (leftFirst < 0) leftFirst = i
      leftLast = i
    }
    if (cells.some((cell) => cell.x >= x)) {
      if (rightFirst < 0) rightFirst = i
      rightLast = i
    }
  }
  if (leftFirst < 0 || rightFirst < 0) return undefined
  const [first, last] = [Math.max(leftFirst, rightFirst), Math.min(leftLast, rightLast)]
  return last > first ? [first, last] : undefined
}

function areColumns({ lines, left, right }: Sides): boolean {
  if (Math.min(left.length, right.length) < 3) return false
  if (lines.some(({ cells }) => cells.length > 1 && cells.every(({ text }) => NAMES_COLUMN.test(text)))) return false
  const [a, b] = [contentOf(left), contentOf(right)]
  if (a.asides > 0.6 || b.asides > 0.6) return false
  if (a.headings > 0 || b.headings > 0) return true
  const aligned = left.length + right.length - lines.length
  if (aligned < 0.6 * Math.min(left.length, right.length)) return true
  return lines.filter((line) => periodsOf(textOf(line)).length > 0).length < 0.4 * lines.length
}

/**
 * The number of headings on a side, and the share of its texts that only complete the other side: dates, places,
 * headings.
 */
function contentOf(lines: PageLine[]): { headings: number; asides: number } {
  const texts = lines.map(textOf)
  const headings = texts.filter((text) => headingOf(text)).length
  const asides = texts.filter((text) => headingOf(text) || isAside(text)).length
  const onlyHeadings = headings > 0 && headings === asides && headings < texts.length
  return { headings, asides: onlyHeadings && headings < 0.6 * texts.length ? 0 : asides / texts.length }
}

/** Whether a text is only a date, a place or similar, as in the margin beside an entry. */
function isAside(text: string): boolean {
  const rest = periodsOf(text).reduce((rest, period) => rest.replace(period.text, ''), text)
  return (
    rest.replaceAll(/[^\p{L}\d]/gu, '').length < 3 ||
    isLocation(text) ||
    isState(text) ||
    LABEL.test(text) ||
    LICENSE.test(text) ||
    SCHOOLING.test(text) ||
    isNote(text) ||
    // a city whose state is on the next line
    /^\p{Lu}[\p{L} .]{2,20},$/u.test(text)
  )
}

/** A kind of school, as a label before its name. */
const SCHOOLING = /^(?:college|university|degree|(?:high|trade|vocational|graduate) school|(?:under|post)?graduate):?$/i
/** The number or the status of a licence. */
const LICENSE =
  /^(?:(?:#|no\.?|nmls|npn|lic\S*) ?#? ?)?[A-Z]{0,4}[-.]?\d{4,12}$|^(?:in)?active$|^(?:pending|current|in progress|expired)(?: \d{4})?$/i

/** A label of a form, which stands before its value. */
const LABEL =
  /^(?:(?:full )?name|(?:home )?address|telephone|phone|mobile|cell|tel|e-?mail|nationality|citizenship|date of birth|website|linkedin|languages?|gender|mother tongue(?:\(s\))?|other languages?(?:\(s\))?|(?:digital|computer|language|social|communication|organi[sz]ational|technical) skills|driving licen[cs]e)\.?:?$/i

const textOf = (line: PageLine) =>
  line.cells
    .map((cell) => cell.text)
    .join(' ')
    .slice(0, 200)
