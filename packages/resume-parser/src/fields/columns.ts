import { periodsOf } from './dates'
import { headingOf, NAMES_COLUMN } from './headings'
import { isNote } from './notes'
import { isPlace, isState } from './places'
import type { Cell, Row } from './rows'

const MAX_DEPTH = 5
const MAX_CUTS = 12

/** A gutter: cells stand left of `x` or begin at it, in the rows of each run. */
interface Cut {
  x: number
  runs: [from: number, to: number][]
  weight: number
}

/**
 * The blocks of a page in reading order, each one column wide: what stands above two columns, the left one, the right
 * one, what stands below. Dates and places at the margin, headings beside their text and tables with a row for each
 * entry are no columns: they are read row by row.
 */
export function columnsOf(rows: Row[], depth = 0): Row[][] {
  const cut = depth < MAX_DEPTH ? bestCut(rows) : undefined
  if (!cut) return rows.length ? [rows] : []
  const blocks: Row[][] = []
  let next = 0
  for (const [from, to] of cut.runs) {
    const inside = rows.slice(from, to + 1)
    blocks.push(
      ...columnsOf(rows.slice(next, from), depth + 1),
      ...columnsOf(leftOf(inside, cut.x), depth + 1),
      ...columnsOf(rightOf(inside, cut.x), depth + 1),
    )
    next = to + 1
  }
  blocks.push(...columnsOf(rows.slice(next), depth + 1))
  return blocks
}

const sideOf = (rows: Row[], isHere: (cell: Cell) => boolean): Row[] =>
  rows.map((row) => ({ ...row, cells: row.cells.filter(isHere) })).filter((row) => row.cells.length > 0)

function bestCut(rows: Row[]): Cut | undefined {
  if (rows.length < 3) return undefined
  const starts = new Map<number, number[]>()
  const first = rows.reduce((x, row) => Math.min(x, row.cells[0]?.x ?? x), Number.POSITIVE_INFINITY)
  for (const row of rows)
    for (const cell of row.cells.slice(0, 50))
      if (cell.x > first + 40) {
        const bin = Math.round(cell.x / 6)
        starts.set(bin, [...(starts.get(bin) ?? []).slice(0, 400), cell.x])
      }
  return [...starts.values()]
    .filter((xs) => xs.length >= 3)
    .sort((a, b) => b.length - a.length)
    .slice(0, MAX_CUTS)
    .map((xs) => cutAt(Math.min(...xs) - 2, rows))
    .filter((cut) => cut !== undefined)
    .reduce<Cut | undefined>((best, cut) => (best && best.weight >= cut.weight ? best : cut), undefined)
}

/** The runs of rows that no cell crosses at `x`, if what stands on both sides are columns. */
function cutAt(x: number, rows: Row[]): Cut | undefined {
  const here = rows.flatMap((row) => row.cells.filter((cell) => cell.x >= x && cell.x < x + 8))
  if (here.filter((cell) => isAside(cell.text)).length > 0.6 * here.length) return undefined
  const runs: [number, number][] = []
  let from = 0
  for (let i = 0; i <= rows.length; i++) {
    const row = rows[i]
    if (row && !row.cells.some((cell) => cell.x < x && cell.end > x + 2)) continue
    const run = overlapOf(rows, from, i - 1, x)
    if (run) runs.push(run)
    from = i + 1
  }
  const all = sidesOf(runs, rows, x)
  const isSure = contentOf(all.left).headings > 0 && contentOf(all.right).headings > 0
  if (isSure) return areColumns(all) ? { x, runs, weight: weightOf(all) } : undefined
  // a heading on the left only may be one of the whole page: what stands below it is looked at by itself
  const parts = runs
    .flatMap(([from, to]) => partsOf(rows, from, to, x))
    .filter((part) => areColumns(sidesOf([part], rows, x)))
  const kept = sidesOf(parts, rows, x)
  return areColumns(kept) ? { x, runs: parts, weight: weightOf(kept) } : undefined
}

interface Sides {
  rows: Row[]
  left: Row[]
  right: Row[]
}

function sidesOf(runs: Cut['runs'], all: Row[], x: number): Sides {
  const rows = runs.flatMap(([from, to]) => all.slice(from, to + 1))
  return { rows, left: leftOf(rows, x), right: rightOf(rows, x) }
}

