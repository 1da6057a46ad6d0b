import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { newKey } from '../../src/http/key'
import { CALLS, GUESSES } from '../../src/http/limits'
import wrangler from '../../wrangler.toml?raw'
import { type Account, newAccount, operator } from '../support/api'
import { callsTo } from '../support/configured'
import { expectProblem } from '../support/problem'

/** A limit that counts like the binding, with one window and this maximum. */
function limiter(quota: number) {
  const counts: Record<string, number> = {}
  return {
    counts,
    limit: async ({ key }: { key: string }) => {
      counts[key] = (counts[key] ?? 0) + 1
      return { success: counts[key] <= quota }
    },
  }
}

let account: Account
let limits: {
  RATE_LIMITS: string
  KEY_RATE_LIMIT: ReturnType<typeof limiter>
  GUESS_RATE_LIMIT: ReturnType<typeof limiter>
}
let address: string
/** Calls with a credential, from an address. */
const as = (key: string, from = address) => {
  const calls = callsTo({ key }, limits)
  return (path = '/v1/me', method = 'GET', body?: object, headers: object = {}) =>
    calls(method, path, body, { 'cf-connecting-ip': from, ...headers })
}
/** A well-formed key that does not exist. */
const guess = () => newKey(`key_00${crypto.randomUUID().replaceAll('-', '').slice(0, 26)}`)
const statusesOf = async (times: number, ask: () => Promise<{ status: number }>) => {
  const statuses: number[] = []
  for (let i = 0; i < times; i++) statuses.push((await ask()).status)
  return statuses
}

