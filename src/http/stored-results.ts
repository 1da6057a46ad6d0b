import type { Database } from '../db/client'
import { LONG } from '../db/long-values'
import type { IdempotentRequest } from './factory'
import { type LateField, STORED_BODY, sameAs, withLate, withoutSame } from './stored-body'

/**
 * The response of a call with many inputs. Each of its results is stored in a row of its own, under the key of the call, a
 * line break and the number of the input. So each commit of the call stores the results of its inputs, and an erasure
 * redacts only the results about its prospect. The row of the call has the counts.
 */

/** How the inputs of a call ended: how many in each way. */
export type Counts = Record<'created' | 'updated' | 'unchanged' | 'failed', number>

/** How one input ended: the status, and the prospect or the problem as JSON. */
export interface InputResult {
  status: number
  body: string
}

/** A result to store. */
export interface NewResult extends InputResult {
  /** The id of its prospect. When that is erased, the result is redacted. */
  about: string | null
  /** Whether the late field is known only inside the batch. */
  isLate: boolean
}

/** The text of the response. */
export const resultsText = (results: InputResult[], counts: Counts): string => {
  const items = results.map(
    ({ status, body }, index) =>
      `{"index":${index},"status":${status},"${status < 400 ? 'prospect' : 'problem'}":${body}}`,
  )
  return `{"results":[${items}],${JSON.stringify(counts).slice(1)}`
}

/**
 * The statements of an idempotent batch that store the results of inputs from number `from` on, and the counts up to here.
 * They go after the writes. If another call has stored one of these results, they make the batch fail (`isKeyAlreadyUsed`).
 */
export function storeResults(
  { d1 }: Database,
  accountId: string,
  { key }: IdempotentRequest,
  {
    from,
    results,
    late,
    counts,
    isLast,
  }: { from: number; results: NewResult[]; late: LateField; counts: Counts; isLast: boolean },
): D1PreparedStatement[] {
  const rows = results.map(
    ({ status, body, about, isLate }, i) =>
      `{"n":${from + i},"status":${status},"about":${JSON.stringify(about)},"late":${isLate ? 1 : 0},"body":${body}}`,
  )
  return [
    d1.prepare(storeAll(late)).bind(accountId, key, `[${rows}]`),
    d1.prepare(SET_COUNTS).bind(accountId, key, isLast ? 200 : UNFINISHED, JSON.stringify(counts)),
  ]
}

/** The status of the row of a call that has stored only some of its results. */
export const UNFINISHED = 0

const [BODY, ABOUT] = ["r.value -> 'body'", "r.value ->> 'about'"]
const storeAll = (late: LateField) => {
  const body = `iif(r.value ->> 'late', ${withLate(BODY, late, ABOUT)}, ${BODY})`
  return `
    INSERT INTO idempotency_keys (account_id, key, hash, status, headers, body, about, same_as, expires_at)
    SELECT ?1, ?2 || printf(char(10) || '%03d', r.value ->> 'n'), '', r.value ->> 'status', '{}',
      ${withoutSame(body, 's.value')}, ${ABOUT}, s.value, k.expires_at
    FROM idempotency_keys k CROSS JOIN json_each(?3) r
      CROSS JOIN json_each(json_array(iif(length(r.value) > ${LONG}, ${sameAs(BODY, ABOUT)}, NULL))) s
    WHERE k.account_id = ?1 AND k.key = ?2`
}
const SET_COUNTS = 'UPDATE idempotency_keys SET status = ?3, body = ?4 WHERE account_id = ?1 AND key = ?2'

/** The row of a call, or of a result. */
interface StoredRow {
  key: string
  hash: string
  status: number
  headers: string
  body: string
}

/** A call that was made with a key: the row of the call, and its results if it has many inputs. */
export interface StoredCall extends StoredRow {
  results: InputResult[]
}

/** The body of the response to a stored call. */
export const bodyOf = ({ body, results }: StoredCall): string =>
  results.length > 0 ? resultsText(results, JSON.parse(body)) : body

/** The call that was made with a key. */
export async function findStoredCall(db: Database, accountId: string, key: string): Promise<StoredCall | undefined> {
  const [call, ...results] = await db.query<StoredRow>(FIND, accountId, key, Date.now())
  return call?.key === key ? { ...call, results } : undefined
}

/** SQL: a condition on the row of the key `?2` and its results. No key of a caller has a control character. */
export const OF_CALL = 'account_id = ?1 AND key >= ?2 AND key < ?2 || char(11)'

// SQL text: the database puts the bodies together
const FIND = `SELECT key, hash, status, headers, ${STORED_BODY} AS body FROM idempotency_keys k
  WHERE ${OF_CALL} AND expires_at > ?3 ORDER BY key`

/** The results and counts of a call with many inputs that has stored only some of its results; undefined for any other call. */
export async function findUnfinishedCall(
  db: Database,
  accountId: string,
  { key, hash }: IdempotentRequest,
): Promise<{ results: InputResult[]; counts: Counts } | undefined> {
  const call = await findStoredCall(db, accountId, key)
  if (call?.status !== UNFINISHED || call.hash !== hash) return undefined
  return { results: call.results, counts: JSON.parse(call.body) }
}
