import { createExecutionContext, createMessageBatch, createScheduledController, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import worker from '../../src/index'
import type { DeliveryMessage } from '../../src/queues/messages'
import { type Account, newAccount } from './api'
import { expectDescribedWebhook } from './conformance'
import { rows } from './d1'

/** A message that was held: its body, its delay, and its queue. */
interface Held {
  body: DeliveryMessage
  delaySeconds: number
  slow: boolean
  bulk: boolean
}

/** The bodies that were sent to the queues, in order. `messages` also has their delays and queues. */
export type HeldQueue = DeliveryMessage[] & { messages: Held[] }

/** Holds messages back from the webhook queues until `vi.restoreAllMocks()`. Returns the list that collects them. */
export function holdQueue(): HeldQueue {
  const messages: Held[] = []
  const held: DeliveryMessage[] = []
  Object.defineProperty(held, 'messages', { value: messages }) // not enumerable: the list still equals one of bodies
  const queue: Queue<DeliveryMessage> = Object.getPrototypeOf(env.WEBHOOKS_QUEUE)
  vi.spyOn(queue, 'sendBatch').mockImplementation(async function (this: unknown, batch) {
    for (const { body, delaySeconds = 0 } of batch) {
      held.push(body)
      messages.push({
        body,
        delaySeconds,
        slow: this === env.SLOW_WEBHOOKS_QUEUE,
        bulk: this === env.BULK_WEBHOOKS_QUEUE,
      })
    }
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  })
  return held as HeldQueue
}

/** Responds for every endpoint, and records the requests, until `vi.restoreAllMocks()`. */
export const endpointAnswers = (answer: (url: string) => Response | Promise<Response> = () => new Response('ok')) =>
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    expectDescribedWebhook(new Headers(init?.headers), String(init?.body))
    return answer(String(url))
  })

/** The arguments of one call of `fetch`. */
export type Sent = Parameters<typeof fetch>

export const bodyOf = ([, init]: Sent) => String(init?.body)
export const envelopeOf = (sent: Sent) => JSON.parse(bodyOf(sent))
export const headersOf = ([, init]: Sent) => init?.headers as Record<string, string>

/** Delivers messages to the Worker as a queue does. `bindings` are added to its own. */
export async function consume(bodies: unknown[], queue = 'prospect-webhooks', bindings: object = {}) {
  const messages = bodies.map((body, i) => ({ id: `m${i}`, timestamp: new Date(), attempts: 1, body }))
  const batch = createMessageBatch(queue, messages)
  const context = createExecutionContext()
  await worker.queue(batch, { ...env, ...bindings }, context)
  return getQueueResult(batch, context)
}

/** Delivers the held messages as the queues do: separately for each queue, in batches. Returns how many there were. */
export async function drain({ messages }: HeldQueue): Promise<number> {
  const taken = messages.splice(0)
  for (const [queue, size, lane] of [
    ['prospect-webhooks', 12, ''],
    ['prospect-webhooks-bulk', 12, 'bulk'],
    ['prospect-webhooks-slow', 50, 'slow'],
  ] as const) {
    const bodies = taken
      .filter(({ slow, bulk }) => (slow ? 'slow' : bulk ? 'bulk' : '') === lane)
      .map(({ body }) => body)
    for (let i = 0; i < bodies.length; i += size) await consume(bodies.slice(i, i + size), queue)
  }
  return taken.length
}

/**
 * Runs the schedule once. `bindings` are added to the Worker's own. The minute decides with which step the schedule starts
 * after the deliveries.
 */
export const tick = async (bindings: object = {}, minute = 0) =>
  worker.scheduled(createScheduledController({ scheduledTime: new Date(minute * 60_000) }), { ...env, ...bindings })

/**
 * Stops the clock and holds the queues, until `thaw`. Deletes all deliveries, because the schedule would also send those of
 * other tests.
 */
export async function freeze(): Promise<HeldQueue> {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime('2027-01-01')
  await env.DB.exec('DELETE FROM deliveries')
  return holdQueue()
}

export function thaw() {
  vi.restoreAllMocks()
  vi.useRealTimers()
}

/** Moves the stopped clock forward. */
export const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms)

export const registerUntried = async ({ post }: Account, body: object = {}) =>
  (await post('/v1/webhooks', { url: 'https://hooks.example.com/in', ...body })).json as { id: string; secret: string }

/** Registers an endpoint that has already responded quickly and with a 2xx. */
export async function register(account: Account, body: object = {}) {
  const webhook = await registerUntried(account, body)
  await rows(
    'UPDATE webhooks SET slow_since = NULL, verified_at = 1 WHERE account_id = ? AND id = ?',
    account.id,
    webhook.id,
  )
  return webhook
}

/** Makes an account with an endpoint and a prospect. The delivery of its `prospect.created` is due. */
export async function dueDelivery(body: object = {}) {
  const account = await newAccount()
  const webhook = await register(account)
  const prospect = (await account.prospect({ email: 'pat@example.com', ...body })).json
  return { account, webhook, prospect }
}

interface DeliveryRow {
  webhook_id: string
  event_seq: number
  status: string
  attempts: number
  next_at: number | null
  tries: number
  finished_at: number | null
  last_status_code: number | null
  last_error: string | null
}

export const deliveriesOf = ({ id }: Account) =>
  rows<DeliveryRow>('SELECT * FROM deliveries WHERE account_id = ? ORDER BY event_seq, webhook_id', id)

/** The first delivery of an account. */
export async function deliveryOf(account: Account): Promise<DeliveryRow> {
  const [delivery] = await deliveriesOf(account)
  if (!delivery) throw new Error('no delivery')
  return delivery
}
