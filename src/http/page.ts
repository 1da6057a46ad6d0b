import * as z from 'zod'
import { invalidInput } from './errors'
import { invalid, parameter } from './text'

const MAX_LIMIT = 1000

/** `limit`: 1 to 1000. */
export const limit = (byDefault: number) =>
  parameter()
    .refine((s) => s === '' || (/^\d{1,4}$/.test(s) && Number(s) >= 1 && Number(s) <= MAX_LIMIT), {
      ...invalid('out_of_range', `This must be a whole number from 1 to ${MAX_LIMIT}.`),
    })
    .transform(Number)
    .default(byDefault)
    .meta({ override: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: byDefault } })

/** `pageToken`. It is long enough for the longest name, encoded twice. */
export const pageToken = parameter(4000)

/** The parameters of every list except that of prospects. */
export const ListQuery = z.strictObject({ limit: limit(100), pageToken: pageToken.optional() })
export type ListQuery = z.infer<typeof ListQuery>

/** A page of a list. `nextPageToken` is null on the last page. */
export interface Page<T> {
  items: T[]
  nextPageToken: string | null
}

/** The size of a page, in bytes of JSON. */
const MAX_BYTES = 4 * 1024 * 1024
/** Bytes of a page that are not items: the longest token, and the names of the fields. */
const ENVELOPE_BYTES = 4200
/** After this many bytes of items, waiting calls run first, so that they do not wait for the whole page. */
const PIECE_BYTES = 128 * 1024

/**
 * Makes a page from `rows`. They are in the order of the list, and one more than `limit` if the list continues. The page ends
 * at `limit` items, at 4 MiB of JSON, or before a row for which `present` returns null (see `fitsInPage`). It has at least
 * one item, even if that item is larger than 4 MiB.
 */
export async function pageOf<R, T>(
  rows: R[],
  limit: number,
  scope: Scope,
  positionOf: (row: R) => (string | number)[],
  present: (row: R) => T | null,
): Promise<Page<T>> {
  const items = await firstThatFit(rows.slice(0, limit), present)
  const last = rows[items.length - 1]
  const nextPageToken = rows.length > items.length && last ? await encodePageToken(scope, positionOf(last)) : null
  return { items, nextPageToken }
}

/** The first items that fit into a page of 4 MiB of JSON, at least one. Ends before a row for which `present` returns null. */
export async function firstThatFit<R, T>(rows: R[], present: (row: R) => T | null): Promise<T[]> {
  const encoder = new TextEncoder()
  const fit: T[] = []
  let bytes = ENVELOPE_BYTES
  let pieceEnd = PIECE_BYTES
  for (const row of rows) {
    const item = present(row)
    if (item === null) break
    bytes += encoder.encode(JSON.stringify(item)).length + 1
    if (bytes > MAX_BYTES && fit.length > 0) break
    fit.push(item)
    if (bytes < pieceEnd) continue
    await scheduler.wait(0)
    pieceEnd = bytes + PIECE_BYTES
  }
  return fit
}

/**
 * SQL that is true for the rows of a page whose long values fit into the page, so that D1 returns no more of them.
 *
 * - `bytes`: the length of the row's long values
 * - `key`: the row's key
 * - `page`: a query that selects `key` and `bytes` of all rows of the page
 * - `order`: the order of the page; `limit`: the most rows that it has
 *
 * A row that takes no more than its equal share of the page always fits. Only if a row exceeds its share are the lengths
 * added up, which reads the page once more.
 */
export const fitsInPage = (bytes: string, key: string, page: string, order: string, limit: string): string => `
  (${bytes} <= ${MAX_BYTES} / ${limit} OR ${key} IN (
    SELECT key FROM (SELECT key, bytes, sum(bytes) OVER (${order} ROWS UNBOUNDED PRECEDING) AS total FROM (${page}))
    WHERE total <= ${MAX_BYTES} OR total = bytes))`

/** The list, filters and sort of a page token. A token of one scope is rejected in another. */
type Scope = string | number | boolean | null | undefined | Scope[] | { [key: string]: Scope }

/** An opaque token for the rows after the position `after`, in this list with these filters. */
export const encodePageToken = async (scope: Scope, after: (string | number)[]): Promise<string> =>
  encode(JSON.stringify([await digest([scope, after]), ...after]))

/**
 * The position in a page token: `parts` values. Returns undefined without a token. Throws 400 if the token is malformed, or
 * belongs to another list, other filters or another sort.
 */
export async function decodePageToken(
  scope: Scope,
  token: string | undefined,
  parts: number,
): Promise<(string | number)[] | undefined> {
  if (token === undefined) return undefined
  const [hash, ...after] = decode(token)
  if (
    after.length !== parts ||
    hash !== (await digest([scope, after])) ||
    encode(JSON.stringify([hash, ...after])) !== token
  )
    throw invalidInput([
      {
        in: 'query',
        pointer: '/pageToken',
        code: 'invalid_page_token',
        message: 'Use the nextPageToken of a page that was asked for with the same filters and sort.',
      },
    ])
  return after
}

const encode = (text: string) => toBase64Url(new TextEncoder().encode(text))

const toBase64Url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: 'base64url', omitPadding: true })

function decode(token: string): (string | number)[] {
  try {
    const bytes = Uint8Array.fromBase64(token, { alphabet: 'base64url' })
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return Array.isArray(parsed) && parsed.every((part) => ['string', 'number'].includes(typeof part)) ? parsed : []
  } catch {
    return []
  }
}

async function digest(scope: Scope): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(scope)))
  return toBase64Url(new Uint8Array(hash).slice(0, 9))
}
