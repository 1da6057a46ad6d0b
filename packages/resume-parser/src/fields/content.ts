import { periodsOf } from './dates'
import type { Section } from './headings'
import { isLocation, withoutLocation } from './locations'
import type { SectionLine } from './sections'
import { companyScore, isDegree, isSchool, titleScore } from './vocabulary'

/** Sections that may have jobs or schools in them, because their heading was not recognised or means something else. */
const OPEN: Section[] = ['top', 'summary', 'skills', 'licenses', 'unknown']
/** How many lines the title or the company of a job may be away from its dates. */
const NEAR = 2

/**
 * Gives lines under headings of unknown words the section that they read like, if no heading of the document names that
 * section. Dates with titles or companies are jobs, schools with degrees are education, another person's address is a
 * reference, and short items are skills.
 */
export function resolveUnknown(lines: SectionLine[]): SectionLine[] {
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

const hasAddress = ({ text }: SectionLine) => /\S@\S+\.\S/.test(text) || /\(?\d{3}\)?[ .-]\d{3}[.-]\d{4}/.test(text)

function partsOf(lines: SectionLine[], section: Section): SectionLine[][] {
  return [
    ...Map.groupBy(
      lines.filter((line) => line.section === section),
      (line) => line.part,
    ).values(),
  ]
}

/**
 * Assigns lines to a section: in each part, from the first line that `tells` accepts, with the lines that head it, to
 * the end.
 */
function claim(
  lines: SectionLine[],
  section: Section,
  tells: (lines: SectionLine[], at: number) => boolean,
): SectionLine[] {
  const claimed = new Set<SectionLine>()
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

/** Whether a part is a list of items of a few words each, without dates, as skills are. */
function isList(part: SectionLine[]): boolean {
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

const isHead = (line: SectionLine | undefined) =>
  line !== undefined &&
  !line.isBullet &&
  line.text.length < 80 &&
  !/[,;@|•]|[.:]$/.test(
    line.cells
      .filter((cell) => !isLocation(cell.text))
      .map((cell) => withoutLocation(cell.text))
      .join(' '),
  )

const isTelling = (text: string) =>
  text.split(/\t|\s[–—|•·-]\s|, /, 6).some((part) => titleScore(part) >= 2.5 || companyScore(part) >= 2.5)

const isJobLine = (lines: SectionLine[], at: number): boolean => {
  const text = lines[at]?.text ?? ''
  if (text.length > 140 || !periodsOf(text).some((period) => !period.isSingle)) return false
  return lines
    .slice(Math.max(0, at - NEAR), at + NEAR + 1)
    .some((line) => line.text.length < 140 && isTelling(line.text))
}

const isSchoolLine = (lines: SectionLine[], at: number): boolean =>
  isSchool(lines[at]?.text ?? '') &&
  (lines[at]?.text.length ?? 0) < 140 &&
  lines.slice(Math.max(0, at - NEAR), at + NEAR + 1).some((line) => line.text.length < 140 && isDegree(line.text)) &&
  !lines.slice(Math.max(0, at - 1), at + 2).some((line) => titleScore(line.text) >= 3)
