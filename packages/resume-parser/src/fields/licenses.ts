import { at } from './contact'
import { isState } from './locations'
import type { ParsedResume } from './parsed'
import { withoutPeriods } from './ranges'
import type { SectionLine } from './sections'

type License = ParsedResume['licenses'][number]

const MAX_LICENSES = 20
/** Names of real-estate, mortgage, insurance and securities licences. */
const TRADE =
  /\b(?:pre-? ?licens\p{L}+|real[- ]estate|sales ?person|sales associate|sales agent|affiliate broker|associate broker|managing broker|principal broker|designated broker|broker|realty|property manager|strata|appraiser|insurance|property (?:and|&|\/|\+) casualty|p ?& ?c|p\/c|casualty|life(?= (?:and|&|\/|only) |,)|accident|health|l ?& ?h|annuit(?:y|ies)|producer|adjuster|claims adjuster|(?:surplus|personal|commercial|general|all)[- ]lines|variable (?:life|contracts)|medicare|long[- ]term care|nmls|mlo|mortgage|loan originator|safe act|dre|bre|calbre|caldre|trec|npn|national producer|series \d|finra|sie|securities|investment adviser|title (?:agent|insurance|producer)|escrow (?:agent|officer)|reco|bcfsa|oaciq|rebny|fsra|customer representative|llqp|ribo|cemap|propertymark)\b/iu
