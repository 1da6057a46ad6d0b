import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DeliveryMessage } from '../../src/queues/messages'
import { type Account, newAccount } from '../support/api'
import { expectDescribedWebhook } from '../support/conformance'
import { rows, tablesHolding } from '../support/d1'
import {
  bodyOf,
  consume,
  deliveriesOf,
  dueDelivery,
  endpointAnswers,
  envelopeOf,
  headersOf,
  holdQueue,
  pass,
  register,
  type Sent,
} from '../support/endpoint'
import { busy, FAR } from '../support/many-rows'
import { paginate } from '../support/paginate'
import { errorsOf, expectProblem } from '../support/problem'

interface Shown {
  id: string
  eventId: string
  createdAt: number
  status: string
}

const MINUTE = 60_000
const STATUSES = ['pending', 'succeeded', 'failed', 'cancelled'] as const

/** Messages that the Worker sent to the queue. They do not arrive by themselves. */
let sent: DeliveryMessage[]

beforeEach(() => {
  sent = holdQueue()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const pathOf = (webhookId: string) => `/v1/webhooks/${webhookId}/deliveries`
const listed = async ({ get }: Account, webhookId: string, query = ''): Promise<Shown[]> =>
  (await get(`${pathOf(webhookId)}?${query}`)).json.items
const read = async ({ get }: Account, id: string) => (await get(`/v1/deliveries/${id}`)).json
const redeliver = ({ post }: Account, id: string) => post(`/v1/deliveries/${id}/redeliver`)

/** An account with an endpoint and one due delivery, as the API shows it. */
async function delivery(body: object = {}) {
  const { account, webhook, prospect } = await dueDelivery(body)
  const [shown] = (await listed(account, webhook.id)) as [Shown]
  return { account, webhook, prospect, shown, id: shown.id }
}

/** Gives the deliveries of an endpoint each status in turn, and returns them as the API lists them. */
async function eachStatus(n: number) {
  const account = await newAccount()
  const { id } = await register(account)
  for (let i = 0; i < n; i++) await account.prospect()
  for (const [i, { event_seq }] of (await deliveriesOf(account)).entries())
    await rows(
      `UPDATE deliveries SET status = ?3, next_at = iif(?3 = 'pending', next_at, NULL)
       WHERE account_id = ?1 AND event_seq = ?2`,
      account.id,
      event_seq,
      STATUSES[i % 4],
    )
  return { account, id, all: await listed(account, id) }
}

/** A response that quotes the request, as some endpoints send. */
const endpointEchoes = (meanwhile: (sent: Sent) => unknown = () => {}, status = 200) =>
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
    expectDescribedWebhook(new Headers(headersOf(request)), bodyOf(request))
    await meanwhile(request)
    return new Response(`Got ${bodyOf(request)}`, { status })
  })