const leftOf = (rows: Row[], x: number) => sideOf(rows, (cell) => cell.x < x)
const rightOf = (rows: Row[], x: number) => sideOf(rows, (cell) => cell.x >= x)
const weightOf = ({ rows, left, right }: Sides) => Math.min(left.length, right.length) + rows.length

/** The parts of a run between the headings that stand alone on their row. */
function partsOf(rows: Row[], from: number, to: number, x: number): Cut['runs'] {
  const parts: Cut['runs'] = []
  let start = from
  for (let i = from; i <= to + 1; i++) {
    const row = rows[i]
    const isHeading = row?.cells.length === 1 && (row.cells[0]?.x ?? 0) < x && headingOf(textOf(row))
    if (i <= to && !isHeading) continue
    const part = overlapOf(rows, start, i - 1, x)
    if (part) parts.push(part)
    start = i + 1
  }
  return parts
}

/** The part of a run where both sides have text: what stands above and below it is of one side only. */
function overlapOf(rows: Row[], from: number, to: number, x: number): [number, number] | undefined {
  let [leftFirst, leftLast, rightFirst, rightLast] = [-1, -1, -1, -1]
  for (let i = from; i <= to; i++) {
    const cells = rows[i]?.cells ?? []
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

function areColumns({ rows, left, right }: Sides): boolean {
  if (Math.min(left.length, right.length) < 3) return false
  if (rows.some(({ cells }) => cells.length > 1 && cells.every(({ text }) => NAMES_COLUMN.test(text)))) return false
  const [a, b] = [contentOf(left), contentOf(right)]
  if (a.asides > 0.6 || b.asides > 0.6) return false
  if (a.headings > 0 || b.headings > 0) return true
  const aligned = left.length + right.length - rows.length
  if (aligned < 0.6 * Math.min(left.length, right.length)) return true
  return rows.filter((row) => periodsOf(textOf(row)).length > 0).length < 0.4 * rows.length
}

/** How many headings stand on a side, and the share of it that only goes with the other side: dates, places, headings. */
function contentOf(rows: Row[]): { headings: number; asides: number } {
  const texts = rows.map(textOf)
  const headings = texts.filter((text) => headingOf(text)).length
  const asides = texts.filter((text) => headingOf(text) || isAside(text)).length
  const onlyHeadings = headings > 0 && headings === asides && headings < texts.length
  return { headings, asides: onlyHeadings && headings < 0.6 * texts.length ? 0 : asides / texts.length }
}

/** Only a date, a place or the like, as it stands at the margin beside an entry. */
function isAside(text: string): boolean {
  const rest = periodsOf(text).reduce((rest, period) => rest.replace(period.text, ''), text)
  return (
    rest.replaceAll(/[^\p{L}\d]/gu, '').length < 3 ||
    isPlace(text) ||
    isState(text) ||
    LABEL.test(text) ||
    LICENSE.test(text) ||
    SCHOOLING.test(text) ||
    isNote(text) ||
    // a city, whose state stands on the next line
    /^\p{Lu}[\p{L} .]{2,20},$/u.test(text)
  )
}

/** Which school, before its name. */
const SCHOOLING = /^(?:college|university|degree|(?:high|trade|vocational|graduate) school|(?:under|post)?graduate):?$/i
/** The number of a licence, or how it stands with it. */
const LICENSE =
  /^(?:(?:#|no\.?|nmls|npn|lic\S*) ?#? ?)?[A-Z]{0,4}[-.]?\d{4,12}$|^(?:in)?active$|^(?:pending|current|in progress|expired)(?: \d{4})?$/i

/** What stands before what it is the label of, in forms. */
const LABEL =
  /^(?:(?:full )?name|(?:home )?address|telephone|phone|mobile|cell|tel|e-?mail|nationality|citizenship|date of birth|website|linkedin|languages?|gender|mother tongue(?:\(s\))?|other languages?(?:\(s\))?|(?:digital|computer|language|social|communication|organi[sz]ational|technical) skills|driving licen[cs]e)\.?:?$/i

const textOf = (row: Row) =>
  row.cells
    .map((cell) => cell.text)
    .join(' ')
    .slice(0, 200)
