import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DeliveryMessage } from '../../src/queues/messages'
import type { EventType } from '../../src/webhooks/schema'
import { type Account, newAccount } from '../support/api'
import { rows } from '../support/d1'
import {
  bodyOf,
  consume,
  deliveriesOf,
  dueDelivery,
  endpointAnswers,
  envelopeOf,
  headersOf,
  holdQueue,
  register,
  type Sent,
} from '../support/endpoint'

/** Messages that the Worker sent to the queue. They do not arrive by themselves. */
let sent: DeliveryMessage[]

beforeEach(() => {
  sent = holdQueue()
})

afterEach(() => void vi.restoreAllMocks())

const set = ({ id }: Account, change: string) =>
  env.DB.prepare(`UPDATE webhooks SET ${change} WHERE account_id = ?`).bind(id).run()

describe('a created prospect', () => {
  test('is sent as a signed event in the envelope of Standard Webhooks', async () => {
    const requests = endpointAnswers()
    const { account, webhook, prospect } = await dueDelivery({ firstName: 'Zoë 😀', notes: '"\\\u2028', labels: 'Hot' })
    await consume(sent)
    expect(requests).toHaveBeenCalledOnce()
    const [request] = requests.mock.calls as [Sent]
    const envelope = envelopeOf(request)
    const { message, ...shown } = (await account.get(`/v1/prospects/${prospect.id}`)).json
    expect(envelope).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-v]{21}$/),
      type: 'prospect.created',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      accountId: account.id,
      data: { prospect: shown },
    })
    expect(Math.abs(Date.parse(envelope.timestamp) - prospect.createdAt)).toBeLessThan(60_000)
    expect(headersOf(request)).toMatchObject({ 'webhook-id': envelope.id, 'content-type': 'application/json' })
    expect(new Webhook(webhook.secret).verify(bodyOf(request), headersOf(request))).toEqual(envelope)
  })

  test('is sent by a POST that follows no redirect and times out after 15 s', async () => {
    const requests = endpointAnswers()
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    await dueDelivery()
    await consume(sent)
    const signal = timeout.mock.results[0]?.value
    expect(requests).toHaveBeenCalledExactlyOnceWith(
      'https://hooks.example.com/in',
      expect.objectContaining({ method: 'POST', redirect: 'manual', signal }),
    )
    expect(timeout).toHaveBeenCalledExactlyOnceWith(15_000)
  })

  test.each([200, 201, 202, 204])('has a delivery that succeeds when the endpoint responds with %d', async (status) => {
    endpointAnswers(() => new Response(null, { status }))
    const { account } = await dueDelivery()
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'pending', attempts: 0, next_at: expect.any(Number) }])
    const result = await consume(sent)
    expect(result.retryMessages).toEqual([])
    expect(await deliveriesOf(account)).toMatchObject([
      { status: 'succeeded', attempts: 1, next_at: null, last_status_code: status, last_error: null },
    ])
  })

  test.each<[string, (message: DeliveryMessage) => Promise<unknown>]>([
    ['in one batch', (message) => consume([message, message])],
    ['in two', async (message) => [await consume([message]), await consume([message])]],
    ['in two at the same time', (message) => Promise.all([consume([message]), consume([message])])],
  ])('is sent once when its message comes twice %s', async (_, twice) => {
    const requests = endpointAnswers()
    await dueDelivery()
    await twice(sent[0] as DeliveryMessage)
    expect(requests).toHaveBeenCalledOnce()
  })
})

