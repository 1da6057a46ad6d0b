import { type PeriodText, periodsOf } from './dates'
import { type Body, bodyOf, isEmphasised } from './emphasis'
import { isLocation, withoutLocation } from './locations'
import { isNote } from './notes'
import { joinRanges, withoutPeriods } from './ranges'
import { type SectionLine, withCells } from './sections'
import { companyScore, titleScore } from './vocabulary'

/** The heading lines of one entry in a list of jobs, with its dates. */
export interface Entry {
  heads: SectionLine[]
  /** The heading line that has the dates. */
  anchor: SectionLine
  period: PeriodText | null
}

type Kind = 'anchor' | 'head' | 'maybe' | 'text'

const MAX_ABOVE = 3
const MAX_BELOW = 3
const VERB =
  /^(?:\p{L}+ly )?(?:\p{L}{2,}(?:ed|ing)|led|sold|built|grew|wrote|ran|won|oversaw|made|held|kept|drove|took|gave|taught|set|met|cut|brought|handle|manage|provide|assist|work|help|maintain|ensure|create|develop|conduct|prepare|coordinate|responsible|responsibilities|duties|key|achievements|highlights|specialize|serve|support|represent|generate|build|sell|list|show|host|answer|process|consistently|currently|successfully|promoted|top|as)\b/iu
/** Words that only look like a verb. */
const NO_VERB =
  /^(?:united|retired|assigned|shared|allied|limited|advanced|applied|integrated|certified|licensed|combined|associated|federated|consolidated|registered|managing|acting|listing|leasing|showing|accounting|marketing|closing|housing|banking|lending|training|building|engineering|nursing|teaching|consulting|staffing|boeing|sterling|outstanding|broking|underwriting|advertising|manufacturing|planning|show|list|top|support|work|help|process|host|key|as|represent) /i
const LABELLED =
  /^(?:key |major |selected |notable )?(?:responsibilities|duties|achievements|accomplishments|highlights|results|projects|awards?|skills|tools|technologies|reason for leaving|supervisor|reports? to|reported to|references?|clients?|(?:okay|ok|may we) (?:to )?contact\b.*|hours per week|salary)(?:\s*(?::|$)| include)/i

/**
 * Cuts a section of jobs into entries. A line with dates is the anchor of each entry; the heading lines around it
 * belong to it. The first entry shows how many heading lines stand above the dates, unless a wide gap shows it.
 */
export function entriesOf(lines: SectionLine[]): Entry[] {
  const joined = joinRanges(lines)
    .map(withoutText)
    .map(withoutNotes)
    .filter((line) => line.cells.length > 0)
  const kinds = kindsOf(joined)
  const anchors = joined.flatMap((_, i) => (kinds[i] === 'anchor' ? [i] : []))
  const first = anchors[0] ?? joined.length
  let lead = 0
  while (
    lead < MAX_ABOVE &&
    isHead(kinds[first - lead - 1]) &&
    !(lead > 0 && joined[first - lead]?.part !== joined[first - lead - 1]?.part)
  )
    lead++
  const entries: { at: number; entry: Entry }[] = []
  let taken = -1
  anchors.forEach((at, k) => {
    const line = joined[at]
    if (!line) return
    const from = startOf(at, taken, lead, joined, kinds)
    const to = endOf(at, anchors[k + 1] ?? joined.length, lead, joined, kinds)
    const period = periodsOf(line.text)[0] ?? null
    entries.push({ at, entry: { heads: joined.slice(from, to + 1), anchor: line, period } })
    for (const dated of undated(joined, kinds, taken + 1, from)) entries.push(dated)
    taken = to
  })
  for (const dated of undated(joined, kinds, taken + 1, joined.length)) entries.push(dated)
  return entries.sort((a, b) => a.at - b.at).map(({ entry }) => entry)
}

/**
 * A line without the text that describes the job. `Acme - Clerk. 2015 to 2019. Filed all papers.` is kept up to its
 * dates. `Clerk. Filed all papers.` below dates without a title is kept up to its first full stop.
 */
function withoutText(line: SectionLine, i: number, lines: SectionLine[]): SectionLine {
  const keep = (text: string): SectionLine => {
    const [first] = line.cells
    return first ? withCells(line, [{ ...first, text }]) : line
  }
  const period = line.isBullet ? undefined : periodsOf(line.text).find(({ isSingle }) => !isSingle)
  const end = (period?.index ?? 0) + (period?.text.length ?? 0)
  if (period && period.index < 130) {
    const isText = /^[)\]]?[.;:]? +\p{Lu}\S* (?:\S+ ){2}/u.test(line.text.slice(end))
    return isText && isTelling(line.text.slice(0, period.index)) ? keep(line.text.slice(0, end)) : line
  }
  const above = lines[i - 1]
  const [, title] = /^([^.]{3,50})\. +\p{Lu}\S* \S+ \S/u.exec(line.text) ?? []
  const isBelow = above?.part === line.part && hasRange(above) && titleScore(withoutPeriods(above.text)) < 2.5
  return title && isBelow && !line.isBullet && titleScore(title) >= 3 ? keep(title) : line
}

