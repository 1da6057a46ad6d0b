import type { Database } from '../db/client'
import { invalidCredential } from '../http/errors'
import type { Caller } from '../http/factory'
import { decodePageToken, type Page, pageOf } from '../http/page'
import { toFilters } from './filter'
import { listStatement, positionLength } from './list-statement'
import { type Prospect, type ProspectRecord, type ProspectRow, toProspect, toRecord } from './prospect'
import type { ListProspects } from './schema'

export interface ProspectPage {
  /** With `fields`, only the id and these fields. */
  prospects: Prospect[]
  /** Null with `total=false`. */
  totalCount: number | null
  nextPageToken: string | null
}

/** A page of the prospects that match, and how many match in all, in one round trip. */
export async function listProspects(db: Database, caller: Caller, query: ListProspects): Promise<ProspectPage> {
  const { items, ...page } = await listRecords(db, caller, query, (record) => pick(toProspect(record), query.fields))
  return { prospects: items, ...page }
}

/** The id and these fields of an object. Without `fields`, the whole object. */
export function pick<T extends object>(whole: T, fields: readonly string[] | undefined): T {
  if (!fields) return whole
  return Object.fromEntries(Object.entries(whole).filter(([name]) => name === 'id' || fields.includes(name))) as T
}

/**
 * The same page, with each record as `present` shows it. Of the record, only the `fields` of the query are read. `shows` is
 * SQL that adds columns of a prospect `p` to the records.
 */
export async function listRecords<T, Shown extends object = object>(
  db: Database,
  { account }: Caller,
  query: ListProspects,
  present: (record: ProspectRecord & Shown) => T,
  shows = '',
): Promise<Page<T> & Pick<ProspectPage, 'totalCount'>> {
  const { limit, pageToken, total, fields, ...asked } = query
  const after = await decodePageToken(asked, pageToken, positionLength(asked.sort))
  const filters = toFilters(query, account.defaultCountry)
  if (!filters) return { items: [], totalCount: total ? 0 : null, nextPageToken: null }
  const { text, values } = listStatement(account.id, filters, { ...query, after, shows })
  const { results } = await db.d1
    .prepare(text)
    .bind(...values)
    .all<ProspectRow & { total: number | null; sortKey: string | number | null }>()
  const [first] = results
  if (!first) throw invalidCredential()
  const page = await pageOf(
    results,
    limit,
    asked,
    ({ id, sortKey }) => (sortKey === null ? [id] : [sortKey, id]),
    // a row without an id is the row of the total, or a prospect that did not fit into the page
    ({ total: _, sortKey: __, ...row }) => (row.id ? present(toRecord(row) as ProspectRecord & Shown) : null),
  )
  return { ...page, totalCount: total ? (first.total ?? 0) : null }
}
