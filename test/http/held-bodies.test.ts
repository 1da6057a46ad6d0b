import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { app } from '../../src/app'
import {
  HeldBodies,
  type HeldBody,
  heldBodies,
  MAX_HELD,
  MAX_HELD_WITH_SMALL,
  STALLED_AFTER,
} from '../../src/http/body'
import { MAX_BODY_WITH_RESUME } from '../../src/http/limits'
import { SMALL } from '../../src/http/share'
import { type Account, newAccount } from '../support/api'
import { callsTo } from '../support/configured'
import { holdImports } from '../support/import-files'

const MIB = 1024 * 1024

describe('the bytes of bodies that an account holds', () => {
  let bodies: HeldBodies
  beforeEach(() => {
    bodies = new HeldBodies()
  })
  const one = (accountId = 'a'): HeldBody => ({ accountId, bytes: 0, until: 0 })

  test('are limited for each account separately', () => {
    expect([bodies.hold(one(), MAX_HELD, 0), bodies.hold(one('b'), MAX_HELD, 0)]).toEqual([0, 0])
    expect(bodies.hold(one(), SMALL + 1, 0)).toBe(STALLED_AFTER)
    expect(bodies.bytesOf('a', 0)).toBe(MAX_HELD)
  })

  test('leave room for small bodies, which have a limit too', () => {
    bodies.hold(one(), MAX_HELD, 0)
    const small = (MAX_HELD_WITH_SMALL - MAX_HELD) / SMALL
    expect(Array.from({ length: small }, () => bodies.hold(one(), SMALL, 0)).every((wait) => wait === 0)).toBe(true)
    expect(bodies.hold(one(), 1, 0)).toBe(STALLED_AFTER)
  })

  test('change to the new size of a body if it is allowed, and else stay unchanged', () => {
    const [first, second] = [one(), one()]
    bodies.hold(first, SMALL, 0)
    bodies.hold(second, MAX_HELD / 2, 0)
    expect(bodies.hold(first, MAX_HELD / 2, 0)).toBe(0)
    expect(bodies.hold(second, MAX_HELD / 2 + 1, 0)).toBe(STALLED_AFTER)
    expect(bodies.bytesOf('a', 0)).toBe(MAX_HELD)
  })

  test('are released at the end of a call', () => {
    const call = one()
    bodies.hold(call, MAX_HELD, 0)
    bodies.release(call)
    expect([bodies.bytesOf('a', 0), bodies.hold(one(), MAX_HELD, 0)]).toEqual([0, 0])
  })

  test('are released if no more bytes arrive', () => {
    const [stalled, renewed] = [one(), one()]
    bodies.hold(stalled, MAX_HELD / 2, 0)
    bodies.hold(renewed, MAX_HELD / 2, 0)
    bodies.renew(renewed, 1000)
    // the first wait is over when one body has ended, the second when both have ended
    expect([bodies.hold(one(), MAX_HELD / 2, 2000), bodies.hold(one(), MAX_HELD, 2000)]).toEqual([
      STALLED_AFTER - 2000,
      STALLED_AFTER - 1000,
    ])
    expect(bodies.bytesOf('a', STALLED_AFTER)).toBe(MAX_HELD / 2)
  })
})

const unlimited = { limit: async () => ({ success: true }) }
const LIMITED = { RATE_LIMITS: '', KEY_RATE_LIMIT: unlimited, GUESS_RATE_LIMIT: unlimited }
const JSON_TYPE = { 'content-type': 'application/json' }

/** A client that sends this many bytes of white space in small pieces, and then pauses until the test lets it continue. */
function slowBody(bytes: number) {
  const piece = new Uint8Array(64 * 1024).fill(32)
  const { promise, resolve } = Promise.withResolvers<void>()
  const sent = { bytes: 0, end: resolve }
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (sent.bytes >= bytes) {
          await promise
          return controller.close()
        }
        sent.bytes += piece.length
        controller.enqueue(piece)
      },
    },
    { highWaterMark: 0 },
  )
  return { sent, stream }
}

