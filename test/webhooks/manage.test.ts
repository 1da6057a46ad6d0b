import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CreateProspect } from '../../src/prospects/schema'
import type { DeliveryMessage } from '../../src/queues/messages'
import { pingWebhook } from '../../src/webhooks/ping'
import { type Account, type ApiResponse, costOf, newAccount } from '../support/api'
import { callerOf, databaseFor } from '../support/callers'
import { callsTo } from '../support/configured'
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
import { errorsOf, expectProblem } from '../support/problem'

const DAY = 24 * 60 * 60_000

/** Messages that the Worker sent to the queue. They do not arrive by themselves. */
let sent: DeliveryMessage[]

beforeEach(() => {
  sent = holdQueue()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const patch = ({ call }: Account, id: string, body: object) => call('PATCH', `/v1/webhooks/${id}`, body)
const rotate = ({ post }: Account, id: string) => post(`/v1/webhooks/${id}/rotate-secret`)
const ping = ({ post }: Account, id: string, body = {}) => post(`/v1/webhooks/${id}/ping`, body)
const shown = async ({ get }: Account, id: string) => (await get(`/v1/webhooks/${id}`)).json

const GIVEN = { url: 'https://hooks.example.com/in', eventTypes: ['prospect.created'], description: 'CRM' }

/** An account with one endpoint, as the API shows it. */
async function endpoint(body: object = GIVEN) {
  const account = await newAccount()
  const { id, secret } = await register(account, body)
  return { account, id, secret, before: await shown(account, id) }
}

describe('a change of an endpoint', () => {
  test.each([
    [{ url: 'https://hooks.example.org/other' }],
    [{ eventTypes: ['prospect.deleted', 'prospect.updated'] }],
    [{ eventTypes: [] }],
    [{ description: 'Other' }],
    [{ url: 'https://hooks.example.org', eventTypes: [], description: null }],
  ])('to %j changes only that', async (body) => {
    const { account, id, before } = await endpoint()
    const { status, json } = await patch(account, id, body)
    expect([status, json]).toEqual([200, { ...before, ...body, updatedAt: expect.any(Number) }])
    expect(json.updatedAt).toBeGreaterThan(before.updatedAt)
    expect(await shown(account, id)).toEqual(json)
  })

  test.each([null, '', ' '])('to a description of %j clears it', async (description) => {
    const { account, id } = await endpoint()
    expect((await patch(account, id, { description })).json.description).toBeNull()
    expect((await shown(account, id)).description).toBeNull()
  })

  test('counts a repeated event type once, and trims texts', async () => {
    const { account, id } = await endpoint()
    const twice = ['prospect.merged', 'prospect.merged']
    const { json } = await patch(account, id, { eventTypes: twice, description: ' a\tb ', url: ' https://a.example ' })
    expect(json).toMatchObject({ eventTypes: ['prospect.merged'], description: 'a b', url: 'https://a.example' })
  })

  test('to the values that it has writes nothing', async () => {
    const { account, id, before } = await endpoint()
    const fields = Object.entries(GIVEN).map(([field, value]) => ({ [field]: value }))
    for (const body of [{}, ...fields, { disabled: false }, GIVEN]) {
      const answer = await patch(account, id, body)
      expect([body, answer.status, answer.json, costOf(answer).written]).toEqual([body, 200, before, 0])
    }
    expect(await shown(account, id)).toEqual(before)
  })

  test('has a later `updatedAt` than the last change, even if the clock goes back', async () => {
    const { account, id, before } = await endpoint()
    vi.useFakeTimers({ toFake: ['Date'] })
    pass(-60_000)
    expect((await patch(account, id, { description: 'Other' })).json.updatedAt).toBe(before.updatedAt + 1)
  })

  const REJECTED: [body: object, pointer: string, code: string][] = [
    [{ url: '' }, '/url', 'required'],
    [{ url: null }, '/url', 'wrong_type'],
    [{ url: `https://example.com/${'x'.repeat(1981)}` }, '/url', 'too_long'],
    [{ url: 'http://hooks.example.com/in' }, '/url', 'url_refused'],
    [{ url: 'https://10.0.0.1/' }, '/url', 'url_refused'],
    [{ url: 'https://api.example.com/v1/prospects' }, '/url', 'url_refused'],
    [{ eventTypes: null }, '/eventTypes', 'wrong_type'],
    [{ eventTypes: ['prospect.created', 'ping'] }, '/eventTypes/1', 'not_allowed'],
    [{ description: 'x'.repeat(501) }, '/description', 'too_long'],
    [{ description: 5 }, '/description', 'wrong_type'],
    [{ disabled: null }, '/disabled', 'wrong_type'],
    [{ disabled: 'no' }, '/disabled', 'wrong_type'],
    [{ secret: 'whsec_mine' }, '/secret', 'unknown_field'],
    [{ disabledReason: 'gone' }, '/disabledReason', 'unknown_field'],
  ]
  test('is rejected as a whole for one wrong field', async () => {
    const { account, id, before } = await endpoint()
    for (const [body, pointer, code] of REJECTED) {
      const answer = await patch(account, id, { description: 'Other', ...body })
      expect([body, answer.status, errorsOf(answer)]).toEqual([body, 400, [`body ${pointer} ${code}`]])
    }
    expect(await shown(account, id)).toEqual(before)
  })

  test('to another account’s endpoint returns 404 and changes nothing', async () => {
    const [{ account, id, before }, other] = [await endpoint(), await newAccount()]
    for (const unknown of [id, 'whk_x', 'x'])
      expectProblem(await patch(other, unknown, { url: 'https://evil.example.com' }), 404, 'not_found')
    expect(await shown(account, id)).toEqual(before)
  })
})

describe('the hosts of the service itself', () => {
  const bindings = { PUBLIC_HOSTS: 'one.example.com, TWO.example.com' }

  test.each(['https://one.example.com/x', 'https://two.example.com./'])('%s is rejected', async (url) => {
    const { account, id, before } = await endpoint()
    const call = callsTo(account, bindings)
    for (const answer of [
      await call('PATCH', `/v1/webhooks/${id}`, { url }),
      await call('POST', '/v1/webhooks', { url }),
    ])
      expect([answer.status, errorsOf(answer)]).toEqual([400, ['body /url url_refused']])
    expect(await shown(account, id)).toEqual(before)
    expect((await call('PATCH', `/v1/webhooks/${id}`, { url: 'https://three.example.com' })).status).toBe(200)
  })

  test('an endpoint whose host has become one of them gets no request', async () => {
    const requests = endpointAnswers()
    const { account, id } = await endpoint()
    await patch(account, id, { url: 'https://two.example.com/in' })
    await account.prospect()
    await consume(sent, 'prospect-webhooks-slow', bindings)
    expect(requests).not.toHaveBeenCalled()
    expect(await deliveriesOf(account)).toMatchObject([
      { status: 'pending', attempts: 1, last_status_code: null, last_error: expect.stringContaining('itself') },
    ])
  })
})

describe('an endpoint that is disabled', () => {
  test('shows when and why it was disabled until it is enabled again', async () => {
    const { account, id, before } = await endpoint()
    const { json } = await patch(account, id, { disabled: true })
    expect(json).toEqual({
      ...before,
      disabled: true,
      disabledAt: json.updatedAt,
      disabledReason: 'requested',
      updatedAt: expect.any(Number),
    })
    expect(await shown(account, id)).toEqual(json)
    const again = (await patch(account, id, { disabled: false })).json
    expect(again).toEqual({ ...before, updatedAt: expect.any(Number) })
    expect(await shown(account, id)).toEqual(again)
  })

  test('keeps the first reason', async () => {
    const { account, id } = await endpoint()
    await patch(account, id, { disabled: true })
    await rows("UPDATE webhooks SET disabled_at = 5, disabled_reason = 'gone' WHERE id = ?", id)
    const answer = await patch(account, id, { disabled: true })
    expect(answer.json).toMatchObject({ disabledAt: 5, disabledReason: 'gone' })
    expect(costOf(answer).written).toBe(0)
  })

  test('has its pending deliveries cancelled and gets no new ones', async () => {
    const requests = endpointAnswers()
    const { account, webhook } = await dueDelivery()
    const other = await register(account)
    await account.prospect()
    await patch(account, webhook.id, { disabled: true })
    await account.prospect()
    const deliveries = (await account.get(`/v1/webhooks/${webhook.id}/deliveries`)).json.items
    expect(deliveries).toMatchObject(Array(2).fill({ status: 'cancelled', nextAttemptAt: null, attemptCount: 0 }))
    await consume(sent)
    expect(requests).toHaveBeenCalledTimes(2)
    const statuses = async ({ id }: { id: string }) =>
      (await deliveriesOf(account)).filter((d) => d.webhook_id === id).map(({ status }) => status)
    expect(await statuses(webhook)).toEqual(['cancelled', 'cancelled'])
    expect(await statuses(other)).toEqual(['succeeded', 'succeeded'])
  })

  test('gets new events once it is enabled again, and none that it missed', async () => {
    const requests = endpointAnswers()
    const { account, webhook } = await dueDelivery({ firstName: 'Before' })
    await patch(account, webhook.id, { disabled: true })
    await account.prospect({ firstName: 'Meanwhile' })
    await patch(account, webhook.id, { disabled: false })
    await account.prospect({ firstName: 'After' })
    await consume(sent)
    expect(requests.mock.calls.map((request) => envelopeOf(request).data.prospect.firstName)).toEqual(['After'])
    expect((await deliveriesOf(account)).map(({ status }) => status)).toEqual(['cancelled', 'succeeded'])
  })

  test.each([
    [500, { status: 'cancelled', next_at: null, attempts: 1, last_status_code: 500 }],
    [200, { status: 'succeeded', next_at: null, attempts: 1, last_status_code: 200 }],
  ])('during an attempt that ends with %d gets no retry', async (status, delivery) => {
    const { account, webhook } = await dueDelivery()
    const requests = endpointAnswers(async () => {
      await patch(account, webhook.id, { disabled: true })
      return new Response(null, { status })
    })
    await consume(sent)
    expect(await deliveriesOf(account)).toMatchObject([delivery])
    expect((await shown(account, webhook.id)).disabledReason).toBe('requested')
    await consume(sent)
    expect(requests).toHaveBeenCalledOnce()
  })

  test.each<[what: string, change: (account: Account, id: string) => Promise<ApiResponse>, slowSince: unknown]>([
    [
      'enabled again',
      async (account: Account, id: string) => {
        await patch(account, id, { disabled: true })
        return patch(account, id, { disabled: false })
      },
      5,
    ],
    [
      'moved to another URL',
      (account, id) => patch(account, id, { url: 'https://new.example.com' }),
      expect.any(Number),
    ],
  ])('has its failures reset when %s, but stays slow', async (_, change, slowSince) => {
    const { account, id } = await endpoint()
    await rows('UPDATE webhooks SET failing_since = 5, slow_since = 5 WHERE id = ?', id)
    expect((await patch(account, id, { description: 'Other' })).json.failingSince).toBe(5)
    expect((await change(account, id)).json.failingSince).toBeNull()
    expect(await rows('SELECT failing_since, slow_since FROM webhooks WHERE id = ?', id)).toEqual([
      { failing_since: null, slow_since: slowSince },
    ])
  })
})

/** Makes an event, and returns the request that sent it. */
async function sentNow(account: Account, requests: ReturnType<typeof endpointAnswers>): Promise<Sent> {
  await account.prospect()
  await consume(sent.splice(0))
  return requests.mock.calls.at(-1) as Sent
}

/** The secrets, of these, with which a receiver can verify the request. */
const verifying = (secrets: string[], request: Sent) =>
  secrets.filter((secret) => {
    try {
      return new Webhook(secret).verify(bodyOf(request), headersOf(request))
    } catch {
      return false
    }
  })

const secretsOf = async (id: string) => {
  const [row] = await rows<{ secret: string; old_secrets: string }>('SELECT * FROM webhooks WHERE id = ?', id)
  const old: { secret: string; until: number }[] = JSON.parse(row?.old_secrets ?? '[]')
  return [row?.secret ?? '', ...old.map(({ secret }) => secret)]
}

describe('a rotation', () => {
  test('shows the new secret once, and stores both secrets encrypted', async () => {
    const { account, id, secret, before } = await endpoint()
    const { status, json } = await rotate(account, id)
    expect([status, json]).toEqual([
      200,
      { ...before, updatedAt: expect.any(Number), secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) },
    ])
    expect(json.secret).not.toBe(secret)
    for (const text of [secret, json.secret].flatMap((s) => [s, s.slice('whsec_'.length), btoa(s)]))
      expect(await tablesHolding(text)).toEqual([])
    expect(await secretsOf(id)).toEqual([expect.stringMatching(/^1\./), expect.stringMatching(/^1\./)])
    const { secret: _, ...rest } = json
    expect(await shown(account, id)).toEqual(rest)
  })

  test('lets both secrets sign for a day, then the new one only', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const requests = endpointAnswers()
    const { account, id, secret } = await endpoint()
    const both = [secret, (await rotate(account, id)).json.secret]
    for (const [ms, living] of [
      [0, both],
      [DAY - 1, both],
      [1, both.slice(1)],
      [DAY, both.slice(1)],
    ] as const) {
      pass(ms)
      const request = await sentNow(account, requests)
      expect(verifying(both, request)).toEqual(living)
      expect(headersOf(request)['webhook-signature']).toMatch(living.length === 2 ? /^v1,\S+ v1,\S+$/ : /^v1,\S+$/)
    }
  })

  test('that follows another one lets each old secret sign for a day after its own rotation', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const requests = endpointAnswers()
    const { account, id, secret } = await endpoint()
    const all = [secret]
    for (let i = 0; i < 2; i++) {
      pass(DAY / 4)
      all.push((await rotate(account, id)).json.secret)
    }
    expect(verifying(all, await sentNow(account, requests))).toEqual(all)
    pass((DAY * 3) / 4)
    expect(verifying(all, await sentNow(account, requests))).toEqual(all.slice(1))
    pass(DAY / 4)
    expect(verifying(all, await sentNow(account, requests))).toEqual(all.slice(2))
  })

  test('returns 409 while ten old secrets still sign', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const requests = endpointAnswers()
    const { account, id, secret } = await endpoint()
    const all = [secret]
    for (let i = 0; i < 10; i++) all.push((await rotate(account, id)).json.secret)
    const rejected = await rotate(account, id)
    expectProblem(rejected, 409, 'too_many_secrets', ['conflictsWith'])
    expect(rejected.json.conflictsWith).toBe(id)
    expect(verifying(all, await sentNow(account, requests))).toEqual(all)
    pass(DAY)
    all.push((await rotate(account, id)).json.secret)
    expect(verifying(all, await sentNow(account, requests))).toEqual(all.slice(-2))
  })

  test('that races others loses no secret that a response showed', async () => {
    const requests = endpointAnswers()
    const { account, id, secret } = await endpoint()
    const answers = await Promise.all(Array.from({ length: 5 }, () => rotate(account, id)))
    const won = answers.filter(({ status }) => status === 200)
    expect(won.length).toBeGreaterThan(0)
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectProblem(answer, 503, 'contention')
      expect(answer.headers.get('retry-after')).toBe('1')
    }
    const all = [secret, ...won.map(({ json }) => json.secret)]
    expect(verifying(all, await sentNow(account, requests))).toEqual(all)
  })

  test('keeps other changes that race it', async () => {
    const { account, id } = await endpoint()
    const answers = await Promise.all([rotate(account, id), patch(account, id, { description: 'Other' })])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(await shown(account, id)).toMatchObject({ description: 'Other', disabled: false })
    expect(await secretsOf(id)).toHaveLength(2)
  })

  test('that races a deletion leaves no secret, new or old', async () => {
    const { account, id } = await endpoint()
    for (let i = 0; i < 2; i++) await rotate(account, id)
    const stored = await secretsOf(id)
    expect(stored).toHaveLength(3)
    for (const secret of stored) expect(await tablesHolding(secret)).toEqual(['webhooks'])
    await account.call('DELETE', `/v1/webhooks/${id}`)
    for (const secret of stored) expect(await tablesHolding(secret)).toEqual([])
    expectProblem(await rotate(account, id), 404, 'not_found')
  })

  test('of another account’s endpoint returns 404', async () => {
    const [{ id }, other] = [await endpoint(), await newAccount()]
    for (const unknown of [id, 'whk_x']) expectProblem(await rotate(other, unknown), 404, 'not_found')
    expect(await secretsOf(id)).toHaveLength(1)
  })

  test('signs events with any characters under both secrets', { tags: 'scale' }, async () => {
    const requests = endpointAnswers()
    const { account, id, secret } = await endpoint()
    const both = [secret, (await rotate(account, id)).json.secret]
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
    const person = fc
      .record({ firstName: text, lastName: text, notes: fc.string({ unit: 'binary', maxLength: 400 }) })
      .filter((body) => CreateProspect.safeParse(body).success)
    await fc.assert(
      fc.asyncProperty(person, async (body) => {
        const { message, created, matchedBy, potentialDuplicateId, ...prospect } = (await account.prospect(body)).json
        await consume(sent.splice(0))
        const request = requests.mock.lastCall as Sent
        expect(verifying(both, request)).toEqual(both)
        expect(envelopeOf(request).data).toEqual({ prospect })
      }),
      { numRuns: 40 },
    )
  })
})

