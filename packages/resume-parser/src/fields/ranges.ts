import { isNow, periodsOf } from './dates'
import type { Cell } from './page-lines'
import type { SectionLine } from './sections'

/**
 * Joins a range that a narrow column broke: `Jan 2018 –` above `Present`. In a table of three columns or more, the
 * cells beside the end are joined to the cells above them.
 */
export function joinRanges(lines: SectionLine[]): SectionLine[] {
  const out: SectionLine[] = []
  for (const line of lines) {
    const last = out.at(-1)
    const whole = last && last.part === line.part && line.gap < 2.2 && fromTo(last, line)
    if (last && whole) {
      out[out.length - 1] = whole
      continue
    }
    const open = last?.cells.findIndex((cell) => periodsOf(cell.text).some((period) => period.isOpen)) ?? -1
    const end = line.cells.findIndex((cell) => isNow(cell.text) || isDate(cell.text))
    if (!last || open < 0 || end < 0 || last.part !== line.part || last.block !== line.block || line.gap > 2.2) {
      out.push(line)
      continue
    }
    const isTable = last.cells.length > 2 || withoutPeriods(last.cells[open]?.text ?? '').length > 3
    const cells = last.cells.map((cell, i) => {
      const below = line.cells.filter((other, k) =>
        k === end ? i === open : isTable && columnOf(other, last.cells) === i,
      )
      return { ...cell, text: [cell.text, ...below.map((other) => other.text)].join(' ') }
    })
    out[out.length - 1] = { ...last, cells, text: cells.map((cell) => cell.text).join('\t') }
    const rest = line.cells.filter((_, k) => k !== end)
    if (!isTable && rest.length > 0) out.push({ ...line, cells: rest, text: rest.map((cell) => cell.text).join('\t') })
  }
  return out
}

/** Joins the lines of a form: `From: 09/2012` above `To: 03/2017`. */
function fromTo(last: SectionLine, line: SectionLine): SectionLine | undefined {
  const [, start] =
    /^(?:from|start(?:ed)?|start date|date started|date from)\s*:?\s+(\S.{2,30})$/i.exec(last.text) ?? []
  const [, end] = /^(?:to|until|end(?:ed)?|end date|date ended|date to)\s*:?\s+(\S.{2,30})$/i.exec(line.text) ?? []
  const [cell] = last.cells
  if (!cell || !start || !end || !isDate(start) || !(isDate(end) || isNow(end))) return undefined
  const text = `${start} - ${end}`
  return { ...last, cells: [{ ...cell, text }], text }
}

const isDate = (text: string) => periodsOf(text)[0]?.text.length === text.trim().length
const columnOf = (cell: Cell, cells: Cell[]) => cells.findLastIndex((other) => other.x <= cell.x + 4)

/** A text without its dates, and without the parentheses and separators that they leave empty. */
export function withoutPeriods(text: string): string {
  let rest = text
  for (const period of periodsOf(text)) rest = rest.replace(period.text, ' ')
  return rest
    .replaceAll(/\(\s*[,;–—-]?\s*(?:\d{1,2}\+? (?:yrs?|years?|mos?|months?)[\w ,.]{0,20})?\)|\[\s*\]/gi, ' ')
    .replaceAll(/\s*·?\s*\b\d{1,2} (?:yrs?|years?)(?: \d{1,2} (?:mos?|months?))?\b/gi, '')
    .replaceAll(/ {2,}/g, ' ')
    .replace(/\. \.$/, '.')
    .replace(/^[\s,;:|•·–—-]+/, '')
    .replace(/[\s,;:|•·/–—-]+$/, '')
}