beforeEach(async () => {
  account = await newAccount()
  limits = { RATE_LIMITS: '', KEY_RATE_LIMIT: limiter(3), GUESS_RATE_LIMIT: limiter(2) }
  address = crypto.randomUUID()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const CALLS_POLICY = '"default";q=500;w=10'
const ALL_POLICIES = `${CALLS_POLICY}, "cost";q=3000;w=10;qu="database-ms"`
const GUESSES_POLICY = '"guesses";q=300;w=60'

test('the documented limits are the limits in wrangler.toml', () => {
  for (const { binding, quota, window } of [CALLS, GUESSES])
    expect(wrangler.replaceAll(/\s+/g, ' ')).toMatch(
      new RegExp(`name = "${binding}" namespace_id = "\\d+" simple = { limit = ${quota}, period = ${window} }`),
    )
})

describe('a key', () => {
  test('that calls too often is rejected, whether the isolate remembers it or not', async () => {
    const me = as(account.key)
    expect(await statusesOf(3, me)).toEqual([200, 200, 200])
    const answer = await me()
    expectProblem(answer, 429, 'rate_limited')
    expect(answer.headers.get('retry-after')).toBe('10')
    expect(answer.headers.get('ratelimit-policy')).toBe(CALLS_POLICY)
    expect(answer.headers.has('server-timing')).toBe(false)
    expect(limits.KEY_RATE_LIMIT.counts).toEqual({ [account.apiKey.id]: 4 })
    expect(limits.GUESS_RATE_LIMIT.counts).toEqual({})
  })

  test('does not use up the limit of other keys', async () => {
    const spare = (await account.post('/v1/api-keys', { name: 'Spare', scopes: ['read'] })).json.key
    await statusesOf(4, as(account.key))
    expect((await as(spare)()).status).toBe(200)
  })

  test('writes nothing in a rejected call', async () => {
    const post = () => as(account.key)('/v1/labels', 'POST', { name: crypto.randomUUID() }, { 'idempotency-key': 'a' })
    await statusesOf(3, as(account.key))
    expect((await post()).status).toBe(429)
    expect((await account.get('/v1/labels')).json.items).toEqual([])
  })

  test.each<[string, number, (account: Account) => Promise<unknown>]>([
    [
      'was revoked',
      401,
      ({ apiKey }) => env.DB.prepare('UPDATE api_keys SET revoked_at = 1 WHERE id = ?').bind(apiKey.id).run(),
    ],
    [
      'has expired',
      401,
      ({ apiKey }) => env.DB.prepare('UPDATE api_keys SET expires_at = 1 WHERE id = ?').bind(apiKey.id).run(),
    ],
    ['is of a suspended account', 403, ({ id }) => operator('PATCH', `/admin/accounts/${id}`, { suspended: true })],
  ])('that %s counts for the key, not for its address', async (_, status, end) => {
    await end(account)
    expect(await statusesOf(4, as(account.key))).toEqual([status, status, status, 429])
    expect(limits.GUESS_RATE_LIMIT.counts).toEqual({})
  })
})

describe('an address', () => {
  test('that guesses too often is rejected without a round trip', async () => {
    expect(await statusesOf(2, () => as(guess())())).toEqual([401, 401])
    const answer = await as(guess())()
    expectProblem(answer, 429, 'rate_limited')
    expect(answer.headers.get('retry-after')).toBe('60')
    expect(answer.headers.get('ratelimit-policy')).toBe(GUESSES_POLICY)
    const next = await as(guess())()
    expect([next.status, next.headers.has('server-timing')]).toEqual([429, false])
    expect([limits.GUESS_RATE_LIMIT.counts, limits.KEY_RATE_LIMIT.counts]).toEqual([{ [address]: 3 }, {}])
  })

  test('that guesses too often is rejected for a minute even with a right key', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await statusesOf(3, () => as(guess())())
    expect((await as(account.key)()).status).toBe(429)
    expect((await as(account.key, 'another')()).status).toBe(200)
    vi.setSystemTime(Date.now() + 59_999)
    const unused = (await newAccount()).key
    expect((await as(unused)()).status).toBe(429)
    vi.setSystemTime(Date.now() + 1)
    expect((await as(unused)()).status).toBe(200)
  })

  test('can always use a key that the isolate remembers', async () => {
    await account.get('/v1/me')
    await statusesOf(3, () => as(guess())())
    expect((await as(account.key)()).status).toBe(200)
  })

  test('can use any number of right keys', async () => {
    for (let i = 0; i < 5; i++) expect((await as((await newAccount()).key)()).status).toBe(200)
    expect(limits.GUESS_RATE_LIMIT.counts).toEqual({})
  })

  test('that repeats the key of a deleted account counts as one guess, and takes no further round trip', async () => {
    const gone = await newAccount()
    await operator('DELETE', `/admin/accounts/${gone.id}`)
    const call = as(gone.key)
    const first = await call()
    expectProblem(first, 401, 'invalid_credential')
    for (let i = 0; i < 5; i++) {
      const again = await call()
      expectProblem(again, 401, 'invalid_credential')
      expect(again.headers.has('server-timing')).toBe(false)
    }
    expect(limits.GUESS_RATE_LIMIT.counts).toEqual({ [address]: 1 })
    expect((await as((await newAccount()).key)()).status).toBe(200)
  })

  test('that repeats an unknown key makes the service look it up again after half a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const wrong = as(guess())
    expect(await statusesOf(3, wrong)).toEqual([401, 401, 401])
    vi.setSystemTime(Date.now() + 30_000)
    const again = await wrong()
    expect([again.status, again.headers.has('server-timing')]).toEqual([401, true])
    expect(limits.GUESS_RATE_LIMIT.counts).toEqual({ [address]: 2 })
  })

  test.each<[string, () => string | Promise<string>]>([
    ['that is no key', () => 'wrong'],
    [
      'of a key that is known here',
      async () => {
        await account.get('/v1/me')
        return newKey(account.apiKey.id)
      },
    ],
    ['of a database that is not there', () => newKey(`key_zz${'0'.repeat(26)}`)],
  ])('is counted for each wrong credential: one %s', async (_, wrong) => {
    expect(await statusesOf(3, as(await wrong()))).toEqual([401, 401, 429])
    expect(limits.GUESS_RATE_LIMIT.counts).toEqual({ [address]: 3 })
  })

  test('that sends no credential does not count as a guess', async () => {
    expect(await statusesOf(4, () => as('')())).toEqual([401, 401, 401, 401])
    expect(limits.GUESS_RATE_LIMIT.counts).toEqual({})
  })

  test.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['203.0.113.7', '203.0.113.7'],
  ])('%s counts as %s', async (from, counted) => {
    await as('wrong', from)()
    expect(limits.GUESS_RATE_LIMIT.counts).toEqual({ [counted]: 1 })
  })
})

