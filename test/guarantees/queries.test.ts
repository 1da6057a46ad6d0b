import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { databaseOf } from '../../src/db/client'
import { CreateProspect } from '../../src/prospects/schema'
import { writeProspects } from '../../src/prospects/store'
import { toCreateRequest } from '../../src/prospects/write-request'
import { newAccount } from '../support/api'
import { noOutbox } from '../support/callers'
import { D1, watchQueries } from '../support/d1'
import { consume, endpointAnswers, freeze, type HeldQueue, pass, thaw, tick } from '../support/endpoint'
import { accountIn, BINDINGS, type Binding, migrateThree, THREE_DATABASES } from '../support/multi-database'
import { upload } from '../support/resume-files'

/** How many statements D1 allows in one invocation, for all databases together. */
const MOST = 1000
const MINUTE = 60_000

/** A new encryption key, and the one that it replaces. */
const ROTATED = { ENCRYPTION_KEY: `2.${btoa('fedcba9876543210fedcba9876543210')},${env.ENCRYPTION_KEY}` }
const bindings = { ...THREE_DATABASES, ...ROTATED, EVENTS_FEED: { sendBatch: async () => {} } }

let sent: HeldQueue

beforeAll(migrateThree)
beforeEach(async () => {
  sent = await freeze()
  endpointAnswers()
  vi.spyOn(console, 'error').mockReturnValue()
})
afterEach(thaw)

/** The SQL of a prepared statement. */
const textOf = (prepared: D1PreparedStatement) => (prepared as unknown as { statement: string }).statement

/** The rows that each kind of work has yet to process. */
const LEFT = {
  deliveries: 'next_at IS NOT NULL AND next_at <= 1e13',
  'deliveries that wait': "status = 'pending' AND next_at IS NULL",
  'deliveries to drop': 'finished_at <= 1e12',
  feed_entries: 'true',
  accounts: 'erased_at IS NOT NULL',
  object_deletions: 'due_at <= 1e12',
  moves: 'true',
  webhooks: 'recover_from IS NOT NULL',
  'webhooks to encrypt': "secret LIKE '1.%' AND deleted_at IS NULL",
  idempotency_keys: 'expires_at <= 1e12',
}
async function leftIn(binding: Binding): Promise<string[]> {
  const counts = Object.entries(LEFT).map(
    ([what, where]) => `SELECT '${what}' AS what, EXISTS
    (SELECT 1 FROM ${what.split(' ')[0]} WHERE ${where}) AS n`,
  )
  const results = await THREE_DATABASES[binding].batch<{ what: string; n: number }>(
    counts.map((sql) => THREE_DATABASES[binding].prepare(sql)),
  )
  return results.flatMap(({ results: [row] }) => (row?.n ? [`${row.what} of ${binding}`] : []))
}

/** Makes more work of every kind than one invocation can do. */
async function fill(binding: Binding) {
  const account = await accountIn(binding)
  const [other, gone] = [await accountIn(binding), await accountIn(binding)]
  const slow = (await account.register()).json.id
  const webhook = (await account.register()).json.id
  await other.register()
  const db = databaseOf(bindings as unknown as Env, account.id)
  if (!db) throw new Error('no database')
  const [from, to] = await Promise.all(
    ['From', 'To'].map(async (name) => (await account.call('POST', '/v1/labels', { name })).json.id),
  )
  const rows = Array.from({ length: 1000 }, () =>
    toCreateRequest(CreateProspect.parse({ firstName: 'Pat', lastName: 'Doe', labels: ['From'] }), 'US'),
  )
  const actor = { account, key: { id: account.apiKey.id } }
  for (let i = 0; i < rows.length; i += 500)
    await writeProspects(db, actor, rows.slice(i, i + 500), { source: 'api', outbox: noOutbox })
  const many = (n: number) =>
    `(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n}) SELECT i FROM n)`
  const run = (sql: string, ...values: unknown[]) => THREE_DATABASES[binding].prepare(sql).bind(...values)
  await THREE_DATABASES[binding].batch([
    run(`INSERT INTO feed_entries SELECT account_id, seq, 0 FROM events WHERE account_id = ?`, account.id),
    run(
      `INSERT INTO events SELECT ?1, i, 'n', 'prospect.created', NULL, 1, '', NULL, 'api', '{}', NULL FROM ${many(10_000)}`,
      gone.id,
    ),
    run('UPDATE accounts SET erased_at = 1 WHERE id = ?', gone.id),
    run(`INSERT INTO object_deletions SELECT ?1, ?1 || '/' || i, 0 FROM ${many(5000)}`, account.id),
    run(
      `INSERT INTO idempotency_keys (account_id, key, hash, status, headers, body, expires_at)
       SELECT ?1, i, '', 200, '{}', '', 1 FROM ${many(15_000)}`,
      other.id,
    ),
    run(
      `UPDATE deliveries SET status = 'succeeded', finished_at = 1, next_at = NULL WHERE account_id = ?1 AND webhook_id = ?2
       AND event_seq IN (SELECT event_seq FROM deliveries WHERE account_id = ?1 AND webhook_id = ?2 LIMIT 700)`,
      account.id,
      webhook,
    ),
    run(
      "INSERT INTO moves (account_id, kind, from_id, to_id, key_id, tried_at) VALUES (?, 'labels', ?, ?, ?, 1)",
      account.id,
      from,
      to,
      account.apiKey.id,
    ),
    run('UPDATE webhooks SET slow_since = 1 WHERE id = ?', slow),
    run('UPDATE webhooks SET recover_from = 1 WHERE id = ?', webhook),
  ])
}

