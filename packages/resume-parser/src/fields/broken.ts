import { coreOf, endsInLead, isStateOrCountry } from './campus'
import { periodsOf } from './dates'
import { isLocation } from './locations'
import type { SectionLine } from './sections'
import { FIELD, NO_MAJOR } from './studies'
import { degreeAt, isDegree, isSchool } from './vocabulary'

/** How close to the edge of its column a broken line must end, in points. */
const PADDING = 12
/** The end of a school's name, at the beginning of a line. */
const HEAD =
  /^(?:(?:state|community|technical|high|business|law) )?(?:university|college|school|institute|academy)(?: of (?:technology|law|business|real estate))?(?=$|[,-]| [(–—|-]| \d{4})/i
/** The end of a degree's name. */
const DEGREE_END = /^(?:(?:pre|post)-?licens\p{L}+|course|certificate|program|diploma|degree)\b(?! (?:in|of) )/iu

const OF_END = /\b(?:college|school|institute|academy) of \S+$/i
/** Text that a year follows. */
const MONTH_END =
  /(?:\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\p{Ll}{0,6}\.?,?|\b(?:graduated|expected|class of|spring|summer|fall|winter)|[^\d\s]\s*[,–—-])$/iu

/**
 * Joins the lines of schools that a narrow column broke. `all` has every line of the document: their ends give the
 * widths of columns.
 */
export function joinBroken(lines: SectionLine[], all: SectionLine[]): SectionLine[] {
  const right = new Map<number, number>()
  for (const line of all) right.set(line.block, Math.max(right.get(line.block) ?? 0, line.end))
  const out: SectionLine[] = []
  for (const line of lines) {
    const last = out.at(-1)
    const [first, ...others] = last?.cells ?? []
    if (last && first && continuesLine(last, line, others[0]?.x ?? right.get(line.block) ?? 0)) {
      // the joined cell now ends where its last line ends
      const cells = [{ ...first, text: `${first.text} ${line.text}`, end: line.end }, ...others]
      out[out.length - 1] = { ...last, cells, text: cells.map((cell) => cell.text).join('\t') }
    } else out.push(line)
  }
  return out
}

/** Whether a line continues the line above. `edge` is where the first cell of that line must end. */
function continuesLine(last: SectionLine, line: SectionLine, edge: number): boolean {
  const [first] = last.cells
  if (!first || last.block !== line.block || last.part !== line.part || line.gap >= 1.9) return false
  if (line.cells.length > 1 || line.isBullet || last.text.length >= 200) return false
  const [before, after] = [first.text, line.text]
  if (/^(?:19|20)\d\d\b/.test(after)) return MONTH_END.test(before)
  if (periodsOf(after.slice(0, 10)).length > 0) return false
  const isAlike = first.bold === line.bold
  if (/(?:\b(?:of|in|at|and|the|for|de|del)|[&,])$/i.test(before) || /^(?:in|of|at|and|&|for|de|del) /.test(after))
    return true
  if (/\([^)]*$/.test(before) || /[^\d\s]\s*[–—]$/.test(before)) return true
  if (HEAD.test(after)) {
    const name = before.split(', ').at(-1) ?? ''
    return coreOf(name) !== name && (isAlike || /, \p{Lu}[\p{L} ]{2,30}$/u.test(before))
  }
  const isFull = first.end + widthOf(line) > edge - PADDING
  if (!isFull || !isAlike || /\d{4}$/.test(before)) return false
  if (/^\(/.test(after)) return true
  if (isSchool(after)) return false
  if (isDegree(before) && NO_MAJOR.test(after) && !isDegree(after)) return false
  if (isDegree(before)) return degreeAt(after)?.index !== 0 || DEGREE_END.test(after)
  if (!isSchool(before)) return DEGREE_END.test(after) && !isStateOrCountry(before.split(', ').at(-1) ?? '')
  const [name = ''] = after.split(/,|\s[–—|-]\s/)
  const isName = /^\p{Lu}/u.test(name) && name.split(' ').length <= 3 && (!FIELD.test(name) || OF_END.test(before))
  return !isDegree(after) && (endsInLead(before) || (isName && !isLocation(after) && !NO_MAJOR.test(after)))
}

/** The width of a line's first word and the space before it. */
const widthOf = ({ text, x, end }: SectionLine) =>
  ((end - x) * ((text.split(/[ ,\t]/, 1)[0]?.length ?? 0) + 1)) / Math.max(1, text.length)