describe('the operator', () => {
  test('counts as a key', async () => {
    const list = () => as(env.ADMIN_TOKEN)('/admin/accounts?limit=1')
    expect(await statusesOf(4, list)).toEqual([200, 200, 200, 429])
    expect(limits.KEY_RATE_LIMIT.counts).toEqual({ operator: 4 })
  })

  test('has a token that one address can guess only a limited number of times', async () => {
    expect(await statusesOf(3, () => as('wrong')('/admin/accounts'))).toEqual([401, 401, 429])
    expect((await as(env.ADMIN_TOKEN)('/admin/accounts')).status).toBe(429)
    expect((await as(env.ADMIN_TOKEN, 'another')('/admin/accounts?limit=1')).status).toBe(200)
  })
})

test.each(['/health', '/docs', '/openapi.json', '/nowhere'])('%s is not counted', async (path) => {
  const answers = await statusesOf(5, () => as('wrong')(path))
  expect(new Set(answers)).toEqual(new Set([path === '/nowhere' ? 404 : 200]))
  expect([limits.GUESS_RATE_LIMIT.counts, limits.KEY_RATE_LIMIT.counts]).toEqual([{}, {}])
})

describe('RateLimit-Policy', () => {
  test('is on every response under /v1 and /admin', async () => {
    limits.KEY_RATE_LIMIT = limiter(100)
    const call = as(account.key)
    const label = () => call('/v1/labels', 'POST', { name: 'Hot' }, { 'idempotency-key': 'a' })
    const answers = [
      await call(),
      await call('/v1/nowhere'),
      await call('/v1/labels?nope=1'),
      await label(),
      await label(),
      await as('')(),
      await as(env.ADMIN_TOKEN)('/admin/accounts?limit=1'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 400, 201, 201, 401, 200])
    const policies = answers.map(({ headers }) => headers.get('ratelimit-policy'))
    expect(policies).toEqual([...Array(5).fill(ALL_POLICIES), CALLS_POLICY, CALLS_POLICY])
  })

  test('is absent from responses of paths without limits', async () => {
    expect((await as('')('/health')).headers.has('ratelimit-policy')).toBe(false)
  })
})

describe('no call is rejected if the rate limit binding fails', () => {
  test.each<[string, object]>([
    ['is not bound', { KEY_RATE_LIMIT: undefined, GUESS_RATE_LIMIT: undefined }],
    ['fails', { KEY_RATE_LIMIT: { limit: () => Promise.reject(new Error(address)) }, GUESS_RATE_LIMIT: {} }],
  ])('one that %s', async (_, broken) => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    Object.assign(limits, broken)
    expect(await statusesOf(5, as(account.key))).toEqual(Array(5).fill(200))
    expect(await statusesOf(5, as('wrong'))).toEqual(Array(5).fill(401))
    const lines = log.mock.calls.map(([line]) => JSON.parse(line))
    expect(new Set(lines.map(({ message }) => message))).toEqual(
      new Set(['KEY_RATE_LIMIT does not count', 'GUESS_RATE_LIMIT does not count']),
    )
    expect(lines.every(({ level }) => level === 'error')).toBe(true)
    expect(JSON.stringify(lines)).not.toContain(address)
  })
})

test('RATE_LIMITS=off turns the limits off', async () => {
  limits.RATE_LIMITS = 'off'
  expect(await statusesOf(5, as(account.key))).toEqual(Array(5).fill(200))
  expect(await statusesOf(5, as('wrong'))).toEqual(Array(5).fill(401))
  expect((await as(account.key)()).headers.has('ratelimit-policy')).toBe(false)
  expect([limits.GUESS_RATE_LIMIT.counts, limits.KEY_RATE_LIMIT.counts]).toEqual([{}, {}])
})