/** A line without streets, salaries and the like, and a line of a table without the cells that describe. */
function withoutNotes(line: SectionLine): SectionLine {
  const told = line.cells.filter(({ text }) => periodsOf(text).length > 0 || !isNote(text))
  const short = told.filter(({ text }) => text.split(' ').length <= 8 || periodsOf(text).length > 0)
  const cells = line.cells.length > 2 && short.length > 1 ? short : told
  return cells.length < line.cells.length ? withCells(line, cells) : line
}

const isHead = (kind: Kind | undefined) => kind === 'head' || kind === 'maybe'

/** The first heading line above the dates of an entry. */
function startOf(at: number, taken: number, lead: number, lines: SectionLine[], kinds: Kind[]): number {
  let from = at
  while (
    from - 1 > taken &&
    at - from < Math.max(lead + 1, 1) &&
    lines[from - 1]?.part === lines[at]?.part &&
    (kinds[from - 1] === 'head' || (kinds[from - 1] === 'maybe' && at - from < lead))
  )
    from--
  return from
}

/** The last heading line below the dates of an entry: the heading lines of the next entry do not count. */
function endOf(at: number, next: number, lead: number, lines: SectionLine[], kinds: Kind[]): number {
  let to = at
  while (to + 1 < next && to - at < MAX_BELOW && isHead(kinds[to + 1]) && lines[to + 1]?.part === lines[at]?.part) to++
  if (to === at) return at
  if (to + 1 < next) {
    // text follows: a line that a gap separates from the dates above does not belong to them
    return to
  }
  if (next >= lines.length || lines[next]?.part !== lines[at]?.part) return to
  const gaps = lines.slice(at + 1, next + 1).map((line) => line.gap)
  const widest = Math.max(...gaps)
  const others = gaps.filter((gap) => gap !== widest)
  if (others.length > 0 && widest > 1.25 * Math.max(...others)) return at + gaps.indexOf(widest)
  return Math.max(at, next - 1 - lead)
}

/** Entries without dates: heading lines before a text, with a title and a company. */
function* undated(
  lines: SectionLine[],
  kinds: Kind[],
  from: number,
  to: number,
): Generator<{ at: number; entry: Entry }> {
  for (let i = from; i < to; i++) {
    if (kinds[i] !== 'head') continue
    let end = i
    while (end + 1 < to && end - i < 2 && kinds[end + 1] === 'head') end++
    const heads = lines.slice(i, end + 1)
    const text = heads.map((line) => line.text).join(' ')
    const [anchor] = heads
    if (anchor && titleScore(text.split(/[,|\t–—-]/)[0] ?? '') + companyScore(text) >= 5 && !isLocation(text))
      yield { at: i, entry: { heads, anchor, period: null } }
    i = end
  }
}

