import { nameKey } from '../http/text'
import { parsePhone } from './phone'
import type { ListProspects } from './schema'
import { type FieldWord, prefixesOf, type TextFilter, wordsOf } from './words'

/** A list's filters, made ready for SQL; all that are there must hold. */
export interface Filters {
  email?: string | undefined
  /** E.164. */
  phone?: string | undefined
  /** Every one of them must begin a word of its field; the rarest first. */
  words: FieldWord[]
  updatedSince?: number | undefined
  jobId?: string | undefined
  officeId?: string | undefined
  sourceId?: string | undefined
  licenseStatus?: string | undefined
  /** A stage's id, or its name. */
  stage?: { id: string; nameKey: string } | undefined
  pipelineId?: string | undefined
  /** Name keys, any of them. */
  labels?: string[] | undefined
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
  const { email, updatedSince, jobId, officeId, sourceId, licenseStatus, pipelineId } = query
  return {
    email,
    phone,
    words: texts.flatMap(([filter, text]) => prefixesOf(filter, text)).sort(([, a], [, b]) => b.length - a.length),
    updatedSince,
    jobId,
    officeId,
    sourceId,
    licenseStatus,
    stage: query.stage === undefined ? undefined : { id: query.stage, nameKey: nameKey(query.stage) },
    pipelineId,
    labels: query.label,
  }
}
