import { resolveUnknown } from './content'
import { headingOf, type Section } from './headings'
import type { Line } from './layout'
import { outlineOf } from './outline'
import type { Cell } from './page-lines'

/** A line and its section. */
export interface SectionLine extends Line {
  section: Section
  /** The number of its heading, counted from the top: 0 is before the first heading. */
  part: number
}

/** A column and its current section. */
interface Column {
  block: number
  page: number
  top: number
  bottom: number
  x: number
  end: number
  section: Section
  part: number
}

/** How many columns back to look for one that this column continues. */
const MAX_BACK = 50
/** A heading with its text on the same line: `Skills: Excel, Outlook`. */
const INLINE = /^([\p{L}&/ ’']{4,40}):\s+(?=\S)/u

/**
 * Gives each line its section, and leaves headings out. A column without a heading at its top continues the section of
 * the column above it, on its page or else on the page before.
 */
export function sectionsOf(lines: Line[]): SectionLine[] {
  const outline = outlineOf(lines)
  const foot = footOf(lines)
  const placed: SectionLine[] = []
  const columns: Column[] = []
  let open: Column | undefined
  let parts = 0
  lines.forEach((line, i) => {
    if (line.isRunning || foot.has(line)) {
      placed.push({ ...line, section: 'contact', part: -1 })
      return
    }
    if (open?.block !== line.block) {
      const extent = extentOf(lines, i)
      const before = columns.slice(-MAX_BACK).filter((column) => column.page < line.page || column.bottom < extent.top)
      const onPage = before.filter((column) => column.page === line.page)
      const above = [onPage, before]
        .map((columns) => columns.findLast((column) => covers(column, extent)) ?? columns.at(-1))
        .find((column) => column !== undefined)
      open = { section: above?.section ?? 'top', part: above?.part ?? 0, ...extent, block: line.block, page: line.page }
      columns.push(open)
    }
    const heading = outline[i]
    const inline = heading ? undefined : inlineHeading(line, open.section)
    if (heading?.section ?? inline) Object.assign(open, { section: heading?.section ?? inline?.section, part: ++parts })
    const rest = heading ? heading.rest : inline ? [{ ...(line.cells[0] as Cell), text: inline.rest }] : line.cells
    if (rest.length > 0)
      placed.push({ ...(rest === line.cells ? line : withCells(line, rest)), section: open.section, part: open.part })
  })
  return resolveUnknown(placed)
}

/** A line reduced to some of its cells. */
export const withCells = <L extends Line>(line: L, cells: Cell[]): L => ({
  ...line,
  cells,
  text: cells.map((cell) => cell.text).join('\t'),
  x: cells[0]?.x ?? line.x,
  end: cells.at(-1)?.end ?? line.end,
  bold: cells[0]?.bold ?? false,
  isCaps: false,
})

function inlineHeading(line: Line, open: Section): { section: Section; rest: string } | undefined {
  const label = INLINE.exec(line.text.slice(0, 300))?.[1]
  if (!label || line.isBullet) return undefined
  const section = headingOf(label)
  if (!section || section === 'contact' || section === open) return undefined
  const isCaps = !/\p{Ll}/u.test(label)
  // `Coursework: Statistics` is about the school above
  if (section === 'other' && open === 'education' && !isCaps) return undefined
  const isList = section === 'licenses' && open !== 'work'
  if (!isCaps && !isList && (open === 'skills' || (!line.bold && line.gap < 1.5))) return undefined
  return { section, rest: line.text.slice(label.length + 1).trim() }
}

/**
 * The last lines of a page, set apart from the text above, that have an email address and separators: a footer of one
 * page.
 */
function footOf(lines: Line[]): Set<Line> {
  const foot = new Set<Line>()
  lines.forEach((line, i) => {
    if (line.gap < 2.5 || line.gap === Number.POSITIVE_INFINITY) return
    const rest = lines.slice(i, i + 4)
    const end = rest.findIndex((other) => other.page !== line.page || other.block !== line.block)
    const last = end < 0 ? rest : rest.slice(0, end)
    if (last.length > 3 || (lines[i + last.length] && lines[i + last.length]?.page === line.page)) return
    const text = last.map((other) => other.text).join('\t')
    if (last.some((other) => headingOf(other.text) && headingOf(other.text) !== 'contact')) return
    if (
      /\S@\S/.test(text) &&
      /\t|\s[|•·/]\s/.test(text) &&
      !/\b(?:reference|manager|director|supervisor)\b/i.test(text)
    )
      for (const other of last) foot.add(other)
  })
  return foot
}

/** The extent of the block that begins at a line. */
function extentOf(lines: Line[], from: number): Pick<Column, 'x' | 'end' | 'top' | 'bottom'> {
  const extent = { x: Number.POSITIVE_INFINITY, end: Number.NEGATIVE_INFINITY, top: lines[from]?.y ?? 0, bottom: 0 }
  for (let i = from; i < lines.length && lines[i]?.block === lines[from]?.block; i++) {
    extent.x = Math.min(extent.x, lines[i]?.x ?? extent.x)
    extent.end = Math.max(extent.end, lines[i]?.end ?? extent.end)
    extent.bottom = lines[i]?.y ?? extent.bottom
  }
  return extent
}

/** Whether a column is above or below most of another's width. */
const covers = (a: { x: number; end: number }, b: { x: number; end: number }): boolean =>
  Math.min(a.end, b.end) - Math.max(a.x, b.x) > 0.5 * (b.end - b.x)