describe('the list of an endpoint’s deliveries', () => {
  test('shows the event, the status and the last result of each', async () => {
    const requests = endpointAnswers(() => new Response('no', { status: requests.mock.calls.length > 1 ? 200 : 503 }))
    const { account, webhook, shown } = await delivery()
    expect(shown).toEqual({
      id: expect.stringMatching(/^dlv_[0-9a-v]{11}[0-9a-z]{26}$/),
      eventId: expect.stringMatching(/^evt_[0-9a-v]{21}$/),
      eventType: 'prospect.created',
      webhookId: webhook.id,
      status: 'pending',
      attemptCount: 0,
      lastStatusCode: null,
      lastError: null,
      nextAttemptAt: expect.any(Number),
      createdAt: expect.any(Number),
    })
    vi.useFakeTimers({ toFake: ['Date'] })
    await consume(sent)
    const envelope = envelopeOf(requests.mock.lastCall as Sent)
    expect([shown.eventId, new Date(shown.createdAt).toISOString()]).toEqual([envelope.id, envelope.timestamp])
    expect(await listed(account, webhook.id)).toEqual([
      {
        ...shown,
        attemptCount: 1,
        lastStatusCode: 503,
        lastError: expect.stringContaining('503'),
        nextAttemptAt: expect.any(Number),
      },
    ])
    pass(MINUTE)
    await consume(sent)
    expect(await listed(account, webhook.id)).toEqual([
      { ...shown, status: 'succeeded', attemptCount: 2, lastStatusCode: 200, nextAttemptAt: null },
    ])
  })

  test('has this endpoint’s deliveries only, the newest first, in pages', async () => {
    const account = await newAccount()
    const [one, other] = [await register(account), await register(account)]
    for (let i = 0; i < 5; i++) await account.prospect()
    const events = (await account.get('/v1/events')).json.items.map((e: any) => e.id).reverse()
    for (const { id } of [one, other])
      for (const limit of [1, 2, 5, 1000]) {
        const pages = await paginate<Shown>(account.get, pathOf(id), limit)
        expect(pages).toHaveLength(Math.ceil(5 / limit))
        expect(pages.flat().map(({ eventId }) => eventId)).toEqual(events)
        expect(pages.flat().every((d) => d.id.endsWith(id.slice(4)))).toBe(true)
      }
    expect((await listed(account, one.id)).map(({ id }) => id)).not.toEqual(
      (await listed(account, other.id)).map(({ id }) => id),
    )
  })

  test('continues at its page token while new deliveries are made', async () => {
    const { account, id, all } = await eachStatus(3)
    const { items, nextPageToken } = (await account.get(`${pathOf(id)}?limit=2`)).json
    await account.prospect()
    expect([...items, ...(await listed(account, id, `pageToken=${nextPageToken}`))]).toEqual(all)
  })

  test('filtered by status has only deliveries with that status, in pages', async () => {
    const { account, id, all } = await eachStatus(12)
    for (const status of STATUSES) {
      const mine = all.filter((d) => d.status === status)
      expect(mine).toHaveLength(3)
      expect(await listed(account, id, `status=${status}`)).toEqual(mine)
      const { nextPageToken } = (await account.get(`${pathOf(id)}?status=${status}&limit=2`)).json
      expect(await listed(account, id, `status=${status}&pageToken=${nextPageToken}`)).toEqual(mine.slice(2))
    }
  })

  test('filtered by type has only deliveries of events of that type', async () => {
    const { account, webhook, prospect } = await dueDelivery()
    await account.call('PATCH', `/v1/prospects/${prospect.id}`, { city: 'Ulm' })
    await account.post(`/v1/webhooks/${webhook.id}/ping`)
    const all = await listed(account, webhook.id)
    for (const [n, type] of ['ping', 'prospect.updated', 'prospect.created'].entries())
      expect(await listed(account, webhook.id, `eventType=${type}`)).toEqual([all[n]])
    expect(await listed(account, webhook.id, 'eventType=prospect.merged')).toEqual([])
  })

  test('filtered by prospect has only deliveries of its events to this endpoint', async () => {
    const { account, webhook, prospect } = await dueDelivery()
    const path = `/v1/prospects/${prospect.id}`
    await account.call('PATCH', path, { city: 'Muted', muteWebhook: true })
    await account.prospect()
    const other = (await register(account)).id
    await account.call('PATCH', path, { city: 'Ulm' })
    const [updated, , created] = await listed(account, webhook.id)
    const query = `prospectId=${prospect.id}`
    expect(await listed(account, webhook.id, query)).toEqual([updated, created])
    expect(await listed(account, webhook.id, `${query}&eventType=prospect.created`)).toEqual([created])
    expect(await listed(account, webhook.id, `${query}&status=failed`)).toEqual([])
    expect((await listed(account, other, query)).map((d) => d.eventId)).toEqual([updated?.eventId])
    for (const [reader, id] of [
      [account, 'prs_x'],
      [await newAccount(), prospect.id],
    ] as const)
      expect(
        await listed(reader, reader === account ? webhook.id : (await register(reader)).id, `prospectId=${id}`),
      ).toEqual([])
  })

  test('filtered by status code has only deliveries whose last response had it', async () => {
    const requests = endpointAnswers(() => new Response('', { status: requests.mock.calls.length > 1 ? 503 : 200 }))
    const { account, webhook } = await dueDelivery()
    await account.prospect()
    await consume(sent)
    await account.prospect()
    const [, ...tried] = await listed(account, webhook.id)
    for (const delivery of tried as any[])
      expect(await listed(account, webhook.id, `statusCode=${delivery.lastStatusCode}`)).toEqual([delivery])
    expect(await listed(account, webhook.id, 'statusCode=410')).toEqual([])
  })

  test('filtered by time has deliveries of events from `since` on, and before `before`', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const account = await newAccount()
    const { id } = await register(account)
    for (let i = 0; i < 3; i++) {
      pass(MINUTE)
      await account.prospect()
    }
    const all = await listed(account, id)
    const [c, b, a] = all as [Shown, Shown, Shown]
    expect(await listed(account, id, `since=${b.createdAt}`)).toEqual([c, b])
    expect(await listed(account, id, `since=${b.createdAt + 1}`)).toEqual([c])
    expect(await listed(account, id, `before=${b.createdAt}`)).toEqual([a])
    expect(await listed(account, id, `before=${b.createdAt + 1}`)).toEqual([b, a])
    expect(await listed(account, id, `since=${b.createdAt}&before=${c.createdAt}`)).toEqual([b])
    expect(await listed(account, id, `since=${b.createdAt}&before=${b.createdAt}`)).toEqual([])
    expect(await listed(account, id, 'since=0&before=999999999999999')).toEqual(all)
  })

  test('filtered by type, in pages, has each delivery once, and a page searches a thousand', async () => {
    const account = await newAccount()
    const { id: prospect, webhook, log } = await busy(account, 1500, 'succeeded', 'NULL', FAR)
    await rows("UPDATE events SET type = 'prospect.merged' WHERE account_id = ? AND seq % 500 = 1", account.id)
    const all = (await listed(account, webhook, 'limit=1000&eventType=prospect.merged')).length
    expect(all).toBe(2)
    for (const filter of ['', `&prospectId=${prospect}`]) {
      const found: string[][] = []
      for (let token: string | null = ''; token !== null && found.length < 9; ) {
        const page = `limit=1&eventType=prospect.merged${filter}${token && `&pageToken=${token}`}`
        const { items, nextPageToken }: any = (await account.get(`${log}?${page}`)).json
        found.push(items.map((d: any) => d.id))
        token = nextPageToken
      }
      expect(found.map((ids) => ids.length)).toEqual([1, 1, 1])
      expect(new Set(found.flat()).size).toBe(3)
    }
    expect((await account.get(`${log}?statusCode=200`)).json).toEqual({ items: [], nextPageToken: expect.any(String) })
  })

  test.each([
    'eventType=nope',
    'eventType=',
    'prospectId=',
    'statusCode=99',
    'statusCode=1000',
    'statusCode=2xx',
    'statusCode=',
    'since=-1',
    'since=2026-11-30',
    'since=',
    'before=1.5',
    'before=',
    'status=nope',
    'status=',
    'status=pending&status=failed',
    'limit=0',
    'pageToken=x',
    'sort=id',
  ])('returns 400 for ?%s', async (query) => {
    const { account, id } = await eachStatus(0)
    const answer = await account.get(`${pathOf(id)}?${query}`)
    expect([answer.status, answer.json.errors[0]]).toMatchObject([
      400,
      { in: 'query', pointer: `/${query.split('=')[0]}` },
    ])
  })

  test('rejects a page token of another status, endpoint or list', async () => {
    const { account, id } = await eachStatus(8)
    const other = (await register(account)).id
    const { nextPageToken: all } = (await account.get(`${pathOf(id)}?limit=1`)).json
    const { nextPageToken: failed } = (await account.get(`${pathOf(id)}?limit=1&status=failed`)).json
    for (const path of [
      `${pathOf(id)}?pageToken=${failed}`,
      `${pathOf(id)}?status=failed&pageToken=${all}`,
      `${pathOf(id)}?status=pending&pageToken=${failed}`,
      `${pathOf(other)}?pageToken=${all}`,
      ...['eventType=ping', 'prospectId=prs_x', 'statusCode=200', 'since=0', 'before=1'].map(
        (filter) => `${pathOf(id)}?pageToken=${all}&${filter}`,
      ),
      `/v1/webhooks?pageToken=${all}`,
    ])
      expect(errorsOf(await account.get(path))).toEqual(['query /pageToken invalid_page_token'])
  })

  test('returns 404 for an unknown endpoint, a deleted one or one of another account', async () => {
    const [{ account, id }, other] = [await eachStatus(1), await newAccount()]
    for (const unknown of ['whk_x', id]) expectProblem(await other.get(pathOf(unknown)), 404, 'not_found')
    await account.call('DELETE', `/v1/webhooks/${id}`)
    expectProblem(await account.get(pathOf(id)), 404, 'not_found')
  })

  test('has no delivery of a muted write', async () => {
    const { account, webhook } = await dueDelivery({ muteWebhook: true })
    expect(await listed(account, webhook.id)).toEqual([])
  })
})

