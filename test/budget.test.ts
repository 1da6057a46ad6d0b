import { createMessageBatch } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { eraseAccounts } from '../src/accounts/erase'
import { openDatabase } from '../src/db/client'
import { deliverBatch } from '../src/webhooks/deliver'
import { runRecoveries, startRecovery } from '../src/webhooks/recover'
import { type Account, type Answer, costOf, newAccount } from './api'
import { writeMany } from './callers'
import { endpointAnswers, holdQueue } from './endpoint'

/**
 * What each call may cost D1, with a warm key: round trips, rows read, rows written. The same budget holds in an
 * account of 30 prospects and in one of 3,000 (each with as many labels, sources, events and deliveries), beside a
 * neighbour as large. Query plans alone would not show it.
 */

let big: Account
let small: Account

async function filled(people: number): Promise<Account> {
  const account = await newAccount()
  await account.post('/v1/webhooks', { url: 'http://127.0.0.1:9/hook' })
  await writeMany(
    account,
    Array.from({ length: people }, (_, n) => ({
      firstName: `Given${String(n).padStart(5, '0')}`,
      lastName: 'Common',
      company: `Company ${n % 7}`,
      email: n % 2 ? `p${n}@example.com` : null,
      phone: n % 6 === 1 ? '2125550100' : `212555${1000 + n}`,
      labels: [`Own ${n}`, n % 2 ? 'Odd' : 'Even'],
      newSourceName: `Source ${n}`,
    })),
  )
  return account
}

beforeAll(async () => {
  holdQueue()
  ;[small, big] = [await filled(30), await filled(3000)]
  await filled(3000)
}, 120_000)

const unique = () => crypto.randomUUID()
const known = { firstName: 'Given00007', lastName: 'Common', email: 'p7@example.com' }

const knownId = async (a: Account) => (await a.list('email=p7@example.com')).json.prospects[0]?.id
const extra = async (a: Account) => (await a.prospect({ labels: 'Odd' })).json.id
const idOf = async (a: Account, kind: string) => (await a.get(`/v1/${kind}?limit=1`)).json.items[0].id
const webhookPath = async (a: Account) => `/v1/webhooks/${await idOf(a, 'webhooks')}`
const deliveryPath = async (a: Account) =>
  `/v1/deliveries/${await idOf(a, `${(await webhookPath(a)).slice(4)}/deliveries`)}`

const BUDGETS: [call: string, send: (a: Account) => Promise<Answer>, trips: number, read: number, written: number][] = [
  [
    'get by id',
    async (a) => a.get(`/v1/prospects/${(await a.list('email=p7@example.com')).json.prospects[0]?.id}`),
    1,
    8,
    0,
  ],
  ['list, newest 25', (a) => a.list('limit=25'), 1, 260, 0],
  ['list by stage', (a) => a.list('stage=New&limit=25'), 1, 310, 0],
  ['list by a rare label', (a) => a.list('label=Own 7&limit=25'), 1, 25, 0],
  ['list by any of two labels', (a) => a.list('label=Own 7,Own 8&limit=25'), 1, 45, 0],
  ['list by labels and stage', (a) => a.list('label=Own 7,Own 8&stage=New&limit=25'), 1, 50, 0],
  ['list by email', (a) => a.list('email=p7@example.com'), 1, 18, 0],
  ['list by phone', (a) => a.list('phone=2125551008'), 1, 18, 0],
  ['list by a rare word', (a) => a.list('name=given00007'), 1, 16, 0],
  ['list that finds nobody', (a) => a.list('name=nobody&label=None'), 1, 10, 0],
  ['list of labels', (a) => a.get('/v1/labels?limit=5'), 1, 7, 0],
  ['list of sources', (a) => a.get('/v1/sources?limit=5'), 1, 7, 0],
  ['list of stages', (a) => a.get('/v1/stages?limit=5'), 1, 25, 0],
  ['list of webhooks', (a) => a.get('/v1/webhooks?limit=5'), 1, 3, 0],
  ['list of keys', (a) => a.get('/v1/api-keys?limit=5'), 1, 3, 0],
  ['match without update, by email', (a) => a.prospect({ email: 'p7@example.com' }), 1, 22, 0],
  ['match without update, by a shared phone', (a) => a.prospect({ phone: '2125550100' }), 1, 32, 0],
  [
    'create with 3 labels, one new, and a new source',
    (a) =>
      a.prospect({
        labels: ['Own 1', 'Own 2', unique()],
        company: 'Acme Realty',
        newSourceName: unique(),
        email: `${unique()}@example.com`,
      }),
    2,
    71,
    36,
  ],
  ['update of a field', (a) => a.prospect({ ...known, city: unique(), update: true }), 2, 60, 8],
  ['update of the labels', (a) => a.prospect({ ...known, labels: unique(), update: true }), 2, 125, 24],
  ['update that changes nothing', (a) => a.prospect({ ...known, update: true }), 1, 40, 0],
  ['sorted by change', (a) => a.list('sort=-updatedAt&limit=25'), 1, 330, 0],
  ['changed since, without total', (a) => a.list('sort=updatedAt&updatedSince=1&total=false&limit=25'), 1, 330, 0],
  ['list by source', async (a) => a.list(`sourceId=${await idOf(a, 'sources')}`), 1, 25, 0],
  ['first of many of a pipeline', (a) => a.list(`pipelineId=${a.pipelineId}&limit=25`), 1, 400, 0],
  ['patch', async (a) => a.call('PATCH', `/v1/prospects/${await knownId(a)}`, { city: unique() }), 2, 60, 8],
  ['patch of nothing', async (a) => a.call('PATCH', `/v1/prospects/${await knownId(a)}`, {}), 1, 30, 0],
  ['erasure', async (a) => a.call('DELETE', `/v1/prospects/${await extra(a)}`), 1, 60, 30],
  [
    'merge',
    async (a) => {
      const [id, duplicateId] = [await extra(a), await extra(a)]
      return a.post(`/v1/prospects/${id}/merge`, { duplicateId })
    },
    2,
    140,
    50,
  ],
  ['timeline', async (a) => a.get(`/v1/prospects/${await knownId(a)}/events?limit=3`), 1, 10, 0],
  ['feed', (a) => a.get('/v1/events?limit=25'), 1, 190, 0],
  [
    'rename of a label',
    async (a) => a.call('PATCH', `/v1/labels/${await idOf(a, 'labels')}`, { name: unique() }),
    1,
    10,
    6,
  ],
  ['sources with counts', (a) => a.get('/v1/sources?counts=true&limit=5'), 1, 20, 0],
  [
    'create that can be repeated',
    (a) => a.call('POST', '/v1/prospects', { firstName: 'A', lastName: 'B' }, { 'idempotency-key': unique() }),
    2,
    60,
    30,
  ],
  ['new label', (a) => a.post('/v1/labels', { name: unique() }), 1, 2, 2],
  ['list of deliveries', async (a) => a.get(`${await webhookPath(a)}/deliveries?limit=25`), 1, 65, 0],
  [
    'list of deliveries by status',
    async (a) => a.get(`${await webhookPath(a)}/deliveries?status=pending&limit=25`),
    1,
    65,
    0,
  ],
  [
    'list of deliveries that finds none',
    async (a) => a.get(`${await webhookPath(a)}/deliveries?status=failed`),
    1,
    4,
    0,
  ],
  ['get delivery', async (a) => a.get(await deliveryPath(a)), 1, 5, 0],
  ['patch of a webhook', async (a) => a.call('PATCH', await webhookPath(a), { description: unique() }), 2, 5, 1],
  ['patch of a webhook that changes nothing', async (a) => a.call('PATCH', await webhookPath(a), {}), 1, 3, 0],
  ['rotation of a secret', async (a) => a.post(`${await webhookPath(a)}/rotate-secret`), 2, 5, 1],
  ['ping', async (a) => a.post(`${await webhookPath(a)}/ping`), 2, 9, 7],
  ['redelivery', async (a) => a.post(`${await deliveryPath(a)}/redeliver`), 2, 10, 4],
  ['recovery', async (a) => a.post(`${await webhookPath(a)}/recover`, { since: Date.now() }), 2, 5, 2],
]

