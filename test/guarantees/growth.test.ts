import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { runReassignments } from '../../src/catalog/reassign'
import { type Database, openDatabase } from '../../src/db/client'
import { sweepObjects } from '../../src/files/delete'
import { purgeStoredResponses } from '../../src/http/idempotency'
import { sweepImports } from '../../src/imports/lease'
import { purgeImports } from '../../src/imports/run'
import { sweepResumes } from '../../src/resumes/reader'
import { sweepFeed } from '../../src/webhooks/queue-feed'
import { purgeDeliveries, sweepDeliveries } from '../../src/webhooks/sweep'
import { type Account, newAccount } from '../support/api'
import { noOutbox, writeMany } from '../support/callers'
import { rows } from '../support/d1'
import { holdQueue } from '../support/endpoint'
import { holdImports } from '../support/import-files'
import {
  busy,
  costPerRow,
  DELETED_WEBHOOKS,
  EVENTS,
  FAR,
  FIRST,
  fill,
  idOf,
  items,
  MERGES,
  moves,
  one,
  type Run,
} from '../support/many-rows'

/**
 * The cost of a call, or of a step of the schedule, does not depend on how many rows there are: prospects before a page,
 * catalog items, events, deliveries, merged duplicates, deleted rows and rows that wait. It is the same with few and many.
 */

beforeAll(() => {
  holdQueue()
  holdImports()
})

/** The page behind all but the last ten of a list of `n`. */
async function late(account: Account, path: string, n: number) {
  const { json } = await account.get(`${path}&limit=${n - 10}`)
  return account.get(`${path}&limit=5&pageToken=${json.nextPageToken}`)
}

/** The cost of a step of the schedule. */
async function costOfStep(run: (db: Database) => Promise<unknown>) {
  const db = openDatabase(env.DB)
  await run(db)
  return db.cost
}

/** An account with prospects that have the same label, stage, job, office, licence and time, by their number. */
const accountsOfLate = new Map<number, Promise<{ account: Account; office: string; job: string }>>()

async function accountOfLate(n: number) {
  const account = await newAccount()
  const office = await idOf(account.post('/v1/offices', { name: 'One' }))
  const job = await idOf(account.post('/v1/jobs', { name: 'One' }))
  const same = { labels: 'One', officeId: office, jobId: job, licenseStatus: 'licensed' }
  await writeMany(account, Array(n).fill(same))
  await rows('UPDATE prospects SET updated_at = 5 WHERE account_id = ?', account.id)
  return { account, office, job }
}

/** The last page of a list of those prospects. */
const lateOf =
  (query: string): Run =>
  async (_, n) => {
    accountsOfLate.set(n, accountsOfLate.get(n) ?? accountOfLate(n))
    const { account, office, job } = await (accountsOfLate.get(n) as ReturnType<typeof accountOfLate>)
    return late(account, `/v1/prospects?${query.replace('OFFICE', office).replace('JOB', job)}`, n)
  }

const LATE = [
  'sort=createdAt',
  'sort=-createdAt',
  'sort=updatedAt',
  'sort=name',
  'sort=-name',
  'sort=-updatedAt&updatedSince=1&total=false',
  'label=One',
  'label=One&stage=New&sort=createdAt',
  'stage=New',
  'officeId=OFFICE&total=false',
  'jobId=JOB&total=false&sort=createdAt',
  'licenseStatus=licensed&total=false',
  'officeId=OFFICE&label=One&updatedSince=1&total=false',
  'jobId=JOB&licenseStatus=licensed&stage=New&total=false&sort=createdAt',
]