/** Does what consumers do with the queued messages. */
async function deliverAll() {
  const keys = JSON.stringify(sent.splice(0))
  for (const binding of BINDINGS)
    await THREE_DATABASES[binding]
      .prepare(
        `UPDATE deliveries SET status = 'succeeded', next_at = NULL, finished_at = 2e12 WHERE (account_id, webhook_id, event_seq)
         IN (SELECT value ->> 'accountId', value ->> 'webhookId', value ->> 'eventSeq' FROM json_each(?))`,
      )
      .bind(keys)
      .run()
}

test('no run of the schedule sends 1,000 statements, and all work is finished', {
  timeout: 240_000,
}, async () => {
  await Promise.all(BINDINGS.map(fill))
  pass(MINUTE)
  sent.splice(0)
  const left = async () => (await Promise.all(BINDINGS.map(leftIn))).flat()
  expect(await left()).toHaveLength(BINDINGS.length * (Object.keys(LEFT).length - 1))
  const sendBatch = vi.mocked((Object.getPrototypeOf(env.WEBHOOKS_QUEUE) as Queue).sendBatch)
  const hold = sendBatch.getMockImplementation() as Queue['sendBatch']
  const queries = watchQueries()
  const costs: number[] = []
  for (let minute = 0; minute < 40 && (await left()).length > 0; minute++) {
    // at first the queues are down, so the schedule delivers by itself
    sendBatch.mockImplementation(minute < 3 ? () => Promise.reject(new Error('away')) : hold)
    const before = queries()
    await tick(bindings, minute)
    costs.push(queries() - before)
    await deliverAll()
    pass(MINUTE)
  }
  expect(costs.filter((cost) => cost >= MOST)).toEqual([])
  expect(Math.max(...costs)).toBeGreaterThan(MOST / 2)
  expect(await left()).toEqual([])
})

test('a batch of deliveries sends far fewer than 1,000 statements, even if each endpoint is disabled', async () => {
  const accounts = await Promise.all([...BINDINGS, ...BINDINGS].map(accountIn))
  for (const account of accounts) for (let i = 0; i < 2; i++) await account.register()
  for (const account of accounts) await account.prospect()
  endpointAnswers(() => new Response(null, { status: 410 }))
  const queries = watchQueries()
  await consume(sent, 'prospect-webhooks', bindings)
  expect(queries()).toBeGreaterThan(10)
  expect(queries()).toBeLessThan(MOST / 5)
})

test('reading a resume sends fewer than 1,000 statements, even if each write loses to another', async () => {
  const account = await newAccount()
  const { id } = (await account.prospect()).json
  await upload(account, id)
  const { batch } = D1
  let lostWrites = 0
  const queries = watchQueries()
  vi.mocked(D1.batch).mockImplementation(function (this: D1DatabaseSession, statements) {
    if (!statements.some((each) => textOf(each).includes('INSERT INTO events')))
      return batch.call(this, statements) as never
    lostWrites++
    return Promise.reject(new Error('D1_ERROR: malformed JSON'))
  })
  await consume([{ accountId: account.id, prospectId: id }], 'prospect-resumes').catch(() => {})
  expect(lostWrites).toBe(40)
  expect(queries()).toBeLessThan(MOST)
})
