import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/webhooks/schema'
import { decryptSecret, encryptSecret, newSecret } from '../../src/webhooks/secret'
import { signatureHeaders } from '../../src/webhooks/sign'
import { type Account, newAccount } from '../support/api'
import { callsTo } from '../support/configured'
import { rows, tablesHolding } from '../support/d1'
import { paginate } from '../support/paginate'

const URL_OF_OURS = 'https://hooks.example.com/in'
const register = ({ post }: Account, body: object = {}) => post('/v1/webhooks', { url: URL_OF_OURS, ...body })

/** Registers an endpoint in a Worker with another configuration. */
const registerWith = (bindings: Partial<Env>, account: Account, url = URL_OF_OURS) =>
  callsTo(account, bindings)('POST', '/v1/webhooks', { url })

describe('an endpoint', () => {
  test('is registered, read, listed and deleted', async () => {
    const account = await newAccount()
    const body = { eventTypes: ['prospect.created'], description: ' CRM ', disabled: true }
    const made = await register(account, body)
    const { secret, ...shown } = made.json
    expect([made.status, made.headers.get('location')]).toEqual([201, `/v1/webhooks/${shown.id}`])
    expect(shown).toEqual({
      ...body,
      id: expect.stringMatching(/^whk_[0-9a-z]{26}$/),
      url: URL_OF_OURS,
      description: 'CRM',
      disabledAt: shown.createdAt,
      disabledReason: 'requested',
      failingSince: null,
      createdAt: expect.any(Number),
      updatedAt: shown.createdAt,
    })
    expect((await account.get(`/v1/webhooks/${shown.id}`)).json).toEqual(shown)
    expect((await account.get('/v1/webhooks')).json).toEqual({ items: [shown], nextPageToken: null })
    expect(await account.call('DELETE', `/v1/webhooks/${shown.id}`)).toMatchObject({ status: 204, text: '' })
    expect((await account.get('/v1/webhooks')).json.items).toEqual([])
    for (const method of ['GET', 'DELETE'])
      expect((await account.call(method, `/v1/webhooks/${shown.id}`)).status).toBe(404)
  })

  test('gets every event and has no description by default', async () => {
    const { json } = await register(await newAccount())
    expect(json).toMatchObject({ eventTypes: [], description: null, disabled: false })
  })

  test('can ask for each event type, and a repeated type counts once', async () => {
    const { json } = await register(await newAccount(), { eventTypes: [...EVENT_TYPES, ...EVENT_TYPES] })
    expect(json.eventTypes).toEqual(EVENT_TYPES)
  })

  test('is in a list with the newest first, in pages', async () => {
    const account = await newAccount()
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.unshift((await register(account)).json.id)
    const pages = await paginate(account.get, '/v1/webhooks', 2)
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)])
  })

  test('returns 404 to another account, and stays as it is', async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    const { id } = (await register(other)).json
    for (const method of ['GET', 'DELETE']) {
      const foreign = await account.call(method, `/v1/webhooks/${id}`)
      const unknown = await account.call(method, '/v1/webhooks/whk_x')
      expect(foreign.status).toBe(404)
      expect({ ...foreign.json, requestId: '' }).toEqual({ ...unknown.json, requestId: '' })
    }
    expect((await account.get('/v1/webhooks')).json.items).toEqual([])
    expect((await other.get(`/v1/webhooks/${id}`)).status).toBe(200)
  })

  test.each([
    [{ url: undefined }, '/url', 'required'],
    [{ url: '' }, '/url', 'required'],
    [{ url: 5 }, '/url', 'wrong_type'],
    [{ url: `https://example.com/${'x'.repeat(1981)}` }, '/url', 'too_long'],
    [{ url: 'https://10.0.0.1/' }, '/url', 'url_refused'],
    [{ url: 'https://api.example.com/v1/prospects' }, '/url', 'url_refused'],
    [{ eventTypes: 'prospect.created' }, '/eventTypes', 'wrong_type'],
    [{ eventTypes: ['prospect.created', 'prospect.*'] }, '/eventTypes/1', 'not_allowed'],
    [{ description: 'x'.repeat(501) }, '/description', 'too_long'],
    [{ disabled: 'no' }, '/disabled', 'wrong_type'],
    [{ secret: 'whsec_mine' }, '/secret', 'unknown_field'],
  ])('with %j is rejected', async (body, pointer, code) => {
    const account = await newAccount()
    const { status, json } = await register(account, body)
    expect([status, json.errors]).toMatchObject([400, [{ in: 'body', pointer, code }]])
    expect((await account.get('/v1/webhooks')).json.items).toEqual([])
  })

  test.each([
    ['true', 'http://localhost:3000/', 201],
    ['', 'http://localhost:3000/', 400],
    ['false', 'http://127.0.0.1:3000/', 400],
    ['', URL_OF_OURS, 201],
  ] as const)('where ALLOW_LOCAL_WEBHOOKS is %j, %s is a %d', async (allowed, url, status) => {
    const account = await newAccount()
    expect((await registerWith({ ALLOW_LOCAL_WEBHOOKS: allowed } as Partial<Env>, account, url)).status).toBe(status)
  })
})

