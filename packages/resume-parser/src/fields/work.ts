import { at } from './contact'
import type { PeriodText } from './dates'
import { type Entry, entriesOf } from './entries'
import { isLocation, withoutLocation } from './locations'
import { isNote, labelOf } from './notes'
import type { ParsedResume } from './parsed'
import { withoutPeriods } from './ranges'
import type { SectionLine } from './sections'
import { companyScore, titleScore } from './vocabulary'

type Work = ParsedResume['work'][number]

const MAX_WORK = 40
/** More lines than forty jobs have. */
const MAX_LINES = 1000
const SEPARATOR = /\t|(?<=, [A-Z]{2})\.(?= |$)|\s+[|•·]\s+|\s*\|\s*|\s+[–—-]+\s+|[–—]{1,2}| @ |;\s/
const DEPARTMENT =
  /^(?:(?:\p{L}+ )?(?:sales|marketing|lines|operations|division|department|dept\.?|region|territory|underwriting|leasing|acquisitions|investments|retail|administration|development|success|service|experience|management|new homes|staff)|(?:(?:personal|commercial|group|individual|senior|residential|property (?:and|&)) )?(?:claims|casualty|property|lending|mortgage|insurance|securities|compliance|training|residential|commercial|luxury|life|health|finance|hr|human resources|it)|north|south|east|west|usa|emea|north america|part[- ]time|full[- ]time|contract|seasonal|temporary|gri|crs)$/iu
const NOISE =
  /^(?:remote|hybrid|full[- ]time|part[- ]time|contract|contractor|seasonal|temporary|permanent|internship|freelance basis|on-?site|present|current|promoted|continued|cont\.?|location|company|title|position|employer|dates?)[.:)]*$/i
const SUFFIX = /^(?:inc|llc|l\.l\.c|ltd|limited|corp|co|p\.?a|p\.?c|pllc|llp|lp|plc|gmbh|s\.?a|n\.?a|usa|dba .*)\.?$/i

interface Piece {
  text: string
  line: SectionLine
  title: number
  company: number
}

interface Read {
  entry: Entry
  pieces: Piece[]
  title: Piece | null
  company: Piece | null
  /** By how much this reading scores better than the opposite one, by the words alone. */
  margin: number
  /** Whether a text was split at a comma, or where its look changes, and nothing else suggests the split. */
  isSplit: boolean
}

/** The document's order of titles and companies: titles come before companies from -1 (never) to 1 (always). */
interface Habit {
  order: number
}

/**
 * The jobs. The words of two texts decide which is the title. If they do not, the order of the other entries does.
 * `sure`: title, company and dates are together, the words alone decide, the title is recognised, and no other text
 * there reads like either.
 */
export function workOf(lines: SectionLine[]): ParsedResume['work'] {
  const entries = entriesOf(lines.filter((line) => line.section === 'work').slice(0, MAX_LINES)).slice(0, MAX_WORK * 2)
  const first = entries.map((entry) => read(entry, { order: 0 }))
  const votes = first.filter((job) => job.margin >= 2.5 && job.title && job.company)
  const titleFirst = votes.filter(
    (job) => job.title && job.company && job.pieces.indexOf(job.title) < job.pieces.indexOf(job.company),
  )
  const order = votes.length > 0 ? (2 * titleFirst.length) / votes.length - 1 : 0.3
  return grouped(entries.map((entry) => read(entry, { order })))
    .map(toWork)
    .filter((job) => job.title !== null || job.company !== null)
    .filter((job, i, all) => all.findIndex((other) => isSame(other, job)) === i)
    .slice(0, MAX_WORK)
}

const WORDS: Habit = { order: 0 }

const isSame = (a: Work, b: Work) =>
  a.title === b.title && a.company === b.company && a.startDate === b.startDate && a.endDate === b.endDate

function read(entry: Entry, habit: Habit, splits = splitsOf): Read {
  const whole = entry.heads.flatMap(piecesIn).slice(0, 8)
  const alternatives = [
    whole,
    ...whole.flatMap((piece, i) =>
      splits(piece, Math.abs(habit.order) > 0.6).map((split) => whole.toSpliced(i, 1, ...split)),
    ),
  ].slice(0, 40)
  let best: Read | undefined
  let bestScore = Number.NEGATIVE_INFINITY
  for (const [n, pieces] of alternatives.entries()) {
    for (const title of [...pieces, null])
      for (const company of [...pieces, null]) {
        if (title === company) continue
        const score = scoreOf(title, company, pieces, habit) - (n > 0 ? 0.6 : 0)
        if (score > bestScore) {
          best = {
            entry,
            pieces,
            title,
            company,
            margin: scoreOf(title, company, pieces, WORDS) - scoreOf(company, title, pieces, WORDS),
            isSplit: n > 0,
          }
          bestScore = score
        }
      }
  }
  return best ?? { entry, pieces: [], title: null, company: null, margin: 0, isSplit: false }
}

