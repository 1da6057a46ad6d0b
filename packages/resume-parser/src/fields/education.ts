import { joinBroken } from './broken'
import { isFaculty } from './campus'
import { at } from './contact'
import { type PeriodText, periodsOf } from './dates'
import { isLocation } from './locations'
import type { ParsedResume } from './parsed'
import { joinRanges, withoutPeriods } from './ranges'
import { type SectionLine, withCells } from './sections'
import { type Study, studyIn, withTail } from './studies'
import { isDegree, isSchool } from './vocabulary'

type School = ParsedResume['education'][number]

const MAX_SCHOOLS = 20
/** A line that only adds to the degree above. */
const MAJOR = /^(?:double )?(?:majors?|minors?|concentration|emphasis|speciali[sz]ation)\b(?: in\b|:)/i

interface Draft extends Study {
  line: SectionLine
}

/**
 * The schools. A new entry begins when a line has what the entry already has: a school, a degree or dates. A text
 * beside a degree is its school if no word says otherwise. `sure`: a school and a degree, both recognised by their
 * words.
 */
export function educationOf(lines: SectionLine[]): ParsedResume['education'] {
  const drafts: Draft[] = []
  const own = joinBroken(joinRanges(lines.filter((line) => line.section === 'education')), lines).flatMap(apart)
  let schoolFirst: boolean | undefined
  let pending: { text: string; line: SectionLine } | null = null
  let early: { period: PeriodText | null; line: SectionLine } | undefined
  for (const [i, line] of own.entries()) {
    const last = drafts.at(-1)
    const read = studyIn(line)
    const isBelow = last?.school && !last.degree && last.line.part === line.part
    const found = (read.period || line.isBullet) && !isBelow ? withTail(read) : read
    // below a school, a list item that names another school only describes activities
    if (line.isBullet && last?.school && !last.line.isBullet && !found.degree) continue
    if (last?.degree && MAJOR.test(line.text) && !found.school) {
      last.period ??= found.period
      continue
    }
    // `Life, Accident & Health Course` below a school names no school of its own
    if (isBelow && found.school && found.degree && !isSchool(found.school)) {
      found.degree = `${found.school}, ${found.degree}`
      found.school = null
    }
    // next to its university, the name of a faculty adds nothing
    if (own[i - 1]?.line === line.line - 1 && line.gap < 1.9 && last?.school && found.school) {
      const [isPart, isWhole] = [isFaculty(found.school), isFaculty(last.school)]
      const isOne = isBelow || (isPart && !found.degree && own[i - 1]?.text.includes(last.school))
      if (isPart !== isWhole && isOne) {
        if (!isPart) last.school = found.school
        last.degree ??= found.degree
        last.period ??= found.period
        continue
      }
    }
    // a complete entry ends before a line that only has the dates of the next entry
    if (last?.period && last.school && last.degree && !found.school && !found.degree && isOnlyDates(line)) {
      early = { period: found.period, line }
      continue
    }
    // set apart from the entry above, and directly above its own school
    const next = line.gap > 1.9 && found.school === null ? own[i + 1] : undefined
    const isAbove = next !== undefined && next.gap < 1.9 && studyIn(next).school !== null
    if (!found.school && !found.degree && !found.period) {
      if (last && last.line.part === line.part && line.gap < 1.9) last.other ??= found.other
      pending = found.other ? { text: found.other, line } : null
      continue
    }
    const isNew =
      !last ||
      (found.school !== null && last.school !== null) ||
      (found.degree !== null && (last.degree !== null || isAbove)) ||
      (found.period !== null &&
        last.period !== null &&
        (found.school !== null || found.degree !== null || last.line.part !== line.part))
    const above =
      pending && line.line - pending.line.line === 1 && pending.line.part === line.part ? pending.text : null
    // an unknown text above a degree is the school of that degree, not of the degree before
    if (above && found.degree && !found.school && schoolFirst !== false) {
      found.school = above
      if (last?.other === above) last.other = null
    }
    if (isNew || (above && found.school === above)) {
      if (!found.school && !found.degree && (last || !found.period)) continue
      if (schoolFirst === undefined && (found.school || found.degree))
        schoolFirst = found.school !== null && found.degree === null
      const heir =
        found.school === null &&
        (schoolFirst || last?.line.line === line.line) &&
        !isAbove &&
        last?.line.part === line.part
          ? last.school
          : null
      const period = found.period ?? (early?.line.line === line.line - 1 ? early.period : null)
      drafts.push({ ...found, period, other: found.other ?? above, school: found.school ?? heir, line })
    } else {
      last.school ??= found.school
      last.degree ??= found.degree
      last.period ??= found.period
      last.other ??= found.other
      last.tail ??= found.tail
    }
    pending = null
  }
  return drafts
    .filter((draft) => draft.school !== null || draft.degree !== null)
    .slice(0, 5 * MAX_SCHOOLS)
    .map(toSchool)
    .filter(
      (school, i, all) =>
        all.findIndex((other) => other.school === school.school && other.degree === school.degree) === i,
    )
    .slice(0, MAX_SCHOOLS)
}

/** Whether a line has only dates, or dates and a place. */
const isOnlyDates = ({ cells }: SectionLine) =>
  cells.every(({ text }) => isLocation(text) || withoutPeriods(text).length < 3)

/**
 * Splits a line of several entries, each with a degree and a school or dates: `M.Ed., Rice University, 1999; B.S., Kent
 * State University, 1994`.
 */
function apart(line: SectionLine): SectionLine[] {
  const [cell, ...others] = line.cells
  if (!cell || others.length > 0) return [line]
  for (const separator of [/;\s+/, /\s+\|\s+/, /(?<=\d|\p{Ll}{2})\.\s+(?=\p{Lu})/u]) {
    const texts = line.text.split(separator)
    const isList = texts.every((text) => isDegree(text) && (isSchool(text) || periodsOf(text).length > 0))
    if (texts.length > 1 && isList) return texts.map((text) => withCells(line, [{ ...cell, text }]))
  }
  return [line]
}

function toSchool(draft: Draft): School {
  const { school, degree, period, other, line } = draft.other === null ? withTail(draft) : draft
  const dates = {
    startDate: period?.startDate ?? null,
    endDate: period?.endDate ?? null,
    isCurrent: period?.isCurrent ?? false,
  }
  return {
    school: tidy(school ?? (degree && other)),
    degree: tidy(degree ?? (school && !/\bhigh\b/i.test(school) ? other : null)),
    ...dates,
    ...at(line, school && isSchool(school) && degree && isDegree(degree) ? 'sure' : 'likely'),
  }
}

const tidy = (text: string | null) =>
  text
    ?.replace(/^[\s,;:–—-]+/, '')
    .replace(/\s*\((?:in progress|online|expected|ongoing|completed|incomplete)\)$/i, '')
    .replace(/,\s*(?:(?:magna|summa|cum) )+laude$|,\s*with (?:high |highest )?(?:honou?rs|distinction)$/i, '')
    .replace(/[.,;]?\s+g\.?p\.?a\b.*$/i, '')
    .replace(/\s(?:in|on|from|of|with|graduate)\s*\.?$/i, '')
    .replace(/\s*\([^()]*$/, '')
    .replace(/(?:\s+\(\s*\))?[\s,;:~*–—-]+$/, '')
    .replace(/(?<=\p{Ll}{3})\.$/u, '')
    .slice(0, 200) || null
