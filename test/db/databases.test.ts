// @module-tag scale
import { createExecutionContext, createMessageBatch, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../../src/db/client'
import { newKey } from '../../src/http/key'
import worker from '../../src/index'
import { costOf } from '../support/api'
import { callsTo } from '../support/configured'
import { watchTrips } from '../support/d1'
import {
  bodyOf,
  consume,
  endpointAnswers,
  envelopeOf,
  freeze,
  type HeldQueue,
  pass,
  thaw,
  tick,
} from '../support/endpoint'
import { eventually } from '../support/eventually'
import { holdImports } from '../support/import-files'
import {
  accountIn,
  BINDINGS,
  create,
  migrateThree,
  only,
  operator,
  THREE_DATABASES,
  whereIs,
} from '../support/multi-database'
import { expectProblem } from '../support/problem'
import { CV, objectsOf } from '../support/resume-files'

let sent: HeldQueue
let requests: ReturnType<typeof endpointAnswers>
let answer: () => Promise<Response>
let log: Record<string, unknown>[]

beforeAll(migrateThree)
beforeEach(async () => {
  sent = await freeze()
  for (const db of Object.values(THREE_DATABASES)) await db.exec('DELETE FROM deliveries')
  answer = async () => new Response()
  requests = endpointAnswers(() => answer())
  log = []
  vi.spyOn(console, 'error').mockImplementation((line) => void log.push(JSON.parse(line)))
})
afterEach(thaw)

describe.each(['DB', 'DB_1', 'DB_2'] as const)('an account in %s', (binding) => {
  const number = `0${BINDINGS.indexOf(binding)}`

  test('its id and the ids of its keys start with the number of the database, and no other database has its rows', async () => {
    const { id, apiKey, key, call } = await accountIn(binding)
    const own = await call('POST', '/v1/api-keys', { name: 'Spare', scopes: ['read'] })
    const spare = await operator()('POST', `/admin/accounts/${id}/api-keys`, {})
    expect(id).toMatch(`acct_${number}`)
    for (const made of [{ ...apiKey, key }, own.json, spare.json]) {
      expect([made.id, made.key]).toEqual([
        expect.stringMatching(`^key_${number}`),
        expect.stringMatching(`^pro_${number}`),
      ])
      expect((await callsTo(made, THREE_DATABASES)('GET', '/v1/me')).json.account.id).toBe(id)
    }
    expect(await whereIs({ id })).toEqual([binding])
  })

  test('prospects are created once, listed, changed, merged, erased, exported, and on the feed', async () => {
    const account = await accountIn(binding)
    const { call, prospect } = account
    const email = 'ann@example.com'
    const made = await prospect({ email, labels: 'Hot' }, { 'idempotency-key': 'ann' })
    const again = await prospect({ email, labels: 'Hot' }, { 'idempotency-key': 'ann' })
    expect([made.status, again.headers.get('idempotent-replayed'), again.text]).toEqual([201, 'true', made.text])
    const path = `/v1/prospects/${made.json.id}`
    expect((await call('PATCH', path, { city: 'Here' })).json).toMatchObject({ city: 'Here', version: 2 })
    const duplicate = (await prospect({ firstName: 'Anne', phone: '2125550123' })).json.id
    expect((await call('POST', `${path}/merge`, { duplicateId: duplicate })).json.phone).toBe('+12125550123')
    expect((await call('GET', `/v1/prospects/${duplicate}`)).json.mergedInto).toBe(made.json.id)
    const listed = await call('GET', '/v1/prospects?label=hot')
    expect([listed.json.totalCount, costOf(listed).trips]).toEqual([1, 1])
    expect((await call('GET', `${path}/events`)).json.items).toHaveLength(4)
    const { text } = await call('GET', '/v1/prospects/export')
    expect(text).toContain(email)
    expect((await call('DELETE', path)).status).toBe(204)
    expect((await call('GET', path)).status).toBe(404)
    const feed = (await call('GET', '/v1/events')).json.items
    expect([feed.at(-1).type, JSON.stringify(feed)]).toEqual(['prospect.deleted', expect.not.stringContaining(email)])
    expect(await whereIs(account)).toEqual([binding])
  })

  test('its webhooks are delivered by the queue, and by the schedule if the queue is down', async () => {
    const { call, register, prospect } = await accountIn(binding)
    const path = `/v1/webhooks/${(await register()).json.id}/deliveries`
    await prospect()
    await consume(sent.splice(0), 'prospect-webhooks', THREE_DATABASES)
    expect(requests).toHaveBeenCalledOnce()
    vi.mocked(env.WEBHOOKS_QUEUE.sendBatch).mockRejectedValue(new Error('away'))
    await prospect()
    pass(60_000)
    await tick(THREE_DATABASES)
    expect((await call('GET', path)).json.items.map(({ status }: any) => status)).toEqual(['succeeded', 'succeeded'])
  })

  test('its resumes are read, its files are imported, and its catalog items are reassigned', async () => {
    const account = await accountIn(binding)
    const { call, prospect } = account
    const from = (await call('POST', '/v1/sources', { name: 'From' })).json.id
    const to = (await call('POST', '/v1/sources', { name: 'To' })).json.id
    const path = `/v1/prospects/${(await prospect({ sourceId: from })).json.id}`
    const readings = vi.spyOn(env.RESUMES_QUEUE, 'sendBatch').mockResolvedValue(undefined as never)
    await call('PUT', `${path}/resume`, CV, { 'content-type': 'text/plain' })
    const messages = readings.mock.calls.flatMap(([batch]) => [...batch].map(({ body }) => body))
    await consume(messages, 'prospect-resumes', THREE_DATABASES)
    expect((await call('GET', path)).json).toMatchObject({ email: 'pat@example.com', resume: { status: 'parsed' } })
    expect((await call('GET', `${path}/resume`)).text).toBe(CV)

    const held = holdImports()
    const { json } = await call('POST', '/v1/imports', 'name\nAnn Lee\n', { 'content-type': 'text/csv' })
    await consume(held.splice(0), 'prospect-imports', THREE_DATABASES)
    expect((await call('GET', `/v1/imports/${json.id}`)).json).toMatchObject({ status: 'completed', created: 1 })

    expect((await call('DELETE', `/v1/sources/${from}?moveTo=${to}`)).status).toBe(202)
    await eventually(async () => expect((await call('GET', `/v1/sources/${from}`)).status).toBe(404))
    expect((await call('GET', path)).json.sourceId).toBe(to)
    expect(await whereIs(account)).toEqual([binding])
  })

  test('is erased when it is deleted, and other accounts are not', async () => {
    const [account, neighbour] = [await accountIn(binding), await accountIn(binding)]
    for (const { call, prospect } of [account, neighbour])
      await call('PUT', `/v1/prospects/${(await prospect()).json.id}/resume`, CV, { 'content-type': 'text/plain' })
    await operator()('PATCH', `/admin/accounts/${account.id}`, { suspended: true })
    expectProblem(await account.call('GET', '/v1/me'), 403, 'account_suspended')
    expect((await operator()('DELETE', `/admin/accounts/${account.id}`)).status).toBe(202)
    expect((await account.call('GET', '/v1/me')).status).toBe(401)
    await tick(THREE_DATABASES)
    expect([await whereIs(account), await objectsOf(account)]).toEqual([[], []])
    expect((await neighbour.call('GET', '/v1/prospects')).json.totalCount).toBe(1)
    expect(await objectsOf(neighbour)).toHaveLength(1)
  })
})

/** Makes each endpoint respond after a moment. Returns the highest number of requests at the same time. */
function mostAtATime() {
  let [now, most] = [0, 0]
  answer = async () => {
    most = Math.max(most, ++now)
    await scheduler.wait(5)
    now--
    return new Response()
  }
  return () => most
}

describe('between databases', () => {
  test('an id of one account is unknown in another', async () => {
    const [account, other] = [await accountIn('DB_1'), await accountIn('DB_2')]
    const { id } = (await other.prospect()).json
    const { json: webhook } = await other.register()
    for (const path of [`/v1/prospects/${id}`, `/v1/prospects/${id}/events`, `/v1/webhooks/${webhook.id}`])
      expectProblem(await account.call('GET', path), 404, 'not_found')
    const { json: mine } = await account.prospect()
    expectProblem(
      await account.call('POST', `/v1/prospects/${mine.id}/merge`, { duplicateId: id }),
      422,
      'unknown_reference',
      ['errors'],
    )
    for (const number of ['00', '02', '03', '0z', 'zz']) {
      const elsewhere = account.id.replace(/^acct_../, `acct_${number}`)
      expectProblem(await operator()('PATCH', `/admin/accounts/${elsewhere}`, { name: 'A' }), 404, 'not_found')
      expectProblem(await operator()('DELETE', `/admin/accounts/${elsewhere}`), 404, 'not_found')
    }
  })

  test.each(['00', '02', '03', '0z', 'zz'])('a key with the forged database number %s is rejected', async (number) => {
    const { key, apiKey } = await accountIn('DB_1')
    // a new secret, so that the checksum is right
    const forged = newKey(apiKey.id.replace(/^key_../, `key_${number}`))
    const answers = [forged, key.replace(/^pro_../, `pro_${number}`)].map((k) =>
      callsTo({ key: k }, THREE_DATABASES)('GET', '/v1/me'),
    )
    for (const answered of await Promise.all(answers)) expectProblem(answered, 401, 'invalid_credential')
  })

  test('a batch of messages delivers six at a time over all databases, with two round trips to each', async () => {
    const accounts = await Promise.all(BINDINGS.map(accountIn))
    for (const { register, prospect } of accounts) {
      await register()
      for (let i = 0; i < 4; i++) await prospect()
    }
    const most = mostAtATime()
    const all = Object.fromEntries(BINDINGS.map((b) => [b, openDatabase(THREE_DATABASES[b])]))
    const opened = Object.fromEntries(
      Object.entries(all).map(([b, { d1 }]) => [b, { withSession: () => ({ ...d1, getBookmark: () => null }) }]),
    )
    const claimed: unknown[] = []
    const last = answer
    answer = async () => {
      claimed.push(await env.THIRD_DB.prepare('SELECT max(next_at) AS at FROM deliveries').first('at'))
      return last()
    }
    // the timer of the batch stands still, so that a slow machine makes all deliveries in it
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() })
    await consume(sent, 'prospect-webhooks', opened)
    expect([requests.mock.calls.length, most()]).toEqual([12, 6])
    expect(Object.values(all).map(({ cost }) => cost.trips)).toEqual([2, 2, 2])
    // the lease is a second for the batch, 15 s for an attempt, and 10 s more
    expect(claimed).toContain(Date.now() + 26_000)
  })

  test('the schedule delivers six at a time over all databases if the queue is down', async () => {
    vi.mocked(env.WEBHOOKS_QUEUE.sendBatch).mockRejectedValue(new Error('away'))
    for (const { register, prospect } of await Promise.all(BINDINGS.map(accountIn))) {
      await register()
      for (let i = 0; i < 7; i++) await prospect()
    }
    const most = mostAtATime()
    pass(60_000)
    await tick(THREE_DATABASES)
    expect([requests.mock.calls.length, most()]).toEqual([21, 6])
  })
})

