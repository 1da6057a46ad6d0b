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

/** A word of `q`. Neighbouring parts of a phone number, such as `(212) 555`, are one word. */
const WORD = /(?<!\S)\+?[\d()./-]+(?:\s+[\d()./-]+)*(?!\S)|\S+/g
/** With fewer digits, a text is not the beginning of a phone. */
const MIN_DIGITS = 4

/** The terms of `q`, one for each word. `country` (ISO 3166-1) is that of phones in national form. */
export function termsOfSearch(q: string, country: string): Term[] {
  const words = q.match(WORD) ?? []
  const emails = words.filter((word) => word.includes('@'))
  const phones = words.filter((word) => /^[^\p{L}@]+$/u.test(word) && word.replaceAll(/\D/g, '').length >= MIN_DIGITS)
  const texts = words.filter((word) => !emails.includes(word) && !phones.includes(word))
  return [
    ...emails.map((word) => ({ words: [], phones: [], emails: [word.normalize('NFC').toLowerCase()] })),
    ...phones.map((word) => ({
      words: wordsOf(word).map(inSearched),
      phones: phonePrefixes(word, country),
      emails: [],
    })),
    ...prefixesOf(texts.join(' ')).map((word) => ({ words: [inSearched(word)], phones: [], emails: [] })),
  ]
}

const inSearched = (word: string) => SEARCHED.map((filter): FieldWord => [TEXT_FILTERS[filter], word])
