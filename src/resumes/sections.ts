import { periodsOf } from './dates'
import { headingOf, type Section } from './headings'
import type { Line } from './layout'

/** A line and the section that it stands in. */
export interface Placed extends Line {
  section: Section
  /** Under which heading, counted from the top: 0 is before the first. */
  part: number
}

/** `Skills: Excel, Outlook`: the heading and what follows it on the same line. */
const INLINE = /^([\p{L}&/ ’']{4,40}):\s+(\S.*)$/u

/** Puts every line under the heading that it belongs to. The headings themselves are left out. */
export function sectionsOf(lines: Line[]): Placed[] {
  const body = bodySize(lines)
  const known = lines.map((line) => !line.isRunning && standsAlone(line) && sectionIn(line, body))
  const styles = headingStyles(lines, known, body)
  const placed: Placed[] = []
  const columns: { block: number; x: number; end: number; section: Section; part: number }[] = []
  let open: (typeof columns)[number] | undefined
  let parts = 0
  lines.forEach((line, i) => {
    if (line.isRunning) {
      placed.push({ ...line, section: 'contact', part: -1 })
      return
    }
    if (open?.block !== line.block) {
      const block = extentOf(lines, i)
      const above = columns.findLast((column) => overlap(column, block) > 0.5) ?? open ?? columns[0]
      open = { section: 'top', part: 0, ...above, ...block, block: line.block }
      columns.push(open)
    }
    const heading = known[i] || (isUnknownHeading(line, styles, lines[i + 1], placed.at(-1)) && 'other')
    if (heading) {
      Object.assign(open, { section: heading, part: ++parts })
      const [first, ...rest] = line.cells
      // a heading beside its text
      if (first && rest.length > 0 && headingOf(first.text))
        placed.push({
          ...line,
          ...open,
          cells: rest,
          text: rest.map((cell) => cell.text).join('\t'),
          x: rest[0]?.x ?? 0,
          bold: rest[0]?.bold ?? false,
          isCaps: false,
        })
      return
    }
    const inline = inlineHeading(line, open.section)
    if (inline) {
      Object.assign(open, { section: inline.section, part: ++parts })
      placed.push({
        ...line,
        text: inline.rest,
        cells: [{ ...(line.cells[0] ?? { x: 0, end: 0, size: 1, bold: false }), text: inline.rest }],
        section: open.section,
        part: open.part,
      })
    } else placed.push({ ...line, section: open.section, part: open.part })
  })
  return placed
}

/** The size of the most text. */
export function bodySize(lines: Line[]): number {
  const letters = new Map<number, number>()
  for (const line of lines) {
    const size = Math.round(line.size * 2) / 2
    letters.set(size, (letters.get(size) ?? 0) + line.text.length)
  }
  return [...letters].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [10, 0])[0]
}

const standsAlone = (line: Line) =>
  (!line.isBullet || isEmphasised(line)) &&
  (line.cells.length === 1 || (line.cells.length > 1 && !headingOf(line.text)))
const isEmphasised = (line: Line) => line.bold || line.isCaps

/** The section that a line heads. A heading of several words, or one with a text beside it, must look like one. */
function sectionIn(line: Line, body: number): Section | undefined {
  const [cell] = line.cells
  if (!cell) return undefined
  const section = headingOf(line.cells.length === 1 ? line.text : cell.text)
  if (!section) return undefined
  const caps = /\p{Lu}{2}/u.test(cell.text) && !/\p{Ll}/u.test(cell.text)
  const looks = cell.bold || caps || cell.size > body * 1.1 || line.text.endsWith(':') || line.gap > 1.7
  if (line.cells.length > 1)
    return (cell.bold || caps || cell.size > body * 1.1) && line.cells.length < 4 ? section : undefined
  return looks || (/^\p{Lu}/u.test(line.text) && line.text.split(' ').length <= 2 && !line.isBullet)
    ? section
    : undefined
}

const styleOf = (line: Line) => `${Math.round(line.size * 2)} ${line.bold} ${line.isCaps}`

/** The styles that known headings have and hardly any other line: a line in one of them is a heading, too. */
function headingStyles(lines: Line[], known: (Section | false | undefined)[], body: number): Set<string> {
  const counts = new Map<string, { headings: number; others: number }>()
  lines.forEach((line, i) => {
    const count = counts.get(styleOf(line)) ?? { headings: 0, others: 0 }
    if (known[i]) count.headings++
    else count.others++
    counts.set(styleOf(line), count)
  })
  const special = (line: Line) => line.isCaps || line.size > body * 1.1
  return new Set(
    lines
      .filter((line, i) => known[i] && special(line))
      .map(styleOf)
      .filter((style) => {
        const count = counts.get(style)
        return count && count.headings >= 2 && count.others <= count.headings
      }),
  )
}

function isUnknownHeading(
  line: Line,
  styles: Set<string>,
  next: Line | undefined,
  before: Placed | undefined,
): boolean {
  return (
    before !== undefined &&
    before.section !== 'top' &&
    styles.has(styleOf(line)) &&
    line.cells.length === 1 &&
    !line.isBullet &&
    line.text.length <= 40 &&
    /^[\p{L}&/’' ,-]+:?$/u.test(line.text) &&
    line.gap > 1.3 &&
    periodsOf(next?.text ?? '').length === 0
  )
}

function inlineHeading(line: Line, open: Section): { section: Section; rest: string } | undefined {
  const match = INLINE.exec(line.text.slice(0, 300)) ?? undefined
  const label = match?.[1]
  if (!match || !label || line.isBullet) return undefined
  const section = headingOf(label)
  if (!section || section === 'contact' || section === 'top' || section === open) return undefined
  const caps = !/\p{Ll}/u.test(label)
  if (open === 'skills' && !caps) return undefined
  if (!caps && !line.bold && line.gap < 1.5) return undefined
  return { section, rest: line.text.slice(label.length + 1).trim() }
}

function extentOf(lines: Line[], from: number): { x: number; end: number } {
  let [x, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = from; lines[i]?.block === lines[from]?.block && i < lines.length; i++) {
    x = Math.min(x, lines[i]?.x ?? x)
    end = Math.max(end, lines[i]?.end ?? end)
  }
  return { x, end }
}

/** The share of the smaller of two columns that they have in common, from left to right. */
function overlap(a: { x: number; end: number }, b: { x: number; end: number }): number {
  const common = Math.min(a.end, b.end) - Math.max(a.x, b.x)
  return common / Math.max(1, Math.max(a.end - a.x, b.end - b.x))
}
