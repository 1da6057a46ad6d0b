import type { Context } from 'hono'
import type { Database } from '../db/client'
import { uniqueViolation } from '../db/errors'
import { LONG, LONG_FIELDS } from '../db/long-values'
import { idempotencyKeyReused } from './errors'
import { type AppEnv, factory, type IdempotentRequest } from './factory'
import { sha256 } from './key'
import { Problem } from './problem-type'

/** How long a POST can be repeated, ms. */
const KEY_LIFETIME = 24 * 60 * 60 * 1000

/** Whose keys the operator's are. */
export const OPERATOR = 'operator'

/** What is answered, and kept to be answered again. */
export interface StoredResponse {
  status: 200 | 201 | 202
  headers: Record<string, string>
  body: object
}

/**
 * Lets a POST be repeated under its `Idempotency-Key`: the store keeps the answer in the batch of its write (`claim`,
 * `keep`), so that a second time writes nothing. Then the stored answer is given again, whatever the second time was
 * rejected for; 422 if something else was asked under the key.
 */
export const idempotent = idempotentBy(async (asked, c) => {
  const all = new Blob([asked, '\n', await c.req.arrayBuffer()])
  return sha256(await all.arrayBuffer())
})

/** Likewise where the body is streamed: the route hashes it, and completes `hash` before it looks whether it was made. */
export const idempotentStream = idempotentBy(async (asked) => asked)

function idempotentBy(hashOf: (asked: string, c: Context<AppEnv>) => Promise<string>) {
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
      const repeatable = { key, hash: await hashOf(pathname + search, c) }
      c.set('repeatable', repeatable)
      await next()
      if (!isKeyAlreadyUsed(c.error) && !isRejected(c.error)) return
      const stored = await findStoredResponse(c.var.db, c.get('caller')?.account.id ?? OPERATOR, key)
      if (!stored) return
      if (stored.hash !== repeatable.hash) throw idempotencyKeyReused()
      c.res = undefined
      c.res = new Response(stored.body, {
        status: stored.status,
        headers: {
          ...JSON.parse(stored.headers),
          'content-type': 'application/json',
          'idempotent-replayed': 'true',
          'x-request-id': c.get('requestId'),
        },
      })
    }),
    { canBeRepeated: true },
  )
}

/**
 * Whether a call was rejected for anything but its caller. The rules may depend on the time, on the configuration or on
 * what the account has, and the call may have been made when they let it through: the stored response comes first.
 */
const isRejected = (error: unknown) => error instanceof Problem && ![401, 403, 429].includes(error.status)

/** Thrown where a call is seen to have been made before. */
export class KeyAlreadyUsed extends Error {}

/** Whether this error says that a call was made before. */
export const isKeyAlreadyUsed = (error: unknown): boolean =>
  error instanceof KeyAlreadyUsed || uniqueViolation(error) === 'idempotency_keys'

/** Selects a row if the call was made before: for stores that read before they write. */
export const findUsedKey = (
  { d1 }: Database,
  accountId: string,
  { key }: IdempotentRequest,
  now: number,
): D1PreparedStatement =>
  d1
    .prepare('SELECT 1 FROM idempotency_keys WHERE account_id = ? AND key = ? AND expires_at > ?')
    .bind(accountId, key, now)

/**
 * SQL: which long values of the response `?5` about the prospect `?6` an event has too, `{field: seq}`; null where none.
 * They are stored once, whatever is sent under however many keys.
 */
const SAME_AS = `(
  SELECT json_group_object(f.value, h.seq) FROM (
      SELECT seq, same_as FROM events INDEXED BY events_prospect
      WHERE account_id = ?1 AND prospect_id = ?6 ORDER BY seq DESC LIMIT 1) v
    CROSS JOIN json_each('${JSON.stringify(LONG_FIELDS)}') f
    CROSS JOIN events h ON h.account_id = ?1 AND h.seq = coalesce(v.same_as ->> f.value, v.seq)
  WHERE length(?5 -> f.value) > ${LONG} AND h.data -> ('$.prospect.' || f.value) = ?5 -> f.value
  HAVING count(*) > 0)`

/** SQL: the body of the stored response `k`, whole and in its order. */
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

