import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eraseAccounts } from '../../src/accounts/erase'
import { app } from '../../src/app'
import { openDatabase } from '../../src/db/client'
import { type Account, newAccount, operator, send } from '../support/api'
import { described } from '../support/conformance'
import { makeField } from '../support/custom-fields'
import { rowsOf, tables } from '../support/d1'
import { holdQueue, tick } from '../support/endpoint'
import { eventually } from '../support/eventually'
import { imported } from '../support/import-files'
import { paginate } from '../support/paginate'
import { asField, CV, objectsOf } from '../support/resume-files'

beforeEach(() => void holdQueue())
afterEach(() => void vi.restoreAllMocks())

const OPERATOR_CALLS = [
  ['POST', '/admin/accounts'],
  ['GET', '/admin/accounts'],
  ['PATCH', '/admin/accounts/acct_00x'],
  ['DELETE', '/admin/accounts/acct_00x'],
  ['POST', '/admin/accounts/acct_00x/api-keys'],
] as const

describe.each(OPERATOR_CALLS)('%s %s', (method, path) => {
  test('is only for the operator', async () => {
    const none = await send(method, path)
    expect([none.status, none.json.code]).toEqual([401, 'missing_credential'])
    expect(none.headers.get('www-authenticate')).toBe('Bearer')
    for (const key of ['wrong', `${env.ADMIN_TOKEN}x`, env.ADMIN_TOKEN.slice(1), (await newAccount()).key]) {
      const wrong = await send(method, path, { key })
      expect([wrong.status, wrong.json.code]).toEqual([401, 'invalid_credential'])
      expect(wrong.headers.get('www-authenticate')).toContain('invalid_token')
    }
  })

  test.each(['', undefined])('is a 404 if ADMIN_TOKEN is %j', async (token) => {
    for (const authorization of ['', 'Bearer ', 'Bearer undefined', `Bearer ${env.ADMIN_TOKEN}`]) {
      const request = new Request(`https://api.example.com${path}`, { method, headers: { authorization } })
      const withoutToken = { ...env, ADMIN_TOKEN: token } as Env
      const response = await app.fetch(request, withoutToken, createExecutionContext())
      expect((await described(request, response)).status).toBe(404)
    }
  })
})

describe('a new account', () => {
  test('is returned with an admin key', async () => {
    const { status, json } = await operator('POST', '/admin/accounts', { name: '  Acme Realty ' })
    expect(status).toBe(201)
    expect(json).toMatchObject({
      id: expect.stringMatching(/^acct_/),
      name: 'Acme Realty',
      defaultCountry: 'US',
      apiKey: { id: expect.stringMatching(/^key_/), key: expect.any(String), scopes: ['read', 'write', 'admin'] },
      pipelineId: expect.stringMatching(/^pipe_/),
      createdAt: expect.any(Number),
    })
    expect(Math.abs(json.createdAt - Date.now())).toBeLessThan(60_000)
    expect((await send('GET', '/v1/me', { key: json.apiKey.key })).json.account.id).toBe(json.id)
  })

  test('has one pipeline, Recruiting, with five stages', async () => {
    const { get, pipelineId } = await newAccount()
    const pipelines = (await get('/v1/pipelines')).json.items
    expect(pipelines).toMatchObject([{ id: pipelineId, name: 'Recruiting', position: 0, isDefault: true }])
    const stages: Record<string, unknown>[] = (await get('/v1/stages')).json.items
    expect(stages.map(({ name, position, isDefault }) => [name, position, isDefault])).toEqual([
      ['New', 0, true],
      ['Contacted', 1, false],
      ['Interview', 2, false],
      ['Offer', 3, false],
      ['Hired', 4, false],
    ])
    expect(new Set(stages.map((stage) => stage.pipelineId))).toEqual(new Set([pipelineId]))
  })

  test.each([
    [{}, '/name', 'required'],
    [{ name: ' ' }, '/name', 'required'],
    [{ name: 'x'.repeat(201) }, '/name', 'too_long'],
    [{ name: 'A', defaultCountry: 'XX' }, '/defaultCountry', 'not_allowed'],
    [{ name: 'A', defaultCountry: 'USA' }, '/defaultCountry', 'not_allowed'],
    [{ name: 'A', defaultCountry: '__proto__' }, '/defaultCountry', 'not_allowed'],
    [{ name: 'A', defaultCountry: 'constructor' }, '/defaultCountry', 'not_allowed'],
    [{ name: 'A', defaultCountry: 1 }, '/defaultCountry', 'wrong_type'],
    [{ name: 'A', id: 'acct_x' }, '/id', 'unknown_field'],
  ])('%j is rejected', async (body, pointer, code) => {
    const { status, json } = await operator('POST', '/admin/accounts', body)
    expect([status, json.errors]).toMatchObject([400, [{ in: 'body', pointer, code }]])
  })
})