describe('which endpoints get an event', () => {
  test('a muted write makes no delivery, but is on the timeline', async () => {
    const { account, prospect } = await dueDelivery({ muteWebhook: true })
    expect([sent, await deliveriesOf(account)]).toEqual([[], []])
    expect(await rows('SELECT type, muted FROM events WHERE account_id = ?', account.id)).toEqual([
      { type: 'prospect.created', muted: 1 },
    ])
    await account.prospect({ email: prospect.email, update: true, title: 'Agent' })
    expect(sent).toHaveLength(1)
  })

  test('an endpoint gets the types that it asks for, or all if it names none', async () => {
    const requests = endpointAnswers()
    const account = await newAccount()
    const asks: Record<string, EventType[]> = {
      all: [],
      created: ['prospect.created'],
      moved: ['prospect.stage_changed', 'prospect.updated'],
      deleted: ['prospect.deleted'],
    }
    for (const [name, eventTypes] of Object.entries(asks))
      await register(account, { url: `https://${name}.example.com`, eventTypes })
    await account.prospect({ email: 'pat@example.com' })
    const stage = (await account.get('/v1/stages')).json.items.at(-1)
    await account.prospect({ email: 'pat@example.com', update: true, title: 'Agent', stageId: stage.id })
    await consume(sent)
    const got = requests.mock.calls.map((request) => `${new URL(String(request[0])).host} ${envelopeOf(request).type}`)
    expect(got.sort()).toEqual([
      'all.example.com prospect.created',
      'all.example.com prospect.stage_changed',
      'all.example.com prospect.updated',
      'created.example.com prospect.created',
      'moved.example.com prospect.stage_changed',
      'moved.example.com prospect.updated',
    ])
  })

  test('a disabled endpoint, a deleted endpoint and one of another account get no event', async () => {
    const account = await newAccount()
    await register(account, { disabled: true })
    await account.call('DELETE', `/v1/webhooks/${(await register(account)).id}`)
    await register(await newAccount())
    expect((await account.prospect()).status).toBe(201)
    expect([sent, await deliveriesOf(account)]).toEqual([[], []])
  })

  test.each<[string, (account: Account, id: string) => Promise<unknown>]>([
    ['disabled', (account) => set(account, 'disabled_at = 1')],
    ['deleted', (account, id) => account.call('DELETE', `/v1/webhooks/${id}`)],
  ])('an endpoint that was %s after the write gets no event', async (_, end) => {
    const requests = endpointAnswers()
    const { account, webhook } = await dueDelivery()
    await end(account, webhook.id)
    await consume(sent)
    expect(requests).not.toHaveBeenCalled()
    expect(await deliveriesOf(account)).toMatchObject([{ attempts: 0, last_error: null }])
  })
})

describe('an endpoint that fails', () => {
  test.each<[string, () => Response | Promise<Response>, number | null]>([
    ['a 500', () => new Response('no', { status: 500 }), 500],
    ['a 404', () => new Response(null, { status: 404 }), 404],
    ['a redirect', () => Response.redirect('https://elsewhere.example.com', 302), 302],
    ['a 304', () => new Response(null, { status: 304 }), 304],
    ['no connection', () => Promise.reject(new TypeError('refused')), null],
    ['no response in time', () => Promise.reject(new DOMException('slow', 'TimeoutError')), null],
  ])('(%s) has a pending delivery that shows the reason', async (_, answer, statusCode) => {
    vi.spyOn(console, 'warn').mockReturnValue()
    const requests = endpointAnswers(answer)
    const { account } = await dueDelivery()
    await consume(sent)
    const [delivery] = await deliveriesOf(account)
    expect(delivery).toMatchObject({ status: 'pending', attempts: 1, last_status_code: statusCode })
    expect(delivery?.last_error).toEqual(expect.stringMatching(/./))
    await consume(sent)
    expect(requests).toHaveBeenCalledOnce()
  })

  test('gets the same event when the delivery is due again, with a new signature', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const requests = endpointAnswers(() => new Response(null, { status: requests.mock.calls.length > 1 ? 200 : 503 }))
    const { account, webhook } = await dueDelivery()
    await consume(sent)
    vi.setSystemTime(Date.now() + 120_000)
    await consume(sent)
    const [first, second] = requests.mock.calls as [Sent, Sent]
    expect(bodyOf(second)).toBe(bodyOf(first))
    expect(headersOf(second)['webhook-id']).toBe(headersOf(first)['webhook-id'])
    expect(headersOf(second)['webhook-signature']).not.toBe(headersOf(first)['webhook-signature'])
    expect(new Webhook(webhook.secret).verify(bodyOf(second), headersOf(second))).toEqual(envelopeOf(first))
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded', attempts: 2, last_error: null }])
    vi.useRealTimers()
  })

  test.each([
    ['a URL that the guard rejects now', "url = 'https://10.0.0.1/'"],
    ['a secret that cannot be decrypted', "secret = '1.AAAAAAAAAAAAAAAA.AAAA'"],
  ])('with %s gets no request, and the rest of the batch is sent', async (_, change) => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const requests = endpointAnswers()
    const [bad, good] = [await dueDelivery({ firstName: 'Zebulon' }), await dueDelivery()]
    await set(bad.account, change)
    await consume(sent)
    expect(requests.mock.calls.map((request) => envelopeOf(request).accountId)).toEqual([good.account.id])
    expect(await deliveriesOf(bad.account)).toMatchObject([
      { status: 'pending', last_status_code: null, last_error: expect.stringMatching(/./) },
    ])
    expect(await deliveriesOf(good.account)).toMatchObject([{ status: 'succeeded' }])
    expect(JSON.stringify(warn.mock.calls)).not.toMatch(/Zebulon|pat@example/)
  })
})
