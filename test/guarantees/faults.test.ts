import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { D1, rows } from '../support/d1'
import {
  bodyOf,
  deliveriesOf,
  drain,
  endpointAnswers,
  envelopeOf,
  freeze,
  type HeldQueue,
  headersOf,
  pass,
  register,
  thaw,
  tick,
} from '../support/endpoint'

/**
 * Each change is delivered, although steps of the delivery fail: each step once, and random ones. A fault is an error right
 * before the step, or right after it is done. The caller of the step gets the same error in both cases.
 */

const STEPS = ['commit', 'send', 'claim', 'record', 'ack'] as const
type Step = (typeof STEPS)[number]
type Fault = readonly [when: 'before' | 'after', step: Step]
const FAULTS = STEPS.flatMap((step): Fault[] => [
  ['before', step],
  ['after', step],
])

const ENDPOINTS = ['https://a.example.com/', 'https://b.example.com/']

/** The statement that identifies a batch. */
const BATCHES: [Step, RegExp][] = [
  ['commit', /INSERT INTO events/],
  ['claim', /UPDATE deliveries AS d SET next_at/],
  ['record', /INSERT INTO attempts/],
]
const stepOf = (statements: D1PreparedStatement[]) =>
  BATCHES.find(([, text]) => statements.some((s) => text.test((s as unknown as { statement: string }).statement)))?.[0]

let sent: HeldQueue
let requests: ReturnType<typeof endpointAnswers>
/** The response of every endpoint. */
let answer: () => Response | Promise<Response>
/** What fails next. */
let fault: Fault | undefined

/** Runs a step, or fails. */
async function through<T>(step: Step | undefined, run: () => Promise<T>): Promise<T> {
  const failing = fault?.[1] === step ? fault : undefined
  if (failing) fault = undefined
  if (failing?.[0] === 'before') throw new Error(`before ${step}`)
  const result = await run()
  if (failing) throw new Error(`after ${step}`)
  return result
}

beforeEach(async () => {
  sent = await freeze()
  fault = undefined
  answer = () => new Response()
  requests = endpointAnswers(() => answer())
  vi.spyOn(console, 'error').mockReturnValue()
  vi.spyOn(console, 'warn').mockReturnValue()

  const hold = vi.mocked(env.WEBHOOKS_QUEUE.sendBatch)
  const held = hold.getMockImplementation()
  hold.mockImplementation(function (this: Queue, ...args) {
    return through('send', async () => held?.apply(this, args) as Promise<QueueSendBatchResponse>)
  })
  const batch = D1.batch
  vi.spyOn(D1, 'batch').mockImplementation(function (this: D1DatabaseSession, statements) {
    return through(stepOf(statements), () => batch.call(this, statements)) as never
  })
})

afterEach(thaw)

/** Creates a prospect with an `Idempotency-Key`, and repeats the call if it fails. Returns the first status. */
async function insist(account: Account, key: string, body: object = {}): Promise<number> {
  const write = () =>
    account.call('POST', '/v1/prospects', { firstName: key, lastName: 'Doe', ...body }, { 'idempotency-key': key })
  const { status } = await write()
  if (status !== 201) expect(await write()).toMatchObject({ status: 201 })
  return status
}

/** Delivers the queued messages. A batch that fails, or whose result is lost, is delivered again. */
async function deliver() {
  const messages = sent.messages.slice()
  await through('ack', () => drain(sent)).catch(() => sent.messages.push(...messages))
  while (await drain(sent)) {}
}

/** Continues without faults until all deliveries have ended. */
async function settle(account: Account) {
  fault = undefined
  answer = () => new Response()
  await deliver()
  const statuses = async () => new Set((await deliveriesOf(account)).map(({ status }) => status))
  for (let minute = 0; minute < 45 && (await statuses()).has('pending'); minute++) {
    pass(60_000)
    await tick()
    await deliver()
  }
  expect(await statuses()).toEqual(new Set(['succeeded']))
}

