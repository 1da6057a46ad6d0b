import { idAt } from '../db/ids'
import { nameKey } from '../http/text'
import type { CustomFilter } from './custom-filters'
import { parsePhone } from './phone'
import type { ListProspects } from './schema'
import { type Term, termsOfFilter, termsOfSearch } from './search'
import { TEXT_FILTERS, type TextFilter, wordsOf } from './words'

/** From the first value to the value before the second. */
export type Range<T> = [from: T | undefined, before: T | undefined]

/** The filters of a list, in the form that SQL compares. A prospect must pass all that are set. */
export interface Filters {
  email?: string | undefined
  /** E.164. */
  phone?: string | undefined
  /** Of the text filters and `q`. */
  terms: Term[]
  /** Ids: they sort by the time of creation. */
  created: Range<string>
  /** Unix ms. */
  updated: Range<number>
  jobId?: string | undefined
  officeId?: string | undefined
  sourceId?: string | undefined
  licenseStatus?: string | undefined
  /** An id of a stage, or its name. */
  stage?: { id: string; nameKey: string } | undefined
  pipelineId?: string | undefined
  /** Name keys. A prospect must have one of them. */
  labels?: string[] | undefined
  custom: CustomFilter[]
  /** Name keys. A prospect must have none of them. */
  excluded: string[]
}

/** The filters of a query. Null if no prospect can match, for example if the phone is not a number. */
export function toFilters(query: ListProspects, custom: CustomFilter[], country: string): Filters | null {
  const texts = (Object.keys(TEXT_FILTERS) as TextFilter[]).flatMap((filter): [TextFilter, string][] => {
    const text = query[filter]
    return text === undefined ? [] : [[filter, text]]
  })
  const { q, email, createdSince, createdBefore, jobId, officeId, sourceId, licenseStatus, pipelineId } = query
  if (texts.some(([, text]) => wordsOf(text).length === 0)) return null
  const phone = query.phone === undefined ? undefined : parsePhone(query.phone, country).e164
  const searched = q === undefined ? [] : termsOfSearch(q, country)
  if (phone === null || query.label?.length === 0 || (q !== undefined && searched.length === 0)) return null
  if (custom.some(({ values }) => values?.length === 0)) return null
  const atTime = (time: number | undefined) => (time === undefined ? undefined : idAt('prs', time))
  return {
    email,
    phone,
    terms: [...searched, ...texts.flatMap(([filter, text]) => termsOfFilter(filter, text))],
    created: [atTime(createdSince), atTime(createdBefore)],
    updated: [query.updatedSince, query.updatedBefore],
    jobId,
    officeId,
    sourceId,
    licenseStatus,
    stage: query.stage === undefined ? undefined : { id: query.stage, nameKey: nameKey(query.stage) },
    pipelineId,
    labels: query.label,
    custom,
    excluded: query.excludeLabel ?? [],
  }
}
