import { createExecutionContext, createMessageBatch } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { eraseAccounts } from '../../src/accounts/erase'
import { runReassignments } from '../../src/catalog/reassign'
import { type Database, openDatabase } from '../../src/db/client'
import { consumeImports } from '../../src/imports/run'
import { consumeDeliveries } from '../../src/webhooks/deliver'
import { runRecoveries, startRecovery } from '../../src/webhooks/recover'
import { type Account, type ApiResponse, costOf } from '../support/api'
import { noOutbox } from '../support/callers'
import { makeField } from '../support/custom-fields'
import { rows } from '../support/d1'
import { endpointAnswers, holdQueue } from '../support/endpoint'
import { holdImports, sendFile } from '../support/import-files'
import { accountWithProspects, type Populated } from '../support/populated-account'

/**
 * What each call may cost D1, with a key that the isolate knows: round trips, rows read, rows written. The same budget holds
 * in a small account and in a large one (with as many sources, events and deliveries, and half as many labels), beside
 * another large account. Query plans alone would not show this.
 */

let big: Populated
let small: Populated

beforeAll(async () => {
  holdQueue()
  holdImports()
  ;[small, big] = [await accountWithProspects(500), await accountWithProspects(3000)]
  const neighbour = await accountWithProspects(3000)
  for (const account of [small, big, neighbour]) {
    await makeField(account, 'region', 'select', { filterable: true })
    await makeField(account, 'score', 'number', { filterable: true })
    await rows(
      `UPDATE prospects SET (custom, custom_keys) = (
         SELECT json_object('region', region, 'score', score),
           json_array(json_array('region', region), json_array('score', score))
         FROM (SELECT iif(email IS NULL, 1, 2) AS region, CAST(substr(first_name, 6) AS INTEGER) AS score))
       WHERE account_id = ?`,
      account.id,
    )
  }
  // while the clock stands still, the isolate forgets no key
  vi.useFakeTimers({ toFake: ['Date'] })
  for (const account of [small, big]) await account.get('/v1/me')
}, 120_000)
afterAll(() => void vi.useRealTimers())

const unique = () => crypto.randomUUID()
const known = { firstName: 'Given00007', lastName: 'Common', email: 'p7@example.com' }

const knownId = async (a: Account) => (await a.list('email=p7@example.com')).json.prospects[0]?.id
const extra = async (a: Account) => (await a.prospect({ labels: 'Odd' })).json.id
const rename = async (a: Account, kind: string) =>
  a.call('PATCH', `/v1/${kind}/${await idOf(a, kind)}`, { name: unique() })
const lateEvent = async (a: Account) => (await a.get('/v1/events?limit=100')).json.items.at(-1).id
const idOf = async (a: Account, kind: string) => (await a.get(`/v1/${kind}?limit=1`)).json.items[0].id
const webhookPath = async (a: Account) => `/v1/webhooks/${await idOf(a, 'webhooks')}`
const duplicatePath = async (a: Account) => `/v1/duplicates/${await idOf(a, 'duplicates')}/dismiss`
const deliveryPath = async (a: Account) =>
  `/v1/deliveries/${await idOf(a, `${(await webhookPath(a)).slice(4)}/deliveries`)}`

