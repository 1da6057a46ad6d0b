import { and, eq, gt, lte, sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { type Database, toStatement } from '../db/client'
import { uniqueViolation } from '../db/errors'
import { LONG, LONG_FIELDS } from '../db/long-values'
import { idempotencyKeys } from '../db/schema'
import { idempotencyKeyReused, stillRunning } from './errors'
import { type AppEnv, factory, type IdempotentRequest } from './factory'
import { sha256 } from './key'
import { Problem } from './problem-type'

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
  const stored = await findStoredResponse(c.var.db, c.get('caller')?.account.id ?? OPERATOR, repeatable.key)
  if (!stored && isKeyAlreadyUsed(error)) throw stillRunning()
  if (!stored) return
  if (stored.hash !== repeatable.hash) throw idempotencyKeyReused()
  return c.body(stored.body, stored.status as StoredResponse['status'], {
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

/**
 * SQL: which long values of the response `?5` about the prospect `?6` are also in an event, as `{field: seq}`; null if
 * there are no such values. A long value is stored once, however many responses contain it.
 */
const SAME_AS = `(
  SELECT json_group_object(f.value, h.seq) FROM (
      SELECT seq, same_as FROM events INDEXED BY events_prospect
      WHERE account_id = ?1 AND prospect_id = ?6 ORDER BY seq DESC LIMIT 1) v
    CROSS JOIN json_each('${JSON.stringify(LONG_FIELDS)}') f
    CROSS JOIN events h ON h.account_id = ?1 AND h.seq = coalesce(v.same_as ->> f.value, v.seq)
  WHERE length(?5 -> f.value) > ${LONG} AND h.data -> ('$.prospect.' || f.value) = ?5 -> f.value
  HAVING count(*) > 0)`

/** SQL: the body of the stored response `k`, with the long values that events hold, in the original order of fields. */
const BODY = `iif(k.same_as IS NULL, k.body, json_replace(k.body, ${LONG_FIELDS.map(
  (field) => `iif(k.same_as ->> '${field}' IS NULL, '$.none', '$.${field}'),
    json((SELECT h.data -> '$.prospect.${field}' FROM events h
      WHERE h.account_id = k.account_id AND h.seq = k.same_as ->> '${field}'))`,
)}))`

interface StoredRow {
  hash: string
  status: number
  headers: string
  body: string
}

async function findStoredResponse(db: Database, accountId: string, key: string): Promise<StoredRow | undefined> {
  return (await db.query<StoredRow>(FIND, accountId, key, Date.now()))[0]
}

// SQL text: the database puts the body together
const FIND = `SELECT hash, status, headers, ${BODY} AS body FROM idempotency_keys k
  WHERE account_id = ? AND key = ? AND expires_at > ?`

/** The first statements of an idempotent batch. If the key was used before, they make the batch fail (`isKeyAlreadyUsed`). */
export const claimKey = (
  db: Database,
  accountId: string,
  repeatable: IdempotentRequest | undefined,
  now: number,
): D1PreparedStatement[] => {
  if (!repeatable) return []
  const { key, hash } = repeatable
  const expired = and(
    eq(idempotencyKeys.accountId, accountId),
    eq(idempotencyKeys.key, key),
    lte(idempotencyKeys.expiresAt, now),
  )
  const claim = { accountId, key, hash, status: 0, headers: '{}', body: '', expiresAt: now + KEY_LIFETIME }
  return [
    toStatement(db, db.orm.delete(idempotencyKeys).where(expired)),
    toStatement(db, db.orm.insert(idempotencyKeys).values(claim)),
  ]
}

/** A field of a response whose value is known only inside the batch: a column of the row that the response is about. */
export interface LateField {
  field: string
  table: string
  column: string
}

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
  const field = late
    ? `json_set(?5, '$.${late.field}', (SELECT ${late.column} FROM ${late.table} WHERE account_id = ?1 AND id = ?6))`
    : '?5'
  const json = JSON.stringify(body)
  const sameAs = json.length > LONG ? SAME_AS : 'NULL'
  // SQL text: the database compares the body with an event, and puts the body together
  return [
    db.d1
      .prepare(
        `UPDATE idempotency_keys AS k SET status = ?3, headers = ?4, about = ?6, same_as = s.same_as,
           body = iif(s.same_as IS NULL, ${field}, json_replace(${field}, ${LONG_FIELDS.map(
             (name) => `iif(s.same_as ->> '${name}' IS NULL, '$.none', '$.${name}'), NULL`,
           )}))
         FROM (SELECT ${sameAs} AS same_as) s
         WHERE account_id = ?1 AND key = ?2 RETURNING ${field} AS body`,
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

/** Reduces the stored responses about an erased object to its id. */
export const redactStoredResponses = (db: Database, accountId: string, about: string): D1PreparedStatement =>
  toStatement(
    db,
    db.orm
      .update(idempotencyKeys)
      .set({ body: sql`json_object('id', about, 'erased', json('true'))`, sameAs: null })
      .where(and(eq(idempotencyKeys.accountId, accountId), eq(idempotencyKeys.about, about))),
  )

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
