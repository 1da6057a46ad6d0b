import { AsYouType, type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js'

/** A phone number in the stored form, and the warning for the caller. */
export interface ParsedPhone {
  /** E.164, or null if the text is not a valid number. */
  e164: string | null
  warning: string | null
}

/** North American numbers: neither the area code nor the exchange starts with 0 or 1, whatever the country. */
const NANP = /^[2-9]\d\d[2-9]/

/**
 * Parses a phone number in any format. A number without a country code is one of `country` (ISO 3166-1). libphonenumber
 * decides what is valid. An extension is dropped, because E.164 has none.
 */
export function parsePhone(text: string, country: string): ParsedPhone {
  // contact apps add invisible characters, or write a link
  const written = text.replaceAll(/\p{Cf}/gu, '').replace(/^tel:/i, '')
  const number = parsePhoneNumberFromString(written, { defaultCountry: country as CountryCode, extract: false })
  if (!number?.isValid() || (number.countryCallingCode === '1' && !NANP.test(number.nationalNumber)))
    return { e164: null, warning: `The phone ${JSON.stringify(text)} is not a valid number.` }
  return {
    e164: number.number,
    warning: number.ext ? `The extension of the phone ${JSON.stringify(text)} was dropped.` : null,
  }
}

/**
 * How the phones that begin with this text begin in E.164. Digits without a `+` can be the international form, or the
 * national form of `country` (ISO 3166-1).
 */
export function phonePrefixes(text: string, country: string): string[] {
  const typed = new AsYouType(country as CountryCode)
  typed.input(text)
  const national = typed.getNumberValue() ?? []
  return [...new Set([`+${text.replaceAll(/\D/g, '')}`].concat(national))]
}