/** Lists of prospects: one round trip each, which writes nothing. */
const LISTS: [what: string, query: string | ((a: Populated) => string), read: number][] = [
  ['the newest, and how many there are', '', 260],
  ['the oldest', 'sort=createdAt', 260],
  ['the last changed', 'sort=-updatedAt', 260],
  ['by name', 'sort=name', 260],
  ['by name, without a label that one has', 'sort=-name&excludeLabel=Own 8', 300],
  ['of a city that no prospect has', 'city=nowhere', 10],
  ['by change, since a time, without total', 'sort=updatedAt&updatedSince=1&total=false', 260],
  ['of a stage', 'stage=New', 310],
  ['of a pipeline', (a) => `pipelineId=${a.pipelineId}`, 540],
  ['of a label that one prospect has', 'label=Own 8', 25],
  ['of a label that half of the prospects have', 'label=Odd', 360],
  ['of any of two labels', 'label=Odd,Group 3', 425],
  ['of labels and a stage', 'label=Odd,Group 3&stage=New', 425],
  ['of labels by age', 'label=Odd,Own 8&sort=createdAt', 370],
  ['of any of two labels, without total', 'label=Odd,Even&total=false', 360],
  ['by email', 'email=p7@example.com', 18],
  ['by phone', 'phone=2125551008', 18],
  ['by a rare word', 'name=given00007', 17],
  ['by a rare word and a common word', 'name=given00007 common', 130],
  ['by a rare word, with common filters', 'name=given00007&label=Odd&stage=New', 17],
  ['by a search for a rare word and two common words', 'q=common given00007 company', 430],
  ['by a search for a rare word, a label to exclude and a time', 'q=given00007&excludeLabel=Even&createdSince=1', 25],
  ['by a search for a phone', 'q=(212) 555-1008', 156],
  ['by a search for an email', 'q=p7@exam', 25],
  ['without a label that one has', 'excludeLabel=Own 8', 300],
  ['without a label, by stage', 'excludeLabel=Own 8&stage=New', 360],
  ['created since, without total', 'createdSince=1&total=false', 260],
  ['created before, without total', 'createdBefore=99999999999999&sort=createdAt&stage=New&total=false', 310],
  [
    'of a usual office, created since, without total',
    (a) => `officeId=${a.offices[1]}&createdSince=1&total=false`,
    260,
  ],
  ['by change, before a time, without total', 'sort=-updatedAt&updatedBefore=99999999999999&total=false', 260],
  ['of one field', 'fields=firstName', 140],
  ['that finds no prospect', 'name=nobody&label=None', 10],
  ['of a rare office', (a) => `officeId=${a.offices[0]}`, 68],
  ['of a usual office, without total', (a) => `officeId=${a.offices[1]}&total=false`, 260],
  ['of a rare job', (a) => `jobId=${a.jobs[0]}`, 68],
  ['of a usual job, without total', (a) => `jobId=${a.jobs[1]}&total=false`, 260],
  ['of a rare licence', 'licenseStatus=licensed', 68],
  ['of a usual licence and a label, without total', 'licenseStatus=not_started&label=Even&total=false', 380],
  ['of an office and a job, without total', (a) => `officeId=${a.offices[1]}&jobId=${a.jobs[1]}&total=false`, 350],
  ['of a usual licence, without total', 'licenseStatus=not_started&total=false', 260],
  ['by a rare custom number', 'custom.score=7', 20],
  ['by a small range of a custom number', 'custom.score.gte=7&custom.score.lte=11', 75],
  ['by a usual custom option, without total', 'custom.region=North&total=false', 260],
  ['by a custom option and number', 'custom.region=South&custom.score=7', 25],
  ['by a word and custom fields', 'name=given00007&custom.region=South&custom.score.gte=1', 20],
]