/** Calls and steps whose cost does not depend on the number of rows. */
const SAME: [what: string, run: Run][] = [
  ...LATE.map((query): [string, Run] => [`the last page of ${query}`, lateOf(query)]),
  ...['labels', 'sources', 'offices', 'users', 'jobs'].flatMap((kind): [string, Run][] => [
    [
      `the last page of ${kind}`,
      async (a, n) => {
        await items(a, n, kind)
        return late(a, `/v1/${kind}?counts=true`, n)
      },
    ],
    [
      `deleting one of ${kind}`,
      async (a, n) => {
        await items(a, n, kind)
        await writeMany(a, Array(n).fill({ labels: 'One', newSourceName: 'One' }))
        return a.call('DELETE', `/v1/${kind}/${kind}0007`)
      },
    ],
  ]),
  [
    'the last page of stages',
    async (a, n) => {
      await items(a, n, 'stages', a.pipelineId)
      return late(a, '/v1/stages?counts=true', n + 5)
    },
  ],
  [
    'a timeline',
    async (a, n) => {
      const { id } = await busy(a, n, 'succeeded', 'NULL', FAR)
      return late(a, `/v1/prospects/${id}/events?`, n)
    },
  ],
  [
    'the feed of a rare type',
    async (a, n) => {
      await busy(a, n, 'succeeded', 'NULL', FAR)
      return a.get('/v1/events?type=prospect.merged')
    },
  ],
  ...['succeeded', 'failed'].map((status): [string, Run] => [
    `deliveries, most of them succeeded, that have ${status}`,
    async (a, n) => {
      const { log } = await busy(a, n, 'succeeded', 'NULL', FAR)
      return a.get(`${log}?limit=5&status=${status}`)
    },
  ]),
  [
    'deliveries of one prospect',
    async (a, n) => {
      const { log } = await busy(a, n, 'succeeded', 'NULL', FAR)
      const other = await one(a, { email: 'other@example.com' })
      return a.get(`${log}?prospectId=${other}`)
    },
  ],
  [
    'deliveries since a time',
    async (a, n) => {
      const { log } = await busy(a, n, 'succeeded', 'NULL', FAR)
      return a.get(`${log}?since=1`)
    },
  ],
  [
    'the last page of deliveries',
    async (a, n) => {
      const { log } = await busy(a, n, 'succeeded', 'NULL', FAR)
      return late(a, `${log}?`, n)
    },
  ],
  [
    'disabling a webhook without pending deliveries',
    async (a, n) => {
      const { webhook } = await busy(a, n, 'succeeded', 'NULL', FAR)
      return a.call('PATCH', `/v1/webhooks/${webhook}`, { disabled: true })
    },
  ],
  [
    'a get of the survivor of many merges',
    async (a, n) => {
      const id = await one(a)
      await fill(a, n, MERGES, id)
      return a.get(`/v1/prospects/${id}`)
    },
  ],
  [
    'the list of keys, beside revoked keys',
    async (a, n) => {
      await fill(
        a,
        n,
        `INSERT INTO api_keys (account_id, id, name, hash, scopes, revoked_at, created_at)
         SELECT ?1, ?1 || value, '', '', '[]', ${FAR}, 1`,
      )
      return a.get('/v1/api-keys')
    },
  ],
  [
    'a reassignment, beside those of another account',
    async (a, n) => {
      const other = await newAccount()
      await fill(other, n, moves('?1'))
      const cost = await costOfStep((db) => runReassignments(db, noOutbox, a.id, 1))
      await rows('DELETE FROM moves WHERE account_id = ?', other.id)
      return cost
    },
  ],
  [
    'a step of any reassignment',
    async (a, n) => {
      await fill(a, n, moves('?1'))
      const cost = await costOfStep((db) => runReassignments(db, noOutbox, undefined, 1))
      await rows('DELETE FROM moves WHERE account_id = ?', a.id)
      return cost
    },
  ],
  [
    'the sweep of deliveries, of which one is due',
    async (a, n) => {
      const { webhook } = await busy(a, n, 'pending', FIRST, 'NULL')
      const cost = await costOfStep((db) => sweepDeliveries(db, env))
      await rows('UPDATE deliveries SET next_at = NULL WHERE webhook_id = ?', webhook)
      return cost
    },
  ],
  [
    'the sweep of deliveries, of which one is due and its endpoint slow',
    async (a, n) => {
      const { webhook } = await busy(a, n, 'pending', FIRST, 'NULL')
      await rows('UPDATE webhooks SET slow_since = 1 WHERE id = ?', webhook)
      const cost = await costOfStep((db) => sweepDeliveries(db, env))
      await rows('UPDATE deliveries SET next_at = NULL WHERE webhook_id = ?', webhook)
      return cost
    },
  ],
  [
    'the turn of a slow endpoint',
    async (a, n) => {
      const { webhook } = await busy(a, n, 'pending', 'NULL', 'NULL')
      await rows('UPDATE webhooks SET slow_since = 1, waiting_since = 1 WHERE id = ?', webhook)
      const cost = await costOfStep((db) => sweepDeliveries(db, env))
      await rows('UPDATE webhooks SET waiting_since = NULL WHERE id = ?', webhook)
      await rows('UPDATE deliveries SET next_at = NULL WHERE webhook_id = ?', webhook)
      return cost
    },
  ],
  [
    'purging one old delivery',
    async (a, n) => {
      await busy(a, n, 'succeeded', 'NULL', FIRST)
      return costOfStep((db) => purgeDeliveries(db, Date.now()))
    },
  ],
  [
    'purging one stored response',
    async (a, n) => {
      await fill(
        a,
        n,
        `INSERT INTO idempotency_keys (account_id, key, hash, status, headers, body, expires_at)
         SELECT ?1, value, '', 200, '{}', '{}', ${FIRST}`,
      )
      return costOfStep((db) => purgeStoredResponses(db, Date.now()))
    },
  ],
  [
    'one entry of the queue feed that is due',
    async (a, n) => {
      await fill(a, n, EVENTS, await one(a))
      await fill(a, n, `INSERT INTO feed_entries (account_id, event_seq, next_at) SELECT ?1, value + 1, ${FIRST}`)
      const bindings = { ...env, EVENTS_FEED: { sendBatch: async () => {} } } as unknown as Env
      return costOfStep((db) => sweepFeed(db, bindings))
    },
  ],
  ...['POST', 'DELETE'].map((method): [string, Run] => [
    `a ${method}, beside stored responses`,
    async (a, n) => {
      const id = await one(a)
      await fill(
        a,
        n,
        `INSERT INTO idempotency_keys (account_id, key, hash, status, headers, body, about, expires_at)
         SELECT ?1, value, '', 200, '{}', '{}', 'prs_' || value, ${FAR}`,
      )
      if (method === 'DELETE') return a.call('DELETE', `/v1/prospects/${id}`)
      return a.call('POST', '/v1/prospects', { firstName: 'Pat', lastName: 'Doe' }, { 'idempotency-key': 'new' })
    },
  ]),
  [
    'a POST, beside deleted webhooks',
    async (a, n) => {
      await fill(a, n, DELETED_WEBHOOKS)
      return a.prospect()
    },
  ],
  [
    "the last page of an import's errors",
    async (a, n) => {
      await fill(
        a,
        1,
        `INSERT INTO imports (account_id, id, key_id, format, options, unknown_columns, bytes, bytes_done, line, created_at)
         SELECT ?1, 'imp_1', 'key', '{}', '{}', '[]', 1, 1, 1, 1`,
      )
      const error = { line: 1, column: null, field: null, code: 'required', message: 'Is missing.', refused: true }
      await fill(
        a,
        n,
        "INSERT INTO import_errors (account_id, import_id, bytes_from, errors) SELECT ?1, 'imp_1', value, ?3",
        JSON.stringify([error]),
      )
      return late(a, '/v1/imports/imp_1/errors?', n)
    },
  ],
  [
    'one object that is due to be deleted',
    async (a, n) => {
      await fill(a, n, `INSERT INTO object_deletions (account_id, key, due_at) SELECT ?1, ?1 || value, ${FIRST}`)
      return costOfStep((db) => sweepObjects(db, env, Date.now()))
    },
  ],
  [
    'one resume that is due to be read',
    async (a, n) => {
      await writeMany(a, Array(n).fill({}))
      await rows(
        `INSERT INTO resume_readings (account_id, prospect_id, next_at)
         SELECT account_id, id, iif(id = (SELECT max(id) FROM prospects WHERE account_id = ?1), 1, ${FAR})
         FROM prospects WHERE account_id = ?1`,
        a.id,
      )
      return costOfStep((db) => sweepResumes(db, env, Date.now()))
    },
  ],
  ...(['next_at', 'finished_at'] as const).map((due): [string, Run] => [
    `one import whose ${due} has passed`,
    async (a, n) => {
      await fill(
        a,
        n,
        `INSERT INTO imports (account_id, id, key_id, format, options, unknown_columns, bytes, bytes_done, line,
           created_at, next_at, finished_at)
         SELECT ?1, 'imp_' || value, 'key', '{}', '{}', '[]', 1, 1, 1, 1, ${due === 'next_at' ? `${FIRST}, iif(value = 0, NULL, ${FAR})` : `NULL, ${FIRST}`}`,
      )
      return costOfStep((db) => (due === 'next_at' ? sweepImports(db, env, Date.now()) : purgeImports(db, Date.now())))
    },
  ]),
]

test.each(SAME)('%s', async (_what, run) => {
  expect(await costPerRow(run)).toEqual({ read: 0, written: 0 })
})
