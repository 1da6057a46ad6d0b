import { at, contactArea, type Piece, piecesOf } from './contact'
import { isState, type Location, parseLocation } from './locations'
import { nameOf } from './name'
import type { ParsedResume, ParsedValue } from './parsed'
import type { SectionLine } from './sections'
import { companyScore, titleScore } from './vocabulary'

/** Words before a place where the owner does not live. */
const ELSEWHERE =
  /\b(?:born|birth|birthplace|licen[sc]ed|serving|office|work|school|employer|relocat\p{L}*|nationality|hometown|territory)\b/iu
const LEAD = /^(?:based in|located in|living in|lives in|resident of|currently in|greater)\s+/i

/**
 * Where the owner lives. `sure`: a part of the contact area that is exactly `[street, ]city, state[ postal code][,
 * country]`, or a UK address with its postcode. If there are several places, they must agree. A place below a company
 * is not sure.
 */
export function addressIn(lines: SectionLine[]): Pick<ParsedResume, 'city' | 'state' | 'postalCode'> {
  const pieces = piecesOf(contactArea(lines))
  const found = pieces.flatMap((piece, i) => {
    const place = ELSEWHERE.test(piece.label) ? undefined : locationAt(pieces, i)
    return place ? [{ ...place, line: piece.line }] : []
  })
  const [first] = found
  if (!first) return { city: null, state: null, postalCode: null }
  const isOne = found.every(({ city, state }) => city === first.city && state === first.state)
  const certainty = isOne && !isOffice(first.line, lines) ? 'sure' : 'likely'
  const toFound = (value: string | null): ParsedValue | null =>
    value ? { value: value.slice(0, 200), ...at(first.line, certainty) } : null
  return { city: toFound(first.city), state: toFound(first.state), postalCode: toFound(first.postalCode) }
}

/** Whether an address is below a company, so that it may be the company's. */
function isOffice(line: SectionLine, lines: SectionLine[]): boolean {
  const above = lines[lines.indexOf(line) - 1]
  return above?.part === line.part && companyScore(above.text) >= 3 && nameOf(above.text) === undefined
}

const CODE = /^(?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$/

/**
 * The place of a text that may continue in the next texts: the street above the city, the postal code below it, or
 * city, state and code in separate cells of a line.
 */
function locationAt(pieces: Piece[], i: number): Location | undefined {
  const [text = '', next = '', last = ''] = pieces.slice(i, i + 3).map((piece) => piece.text)
  const isCode = CODE.test(next)
  const alone = read(text)
  if (!alone && i > 0 && pieces[i]?.line === pieces[i + 1]?.line && isState(next.replace(/ \d{5}(?:-\d{4})?$/, '')))
    return read(`${text}, ${next}${CODE.test(last) ? ` ${last}` : ''}`)
  const isBroken = alone ? isCode && !alone.postalCode : /,$/.test(text)
  return (isBroken ? read(`${text.replace(/,$/, '')}${isCode ? ' ' : ', '}${next}`) : undefined) ?? alone
}

function read(text: string): Location | undefined {
  const plain = text
    .replace(LEAD, '')
    .replace(/\s*\([^()]{3,40}\)$/, '')
    .replace(/\s(?:metro(?:politan)? )?area$/i, '')
    .replace(/\s[-–—]\s(?=\d{5}$)/, ' ')
  const place = parseLocation(plain) ?? parseLocation(plain.replace(/\.$/, ''))
  const isStreet =
    !place?.before ||
    /\d/.test(place.before) ||
    (!place.before.includes(',') && titleScore(place.before) >= 2) ||
    /\b(?:street|road|house|avenue|lane|court)\b/i.test(place.before)
  return isStreet ? place : undefined
}
