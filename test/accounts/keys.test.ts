import { env } from 'cloudflare:workers'
import { crc32 } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { app } from '../../src/app'
import { newId } from '../../src/db/ids'
import { hashKey, newKey } from '../../src/http/key'
import { type Account, costOf, newAccount, send } from '../support/api'
import { rows, tablesHolding } from '../support/d1'
import { paginate } from '../support/paginate'

const me = (key: string) => send('GET', '/v1/me', { key })
const makeKey = async ({ post }: Account, body: object = {}) =>
  (await post('/v1/api-keys', { name: 'Extra', scopes: ['admin'], ...body })).json as {
    id: string
    key: string
    scopes: string[]
  }

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a key', () => {
  test('consists of its id, a secret and a checksum', async () => {
    const { apiKey } = await newAccount()
    const [, body, id, sum] = /^(pro_([0-9a-z]{28})_[0-9a-v]{52})([0-9a-z]{7})$/.exec(apiKey.key) ?? []
    expect(`key_${id}`).toBe(apiKey.id)
    expect(sum).toBe(
      crc32(body ?? '')
        .toString(36)
        .padStart(7, '0'),
    )
  })

  test('with a typing error at any position is rejected without a look-up', async () => {
    const { key } = await newAccount()
    for (let i = 0; i < key.length; i++) {
      const typo = key.slice(0, i) + (key[i] === '7' ? 'a' : '7') + key.slice(i + 1)
      const answer = await me(typo)
      expect([answer.status, answer.json.code]).toEqual([401, 'invalid_credential'])
      expect(answer.headers.get('server-timing')).toBeNull()
    }
  })

  test.each<[string, (key: string) => string]>([
    ['shortened', (key) => key.slice(0, -1)],
    ['lengthened', (key) => `${key}0`],
    ['in capitals', (key) => key.toUpperCase()],
    ['with another prefix', (key) => key.replace('pro_', 'prp_')],
    ['its id alone', (key) => `key_${key.slice(4, 32)}`],
    ['of a database that is not there', () => newKey(newId('key', Date.now(), 'zz'))],
    ['of 5000 characters', (key) => key.repeat(54)],
  ])('%s is rejected without a look-up', async (_, spoil) => {
    const answer = await me(spoil((await newAccount()).key))
    expect([answer.status, answer.json.code]).toEqual([401, 'invalid_credential'])
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
    expect(answer.headers.get('server-timing')).toBeNull()
  })

  test('with another secret or an unknown id gets the same response', async () => {
    const { apiKey } = await newAccount()
    for (const key of [newKey(apiKey.id), newKey(newId('key', Date.now(), '00'))]) {
      const answer = await me(key)
      expect([answer.status, answer.json.code]).toEqual([401, 'invalid_credential'])
      expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
    }
  })

  test('is stored only as a hash', async () => {
    const account = await newAccount()
    for (const key of [account.key, (await makeKey(account)).key]) {
      expect(await tablesHolding(key)).toEqual([])
      expect(await tablesHolding(key.slice(33, 85))).toEqual([])
      expect(await tablesHolding(await hashKey(key))).toEqual(['api_keys'])
    }
  })
})

describe('the Authorization header', () => {
  test.each(['Bearer KEY', 'bearer KEY', 'BEARER  KEY '])('%s is accepted', async (template) => {
    const { key } = await newAccount()
    const authorization = template.replace('KEY', key)
    expect((await send('GET', '/v1/me', { headers: { authorization } })).status).toBe(200)
  })

  test.each(['', 'KEY', 'Bearer', 'BearerKEY', 'Basic KEY', 'Token KEY', 'Bearer KEY KEY', 'Bearer KEY, Bearer KEY'])(
    '%j is a missing credential',
    async (template) => {
      const { key } = await newAccount()
      const authorization = template.replaceAll('KEY', key)
      const answer = await send('GET', '/v1/me', { headers: { authorization } })
      expect([answer.status, answer.json.code]).toEqual([401, 'missing_credential'])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    },
  )
})

