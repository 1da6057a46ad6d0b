import { and, eq, gt, sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { type Database, toStatement } from '../db/client'
import { uniqueViolation } from '../db/errors'
import { LONG } from '../db/long-values'
import { idempotencyKeys } from '../db/schema'
import { idempotencyKeyReused, stillRunning } from './errors'
import { type AppEnv, factory, type IdempotentRequest } from './factory'
import { sha256 } from './key'
import { Problem } from './problem-type'
import { type LateField, sameAs, withLate, withoutSame } from './stored-body'
import { bodyOf, findStoredCall, OF_CALL, UNFINISHED } from './stored-results'

/** How long a response is stored, ms. */
const KEY_LIFETIME = 24 * 60 * 60 * 1000

/** The operator's calls have no account. Their keys are stored under this name. */
export const OPERATOR = 'operator'

/** The response to a POST, as it is stored for idempotent replays. */
export interface StoredResponse {
  status: 200 | 201 | 202
  headers?: Record<string, string>
  body: object
}

/**
 * Makes a POST idempotent if it has an `Idempotency-Key`. The store adds `claimKey` and `storeResponse` to the batch of its
 * write. If the call is repeated, this batch fails and writes nothing, and `replay` returns the stored response.
 */
export const idempotent = idempotentBy(async (url, c) => {
  const all = new Blob([url, '\n', await c.req.arrayBuffer()])
  return sha256(await all.arrayBuffer())
})

/** The same for a streamed body. At first `hash` is the URL. The route replaces it once the body has arrived and is hashed. */
export const idempotentStream = idempotentBy(async (url) => url)

function idempotentBy(hashOf: (url: string, c: Context<AppEnv>) => Promise<string>) {
  return Object.assign(
    factory.createMiddleware(async function idempotent(c, next) {
      const key = c.req.header('idempotency-key')
      if (key === undefined) return next()
      if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
        const message = 'This must be 1 to 255 printable ASCII characters.'
        c.set('headerErrors', [{ in: 'header', pointer: '/Idempotency-Key', code: 'wrong_format', message }])
        return next()
      }
      const { pathname, search } = new URL(c.req.url)
      c.set('repeatable', { key, hash: await hashOf(pathname + search, c) })
      await next()
    }),
    { canBeRepeated: true },
  )
}

/**
 * The response to an error of an idempotent call that was made before: the stored response, even if the call would be
 * rejected now. Returns undefined for every other error. Throws 422 if another request used the key, 409 if the stored
 * response is just being erased.
 */
export async function replay(error: Error, c: Context<AppEnv>): Promise<Response | undefined> {
  const repeatable = c.get('repeatable')
  if (!repeatable || !(isKeyAlreadyUsed(error) || isRejected(error))) return
  const stored = await findStoredCall(c.var.db, c.get('caller')?.account.id ?? OPERATOR, repeatable.key)
  if (stored && stored.hash !== repeatable.hash) throw idempotencyKeyReused()
  if (!stored || stored.status === UNFINISHED) {
    if (isKeyAlreadyUsed(error)) throw stillRunning()
    return
  }
  return c.body(bodyOf(stored), stored.status as StoredResponse['status'], {
    ...JSON.parse(stored.headers),
    'content-type': 'application/json',
    'idempotent-replayed': 'true',
  })
}

/**
 * Whether a call was rejected for another reason than its caller or a limit. The first call may have passed the same rule,
 * because rules can depend on the time, on the configuration or on the account's data. So the stored response takes
 * precedence over such a rejection.
 */
const isRejected = (error: unknown) => error instanceof Problem && ![401, 403, 429].includes(error.status)

/** Thrown by a store that finds that a call with this key was made before. */
export class KeyAlreadyUsed extends Error {}

/** Whether an error means that a call with this key was made before. */
export const isKeyAlreadyUsed = (error: unknown): boolean =>
  error instanceof KeyAlreadyUsed || uniqueViolation(error) === 'idempotency_keys'

/** A condition on `idempotency_keys`: the row of this key, unless it has expired. */
const isUsed = (accountId: string, key: string, now: number) =>
  and(eq(idempotencyKeys.accountId, accountId), eq(idempotencyKeys.key, key), gt(idempotencyKeys.expiresAt, now))

/** Selects a row if a call with this key was made before: for stores that read before they write. */
export const findUsedKey = (
  db: Database,
  accountId: string,
  { key }: IdempotentRequest,
  now: number,
): D1PreparedStatement =>
  toStatement(
    db,
    db.orm
      .select({ isUsed: sql`1` })
      .from(idempotencyKeys)
      .where(isUsed(accountId, key, now)),
  )

