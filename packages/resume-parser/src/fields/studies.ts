import {
  coreOf,
  hasCampuses,
  isAnySchool,
  isCity,
  isFaculty,
  isStateOrCountry,
  needsCampus,
  withoutCity,
} from './campus'
import { type PeriodText, periodsOf } from './dates'
import { headingOf, NAMES_COLUMN } from './headings'
import { withoutLocation } from './locations'
import { isAboutSchool } from './notes'
import { withoutPeriods } from './ranges'
import type { SectionLine } from './sections'
import { degreeAt, isDegree, isSchool } from './vocabulary'

/** The school, degree and period of a line. */
export interface Study {
  school: string | null
  degree: string | null
  period: PeriodText | null
  /** A text that is neither school nor degree by its words. It is the school if no other is found. */
  other: string | null
  /** The end of the degree's text if it is no field of study. It is the school if no other is found. */
  tail: string | null
}

const NOTHING: Study = { school: null, degree: null, period: null, other: null, tail: null }
const SEPARATOR =
  /\t|\s+[|•·/*~]\s+|\s*\|\s*|\s+[–—-]{1,3}\s+|;\s|(?<=\p{Ll}{4}|\p{L}{6})\.\s+(?=\p{Lu})|(?<=, [A-Z]{2})[.:]\s+(?=\p{Lu}|\d)|(?<=(?:\S (?:University|UNIVERSITY|College|COLLEGE|School|SCHOOL|Institute|INSTITUTE|Academy|ACADEMY)|University of|UNIVERSITY OF)[^:]{0,40}):\s+(?=\p{Lu})/u
/** Words beside degrees and schools that are neither a field of study nor a name. */
export const NO_MAJOR =
  /\b(?:gpa|g\.p\.a|laude|honou?rs|dean|minor|cumulative|distinction|graduated|class of|expected|anticipated|concentration|thesis|awards?|activities|courses?|coursework|scholarship|member|president|valedictorian|hours|present|completed|major|transferred|relevant|study abroad|campus|online)\b/i
const EXTRA =
  /^(?:(?:graduated|graduate|attended|attending|enrolled|student)(?: (?:from|of|at|in))? (?=(?:the )?\p{Lu})|(?:graduated|graduation|graduating|class of|expected|anticipated|completed|conferred|awarded|degree conferred|in progress|candidate|attended)\b|(?:education|date|year)s?\s*(?::|$))[\s:,.]*/iu
/** Phrases for working towards a degree. */
const EFFORT =
  /^(?:I )?(?:(?:have|hold|holds|earned|received|obtained|currently|pursuing|seeking|completing|working (?:on|towards?)|candidate for) )+(?:an? |my )?(?=\S)/i
/** Words that no school's name has. */
const NOT_A_NAME =
  /(?<!\p{L})(?:while|through|my|was|were|when|who|which|during|after|before|attending|working|worked|advisor|assistant|realtor\S{0,2} institute)(?!\p{L})|\b(?:scholar|award|fellow|member|alumn\p{L}+|association|club|team|fund|foundation)s?$/iu
/** `School: Rice University` */
const LABEL =
  /^(?:(?:name(?: (?:and|&) location)?(?: of)? ?)?(?:school|institution|university|college|high school|organi[sz]ation)?(?: name)?|degree(?: earned| awarded)?|title of qualification(?: awarded)?|(?:under|post)?graduate|secondary|(?:trade|vocational) school|diploma|award|qualification|program(?:me)?|course|certificate|major|field of study|course of study)\s*:\s*(?=\S)/i
/** Endings of fields of study, and some whole fields. */
export const FIELD =
  /(?:ing|ics|logy|ment|tions?|ance|istry|graphy|sophy|ture|nomy|ience|ciences?|tory|iature|ies|ish|ese|ism|cy|law|arts?|tech|technology|sales|history|commerce|nursing|business|systems|theat(?:er|re)|music|design|estate|work|health|care|affairs|relations|services|spanish|french|german|math|film|dance|studio|general|major|minor)\b/i
const COURSE = /^\d{2,3}[ -](?:(?:clock|credit)[ -])?hours?\b|\b(?:pre|post)-?licens|\blicens\p{L}+ course\b/iu

const isMajor = (text: string) => /^\p{Lu}[\p{L}&'’. ]{2,40}$/u.test(text) && text.split(' ').length <= 4
const isOnly = {
  school: (text: string) => isSchool(text) && !isDegree(text),
  degree: (text: string) => isDegree(text) && !isSchool(text),
}

export function studyIn(line: SectionLine): Study {
  const period = periodIn(line.text)
  const isNote = line.isBullet && !isSchool(line.text) && !isDegree(line.text)
  const label = /^([\p{L} ]{4,30}):\s/u.exec(line.text)?.[1]
  if (
    isNote ||
    (isAboutSchool(line.text) && !LABEL.test(line.text)) ||
    line.text.length > 220 ||
    (label && headingOf(label) === 'other' && !LABEL.test(line.text))
  )
    return NOTHING
  const study: Study = { ...NOTHING, period }
  const whole = withoutPeriods(line.cells.reduce(atLook, line.text)).replace(SHORT_YEAR, '')
  const texts = whole
    .replace(/^\d{1,2}[.)]\s+(?=\p{L})/u, '')
    .replaceAll(/(?<![\p{L}\d])[*_](?=\p{L})|(?<=\p{L})[*_](?![\p{L}\d])/gu, '')
    .replace(LABEL, '')
    .split(SEPARATOR)
    .map((text) => bare(text.trim().replace(LABEL, '')))
    .filter((text) => text && !isStateOrCountry(text.replace(/^state of /i, '')) && !NAMES_COLUMN.test(text))
  for (const [i, text] of texts.entries()) {
    if (
      /^(?:relevant |related )?(?:(?:coursework|courses)(?! in )|gpa|honors|activities|minor|thesis|dean)/i.test(text)
    )
      continue
    const read = readText(text)
    const both = study.school && read.school ? besideIn(whole, texts[i - 1] ?? '', read.school) : undefined
    if (both?.startsWith(study.school ?? '') && isFaculty(study.school ?? '') !== isFaculty(read.school ?? ''))
      study.school = both
    study.school ??= read.school
    study.tail ??= read.tail
    if (!read.school && !read.degree) {
      const before = texts[i - 1] ?? ''
      const campus = hasCampuses(before) && isCity(text) && study.school === before && besideIn(whole, before, text)
      if (campus) study.school = campus
      else if (!NO_MAJOR.test(text)) study.other ??= unknownIn(text)
    }
    if (study.degree === null) study.degree = read.degree
    else if (
      read.degree === null &&
      read.school === null &&
      !NO_MAJOR.test(text) &&
      isMajor(text) &&
      isDegree(texts[i - 1] ?? '')
    )
      study.degree += `, ${text}`
  }
  // beside a school, a text that is no field of study is a place
  return study.school && !FIELD.test(study.other ?? '') ? { ...study, other: null } : study
}

const SHORT_YEAR = /(?:^|[\s,(])(?:(0?[1-9]|1[0-2])\/|['’‘])(\d\d)(?=$|[\s,;)])/

/** The text of a cell, with a tab where its look changes after a school or a degree. */
function atLook(text: string, { lead }: SectionLine['cells'][number]): string {
  const first = lead?.replace(/^\P{L}+/u, '').trim() ?? ''
  if (!first || !(isDegree(first) || coreOf(first) === first)) return text
  const end = text.indexOf(first) + first.length
  return text.includes(first) && /^ \p{Lu}/u.test(text.slice(end))
    ? `${text.slice(0, end)}\t${text.slice(end + 1)}`
    : text
}

/** The period of a line. `Present (expected May 2026)` ends at the expected date; `’09` is a year. */
function periodIn(text: string): PeriodText | null {
  const plain = text.replace(/([–—-]|\bto)\s+\(?(?:expected|anticipated|exp\.?|projected)\s+(?:in\s+)?/i, '$1 ')
  const [first, ...others] = periodsOf(plain)
  const [second] = others
  // the dates are in two columns
  const between = second ? plain.slice((first?.index ?? 0) + (first?.text.length ?? 0), second.index) : ''
  if (first?.isSingle && second?.isSingle && between === '\t' && (first.endDate ?? '') < (second.endDate ?? ''))
    return { ...second, startDate: first.endDate, isSingle: false }
  const end =
    first?.isCurrent && /expected|anticipated|graduat/i.test(text) ? others.find((one) => one.isSingle) : undefined
  if (first) return end ? { ...first, endDate: end.endDate, isCurrent: false } : first
  const [short, month, year] = SHORT_YEAR.exec(text) ?? []
  if (!short || !year) return null
  const endDate = `${Number(year) > 60 ? '19' : '20'}${year}${month ? `-${month.padStart(2, '0')}` : ''}`
  const index = text.indexOf(short)
  return { startDate: null, endDate, isCurrent: false, isSingle: true, isOpen: false, text: short, index }
}

/** A text between separators without places, effort and date words. */
function bare(text: string): string {
  const rest = text
    .replace(EXTRA, '')
    .replace(/^the (?=\p{Lu})/u, '')
    .replace(/,? online$/i, '')
    .replace(/\s*\((?:formerly|now|online)[^()]*\)/i, '')
    .trim()
  const effort = EFFORT.exec(rest)?.[0] ?? ''
  const afterEffort = isDegree(rest.slice(effort.length, effort.length + 40)) ? rest.slice(effort.length) : rest
  if (!isSchool(afterEffort)) return withoutLocation(afterEffort)
  const placed = withoutLocation(afterEffort)
  const [, next] = (afterEffort.startsWith(placed) && /^, ([^,]+)$/.exec(afterEffort.slice(placed.length))) || []
  const [last = '', ...before] = placed.split(', ').reverse()
  return next && isSchool(last) ? [...before.reverse(), withoutCity(last, next)].join(', ') : placed
}

/** Two texts with a dash between them, as written: `University of Wisconsin - Madison`. Undefined if they are separate. */
function besideIn(whole: string, first: string, second: string): string | undefined {
  const from = whole.indexOf(first)
  const to = whole.indexOf(second, from + first.length)
  const isBeside = from >= 0 && to > 0 && /^\s[–—-]{1,3}\s$/.test(whole.slice(from + first.length, to))
  return isBeside ? whole.slice(from, to + second.length) : undefined
}

/** A text without its place, if it could be a school of any name. */
function unknownIn(text: string): string | null {
  const [first = '', ...rest] = text.split(', ')
  return isMajor(first) && (rest.length === 0 || isStateOrCountry(rest.at(-1) ?? '')) ? first : null
}

/** Takes the end of the degree as the school, if no other is found. */
export function withTail<S extends Study>(study: S): S {
  const { school, degree, tail } = study
  if (school !== null || !tail || !degree?.endsWith(`, ${tail}`)) return study
  return { ...study, school: tail, degree: degree.slice(0, -tail.length - 2) }
}

/** A text between separators: a school, a degree with its major, or both with a comma between them. */
function readText(text: string): Pick<Study, 'school' | 'degree' | 'tail'> {
  const two = apart(text)
  if (two) return { ...two, tail: null }
  const parts = text.split(/,\s+(?![^()]*\))|,(?=\p{Lu})(?![^()]*\))/u).map((part) => part.trim())
  let school: string | null = null
  let degree: string | null = null
  let last: 'school' | 'degree' | 'none' = 'none'
  for (const [i, part] of parts.entries()) {
    const next = parts[i + 1] ?? ''
    const glued: ReturnType<typeof unglued> = school === null && degree === null ? unglued(part) : undefined
    const hasSchool = isSchool(part) && !isAnySchool(part) && !NOT_A_NAME.test(part) && !NOT_A_NAME.test(parts[0] ?? '')
    const hasDegree = isDegree(part)
    if (glued) {
      school = withoutCity(glued.school, next)
      degree = glued.degree
      last = glued.isSchoolFirst ? 'degree' : 'school'
    } else if (
      hasSchool &&
      !(hasDegree && degree === null && isNoSchool(part, parts.slice(i + 1))) &&
      school === null
    ) {
      school = withoutCity(part, next)
      last = 'school'
    } else if (hasSchool && !hasDegree && last === 'school' && school && isOfOne(school, part)) {
      school += `, ${withoutCity(part, next)}`
      last = 'none'
    } else if (hasDegree && degree === null) {
      // a place before a colon is not part of the degree
      degree = last === 'school' ? part.replace(/^\p{Lu}[\p{L} ]{2,24}: (?=\d|\p{Lu})/u, '') : part
      last = 'degree'
    } else if (
      last === 'degree' &&
      degree &&
      isMajor(part) &&
      !NO_MAJOR.test(part) &&
      !isStateOrCountry(part.replace(/^state of /i, '')) &&
      !isStateOrCountry(next)
    ) {
      degree += `, ${part}`
      // a list of fields continues up to its `and`
      last = parts.slice(i + 1, i + 3).some((other) => / (?:&|and) /.test(other) && !isSchool(other))
        ? 'degree'
        : 'none'
    } else if (
      last === 'school' &&
      school &&
      hasCampuses(school) &&
      isCity(part) &&
      !isStateOrCountry(part) &&
      (needsCampus(school) || !isStateOrCountry(next))
    ) {
      school += `, ${part}`
      last = 'none'
    } else last = 'none'
  }
  const [first = '', second = ''] = parts
  const isNamed = COURSE.test(second) || !FIELD.test(first)
  if (!school && isMajor(first) && isNamed && !NO_MAJOR.test(first) && !isDegree(first) && isDegree(second))
    school = first
  const end = degree?.split(', ').at(-1) ?? ''
  const tail = !school && end !== degree && !/^state of /i.test(end) && !FIELD.test(end) && !isDegree(end) ? end : null
  return { school, degree, tail }
}

/** Whether two names are of one school: `School of Law, Rice University`; `Rutgers, The State University of …`. */
const isOfOne = (a: string, b: string) =>
  ![a, b].every((name) => /\buniversit/i.test(name)) || /^(?:the )?(?:state|city) universit/i.test(b)

/** Whether a text names no school: `High School Diploma`; `B.A. School Counseling`, if a school follows. */
const isNoSchool = (text: string, others: string[]) =>
  /^(?:high school )?(?:diploma|degree)|^high school or|^some college|diploma$/i.test(text) ||
  (degreeAt(text)?.index === 0 && others.some(isOnly.school))

/** A degree and a school with a word, a colon or parentheses between them: `BA from Rice University`, `Rice (BA)`. */
function apart(text: string): { school: string | null; degree: string | null } | undefined {
  const at =
    / (?:from|at) (?:the )?(?=\p{Lu})/u.exec(text) ??
    / (?:from|at) (?:the )?(?=\S+ (?:\S+ )?(?:university|college)|university|college)/i.exec(text)
  const [before, behind] = at ? [text.slice(0, at.index), text.slice(at.index + at[0].length)] : ['', '']
  const isStudied =
    /^(?:studied|completed|majored|coursework|credits|\d+ (?:credits|hours)|(?:one|two|three|\d) years?)\b/i.test(
      before,
    )
  if (at && !isSchool(before) && (isDegree(before) || (isStudied && isSchool(behind)))) {
    const school =
      /^ from/i.test(at[0]) || isSchool(behind) ? (readText(behind).school ?? behind.split(', ')[0] ?? null) : null
    if (school) return { school, degree: isDegree(before) ? before : null }
  }
  const [, first, second] =
    /^([^:]{2,90}):\s+(.{2,})$/.exec(text) ?? /^([^()]{2,120}\S)\s*\(([^()]{2,80}?)[\s,;]*\)$/.exec(text) ?? []
  if (!first || !second) return undefined
  if (isOnly.school(first) && isOnly.degree(second))
    return { school: readText(first).school, degree: readText(second).degree }
  if (isOnly.degree(first) && isOnly.school(second))
    return { school: readText(second).school, degree: readText(first).degree }
  return undefined
}

/** A degree and a school with nothing between them: `BA English Rice University`, `Rice University BA English`. */
function unglued(part: string): { school: string; degree: string; isSchoolFirst: boolean } | undefined {
  const found = isSchool(part) ? degreeAt(part) : undefined
  if (!found) return undefined
  const core = coreOf(part)
  const tail = core ? part.slice(core.length).trim() : ''
  const inTail = degreeAt(tail)
  if (core && inTail) {
    const isWhole = /^(?:diploma|certificat|course|program|degree|licen|pre-?lic|coursework|\d)/i.test(
      tail.slice(inTail.index),
    )
    const from = isWhole ? 0 : inTail.index
    return { school: `${core} ${tail.slice(0, from)}`.trim(), degree: tail.slice(from), isSchoolFirst: true }
  }
  if (found.index > 0) return undefined
  const words = part.slice(found.end).trim().split(/\s+/)
  const head = words.findIndex((word) =>
    /^(?:universit\p{L}*|universidad|college|institute|academy|schools?)$/iu.test(word),
  )
  const isTail = /^(?:universi|institute|academy)/i.test(words[head] ?? '') || head === words.length - 1
  if (head < 0 || !(isTail || /^(?:of|de|at)$/i.test(words[head + 1] ?? ''))) return undefined
  const from =
    words.slice(0, head).findLastIndex((word) => /^(?:in|of|and|&|with)$|\)$/.test(word) || FIELD.test(word)) + 1
  const school = words.slice(from).join(' ')
  if (coreOf(school) === undefined || (from === head && !/^(?:of|de|at)$/i.test(words[head + 1] ?? '')))
    return undefined
  return { school, degree: part.slice(0, part.length - school.length).trim(), isSchoolFirst: false }
}
