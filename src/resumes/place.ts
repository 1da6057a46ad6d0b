import { at, contactArea, piecesOf } from './contact'
import type { Found, ParsedResume } from './parsed'
import { type Place, placeOf } from './places'
import type { Placed } from './sections'

/** What may stand before a place where they do not live. */
const ELSEWHERE =
  /\b(?:born|birth|birthplace|licen[sc]ed|serving|office|work|school|employer|relocat\p{L}*|nationality|hometown|territory)\b/iu
const LEAD = /^(?:based in|located in|living in|lives in|resident of|currently in|greater)\s+/i

/**
 * Where the owner lives. `sure`: a part of the contact area that is `[street, ]city, state[ postal code][, country]`, or a UK
 * address with its postcode, and nothing else.
 */
export function placeIn(lines: Placed[]): Pick<ParsedResume, 'city' | 'state' | 'postalCode'> {
  const pieces = piecesOf(contactArea(lines))
  for (const [i, piece] of pieces.entries()) {
    if (ELSEWHERE.test(piece.label)) continue
    const next = pieces[i + 1]?.text ?? ''
    const isCode = /^(?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$/.test(next)
    const alone = read(piece.text)
    const isBroken = alone ? isCode && !alone.postalCode : /\d|,$/.test(piece.text)
    const place = (isBroken ? read(`${piece.text.replace(/,$/, '')}${isCode ? ' ' : ', '}${next}`) : undefined) ?? alone
    if (!place) continue
    const found = (value: string | null): Found | null =>
      value ? { value: value.slice(0, 200), ...at(piece.line, 'sure') } : null
    return { city: found(place.city), state: found(place.state), postalCode: found(place.postalCode) }
  }
  return { city: null, state: null, postalCode: null }
}

function read(text: string): Place | undefined {
  const place = placeOf(text.replace(LEAD, '').replace(/[.]$/, ''))
  const isStreet =
    !place?.before || /\d/.test(place.before) || /\b(?:street|road|house|avenue|lane|court)\b/i.test(place.before)
  return isStreet ? place : undefined
}