describe('scopes', () => {
  const SCOPES = ['read', 'write', 'admin'] as const
  const routes = new Set(
    app.routes.filter((r) => r.path.startsWith('/v1/') && r.method !== 'ALL').map((r) => `${r.method} ${r.path}`),
  )
  const needed = (method: string, path: string) =>
    /^\/v1\/(api-keys|webhooks|deliveries)/.test(path) ? 'admin' : method === 'GET' ? 'read' : 'write'

  test('the list has every route', () => {
    for (const route of ['GET /v1/me', 'POST /v1/prospects', 'DELETE /v1/api-keys/:id', 'POST /v1/jobs'])
      expect(routes).toContain(route)
    expect(routes.size).toBeGreaterThan(30)
  })

  test.each([...routes].map((route) => route.split(' ') as [string, string]))('%s %s', async (method, path) => {
    const account = await newAccount()
    for (const scope of SCOPES) {
      const { key } = await makeKey(account, { scopes: [scope] })
      const { status, json, headers } = await send(method, path.replaceAll(/:\w+/g, 'x'), { key })
      const need = needed(method, path)
      const rejected = SCOPES.indexOf(scope) < SCOPES.indexOf(need)
      expect([scope, status === 403, json?.code === 'insufficient_scope']).toEqual([scope, rejected, rejected])
      if (rejected) expect(headers.get('www-authenticate')).toContain(`scope="${need}"`)
    }
  })

  test.each([
    [['admin'], ['admin']],
    [
      ['admin', 'read', 'admin'],
      ['read', 'admin'],
    ],
    [
      ['write', 'read'],
      ['read', 'write'],
    ],
  ])('%j are stored as %j', async (scopes, kept) => {
    const account = await newAccount()
    const { key, scopes: answered } = await makeKey(account, { scopes })
    expect([answered, (await me(key)).json.key.scopes]).toEqual([kept, kept])
  })
})

describe('creating a key', () => {
  test('returns its secret once', async () => {
    const account = await newAccount()
    const expiresAt = Date.now() + 60_000
    const { status, json } = await account.post('/v1/api-keys', { name: ' CRM ', scopes: ['write'], expiresAt })
    expect(status).toBe(201)
    const { key, ...shown } = json
    expect(shown).toMatchObject({ name: 'CRM', scopes: ['write'], expiresAt, createdAt: expect.any(Number) })
    const listed = await account.get('/v1/api-keys')
    expect(listed.json.items[0]).toEqual(shown)
    expect(listed.text).not.toMatch(/pro_|hash/)
    expect((await me(key)).json).toMatchObject({
      account: { id: account.id, name: 'Test' },
      key: { id: shown.id, name: 'CRM', scopes: ['write'] },
    })
  })

  test.each([
    [{ name: '' }, '/name', 'required'],
    [{ name: 'x'.repeat(201) }, '/name', 'too_long'],
    [{ scopes: undefined }, '/scopes', 'required'],
    [{ scopes: [] }, '/scopes', 'too_small'],
    [{ scopes: 'read' }, '/scopes', 'wrong_type'],
    [{ scopes: ['read', 'root'] }, '/scopes/1', 'not_allowed'],
    [{ expiresAt: 0 }, '/expiresAt', 'out_of_range'],
    [{ expiresAt: Date.now() - 1 }, '/expiresAt', 'out_of_range'],
    [{ expiresAt: 1.5e12 + 0.5 }, '/expiresAt', 'wrong_type'],
    [{ expiresAt: '2030-01-01' }, '/expiresAt', 'wrong_type'],
    [{ key: 'pro_mine' }, '/key', 'unknown_field'],
  ])('%j is rejected', async (body, pointer, code) => {
    const { post } = await newAccount()
    const { status, json } = await post('/v1/api-keys', { name: 'A', scopes: ['read'], ...body })
    expect([status, json.errors?.[0]]).toMatchObject([400, { in: 'body', pointer, code }])
  })

  test('keys are listed newest first, in pages', async () => {
    const account = await newAccount()
    const ids = [account.apiKey.id]
    for (let i = 0; i < 4; i++) ids.unshift((await makeKey(account)).id)
    const pages = await paginate(account.get, '/v1/api-keys', 2)
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)])
  })
})

describe('expiry', () => {
  const expireAt = (id: string, at: number) =>
    env.DB.prepare('UPDATE api_keys SET expires_at = ? WHERE id = ?').bind(at, id).run()

  test('an expired key is rejected', async () => {
    const { id, key } = await makeKey(await newAccount())
    await expireAt(id, Date.now() - 1)
    const answer = await me(key)
    expect([answer.status, answer.json.code]).toEqual([401, 'invalid_credential'])
  })

  test('a remembered key is rejected as soon as it expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const now = Date.now()
    const { key } = await makeKey(await newAccount(), { expiresAt: now + 5_000 })
    vi.setSystemTime(now + 4_999)
    expect((await me(key)).status).toBe(200)
    vi.setSystemTime(now + 5_000)
    expect((await me(key)).status).toBe(401)
  })
})

describe('a key that an isolate remembers', () => {
  test('takes no round trip', async () => {
    const { key, prospect, list } = await newAccount()
    expect(costOf(await me(key)).trips).toBe(2)
    expect(costOf(await me(key)).trips).toBe(1)
    expect(costOf(await list()).trips).toBe(1)
    expect(costOf(await prospect()).trips).toBe(2)
  })

  test('is rejected within a minute if another isolate revoked it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const now = Date.now()
    const { id, key } = await makeKey(await newAccount())
    expect((await me(key)).status).toBe(200)
    await env.DB.prepare('UPDATE api_keys SET revoked_at = ? WHERE id = ?').bind(now, id).run()
    vi.setSystemTime(now + 60_000)
    expect((await me(key)).status).toBe(401)
  })

  test('is rejected with a wrong secret', async () => {
    const { apiKey } = await newAccount()
    expect((await me(apiKey.key)).status).toBe(200)
    expect((await me(newKey(apiKey.id))).status).toBe(401)
  })
})

