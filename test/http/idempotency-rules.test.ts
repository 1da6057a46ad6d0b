import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Account, costOf, newAccount, operator, send } from '../support/api'
import { change, itemsOf, makeItem, remove } from '../support/catalog-items'
import { callsTo } from '../support/configured'
import { rows, rowsOf } from '../support/d1'
import { tick } from '../support/endpoint'
import { expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'

const KEY = 'order 77'
const ANN = { firstName: 'Ann', lastName: 'Dœ', email: 'ann@example.com' }

/** A POST with an idempotency key. */
const post = ({ call }: Account, path: string, body: unknown, key = KEY, headers: Record<string, string> = {}) =>
  call('POST', path, body, { 'idempotency-key': key, ...headers })
const postProspect = (account: Account, body: object = ANN, key = KEY) => post(account, '/v1/prospects', body, key)
afterEach(() => {
  vi.useRealTimers()
})

const isReplayed = ({ headers }: { headers: Headers }) => headers.get('idempotent-replayed') === 'true'

describe('a key', () => {
  test('is separate in each account', async () => {
    const [one, other] = [await newAccount(), await newAccount()]
    const answers = [await postProspect(one), await postProspect(other)]
    expect(answers.map((answer) => [answer.status, isReplayed(answer)])).toEqual(Array(2).fill([201, false]))
    expect(answers[0]?.json.id).not.toBe(answers[1]?.json.id)
    expect((await postProspect(other)).text).toBe(answers[1]?.text)
  })

  test('is shared by all API keys of an account', async () => {
    const account = await newAccount()
    const first = await postProspect(account)
    const spare = (await account.post('/v1/api-keys', { name: 'Spare', scopes: ['write'] })).json.key
    const again = await send('POST', '/v1/prospects', { key: spare, body: ANN, headers: { 'idempotency-key': KEY } })
    expect([again.text, isReplayed(again)]).toEqual([first.text, true])
  })

  test('of the operator is separate from those of accounts', async () => {
    const account = await newAccount()
    const headers = { 'idempotency-key': account.id }
    const body = { name: 'Same' }
    await send('POST', `/admin/accounts/${account.id}/api-keys`, { key: env.ADMIN_TOKEN, body, headers })
    expect(isReplayed(await post(account, '/v1/labels', body, account.id))).toBe(false)
  })

  test('is case-sensitive', async () => {
    const account = await newAccount()
    await post(account, '/v1/jobs', { name: 'A' }, 'key')
    expect(isReplayed(await post(account, '/v1/jobs', { name: 'A' }, 'KEY'))).toBe(false)
    expect((await itemsOf(account, 'jobs')).length).toBe(2)
  })

  test('that was used on one path returns 422 on another path', async () => {
    const account = await newAccount()
    await post(account, '/v1/labels', { name: 'A' })
    expectProblem(await post(account, '/v1/sources', { name: 'A' }), 422, 'idempotency_key_reused')
    expect((await rowsOf(account.id)).sources).toBeUndefined()
  })

  test('needs the scope for a replay too', async () => {
    const account = await newAccount()
    await postProspect(account)
    const reader = (await account.post('/v1/api-keys', { name: 'Reader', scopes: ['read'] })).json.key
    const again = await send('POST', '/v1/prospects', { key: reader, body: ANN, headers: { 'idempotency-key': KEY } })
    expectProblem(again, 403, 'insufficient_scope')
  })
})

describe('responses that are not stored', () => {
  test.each([
    [400, { ...ANN, email: 'nope' }],
    [422, { ...ANN, stageId: 'stg_x' }],
  ])('a %i: the corrected call succeeds with the same key', async (status, wrong) => {
    const account = await newAccount()
    expect((await postProspect(account, wrong)).status).toBe(status)
    const right = await postProspect(account)
    expect([right.status, isReplayed(right)]).toEqual([201, false])
    expect(isReplayed(await postProspect(account))).toBe(true)
  })

  test('a 409: the same call succeeds when the conflict is gone', async () => {
    const account = await newAccount()
    const { id } = await makeItem(account, 'labels', 'Hot')
    expectProblem(await post(account, '/v1/labels', { name: 'HOT' }), 409, 'already_exists', ['conflictsWith'])
    await remove(account, 'labels', id)
    const right = await post(account, '/v1/labels', { name: 'HOT' })
    expect([right.status, isReplayed(right)]).toEqual([201, false])
  })

  test.each([
    ['malformed', '{"name":', 400, 'malformed_json'],
    [
      'not UTF-8',
      new Uint8Array([...new TextEncoder().encode('{"name":"'), 0xc3, 0x28, 0x22, 0x7d]),
      400,
      'malformed_json',
    ],
  ])('a body that is %s is rejected with a key as without one', async (_, body, status, code) => {
    const account = await newAccount()
    const type = { 'content-type': 'application/json' }
    expectProblem(await account.call('POST', '/v1/labels', body, type), status, code)
    expectProblem(await post(account, '/v1/labels', body, KEY, type), status, code)
    expect((await rowsOf(account.id)).labels).toBeUndefined()
  })

  test('a body with a byte order mark, or a body that is too large, gets the same response as without a key', async () => {
    const account = await newAccount()
    const type = { 'content-type': 'application/json' }
    expect((await post(account, '/v1/labels', '\ufeff{"name":"Hot"}', 'bom', type)).status).toBe(201)
    const large = `{"name":"Cold"${' '.repeat(1024 * 1024)}}`
    expectProblem(await post(account, '/v1/labels', large, 'large', type), 413, 'body_too_large')
    expectProblem(
      await post(account, '/v1/labels', '{}', 'text', { 'content-type': 'text/plain' }),
      415,
      'unsupported_media_type',
    )
  })
})

describe('a stored response is replayed', () => {
  test('after its stage, label and source are deleted or renamed', async () => {
    const account = await newAccount()
    const stage = await makeItem(account, 'stages', 'Soon Gone')
    const body = { ...ANN, stageId: stage.id, labels: 'Hot', newSourceName: 'Fair' }
    const first = await postProspect(account, body)
    const [label] = await itemsOf(account, 'labels')
    await change(account, 'labels', label?.id ?? '', { name: 'Renamed' })
    const path = `/v1/prospects/${first.json.id}`
    await account.call('PATCH', path, { stageId: (await itemsOf(account, 'stages'))[0]?.id, sourceId: null })
    expect((await remove(account, 'stages', stage.id)).status).toBe(204)
    expect((await remove(account, 'sources', first.json.sourceId)).status).toBe(204)
    const again = await postProspect(account, body)
    expect([again.status, again.text, isReplayed(again)]).toEqual([201, first.text, true])
  })

  test('after the rules reject the call: a time that has passed, a URL or a secret that is no longer accepted', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const account = await newAccount()
    const calls = [
      ['/v1/api-keys', { name: 'Short', scopes: ['read'], expiresAt: Date.now() + 1000 }, 400, {}],
      ['/v1/webhooks', { url: 'http://localhost:9999/in' }, 400, { ALLOW_LOCAL_WEBHOOKS: '' }],
      ['/v1/webhooks', { url: 'https://hooks.example.com' }, 503, { ENCRYPTION_KEY: '' }],
    ] as const
    const made: string[] = []
    for (const [i, [path, body]] of calls.entries()) made.push((await post(account, path, body, `${KEY} ${i}`)).json.id)
    vi.setSystemTime(Date.now() + 3_600_000)
    for (const [i, [path, body, status, bindings]] of calls.entries()) {
      const call = callsTo(account, bindings)
      const again = await call('POST', path, body, { 'idempotency-key': `${KEY} ${i}` })
      expect([again.status, again.json.id, isReplayed(again)]).toEqual([201, made[i], true])
      expect((await call('POST', path, body, { 'idempotency-key': 'another' })).status).toBe(status)
      const other = await call('POST', path, { ...body, more: 1 }, { 'idempotency-key': `${KEY} ${i}` })
      expectProblem(other, 422, 'idempotency_key_reused')
    }
  })

  test('for a match, and does not undo later changes', async () => {
    const account = await newAccount()
    const { id } = (await account.prospect(ANN)).json
    const body = { ...ANN, city: 'Here', update: true }
    const first = await postProspect(account, body)
    expect(first).toMatchObject({ status: 200, json: { city: 'Here', version: 2 } })
    await account.call('PATCH', `/v1/prospects/${id}`, { city: 'There' })
    const again = await postProspect(account, body)
    expect([again.text, isReplayed(again)]).toEqual([first.text, true])
    expect((await account.get(`/v1/prospects/${id}`)).json.city).toBe('There')
    expect(await eventsOf(account)).toHaveLength(3)
  })

  test('for a match that wrote nothing', async () => {
    const account = await newAccount()
    await account.prospect(ANN)
    const first = await postProspect(account)
    const again = await postProspect(account)
    expect([first.status, again.status, again.text, isReplayed(again)]).toEqual([200, 200, first.text, true])
    expect(await eventsOf(account)).toHaveLength(1)
  })

  test('without personal data after the prospect is erased', async () => {
    const account = await newAccount()
    const { json } = await postProspect(account)
    await account.call('DELETE', `/v1/prospects/${json.id}`)
    const again = await postProspect(account)
    expect([again.status, again.json]).toEqual([201, { id: json.id, erased: true }])
    expect((await account.list()).json.totalCount).toBe(0)
  })

  test('to each of twenty calls at the same time that match a prospect', async () => {
    const account = await newAccount()
    await account.prospect(ANN)
    const body = { ...ANN, city: 'Here', labels: 'Hot', update: true }
    const answers = await Promise.all(Array.from({ length: 20 }, () => postProspect(account, body)))
    const done = answers.filter(({ status }) => status !== 409)
    expect(new Set(done.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(await eventsOf(account)).toHaveLength(2)
  })

  test('only for the same body: one of twenty bodies at the same time succeeds, the others are 422s', async () => {
    const account = await newAccount()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => postProspect(account, { ...ANN, email: `p${i}@example.com` })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(422)])
    expect((await account.list()).json.totalCount).toBe(1)
  })
})