describe('a ping', () => {
  test('is sent, signed, to that endpoint only, whatever types it asks for', async () => {
    const requests = endpointAnswers()
    const { account, id, secret } = await endpoint()
    await register(account, { url: 'https://other.example.com' })
    const { status, json } = await ping(account, id)
    expect([status, json]).toEqual([
      202,
      {
        id: expect.stringMatching(/^dlv_/),
        eventId: expect.stringMatching(/^evt_/),
        eventType: 'ping',
        webhookId: id,
        status: 'pending',
        attemptCount: 0,
        lastStatusCode: null,
        lastError: null,
        nextAttemptAt: expect.any(Number),
        createdAt: expect.any(Number),
      },
    ])
    await consume(sent)
    const [request] = requests.mock.calls as [Sent]
    expect(requests).toHaveBeenCalledOnce()
    expect(request[0]).toBe(GIVEN.url)
    const timestamp = new Date(json.createdAt).toISOString()
    expect(new Webhook(secret).verify(bodyOf(request), headersOf(request))).toEqual({
      id: json.eventId,
      type: 'ping',
      timestamp,
      accountId: account.id,
      test: true,
      data: {},
    })
    expect((await account.get(`/v1/deliveries/${json.id}`)).json).toMatchObject({
      status: 'succeeded',
      attemptCount: 1,
      lastStatusCode: 200,
    })
  })

  // endpointAnswers checks each body against the document
  test.each([
    ['prospect.created', ['prospect']],
    ['prospect.updated', ['prospect', 'changes']],
    ['prospect.stage_changed', ['prospect', 'previousStage', 'currentStage']],
    ['prospect.deleted', ['prospect']],
    ['prospect.merged', ['prospect', 'mergedId']],
    ['resume.parsed', ['prospect']],
    ['ping', []],
  ])('of type %s sends a sample with these data', async (type, names) => {
    const requests = endpointAnswers()
    const { account, id, secret } = await endpoint()
    const { json } = await ping(account, id, { type })
    expect(json).toMatchObject({ eventType: type, status: 'pending' })
    await consume(sent)
    const [request] = requests.mock.calls as [Sent]
    const envelope: any = new Webhook(secret).verify(bodyOf(request), headersOf(request))
    expect(envelope).toMatchObject({ id: json.eventId, type, accountId: account.id, test: true })
    expect(Object.keys(envelope.data)).toEqual(names)
  })

  test('shows no prospect of the account', async () => {
    const requests = endpointAnswers()
    const { account, id } = await endpoint({ eventTypes: ['resume.parsed'] })
    const prospect = (await account.prospect()).json
    await ping(account, id, { type: 'prospect.created' })
    await consume(sent)
    expect(envelopeOf(requests.mock.lastCall as Sent).data.prospect.firstName).toBe('José')
    expect(bodyOf(requests.mock.lastCall as Sent)).not.toContain(prospect.id)
  })

  test('with an empty body of type JSON is a ping', async () => {
    const { account, id } = await endpoint()
    const answer = await account.call('POST', `/v1/webhooks/${id}/ping`, new Uint8Array(), {
      'content-type': 'application/json',
    })
    expect([answer.status, answer.json.eventType]).toEqual([202, 'ping'])
  })

  test.each([
    [{ type: 'prospect.lost' }, '/type not_allowed'],
    [{ type: null }, '/type not_allowed'],
    [{ type: '' }, '/type not_allowed'],
    [{ eventType: 'ping' }, '/eventType unknown_field'],
  ])('with the body %j returns 400', async (body, error) => {
    const { account, id } = await endpoint()
    const answer = await ping(account, id, body)
    expect([answer.status, errorsOf(answer)]).toEqual([400, [`body ${error}`]])
    expect(sent).toEqual([])
  })

  test.each(['ping', 'prospect.created'])('of type %s is in no timeline and in no feed', async (type) => {
    const { account, id } = await endpoint()
    const prospect = (await account.prospect()).json
    await ping(account, id, { type })
    for (const path of ['/v1/events', `/v1/prospects/${prospect.id}/events`])
      expect((await account.get(path)).json.items.map((e: any) => e.type)).toEqual(['prospect.created'])
    expect((await account.get('/v1/events?type=ping')).status).toBe(400)
  })

  test('returns 409 if the endpoint is disabled, 404 if there is no such endpoint', async () => {
    const [{ account, id }, other] = [await endpoint({ disabled: true }), await newAccount()]
    const rejected = await ping(account, id)
    expectProblem(rejected, 409, 'webhook_disabled', ['conflictsWith'])
    expect(rejected.json.conflictsWith).toBe(id)
    for (const unknown of [id, 'whk_x']) expectProblem(await ping(other, unknown), 404, 'not_found')
    await account.call('DELETE', `/v1/webhooks/${id}`)
    expectProblem(await ping(account, id), 404, 'not_found')
    expect([sent, await deliveriesOf(account)]).toEqual([[], []])
  })

  test('that a write overtakes has a later id than the write’s event', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { account, id } = await endpoint({})
    const db = databaseFor(account)
    const { batch } = db
    vi.spyOn(db, 'batch').mockImplementationOnce(async (queries) => {
      pass(1_000)
      await account.prospect()
      pass(-2_000)
      return batch(queries) as any
    })
    const { delivery, queued } = await pingWebhook(db, callerOf(account), { webhookId: id, type: 'ping' })
    const [{ id: created }] = (await account.get('/v1/events')).json.items
    expect(delivery.eventId > created).toBe(true)
    expect(queued.map(({ eventSeq }) => eventSeq)).toEqual([(await deliveriesOf(account)).at(-1)?.event_seq])
  })

  test('among writes keeps the order of commits, and no event is lost', { tags: 'scale' }, async () => {
    const { account, id } = await endpoint({})
    const seen: number[] = []
    let writing = true
    const watch = async () => {
      for (let last = false; !last; ) {
        last = !writing
        const sql = 'SELECT seq FROM events WHERE account_id = ? AND seq > ? ORDER BY seq'
        seen.push(...(await rows<{ seq: number }>(sql, account.id, seen.at(-1) ?? 0)).map(({ seq }) => seq))
      }
    }
    const watching = watch()
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 ? ping(account, id) : account.prospect())),
    )
    writing = false
    await watching
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, (_, n) => (n % 2 ? 202 : 201)))
    const deliveries = await deliveriesOf(account)
    expect(seen).toEqual(deliveries.map((d) => d.event_seq))
    expect(new Set(seen).size).toBe(40)
    const listed = (await account.get(`/v1/webhooks/${id}/deliveries`)).json.items
    const pinged = listed.filter((d: any) => d.eventType === 'ping').map((d: any) => d.id)
    expect(pinged.sort()).toEqual(answers.flatMap(({ status, json }) => (status === 202 ? [json.id] : [])).sort())
    expect(sent).toHaveLength(40)
  })
})
