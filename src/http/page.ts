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

/** A token holds a name of the longest kind, encoded twice. */
export const pageToken = parameter(4000)

/** The parameters of every list but the prospects'. */
export const ListQuery = z.strictObject({ limit: limit(100), pageToken: pageToken.optional() })
export type ListQuery = z.infer<typeof ListQuery>

/** A page of a list and the token of the next one, null on the last. */
export interface Page<T> {
  items: T[]
  nextPageToken: string | null
}

/** The most that a page holds, in bytes of JSON. */
const MOST = 4 * 1024 * 1024
/** What a page holds besides its items, in bytes of JSON: a token of the longest kind, and names. */
const AROUND = 4200

/**
 * Makes a page of rows, in the order of the list, of which one more than `limit` were read. It ends at `limit`, at 4 MiB
 * of JSON, or at a row that `present` has nothing of (see `isRead`); an item that is larger is a page by itself.
 */
export async function pageOf<R, T>(
  rows: R[],
  limit: number,
  scope: Scope,
  positionOf: (row: R) => (string | number)[],
  present: (row: R) => T | null,
): Promise<Page<T>> {
  const items = firstThatFit(rows.slice(0, limit), present)
  const last = rows[items.length - 1]
  const nextPageToken = rows.length > items.length && last ? await encodePageToken(scope, positionOf(last)) : null
  return { items, nextPageToken }
}

/** What of the rows goes into a page: up to 4 MiB of JSON, at least one, or up to the first that is presented as null. */
export function firstThatFit<R, T>(rows: R[], present: (row: R) => T | null): T[] {
  const encoder = new TextEncoder()
  const fit: T[] = []
  let bytes = AROUND
  for (const row of rows) {
    const item = present(row)
    if (item === null) break
    bytes += encoder.encode(JSON.stringify(item)).length + 1
    if (bytes > MOST && fit.length > 0) break
    fit.push(item)
  }
  return fit
}

/**
 * SQL: whether a row of a page is read with its long values, so that D1 sends no more of them than a page holds. `bytes`
 * is how long those of the row are, `key` the row's key in `page`, and `page` a query of the page's `key` and `bytes`,
 * whose order is `order`; it has at most `limit` rows. A row that is no longer than an equal share of the page is always
 * read: the lengths are added up, which reads the page once more, only for a page with longer ones.
 */
export const isRead = (bytes: string, key: string, page: string, order: string, limit: string): string => `
  (${bytes} <= ${MOST} / ${limit} OR ${key} IN (
    SELECT key FROM (SELECT key, bytes, sum(bytes) OVER (${order} ROWS UNBOUNDED PRECEDING) AS total FROM (${page}))
    WHERE total <= ${MOST} OR total = bytes))`

/** What a list's position is bound to: a token made under one scope is refused under another. */
type Scope = string | number | boolean | null | undefined | Scope[] | { [key: string]: Scope }

/** An opaque token that means "the rows after `after`, in this list with these filters". */
export const encodePageToken = async (scope: Scope, after: (string | number)[]): Promise<string> =>
  encode(JSON.stringify([await digest([scope, after]), ...after]))

/**
 * The `parts` values that a page token was made of, or undefined without a token. 400 if it is not one, or comes
 * from another list, other filters or another sort.
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

const toBase64Url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

function decode(token: string): (string | number)[] {
  try {
    const binary = atob(token.replaceAll('-', '+').replaceAll('_', '/'))
    const parsed: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (ch) => ch.charCodeAt(0))))
    return Array.isArray(parsed) && parsed.every((part) => ['string', 'number'].includes(typeof part)) ? parsed : []
  } catch {
    return []
  }
}

async function digest(scope: Scope): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(scope)))
  return toBase64Url(new Uint8Array(hash).slice(0, 9))
}
