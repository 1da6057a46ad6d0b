import type { ParsedResume } from '../src/fields/parsed.ts'

type Unsourced<T> = T extends { page: number } ? Omit<T, 'page' | 'line' | 'certainty'> : never
type Job = Unsourced<ParsedResume['work'][number]>
type School = Omit<Unsourced<ParsedResume['education'][number]>, 'isCurrent'>

/** The true fields of a resume, from the file next to it: a ParsedResume without sources. */
export interface Truth {
  name: string | null
  emails: string[]
  phones: string[]
  city: string | null
  state: string | null
  postalCode: string | null
  links: string[]
  skills: string[]
  work: Job[]
  education: School[]
  licenses: Unsourced<ParsedResume['licenses'][number]>[]
}

/** The scored fields, in the order of the table. */
export const FIELDS = [
  'name',
  'emails',
  'phones',
  'city',
  'state',
  'postalCode',
  'links',
  'skills',
  'work titles',
  'work companies',
  'work dates',
  'education schools',
  'education degrees',
  'education dates',
  'licenses',
  'license numbers',
  'license statuses',
] as const
export type Field = (typeof FIELDS)[number]

/** The counts of one field in one resume: values found and true, found and false, true and not found. */
export interface Score {
  right: string[]
  wrong: string[]
  missed: string[]
}

/**
 * A text in lower case, without accents, dots and apostrophes. Anything else that is no letter or digit becomes one
 * space.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\p{M}.'’®™]/gu, '')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replaceAll('đ', 'd')
    .replaceAll('&', ' and ')
    .replaceAll(/[^\p{L}\p{N}+#]+/gu, ' ')
    .trim()
}

/** Whether the words of one folded text appear in the other, together and in order. */
const holds = (a: string, b: string) => ` ${a} `.includes(` ${b} `) || ` ${b} `.includes(` ${a} `)

const CREDENTIALS = /,?\s+(?:MBA|CRS|GRI|ABR|SRS|CLU|ChFC|CFP|CPCU|CIC|CISR|AINS|Realtor|PhD|CPM|CCIM|RN|Esq)\b.*$/i

