import { phonePrefixes } from './phone'
import { type FieldWord, prefixesOf, TEXT_FILTERS, type TextFilter, wordsOf } from './words'

/**
 * What a prospect must have to be found. It has all `words` (of each entry, one), or a phone with one of these beginnings,
 * or such an email.
 */
export interface Term {
  /** Each entry lists beginnings of words. */
  words: FieldWord[][]
  /** E.164. */
  phones: string[]
  emails: string[]
}

/** The text filters that `q` searches. */
const SEARCHED = ['name', 'title', 'company'] as const satisfies TextFilter[]

/** The terms of a text filter: one for each word. */
export const termsOfFilter = (filter: TextFilter, text: string): Term[] =>
  prefixesOf(text).map((word) => ({ words: [[[TEXT_FILTERS[filter], word]]], phones: [], emails: [] }))

/** A word of `q`, or neighbouring words that may be parts of one phone: `(212) 555`. */
const WORD = /(?<!\S)\+?[\d()./-]+(?:\s+[\d()./-]+)*(?!\S)|\S+/g
/** With fewer digits, a text is not the beginning of a phone. */
const MIN_DIGITS = 4
/** No phone has more (E.164). */
const MAX_DIGITS = 15

/**
 * The terms of `q`, one for each word. Each word of `(212) 555` matches if all of them begin one phone, or on its own. `country`
 * (ISO 3166-1) is that of phones in national form.
 */
export function termsOfSearch(q: string, country: string): Term[] {
  const words = q.match(WORD) ?? []
  const emails = words.filter((word) => word.includes('@'))
  const phones = words.filter((word) => /^[^\p{L}@]+$/u.test(word) && digitsIn(word) >= MIN_DIGITS)
  const texts = words.filter((word) => !emails.includes(word) && !phones.includes(word))
  const prefixesOfPhone = (text: string) => (canBePhone(text) ? phonePrefixes(text, country) : [])
  return [
    ...emails.map((word) => ({ words: [], phones: [], emails: [word.normalize('NFC').toLowerCase()] })),
    ...phones.flatMap((parts) => {
      const whole = prefixesOfPhone(parts)
      return parts
        .split(/\s+/)
        .filter((word) => /\d/.test(word))
        .map((word) => ({
          words: wordsOf(word).map(inSearched),
          phones: [...new Set([...whole, ...prefixesOfPhone(word)])],
          emails: [],
        }))
    }),
    ...prefixesOf(texts.join(' ')).map((word) => ({ words: [inSearched(word)], phones: [], emails: [] })),
  ]
}

const digitsIn = (text: string) => text.replaceAll(/\D/g, '').length
const canBePhone = (text: string) => digitsIn(text) >= MIN_DIGITS && digitsIn(text) <= MAX_DIGITS

const inSearched = (word: string) => SEARCHED.map((filter): FieldWord => [TEXT_FILTERS[filter], word])