function scoreOf(title: Piece | null, company: Piece | null, pieces: Piece[], habit: Habit): number {
  const isTitleFirst = title && company ? (pieces.indexOf(title) < pieces.indexOf(company) ? 1 : -1) : 0
  const early = (piece: Piece | null) => (piece ? 0.4 * pieces.indexOf(piece) : 0)
  const asTitle = title ? title.title - (title.title >= 3 ? 0.1 : 0.5) * title.company + 0.4 : 0
  const asCompany = company ? company.company - 0.7 * company.title + 0.4 : 0
  return (
    asTitle +
    asCompany +
    1.6 * habit.order * isTitleFirst -
    early(title) -
    early(company) -
    (title && company ? 0 : 0.8)
  )
}

function piecesIn(line: SectionLine): Piece[] {
  return withoutPeriods(line.text.replace(/^\d{1,2}[.)]\s+(?=\p{L})/u, ''))
    .split(SEPARATOR)
    .flatMap(atSlashes)
    .map((text) => withoutLocation(tidy(text)))
    .filter((text) => text.length > 1 && /\p{L}/u.test(text))
    .filter((text) => !NOISE.test(text) && !isLocation(text) && !isNote(text))
    .flatMap(inParentheses)
    .flatMap((text) => {
      const at = / at (?=\p{Lu})/u.exec(text)
      return at && titleScore(text.slice(0, at.index)) >= 2
        ? [text.slice(0, at.index), text.slice(at.index + 4)]
        : [text]
    })
    .flatMap((text) => labelled(text, line))
}

/** Splits at slashes: `Server / Captain` is one title, `Agent / Compass` a title and a company. */
function atSlashes(text: string): string[] {
  const parts = text.split(/\s+\/\s+/)
  return parts.every((part) => titleScore(part) >= 2.5) ? [text] : parts
}

/** The text after a label, or the texts on both sides of a colon. */
function labelled(text: string, line: SectionLine): Piece[] {
  const label = labelOf(text)
  if (!label) return [toPiece(text, line)]
  const { kind, name, rest } = label
  if (kind === 'note') return titleScore(rest) >= 2.5 ? [toPiece(rest, line)] : []
  if (!kind) return [toPiece(name, line), toPiece(rest, line)]
  const piece = toPiece(withoutLocation(rest), line)
  return [
    { ...piece, title: kind === 'title' ? piece.title + 3 : 0, company: kind === 'company' ? piece.company + 3 : 0 },
  ]
}

/** Splits off the text in parentheses, unless it is a remark: `Underwriter (Travelers, Hartford, CT)`. */
function inParentheses(text: string): string[] {
  const match = /^([^()]{3,100}) \(([^()]{3,100})\)$/.exec(text)
  const [, before = '', inner = ''] = match ?? []
  const isRemark =
    !/^\p{Lu}/u.test(inner) || NOISE.test(inner) || DEPARTMENT.test(inner) || /^\P{Ll}{0,6}$/u.test(inner)
  const isOther = companyScore(inner) >= 2 && companyScore(before) <= titleScore(before)
  return match && !isRemark && (withoutLocation(inner) !== inner || isOther) ? [before, withoutLocation(inner)] : [text]
}

const toPiece = (text: string, line: SectionLine): Piece => ({
  text,
  line,
  title: titleScore(text),
  company: companyScore(text),
})

/** The ways to split a text at a comma or `at`, or where its look changes: `Realtor, Keller Williams`. */
function splitsOf(piece: Piece, isOrdered: boolean): [Piece, Piece][] {
  const { text, line } = piece
  const commas = [...text.matchAll(/, |\. (?=\p{Lu})| at (?=\p{Lu})/gu)]
    .slice(0, 4)
    .map(({ 0: { length }, index }) => [index, index + length] as const)
  const looks = line.cells.flatMap(({ lead }) =>
    lead && text.startsWith(lead) ? [[lead.length, lead.length] as const] : [],
  )
  const inside = / \((?=[^()]{3,100}\)$)/.exec(text)
  const parentheses =
    inside && /^\p{Lu}.*\p{Ll}/u.test(text.slice(inside.index + 2)) && !NOISE.test(text.slice(inside.index + 2))
      ? [[inside.index, inside.index + 2] as const]
      : []
  return [...commas, ...looks, ...parentheses].flatMap(([end, start]): [Piece, Piece][] => {
    const [left, right] = [
      toPiece(tidy(text.slice(0, end)), line),
      toPiece(tidy(text.slice(start)).replace(/^([^(]*)\)$/, '$1'), line),
    ]
    if (!left.text || !/^[\p{L}\d]/u.test(right.text) || right.text.length < 2) return []
    if (SUFFIX.test(right.text) || DEPARTMENT.test(right.text.split(',')[0] ?? '')) return []
    // a company and its place
    if (left.title <= 0 && right.title <= 0 && right.company <= 0 && (left.company > 0 || !isOrdered)) return []
    return [[left, right]]
  })
}

