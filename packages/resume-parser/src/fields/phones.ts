import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js'
import { at, contactArea, piecesOf } from './contact'
import { periodsOf } from './dates'
import { once } from './emails'
import type { ParsedValue } from './parsed'
import type { SectionLine } from './sections'

const MAX_PHONES = 5
const NUMBER = /(?:\+|00)?[(\d][\d\s().\-–‐‑−/]{5,24}\d(?:\s{0,2}(?:x|ext\.?|extension|#)\s{0,2}\d{1,6}\b)?/gi
const EXTENSION = /\s*(?:x|ext\.?|extension|#)\s*\d+$/i
/** Labels of the owner's own number. */
const OWN =
  /^(?:c|m|t|p|h|ph|tel|telephone|tele|phone|phone number|phone no|mobile|mobile phone|mobile no|mobile number|cell|cell phone|cellphone|cellular|home|home phone|direct|personal|call|text|call or text|call\/text|cell\/text|phone\/text|contact|contact number|contact no|contact phone|whatsapp|mob|cell no|cell number|tel\.? no|daytime|evening)$/
/** Labels of other people's numbers. */
const OTHERS =
  /\b(?:office|work|broker|brokerage|company|manager|supervisor|assistant|reference|referee|employer|agency|main|emergency|spouse|o|w)\b/
/** A label after the number: `512-555-0142 (fax)`. */
const BEHIND =
  /^\s*(?:[-–] ?)?(?:(fax|cell|mobile|home|office|work)\b|\(([fchmow])\)|\((fax|cell|mobile|home|office|work)\b)/i
/** Toll-free and premium numbers, which belong to companies. */
const TOLL_FREE = /^\+1(?:8(?:00|33|44|55|66|77|88)|900)/
/** Text directly before a number that is not a phone number. */
const NO_PHONE =
  /(?:\b(?:fax|f|facsimile|lic|licen[sc]e|dre|bre|nmls|npn|id|ein|ssn|mls|crd|nrds|reg|registration|account|acct|policy|employee|badge|sl|bk|zip)(?: ?(?:no|number|num|nr))?\s?[.:#]*\s*[a-z]{0,2}|#)\s*$/i

/**
 * The owner's phone numbers. `sure`: a valid number in the contact area that is labelled as the owner's (cell, mobile,
 * phone, home …), or is the only one there without another label. `likely`: other numbers of the contact area.
 * Toll-free numbers are never sure. Faxes, licence numbers, dates and numbers elsewhere are left out.
 */
export function phonesOf(lines: SectionLine[], country: string): ParsedValue[] {
  const found = piecesOf(contactArea(lines)).flatMap((piece) =>
    numbersIn(piece.text, piece.label, country).map((number) => ({ ...piece, ...number })),
  )
  const plausible = new Set(found.filter((phone) => !OTHERS.test(phone.label)).map((phone) => phone.value))
  const list = found.map(({ value, label, line }): ParsedValue => {
    const isSure = !OTHERS.test(label) && !TOLL_FREE.test(value) && (OWN.test(label) || plausible.size === 1)
    return { value, ...at(line, isSure ? 'sure' : 'likely') }
  })
  return once(list).slice(0, MAX_PHONES)
}

function numbersIn(text: string, label: string, country: string): { value: string; label: string }[] {
  if (NO_PHONE.test(`${label} `)) return []
  const numbers: { value: string; label: string }[] = []
  for (const match of text.slice(0, 300).matchAll(NUMBER)) {
    if (numbers.length >= MAX_PHONES) break
    const before = text.slice(Math.max(0, match.index - 30), match.index)
    if (NO_PHONE.test(before) || /[\p{L}\d@/_-]$/u.test(before)) continue
    if (/^\d{3}-\d{2}-\d{4}$/.test(match[0]) || isDates(match[0])) continue
    const [, ...labels] = BEHIND.exec(text.slice(match.index + match[0].length)) ?? []
    const behind = labels.find((found) => found)?.toLowerCase() ?? ''
    if (behind.startsWith('f')) continue
    const value = valid(match[0], country)
    if (value) numbers.push({ value, label: label || behind })
  }
  return numbers
}

/** Whether a text is a date, a range of dates, or years. */
const isDates = (text: string) =>
  periodsOf(text).some((period) => period.startDate !== null || period.text.length > 6) ||
  /(?:19|20)\d\d\s*[-–/]\s*(?:19|20)\d\d/.test(text)

/** The number as E.164, without a postal code before it; undefined if it is not valid. */
function valid(text: string, country: string): string | undefined {
  const plain = text
    .replace(EXTENSION, '')
    .replaceAll(/[–‐‑−]/g, '-')
    .trim()
  const rest = plain.replace(/^\d{5}(?:-\d{4})?\s+/, '')
  for (const candidate of new Set([plain, rest, ...plain.split(/\s*\/\s*/).slice(0, 2)])) {
    if (candidate.length > 30 || candidate.replaceAll(/\D/g, '').length < 7) continue
    const e164 = toE164(candidate.replace(/^00/, '+').replace(/^\(\+/, '+('), country)
    if (e164) return e164
  }
  return undefined
}

/** North American numbers: neither the area code nor the exchange starts with 0 or 1, in any country. */
const NANP = /^[2-9]\d\d[2-9]/

/** A valid number as E.164; undefined if it is not valid. */
function toE164(text: string, country: string): string | undefined {
  const number = parsePhoneNumberFromString(text, { defaultCountry: country as CountryCode, extract: false })
  const isValid = number?.isValid() && (number.countryCallingCode !== '1' || NANP.test(number.nationalNumber))
  return isValid ? number?.number : undefined
}