describe('a delivery', () => {
  test('shows its attempts, the oldest first, with time, duration and result', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.spyOn(console, 'warn').mockReturnValue()
    const answers: (() => Response)[] = [
      () => new Response('try later', { status: 503 }),
      () => {
        throw new TypeError('refused')
      },
      () => Response.json({ ok: true }),
    ]
    const requests = endpointAnswers(() => {
      pass(1234)
      return (answers[requests.mock.calls.length - 1] as () => Response)()
    })
    const { account, shown } = await delivery()
    expect(await read(account, shown.id)).toEqual({ ...shown, attempts: [] })
    const times: number[] = []
    for (const _ of answers) {
      times.push(Date.now())
      await consume(sent)
      pass(10 * MINUTE)
    }
    const attempt = { durationMs: 1234, statusCode: null, error: null, responseBody: null }
    expect(await read(account, shown.id)).toEqual({
      ...shown,
      status: 'succeeded',
      attemptCount: 3,
      lastStatusCode: 200,
      lastError: null,
      nextAttemptAt: null,
      attempts: [
        { ...attempt, attemptedAt: times[0], statusCode: 503, error: expect.any(String), responseBody: 'try later' },
        { ...attempt, attemptedAt: times[1], error: 'No connection.' },
        { ...attempt, attemptedAt: times[2], statusCode: 200, responseBody: '{"ok":true}' },
      ],
    })
  })

  test('shows its last hundred attempts', async () => {
    const { account, id } = await delivery()
    await rows(
      `INSERT INTO attempts (account_id, webhook_id, event_seq, n, attempted_at, duration_ms)
       SELECT account_id, webhook_id, event_seq, value, value, 0
       FROM deliveries, json_each(?2) WHERE account_id = ?1`,
      account.id,
      JSON.stringify(Array.from({ length: 130 }, (_, n) => n + 1)),
    )
    const { attempts } = await read(account, id)
    expect(attempts.map((a: any) => a.attemptedAt)).toEqual(Array.from({ length: 100 }, (_, n) => n + 31))
  })

  test('stores a hundred attempts, however often it begins again', async () => {
    const { account, id } = await delivery()
    const [event] = sent
    endpointAnswers()
    await rows('UPDATE deliveries SET attempts = 129 WHERE account_id = ?', account.id)
    await rows(
      `INSERT INTO attempts (account_id, webhook_id, event_seq, n, attempted_at, duration_ms)
       SELECT account_id, webhook_id, event_seq, value, value, 0
       FROM deliveries, json_each(?2) WHERE account_id = ?1`,
      account.id,
      JSON.stringify(Array.from({ length: 100 }, (_, n) => n + 30)),
    )
    await consume([event])
    const kept = await rows('SELECT n FROM attempts WHERE account_id = ? ORDER BY n', account.id)
    expect(kept.map(({ n }) => n)).toEqual(Array.from({ length: 100 }, (_, n) => n + 31))
    expect((await read(account, id)).attempts.at(-1)).toMatchObject({ statusCode: 200 })
  })

  test('is recorded in a batch whose responses are the longest in JSON: 16 KB of control characters each', {
    tags: 'scale',
  }, async () => {
    const account = await newAccount()
    for (let i = 0; i < 49; i++) await register(account, { url: `https://h${i}.example.com` })
    const other = await dueDelivery()
    await account.prospect()
    endpointAnswers(() => new Response(new Uint8Array(KB16).fill(1)))
    await rows('UPDATE webhooks SET slow_since = 1')
    // setup.ts checks the size of each bound value
    await consume(sent, 'prospect-webhooks-slow')
    const [all, one] = await Promise.all([account, other.account].map(deliveriesOf))
    expect([...(all ?? []), ...(one ?? [])].map(({ status }) => status)).toEqual(Array(50).fill('succeeded'))
    const length = `SELECT DISTINCT length(answer) AS n FROM attempts WHERE account_id = ?`
    expect(await rows(length, account.id)).toEqual([{ n: KB16 }])
  })

  const KB16 = 16 * 1024
  const bytes = (...values: number[]) => new Uint8Array(values)
  test.each<[string, BodyInit | null, string | null]>([
    ['no body', null, null],
    ['an empty body', '', ''],
    ['a text', 'Grüße 😀\n"\\', 'Grüße 😀\n"\\'],
    ['exactly 16 KB', 'x'.repeat(KB16), 'x'.repeat(KB16)],
    ['a byte more', `${'x'.repeat(KB16)}y`, 'x'.repeat(KB16)],
    ['a megabyte', 'x'.repeat(1024 * 1024), 'x'.repeat(KB16)],
    ['a character across the limit', `x${'é'.repeat(KB16)}`, `x${'é'.repeat(KB16 / 2 - 1)}`],
    ['a longer character across the limit', `xxx${'😀'.repeat(KB16)}`, `xxx${'😀'.repeat(KB16 / 4 - 1)}`],
    ['bytes that are not a text', bytes(0xff, 0x41, 0xc3, 0x28, 0x80), '\ufffdA\ufffd(\ufffd'],
    ['NUL bytes', bytes(0, 0x41, 0), '\ufffdA\ufffd'],
  ])('stores what can be stored of %s', async (_, body, kept) => {
    endpointAnswers(() => new Response(body))
    const { account, id } = await delivery()
    await consume(sent)
    const { status, attempts } = await read(account, id)
    expect(status).toBe('succeeded')
    expect(attempts).toMatchObject([{ statusCode: 200, responseBody: kept }])
  })

  test('stores a response that comes in pieces as one text, wherever it is cut', async () => {
    const text = 'Grüße 😀 '.repeat(20)
    const start = (controller: ReadableStreamDefaultController) => {
      for (const byte of new TextEncoder().encode(text)) controller.enqueue(bytes(byte))
      controller.close()
    }
    endpointAnswers(() => new Response(new ReadableStream({ start })))
    const { account, id } = await delivery()
    await consume(sent)
    expect((await read(account, id)).attempts[0].responseBody).toBe(text)
  })

  test('reads no more of a response than it stores', async () => {
    const cancel = vi.fn()
    let pulled = 0
    const pull = (controller: ReadableStreamDefaultController) => {
      pulled++
      controller.enqueue(new Uint8Array(1000).fill(0x41))
    }
    endpointAnswers(() => new Response(new ReadableStream({ pull, cancel })))
    const { account, id } = await delivery()
    await consume(sent)
    expect(cancel).toHaveBeenCalledOnce()
    expect(pulled).toBeLessThan(24)
    expect(await read(account, id)).toMatchObject({
      status: 'succeeded',
      attempts: [{ responseBody: 'A'.repeat(KB16) }],
    })
  })

  test('succeeds by the status of the response, even if the body breaks off', async () => {
    let pulls = 0
    const pull = (controller: ReadableStreamDefaultController) =>
      pulls++ ? controller.error(new Error('reset')) : controller.enqueue(bytes(0x41))
    endpointAnswers(() => new Response(new ReadableStream({ pull }), { status: 201 }))
    const { account, id } = await delivery()
    await consume(sent)
    expect(await read(account, id)).toMatchObject({
      status: 'succeeded',
      lastError: null,
      attempts: [{ statusCode: 201, responseBody: 'A' }],
    })
  })

  test('returns 404 for an unknown or malformed id, another account’s or a deleted endpoint’s', async () => {
    const [{ account, webhook, id }, other] = [await delivery(), await newAccount()]
    await register(other)
    const unknown = [
      id.replace('dlv_', 'evt_'),
      id.toUpperCase(),
      `${id}0`,
      id.slice(0, -1),
      `dlv_${'0'.repeat(37)}`,
      `dlv_${'v'.repeat(11)}${webhook.id.slice(4)}`,
      'dlv_',
      'x',
      '%00',
    ]
    for (const path of unknown) {
      expectProblem(await account.get(`/v1/deliveries/${path}`), 404, 'not_found')
      expectProblem(await redeliver(account, path), 404, 'not_found')
    }
    const foreign = await other.get(`/v1/deliveries/${id}`)
    expectProblem(foreign, 404, 'not_found')
    expectProblem(await redeliver(other, id), 404, 'not_found')
    await account.call('DELETE', `/v1/webhooks/${webhook.id}`)
    const gone = await account.get(`/v1/deliveries/${id}`)
    expect({ ...gone.json, requestId: '' }).toEqual({ ...foreign.json, requestId: '' })
    expectProblem(await redeliver(account, id), 404, 'not_found')
  })
})

