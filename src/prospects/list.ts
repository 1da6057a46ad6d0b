import type { Database } from '../db/client'
import { invalidCredential, invalidInput } from '../http/errors'
import type { Caller } from '../http/factory'
import { decodePageToken, type Page, pageOf } from '../http/page'
import { type CustomFields, type KnownFields, learnFields, queryFields, recallFields } from './custom-fields'
import { toCustomFilters } from './custom-filters'
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

/** A page of records, and the custom fields of the account. */
type RecordPage<T> = Page<T> & Pick<ProspectPage, 'totalCount'> & { customFields: CustomFields }

/** A page of the prospects that match, and how many match in all, in one round trip. */
export async function listProspects(db: Database, caller: Caller, query: ListProspects): Promise<ProspectPage> {
  const present = (record: ProspectRecord) => pick(toProspect(record), query.fields)
  const { items, totalCount, nextPageToken } = await listRecords(db, caller, query, present)
  return { prospects: items, totalCount, nextPageToken }
}

/** The id and these fields of an object. Without `fields`, the whole object. */
export function pick<T extends Pick<Prospect, 'custom'>>(whole: T, fields: readonly string[] | undefined): T {
  if (!fields) return whole
  const keys = Object.entries(whole.custom).filter(([key]) => fields.includes(`custom.${key}`))
  const picked = Object.entries(whole).flatMap(([name, value]) => {
    if (name === 'id' || fields.includes(name)) return [[name, value]]
    const isAsked = name === 'custom' && fields.some((field) => field.startsWith('custom.'))
    return isAsked ? [[name, Object.fromEntries(keys)]] : []
  })
  return Object.fromEntries(picked) as T
}

/**
 * The same page, with each record as `present` shows it. Of the record, only the `fields` of the query are read. `shows` is
 * SQL that adds columns of a prospect `p` to the records.
 */
export async function listRecords<T, Shown extends object = object>(
  db: Database,
  { account }: Pick<Caller, 'account'>,
  query: ListProspects,
  present: (record: ProspectRecord & Shown) => T,
  shows = '',
): Promise<RecordPage<T>> {
  const { limit, pageToken, total, fields, ...asked } = query
  const after = await decodePageToken(asked, pageToken, positionLength(asked.sort))
  const known = await knowFields(db, account.id, query)
  const { filters: custom, errors } = toCustomFilters(query.custom, known.fields)
  if (errors.length > 0) throw invalidInput(errors)
  const filters = toFilters(query, custom, account.defaultCountry)
  if (!filters) return { items: [], totalCount: total ? 0 : null, nextPageToken: null, customFields: known.fields }
  const { text, values } = listStatement(account.id, filters, { ...query, after, shows })
  const [results, [catalog]] = await db.batch([
    db.query<ProspectRow & { total: number | null; sortKey: string | number | null }>(text, ...values),
    queryFields(db, account.id, known),
  ])
  const [first] = results
  if (!first || !catalog) throw invalidCredential()
  const { fields: customFields } = learnFields(account.id, known, catalog.version, catalog.fields)
  // the filters were made from fields that have changed meanwhile
  if (query.custom && catalog.fields !== null) return listRecords(db, { account }, query, present, shows)
  requireSelected(fields, customFields)
  const page = await pageOf(
    results,
    limit,
    asked,
    ({ id, sortKey }) => (sortKey === null ? [id] : [sortKey, id]),
    // a row without an id is the row of the total, or a prospect that did not fit into the page
    ({ total: _, sortKey: __, ...row }) =>
      row.id ? present(toRecord(row, customFields) as ProspectRecord & Shown) : null,
  )
  return { ...page, totalCount: total ? (first.total ?? 0) : null, customFields }
}

/**
 * The fields of an account. With filters by custom fields, they are read first if this isolate does not remember them, or if
 * the filters do not suit those that it remembers.
 */
export async function knowFields(
  db: Database,
  accountId: string,
  { custom }: Pick<ListProspects, 'custom'>,
): Promise<KnownFields> {
  const known = recallFields(accountId)
  const { filters, errors } = toCustomFilters(custom, known.fields)
  const suit = errors.length === 0 && filters.every(({ values }) => values?.length !== 0)
  if (!custom || (known.version >= 0 && suit)) return known
  const [catalog] = await queryFields(db, accountId, known)
  if (!catalog) throw invalidCredential()
  return learnFields(accountId, known, catalog.version, catalog.fields)
}

/** Throws 400 if `fields` selects a custom field that the account does not have. */
function requireSelected(fields: ListProspects['fields'], customFields: CustomFields): void {
  const isKnown = (key: string) => customFields.get(key)?.isDeleted === false
  const unknown = fields?.filter((name) => name.startsWith('custom.') && !isKnown(name.slice('custom.'.length)))
  if (!unknown?.length) return
  const message = `There is no field ${unknown.join(', ')}.`
  throw invalidInput([{ in: 'query', pointer: '/fields', code: 'not_allowed', message }])
}