const NONE =
  /\b(?:driver|driving|cpr|first aid|google|hubspot|facebook|servsafe|food handler|notary|member(?:ship)?|nar|association of realtors|faa|remote pilot|drone|epa|osha|forklift|microsoft|pmp|cosmetolog\p{L}*|nursing|registered nurse|teach\p{L}*|educator|security guard|first responder|designation|accredited|council|institute|coursera|linkedin learning|concealed|pilot|boat|motorcycle)\b|driver['’]s/iu
const ENDED =
  /\b(?:expired|lapsed|surrendered|revoked|inactive|not (?:currently )?(?:active|renewed)|cancell?ed|terminated|relinquished|in escrow|on deposit)\b|^(?:former(?:ly)?|previous(?:ly)?)\b/i
const PROGRESS =
  /\b(?:pre-? ?licens\p{L}+|in progress|in process|pending|scheduled|enrolled|studying|candidate|to be completed|awaiting|pursuing|upcoming|expected|anticipated|working towards?|applied for|application|preparing for|sitting for|eligible (?:to|for)|ready to (?:sit|take)|scheduled to|to be taken|will begin|exam (?:date|booked)|will (?:sit|take|obtain))\b/iu
/** A status on a line below its licence. */
const STATUS = /^(?:(?:licen[sc]e )?status|exam(?: date)?)\s*:\s*\D{0,30}(?:\d[\d\s/,-]{0,12})?$/i
/** A person who passed the exam waits for the licence, unless a number is given. */
const EXAM = /\bpassed\b.{0,60}\bexam|\bexam(?:ination)?\b.{0,20}\bpassed\b/i
/** `Passed the Ohio salesperson exam`: the licence is in progress. */
const PASSED = /\bpassed (?:the |my )?([^.;]{3,60}) exam(?:ination)?\b/i
const LEAD =
  /^(?:currently )?(?:expected:|will (?:sit for|take|obtain)|enrolled(?: in|:)|studying for|studying toward|pursuing|preparing for|scheduled for|candidate for|working towards?|completing|taking|applied for|awaiting|sitting for|ready to (?:take|sit for)|will begin|scheduled to take|passed|hold(?:s|ing)?|active|current|state)\s+(?:the |an? |my )?(?:(?:state|national)(?: and (?:state|national))? portions? of the )?(?:of )?/i
/** `I am studying for the Arizona real estate exam`: the group is the name of the licence. */
const UNDER_WAY =
  /\b(?:enrolled in|studying for|studying toward|pursuing|preparing for|scheduled for|candidate for|working towards?|completing|taking|obtain|applied for|awaiting)\s+(?:the |an? |my )?([^.;]{3,80})/i
const LABEL = String.raw`(?:#|\b(?:no|num|number|lic|licen[sc]e|ref|id|reg|registration|nmls|npn|dre|bre|calbre|caldre|trec|cert)\b\.?)`
const NUMBER = new RegExp(
  String.raw`${LABEL}[\s:#.),]{0,4}(?:(?:(?:no|number|id)\b|#)[\s:#.]{0,3}){0,2}([A-Z]{0,5}[-. ]?\d[\dA-Z.-]{3,18})(?![\d@])`,
  'i',
)
const BARE = /(?:^|[\s,(–-])((?:[A-Z]{1,4}[-.]?)?\d[\dA-Z.-]{4,18})(?=$|[\s,;)])/
const REGISTER = /^(?:nmls|npn|(?:cal)?[db]re|trec)(?: ?(?:id|no|number|#))?[.:]?$/i
/** Authorities that issue licences. */
const AUTHORITY = /^(?!.*\blicen[sc])[\p{L}& ]*\b(?:commission|department|division|bureau|board)\b/iu
/** A label before a number that belongs to the licence on the line above. */
const GENERIC = /^(?:licen[sc]e|lic|no|number|licen[sc]e number|id)\.?$/i
const SERIES = /\b(?:finra )?series\s+(\d{1,3}(?:\s{0,2}(?:,|and|&|\/|\+|, and)\s{0,2}(?:series )?\d{1,3}\b){0,8})/gi
const SERIES_ONE = /\bseries\s+\d/i
const LICENSED =
  /\blicensed (?:(?:and|in|as|an?|the) )?(?:[\p{L}&,]+ ){0,5}?(?:salesperson|agent|broker|producer|realtor|adjuster|associate|originator|adviser|advisor|appraiser|manager|realtor)s?\b/iu

/**
 * Licences of real estate, mortgages, insurance and securities.
 *
 * `sure`: a line under a heading for licences that names one (or has a number after `#` or `No.`); in the contact area,
 * a number with its register (`DRE #`, `NMLS`) or the words `licensed …`. `likely`: a series, or `licensed …`,
 * elsewhere. Jobs and references are not searched.
 */
export function licensesOf(lines: SectionLine[]): License[] {
  const found: License[] = []
  for (const line of joined(lines.filter((line) => line.section === 'licenses'))) {
    const above = found.at(-1)
    if (above && above.page === line.page && line.line - above.line === 1 && STATUS.test(line.text)) {
      if (ENDED.test(line.text)) found.pop()
      else if (PROGRESS.test(line.text)) above.status = 'in_progress'
      continue
    }
    for (const text of cellsOf(line.text)) addListed(found, text, line)
  }
  const hasListed = found.length > 0
  for (const [i, line] of lines.entries()) {
    if (['licenses', 'work', 'references'].includes(line.section)) continue
    const above = lines[i - 1]
    // a register as a label, above its number
    if (above?.section === line.section && REGISTER.test(above.text) && /^#?\d{4,12}$/.test(line.text))
      addMentioned(found, `${above.text} ${line.text}`, line, hasListed)
    for (const text of line.text.split(/\t|;\s|\s?[|•·]\s?/).slice(0, 20)) addMentioned(found, text, line, hasListed)
  }
  return found
    .slice(0, 5 * MAX_LICENSES)
    .filter((license, i) => found.findIndex((other) => isSame(other, license)) === i)
    .slice(0, MAX_LICENSES)
}

/** The items of a line. A status in its own cell is joined to the name of its licence. */
function cellsOf(text: string): string[] {
  const cells = text.split(/\t|;\s|\s[|•·]\s/).slice(0, 10)
  const status = cells.slice(1).filter((cell) => cell.split(' ').length <= 4 && !TRADE.test(cell))
  if (status.some((cell) => ENDED.test(cell))) return []
  const open = status.find((cell) => PROGRESS.test(cell))
  const named = Math.max(
    0,
    cells.findIndex((cell) => TRADE.test(cell)),
  )
  return open
    ? cells.map((cell, i) => (i === named ? `${cell}, ${open}` : cell)).filter((cell) => cell !== open)
    : cells
}

/** Whether one name is part of the other, or a name is empty. */
const isPart = (a: string, b: string) =>
  [a, b].some((name) => /^(?:lic(?:ense)?|nmls|npn|\S{2,6})(?: id)?$/i.test(name)) ||
  a.toLowerCase().includes(b.toLowerCase()) ||
  b.toLowerCase().includes(a.toLowerCase())

/** Whether two licences are one: the same number with one name, or the same name if one has no number. */
const isSame = (a: License, b: License) =>
  (a.number !== null && a.number === b.number && isPart(a.name, b.name)) ||
  (a.name.toLowerCase() === b.name.toLowerCase() && (a.number === null || b.number === null || a.number === b.number))

/** Adds the licences of a line under a heading for licences. */
function addListed(found: License[], text: string, line: SectionLine): void {
  if (NONE.test(text) || ENDED.test(text) || text.length > 220) return
  if (addSeries(found, text, at(line, 'sure'))) return
  const number = numberIn(text, true)
  const name = nameIn(text, number?.index)
  const above = found.at(-1)
  // a register beside its licence, or the authority that issued it
  const isBeside =
    (above?.line === line.line && /^nmls\b/i.test(name) && /mortgage|loan|mlo/i.test(above.name)) ||
    (above?.number === null && AUTHORITY.test(name))
  if (number && (!name || GENERIC.test(name) || isBeside)) {
    if (above?.number === null && above.page === line.page && line.line - above.line <= 2) above.number = number.value
    else found.push({ name: name || 'License', number: number.value, status: 'licensed', ...at(line, 'likely') })
    return
  }
  if (!name || GENERIC.test(name) || (!number && AUTHORITY.test(name)) || !(TRADE.test(text) || NUMBER.test(text)))
    return
  const isWaiting = PROGRESS.test(text) || (EXAM.test(text) && !number && !/^sie\b/i.test(name))
  const status = isWaiting ? 'in_progress' : 'licensed'
  const isSentence = /^(?!licensed|managing|listing|pre)\p{L}+(?:ed|ing)\s/iu.test(name)
  const isNamed = name.length <= 120 && name.split(' ').length <= 12
  if (isNamed) found.push({ name, number: number?.value ?? null, status, ...at(line, isSentence ? 'likely' : 'sure') })
}

/** Adds the licences of a line in another section, where only explicit mentions count. */
function addMentioned(found: License[], text: string, line: SectionLine, hasListed: boolean): void {
  if (!/lic\b|licen|series|dre|bre|nmls|npn|trec|pre-|exam/i.test(text) || NONE.test(text) || ENDED.test(text)) return
  const isTop = line.section === 'top' || line.section === 'contact'
  if (addSeries(found, text, at(line, 'likely'))) return
  const number = numberIn(text, false)
  if (number && TRADE.test(text)) {
    const name = nameIn(text, number.index)
    const isShort = name.split(' ').length <= 8 && name !== '' && !/^licensed$/i.test(name)
    found.push({
      name: isShort ? name : 'License',
      number: number.value,
      status: 'licensed',
      ...at(line, isTop && isShort ? 'sure' : 'likely'),
    })
    return
  }
  if (hasListed) return
  // a course among the schools has been taken, so it is not in progress
  if (PROGRESS.test(line.section === 'education' ? text.replace(/pre-? ?licens\p{L}*/iu, '') : text)) {
    if (!/licens|exam/i.test(text) || !TRADE.test(text)) return
    const name = nameIn(UNDER_WAY.exec(text)?.[1] ?? text, undefined)
    if (name && name.split(' ').length <= 10)
      found.push({ name, number: null, status: 'in_progress', ...at(line, 'likely') })
    return
  }
  const passed = PASSED.exec(text)?.[1]
  if (passed && found.length === 0 && TRADE.test(passed)) {
    found.push({ name: nameIn(passed, undefined), number: null, status: 'in_progress', ...at(line, 'likely') })
    return
  }
  const licensed = LICENSED.exec(text)
  if (!licensed) return
  const around = text.slice(Math.max(0, licensed.index - 40), licensed.index + licensed[0].length + 25)
  const isOther = /\b(?:from|until|formerly|previously|was)\b/i.test(around) || /\bof (?:\S+ )?licensed\b/i.test(around)
  if ((TRADE.test(licensed[0]) || /realtor$/i.test(licensed[0])) && !isOther)
    found.push({
      name: licensed[0],
      number: null,
      status: 'licensed',
      ...at(line, isTop && licensed.index === 0 ? 'sure' : 'likely'),
    })
}

/** Adds securities licences by series: `FINRA Series 6, 63 and 65` are three. */
function addSeries(found: License[], text: string, source: ReturnType<typeof at>): boolean {
  let any = false
  const status = PROGRESS.test(text) ? 'in_progress' : 'licensed'
  const sie = /\bSIE\b/.test(text) && SERIES_ONE.test(text)
  if (sie)
    found.push({
      name: 'SIE',
      number: null,
      status: /\bSIE\b[^,;]{0,12}\bpassed/.test(text) ? 'licensed' : status,
      ...source,
    })
  for (const match of text.matchAll(SERIES))
    for (const [number] of (match[1] ?? '').matchAll(/\d+/g)) {
      found.push({ name: `Series ${number}`, number: null, status, ...source })
      any = true
    }
  return any
}

function numberIn(text: string, isListed: boolean): { value: string; index: number } | undefined {
  const match = NUMBER.exec(text) ?? (isListed ? BARE.exec(text) : null)
  const value = match?.[1]?.replace(/[.\s-]+$/, '')
  if (!match || !value || /\p{Ll}/u.test(value) || (value.match(/\d/g)?.length ?? 0) < 4) return undefined
  if (/^(?:19|20)\d\d(?:[-/.]\d\d){0,2}$/.test(value) || /^\d{1,2}[-/.]\d{2,4}$/.test(value)) return undefined
  return { value, index: match.index }
}

/** The name of a licence: the text before its number, without state, dates and status. */
function nameIn(text: string, number: number | undefined): string {
  const before = text.slice(0, number ?? text.length)
  const register =
    number === undefined
      ? ''
      : (/^(?:nmls|npn|dre|bre|calbre|caldre|trec|lic|licen[sc]e)\b\.?/i.exec(text.slice(number))?.[0] ?? '')
  // `Broker License No. 7`: the word is part of the name; `Agent, License No. 7`: it is not
  const isInParentheses = before.endsWith('(') && text.startsWith(`${register})`, before.length)
  const tail = isInParentheses ? `${register})` : /[\p{L}]\s$/u.test(before) || before === '' ? register : ''
  let name = withoutPeriods(`${before}${tail}`.replace(/\($/, ''))
    .replace(LEAD, '')
    .replace(
      /(?:\s+[–—-]|\s*:)\s+(?=(?:exam|application|coursework|eligible|passed|pending|expected|in progress|active|issued|expires|pre-?licens|state exam|scheduled|completed?|course)\b).*$/i,
      '',
    )
    .replace(
      /,?\s*(?:\b(?:exam|course|application|scheduled|pending|expected|anticipated|studying|issued|expires?|exp|valid|active|inactive|in progress|to be completed|since|finishing|state exam|passed|awaiting)\b).*$/i,
      '',
    )
    .replace(/\s*\([^()]{0,40}\)?\s*$/, (part) => (/\b(?:npn|p&c|mlo)\b/i.test(part) && part.includes(')') ? part : ''))
  for (let i = 0; i < 2; i++) {
    const last = /^(.*\S)\s*(?:,|\s[–—-])\s*(?:State of )?([\p{L}. ]{2,22})$/u.exec(name)
    if (last?.[1] && last[2] && (isState(last[2].trim()) || /^lic(?:en[sc]e)?\.?$/i.test(last[2].trim())))
      name = last[1]
  }
  return name
    .replace(/(?:\sby)?[\s,;:(#–—-]*$/, '')
    .replace(/^[\s,;:)–—-]+/, '')
    .slice(0, 200)
}

/** Joins lines that a narrow column broke. */
function joined(lines: SectionLine[]): SectionLine[] {
  const out: SectionLine[] = []
  for (const line of lines) {
    const last = out.at(-1)
    const continuesLine =
      last?.part === line.part &&
      last.block === line.block &&
      !line.isBullet &&
      line.gap < 1.9 &&
      last.text.length < 200 &&
      (/(?:[–—,&-]|\b(?:of|and|for|the|in))$/.test(last.text) ||
        /^[(#\p{Ll}]/u.test(line.text) ||
        /\([^)]*$/.test(last.text.slice(-60)))
    if (last && continuesLine) out[out.length - 1] = { ...last, text: `${last.text} ${line.text}` }
    else out.push(line)
  }
  return out
}
