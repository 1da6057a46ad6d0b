import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Account, type ApiResponse, costOf, newAccount, operator, send } from '../support/api'
import { breakD1 } from '../support/d1'

const JSON_TYPE = { 'content-type': 'application/json' }
const TOO_LARGE = ' '.repeat(1024 * 1024 + 1)

afterEach(() => void vi.restoreAllMocks())

/** One response of each status, and whether it takes a round trip if the key is known. */
const RESPONSES: [string, number, boolean, (account: Account) => Promise<ApiResponse>][] = [
  ['a list', 200, true, ({ get }) => get('/v1/prospects')],
  ['a created prospect', 201, true, ({ prospect }) => prospect()],
  ['what the key itself says', 200, true, ({ get }) => get('/v1/me')],
  [
    'a revoked key',
    204,
    true,
    async ({ post, call }) => {
      const { id } = (await post('/v1/api-keys', { name: 'Spare', scopes: ['read'] })).json
      return call('DELETE', `/v1/api-keys/${id}`)
    },
  ],
  ['malformed JSON', 400, false, ({ call }) => call('POST', '/v1/labels', '{', JSON_TYPE)],
  ['invalid input', 400, false, ({ prospect }) => prospect({ firstName: '' })],
  ['no key', 401, false, () => send('GET', '/v1/prospects')],
  ['a bad key', 401, false, () => send('GET', '/v1/prospects', { key: 'pro_bad' })],
  ['an unknown id', 404, true, ({ get }) => get('/v1/prospects/prs_x')],
  ['an unknown route', 404, false, ({ get }) => get('/v1/nope')],
  ['a wrong method', 405, false, ({ call }) => call('PUT', '/v1/prospects')],
  [
    'a conflict',
    409,
    true,
    async ({ post }) => {
      await post('/v1/labels', { name: 'Hot' })
      return post('/v1/labels', { name: 'Hot' })
    },
  ],
  ['too large a body', 413, false, ({ call }) => call('POST', '/v1/labels', TOO_LARGE, JSON_TYPE)],
  ['a wrong type', 415, false, ({ call }) => call('POST', '/v1/labels', 'a', { 'content-type': 'text/plain' })],
  ['an unknown reference', 422, true, ({ prospect }) => prospect({ officeId: 'off_x' })],
  [
    'an unexpected error',
    500,
    true,
    ({ get }) => {
      vi.spyOn(console, 'error').mockReturnValue()
      breakD1(new Error('away'))
      return get('/v1/prospects')
    },
  ],
]

describe.each(RESPONSES)('%s (%d)', (_, status, touchesD1, ask) => {
  const warm = async () => {
    const account = await newAccount()
    await account.get('/v1/me')
    return account
  }

  test('is private, not sniffed, not stored, and has a request id', async () => {
    const answer = await ask(await warm())
    expect(answer.status).toBe(status)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{10,}$/)
  })

  test(`has ${touchesD1 ? 'a' : 'no'} Server-Timing header`, async () => {
    const answer = await ask(await warm())
    if (!touchesD1) return expect(answer.headers.get('server-timing')).toBeNull()
    expect(answer.headers.get('server-timing')).toMatch(/^db;dur=\d+(\.\d+)?;desc="trips=\d+ read=\d+ written=\d+"$/)
    expect(costOf(answer).trips).toBeGreaterThan(0)
  })
})

describe('security headers', () => {
  /** Hono's headers, which follow the OWASP Secure Headers Project. */
  const SECURE = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=15552000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-dns-prefetch-control': 'off',
    'x-download-options': 'noopen',
    'x-frame-options': 'SAMEORIGIN',
    'x-permitted-cross-domain-policies': 'none',
    'x-xss-protection': '0',
  }

  test.each(RESPONSES)(
    '%s (%d): a page of another origin cannot read the response',
    async (_what, _status, _touchesD1, ask) => {
      const { headers } = await ask(await newAccount())
      expect(Object.fromEntries(headers)).toMatchObject(SECURE)
      expect(Object.keys(Object.fromEntries(headers)).filter((name) => name.startsWith('access-control-'))).toEqual([])
      expect(headers.has('x-powered-by')).toBe(false)
    },
  )

  test.each(['/v1/prospects', '/v1/prospects/x', '/admin/accounts', '/health', '/nowhere'])(
    'a preflight for %s is rejected',
    async (path) => {
      const headers = {
        origin: 'https://evil.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      }
      const answer = await send('OPTIONS', path, { headers })
      expect([404, 405, 401]).toContain(answer.status)
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
      const { key } = await newAccount()
      const call = await send('GET', path, { key, headers: { origin: 'https://evil.example.com' } })
      expect([...call.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    },
  )
})

describe('the request id', () => {
  test.each(['0af7651916cd43dd8448eb211c80319c', 'a', 'order-77_b=', 'x'.repeat(255)])('%s is echoed', async (id) => {
    for (const path of ['/health', '/v1/me', '/nowhere']) {
      const answer = await send('GET', path, { headers: { 'x-request-id': id } })
      expect(answer.headers.get('x-request-id')).toBe(id)
      if (answer.status !== 200) expect(answer.json.requestId).toBe(id)
    }
  })

  test.each(['a b', '<script>', '"', 'a,b', 'x'.repeat(256), '{"a":1}'])('%s is replaced', async (id) => {
    const answer = await send('GET', '/health', { headers: { 'x-request-id': id } })
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('is unique', async () => {
    const [a, b] = await Promise.all([send('GET', '/health'), send('GET', '/health')])
    expect(a.headers.get('x-request-id')).not.toBe(b.headers.get('x-request-id'))
  })
})

describe('outside of /v1', () => {
  test.each(['/health', '/nowhere', '/admin/accounts', '/admin/accounts/x'])(
    '%s has these headers too',
    async (path) => {
      const { headers } = await send('GET', path)
      expect(headers.get('x-request-id')).toMatch(/./)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    },
  )

  test('responses to the operator are not stored', async () => {
    expect((await operator('GET', '/admin/accounts')).headers.get('cache-control')).toBe('private, no-store')
  })
})