test('accounts are listed newest first, in pages, without their keys', async () => {
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.unshift((await newAccount({ name: `Listed ${i}` })).id)
  const pages = await paginate((path) => operator('GET', path), '/admin/accounts', 2)
  expect(
    pages
      .flat()
      .slice(0, 5)
      .map(({ id }) => id),
  ).toEqual(ids)
  const [first] = (await operator('GET', '/admin/accounts?limit=1')).json.items
  expect(first).toMatchObject({ id: ids[0], name: 'Listed 4', defaultCountry: 'US', suspended: false })
  expect(JSON.stringify(first)).not.toContain('pro_')
})

describe('a change of an account', () => {
  const change = (account: Account, body: object) => operator('PATCH', `/admin/accounts/${account.id}`, body)

  test('a new name takes effect at once', async () => {
    const account = await newAccount()
    await account.get('/v1/me')
    expect((await change(account, { name: 'Renamed' })).json).toMatchObject({ id: account.id, name: 'Renamed' })
    expect((await account.get('/v1/me')).json.account.name).toBe('Renamed')
  })

  test('a new country applies to the phones of later calls', async () => {
    const account = await newAccount({ defaultCountry: 'us' })
    expect((await account.prospect({ phone: '(212) 555-0123' })).json.phone).toBe('+12125550123')
    expect((await change(account, { defaultCountry: 'gb' })).json.defaultCountry).toBe('GB')
    expect((await account.prospect({ phone: '020 7946 0958' })).json.phone).toBe('+442079460958')
    expect((await account.list('phone=020%207946%200958')).json.totalCount).toBe(1)
  })

  test('a suspended account is rejected at once, and accepted again when it is resumed', async () => {
    const account = await newAccount()
    expect((await account.list()).status).toBe(200)
    expect((await change(account, { suspended: true })).json.suspended).toBe(true)
    for (const answer of [await account.list(), await account.get('/v1/me'), await account.prospect()])
      expect(answer).toMatchObject({ status: 403, json: { code: 'account_suspended' } })
    expect((await change(account, { suspended: false })).json.suspended).toBe(false)
    expect(await account.list()).toMatchObject({ status: 200, json: { totalCount: 0 } })
  })

  test('a remembered key is rejected if another isolate suspended the account', async () => {
    const account = await newAccount()
    await account.get('/v1/me')
    await env.DB.prepare('UPDATE accounts SET suspended_at = 1 WHERE id = ?').bind(account.id).run()
    for (const answer of [await account.list(), await account.prospect(), await account.get('/v1/labels')])
      expect(answer).toMatchObject({ status: 403, json: { code: 'account_suspended' } })
  })

  test('a key is accepted at once if another isolate resumed the account', async () => {
    const account = await newAccount()
    const suspendedAt = (at: number | null) =>
      env.DB.prepare('UPDATE accounts SET suspended_at = ? WHERE id = ?').bind(at, account.id).run()
    await suspendedAt(1)
    expect((await account.list()).status).toBe(403)
    await suspendedAt(null)
    expect((await account.list()).status).toBe(200)
  })

  test('absent fields keep their values', async () => {
    const account = await newAccount({ name: 'Kept', defaultCountry: 'DE' })
    await change(account, { suspended: true })
    expect((await change(account, {})).json).toMatchObject({ name: 'Kept', defaultCountry: 'DE', suspended: true })
  })

  test.each([{ name: '' }, { name: null }, { defaultCountry: '' }, { suspended: 'yes' }, { id: 'acct_x' }])(
    '%j is rejected',
    async (body) => {
      expect((await change(await newAccount(), body)).status).toBe(400)
    },
  )

  test('an unknown account is a 404', async () => {
    expect((await operator('PATCH', '/admin/accounts/acct_00x', { name: 'A' })).status).toBe(404)
    expect((await operator('POST', '/admin/accounts/acct_00x/api-keys')).status).toBe(404)
    expect((await operator('DELETE', '/admin/accounts/acct_00x')).status).toBe(404)
  })
})

test('the operator creates an admin key for an account that lost its last one', async () => {
  const account = await newAccount()
  const { status, json } = await operator('POST', `/admin/accounts/${account.id}/api-keys`)
  expect([status, json.scopes]).toEqual([201, ['read', 'write', 'admin']])
  expect((await send('GET', '/v1/api-keys', { key: json.key })).json.items).toHaveLength(2)
  expect((await operator('POST', `/admin/accounts/${account.id}/api-keys`, { name: 'Found' })).json.name).toBe('Found')
})

