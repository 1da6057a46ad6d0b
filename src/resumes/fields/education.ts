import { at } from './contact'
import { type PeriodText, periodsOf } from './dates'
import { headingOf } from './headings'
import { isSaidOfSchool } from './notes'
import type { ParsedResume } from './parsed'
import { isState, withoutPlace } from './places'
import { joinRanges, withoutPeriods } from './ranges'
import type { Placed } from './sections'
import { isDegree, isSchool } from './vocabulary'

type School = ParsedResume['education'][number]

const MAX_SCHOOLS = 20
const SEPARATOR =
  /\t|\s+[|•·]\s+|\s*\|\s*|\s+[–—-]{1,3}\s+|;\s|(?<=\p{Ll}{4})\.\s+(?=\p{Lu})|(?<=, [A-Z]{2})[.:]\s+(?=\p{Lu}|\d)|(?<=(?:\S (?:University|College|School|Institute|Academy)|University of)[^:]{0,40}):\s+(?=\p{Lu})/u
const NO_MAJOR =
  /\b(?:gpa|g\.p\.a|laude|honou?rs|dean|minor|cumulative|distinction|graduated|class of|expected|anticipated|concentration|thesis|awards?|activities|courses?|coursework|scholarship|member|president|valedictorian|hours|present|completed|major|transferred|relevant|study abroad)\b/i
const EXTRA =
  /^(?:graduated|graduation|graduating|class of|expected|anticipated|completed|conferred|awarded|degree conferred|in progress|candidate|attended|education|date|year)\b[\s:,.]*/i
/** What is no name of a school alone. */
const GENERIC =
  /^(?:(?:state|community|technical|high|business|law) )?(?:university|college|school|institute|academy)(?: of (?:technology|law|business|real estate))?$/i
const CAMPUS =
  /^(?:the )?(?:university of \p{Lu}\p{L}+(?: \p{Lu}\p{L}+)?|\p{L}+(?: \p{L}+)? state university|universidad de [\p{L} ]+)$/iu

/** `School: Rice University` */
const LABEL =
  /^(?:(?:name of )?(?:school|institution|university|college)|degree|diploma|award|qualification|program(?:me)?|course|certificate|major|field of study|course of study)\s*:\s*(?=\S)/i

/** `School of Business, Rice University`: a part of the school behind the comma. */
const PART = /^(?:the )?(?:[\p{L}.]+ ){0,3}(?:school|college|faculty|department|institute|division) of [\p{L}& ]+$/iu

/** How fields of study end, and some that end otherwise. */
const FIELD =
  /(?:ing|ics|logy|ment|tions?|ance|istry|graphy|sophy|ture|nomy|ience|ciences?|tory|iature|ies|ish|ese|ism|cy|law|arts?|tech|technology|sales|history|commerce|nursing|business|systems|theat(?:er|re)|music|design|estate|work|health|care|affairs|relations|services|spanish|french|german|math|film|dance|studio|general|major|minor)\b/i

interface Draft {
  school: string | null
  degree: string | null
  period: PeriodText | null
  /** A text that is neither, by its words: the school, if no other is found. */
  other: string | null
  /** The end of the degree, if that is no field of study: the school, if no other is found. */
  tail: string | null
  line: Placed
}

/**
 * The schools. A new entry begins with what the one before already has: a school, a degree, dates. A text beside a degree that no
 * word tells is its school. `sure`: a school and a degree, both by their words.
 */