async function post(key: string, path: string, body: ReadableStream, headers: object, bindings: object = LIMITED) {
  const context = createExecutionContext()
  const request = new Request(`https://api.example.com${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, ...headers },
    body,
  })
  const response = await app.fetch(request, { ...env, ...bindings } as Env, context)
  const answer = { status: response.status, headers: response.headers, json: (await response.json()) as any }
  await waitOnExecutionContext(context)
  return answer
}

describe('slow bodies of undeclared length', () => {
  let account: Account
  beforeEach(async () => {
    account = await newAccount()
  })

  test.each<[string, string, string]>([
    ['JSON', '/v1/prospects', 'application/json'],
    ['imports', '/v1/imports', 'text/csv'],
  ])(
    'hold no more than their account may, and no other account waits: %s',
    { tags: 'scale' },
    async (_what, path, type) => {
      holdImports()
      const other = await newAccount()
      const clients = Array.from({ length: 8 }, () => slowBody(7 * MIB))
      const fit = MAX_HELD / MAX_BODY_WITH_RESUME
      let left = clients.length
      let most = 0
      const answers = clients.map(async ({ stream }) => {
        const answer = await post(account.key, path, stream, { 'content-type': type })
        left--
        return answer
      })
      while (left > fit) {
        const bytes = clients.reduce((sum, { sent }) => sum + sent.bytes, 0)
        most = Math.max(most, bytes, heldBodies.bytesOf(account.id, Date.now()))
        await scheduler.wait(50)
        const { status } = await callsTo(other, LIMITED)('POST', '/v1/labels', { name: crypto.randomUUID() })
        expect(status).toBe(201)
      }
      // small bodies of the same account have room
      expect((await callsTo(account, LIMITED)('POST', '/v1/labels', { name: 'Hot' })).status).toBe(201)
      for (const { sent } of clients) sent.end()
      const all = await Promise.all(answers)
      const rejected = all.filter(({ status }) => status === 429)
      expect(most).toBeGreaterThan(MAX_HELD / 2)
      expect(most).toBeLessThanOrEqual(MAX_HELD_WITH_SMALL)
      expect(rejected).toHaveLength(clients.length - fit)
      for (const { headers, json } of rejected) {
        expect(json.code).toBe('too_costly')
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
        expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(STALLED_AFTER / 1000)
      }
      expect(heldBodies.bytesOf(account.id, Date.now())).toBe(0)
    },
  )

  test('wait for their turn', async () => {
    const clients = Array.from({ length: 3 }, () => slowBody(MIB))
    const answers = clients.map(({ stream }) => post(account.key, '/v1/prospects', stream, JSON_TYPE))
    while (clients.filter(({ sent }) => sent.bytes >= MIB).length < 2) await scheduler.wait(10)
    for (const { sent } of clients) sent.end()
    // no body is rejected for its size; white space alone is malformed JSON
    expect((await Promise.all(answers)).map(({ json }) => json.code)).toEqual(Array(3).fill('malformed_json'))
  })

  test('do not wait with RATE_LIMITS=off', async () => {
    const clients = Array.from({ length: 4 }, () => slowBody(MIB))
    const answers = clients.map(({ stream }) => post(account.key, '/v1/prospects', stream, JSON_TYPE, {}))
    while (clients.some(({ sent }) => sent.bytes < MIB)) await scheduler.wait(10)
    for (const { sent } of clients) sent.end()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(4).fill(400))
  })
})

test.each([
  ['/v1/prospects', 401],
  ['/v1/labels', 401],
  ['/v1/imports', 401],
  ['/admin/accounts', 401],
  ['/nowhere', 404],
])('no byte of a body is read without a valid credential: POST %s', async (path, status) => {
  const { sent, stream } = slowBody(16 * MIB)
  expect((await post('wrong', path, stream, JSON_TYPE)).status).toBe(status)
  expect(sent.bytes).toBe(0)
})

test('a body whose declared length is too large is rejected before it is read', async () => {
  const { key } = await newAccount()
  const { sent, stream } = slowBody(16 * MIB)
  const answer = await post(key, '/v1/labels', stream, { ...JSON_TYPE, 'content-length': String(2 * MIB) })
  expect([answer.status, answer.json.code, sent.bytes]).toEqual([413, 'body_too_large', 0])
})