describe('deleting an account', { tags: 'scale' }, () => {
  /** An account with rows in every table that has rows of accounts. */
  async function accountWithEverything() {
    const account = await newAccount()
    await account.post('/v1/webhooks', { url: 'https://hooks.example.com', disabled: false })
    const ids: Record<string, string> = {}
    for (const kind of ['offices', 'users', 'jobs', 'pipelines'])
      ids[kind] = (await account.post(`/v1/${kind}`, { name: 'One' })).json.id
    const references = { officeId: ids.offices, userId: ids.users, jobId: ids.jobs, pipelineId: ids.pipelines }
    await makeField(account, 'note', 'text', { filterable: true })
    const people: string[] = []
    for (const email of ['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com'])
      people.push(
        (
          await account.prospect({
            ...references,
            email,
            company: 'Acme',
            labels: 'Hot, Inbound',
            newSourceName: 'Fair',
            custom: { note: 'x' },
            resume: asField(CV),
          })
        ).json.id,
      )
    const merge = `/v1/prospects/${people[0]}/merge`
    await account.call('POST', merge, { duplicateId: people[3] }, { 'idempotency-key': 'merge' })
    await env.DB.batch(
      [
        "INSERT INTO attempts SELECT account_id, webhook_id, event_seq, 1, 1, 1, 200, NULL, 'ok' FROM deliveries WHERE account_id = ?",
        'INSERT INTO feed_entries SELECT account_id, seq, 1 FROM events WHERE account_id = ?',
      ].map((sql) => env.DB.prepare(sql).bind(account.id)),
    )
    await env.DB.prepare("INSERT INTO moves VALUES (?, 'labels', 'lbl_x', 'lbl_y', 'key_x', 0)").bind(account.id).run()
    await account.post('/v1/api-keys', { name: 'Spare', scopes: ['read'] })
    await imported(account, 'name\nCher\n')
    return account
  }

  const markErased = async ({ id }: Account) => {
    await env.DB.prepare('UPDATE accounts SET erased_at = 1 WHERE id = ?').bind(id).run()
  }

  test('erases its rows from every table, and no rows of another account', async () => {
    const [account, neighbour] = [await accountWithEverything(), await accountWithEverything()]
    const inTables = (await tables()).filter(({ columns }) => columns.includes('account_id')).map(({ name }) => name)
    expect(Object.keys(await rowsOf(account.id)).sort()).toEqual(['accounts', ...inTables].sort())
    const before = await rowsOf(neighbour.id)

    expect(await operator('DELETE', `/admin/accounts/${account.id}`)).toMatchObject({ status: 202, text: '' })
    expect((await account.get('/v1/me')).status).toBe(401)
    await eventually(async () => expect(await rowsOf(account.id)).toEqual({}))
    expect(await objectsOf(account)).toEqual([])
    expect(await objectsOf(neighbour)).toHaveLength(4)
    expect(await rowsOf(neighbour.id)).toEqual(before)
    expect((await neighbour.list()).json.totalCount).toBe(3)
  })

  test('makes it unknown to the operator at once', async () => {
    const account = await newAccount()
    await operator('DELETE', `/admin/accounts/${account.id}`)
    for (const [method, rest] of [
      ['DELETE', ''],
      ['PATCH', ''],
      ['POST', '/api-keys'],
    ] as const)
      expect((await operator(method, `/admin/accounts/${account.id}${rest}`)).status).toBe(404)
    const { items } = (await operator('GET', '/admin/accounts?limit=1000')).json
    expect(items.map(({ id }: { id: string }) => id)).not.toContain(account.id)
  })

  test('is finished by the schedule', async () => {
    const accounts = [await accountWithEverything(), await accountWithEverything()] as const
    await Promise.all(accounts.map(markErased))
    await tick()
    for (const account of accounts) expect([await rowsOf(account.id), await objectsOf(account)]).toEqual([{}, []])
  })

  test('continues where it stopped', async () => {
    const account = await accountWithEverything()
    await markErased(account)
    await eraseAccounts(openDatabase(env.DB), 2)
    expect(await rowsOf(account.id)).toMatchObject({ accounts: 1, prospects: 3 })
    await eraseAccounts(openDatabase(env.DB), 200)
    expect(await rowsOf(account.id)).toEqual({ object_deletions: 4 })
    await tick()
    expect([await rowsOf(account.id), await objectsOf(account)]).toEqual([{}, []])
  })

  test('the schedule erases no rows of an account that was not deleted', async () => {
    const { id } = await accountWithEverything()
    const before = await rowsOf(id)
    await tick()
    expect(await rowsOf(id)).toEqual(before)
  })

  test('a key that no isolate remembers is rejected', async () => {
    const account = await newAccount()
    await markErased(account)
    expect((await account.get('/v1/me')).status).toBe(401)
  })

  // another isolate erases the account while this one remembers the key
  test.each<[string, (account: Account) => Promise<{ status: number }>]>([
    ['the account of the key', ({ get }) => get('/v1/me')],
    ['a list', ({ list }) => list()],
    ['a prospect', ({ get }) => get('/v1/prospects/prs_x')],
    ['a write', ({ prospect }) => prospect()],
    ['a catalog', ({ get }) => get('/v1/stages')],
    ['a new label', ({ post }) => post('/v1/labels', { name: 'Hot' })],
    ['the webhooks', ({ get }) => get('/v1/webhooks')],
    ['a new webhook', ({ post }) => post('/v1/webhooks', { url: 'https://hooks.example.com' })],
    ['the keys', ({ get }) => get('/v1/api-keys')],
    ['a new key', ({ post }) => post('/v1/api-keys', { name: 'New', scopes: ['admin'] })],
  ])('a remembered key is rejected by %s', async (_, call) => {
    const account = await newAccount()
    await account.get('/v1/me')
    await markErased(account)
    expect((await call(account)).status).toBe(401)
    await tick()
    expect((await call(account)).status).toBe(401)
  })
})
