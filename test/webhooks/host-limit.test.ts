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

/** A host that has never answered 2xx is sent 20 deliveries a minute: the binding is counted here, a minute a `tick`. */

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

/** A minute passes, and the schedule brings what it brings. */
async function minute() {
  counts = {}
  pass(MINUTE)
  await tick()
  while (await drain(sent)) {}
}

test('fifty endpoints at one host are sent twenty deliveries a minute; the others wait, and have not failed', async () => {
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

test('all of them arrive once the host answers 2xx, without another minute for each twenty', async () => {
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

test('a healthy host is not limited: its first 2xx counts for all that the account has there', async () => {
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
  ['the same host, written otherwise', 'https://VICTIM.example.com.:443/x', false],
  ['another host', url(1, 'other.example.com'), true],
])('an endpoint that moves to %s is counted anew: %s %s', async (_, to, isCounted) => {
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

test('what answered 2xx at a URL that was replaced meanwhile verifies nothing', async () => {
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

test('a change of the path, read before another change of the host, verifies no host unseen', async () => {
  const account = await newAccount()
  const { id } = await registerUntried(account, { url: url(0) })
  let hasMoved = false
  interceptTrips(async (trip) => {
    const result = await trip()
    // the first round trip of the PATCH has read the endpoint
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

test('another account’s endpoints at the host are counted by themselves', async () => {
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