describe('how long responses are stored', () => {
  test('the schedule deletes expired responses, and no others', async () => {
    const account = await newAccount()
    for (const key of ['old', 'now', 'new']) await post(account, '/v1/jobs', { name: key }, key)
    const expire = (key: string, at: number) =>
      rows('UPDATE idempotency_keys SET expires_at = ? WHERE account_id = ? AND key = ?', at, account.id, key)
    await expire('old', 1)
    await expire('now', Date.now() - 1)
    await tick()
    const left = await rows('SELECT key FROM idempotency_keys WHERE account_id = ?', account.id)
    expect(left).toEqual([{ key: 'new' }])
  })

  test('responses to the operator are deleted with their account', async () => {
    const key = 'made by the operator'
    const headers = { 'idempotency-key': key }
    const { json } = await send('POST', '/admin/accounts', { key: env.ADMIN_TOKEN, body: { name: 'A' }, headers })
    await operator('DELETE', `/admin/accounts/${json.id}`)
    expect(await rows("SELECT 1 FROM idempotency_keys WHERE account_id = 'operator' AND key = ?", key)).toEqual([])
  })
})

describe('round trips', () => {
  test.each([
    ['a create', {}, 2],
    ['a match that writes nothing', { ...ANN }, 2],
    ['an update', { ...ANN, city: 'Here', update: true }, 2],
  ])('%s takes two', async (_, body, trips) => {
    const account = await newAccount()
    await account.prospect(ANN)
    const answer = await postProspect(account, { firstName: 'Pat', lastName: 'Doe', ...body })
    expect(costOf(answer).trips).toBe(trips)
  })

  test('a replay takes two', async () => {
    const account = await newAccount()
    for (const path of ['/v1/prospects', '/v1/labels']) {
      const body = path === '/v1/labels' ? { name: 'A' } : ANN
      await post(account, path, body, path)
      expect(costOf(await post(account, path, body, path)).trips).toBeLessThanOrEqual(2)
    }
  })

  test('a new item of the catalog takes one', async () => {
    const account = await newAccount()
    await account.get('/v1/me')
    expect(costOf(await post(account, '/v1/labels', { name: 'A' })).trips).toBe(1)
  })
})
