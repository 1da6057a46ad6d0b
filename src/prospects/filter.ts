import { nameKey } from '../http/text'
import { parsePhone } from './phone'
import type { ListProspects } from './schema'
import { type FieldWord, prefixesOf, type TextFilter, wordsOf } from './words'

/** The filters of a list, in the form that SQL compares. A prospect must pass all that are set. */
export interface Filters {
  email?: string | undefined
  /** E.164. */
  phone?: string | undefined
  /** Each must be the start of a word of its field. The longest, which is the rarest, comes first. */
  words: FieldWord[]
  updatedSince?: number | undefined
  jobId?: string | undefined
  officeId?: string | undefined
  sourceId?: string | undefined
  licenseStatus?: string | undefined
  /** An id of a stage, or its name. */
  stage?: { id: string; nameKey: string } | undefined
  pipelineId?: string | undefined
  /** Name keys. A prospect must have one of them. */
  labels?: string[] | undefined
}

/** The filters of a query. Null if no prospect can match, for example if the phone is not a number. */
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
