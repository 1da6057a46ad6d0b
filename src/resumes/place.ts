import { at, contactArea, piecesOf } from './contact'
import type { Found, ParsedResume } from './parsed'
import { type Place, placeOf } from './places'
import type { Placed } from './sections'

const LABEL =
  /^(?:address|home address|location|based in|lives? in|living in|residence|city|from|home|in|a|add|located in|current location)$/
const LEAD = /^(?:based in|located in|living in|lives in|resident of|currently in|greater)\s+/i

/**
 * Where the owner lives. `sure`: a part of the contact area that is `[street, ]city, state[ postal code][, country]`, or a UK
 * address with its postcode, and nothing else.
 */
export function placeIn(lines: Placed[]): Pick<ParsedResume, 'city' | 'state' | 'postalCode'> {
  const pieces = piecesOf(contactArea(lines))
  for (const [i, piece] of pieces.entries()) {
    if (piece.label && !LABEL.test(piece.label) && !/^\d/.test(piece.text) && !isHeadingLike(piece.label)) continue
    const place =
      read(piece.text) ??
      (/\d|,$/.test(piece.text) ? read(`${piece.text.replace(/,$/, '')}, ${pieces[i + 1]?.text ?? ''}`) : undefined)
    if (!place) continue
    const found = (value: string | null): Found | null =>
      value ? { value: value.slice(0, 200), ...at(piece.line, 'sure') } : null
    return { city: found(place.city), state: found(place.state), postalCode: found(place.postalCode) }
  }
  return { city: null, state: null, postalCode: null }
}

/** The line above took for a label, as a name above an address. */
const isHeadingLike = (label: string) => label.split(' ').length >= 2

function read(text: string): Place | undefined {
  const place = placeOf(text.replace(LEAD, '').replace(/[.]$/, ''))
  const isStreet =
    !place?.before || /\d/.test(place.before) || /\b(?:street|road|house|avenue|lane|court)\b/i.test(place.before)
  return isStreet ? place : undefined
}