/** What each endpoint received: the prospect, the `webhook-id` and the body. */
function arrivals({ id }: Account) {
  const mine = requests.mock.calls.filter((request) => envelopeOf(request).accountId === id)
  return mine.map((request) => ({
    endpoint: String(request[0]),
    name: envelopeOf(request).data.prospect.firstName as string,
    webhookId: headersOf(request)['webhook-id'],
    body: bodyOf(request),
  }))
}

/** Checks that each endpoint received each of these prospects and no others, and that repeats have the same id and body. */
function expectArrived(account: Account, names: string[]) {
  const all = arrivals(account)
  for (const endpoint of ENDPOINTS) {
    const here = all.filter((arrival) => arrival.endpoint === endpoint)
    expect([...new Set(here.map(({ name }) => name))].sort()).toEqual(names.toSorted())
  }
  expect(new Set(all.map(({ webhookId }) => webhookId)).size).toBe(names.length)
  expect(new Set(all.map(({ body }) => body)).size).toBe(names.length)
}

async function twoEndpoints() {
  const account = await newAccount()
  for (const url of ENDPOINTS) await register(account, { url })
  return account
}

describe('a fault', () => {
  test.each(FAULTS)('%s %s loses nothing', async (...failing) => {
    const account = await twoEndpoints()
    await insist(account, 'Muted', { muteWebhook: true })
    fault = failing
    const status = await insist(account, 'Pat')
    expect(status).toBe(failing[1] === 'commit' ? 500 : 201)
    await deliver()
    expect(fault).toBeUndefined()
    await settle(account)
    expectArrived(account, ['Pat'])
  })

  test.each<[Fault, number]>([
    [['before', 'record'], 4],
    [['after', 'record'], 2],
    [['after', 'ack'], 2],
    [['before', 'send'], 2],
  ])('%j sends %d times to two endpoints', async (failing, times) => {
    const account = await twoEndpoints()
    fault = failing
    await insist(account, 'Pat')
    await deliver()
    await settle(account)
    expect(arrivals(account)).toHaveLength(times)
  })

  test.each<[Fault, string, string[]]>([
    [['before', 'commit'], 'is not sent', []],
    [['after', 'commit'], 'is sent', ['Pat']],
  ])('a write that fails %j, and is not repeated, %s', async (failing, _, names) => {
    const account = await twoEndpoints()
    await insist(account, 'Ann')
    fault = failing
    expect((await account.prospect()).status).toBe(500)
    await settle(account)
    expectArrived(account, ['Ann', ...names])
  })
})

test('with random faults and failing endpoints, every acknowledged change arrives, and no muted one', async () => {
  const ANSWERS = {
    ok: () => new Response(),
    fails: () => new Response(null, { status: 500 }),
    later: () => new Response(null, { status: 503, headers: { 'retry-after': '90' } }),
    late: () => Promise.reject(new DOMException('slow', 'TimeoutError')),
  }
  const step = fc.record({
    muteWebhook: fc.boolean(),
    failing: fc.option(fc.constantFrom(...FAULTS), { nil: undefined }),
    answers: fc.constantFrom(...(Object.keys(ANSWERS) as (keyof typeof ANSWERS)[])),
    next: fc.constantFrom('write', 'deliver', 'sweep'),
  })
  const steps = fc.array(step, { minLength: 30, maxLength: 30 })
  const property = fc.asyncProperty(steps, async (taken) => {
    const account = await twoEndpoints()
    for (const [i, { muteWebhook, failing, answers, next }] of taken.entries()) {
      answer = ANSWERS[answers]
      fault = failing
      await insist(account, `P${i}`, { muteWebhook })
      pass(20_000)
      if (next === 'deliver') await deliver()
      if (next === 'sweep') await tick()
    }
    await settle(account)
    const names = taken.flatMap(({ muteWebhook }, i) => (muteWebhook ? [] : `P${i}`))
    expectArrived(account, names)
    const inLog = await rows('SELECT 1 FROM events WHERE account_id = ? AND muted = 0', account.id)
    expect(inLog).toHaveLength(names.length)
  })
  await fc.assert(property, { seed: 7, numRuns: 5, endOnFailure: true })
})
