import type { Database } from '../db/client'
import { invalidCredential, invalidInput } from '../http/errors'
import type { Caller, IdempotentRequest, InputError } from '../http/factory'
import { findUsedKey, KeyAlreadyUsed } from '../http/idempotency'
import { encodePageToken } from '../http/page'
import { Problem, problemBelow } from '../http/problem-type'
import { queryReferences } from './candidates'
import { toCustomFilters } from './custom-filters'
import { toFilters } from './filter'
import { knowFields, listRecords } from './list'
import { listStatement } from './list-statement'
import { requireValid } from './plan-writes'
import type { ListFilters } from './schema'
import type { WriteRequest } from './write-request'

/** Prospects that match filters, for changes in the background. */

/** How many prospects match, and the id of the newest one; null if no prospect matches. */
export interface Matches {
  total: number
  last: string | null
}

/**
 * Counts the prospects that match, and checks what a request about them refers to, in one round trip (two if the filters name
 * custom fields that this isolate does not know). Throws 400 if the filters name a custom field that the account does not
 * have, 400 and 422 if the change is not valid, and `KeyAlreadyUsed` if the idempotency key has a stored response. `pointer`
 * is where the change is in the body.
 */
export async function countMatches(
  db: Database,
  caller: Pick<Caller, 'account'>,
  filters: ListFilters,
  change: {
    request: WriteRequest
    pointer: string
    idempotent: IdempotentRequest | undefined
    now: number
  },
): Promise<Matches> {
  const { account } = caller
  const query: ListQuery = { ...filters, sort: '-createdAt', limit: 1, total: true, fields: ['id'] }
  const known = await knowFields(db, account.id, filters)
  const custom = toCustomFilters(filters.custom, known.fields)
  if (custom.errors.length > 0) throw invalidInput(custom.errors.map(inBody))
  const wanted = toFilters(query, custom.filters, account.defaultCountry)
  const list = wanted && listStatement(account.id, wanted, { ...query, after: undefined, shows: '' })
  const { request, idempotent, now } = change
  const references = queryReferences(db, account.id, [request])
  const [referred, used, listed] = await db.d1.batch([
    references.statement,
    idempotent ? findUsedKey(db, account.id, idempotent, now) : db.d1.prepare('SELECT 1 WHERE false'),
    ...(list ? [db.d1.prepare(list.text).bind(...list.values)] : []),
  ])
  if (used?.results.length) throw new KeyAlreadyUsed()
  const found = referred && references.from(referred)
  if (!found) throw invalidCredential()
  // the filters were made from fields that have changed meanwhile
  if (filters.custom && found.customFields !== known.fields) return countMatches(db, caller, filters, change)
  try {
    requireValid(request.change, found)
  } catch (error) {
    throw error instanceof Problem ? problemBelow(error, change.pointer) : error
  }
  const [row] = (listed?.results ?? []) as { total: number | null; id: string | null }[]
  return { total: row?.total ?? 0, last: row?.id ?? null }
}
type ListQuery = Parameters<typeof listRecords>[2]

/** An error in a filter of a query, as an error in a body. */
const inBody = (error: InputError): InputError => ({
  ...error,
  in: 'body',
  pointer: `/filters/custom/${error.pointer.slice('/custom.'.length)}`,
  code: error.code === 'unknown_parameter' ? 'unknown_field' : error.code,
})

/** A prospect that matches, and the version in which it does. */
export interface Match {
  id: string
  version: number
}

/**
 * The next prospects that match, in the order of creation: those after one id, up to another id. One round trip. `isEnd` is
 * whether there are no more.
 */
export async function nextMatches(
  db: Database,
  caller: Pick<Caller, 'account'>,
  filters: ListFilters,
  { after, last, limit }: { after: string | null; last: string; limit: number },
): Promise<{ matches: Match[]; isEnd: boolean }> {
  const listed = { ...filters, sort: 'createdAt' as const }
  const pageToken = after === null ? {} : { pageToken: await encodePageToken(listed, [after]) }
  const query: ListQuery = { ...listed, ...pageToken, limit, total: false, fields: ['id', 'version'] }
  const { items, nextPageToken } = await listRecords(db, caller, query, ({ id, version }) => ({ id, version }))
  const matches = items.filter(({ id }) => id <= last)
  return { matches, isEnd: nextPageToken === null || matches.length < items.length }
}