/** Whether a period lies within another, longer one. */
function isWithin(a: PeriodText | null, b: PeriodText | null): boolean {
  if (!a?.startDate || !b?.startDate || a.text === b.text) return false
  return a.startDate >= b.startDate && (b.isCurrent || (!a.isCurrent && (a.endDate ?? '') <= (b.endDate ?? '')))
}

/** Gives each position the company that heads a group of positions. */
function grouped(jobs: Read[]): Read[] {
  const out: Read[] = []
  let heading: Piece | null = null
  let span: PeriodText | null = null
  jobs.forEach((job, i) => {
    const next = jobs[i + 1]
    if (heading?.line.part !== job.entry.anchor.part) heading = null
    const only = job.pieces.length === 1
    const isHeading =
      only &&
      next &&
      (!next.company || (next.isSplit && next.company.company < 3 && isWithin(next.entry.period, job.entry.period))) &&
      next.title &&
      (job.company || (job.title?.title ?? 1) <= 0) &&
      job.entry.heads.length === 1 &&
      next.entry.heads.length === 1
    if (isHeading) {
      heading = job.company ?? job.title
      span = job.entry.period
      return
    }
    const weak = isWithin(job.entry.period, span) ? 3 : 1
    if (heading && job.isSplit && job.entry.heads.length === 1 && (job.company?.company ?? 0) < weak) {
      // `Vice President, Casualty` under its company
      out.push({ ...read(job.entry, WORDS, () => []), company: heading, margin: 0 })
      return
    }
    if (job.company)
      heading = job.company.line !== job.entry.anchor || job.title?.line !== job.company.line ? job.company : null
    if (job.company) span = null
    out.push(job.company || !only ? job : { ...job, company: heading })
  })
  return out
}

function toWork({ entry, pieces, title, company, margin }: Read): Work {
  const { period } = entry
  const dates = period?.isSingle
    ? { startDate: period.endDate, endDate: period.endDate }
    : { startDate: period?.startDate ?? null, endDate: period?.endDate ?? null }
  const isTold = title !== null && company !== null && period !== null && !period.isSingle && margin >= 2.5
  const others = pieces.filter((piece) => piece !== title && piece !== company)
  const isClean =
    title !== null &&
    company !== null &&
    title.title >= 2 &&
    title.text.split(' ').length <= 6 &&
    company.text.split(' ').length <= 8 &&
    ![title, company].some(({ text }) => /[:;$%!?]|\p{Ll}{3}\.$/u.test(text))
  const isSure =
    isTold && isClean && pieces.includes(company) && !others.some((piece) => piece.title >= 2 || piece.company >= 2)
  return {
    title: title ? tidy(withoutCityBefore(title, company)) : null,
    company: company ? tidy(withoutCity(company.text)) : null,
    ...dates,
    isCurrent: period?.isCurrent ?? false,
    ...at((title ?? company)?.line ?? entry.anchor, isSure ? 'sure' : 'likely'),
  }
}

/** A title after its company without the city before it: `Austin, Sales Associate`. */
function withoutCityBefore({ text, line }: Piece, company: Piece | null): string {
  const [city = '', title, ...more] = text.split(', ')
  const isCity = /^\p{Lu}[\p{L}. ]{2,25}$/u.test(city) && titleScore(city) <= 0 && companyScore(city) <= 0
  return title && more.length === 0 && company?.line === line && isCity && titleScore(title) >= 2.5 ? title : text
}

/** A text without the city at its end: `Keller Williams, Austin`. */
function withoutCity(text: string): string {
  const [name = '', tail, ...more] = text.split(', ')
  return tail &&
    more.length === 0 &&
    !SUFFIX.test(tail) &&
    companyScore(tail) < 1 &&
    /^\p{Lu}[\p{L}. ]{2,25}$/u.test(tail) &&
    !/\band\b/i.test(tail)
    ? name
    : text
}

const tidy = (text: string) =>
  text
    .replace(/^[\s,;:|–—-]+/, '')
    .replace(/(?:\s+\.)?[\s,;:|–—-]*$/, '')
    .replace(/(?<=\p{Ll}{4})\.$/u, '')
    .slice(0, 200)
