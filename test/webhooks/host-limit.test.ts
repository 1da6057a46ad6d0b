// @module-tag scale
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { interceptTrips, rows } from '../support/d1'
import {
  consume,
  deliveriesOf,
  drain,
  endpointAnswers,
  freeze,
  type HeldQueue,
  pass,
  registerUntried,
  thaw,
  tick,
} from '../support/endpoint'

/** A host that has never responded with a 2xx gets 20 deliveries a minute. The tests count for the binding: each `tick` is a minute. */

const SLOW = 'prospect-webhooks-slow'
const MINUTE = 60_000

let sent: HeldQueue
let requests: ReturnType<typeof endpointAnswers>
let answer: (url: string) => Response
let counts: Record<string, number>

beforeEach(async () => {
  sent = await freeze()
  counts = {}
  answer = () => new Response(null, { status: 404 })
  requests = endpointAnswers((url) => answer(url))
  const binding: RateLimit = Object.getPrototypeOf(env.UNVERIFIED_HOST_RATE_LIMIT)
  vi.spyOn(binding, 'limit').mockImplementation(async ({ key }) => {
    counts[key] = (counts[key] ?? 0) + 1
    return { success: counts[key] <= 20 }
  })
})
afterEach(thaw)

const url = (n: number, host = 'victim.example.com') => `https://${host}/${n}`

async function fifty(most = 50) {
  const account = await newAccount()
  for (let n = 0; n < most; n++) await registerUntried(account, { url: url(n) })
  return account
}

const lastRequests = () => requests.mock.calls.splice(0).map(([to]) => new URL(String(to)))
const statusesOf = async (account: Account) => (await deliveriesOf(account)).map(({ status }) => status)

/** Lets a minute pass, runs the schedule, and lets the messages arrive. */
async function minute() {
  counts = {}
  pass(MINUTE)
  await tick()
  while (await drain(sent)) {}
}

test('fifty endpoints at one host get twenty deliveries a minute; the others wait and do not fail', async () => {
  const account = await fifty()
  await account.prospect()
  await consume(sent.splice(0), SLOW)
  expect(lastRequests()).toHaveLength(20)
  const waiting = (await deliveriesOf(account)).filter(({ attempts }) => attempts === 0)
  expect(waiting).toHaveLength(30)
  for (const delivery of waiting)
    expect(delivery).toMatchObject({ status: 'pending', tries: 0, next_at: null, last_error: null })

  sent.messages.splice(0)
  await minute()
  expect(lastRequests()).toHaveLength(20)
})

test('once the host responds with a 2xx, all deliveries arrive without the limit of twenty a minute', async () => {
  const account = await fifty()
  await account.prospect()
  await consume(sent.splice(0), SLOW)
  answer = () => new Response()
  sent.messages.splice(0)
  await minute()
  await minute()
  expect(new Set(await statusesOf(account))).toEqual(new Set(['succeeded']))
  expect(lastRequests()).toHaveLength(70)
})

test('a host is not limited after its first 2xx, for all endpoints of the account there', async () => {
  const account = await fifty(49)
  answer = () => new Response()
  await account.prospect()
  await consume(sent.splice(0), SLOW)
  expect(lastRequests()).toHaveLength(49)
  counts = {}
  await registerUntried(account, { url: url(50) })
  await account.prospect()
  await drain(sent)
  expect([lastRequests().length, counts]).toEqual([50, {}])
})

test.each([
  ['the same host', url(1), false],
  ['the same host in another spelling', 'https://VICTIM.example.com.:443/x', false],
  ['another host', url(1, 'other.example.com'), true],
])('whether deliveries to an endpoint count again after it moves to %s (%s): %s', async (_, to, isCounted) => {
  const account = await newAccount()
  const { id } = await registerUntried(account, { url: url(0) })
  answer = () => new Response()
  await account.prospect()
  await drain(sent)
  counts = {}
  await account.call('PATCH', `/v1/webhooks/${id}`, { url: to })
  await account.prospect()
  await drain(sent)
  expect(Object.keys(counts)).toEqual(isCounted ? [`${account.id} ${new URL(to).host}`] : [])
})

test('a 2xx of a URL that was replaced during the attempt verifies nothing', async () => {
  const account = await newAccount()
  const { id } = await registerUntried(account, { url: url(0) })
  requests.mockImplementation(async () => {
    await account.call('PATCH', `/v1/webhooks/${id}`, { url: url(0, 'other.example.com') })
    return new Response()
  })
  await account.prospect()
  await consume(sent.splice(0), SLOW)
  expect(await rows('SELECT host, verified_at FROM webhooks WHERE id = ?', id)).toEqual([
    { host: 'other.example.com', verified_at: null },
  ])
})

test('a change of the path that races a change of the host does not verify the new host', async () => {
  const account = await newAccount()
  const { id } = await registerUntried(account, { url: url(0) })
  let hasMoved = false
  interceptTrips(async (trip) => {
    const result = await trip()
    // after the first round trip of the PATCH, which reads the endpoint
    if (!hasMoved) {
      hasMoved = true
      await rows("UPDATE webhooks SET url = ?, host = 'mine.example.com', verified_at = 1 WHERE id = ?", url(1), id)
    }
    return result
  })
  expect((await account.call('PATCH', `/v1/webhooks/${id}`, { url: url(2) })).status).toBe(200)
  expect(await rows('SELECT host, verified_at FROM webhooks WHERE id = ?', id)).toEqual([
    { host: 'victim.example.com', verified_at: null },
  ])
})

test('each account’s endpoints at a host are counted separately', async () => {
  const account = await fifty()
  await account.prospect()
  await consume(sent.splice(0), SLOW)
  const other = await newAccount()
  await registerUntried(other, { url: url(0) })
  sent.messages.splice(0)
  await other.prospect()
  await drain(sent)
  expect(await deliveriesOf(other)).toMatchObject([{ attempts: 1 }])
})
