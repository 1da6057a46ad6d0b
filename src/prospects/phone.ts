import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js'

/** A phone as it is kept, and what the caller should be told about it. */
export interface ParsedPhone {
  /** E.164, or null if the text is no valid number. */
  e164: string | null
  warning: string | null
}

/** North American numbers: neither the area code nor the exchange starts with 0 or 1, whatever the country. */
const NANP = /^[2-9]\d\d[2-9]/

/**
 * Reads a phone number in any way of writing it; without a country code it is one of `country`. What is valid is
 * libphonenumber's say. An extension is dropped: E.164 has no room for one.
 */
export function parsePhone(text: string, country: string): ParsedPhone {
  // as contact apps paste them: invisible marks around, or as a link
  const written = text.replaceAll(/\p{Cf}/gu, '').replace(/^tel:/i, '')
  const number = parsePhoneNumberFromString(written, { defaultCountry: country as CountryCode, extract: false })
  if (!number?.isValid() || (number.countryCallingCode === '1' && !NANP.test(number.nationalNumber)))
    return { e164: null, warning: `The phone ${JSON.stringify(text)} is not a valid number.` }
  return {
    e164: number.number,
    warning: number.ext ? `The extension of the phone ${JSON.stringify(text)} was dropped.` : null,
  }
}