/** The first statements of an idempotent batch. If the key was used before, they make the batch fail (`isKeyAlreadyUsed`). */
export const claimKey = (
  db: Database,
  accountId: string,
  repeatable: IdempotentRequest | undefined,
  now: number,
): D1PreparedStatement[] => {
  if (!repeatable) return []
  const { key, hash } = repeatable
  const claim = { accountId, key, hash, status: UNFINISHED, headers: '{}', body: '', expiresAt: now + KEY_LIFETIME }
  return [
    db.d1.prepare(DELETE_EXPIRED).bind(accountId, key, now),
    toStatement(db, db.orm.insert(idempotencyKeys).values(claim)),
  ]
}

// SQL text: Drizzle has no condition for the rows of a call
const DELETE_EXPIRED = `DELETE FROM idempotency_keys WHERE ${OF_CALL} AND expires_at <= ?3`

/**
 * The statement of an idempotent batch that stores the response. It goes after the writes, and returns the stored `body`.
 * `about` is the id of the object in the response: when that object is erased, the response is redacted.
 */
export const storeResponse = (
  db: Database,
  accountId: string,
  repeatable: IdempotentRequest | undefined,
  { status, headers = {}, body, about, late }: StoredResponse & { about: string; late?: LateField | undefined },
): D1PreparedStatement[] => {
  if (!repeatable) return []
  const full = late ? withLate('?5', late, '?6') : '?5'
  const json = JSON.stringify(body)
  // SQL text: the database compares the body with an event, and puts the body together
  return [
    db.d1
      .prepare(
        `UPDATE idempotency_keys AS k SET status = ?3, headers = ?4, about = ?6, same_as = s.same_as,
           body = ${withoutSame(full, 's.same_as')}
         FROM (SELECT ${json.length > LONG ? sameAs('?5', '?6') : 'NULL'} AS same_as) s
         WHERE account_id = ?1 AND key = ?2 RETURNING ${full} AS body`,
      )
      .bind(accountId, repeatable.key, status, JSON.stringify(headers), json, about),
  ]
}

/**
 * Stores a choice under the key and returns it; a repeated call gets the choice of the first call. Use it for a choice that
 * must be known before the stored response can be looked up, such as the database of a new account. One round trip.
 */
export async function firstChoice(
  db: Database,
  accountId: string,
  { key }: IdempotentRequest,
  choice: string,
): Promise<string> {
  const now = Date.now()
  const expiresAt = now + KEY_LIFETIME
  const [stored] = await db.orm
    .insert(idempotencyKeys)
    .values({ accountId: `choices of ${accountId}`, key, hash: '', status: 0, headers: '{}', body: choice, expiresAt })
    .onConflictDoUpdate({
      target: [idempotencyKeys.accountId, idempotencyKeys.key],
      set: { body: sql`iif(expires_at > ${now}, body, ${choice})`, expiresAt },
    })
    .returning({ body: idempotencyKeys.body })
  return stored?.body ?? choice
}

/** Reduces the stored responses about erased objects to their ids. */
export const redactStoredResponses = ({ d1 }: Database, accountId: string, about: string[]): D1PreparedStatement =>
  d1.prepare(REDACT).bind(accountId, JSON.stringify(about))

// SQL text: a list as JSON
const REDACT = `
  UPDATE idempotency_keys INDEXED BY idempotency_keys_about SET body = json_object('id', about, 'erased', json('true')), same_as = NULL
  WHERE account_id = ?1 AND about IN (SELECT value FROM json_each(?2))`

/** Deletes expired responses in chunks, with at most `trips` round trips. The schedule deletes the rest later. */
export async function purgeStoredResponses(db: Database, now: number, trips = 100): Promise<void> {
  for (let left = trips; left > 0 && db.hasQueriesLeft(); left--)
    if ((await db.query(PURGE, now, PURGE_CHUNK)).length < PURGE_CHUNK) return
}

const PURGE_CHUNK = 1000
// SQL text: Drizzle cannot name an index
const PURGE = `
  DELETE FROM idempotency_keys WHERE (account_id, key) IN
    (SELECT account_id, key FROM idempotency_keys INDEXED BY idempotency_keys_expired WHERE expires_at <= ? LIMIT ?)
  RETURNING 1 AS purged`
