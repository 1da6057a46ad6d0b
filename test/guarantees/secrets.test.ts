import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { keyIdOf } from '../../src/http/key'
import { type Account, type ApiResponse, newAccount, send } from '../support/api'
import { breakD1, tablesHolding } from '../support/d1'
import {
  bodyOf,
  consume,
  endpointAnswers,
  type HeldQueue,
  headersOf,
  holdQueue,
  type Sent,
  tick,
} from '../support/endpoint'
import { credential, make, routesWith, validCall } from '../support/valid-calls'

/**
 * Calls every route that needs a credential: with a valid call, again, and in ways that fail. Each secret is in the one
 * response that shows it, and in no other response, no log line, no webhook and no table.
 */

const LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const
const SECRETS = /\bpro_[0-9a-z]{28}_[0-9a-z]{59}\b|\bwhsec_[\w+/]{43}=/g
/** The secrets of the operator. */
const OURS = [env.ADMIN_TOKEN, env.ENCRYPTION_KEY, env.ENCRYPTION_KEY.slice(2)]

const shown: string[] = []
const logged: string[] = []
let sent: string[] = []
let account: Account
let held: HeldQueue

function record<T>(answer: ApiResponse<T>) {
  shown.push(JSON.stringify([...answer.headers]) + answer.text)
  return answer
}
const secrets = () => [...new Set(shown.flatMap((text) => text.match(SECRETS) ?? []))]

function watch() {
  held = holdQueue()
  for (const level of LEVELS)
    vi.spyOn(console, level).mockImplementation((...given) => void logged.push(given.map(String).join(' ')))
  const requests = endpointAnswers(() => new Response('no', { status: 500 }))
  return () => {
    sent = [...sent, ...(requests.mock.calls as Sent[]).map((one) => bodyOf(one) + JSON.stringify(headersOf(one)))]
    vi.restoreAllMocks()
  }
}

let stop = () => {}
beforeEach(async () => {
  stop = watch()
  const { post, ...others } = await newAccount()
  account = { ...others, post: async (path, body) => record(await post(path, body)) }
  shown.push(account.key)
})
afterEach(() => stop())

const GUARDED = routesWith(({ needs }) => needs !== 'nobody')

describe.each(GUARDED)('$name', (route) => {
  test('is called in every way', async () => {
    const key = credential(route, account)
    const call = await validCall(route, account)
    const again = { 'Idempotency-Key': crypto.randomUUID() }
    const first = record(await make(route, key, call, '', again))
    expect(first.status).toBe(route.answers)
    record(await make(route, key, call, '', again))
    record(await make(route, `${key}x`, call))
    record(await make(route, key, { ...call, body: call.body && { ...call.body, nope: key } }, `nope=${key}`))
    record(await send('PURGE', call.path, { key }))
    breakD1(new Error(`D1_ERROR: away`))
    record(await make(route, key, call))
  })
})

test('deliveries, retries and the schedule run', async () => {
  await account.post('/v1/webhooks', { url: 'https://hooks.example.com/in' })
  await account.prospect()
  await consume(held.splice(0), 'prospect-webhooks-slow')
  await tick({ ENCRYPTION_KEY: `2.${btoa('fedcba9876543210fedcba9876543210')},${env.ENCRYPTION_KEY}` })
  for (const path of ['/v1/events', '/v1/webhooks', '/v1/api-keys', '/v1/me'])
    record(await account.get(`${path}${path === '/v1/me' ? '' : '?limit=1000'}`))
  stop()
  expect(sent.length).toBeGreaterThan(0)
})

describe('each secret', () => {
  test('is in one response', () => {
    const counts = secrets().map((secret) => [secret, shown.join('\n').split(secret).length - 1])
    expect(counts.filter(([, n]) => n !== 1)).toEqual([])
    expect(counts.length).toBeGreaterThan(GUARDED.length)
  })

  test('is in no log line and no webhook', () => {
    const texts = [...logged, ...sent].join('\n')
    expect(logged.length).toBeGreaterThan(50)
    expect([...secrets(), ...OURS].filter((secret) => texts.includes(secret))).toEqual([])
    for (const ours of OURS) expect(shown.join('\n')).not.toContain(ours)
  })

  test('is in no table, not even its secret part alone', async () => {
    const parts = secrets().map((secret) => (keyIdOf(secret) ? secret.slice(33, 85) : secret.slice('whsec_'.length)))
    expect(await tablesHolding(...secrets(), ...parts, ...OURS)).toEqual([])
  })
})