async function findStoredResponse({ d1 }: Database, accountId: string, key: string): Promise<StoredRow | undefined> {
  const find = d1.prepare(
    `SELECT hash, status, headers, ${BODY} AS body FROM idempotency_keys k WHERE account_id = ? AND key = ? AND expires_at > ?`,
  )
  return (await find.bind(accountId, key, Date.now()).all<StoredRow>()).results[0]
}

/** The first statements of a repeatable batch: they end it (see `isRepeated`) if the call was made before. */
export const claimKey = (
  { d1 }: Database,
  accountId: string,
  repeatable: IdempotentRequest | undefined,
  now: number,
): D1PreparedStatement[] =>
  repeatable
    ? [
        d1
          .prepare('DELETE FROM idempotency_keys WHERE account_id = ? AND key = ? AND expires_at <= ?')
          .bind(accountId, repeatable.key, now),
        d1
          .prepare(
            `INSERT INTO idempotency_keys (account_id, key, hash, status, headers, body, about, expires_at)
             VALUES (?, ?, ?, 0, '{}', '', NULL, ?)`,
          )
          .bind(accountId, repeatable.key, repeatable.hash, now + KEY_LIFETIME),
      ]
    : []

/** A field of an answer that is known only in the database, once the batch has got there. */
export interface LateField {
  field: string
  table: string
  column: string
}

/**
 * The statement of a repeatable batch, after its writes, that keeps the answer and returns the `body` that was kept.
 * `about` is the id of what it shows, by which it is found when that is erased.
 */
export const storeResponse = (
  { d1 }: Database,
  accountId: string,
  repeatable: IdempotentRequest | undefined,
  { status, headers, body }: StoredResponse,
  about: string,
  late?: LateField,
): D1PreparedStatement[] => {
  if (!repeatable) return []
  const field = late
    ? `json_set(?5, '$.${late.field}', (SELECT ${late.column} FROM ${late.table} WHERE account_id = ?1 AND id = ?6))`
    : '?5'
  const json = JSON.stringify(body)
  const sameAs = json.length > LONG ? SAME_AS : 'NULL'
  return [
    d1
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
 * What was chosen when a call was first made: `choice`, if that is now. For what has to be known before it can be seen
 * whether the call was made. One trip.
 */
export async function firstChoice(
  { d1 }: Database,
  accountId: string,
  { key }: IdempotentRequest,
  choice: string,
  now: number,
): Promise<string> {
  const { results } = await d1
    .prepare(FIRST_CHOICE)
    .bind(`choices of ${accountId}`, key, choice, now, now + KEY_LIFETIME)
    .all<{ body: string }>()
  return results[0]?.body ?? choice
}

const FIRST_CHOICE = `
  INSERT INTO idempotency_keys (account_id, key, hash, status, headers, body, about, expires_at)
  VALUES (?1, ?2, '', 0, '{}', ?3, NULL, ?5)
  ON CONFLICT (account_id, key) DO UPDATE SET body = iif(expires_at > ?4, body, ?3), expires_at = ?5
  RETURNING body`

/** What of kept answers shows somebody who is erased: nothing but that. */
export const redactStoredResponses = ({ d1 }: Database, accountId: string, about: string): D1PreparedStatement =>
  d1
    .prepare(
      `UPDATE idempotency_keys SET body = json_object('id', about, 'erased', json('true')), same_as = NULL
       WHERE account_id = ? AND about = ?`,
    )
    .bind(accountId, about)

/** Drops answers that can no longer be asked for, in chunks, at most `trips` of them; the schedule goes on with the rest. */
export async function purgeStoredResponses({ d1, hasRoom }: Database, now: number, trips = 100): Promise<void> {
  const purge = d1.prepare(PURGE).bind(now, PURGE_CHUNK)
  for (let left = trips; left > 0 && hasRoom(); left--) if ((await purge.all()).results.length < PURGE_CHUNK) return
}

const PURGE_CHUNK = 1000
const PURGE = `
  DELETE FROM idempotency_keys WHERE (account_id, key) IN
    (SELECT account_id, key FROM idempotency_keys INDEXED BY idempotency_keys_expired WHERE expires_at <= ? LIMIT ?)
  RETURNING 1 AS gone`
