import { nameKey } from '../http/text'
import { parsePhone } from './phone'
import type { ListProspects } from './schema'
import { type FieldWord, prefixesOf, type TextFilter, wordsOf } from './words'

/** A list's filters, made ready for SQL. */
export interface Filters {
  email?: string
  /** E.164. */
  phone?: string
  /** Every one of them must begin a word of its field; the rarest first. */
  words: FieldWord[]
  /** A stage's id, or a name key. */
  stage?: { id: string; nameKey: string }
  /** Name keys, any of them. */
  labels?: string[]
}

/** Reads the filters of a query; null if nothing can match them, such as a phone that is no phone. */
export function toFilters(query: ListProspects, country: string): Filters | null {
  const texts = (['name', 'title', 'company'] as TextFilter[]).flatMap((filter): [TextFilter, string][] => {
    const text = query[filter]
    return text === undefined ? [] : [[filter, text]]
  })
  if (texts.some(([, text]) => wordsOf(text).length === 0)) return null
  const phone = query.phone === undefined ? undefined : parsePhone(query.phone, country).e164
  if (phone === null || query.label?.length === 0) return null
  return {
    ...(query.email !== undefined && { email: query.email }),
    ...(phone !== undefined && { phone }),
    words: texts.flatMap(([filter, text]) => prefixesOf(filter, text)).sort(([, a], [, b]) => b.length - a.length),
    ...(query.stage !== undefined && { stage: { id: query.stage, nameKey: nameKey(query.stage) } }),
    ...(query.label !== undefined && { labels: query.label }),
  }
}
