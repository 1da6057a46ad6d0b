import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { runReassignments } from '../../src/catalog/reassign'
import { openOutbox } from '../../src/webhooks/events'
import { type Account, newAccount } from '../support/api'
import { databaseFor } from '../support/callers'
import { type Field, makeField } from '../support/custom-fields'
import { rows } from '../support/d1'
import { eventsOf } from '../support/recorded'

const patch = ({ call }: Account, { id }: { id: string }, body: object) => call('PATCH', `/v1/fields/${id}`, body)
const remove = ({ call }: Account, { id }: { id: string }) => call('DELETE', `/v1/fields/${id}`)
const fieldsOf = async ({ get }: Account): Promise<Field[]> => (await get('/v1/fields')).json.items
const codesOf = ({ status, json }: { status: number; json: any }) => [
  status,
  json.errors?.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`) ?? json.code,
]
const finish = (account: Account) => runReassignments(databaseFor(account), openOutbox(env), account.id, 100)

describe('a custom field', () => {
  test('is created, read, listed by name and renamed', async () => {
    const account = await newAccount()
    const { status, json, headers } = await account.post('/v1/fields', {
      key: 'region',
      name: 'Region',
      type: 'select',
      options: ['North', 'South'],
      filterable: true,
      required: false,
    })
    expect([status, headers.get('location')]).toEqual([201, `/v1/fields/${json.id}`])
    expect(json).toMatchObject({ key: 'region', type: 'select', options: ['North', 'South'], filterable: true })
    expect((await account.get(`/v1/fields/${json.id}`)).json).toEqual(json)
    const area = await makeField(account, 'area', 'number')
    expect(area).toMatchObject({ options: [], filterable: false, required: false })
    const first = (await account.get('/v1/fields?limit=1')).json
    const second = (await account.get(`/v1/fields?limit=1&pageToken=${first.nextPageToken}`)).json
    expect([first.items, second.items, second.nextPageToken]).toEqual([[area], [json], null])
    expect((await patch(account, json, { name: 'Sales region' })).json).toMatchObject({ name: 'Sales region' })
    expect((await fieldsOf(account)).map(({ name }) => name)).toEqual(['area', 'Sales region'])
  })

  test('is created once if the call is repeated', async () => {
    const { call } = await newAccount()
    const body = { key: 'a', name: 'A', type: 'text' }
    const [first, second] = [
      await call('POST', '/v1/fields', body, { 'idempotency-key': '1' }),
      await call('POST', '/v1/fields', body, { 'idempotency-key': '1' }),
    ]
    expect([second.status, second.text, second.headers.get('location')]).toEqual([
      201,
      first.text,
      first.headers.get('location'),
    ])
  })

  test.each([
    [{ key: 'Region' }, '/key wrong_format'],
    [{ key: '' }, '/key wrong_format'],
    [{ key: 'x'.repeat(41) }, '/key wrong_format'],
    [{ name: '' }, '/name required'],
    [{ type: 'json' }, '/type not_allowed'],
    [{ type: 'select' }, '/options required'],
    [{ options: ['A'] }, '/options not_allowed'],
    [{ type: 'select', options: [] }, '/options too_small'],
    [{ type: 'select', options: ['a', 'A'] }, '/options duplicate'],
    [{ type: 'select', options: ['a,b'] }, '/options/0 not_allowed'],
    [{ type: 'select', options: Array.from({ length: 201 }, (_, n) => `${n}`) }, '/options too_large'],
    [{ required: true }, '/required not_allowed'],
  ])('is rejected with %j', async (body, error) => {
    const { post } = await newAccount()
    expect(codesOf(await post('/v1/fields', { key: 'a', name: 'A', type: 'text', ...body }))).toEqual([400, [error]])
  })

  test('has a key and a name of its own', async () => {
    const account = await newAccount()
    const region = await makeField(account, 'region', 'text', { name: 'Region' })
    const area = await makeField(account, 'area', 'text', { name: 'Area' })
    const same = await account.post('/v1/fields', { key: 'region', name: 'Other', type: 'text' })
    expect([codesOf(same), same.json.conflictsWith]).toEqual([[409, 'already_exists'], region.id])
    const named = await account.post('/v1/fields', { key: 'other', name: 'AREA', type: 'text' })
    expect([codesOf(named), named.json.conflictsWith]).toEqual([[409, 'already_exists'], area.id])
    expect(codesOf(await patch(account, region, { name: 'area' }))).toEqual([409, 'already_exists'])
  })

  test('keeps its key, its type and whether it is filterable', async () => {
    const account = await newAccount()
    const field = await makeField(account, 'region', 'text')
    const answer = await patch(account, field, { key: 'other', type: 'number', filterable: true })
    expect(codesOf(answer)).toEqual([400, ['/key unknown_field', '/type unknown_field', '/filterable unknown_field']])
  })

  test('is one of at most 100, of which 20 are filterable', async () => {
    const account = await newAccount()
    await rows(
      `INSERT INTO fields (account_id, id, name, name_key, key, type, filterable, created_at, updated_at)
       SELECT ?1, 'fld_' || value, 'N' || value, 'n' || value, 'k' || value, 'text', value < 19, 1, 1 FROM json_each(?2)`,
      account.id,
      JSON.stringify([...Array(97).keys()]),
    )
    await makeField(account, 'f1', 'text', { filterable: true })
    const body = { key: 'f2', name: 'f2', type: 'text' }
    expect(codesOf(await account.post('/v1/fields', { ...body, filterable: true }))).toEqual([409, 'too_many_fields'])
    await makeField(account, 'f3', 'text')
    const racing = await Promise.all(
      [1, 2].map((n) => account.post('/v1/fields', { ...body, name: `r${n}`, key: `r${n}` })),
    )
    expect(racing.map(({ status }) => status).sort()).toEqual([201, 409])
  })
})

describe('the options of a field', () => {
  test('are renamed in every prospect at once, without a write to any of them', async () => {
    const account = await newAccount()
    const region = await makeField(account, 'region', 'select')
    const areas = await makeField(account, 'areas', 'multiselect')
    const { id } = (await account.prospect({ custom: { region: 'North', areas: ['North', 'South'] } })).json
    const before = await account.get(`/v1/prospects/${id}`)
    expect((await patch(account, region, { renameOptions: [{ from: 'north', to: 'Northern' }] })).json.options).toEqual(
      ['Northern', 'South'],
    )
    // renames are made all at once, so names can be swapped
    const swap = [
      { from: 'North', to: 'South' },
      { from: 'South', to: 'North' },
    ]
    await patch(account, areas, { renameOptions: swap })
    const after = await account.get(`/v1/prospects/${id}`)
    expect(after.json).toEqual({ ...before.json, custom: { region: 'Northern', areas: ['South', 'North'] } })
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'))
    expect(await eventsOf(account)).toHaveLength(1)
    expect((await account.prospect({ custom: { region: 'North' } })).status).toBe(400)
  })

  test('that are removed stay in the values that have them, and come back with their name', async () => {
    const account = await newAccount()
    const region = await makeField(account, 'region', 'select')
    const { id } = (await account.prospect({ custom: { region: 'North' } })).json
    expect((await patch(account, region, { options: ['West', 'South'] })).json.options).toEqual(['West', 'South'])
    expect((await account.get(`/v1/prospects/${id}`)).json.custom).toEqual({ region: 'North' })
    const same = await account.call('PATCH', `/v1/prospects/${id}`, { custom: { region: 'North' } })
    expect([same.status, same.json.version]).toEqual([200, 1])
    expect((await account.prospect({ custom: { region: 'North' } })).status).toBe(400)
    await patch(account, region, { options: ['South', 'NORTH'] })
    expect((await account.get(`/v1/prospects/${id}`)).json.custom).toEqual({ region: 'NORTH' })
  })

  test.each([
    [{ renameOptions: [{ from: 'East', to: 'West' }] }, '/renameOptions/0/from not_allowed'],
    [{ renameOptions: [{ from: 'North', to: 'south' }] }, '/renameOptions duplicate'],
    [{ options: [] }, '/options too_small'],
  ])('cannot be changed by %j', async (body, error) => {
    const account = await newAccount()
    expect(codesOf(await patch(account, await makeField(account, 'region', 'select'), body))).toEqual([400, [error]])
  })

  test('are rejected for other types, and are at most 1,000 in an account, removed ones included', async () => {
    const account = await newAccount()
    const score = await makeField(account, 'score', 'number')
    expect(codesOf(await patch(account, score, { options: ['A'] }))).toEqual([400, ['/options not_allowed']])
    const names = (from: number) => Array.from({ length: 200 }, (_, n) => `O${from + n}`)
    const field = await makeField(account, 'a', 'select', { options: names(0) })
    for (const from of [200, 400, 600, 800])
      expect((await patch(account, field, { options: names(from) })).status).toBe(200)
    expect(codesOf(await patch(account, field, { options: names(1000) }))).toEqual([409, 'too_many_fields'])
  })

  test('are all kept if calls change them at the same time', async () => {
    const account = await newAccount()
    const region = await makeField(account, 'region', 'select')
    const answers = await Promise.all(
      ['North', 'South'].map((from) => patch(account, region, { renameOptions: [{ from, to: `${from} 2` }] })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect((await fieldsOf(account))[0]?.options).toEqual(['North 2', 'South 2'])
  })
})

describe('a deleted field', () => {
  test('is gone at once, its values are erased with an event each, and then its key is free', async () => {
    const account = await newAccount()
    const region = await makeField(account, 'region', 'select', { filterable: true })
    await makeField(account, 'score', 'number')
    const { id } = (await account.prospect({ custom: { region: 'North', score: 1 } })).json
    const plain = (await account.prospect({ custom: { score: 2 } })).json
    expect((await remove(account, region)).status).toBe(202)
    expect((await remove(account, region)).status).toBe(404)
    expect((await fieldsOf(account)).map(({ key }) => key)).toEqual(['score'])
    expect((await account.prospect({ custom: { region: 'North' } })).status).toBe(400)
    await finish(account)
    const erased = (await account.get(`/v1/prospects/${id}`)).json
    expect([erased.custom, erased.version]).toEqual([{ score: 1 }, 2])
    expect((await account.get(`/v1/prospects/${plain.id}`)).json).toMatchObject({ custom: { score: 2 }, version: 1 })
    expect((await eventsOf(account)).at(-1)).toMatchObject({
      type: 'prospect.updated',
      data: { changes: { 'custom.region': { from: 'North', to: null } } },
    })
    expect(await rows('SELECT value FROM prospect_custom WHERE account_id = ?', account.id)).toEqual([])
    const again = await makeField(account, 'region', 'text')
    expect((await account.prospect({ custom: { region: 'x' } })).status).toBe(201)
    expect(again.id).not.toBe(region.id)
  })

  test('has a key that cannot be used until its values are erased, however the work is interrupted', async () => {
    const account = await newAccount()
    const field = await makeField(account, 'note', 'text')
    for (let n = 0; n < 3; n++) await account.prospect({ custom: { note: `n${n}` } })
    // the work of the call itself is left to the schedule
    await rows('UPDATE fields SET deleted_at = 1 WHERE account_id = ?', account.id)
    await rows(
      "INSERT INTO moves (account_id, kind, from_id, to_id, key_id, tried_at) VALUES (?, 'fields', ?, '', 'key', 1)",
      account.id,
      field.id,
    )
    await rows('UPDATE accounts SET catalog_version = catalog_version + 1 WHERE id = ?', account.id)
    const body = { key: 'note', name: 'note', type: 'text' }
    expect(codesOf(await account.post('/v1/fields', body))).toEqual([409, 'being_erased'])
    expect((await account.list('limit=3')).json.prospects.map(({ custom }) => custom.note)).toEqual(['n2', 'n1', 'n0'])
    // a merge does not carry a value to a prospect that was looked at before
    const [, first, second] = (await account.list('limit=3')).json.prospects.map(({ id }) => id)
    await account.call('PATCH', `/v1/prospects/${second}`, { title: 'Agent' })
    await rows(`UPDATE prospects SET custom = '{}' WHERE account_id = ? AND id = ?`, account.id, String(second))
    const merged = await account.post(`/v1/prospects/${second}/merge`, { duplicateId: first })
    expect(merged.json.custom).toEqual({})
    await finish(account)
    expect((await account.list('limit=3')).json.prospects.map(({ custom }) => custom)).toEqual([{}, {}])
    expect((await account.post('/v1/fields', body)).status).toBe(201)
  })
})