const CALLS: [
  call: string,
  send: (a: Populated) => Promise<ApiResponse>,
  trips: number,
  read: number,
  written: number,
][] = [
  ['get by id', async (a) => a.get(`/v1/prospects/${await knownId(a)}`), 1, 9, 0],
  [
    'get by id of the version that the caller has',
    async (a) => a.call('GET', `/v1/prospects/${await knownId(a)}`, undefined, { 'if-none-match': '*' }),
    1,
    9,
    0,
  ],
  ['list by source', async (a) => a.list(`sourceId=${await idOf(a, 'sources')}`), 1, 25, 0],
  ['first page of an export', (a) => a.get('/v1/prospects/export'), 1, 2600, 0],
  ['first page of an export of labels', (a) => a.get('/v1/prospects/export?label=Odd,Even'), 1, 3600, 0],
  ['timeline', async (a) => a.get(`/v1/prospects/${await knownId(a)}/events?limit=3`), 1, 10, 0],
  ['feed', (a) => a.get('/v1/events?limit=25'), 1, 190, 0],
  ['feed of a type', (a) => a.get('/v1/events?type=prospect.created&limit=25'), 1, 170, 0],
  ['feed, further on', async (a) => a.get(`/v1/events?limit=25&after=${await lateEvent(a)}`), 1, 190, 0],
  ['match without update, by email', (a) => a.prospect({ email: 'p7@example.com' }), 1, 24, 0],
  ['match without update, by a shared phone', (a) => a.prospect({ phone: '2125550100' }), 1, 36, 0],
  [
    'create with 3 labels, one new, and a new source',
    (a) =>
      a.prospect({
        labels: ['Own 2', 'Own 4', unique()],
        company: 'Acme Realty',
        newSourceName: unique(),
        email: `${unique()}@example.com`,
      }),
    2,
    98,
    39,
  ],
  ['create with a shared phone', (a) => a.prospect({ phone: '2125550100', email: `${unique()}@x.co` }), 2, 94, 31],
  [
    'create with an Idempotency-Key',
    (a) => a.call('POST', '/v1/prospects', { firstName: 'A', lastName: 'B' }, { 'idempotency-key': unique() }),
    2,
    62,
    30,
  ],
  ['update of a field', (a) => a.prospect({ ...known, notes: unique(), update: true }), 2, 60, 8],
  ['update of the labels', (a) => a.prospect({ ...known, labels: unique(), update: true }), 2, 125, 24],
  ['update that changes nothing', (a) => a.prospect({ ...known, update: true }), 1, 40, 0],
  ['patch', async (a) => a.call('PATCH', `/v1/prospects/${await knownId(a)}`, { notes: unique() }), 2, 60, 8],
  [
    'patch of the city, which is searched',
    async (a) => a.call('PATCH', `/v1/prospects/${await knownId(a)}`, { city: unique().replaceAll('-', '') }),
    2,
    95,
    11,
  ],
  ['patch of nothing', async (a) => a.call('PATCH', `/v1/prospects/${await knownId(a)}`, {}), 1, 30, 0],
  ['erasure', async (a) => a.call('DELETE', `/v1/prospects/${await extra(a)}`), 1, 80, 30],
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
  [
    'batch of 250 creates and updates, with an Idempotency-Key',
    (a) =>
      a.call(
        'POST',
        '/v1/prospects/batch',
        {
          inputs: Array.from({ length: 250 }, (_, n) =>
            n % 2
              ? { firstName: 'Given', lastName: 'Doe', email: `p${n - 1}@example.com`, city: unique() }
              : { firstName: 'New', lastName: 'Doe', email: `${unique()}@example.com`, labels: ['Even'] },
          ),
          update: true,
        },
        { 'idempotency-key': unique() },
      ),
    2,
    250 * 90,
    250 * 30,
  ],
  [
    'batch of 250 that changes nothing',
    (a) => a.post('/v1/prospects/batch', { inputs: Array(250).fill(known) }),
    1,
    250 * 13,
    0,
  ],
  [
    'start of a bulk change, with an Idempotency-Key',
    async (a) => {
      const body = { filters: { label: 'Own 8' }, set: { city: unique() }, expectedCount: 1 }
      const answer = await a.call('POST', '/v1/prospects/bulk', body, { 'idempotency-key': unique() })
      // the other imports of the account would wait for it
      await a.call('DELETE', `/v1/imports/${answer.json.id}`)
      return answer
    },
    2,
    60,
    20,
  ],
  ['list of labels', (a) => a.get('/v1/labels?limit=5'), 1, 7, 0],
  ['list of sources', (a) => a.get('/v1/sources?limit=5'), 1, 7, 0],
  ['list of stages', (a) => a.get('/v1/stages?limit=5'), 1, 25, 0],
  ['stages with counts', (a) => a.get('/v1/stages?counts=true'), 1, 30, 0],
  ['pipelines with counts', (a) => a.get('/v1/pipelines?counts=true'), 1, 30, 0],
  ['labels with counts', (a) => a.get('/v1/labels?counts=true&limit=5'), 1, 13, 0],
  ['sources with counts', (a) => a.get('/v1/sources?counts=true&limit=5'), 1, 20, 0],
  ['rename of a label', (a) => rename(a, 'labels'), 1, 10, 6],
  ['rename of a stage', (a) => rename(a, 'stages'), 1, 10, 6],
  ['new label', (a) => a.post('/v1/labels', { name: unique() }), 1, 4, 3],
  ['create with custom values', (a) => a.prospect({ custom: { region: 'North', score: 7 } }), 2, 64, 15],
  [
    'patch of a custom value',
    async (a) => a.call('PATCH', `/v1/prospects/${await extra(a)}`, { custom: { score: 7 } }),
    2,
    70,
    9,
  ],
  ['list of fields', (a) => a.get('/v1/fields'), 1, 5, 0],
  [
    'new field',
    (a) => a.post('/v1/fields', { key: `f${unique().slice(0, 8)}`, name: `z${unique()}`, type: 'text' }),
    1,
    8,
    5,
  ],
  [
    'rename of an option',
    async (a) =>
      a.call('PATCH', `/v1/fields/${await idOf(a, 'fields')}`, { renameOptions: [{ from: 'South', to: 'Southern' }] }),
    2,
    9,
    3,
  ],
  ['list of keys', (a) => a.get('/v1/api-keys?limit=5'), 1, 3, 0],
  ['list of webhooks', (a) => a.get('/v1/webhooks?limit=5'), 1, 3, 0],
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
  [
    'list of deliveries by type',
    async (a) => a.get(`${await webhookPath(a)}/deliveries?eventType=prospect.merged&limit=25`),
    1,
    2010,
    0,
  ],
  [
    'list of deliveries of one prospect',
    async (a) => a.get(`${await webhookPath(a)}/deliveries?prospectId=${await extra(a)}`),
    1,
    10,
    0,
  ],
  ['list of duplicates', (a) => a.get('/v1/duplicates?limit=25'), 1, 79, 0],
  ['dismissal of a duplicate', async (a) => a.post(await duplicatePath(a)), 2, 6, 2],
  ['get delivery', async (a) => a.get(await deliveryPath(a)), 1, 5, 0],
  ['patch of a webhook', async (a) => a.call('PATCH', await webhookPath(a), { description: unique() }), 2, 5, 1],
  ['patch of a webhook that changes nothing', async (a) => a.call('PATCH', await webhookPath(a), {}), 1, 3, 0],
  ['rotation of a secret', async (a) => a.post(`${await webhookPath(a)}/rotate-secret`), 2, 5, 1],
  ['ping', async (a) => a.post(`${await webhookPath(a)}/ping`), 2, 9, 7],
  ['redelivery', async (a) => a.post(`${await deliveryPath(a)}/redeliver`), 2, 10, 4],
  ['recovery', async (a) => a.post(`${await webhookPath(a)}/recover`, { since: Date.now() }), 2, 5, 2],
]