describe('the secret of an endpoint', () => {
  const [one, two] = ['1', '2'].map((version) => `${version}.${btoa(version.repeat(32))}`)

  test('is shown once, and stored encrypted', async () => {
    const account = await newAccount()
    const { id, secret } = (await register(account)).json
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const raw = secret.slice('whsec_'.length)
    for (const text of [secret, raw, btoa(secret), btoa(raw)]) expect(await tablesHolding(text)).toEqual([])
    for (const path of [`/v1/webhooks/${id}`, '/v1/webhooks'])
      expect((await account.get(path)).text).not.toMatch(/secret|whsec/)
    const [row] = await rows<{ secret: string }>('SELECT secret FROM webhooks WHERE id = ?', id)
    expect(row?.secret).toMatch(/^1\./)
    expect(await decryptSecret(row?.secret ?? '', `${account.id} ${id}`, env.ENCRYPTION_KEY)).toBe(secret)
  })

  test('is deleted with its endpoint', async () => {
    const account = await newAccount()
    const { id } = (await register(account)).json
    await account.call('DELETE', `/v1/webhooks/${id}`)
    expect(await rows('SELECT 1 FROM webhooks WHERE id = ? AND length(secret) > 0', id)).toEqual([])
  })

  test('is random, and so is its stored form', async () => {
    expect(newSecret()).not.toBe(newSecret())
    expect(await encryptSecret('whsec_x', 'a b', one)).not.toBe(await encryptSecret('whsec_x', 'a b', one))
  })

  test('decrypts for its own row only', async () => {
    const stored = await encryptSecret('whsec_x', 'acct_1 whk_1', one)
    expect(await decryptSecret(stored, 'acct_1 whk_1', one)).toBe('whsec_x')
    for (const owner of ['acct_2 whk_1', 'acct_1 whk_2', 'acct_1whk_1', ''])
      await expect(decryptSecret(stored, owner, one)).rejects.toThrow()
  })

  test('decrypts with the key that encrypted it, in any position of the ring', async () => {
    const stored = await encryptSecret('whsec_x', 'a b', one)
    for (const ring of [one, `${two},${one}`, `${one},${two}`])
      expect(await decryptSecret(stored, 'a b', ring)).toBe('whsec_x')
    expect(await encryptSecret('whsec_y', 'a b', `${two},${one}`)).toMatch(/^2\./)
    for (const ring of [two, '', undefined, `1.${btoa('x'.repeat(32))}`])
      await expect(decryptSecret(stored, 'a b', ring)).rejects.toThrow()
  })

  test.each(['', 'x', '1', '1.', '1..', '1.AAAA.AAAA', '1.AAAAAAAAAAAAAAAA.'])(
    'does not decrypt when it is damaged (%j)',
    async (stored) => {
      await expect(decryptSecret(stored, 'a b', one)).rejects.toThrow()
    },
  )

  test.each(['', undefined, 'short', '1.c2hvcnQ='])(
    'is not stored without a usable ENCRYPTION_KEY (%j)',
    async (ring) => {
      const account = await newAccount()
      const { status, json } = await registerWith({ ENCRYPTION_KEY: ring } as Partial<Env>, account)
      expect([status, json.code]).toEqual([503, 'not_configured'])
      expect((await account.get('/v1/webhooks')).json.items).toEqual([])
    },
  )
})

describe('a signature', () => {
  test('is verified by a Standard Webhooks library, whatever the body', { tags: 'scale' }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ stringUnit: 'binary' }), fc.stringMatching(/^evt_\w{21}$/), async (body, id) => {
        const secret = newSecret()
        const headers = await signatureHeaders([secret], id, Date.now(), body)
        expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
      }),
    )
  })

  test('is valid for its own id, time, body and secret only', async () => {
    const secret = newSecret()
    const headers = await signatureHeaders([secret], 'evt_1', Date.now(), '{"a":1}')
    const verify = (changed: object, body = '{"a":1}', by = secret) =>
      new Webhook(by).verify(body, { ...headers, ...changed })
    expect(verify({})).toEqual({ a: 1 })
    expect(() => verify({ 'webhook-id': 'evt_2' })).toThrow()
    expect(() => verify({ 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) })).toThrow()
    expect(() => verify({}, '{"a": 1}')).toThrow()
    expect(() => verify({}, '{"a":1}', newSecret())).toThrow()
  })

  test('has its time in seconds', async () => {
    const headers = await signatureHeaders([newSecret()], 'evt_1', 1_700_000_000_999, '{}')
    expect(headers['webhook-timestamp']).toBe('1700000000')
  })
})