describe('a redelivery', () => {
  test.each(STATUSES)('of a %s delivery sends the same event again, at once', async (status) => {
    const requests = endpointAnswers()
    const { account, shown, id } = await delivery()
    await consume(sent.splice(0))
    await rows(
      `UPDATE deliveries SET status = ?2, attempts = 7, tries = 6, finished_at = iif(?2 = 'pending', NULL, 5),
         next_at = iif(?2 = 'pending', ?3, NULL) WHERE account_id = ?1`,
      account.id,
      status,
      Date.now() + 60 * MINUTE,
    )
    const before = Date.now()
    const answer = await redeliver(account, id)
    expect([answer.status, answer.json]).toEqual([
      202,
      { ...shown, attemptCount: 7, lastStatusCode: 200, nextAttemptAt: expect.any(Number) },
    ])
    expect(answer.json.nextAttemptAt).toBeGreaterThanOrEqual(before)
    expect(answer.json.nextAttemptAt).toBeLessThanOrEqual(Date.now())
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'pending', tries: 0, attempts: 7, finished_at: null }])
    expect(sent).toHaveLength(1)
    await consume(sent)
    const [first, second] = requests.mock.calls as [Sent, Sent]
    expect(bodyOf(second)).toBe(bodyOf(first))
    expect(headersOf(second)['webhook-id']).toBe(headersOf(first)['webhook-id'])
    expect(await read(account, id)).toMatchObject({ status: 'succeeded', attemptCount: 8, nextAttemptAt: null })
  })

  test('has all retries again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    endpointAnswers(() => new Response(null, { status: 500 }))
    const { account, id } = await delivery()
    await rows(
      "UPDATE deliveries SET status = 'failed', attempts = 10, tries = 10, next_at = NULL WHERE account_id = ?",
      account.id,
    )
    await redeliver(account, id)
    await consume(sent)
    const { status, attemptCount, nextAttemptAt } = await read(account, id)
    expect([status, attemptCount]).toEqual(['pending', 11])
    expect(Math.abs(nextAttemptAt - Date.now() - 5_000)).toBeLessThanOrEqual(1_000)
    pass(MINUTE)
    await consume(sent)
    expect((await read(account, id)).nextAttemptAt - Date.now()).toBeGreaterThan(4 * MINUTE)
  })

  test('does not wait for an attempt that is running', async () => {
    const bodies: string[] = []
    const { account, id } = await delivery()
    endpointEchoes(async ([, init]) => {
      bodies.push(String(init?.body))
      if (bodies.length > 1) return
      await redeliver(account, id)
      await consume(sent.slice(1))
    }, 500)
    await consume(sent.slice(0, 1))
    expect(bodies).toHaveLength(2)
    const { status, attemptCount, attempts } = await read(account, id)
    expect([status, attemptCount, attempts.length]).toEqual(['pending', 2, 2])
    expect((await deliveriesOf(account))[0]?.tries).toBe(1)
  })

  test('returns 409 while the endpoint is disabled', async () => {
    const { account, webhook, id } = await delivery()
    await account.call('PATCH', `/v1/webhooks/${webhook.id}`, { disabled: true })
    const answer = await redeliver(account, id)
    expectProblem(answer, 409, 'webhook_disabled', ['conflictsWith'])
    expect(answer.json.conflictsWith).toBe(webhook.id)
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'cancelled', next_at: null }])
  })

  test('needs an admin key', async () => {
    const { account, id } = await delivery()
    for (const scope of ['read', 'write']) {
      const { key } = (await account.post('/v1/api-keys', { name: scope, scopes: [scope] })).json
      const by = { authorization: `Bearer ${key}` }
      expectProblem(await account.call('POST', `/v1/deliveries/${id}/redeliver`, {}, by), 403, 'insufficient_scope')
    }
  })
})

