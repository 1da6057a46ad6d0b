import { expect } from 'vitest'
import { type Account, type ApiResponse, costOf, newAccount } from './api'
import { rows } from './d1'

/** A time in the far future, Unix ms. */
export const FAR = 10 ** 14

/** Runs SQL without the API: `?1` is the account, `?2` the numbers from 0 to `n` - 1, `?3` the id that the rows refer to. */
export const fill = (account: Account, n: number, sql: string, id = '') =>
  rows(`${sql} FROM json_each(?2) WHERE ?3 = ?3`, account.id, JSON.stringify([...Array(n).keys()]), id)

export const idOf = async (answer: Promise<ApiResponse>): Promise<string> => (await answer).json.id
export const one = (account: Account, body: object = {}) =>
  idOf(account.prospect({ email: 'one@example.com', ...body }))
export const hook = (account: Account) => idOf(account.post('/v1/webhooks', { url: 'http://127.0.0.1:9/hook' }))

export const EVENTS = `
  INSERT INTO events (account_id, seq, nonce, type, prospect_id, muted, key_id, source, data)
  SELECT ?1, value + 1, '0123456789', 'prospect.created', ?3, 0, 'key', 'api',
    (SELECT data FROM events WHERE account_id = ?1 AND prospect_id = ?3)`
export const deliveries = (status: string, nextAt: unknown, finishedAt: unknown) => `
  INSERT INTO deliveries (account_id, webhook_id, event_seq, status, next_at, finished_at)
  SELECT ?1, ?3, value + 1, '${status}', ${nextAt}, ${finishedAt}`
export const DELETED_WEBHOOKS = `
  INSERT INTO webhooks (account_id, id, url, event_types, secret, deleted_at, created_at, updated_at)
  SELECT ?1, 'whk_' || value, '', '[]', '', ${FAR}, 1, 1`
/** A time for each row: only the first row is due. */
export const FIRST = `iif(value = 0, 1, ${FAR})`

/** A prospect with many events, each of which has a delivery to one webhook. Returns the ids of both. */
export async function busy(
  account: Account,
  n: number,
  ...[status, nextAt, finishedAt]: Parameters<typeof deliveries>
) {
  const [id, webhook] = [await one(account), await hook(account)]
  await fill(account, n, EVENTS, id)
  await fill(account, n, deliveries(status, nextAt, finishedAt), webhook)
  return { id, webhook, log: `/v1/webhooks/${webhook}/deliveries` }
}

/** Catalog items, in the order of their numbers. */
export const items = (account: Account, n: number, kind: string, pipelineId = '') =>
  fill(
    account,
    n,
    `INSERT INTO ${kind} (account_id, id, name, name_key, created_at, updated_at${pipelineId && ', pipeline_id, position'})
     SELECT ?1, '${kind}' || printf('%04d', value), 'N' || value, printf('n%04d', value), 1, 1${pipelineId && ', ?3, value'}`,
    pipelineId,
  )

export const MERGES = `
  INSERT INTO merges (account_id, id, into_id, email, phone)
  SELECT ?1, 'prs_of ' || value, ?3, value || '@example.com', '+12125550100'`

export const moves = (accountId: string) => `
  INSERT INTO moves (account_id, kind, from_id, to_id, key_id, tried_at)
  SELECT ${accountId}, 'labels', value, 'to', 'key', 1`

/** Makes `n` rows of something in the account, and then a call, or a step of the schedule whose cost it returns. */
export type Run = (account: Account, n: number) => Promise<ApiResponse | { read: number; written: number }>

const [FEW, MANY] = [50, 250]

/** How many more rows are read and written for each more row that exists. */
export async function costPerRow(run: Run) {
  const cost = async (n: number) => {
    const account = await newAccount()
    await account.get('/v1/me')
    const answer = await run(account, n)
    if (!('status' in answer)) return answer
    expect(answer.status).toBeLessThan(300)
    return costOf(answer)
  }
  const [few, many] = [await cost(FEW), await cost(MANY)]
  // after a range of an index, a row of another account may follow: one row more or less is not growth
  const rate = (more: number) => (Math.abs(more) <= 1 ? 0 : more / (MANY - FEW))
  return { read: rate(many.read - few.read), written: rate(many.written - few.written) }
}
