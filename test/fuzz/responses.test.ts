import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { FAILING_FOR, RETRIES } from '../../src/webhooks/retry-schedule'
import { type Account, newAccount } from '../support/api'
import { rows } from '../support/d1'
import { consume, deliveriesOf, endpointAnswers, freeze, pass, register, thaw } from '../support/endpoint'
import { SEED, shareOf } from './cases'

/**
 * Random responses of an endpoint to the attempts of a delivery. Each attempt is recorded, the next one is scheduled within
 * its bounds, another endpoint is not affected, and only a 410 or five days of failures disable the endpoint. `npm run
 * fuzz` is the long form. Each delivery gets about five responses.
 */
const DELIVERIES = shareOf(0.05)
const DAY = 24 * 60 * 60_000

const CODES = [200, 201, 204, 301, 302, 304, 308, 400, 404, 408, 410, 418, 429, 500, 502, 503, 522]
/** Status codes that no server may return. */
const INVALID_CODES = [0, -1, 99, 100, 101, 103, 199, 600, 999, 2 ** 31]
const RETRY_AFTERS = [
  ...['0', '5', ' 7 ', '3600', '86400', '86401', '9'.repeat(20), '9'.repeat(400), '-1', '1.5', '1e3', '0x10', ''],
  ...['soon', '5, 7', ';', 'GMT', '+005 GMT', '\xa05', '2027-01-02T00:00:00Z', 'Wed, 21 Oct 2015 07:28:00 GMT'],
  ...['Sat, 02 Jan 2027 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', 'Sun, 99 Foo 2027 00:00:00 GMT'],
]
const HEADERS = ['location', 'content-encoding', 'content-length', 'transfer-encoding', 'content-type', 'set-cookie']
const VALUES = ['/', 'https://10.0.0.1/', 'gzip', 'br, x', '-1', '0', '99999999999', 'text/html; charset=x', '\xff']

const endpointResponses = fc.record({
  /** An error instead of a response. */
  throws: fc.option(fc.constantFrom('TypeError', 'TimeoutError', 'AbortError', 'silence', 'text', 'nothing'), {
    freq: 5,
  }),
  status: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...CODES.filter((code) => code >= 300 && code !== 410)) },
    { weight: 2, arbitrary: fc.constantFrom(...CODES, ...INVALID_CODES) },
  ),
  retryAfter: fc.option(fc.constantFrom(...RETRY_AFTERS)),
  headers: fc.dictionary(fc.constantFrom(...HEADERS), fc.constantFrom(...VALUES), { maxKeys: 3 }),
  body: fc.option(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 })),
  /** What follows the chunks of the body. */
  ending: fc.constantFrom('ends', 'ends', 'breaks', 'hangs', 'is endless'),
  /** How long the endpoint takes, ms. */
  time: fc.constantFrom(0, 0, 0, 1, 4999, 5001, 14_999),
})
type EndpointResponse = typeof endpointResponses extends fc.Arbitrary<infer A> ? A : never

/** What `fetch` returns or throws. `signal` is that of the call. */
function responseOf(
  { throws, status, retryAfter, headers, body, ending, time }: EndpointResponse,
  signal: AbortSignal,
) {
  pass(time)
  if (throws === 'silence') return aborted(signal)
  if (throws === 'text') return Promise.reject('x')
  if (throws === 'nothing') return Promise.reject()
  if (throws) return Promise.reject(new DOMException('x', throws))
  const named: Record<string, string | null> = { ...headers, 'retry-after': retryAfter }
  // not a `Response`, which takes only valid codes
  return Promise.resolve({
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name: string) => named[name] ?? null },
    body: body && streamOf(body, ending, signal),
  } as Response)
}

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

function streamOf(
  chunks: Uint8Array[],
  ending: EndpointResponse['ending'],
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const left = [...chunks]
  return new ReadableStream({
    pull(controller) {
      const next = left.shift() ?? (ending === 'is endless' ? new Uint8Array(5000).fill(0xe2) : undefined)
      if (next) return controller.enqueue(next)
      if (ending === 'hangs') return aborted(signal)
      if (ending === 'breaks') throw new TypeError('Network connection lost.')
      controller.close()
    },
  })
}

let account: Account
let fuzzed: string
let log: ReturnType<typeof vi.spyOn>
/** How the fuzzed endpoint responds. */
let respond: (signal: AbortSignal) => Promise<Response>

beforeAll(async () => {
  await freeze()
  log = vi.spyOn(console, 'error').mockReturnValue()
  const soon = AbortSignal.timeout.bind(AbortSignal, 2)
  let signal: AbortSignal
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => (signal = soon()))
  endpointAnswers((url) => (url.includes('fuzzed') ? respond(signal) : new Response('ok')))
  account = await newAccount()
  fuzzed = (await register(account, { url: 'https://fuzzed.example.com' })).id
  await register(account, { url: 'https://well.example.com' })
  await account.prospect()
})
afterAll(thaw)

