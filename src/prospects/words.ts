import { foldCase } from '../http/text'
import { searchedBy, type TextValues } from './field-names'

/** The text filters, and the field of `prospect_words` that each searches. */
export const TEXT_FILTERS = { name: 'n', title: 't', company: 'c' } as const
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

/** The words that find a prospect: each word of each searched field once, sorted. */
export function searchWords(texts: Partial<TextValues>): FieldWord[] {
  // sorted by the letters of the filters
  return (['company', 'name', 'title'] as const).flatMap((filter) => {
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