function isSameName(a: string, b: string): boolean {
  const bare = (text: string) => fold(text.replace(CREDENTIALS, '').replaceAll(/\([^)]*\)|["“][^"”]*["”]/g, ' '))
  return bare(a).replaceAll(' ', '') === bare(b).replaceAll(' ', '')
}

const linkOf = (url: string) =>
  url
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[?#].*$/, '')
    .replace(/\/$/, '')

/** Whether two titles are the same. Remarks in parentheses do not count: `Bartender (part-time)`. */
export const isSameTitle = (a: string, b: string) => fold(withoutRemarks(a)) === fold(withoutRemarks(b))
const withoutRemarks = (text: string) => text.replaceAll(/\([^)]*\)/g, ' ')

/**
 * Whether two companies or schools are the same. The legal form, and a place after a comma or in parentheses, do not
 * count.
 */
export function isSameCompany(a: string, b: string): boolean {
  const bare = (text: string) =>
    fold(withoutRemarks(text)).replace(/ (?:inc|llc|ltd|limited|corp|co|company|lp|pllc)$/, '')
  const withoutLocation = (text: string) => text.replace(/,\s*(?:\D{1,30}|\D{1,25},\s*\D{1,20})$/, '')
  return bare(a) === bare(b) || bare(withoutLocation(a)) === bare(b) || bare(a) === bare(withoutLocation(b))
}

const LEVELS: [string, RegExp][] = [
  ['doctor', /\b(?:doctor|doctorate|phd|jd|md|edd)\b/],
  ['master', /\b(?:masters?|mba|ms|ma|msc|med|mfa|mph)\b/],
  ['bachelor', /\b(?:bachelors?|bachelor of|ba|bs|bsc|bba|bfa|ab|beng|bed|bcom)\b/],
  ['associate', /\b(?:associates?|aa|as|aas)\b/],
  ['school', /\b(?:diploma|ged|high school|leaving certificate|a levels?)\b/],
  ['course', /\b(?:course|certificate|certification|license|licence|prelicensing)\b/],
]
const levelOf = (folded: string) => LEVELS.find(([, words]) => words.test(folded))?.[0] ?? null

/** Whether two degrees are the same. One may be longer (`BA`, `BA, Finance`) if the level is the same. */
function isSameDegree(a: string, b: string): boolean {
  const [one, other] = [fold(a), fold(b)]
  return one === other || (holds(one, other) && levelOf(one) === levelOf(other))
}

/**
 * Whether two licences are the same. One may have more words, such as the state or the authority, but the found one
 * must have at least half of the words.
 */
function isSameLicense(truth: string, find: string): boolean {
  const [one, other] = [fold(truth), fold(find)]
  return holds(one, other) && 2 * other.split(' ').length >= one.split(' ').length
}
export const isSameNumber = (a: string, b: string) =>
  fold(a).replaceAll(/[^\p{L}\p{N}]/gu, '') === fold(b).replaceAll(/[^\p{L}\p{N}]/gu, '')
export const isSameText = (a: string, b: string) => fold(a) === fold(b)
export const isIdentical = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

/** Scores a list. Each true value counts as found once; a second find of it is false. */
export function scoreSet(truths: string[], finds: string[], isSame: (a: string, b: string) => boolean): Score {
  const missed = [...truths]
  const score: Score = { right: [], wrong: [], missed }
  for (const find of finds) {
    const at = missed.findIndex((truth) => isSame(truth, find))
    if (at < 0) score.wrong.push(find)
    else score.right.push(...missed.splice(at, 1))
  }
  return score
}

export const existing = (...texts: (string | null)[]) => texts.filter((text) => text !== null)

export function sumOf(scores: Score[]): Score {
  return {
    right: scores.flatMap(({ right }) => right),
    wrong: scores.flatMap(({ wrong }) => wrong),
    missed: scores.flatMap(({ missed }) => missed),
  }
}

/**
 * Pairs entries, most similar first. Entries without a partner stay alone. `likeness` is 0 if two entries have nothing
 * in common.
 */
function pair<A, B>(truths: A[], finds: B[], likeness: (truth: A, find: B) => number): [A | null, B | null][] {
  const all = truths.flatMap((truth, i) => finds.map((find, j) => ({ i, j, like: likeness(truth, find) })))
  const pairs: [number, number][] = []
  for (const { i, j } of all.filter(({ like }) => like > 0).sort((a, b) => b.like - a.like))
    if (!pairs.some(([a, b]) => a === i || b === j)) pairs.push([i, j])
  return [
    ...pairs.map(([i, j]): [A | null, B | null] => [truths[i] ?? null, finds[j] ?? null]),
    ...truths.filter((_, i) => !pairs.some(([a]) => a === i)).map((truth): [A, null] => [truth, null]),
    ...finds.filter((_, j) => !pairs.some(([, b]) => b === j)).map((find): [null, B] => [null, find]),
  ]
}

export const same = (a: string | null, b: string | null, isSame: (a: string, b: string) => boolean) =>
  a !== null && b !== null && isSame(a, b) ? 1 : 0
const some = (a: string | null, b: string | null) => same(a, b, (one, other) => holds(fold(one), fold(other))) / 4

const entry = (texts: (string | null)[]) => texts.map((text) => text ?? '?').join(' · ')
const dated = ({
  startDate,
  endDate,
  isCurrent = false,
}: {
  startDate: string | null
  endDate: string | null
  isCurrent?: boolean
}) => ({
  start: startDate,
  end: isCurrent ? 'now' : endDate,
})

/** Scores start and end dates. If an entry is missing, its dates are missed; if it is false, they are false. */
function scoreDates(
  name: string,
  truth: ReturnType<typeof dated> | null,
  find: ReturnType<typeof dated> | null,
): Score {
  return sumOf(
    (['start', 'end'] as const).map((side) => {
      const said = (period: ReturnType<typeof dated> | null) =>
        existing(period?.[side] ?? null).map((date) => `${name}: ${side} ${date}`)
      return scoreSet(said(truth), said(find), (a, b) => a === b)
    }),
  )
}

/**
 * Scores a parsed resume against the truth.
 *
 * Names, skills, titles, companies, schools, degrees, licences and places are compared folded (see fold), emails and
 * phones in lower case, links without scheme, `www.` and the last slash. Jobs are paired with true jobs by title,
 * company and start, and schools in the same way. Each part is scored within its pair. Start and end dates must be equal. Every
 * part of an entry without a partner is missed or false. The number of a licence counts even if its name differs;
 * statuses are scored in pairs by name or number.
 */
export function score(truth: Truth, found: ParsedResume): Record<Field, Score> {
  const values = (list: { value: string }[]) => list.map(({ value }) => value)
  const one = (field: 'name' | 'city' | 'state' | 'postalCode', isSame = isSameText) =>
    scoreSet(existing(truth[field]), existing(found[field]?.value ?? null), isSame)
  const jobs = pair(
    truth.work,
    found.work,
    (a, b) =>
      2 * same(a.title, b.title, isSameTitle) +
      2 * same(a.company, b.company, isSameCompany) +
      same(a.startDate, b.startDate, isSameText) +
      some(a.title, b.title) +
      some(a.company, b.company),
  )
  const schools = pair(
    truth.education,
    found.education,
    (a, b) =>
      2 * same(a.school, b.school, isSameCompany) +
      2 * same(a.degree, b.degree, isSameDegree) +
      same(a.endDate, b.endDate, isSameText) +
      some(a.school, b.school) +
      some(a.degree, b.degree),
  )
  const held = pair(
    truth.licenses,
    found.licenses,
    (a, b) => same(a.name, b.name, isSameLicense) + same(a.number, b.number, isSameNumber),
  )
  const part = <A, B>(
    pairs: [A | null, B | null][],
    of: (side: A | B) => string | null,
    isSame: (a: string, b: string) => boolean,
  ) => sumOf(pairs.map(([a, b]) => scoreSet(existing(a && of(a)), existing(b && of(b)), isSame)))
  const nameOf = (job: { title: string | null; company: string | null } | null) =>
    entry([job?.title ?? null, job?.company ?? null])
  const schoolOf = (one: { school: string | null } | null) => entry([one?.school ?? null])
  return {
    name: one('name', isSameName),
    emails: scoreSet(truth.emails, values(found.emails), isIdentical),
    phones: scoreSet(truth.phones, values(found.phones), isIdentical),
    city: one('city'),
    state: one('state'),
    postalCode: one('postalCode', isSameNumber),
    links: scoreSet(truth.links, values(found.links), (a, b) => linkOf(a) === linkOf(b)),
    skills: scoreSet(truth.skills, values(found.skills), isSameText),
    'work titles': part(jobs, ({ title }) => title, isSameTitle),
    'work companies': part(jobs, ({ company }) => company, isSameCompany),
    'work dates': sumOf(jobs.map(([a, b]) => scoreDates(nameOf(a ?? b), a && dated(a), b && dated(b)))),
    'education schools': part(schools, ({ school }) => school, isSameCompany),
    'education degrees': part(schools, ({ degree }) => degree, isSameDegree),
    'education dates': sumOf(schools.map(([a, b]) => scoreDates(schoolOf(a ?? b), a && dated(a), b && dated(b)))),
    licenses: scoreSet(
      truth.licenses.map(({ name }) => name),
      found.licenses.map(({ name }) => name),
      isSameLicense,
    ),
    'license numbers': scoreSet(
      truth.licenses.flatMap(({ number }) => existing(number)),
      found.licenses.flatMap(({ number }) => existing(number)),
      isSameNumber,
    ),
    'license statuses': part(held, ({ status }) => status, isIdentical),
  }
}

/** Precision, recall and F1 of scores together, from 0 to 1; NaN if the divisor is 0. */
export function rate(scores: Score[]): { precision: number; recall: number; f1: number; truths: number } {
  const { right, wrong, missed } = sumOf(scores)
  return {
    precision: right.length / (right.length + wrong.length),
    recall: right.length / (right.length + missed.length),
    f1: (2 * right.length) / (2 * right.length + wrong.length + missed.length),
    truths: right.length + missed.length,
  }
}
