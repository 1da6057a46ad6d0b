import { at, contactArea } from './contact'
import { periodsOf } from './dates'
import { bodyOf } from './emphasis'
import { headingOf } from './headings'
import { isCountry, isState } from './locations'
import type { ParsedValue } from './parsed'
import type { SectionLine } from './sections'
import { CREDENTIALS, companyScore, titleScore } from './vocabulary'

const PARTICLES = new Set(
  'van der den de la le las los du del della di da das do dos von zu zur ten ter bin ibn al el y e af av'.split(' '),
)
const SUFFIX = /^(?:jr|sr|ii|iii|iv|v)\.?$/i
const WORD = /^(?:\p{L}\p{M}*\.?|(?:\p{L}\p{M}*)+(?:['’ʼ.-](?:\p{L}\p{M}*)+){0,3}\.?)$/u
const NO_NAME =
  /\b(?:resume|résumé|curriculum|vitae|cv|page|confidential|real|estate|insurance|street|avenue|drive|realty|university|available|portfolio|licensed|experienced|certified|results|driven|dedicated|expert|years|phone|email|address|objective|contact|references|updated|united|north|south|new|group|team|homes|sales|property|life|financial|services|marketing|and|the|of|for|in|with|your|my|about|hello|hi|name)\b/i
/** Surnames that are also common words. */
const SURNAME =
  /^(?:baker|barber|bailiff|bishop|brewer|butler|carpenter|chase|church|cook|dean|driver|english|farmer|field|fields|fisher|ford|forest|gap|guard|hall|hand|head|hill|homes|house|hunter|judge|king|land|law|lodge|marine|marsh|mason|miner|north|packer|page|painter|parker|porter|potter|power|price|sales|school|shepherd|south|steward|street|target|turner|union|usher|walker|warden|weaver|west|wood|woods|young|guide|baker-\p{L}+|banks|gallagher|hilton|hyatt|christie|lennar|sears|hampton|travers|nordstrom)$/iu
const PREFIX =
  /^(?:(?:resume|résumé|curriculum vitae|cv|c\.v\.)(?: of| for)?|name|full name|candidate|applicant|prepared by|(?:(?:hi|hello|hey)[,!]? )?(?:i am|i['’]m|my name is))\s*[:–—-]?\s+(?=\S)/iu
/** Labels of forms, with the name on the same line. */
const GIVEN = /^(?:first|given) names?\s*:?\s+(\S.{1,40})$/i
const FAMILY = /^(?:last name|surname|family name)\s*:?\s+(\S.{1,40})$/i
const HONORIFIC =
  /^(?:mr|mrs|ms|miss|mx|dr|prof|rev|hon|sgt|ssg|sfc|msg|sgm|cpl|spc|pfc|lt|ltc|capt|cpt|maj|col|cdr)\.? /i
const MAX_LINES = 25

interface Candidate {
  value: string
  line: SectionLine
  size: number
  score: number
  /** How many signs support the name. It is `sure` with two of them. */
  evidence: number
  /** An address, a repetition or a label supports the name, in addition to its position. */
  isBacked: boolean
  /** A guess that counts only if an address or a link has a part of it. */
  needsHandle: boolean
}

/**
 * The owner's name. It is `sure` with two of these signs: it is in the first line; it has the largest letters of the
 * page; an email address or a LinkedIn link of the contact area has a part of it; a header or footer repeats it;
 * `Name:` stands before it. If there are addresses, one of the last three signs is required, or the initials of the
 * name in an address.
 */
export function nameIn(lines: SectionLine[], emails: ParsedValue[], links: ParsedValue[]): ParsedValue | null {
  const first = lines.filter((line) => line.page === 1 && !line.isRunning)
  const body = bodyOf(first).size
  const largest = Math.max(0, ...first.slice(0, 400).map((line) => line.size))
  const running = lines
    .filter((line) => line.isRunning)
    .slice(0, 20)
    .map((line) => line.text.toLowerCase())
    .join('\n')
  const handles = [
    ...emails.map((email) => email.value.split('@').join(' ')),
    ...links.map((link) => link.value.replace(/^https?:\/\/(?:www\.)?/, '')),
  ].map(plain)
  const area = contactArea(first).slice(0, MAX_LINES)
  const big = first
    .slice(0, 400)
    // text in the largest letters is a name even if a column with jobs is read before it
    .filter((line) => line.size > body * 1.3 && !area.includes(line))
    .filter((line) => line.section !== 'work' || (line.size >= largest * 0.98 && line.cells.length === 1))
    .slice(0, 5)
  const candidates = [...area, ...big]
    .flatMap((line, i) => candidatesIn(line, first, body, i === 0))
    .flatMap((candidate): Candidate[] => {
      const words = candidate.value
        .split(/[ -]/)
        .concat(nicknamesIn(candidate.line.text))
        .map(plain)
        .filter((word) => word.length > 2)
      const short = plain(candidate.value.split(' ')[0] ?? '')
      const isWhole = short.length < 3 && emails.some((email) => email.value.startsWith(`${short}@`))
      const held = words.filter((word) => handles.some((handle) => handle.includes(word))).length + Number(isWhole)
      const isLargest = candidate.size >= largest * 0.98 && largest > body * 1.15
      const isFirst = first.slice(0, 2).includes(candidate.line)
      const isRepeated = candidate.value.length > 4 && running.includes(candidate.value.toLowerCase())
      const evidence = candidate.evidence + Number(held > 0) + Number(isLargest) + Number(isFirst) + Number(isRepeated)
      const score =
        candidate.score +
        2 * Math.min(held, 2) +
        3 * Number(isLargest) +
        (candidate.size / body - 1) +
        2 * Number(isFirst) +
        2 * Number(isRepeated) +
        3 * candidate.evidence
      const initials = candidate.value
        .split(/[\s-]+/)
        .map((word) => plain(word).slice(0, 1))
        .join('')
      const isBacked =
        held > 0 || isRepeated || candidate.evidence > 0 || handles.some((handle) => handle.includes(initials))
      if (candidate.needsHandle && held === 0) return []
      return [{ ...candidate, evidence, isBacked, score: score - 0.1 * area.indexOf(candidate.line) }]
    })
  const best = candidates.reduce<Candidate | undefined>((a, b) => (a && a.score >= b.score ? a : b), undefined)
  if (!best || best.score < 1.5) return null
  const isSure = best.evidence >= 2 && (best.isBacked || handles.length === 0)
  return { value: best.value.slice(0, 200), ...at(best.line, isSure ? 'sure' : 'likely') }
}

function candidatesIn(line: SectionLine, lines: SectionLine[], body: number, isTop: boolean): Candidate[] {
  const index = lines.indexOf(line)
  const parts = line.text.split(/\t|\s*[|•·]\s*|\s+[–—/-]\s+/).slice(0, 4)
  const texts: [text: string, bonus: number, needsHandle?: boolean][] = parts.map((part, i) => [part, i === 0 ? 0 : -1])
  if (line.cells.length > 1) texts.push([line.text.replaceAll('\t', ' '), -0.5])
  // a name before an address or a title, with only commas between them
  const [before = ''] = line.text.split(/,\s/, 1)
  const isBefore = /\d{3}/.test(line.text) || titleScore(line.text.slice(before.length + 2)) >= 2
  if (line.cells.length === 1 && before.length < 40 && isBefore) texts.push([before, -0.5])
  const [given, family] = [GIVEN.exec(line.text)?.[1], FAMILY.exec(lines[index + 1]?.text ?? '')?.[1]]
  if (given && family) texts.push([`Name: ${given} ${family}`, 0])
  // name and title that only their looks separate
  const [cell] = line.cells
  if (cell?.lead && cell.text.startsWith(cell.lead) && /^\p{Lu}/u.test(cell.text.slice(cell.lead.length)))
    texts.push([`${cell.lead} ${cell.text.slice(cell.lead.length)}`, 1])
  // a title after it, in other letters or in the same
  const title = titledName(cell?.text ?? '', cell?.lead)
  if (title) texts.push([title, 0, line.cells.length === 1 && cell?.lead?.trim() !== title])
  // first and last name on separate lines: in one style, or both large
  const isLarge = line.size > body * 1.15
  const next = lines.slice(index + 1, index + (isLarge ? 4 : 2)).find((other) => {
    const [below] = other.cells
    if (!cell || !below || other.page !== line.page || other.section !== line.section) return false
    const isNear = other === lines[index + 1] || Math.abs(below.x - cell.x) < 3
    const isAlike = isLarge || (other.bold === line.bold && other.isCaps === line.isCaps)
    const isOneWord = !/\s/.test(cell.text) && !/\s/.test(below.text) && other === lines[index + 1] && isTop
    const isSized = Math.abs(below.size - cell.size) < 0.6 || (isOneWord && below.size > body * 1.3)
    return isNear && isAlike && isSized && Math.abs(other.y - line.y) < 2.2 * Math.max(cell.size, below.size)
  })
  const most = isLarge ? 3 : 1
  const words = (text: string) => text.split(' ').length
  const [above, below] = isLarge ? [cell?.text ?? '', next?.cells[0]?.text ?? ''] : [line.text, next?.text ?? '']
  if (next && (words(above) <= most || PARTICLES.has(above.split(' ').at(-1) ?? '')) && words(below) <= most)
    texts.push([`${above} ${below}`, 1])
  const third = next && isLarge ? lines[lines.indexOf(next) + 1]?.cells[0] : undefined
  const isThird = cell && third && Math.abs(third.size - cell.size) < 0.6 && Math.abs(third.x - cell.x) < 3
  if (isThird && [above, below, third.text].every((text) => words(text) <= 3))
    texts.push([`${above} ${below} ${third.text}`, 2])
  return texts.flatMap(([text, bonus, needsHandle = false]) => {
    const labelled = PREFIX.test(text)
    const value = nameOf(text.replace(PREFIX, '').replace(/(?:['’]s)? (?:resume|résumé|cv|curriculum vitae)$/i, ''))
    return value
      ? [
          {
            value,
            line,
            isBacked: false,
            needsHandle,
            size: line.size,
            score: bonus + Number(isTop),
            evidence: Number(labelled && /name/i.test(text.slice(0, 10))),
          },
        ]
      : []
  })
}

/** The name that a text begins with, if the rest is a job title. */
function titledName(text: string, lead: string | undefined): string | undefined {
  const words = text.split(' ')
  if (words.length < 3 || words.length > 9 || /[,|:]/.test(text)) return undefined
  const ends = [lead ? lead.trim().split(' ').length : 2, 2, 3]
  return ends
    .filter((end) => end >= 2 && end <= 4 && titleScore(words.slice(end).join(' ')) >= 3)
    .map((end) => words.slice(0, end).join(' '))
    .find((name) => nameOf(name))
}

/** The name in normal case, without credentials and nicknames; undefined if the text is not a name. */
export function nameOf(text: string): string | undefined {
  if (text.length > 120) return undefined
  let plainText = text
    .replaceAll(/\([^)]{0,40}\)|["“”][^"“”]{0,40}["“”]|[‘'][\p{L} ]{2,20}[’'](?= )/gu, ' ')
    .replace(HONORIFIC, '')
    .replaceAll(/[®™©]/g, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/[\s,.–—-]+$/, (tail) => (tail.startsWith('.') ? '.' : ''))
    .trim()
  if (/[\d@:/]/.test(plainText)) return undefined
  const [first = '', ...others] = plainText.split(/\s*,\s*/)
  const behind = others.filter((part) => !isCredential(part) && !isInitials(part, first))
  if (behind.length === 1 && SUFFIX.test(behind[0] ?? '')) plainText = `${first}, ${behind[0]}`
  else if (behind.length === 1 && first.split(' ').length <= 3 && (behind[0] ?? '').split(' ').length <= 3) {
    if (isState(behind[0] ?? '') || isCountry(behind[0] ?? '')) return undefined
    plainText = `${behind[0]} ${first}`
  } else if (behind.length > 0) return undefined
  else plainText = first
  const words = plainText.replace(',', '').split(' ')
  while (words.length > 2 && isCredential(words.at(-1) ?? '') && !SUFFIX.test(words.at(-1) ?? '')) words.pop()
  if (words.length > 2 && isMonogram(words[0] ?? '', words.slice(1))) words.shift()
  const names = words.filter((word) => !SUFFIX.test(word))
  if (PARTICLES.has(names.at(-1) ?? '') || names.every((word) => PARTICLES.has(word.toLowerCase()))) return undefined
  if (names.length < 2 || names.length > 6 || !words.every((word) => WORD.test(word))) return undefined
  const joined = words.join(' ')
  const isSurname = (word: string) => SURNAME.test(word.split('-').at(-1) ?? '')
  const telling =
    names.length === 3 && names.slice(1).some(isSurname)
      ? names.filter((word, i) => i === 0 || !isSurname(word)).join(' ')
      : isSurname(names.at(-1) ?? '')
        ? names.slice(0, -1).join(' ')
        : joined
  if (
    NO_NAME.test(telling) ||
    headingOf(joined) ||
    titleScore(telling) >= 2 ||
    (telling.includes(' ') && companyScore(telling) >= 3) ||
    periodsOf(joined).length > 0
  )
    return undefined
  if (!names.some((word) => word.replace('.', '').length > 1)) return undefined
  const isLower = !/\p{Lu}/u.test(joined)
  const isUpper = !/\p{Ll}/u.test(joined)
  if (
    !isLower &&
    !names.every(
      (word) =>
        /^\p{Lu}|^\p{Lo}/u.test(word) || PARTICLES.has(word) || /^(?:d|l)['’]\p{Lu}|^(?:al|el)-\p{Lu}/u.test(word),
    )
  )
    return undefined
  const cased = words.map((word, i) =>
    SUFFIX.test(word)
      ? suffixCase(word)
      : isLower || isUpper || /^(?:Mc|Mac|De|Di|La|Le|Van|O['’])?\p{Lu}{3,}$/u.test(word)
        ? nameCase(word, i > 0)
        : word,
  )
  const name = cased.join(' ').replace(/ (Jr\.?|Sr\.?)$/, plainText.includes(',') ? ', $1' : ' $1')
  return name
}

/** Whether a text is the initials of the name: `JD` before `Jane Doe`. */
const isMonogram = (text: string, [first = '', ...others]: string[]) =>
  text.length === 2 && text === `${first[0]}${others.at(-1)?.[0]}`.toUpperCase() && first.length > 1

/** The nicknames on a line, in quotes or parentheses. */
const nicknamesIn = (text: string): string[] => text.match(/(?<=[("“'‘])\p{L}{3,15}(?=[)"”'’])/gu) ?? []

/** Credentials that no list needs: `FCAS` after a name in normal case, `Ph.D.` anywhere. */
const isInitials = (text: string, name: string) =>
  name.includes(' ') &&
  /^(?:\p{Lu}[\p{Lu}-]{1,5}|(?:\p{Lu}\p{Ll}{0,3}\.){2,4})$/u.test(text) &&
  (text.includes('.') || /\p{Ll}/u.test(name))

const isCredential = (text: string) =>
  text
    .split(/[ /&]+/)
    .every((word) => CREDENTIALS.has(word.toLowerCase()) || CREDENTIALS.has(word.toLowerCase().replace(/[.®]+$/, '')))
const suffixCase = (word: string) =>
  /^[jJsS]/.test(word) ? word[0]?.toUpperCase() + word.slice(1).toLowerCase() : word.toUpperCase()
const plain = (text: string) =>
  text
    .normalize('NFD')
    .replaceAll(/[^\p{L}\d ]/gu, '')
    .toLowerCase()
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')

/** A word of a name in normal case: `MCDONALD` as McDonald, `O'NEILL` as O'Neill, `VAN DER BERG` as van der Berg. */
function nameCase(word: string, isLater: boolean): string {
  const low = word.toLowerCase()
  if (isLater && PARTICLES.has(low)) return low
  return low
    .replaceAll(/(^|[-'’ʼ.])(\p{L})/gu, (_, mark: string, letter: string) => mark + letter.toUpperCase())
    .replace(/^(Mc)(\p{Ll})/u, (_, mc: string, letter: string) => mc + letter.toUpperCase())
}