describe('revoking', () => {
  const revoke = ({ call }: Account, id: string) => call('DELETE', `/v1/api-keys/${id}`)

  test('a revoked key is rejected at once, and no longer listed', async () => {
    const account = await newAccount()
    const { id, key } = await makeKey(account)
    expect((await me(key)).status).toBe(200)
    expect(await revoke(account, id)).toMatchObject({ status: 204, text: '' })
    expect((await me(key)).status).toBe(401)
    expect((await account.get('/v1/api-keys')).json.items).toHaveLength(1)
    expect((await revoke(account, id)).status).toBe(404)
  })

  test('a key can revoke itself while another admin key is left', async () => {
    const account = await newAccount()
    const { key } = await makeKey(account)
    expect((await revoke(account, account.apiKey.id)).status).toBe(204)
    expect([(await me(account.key)).status, (await me(key)).status]).toEqual([401, 200])
  })

  test.each<[string, (account: Account) => Promise<unknown>]>([
    ['alone', async () => {}],
    ['beside lesser keys', (account) => makeKey(account, { scopes: ['read', 'write'] })],
    ['beside a revoked one', async (account) => revoke(account, (await makeKey(account)).id)],
    [
      'beside an expired one',
      async (account) => {
        const { id } = await makeKey(account)
        await env.DB.prepare('UPDATE api_keys SET expires_at = 1 WHERE id = ?').bind(id).run()
      },
    ],
    ["beside another account's", async () => makeKey(await newAccount())],
  ])('the last admin key stays, %s', async (_, prepare) => {
    const account = await newAccount()
    await prepare(account)
    const { id } = account.apiKey
    expect(await revoke(account, id)).toMatchObject({
      status: 409,
      json: { code: 'last_admin_key', conflictsWith: id },
    })
    expect((await me(account.key)).status).toBe(200)
  })

  test('one of the last two admin keys stays if both are revoked at the same time', async () => {
    const account = await newAccount()
    const other = await makeKey(account)
    await me(other.key)
    const answers = await Promise.all([
      send('DELETE', `/v1/api-keys/${account.apiKey.id}`, { key: other.key }),
      send('DELETE', `/v1/api-keys/${other.id}`, { key: account.key }),
    ])
    expect(answers.map((a) => a.status).sort()).toEqual([204, 409])
    expect(await rows('SELECT 1 FROM api_keys WHERE account_id = ? AND revoked_at IS NULL', account.id)).toHaveLength(1)
  })

  test("another account's key is a 404, and still works", async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    const { id, key } = await makeKey(other)
    const foreign = await revoke(account, id)
    const unknown = await revoke(account, 'key_x')
    expect(foreign.status).toBe(404)
    expect({ ...foreign.json, requestId: '' }).toEqual({ ...unknown.json, requestId: '' })
    expect((await me(key)).status).toBe(200)
  })
})

describe('secrets are compared in constant time', () => {
  const hex = (bytes: ArrayBuffer | ArrayBufferView) =>
    new Uint8Array(ArrayBuffer.isView(bytes) ? bytes.buffer : bytes).toHex()

  test.each([
    ['of one letter', 'a'],
    ['of 500', 'x'.repeat(500)],
    ['that is longer', `${env.ADMIN_TOKEN}x`],
    ['that is shorter', env.ADMIN_TOKEN.slice(0, -1)],
    ['that is right', env.ADMIN_TOKEN],
  ])("the operator's token, and a given one %s", async (_, given) => {
    const compare = vi.spyOn(crypto.subtle, 'timingSafeEqual')
    const ask = () => send('GET', '/admin/accounts?limit=1', { key: given })
    const { status } = await ask()
    expect(status).toBe(given === env.ADMIN_TOKEN ? 200 : 401)
    const [a, b, ...more] = compare.mock.calls.flat().map(hex)
    expect([a, b, more]).toEqual([await hashKey(given), await hashKey(env.ADMIN_TOKEN), []])
    // the result of the comparison decides, and nothing else does
    compare.mockReturnValue(given !== env.ADMIN_TOKEN)
    expect((await ask()).status).toBe(given === env.ADMIN_TOKEN ? 401 : 200)
  })

  test('a key', async () => {
    const { apiKey } = await newAccount()
    const other = newKey(apiKey.id)
    const compare = vi.spyOn(crypto.subtle, 'timingSafeEqual')
    expect((await me(other)).status).toBe(401)
    expect(compare.mock.calls.flat().map(hex)).toEqual([await hashKey(other), await hashKey(apiKey.key)])
    compare.mockReturnValue(true)
    expect((await me(other)).status).toBe(200)
  })
})