export function educationOf(lines: Placed[]): ParsedResume['education'] {
  const drafts: Draft[] = []
  const own = joined(joinRanges(lines.filter((line) => line.section === 'education')), lines)
  let schoolFirst: boolean | undefined
  let pending: { text: string; line: Placed } | null = null
  for (const [i, line] of own.entries()) {
    const found = readLine(line)
    const last = drafts.at(-1)
    // below a school, a point of a list with another only says what they did there
    if (line.isBullet && last?.school && !last.line.isBullet && !found.degree) continue
    // apart from the entry above, and on top of a school of its own
    const next = line.gap > 1.9 && found.school === null ? own[i + 1] : undefined
    const isAbove = next !== undefined && next.gap < 1.9 && readLine(next).school !== null
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
    // an unknown text above a degree is its school, not the one above that
    if (above && found.degree && !found.school && schoolFirst !== false) {
      found.school = above
      if (last?.other === above) last.other = null
    }
    if (isNew || (above && found.school === above)) {
      if (!found.school && !found.degree && (last || !found.period)) continue
      if (schoolFirst === undefined && (found.school || found.degree))
        schoolFirst = found.school !== null && found.degree === null
      const heir =
        found.school === null && schoolFirst && !isAbove && last?.line.part === line.part ? last.school : null
      drafts.push({ ...found, other: found.other ?? above, school: found.school ?? heir, line })
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

function readLine(line: Placed): Omit<Draft, 'line'> {
  const period = periodsOf(line.text)[0] ?? null
  const isNote = line.isBullet && !isSchool(line.text) && !isDegree(line.text)
  const label = /^([\p{L} ]{4,30}):\s/u.exec(line.text)?.[1]
  if (
    isNote ||
    (isSaidOfSchool(line.text) && !LABEL.test(line.text)) ||
    line.text.length > 220 ||
    (label && headingOf(label) === 'other' && !LABEL.test(line.text))
  )
    return { school: null, degree: null, period: null, other: null, tail: null }
  let school: string | null = null
  let degree: string | null = null
  let other: string | null = null
  let tail: string | null = null
  const texts = withoutPeriods(line.text)
    .split(SEPARATOR)
    .map((text) => withoutPlace(text.trim().replace(LABEL, '').replace(EXTRA, '').trim()))
    .filter(Boolean)
  for (const text of texts) {
    if (/^(?:relevant |related )?(?:coursework|courses|gpa|honors|activities|minor|thesis|dean)/i.test(text)) continue
    const read = readText(text)
    school ??= read.school
    tail ??= read.tail
    if (!read.school && !read.degree && isMajor(text) && !NO_MAJOR.test(text)) other ??= text
    if (degree === null) degree = read.degree
    else if (
      read.degree === null &&
      read.school === null &&
      !NO_MAJOR.test(text) &&
      texts.indexOf(text) > 0 &&
      isMajor(text) &&
      isDegree(texts[texts.indexOf(text) - 1] ?? '')
    )
      degree = `${degree}, ${text}`
  }
  const isWhole = period !== null || line.isBullet
  return withTail({ school, degree, period, other, tail }, isWhole)
}

/** What ends the degree is the school, if there is no other. */
function withTail<D extends Omit<Draft, 'line'>>(draft: D, isWhole: boolean): D {
  const { school, degree, tail } = draft
  if (!isWhole || school !== null || !tail || !degree?.endsWith(`, ${tail}`)) return draft
  return { ...draft, school: tail, degree: degree.slice(0, -tail.length - 2) }
}

const isMajor = (text: string) => /^\p{Lu}[\p{L}& ]{2,40}$/u.test(text) && text.split(' ').length <= 4

/** A text between separators: a school, a degree with its major, or both with a comma between. */
function readText(text: string): Pick<Draft, 'school' | 'degree' | 'tail'> {
  const from = / from (?:the )?(?=\p{Lu})/u.exec(text)
  if (from && isDegree(text.slice(0, from.index))) {
    const rest = text.slice(from.index + from[0].length)
    return {
      school: readText(rest).school ?? rest.split(', ')[0] ?? null,
      degree: text.slice(0, from.index),
      tail: null,
    }
  }
  const parts = text.split(/,\s+|,(?=\p{Lu})/u).map((part) => part.trim())
  let school: string | null = null
  let degree: string | null = null
  let last: 'school' | 'degree' | 'none' = 'none'
  for (const [i, part] of parts.entries()) {
    const hasSchool = isSchool(part)
    const hasDegree = isDegree(part)
    if (
      hasSchool &&
      !(hasDegree && degree === null && /^(?:high school )?(?:diploma|degree)|^some college|diploma$/i.test(part)) &&
      school === null
    ) {
      const from = hasDegree || /^(?:studied|attended) /i.test(part) ? / at (?=\p{Lu}|the )/u.exec(part) : null
      school = from ? part.slice(from.index + from[0].length) : part
      if (from && hasDegree) degree ??= part.slice(0, from.index)
      last = 'school'
    } else if (hasSchool && last === 'school' && school && PART.test(school) && /\buniversit/i.test(part)) {
      school += `, ${part}`
      last = 'none'
    } else if (hasDegree && degree === null) {
      // a place before a colon is none of it
      degree = last === 'school' ? part.replace(/^\p{Lu}[\p{L} ]{2,24}: (?=\d|\p{Lu})/u, '') : part
      last = 'degree'
    } else if (
      last === 'degree' &&
      degree &&
      isMajor(part) &&
      !NO_MAJOR.test(part) &&
      !isState(part.replace(/^state of /i, '')) &&
      !isState(parts[i + 1] ?? '')
    ) {
      degree += `, ${part}`
      // a list goes on up to its `and`
      last = parts.slice(i + 1, i + 3).some((other) => / (?:&|and) /.test(other) && !isSchool(other))
        ? 'degree'
        : 'none'
    } else if (
      last === 'school' &&
      school &&
      CAMPUS.test(school) &&
      isMajor(part) &&
      !isState(parts[i + 1] ?? '') &&
      !isState(part)
    ) {
      school += `, ${part}`
      last = 'none'
    } else last = 'none'
  }
  const [first = '', second = ''] = parts
  const isCourse = /^\d{2,3}[ -](?:(?:clock|credit)[ -])?hours?\b|\bpre-?licens/i.test(second)
  if (
    !school &&
    isMajor(first) &&
    (isCourse || !FIELD.test(first)) &&
    !NO_MAJOR.test(first) &&
    !isDegree(first) &&
    isDegree(second)
  )
    school = first
  const end = degree?.split(', ').at(-1) ?? ''
  const tail = !school && end !== degree && !/^state of /i.test(end) && !FIELD.test(end) && !isDegree(end) ? end : null
  return { school, degree, tail }
}

/** The width of a line's first word, with the space before it. */
const widthOf = ({ text, x, end }: Placed) =>
  ((end - x) * ((text.split(/[ ,\t]/, 1)[0]?.length ?? 0) + 1)) / Math.max(1, text.length)

/** Lines that a narrow column broke after `of`, `in`, `at`, `and` or a comma, or before `University`, put together. */
function joined(lines: Placed[], all: Placed[]): Placed[] {
  const right = new Map<number, number>()
  for (const line of all) right.set(line.block, Math.max(right.get(line.block) ?? 0, line.end))
  const out: Placed[] = []
  for (const line of lines) {
    const last = out.at(-1)
    const [first, ...others] = last?.cells ?? []
    const goesOn =
      last?.block === line.block &&
      last.part === line.part &&
      line.gap < 1.9 &&
      line.cells.length === 1 &&
      !line.isBullet &&
      last.text.length < 200 &&
      periodsOf(line.text.slice(0, 10)).length === 0 &&
      (/(?:\b(?:of|in|at|and|the|for)|&)$/i.test(first?.text ?? '') ||
        /^(?:in|of|at|and|&|for) /.test(line.text) ||
        (isDegree(first?.text ?? '') &&
          !isDegree(line.text) &&
          !isSchool(line.text) &&
          !/\d{4}$/.test(first?.text ?? '') &&
          first?.bold === line.bold &&
          (first?.end ?? 0) + widthOf(line) > (right.get(line.block) ?? 0)) ||
        (GENERIC.test(line.text) &&
          !isSchool(first?.text ?? '') &&
          (first?.bold === line.bold || /, \p{Lu}[\p{L} ]{2,30}$/u.test(first?.text ?? ''))))
    if (last && first && goesOn) {
      const cells = [{ ...first, text: `${first.text} ${line.text}` }, ...others]
      out[out.length - 1] = { ...last, cells, text: cells.map((cell) => cell.text).join('\t') }
    } else out.push(line)
  }
  return out
}

function toSchool(draft: Draft): School {
  const { school, degree, period, other, line } = withTail(draft, draft.other === null)
  const dates = {
    startDate: period?.startDate ?? null,
    endDate: period?.endDate ?? null,
    isCurrent: period?.isCurrent ?? false,
  }
  return {
    school: tidy(school ?? (degree && other)),
    degree: tidy(degree ?? (school && !/\bhigh\b/i.test(school) ? other : null)),
    ...dates,
    ...at(line, school && degree ? 'sure' : 'likely'),
  }
}

const tidy = (text: string | null) =>
  text
    ?.replace(/^[\s,;:–—-]+/, '')
    .replace(/\s*\((?:in progress|online|expected|ongoing|completed|incomplete)\)$/i, '')
    .replace(/,\s*(?:(?:magna|summa|cum) )+laude$|,\s*with (?:high |highest )?(?:honou?rs|distinction)$/i, '')
    .replace(/[.,;]?\s+g\.?p\.?a\b.*$/i, '')
    .replace(/\s*\([^()]*$/, '')
    .replace(/(?:\s+\(\s*\))?[\s,;:–—-]+$/, '')
    .replace(/(?<=\p{Ll}{3})\.$/u, '')
    .slice(0, 200) || null
