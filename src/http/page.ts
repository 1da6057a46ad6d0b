import * as z from 'zod'
import { invalidInput } from './problem'
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

/** Makes a page, newest first, of rows of which one more than `limit` were read. */
export async function pageOf<R extends { id: string }, T>(
  rows: R[],
  limit: number,
  scope: Scope,
  present: (row: R) => T,
): Promise<Page<T>> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const nextPageToken = rows.length > limit && last ? await encodePageToken(scope, [last.id]) : null
  return { items: page.map(present), nextPageToken }
}

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