/** Makes the deliveries pending again, and resets the state of their endpoints. */
const reset = () =>
  env.DB.batch(
    [
      "UPDATE deliveries SET status = 'pending', next_at = ?2, attempts = 0, tries = 0, finished_at = NULL WHERE account_id = ?1",
      'DELETE FROM attempts WHERE account_id = ?1 AND ?2',
      `UPDATE webhooks SET disabled_at = NULL, disabled_reason = NULL, failing_since = NULL, failed_at = NULL,
         slow_since = NULL WHERE account_id = ?1 AND ?2`,
    ].map((sql) => env.DB.prepare(sql).bind(account.id, Date.now())),
  )

/** The stored state of the fuzzed endpoint, its delivery and the last attempt. */
async function storedState() {
  const [state] = await rows(
    `SELECT d.webhook_id, d.event_seq, d.status, d.next_at, d.attempts, d.finished_at, w.disabled_reason, w.slow_since,
       a.n, a.status_code, a.error, a.answer
     FROM webhooks w JOIN deliveries d ON d.account_id = w.account_id AND d.webhook_id = w.id
       LEFT JOIN attempts a ON a.account_id = d.account_id AND a.webhook_id = d.webhook_id AND a.event_seq = d.event_seq
         AND a.n = d.attempts
     WHERE w.account_id = ? AND w.id = ?`,
    account.id,
    fuzzed,
  )
  return state as any
}

/** The wait that a valid `Retry-After` asks for, ms, else 0. */
const retryAfterOf = ({ throws, retryAfter }: EndpointResponse) =>
  throws || !/^ ?\d+ ?$/.test(retryAfter ?? '') ? 0 : Math.min(Number(retryAfter) * 1000, DAY)

/** Runs the `n`th attempt. `since` is when the endpoint began to fail. Returns when it ended, and whether another follows. */
async function attempt(
  one: EndpointResponse,
  n: number,
  since: number | null,
): Promise<{ at: number; continues: boolean }> {
  respond = (signal) => responseOf(one, signal)
  const before = await storedState()
  const bodies = [before, ...(n === 1 ? await others() : [])].map((d) => ({
    accountId: account.id,
    webhookId: d.webhook_id,
    eventSeq: d.event_seq,
  }))
  await consume(bodies, before.slow_since === null ? 'prospect-webhooks' : 'prospect-webhooks-slow')
  const now = Date.now()
  const { status, next_at, attempts, disabled_reason, ...last } = await storedState()
  const isOk = !one.throws && one.status >= 200 && one.status < 300
  const isGone = !one.throws && one.status === 410
  expect([attempts, last.n, last.status_code]).toEqual([n, n, one.throws ? null : one.status])
  expect(last.error === null).toBe(isOk)
  expect(last.answer?.length ?? 0).toBeLessThanOrEqual(16 * 1024)
  if (one.body === null || one.throws) expect(last.answer).toBe(null)
  if (isOk) expect([status, disabled_reason]).toEqual(['succeeded', null])
  else if (isGone) expect([status, disabled_reason]).toEqual(['failed', 'gone'])
  else {
    const isFailing = since !== null && now - since >= FAILING_FOR
    const expected = n > RETRIES.length ? 'failed' : isFailing ? 'cancelled' : 'pending'
    expect([status, disabled_reason]).toEqual([expected, isFailing ? 'failing' : null])
  }
  if (status !== 'pending') {
    expect(next_at).toBe(null)
    return { at: now, continues: false }
  }
  const delay = RETRIES[n - 1] as number
  expect(next_at - now).toBeGreaterThanOrEqual(Math.max(delay * 0.8, retryAfterOf(one)))
  expect(next_at - now).toBeLessThanOrEqual(Math.max(delay, DAY))
  vi.setSystemTime(next_at)
  return { at: now, continues: true }
}

const others = async () => (await deliveriesOf(account)).filter(({ webhook_id }) => webhook_id !== fuzzed)

async function check(all: EndpointResponse[]): Promise<void> {
  await reset()
  let since: number | null = null
  for (const [i, one] of all.entries()) {
    const { at, continues } = await attempt(one, i + 1, since)
    if (!continues) break
    since ??= at
  }
  expect((await others()).map(({ status, attempts }) => [status, attempts])).toEqual([['succeeded', 1]])
  const { items } = (await account.get(`/v1/webhooks/${fuzzed}/deliveries`)).json
  const shown = await account.get(`/v1/deliveries/${items[0].id}`)
  expect(shown.json.attempts).toHaveLength(items[0].attemptCount)
}

test(`${DELIVERIES} deliveries with random responses (seed ${SEED})`, {
  timeout: 3_600_000,
}, async () => {
  const property = fc.asyncProperty(fc.array(endpointResponses, { minLength: 1, maxLength: 11 }), async (all) => {
    log.mockClear()
    await check(all)
    expect(log.mock.calls).toEqual([])
  })
  await fc.assert(property, { numRuns: DELIVERIES, seed: SEED, timeout: 20_000 })
})