function kindsOf(lines: SectionLine[]): Kind[] {
  const body = bodyOf(lines)
  const right = new Map<number, number>()
  for (const line of lines) right.set(line.block, Math.max(right.get(line.block) ?? 0, line.end))
  const ranges = lines.filter((line) => !line.isBullet && !isSentence(line, body) && hasRange(line))
  const inBullets = ranges.length === 0
  const left = Math.min(...ranges.slice(0, 200).map((line) => line.x))
  const indents = new Set(
    lines.filter((line) => line.isBullet || isSentence(line, body)).map((line) => Math.round(line.x / 2)),
  )
  // if all dates stand in one column that is not the first, indented lines are descriptions
  const isColumn = ranges.length > 1 && ranges.every((line) => Math.abs(line.x - left) < 3 && !startsWithDates(line))
  const indent = isColumn ? left + 6 : Number.POSITIVE_INFINITY
  const kinds: Kind[] = []
  lines.forEach((line, i) => {
    const above = lines[i - 1]
    const kind = (): Kind => {
      const rest = withoutPeriods(line.text)
      const isStrong = isEmphasised(line, body, 6)
      const isShort = rest.split(' ').length <= 4 && titleScore(rest) >= 3
      const isTitle =
        !line.isBullet && !line.text.endsWith('.') && titleScore(rest) >= 2.5 && (isShort || !isSentence(line, body))
      // in the column of the text beside the dates
      const isBeside = above && startsWithDates(above) && Math.abs((above.cells[1]?.x ?? 0) - line.x) < 3
      if (isTitle && isBeside && above.part === line.part && hasRange(above) && !hasRange(line)) return 'head'
      const isIndented = indents.has(Math.round(line.x / 2)) && line.x > left + 6
      if (!isStrong && !startsWithDates(line) && isIndented && !(isTitle && hasRange(line))) return 'text'
      if (!isStrong && line.x > indent && !startsWithDates(line) && !hasRange(line)) return 'text'
      if (/\d\.$/.test(line.text) && rest.length > 3 && !line.bold && !(hasRange(line) && isTelling(rest)))
        return 'text'
      if (line.isBullet && !isStrong) {
        return inBullets && hasRange(line) && rest.length < 120 && titleScore(rest) + companyScore(rest) >= 2.5
          ? 'anchor'
          : 'text'
      }
      if (hasRange(line) && !isSentence(line, body) && rest.length < 140) return 'anchor'
      const periods = periodsOf(line.text)
      if (periods.length > 0 && !isSentence(line, body) && rest.length < 110 && !LABELLED.test(line.text)) {
        const like =
          ranges.length === 0 ||
          ranges.some(
            (other) =>
              other.bold === line.bold && Math.abs(other.x - line.x) < 4 && Math.abs(other.size - line.size) < 0.3,
          )
        if (like && (rest.length < 4 || isStrong || titleScore(rest) + companyScore(rest) >= 2.5)) return 'anchor'
      }
      if (LABELLED.test(line.text) || line.text.endsWith(':')) return 'text'
      const isTextAbove = kinds[i - 1] === 'text' && above?.block === line.block
      const isFull = above !== undefined && above.end > 0.78 * (right.get(line.block) ?? 0)
      const isContinued =
        isTextAbove &&
        !isStrong &&
        above &&
        Math.abs(above.size - line.size) < 0.3 &&
        line.gap < 1.9 &&
        (/^\p{Ll}/u.test(line.text) || (isFull && line.x >= above.x - 1))
      if (isContinued) return 'text'
      if (isSentence(line, body) || /^\p{Ll}(?!\p{Ll}{0,3}\p{Lu})/u.test(line.text)) return 'text'
      if (line.text.length > 110) return 'text'
      if (isStrong || isLocation(line.text) || isTelling(rest) || withoutLocation(rest) !== rest) return 'head'
      return line.text.split(' ').length <= 7 ? 'maybe' : 'text'
    }
    kinds.push(kind())
  })
  return kinds
}

/** Whether a part of a text reads like a title or a company. */
const isTelling = (text: string) =>
  text.split(/\t|\s[–—|•·-]\s|, |\.$/, 6).some((part) => titleScore(part) >= 2.5 || companyScore(part) >= 2.5)

const startsWithDates = (line: SectionLine) => periodsOf(line.text)[0]?.index === 0
const hasRange = (line: SectionLine) => periodsOf(line.text).some((period) => !period.isSingle)

/** Whether a line is part of a description: it begins with a verb, ends in a full stop, or is long. */
function isSentence(line: SectionLine, body: Body): boolean {
  const rest = withoutPeriods(line.text)
  const words = rest.split(/\s+/)
  if (words.length > 16 || (line.isBullet && /^\p{Ll}/u.test(rest))) return true
  // `From 2018 to 2020 chaired the committee`
  if (/^from\b/i.test(line.text) && /^\p{Ll}+ed /u.test(rest)) return true
  if (words.length < 12 && hasRange(line) && (isTelling(rest) || startsWithDates(line))) return false
  if (
    words.length >= 3 &&
    /[\p{Ll}\d)%]{2}[.!?]$/u.test(rest) &&
    !/\b(?:inc|co|ltd|llc|corp|l\.p|p\.a|st|jr|sr|dept|assoc|bros|intl|mfg|univ|ave|rd|blvd|\p{Lu}\p{Ll}{1,4})\.$/iu.test(
      rest,
    )
  )
    return true
  // `Lead a crew of nine`
  if (
    words.length >= 4 &&
    /^\p{L}+ (?:an?|the|all|our|my|their|new|daily) /iu.test(rest) &&
    !/^(?:at|in|on|over|under|for|of|the) /i.test(rest) &&
    companyScore(rest) < 3
  )
    return true
  const isRow = hasRange(line)
    ? /\t|\s[|•·–—-]\s/.test(line.text)
    : words.length < 12 && /\s[|–—]\s\p{Lu}/u.test(rest) && isTelling(rest)
  const isPast = /^\p{L}+ed /iu.test(rest)
  return (
    words.length >= (isPast ? 3 : 4) &&
    VERB.test(rest) &&
    !(NO_VERB.test(rest) && words.length < 8) &&
    withoutLocation(rest) === rest &&
    !isEmphasised({ ...line, size: 0 }, body, 6) &&
    !isRow &&
    (isPast || titleScore(rest) < 3)
  )
}