/** Calls that docs/operate/scale.md says grow, and how many rows they read for each prospect of the account. */
const GROWING: [why: string, path: string | ((a: Populated) => string), perProspect: number][] = [
  ['a search for common words reads the prospects with the rarest', 'prospects?q=given common company', 20],
  ['a search for one letter reads the prospects with it', 'prospects?q=c', 5],
  ['labels to exclude read the label sets with one of them', 'prospects?excludeLabel=Odd,Even', 1.5],
  ['a list without a label reads the prospects with it', 'prospects?excludeLabel=Even&sort=createdAt&total=false', 1.5],
  ['a total by time reads the prospects', 'prospects?createdSince=1', 1.5],
  ['a word reads the prospects with it, and so does its total', 'prospects?name=common', 4],
  ['a phone reads the prospects with it, and so does its total', 'prospects?phone=2125550100', 0.7],
  ['a total by office reads its prospects', (a) => `prospects?officeId=${a.offices[1]}`, 1],
  ['a total by job reads its prospects', (a) => `prospects?jobId=${a.jobs[1]}`, 1],
  ['a total by a custom option reads its prospects', 'prospects?custom.region=North', 1],
  ['several values of a custom field read their prospects', 'prospects?custom.region=North,South&total=false', 2.5],
  ['a range of a custom field reads its prospects', 'prospects?custom.score.gte=0&total=false', 2.5],
  ['labels with a time read the prospects changed since', 'prospects?label=Even&updatedSince=1&total=false', 3.5],
  ['a filter sorted by updatedAt reads the matching prospects', 'prospects?label=Odd&sort=updatedAt&total=false', 1.5],
  ['a filter sorted by name reads the matching prospects', 'prospects?label=Odd&sort=name&total=false', 1.5],
  ['updatedSince with another sort reads the matching prospects', 'prospects?updatedSince=1&total=false', 2],
  ['a total by several labels reads the label sets with one of them', 'prospects?label=Even,Odd', 1.5],
  ['offices with counts read their prospects', 'offices?counts=true', 1],
  ['users with counts read their prospects', 'users?counts=true', 2],
]