describe.each(['small', 'big'])('in a %s account', (size) => {
  test.each(BUDGETS)('%s', async (_call, call, trips, read, written) => {
    const account = size === 'big' ? big : small
    const answer = await call(account)
    expect(answer.status).toBeLessThan(300)
    const cost = costOf(answer)
    expect(cost.trips).toBe(trips)
    expect(cost.read).toBeLessThanOrEqual(read)
    expect(cost.written).toBeLessThanOrEqual(written)
  })

  test('a delivery', async () => {
    const account = size === 'big' ? big : small
    const { results } = await env.DB.prepare(
      "SELECT account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq FROM deliveries WHERE account_id = ? AND status = 'pending' LIMIT 25",
    )
      .bind(account.id)
      .all()
    const fetch = endpointAnswers(() => new Response())
    const db = openDatabase(env.DB)
    const DB = { withSession: () => ({ ...db.d1, getBookmark: () => null }) } as unknown as D1Database
    const messages = results.map((body, i) => ({ id: String(i), timestamp: 0, attempts: 1, body }))
    await deliverBatch(createMessageBatch('prospect-webhooks', messages), { ...env, DB })
    expect(fetch).toHaveBeenCalledTimes(25)
    expect(db.cost.trips).toBe(2)
    expect(db.cost.read).toBeLessThanOrEqual(25 * 19)
    expect(db.cost.written).toBeLessThanOrEqual(25 * 8)
  })
})

test('a recovery costs what it looks at', async () => {
  const db = openDatabase(env.DB)
  const id = await idOf(big, 'webhooks')
  await startRecovery(db, big.id, id, 0)
  Object.assign(db.cost, { trips: 0, read: 0, written: 0 })
  await runRecoveries(db, env, { accountId: big.id, id }, 1)
  expect(db.cost.trips).toBe(2)
  expect(db.cost.read).toBeLessThan(500 * 12)
  expect(db.cost.written).toBeLessThanOrEqual(3)
})

test('words cost what they match', async () => {
  const answer = await big.list('name=given001 comm')
  expect(answer.json.totalCount).toBe(100)
  expect(costOf(answer).read).toBeLessThan(100 * 8 + 3000)
})

test('erasing a small account reads nothing of a large one', async () => {
  const account = await filled(30)
  await env.DB.prepare('UPDATE accounts SET erased_at = 1 WHERE id = ?').bind(account.id).run()
  const db = openDatabase(env.DB)
  await eraseAccounts(db)
  expect(db.cost.read).toBeLessThan(30 * 100)
})
