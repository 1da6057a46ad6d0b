import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EXPOSED_HEADERS } from '../../src/http/cors'
import { HEADERS } from '../../src/openapi/headers'
import { type Account, type ApiResponse, newAccount } from '../support/api'
import { callsTo } from '../support/configured'
import { watchTrips } from '../support/d1'

const APP = 'https://app.example.com'
const CORS_ORIGINS = `${APP}, http://localhost:3000`
const PREFLIGHT = {
  'access-control-request-method': 'PATCH',
  'access-control-request-headers': 'authorization,content-type,if-match',
}

let account: Account
beforeEach(async () => {
  account = await newAccount()
})
afterEach(() => void vi.restoreAllMocks())

const from = (origin: string, configured = CORS_ORIGINS) => {
  const call = callsTo(account, { CORS_ORIGINS: configured })
  return (method: string, path: string, body?: object, more: object = {}) =>
    call(method, path, body, { origin, ...more })
}
const corsOf = ({ headers }: ApiResponse) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))
const listed = (answer: ApiResponse, name: string) =>
  (answer.headers.get(name) ?? '').split(',').map((one) => one.trim())

describe('pages of the origins in CORS_ORIGINS', () => {
  test.each([APP, 'http://localhost:3000'])('%s can call and read responses', async (origin) => {
    const call = from(origin)
    const made = await call('POST', '/v1/prospects', { firstName: 'Ann', lastName: 'Lee' })
    const answers = [
      made,
      await call('GET', `/v1/prospects/${made.json.id}`),
      await call('GET', `/v1/prospects/${made.json.id}`, undefined, { 'if-none-match': made.headers.get('etag') }),
      await call('POST', '/v1/prospects', { firstName: '' }),
      await call('GET', '/v1/me', undefined, { authorization: 'Bearer wrong' }),
      await call('GET', '/v1/nope'),
      await call('GET', '/v1/prospects/export'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 304, 400, 401, 404, 200])
    for (const answer of answers) {
      expect(corsOf(answer)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': EXPOSED_HEADERS.join(','),
      })
      expect(listed(answer, 'vary')).toContain('Origin')
    }
  })

  test('can read every header that the document describes', () => {
    expect([...EXPOSED_HEADERS].sort()).toEqual(Object.keys(HEADERS).sort())
  })

  test('get a preflight response without a credential or a round trip', async () => {
    const trips = watchTrips()
    const answer = await from(APP)('OPTIONS', '/v1/prospects/prs_1', undefined, { ...PREFLIGHT, authorization: '' })
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect(corsOf(answer)).toMatchObject({ 'access-control-allow-origin': APP, 'access-control-max-age': '7200' })
    expect(listed(answer, 'access-control-allow-methods').sort()).toEqual([
      'DELETE',
      'GET',
      'HEAD',
      'PATCH',
      'POST',
      'PUT',
    ])
    expect(listed(answer, 'access-control-allow-headers')).toEqual(
      expect.arrayContaining(['Authorization', 'Content-Type', 'If-Match', 'Idempotency-Key', 'X-D1-Bookmark']),
    )
    expect(listed(answer, 'vary')).toContain('Origin')
    expect(answer.headers.get('server-timing')).toBeNull()
    expect(trips()).toBe(0)
  })

  test('can never send cookies, and can only call /v1', async () => {
    for (const path of ['/v1/me', '/admin/accounts', '/health'])
      for (const method of ['GET', 'OPTIONS']) {
        const cors = corsOf(await from(APP)(method, path, undefined, PREFLIGHT))
        expect(cors).not.toHaveProperty('access-control-allow-credentials')
        expect('access-control-allow-origin' in cors).toBe(path.startsWith('/v1/'))
      }
  })
})

describe('pages of other origins cannot call', () => {
  test.each([
    'https://evil.example.com',
    'https://app.example.com.evil.net',
    'http://app.example.com',
    `${APP}:8443`,
    'null',
  ])('%s', async (origin) => {
    for (const [method, path] of [
      ['GET', '/v1/me'],
      ['OPTIONS', '/v1/prospects'],
    ] as const) {
      const answer = await from(origin)(method, path, undefined, PREFLIGHT)
      expect(corsOf(answer)).not.toHaveProperty('access-control-allow-origin')
      expect(listed(answer, 'vary')).toContain('Origin')
    }
  })

  test.each([
    '*',
    'null',
    'https://*.example.com',
    `${APP}/`,
    `${APP}/path`,
    'app.example.com',
    'HTTPS://APP.example.com',
  ])('an invalid entry of CORS_ORIGINS is ignored, and logged once: %s', async (entry) => {
    const logged = vi.spyOn(console, 'error').mockReturnValue()
    const configured = `https://other.example.com,${entry}`
    for (const origin of [APP, entry, 'null', 'https://a.example.com'])
      expect(corsOf(await from(origin, configured)('GET', '/v1/me'))).not.toHaveProperty('access-control-allow-origin')
    expect(corsOf(await from('https://other.example.com', configured)('GET', '/v1/me'))).toMatchObject({
      'access-control-allow-origin': 'https://other.example.com',
    })
    expect(logged.mock.calls).toEqual([[JSON.stringify({ level: 'error', error: 'no origin', CORS_ORIGINS: [entry] })]])
  })

  test.each([undefined, ''])(
    'no page can call while CORS_ORIGINS is %j: responses have no CORS headers',
    async (list) => {
      expect(env.CORS_ORIGINS).toBeUndefined()
      const call = callsTo(account, { CORS_ORIGINS: list })
      const names = async (more: object) => [...(await call('GET', '/v1/me', undefined, more)).headers.keys()]
      expect(await names({ origin: APP })).toEqual(await names({}))
      const answer = await call('OPTIONS', '/v1/prospects', undefined, { origin: APP, ...PREFLIGHT })
      expect([answer.status, corsOf(answer), answer.headers.get('vary')]).toEqual([405, {}, null])
    },
  )
})
