import { periodsOf } from './dates'
import type { Section } from './headings'
import { isPlace, withoutPlace } from './places'
import type { Placed } from './sections'
import { companyScore, isDegree, isSchool, titleScore } from './vocabulary'

/** What may hide jobs or schools under a heading that was not seen, or says something else. */
const OPEN: Section[] = ['top', 'summary', 'skills', 'licenses', 'unknown']
/** How far from its dates the title or the company of a job stands. */
const NEAR = 2

/**
 * Gives the lines under headings of unknown words the section that they read like, if the headings name none for it: dates with
 * titles or companies are jobs, schools with degrees are education, someone's address is a reference, short items are skills.
 */
export function resolveUnknown(lines: Placed[]): Placed[] {
  const referees = new Set(
    partsOf(lines, 'unknown')
      .filter((part) => part.some(hasAddress))
      .map((part) => part[0]?.part),
  )
  let resolved = lines.map((line) =>
    referees.has(line.part) && line.section === 'unknown' ? { ...line, section: 'references' as const } : line,
  )
  if (!resolved.some((line) => line.section === 'skills')) {
    const lists = new Set(partsOf(resolved, 'unknown').filter(isList).flat())
    resolved = resolved.map((line) => (lists.has(line) ? { ...line, section: 'skills' as const } : line))
  }
  if (!resolved.some((line) => line.section === 'education')) resolved = claim(resolved, 'education', isSchoolLine)
  if (!resolved.some((line) => line.section === 'work')) resolved = claim(resolved, 'work', isJobLine)
  return resolved.map((line) => (line.section === 'unknown' ? { ...line, section: 'other' } : line))
}

const hasAddress = ({ text }: Placed) => /\S@\S+\.\S/.test(text) || /\(?\d{3}\)?[ .-]\d{3}[.-]\d{4}/.test(text)

function partsOf(lines: Placed[], section: Section): Placed[][] {
  return [
    ...Map.groupBy(
      lines.filter((line) => line.section === section),
      (line) => line.part,
    ).values(),
  ]
}

/** Gives each part from its first telling line on, with what heads that, to a section. */
function claim(lines: Placed[], section: Section, tells: (lines: Placed[], at: number) => boolean): Placed[] {
  const claimed = new Set<Placed>()
  for (const open of OPEN)
    for (const part of partsOf(lines, open)) {
      const first = part.findIndex((_, i) => tells(part, i))
      if (first < 0) continue
      let from = open === 'unknown' ? 0 : first
      while (from > 0 && first - from < NEAR && isHead(part[from - 1]) && (part[from]?.gap ?? 0) < 1.9) from--
      for (const line of part.slice(from)) claimed.add(line)
    }
  return lines.map((line) => (claimed.has(line) ? { ...line, section } : line))
}

/** Whether a part is items of a few words each, without dates, as skills are. */
function isList(part: Placed[]): boolean {
  const items = part.slice(0, 40).flatMap((line) =>
    line.text
      .split(/[\t,;|•·]/)
      .map((item) => item.trim())
      .filter(Boolean),
  )
  return (
    items.length >= 4 &&
    items.every((item) => item.split(' ').length <= 5 && !/[.!?]$|\d{4}/.test(item)) &&
    !part.some((line) => periodsOf(line.text).length > 0)
  )
}

const isHead = (line: Placed | undefined) =>
  line !== undefined &&
  !line.isBullet &&
  line.text.length < 80 &&
  !/[,;@|•]|[.:]$/.test(
    line.cells
      .filter((cell) => !isPlace(cell.text))
      .map((cell) => withoutPlace(cell.text))
      .join(' '),
  )

const isTelling = (text: string) =>
  text.split(/\t|\s[–—|•·-]\s|, /, 6).some((part) => titleScore(part) >= 2.5 || companyScore(part) >= 2.5)

const isJobLine = (lines: Placed[], at: number): boolean => {
  const text = lines[at]?.text ?? ''
  if (text.length > 140 || !periodsOf(text).some((period) => !period.isSingle)) return false
  return lines
    .slice(Math.max(0, at - NEAR), at + NEAR + 1)
    .some((line) => line.text.length < 140 && isTelling(line.text))
}

const isSchoolLine = (lines: Placed[], at: number): boolean =>
  isSchool(lines[at]?.text ?? '') &&
  (lines[at]?.text.length ?? 0) < 140 &&
  lines.slice(Math.max(0, at - NEAR), at + NEAR + 1).some((line) => line.text.length < 140 && isDegree(line.text)) &&
  !lines.slice(Math.max(0, at - 1), at + 2).some((line) => titleScore(line.text) >= 3)