test('a run of the schedule without work takes 14 round trips to each database', async () => {
  await tick(THREE_DATABASES)
  const trips = watchTrips()
  await tick(THREE_DATABASES)
  expect(trips()).toBe(3 * 14)
})

describe('a database that cannot be reached', () => {
  test('does not delay the messages of other databases', async () => {
    const accounts = await Promise.all(BINDINGS.map(accountIn))
    for (const { register } of accounts) await register()
    for (const { prospect } of [...accounts, ...accounts]) await prospect()
    const messages = sent.map((body, i) => ({ id: `${i}`, timestamp: new Date(), attempts: 1, body }))
    const batch = createMessageBatch<any>('prospect-webhooks', messages)
    const acked: string[] = []
    for (const message of batch.messages) message.ack = () => void acked.push(message.body.accountId)
    const bindings = { ...env, ...only('DB', 'DB_2') }
    const context = createExecutionContext()
    await expect(worker.queue(batch, bindings, context)).rejects.toThrow('away')
    await waitOnExecutionContext(context)
    const well = [accounts[0]?.id, accounts[2]?.id]
    expect(requests.mock.calls.map((request) => envelopeOf(request).accountId).sort()).toEqual(
      [...well, ...well].sort(),
    )
    expect(acked.sort()).toEqual([...well, ...well].sort())
  })

  test('is logged, and the schedule still runs for the others', async () => {
    const accounts = await Promise.all(BINDINGS.map(accountIn))
    for (const { register, prospect } of accounts) {
      await register()
      await prospect()
    }
    pass(60_000)
    sent.splice(0)
    await tick(only('DB', 'DB_2'))
    expect(sent.map(({ accountId }) => accountId).sort()).toEqual([accounts[0]?.id, accounts[2]?.id].sort())
    expect(log.length).toBeGreaterThan(5)
    for (const line of log) expect(line).toMatchObject({ level: 'error', step: expect.any(String), database: '01' })
  })

  test('makes /health respond 503', async () => {
    const health = (bindings: object) => callsTo({ key: '' }, bindings)('GET', '/health')
    expect((await health(THREE_DATABASES)).status).toBe(200)
    expect((await health(only('DB', 'DB_1'))).status).toBe(503)
  })
})

test('adding a database moves no data', async () => {
  const one = { DB: env.DB }
  const { json: account } = await create(one)
  const [before, after] = [callsTo(account.apiKey, one), callsTo(account.apiKey, THREE_DATABASES)]
  await before('POST', '/v1/webhooks', { url: 'https://hooks.example.com/in' })
  const { json: pat } = await before('POST', '/v1/prospects', { firstName: 'Pat', lastName: 'Doe' })
  await consume(sent.splice(0), 'prospect-webhooks-slow', THREE_DATABASES)
  expect(requests.mock.calls.map(bodyOf)).toEqual([expect.stringContaining(pat.id)])
  const [was, is] = [await before('GET', `/v1/prospects/${pat.id}`), await after('GET', `/v1/prospects/${pat.id}`)]
  expect(is.text).toBe(was.text)
  await after('POST', '/v1/prospects', { firstName: 'Lee', lastName: 'Doe' })
  expect((await before('GET', '/v1/prospects')).json.totalCount).toBe(2)
  expect(await whereIs(account)).toEqual(['DB'])
})