describe.each(['small', 'big'])('in a %s account', (size) => {
  const account = () => (size === 'big' ? big : small)
  const pathFor = (path: string | ((a: Populated) => string)) => (typeof path === 'string' ? path : path(account()))

  function expectCost({ trips, read, written }: ReturnType<typeof costOf>, budget: [number, number, number]) {
    expect(trips).toBe(budget[0])
    expect(read).toBeLessThanOrEqual(budget[1])
    expect(written).toBeLessThanOrEqual(budget[2])
  }

  test.each(GROWING)('%s', async (_why, path, perProspect) => {
    const answer = await account().get(`/v1/${pathFor(path)}`)
    expect(answer.status).toBe(200)
    expectCost(costOf(answer), [1, account().people * perProspect + 400, 0])
  })

  test('a rejected deletion counts the prospects that use the item', async () => {
    const answer = await account().call('DELETE', `/v1/offices/${account().offices[1]}`)
    expect([answer.status, answer.json.prospectCount]).toEqual([409, account().people - 5])
    expectCost(costOf(answer), [1, account().people + 400, 0])
  })

  test.each(LISTS)('list %s', async (_what, query, read) => {
    const answer = await account().list(`limit=25&${pathFor(query)}`)
    expect(answer.status).toBe(200)
    expectCost(costOf(answer), [1, read, 0])
  })

  test.each(CALLS)('%s', async (_call, send, trips, read, written) => {
    const answer = await send(account())
    expect(answer.status).toBeLessThan(400)
    expectCost(costOf(answer), [trips, read, written])
  })

  test('a delivery', async () => {
    const messages = await rows(
      "SELECT account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq FROM deliveries WHERE account_id = ? AND status = 'pending' LIMIT 25",
      account().id,
    )
    const fetch = endpointAnswers(() => new Response())
    const { db, bindings } = counted()
    await consumeDeliveries(batchOf('prospect-webhooks', messages), bindings, createExecutionContext())
    expect(fetch).toHaveBeenCalledTimes(25)
    expectCost(db.cost, [2, 25 * 19, 25 * 8])
  })

  test('a chunk of an import', async () => {
    const lines = Array.from({ length: 250 }, (_, n) =>
      n % 2 ? `Given,Doe,p${n}@example.com,"Odd, Own ${n}",Source ${n}` : `New,Doe,new${n}@x.co,Even,Source ${n}`,
    )
    const file = ['first name,last name,email,labels,source', ...lines].join('\n')
    const { json } = await sendFile(account(), file, { query: '?update=true' })
    const { db, bindings } = counted()
    await consumeImports(
      batchOf('prospect-imports', [{ accountId: account().id, importId: json.id, from: json.bytesDone }]),
      bindings,
    )
    expect((await account().get(`/v1/imports/${json.id}`)).json).toMatchObject({ created: 125, updated: 125 })
    // half of the rows give prospects of one company one name: each is paired with five others
    expectCost(db.cost, [4, 250 * 118, 250 * 30])
  })

  test('a chunk of a reassignment', async () => {
    const { id, offices } = account()
    await rows(
      `INSERT INTO moves (account_id, kind, from_id, to_id, key_id, tried_at) VALUES (?1, 'offices', ?2, ?3, '', 1)`,
      id,
      offices[1],
      offices[0],
    )
    const { db } = counted()
    await runReassignments(db, noOutbox, id, 1)
    await rows('DELETE FROM moves WHERE account_id = ?1', id)
    expect((await account().list(`officeId=${offices[0]}`)).json.totalCount).toBe(105)
    expectCost(db.cost, [4, 100 * 61, 100 * 12])
  })
})

const batchOf = (queue: string, bodies: unknown[]) =>
  createMessageBatch(
    queue,
    bodies.map((body, i) => ({ id: String(i), timestamp: new Date(0), attempts: 1, body })),
  )

/** A database that counts what it costs, and the Worker's bindings with it. */
function counted(): { db: Database; bindings: Env } {
  const db = openDatabase(env.DB)
  const DB = { withSession: () => ({ ...db.d1, getBookmark: () => null }) } as unknown as D1Database
  return { db, bindings: { ...env, DB } }
}

test('a recovery costs what it reads', async () => {
  const { db } = counted()
  const id = await idOf(big, 'webhooks')
  await startRecovery(db, big.id, id, 0)
  Object.assign(db.cost, { trips: 0, read: 0, written: 0 })
  await runRecoveries(db, env, { accountId: big.id, id }, 1)
  expect(db.cost.trips).toBe(2)
  expect(db.cost.read).toBeLessThan(500 * 12)
  expect(db.cost.written).toBeLessThanOrEqual(3)
})

test('erasing a small account reads nothing of a large one', async () => {
  const account = await accountWithProspects(30)
  await rows('UPDATE accounts SET erased_at = 1 WHERE id = ?', account.id)
  const { db } = counted()
  await eraseAccounts(db)
  expect(db.cost.read).toBeLessThan(30 * 100)
})
