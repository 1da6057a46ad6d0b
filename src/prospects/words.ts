import { foldCase } from '../http/text'
import { searchedBy, type TextValues } from './field-names'

/** The text filters, and the field of `prospect_words` that each searches. */
export const TEXT_FILTERS = { name: 'n', title: 't', company: 'c', city: 'l', state: 's', postalCode: 'p' } as const
export type TextFilter = keyof typeof TEXT_FILTERS

/** A word of one field, in the form that `wordsOf` returns. */
export type FieldWord = [field: (typeof TEXT_FILTERS)[TextFilter], word: string]

/** Letters that Unicode does not decompose into a plain letter and an accent. */
const PLAIN: Record<string, string> = { ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ı: 'i', æ: 'ae', œ: 'oe', þ: 'th' }

/** The words of a text in the form that is searched: letters and digits only, without accents, in one case. */
export const wordsOf = (text: string): string[] =>
  foldCase(text.normalize('NFKD').replaceAll(/\p{M}/gu, ''))
    .replaceAll(/[øłđðħıæœþ]/g, (letter) => PLAIN[letter] ?? letter)
    .match(/[\p{L}\p{N}]+/gu) ?? []

/** The words of the name, title and company: each word of each field once, sorted. */
export const searchWords = (texts: Partial<TextValues>): FieldWord[] => wordsBy(['company', 'name', 'title'], texts)

/** The words of the city, state and postal code. */
export const addressWords = (texts: Partial<TextValues>): FieldWord[] => wordsBy(ADDRESS_FILTERS, texts)

/** The text filters that search the address. */
export const ADDRESS_FILTERS = ['city', 'postalCode', 'state'] as const satisfies TextFilter[]

function wordsBy(filters: readonly TextFilter[], texts: Partial<TextValues>): FieldWord[] {
  return filters.flatMap((filter) => {
    const text = searchedBy(filter)
      .map((field) => texts[field] ?? '')
      .join(' ')
    return [...new Set(wordsOf(text))].sort().map((word): FieldWord => [TEXT_FILTERS[filter], word])
  })
}

/**
 * The prefixes that a text searches, the longest first. A prefix of another prefix is left out, because every match of the
 * longer one matches both. Empty if the text has no letter or digit: then nothing matches.
 */
export function prefixesOf(text: string): string[] {
  const words = [...new Set(wordsOf(text))]
  return words
    .filter((word) => !words.some((other) => other !== word && other.startsWith(word)))
    .sort((a, b) => b.length - a.length)
}

/** The most characters of a sort key. Names that differ only after that have the order of their ids. */
const MAX_NAME_KEY = 250

/** What names are sorted by: last name, then first name, without case, accents and punctuation. No word has a tab. */
export const nameSortKey = ({ firstName, lastName }: Pick<TextValues, 'firstName' | 'lastName'>): string =>
  [lastName, firstName]
    .map((name) => wordsOf(name).join(' '))
    .join('\t')
    .slice(0, MAX_NAME_KEY)
    .toWellFormed()