describe('an erasure', () => {
  const newTag = () => `tag${crypto.randomUUID().slice(0, 8)}`
  const erase = async ({ call }: Account, id: string) =>
    expect((await call('DELETE', `/v1/prospects/${id}`)).status).toBe(204)

  test('deletes stored responses about the person and merged duplicates, and keeps those about others', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    endpointEchoes(undefined, 500)
    const [tag, older, kept] = [newTag(), newTag(), newTag()]
    const { account, webhook, prospect } = await delivery({ firstName: tag })
    const other = await register(account, { url: 'https://other.example.com' })
    const duplicateId = (await account.prospect({ firstName: older })).json.id
    await account.prospect({ firstName: kept })
    await account.post(`/v1/prospects/${prospect.id}/merge`, { duplicateId })
    for (let i = 0; i < 2; i++) {
      await consume(sent)
      pass(MINUTE)
    }
    await account.call('DELETE', `/v1/webhooks/${other.id}`)
    for (const text of [tag, older, kept]) expect(await tablesHolding(text)).toContain('attempts')
    await erase(account, prospect.id)
    for (const text of [tag, older]) expect(await tablesHolding(text)).toEqual([])
    expect(await tablesHolding(kept)).toContain('attempts')
    const [created] = (await listed(account, webhook.id)).slice(-1) as [Shown]
    const log = await read(account, created.id)
    expect(log.attempts).toMatchObject(
      Array(2).fill({ statusCode: 500, error: expect.any(String), responseBody: null }),
    )
  })

  test('during an attempt stores nothing of its response', async () => {
    const tag = newTag()
    const { account, id, prospect } = await delivery({ firstName: tag })
    endpointEchoes(() => erase(account, prospect.id))
    await consume(sent.slice(0, 1))
    expect(await tablesHolding(tag)).toEqual([])
    const log = await read(account, id)
    expect(log).toMatchObject({ status: 'succeeded', attempts: [{ statusCode: 200, responseBody: null }] })
  })

  test('is followed by attempts whose responses are not stored, because an endpoint may remember the person', async () => {
    const tag = newTag()
    const { account, id, prospect } = await delivery({ firstName: tag })
    await erase(account, prospect.id)
    const requests = endpointAnswers(() => new Response(`That is ${tag}.`))
    await consume(sent.slice(0, 1))
    await redeliver(account, id)
    await consume(sent.slice(1))
    expect(requests).toHaveBeenCalledTimes(3)
    expect(await tablesHolding(tag)).toEqual([])
  })
})
