import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { CSV_COLUMNS } from '../../src/prospects/field-names'
import { CreateProspect } from '../../src/prospects/schema'
import { writeProspects } from '../../src/prospects/store'
import { toCreateRequest } from '../../src/prospects/write-request'
import { type Account, costOf, newAccount } from '../support/api'
import { callerOf, databaseFor, noOutbox } from '../support/callers'
import { makeItem } from '../support/catalog-items'
import { makeField, TYPES, VALUES } from '../support/custom-fields'
import { rows } from '../support/d1'
import { eventsOf } from '../support/recorded'

const patch = ({ call }: Account, id: string, body: object) => call('PATCH', `/v1/prospects/${id}`, body)
const customOf = async ({ get }: Account, id: string) => (await get(`/v1/prospects/${id}`)).json.custom
const pointersOf = ({ json }: { json: any }) =>
  json.errors?.map(({ pointer, code }: Record<string, string>) => [pointer, code])

/** An account with a field of each type; the key is the type. */
async function withFields(body: object = {}) {
  const account = await newAccount()
  for (const type of [...TYPES, 'user']) await makeField(account, type, type, body)
  return account
}

/** The first or second valid value of each type. */
const values = (n: 0 | 1) => Object.fromEntries(TYPES.map((type) => [type, VALUES[type]?.valid[n]]))

describe('custom values', () => {
  test('of every type are in the responses of POST, PATCH, GET and the list, and in events', async () => {
    const account = await withFields()
    const user = (await makeItem(account, 'users', 'Ann')).id
    const first = { ...values(0), user }
    const created = await account.prospect({ custom: first })
    expect([created.status, created.json.custom]).toEqual([201, first])
    const { id } = created.json
    expect(await customOf(account, id)).toEqual(first)
    const changed = await patch(account, id, { custom: values(1) })
    expect(changed.json.custom).toEqual({ ...values(1), user })
    expect((await account.list()).json.prospects[0]?.custom).toEqual({ ...values(1), user })
    const events = await eventsOf(account)
    expect(events.map(({ data }) => data.prospect.custom)).toEqual([first, { ...values(1), user }])
    expect(events[1]?.data.changes).toEqual(
      Object.fromEntries(TYPES.map((type) => [`custom.${type}`, { from: values(0)[type], to: values(1)[type] }])),
    )
  })

  test('are in both exports: in CSV, each field has a column after the others', async () => {
    const account = await withFields()
    const user = (await makeItem(account, 'users', 'Ann')).id
    const all: Record<string, unknown> = { ...values(1), user }
    await account.prospect({ custom: all })
    await account.prospect({ custom: { boolean: false } })
    const { data } = Papa.parse<string[]>((await account.get('/v1/prospects/export')).text.trimEnd())
    const keys = [...TYPES, 'user'].sort()
    expect(data.map((row) => row.slice(CSV_COLUMNS.length))).toEqual([
      keys.map((key) => `custom.${key}`),
      keys.map((key) => (key === 'boolean' ? 'false' : '')),
      keys.map((key) => (key === 'text' ? `'${all.text}` : [all[key]].flat().join(', '))),
    ])
    const ndjson = await account.call('GET', '/v1/prospects/export', undefined, { accept: 'application/x-ndjson' })
    const lines = ndjson.text.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).custom)).toEqual([{ boolean: false }, all])
  })

  test('are selected by `fields`, as a whole or one by one', async () => {
    const account = await withFields()
    const { id } = (await account.prospect({ title: 'Agent', custom: values(0) })).json
    const select = async (fields: string) => (await account.list(`fields=${fields}`)).json.prospects[0]
    expect(await select('custom')).toEqual({ id, custom: values(0) })
    expect(await select('title,custom.number,custom.date')).toEqual({
      id,
      title: 'Agent',
      custom: { number: values(0).number, date: values(0).date },
    })
    const csv = (await account.get('/v1/prospects/export?fields=custom.number,title')).text
    expect(csv.split('\r\n')).toEqual(['id,title,custom.number', `${id},Agent,-12.5`, ''])
    const unknown = await account.list('fields=custom.nope,custom.text')
    expect([unknown.status, pointersOf(unknown)]).toEqual([400, [['/fields', 'not_allowed']]])
  })

  test('stay if a write does not name their key, and null or an empty value clears them', async () => {
    const account = await withFields()
    const { id } = (await account.prospect({ email: 'ann@example.com', custom: values(0) })).json
    await account.prospect({ email: 'ann@example.com', update: true, title: 'Agent' })
    expect(await customOf(account, id)).toEqual(values(0))
    const cleared = { text: null, number: null, boolean: null, date: '', select: ' ', multiselect: [] }
    expect((await patch(account, id, { custom: cleared })).json.custom).toEqual({ url: VALUES.url?.valid[0] })
    expect((await patch(account, id, { custom: null })).json.custom).toEqual({})
    expect((await eventsOf(account)).at(-1)?.data.changes).toEqual({
      'custom.url': { from: VALUES.url?.valid[0], to: null },
    })
  })

  test('that are equal to the present ones change nothing', async () => {
    const account = await withFields()
    const { id } = (await account.prospect({ custom: values(0) })).json
    const same = { ...values(0), select: ' NORTH ', multiselect: ['south', 'South'], number: -12.5 }
    const answer = await patch(account, id, { custom: same })
    expect([answer.json.version, costOf(answer).written]).toEqual([1, 0])
    expect(await eventsOf(account)).toHaveLength(1)
  })

  test('that are wrong are all reported, with the other errors of the body', async () => {
    const account = await withFields()
    for (const type of TYPES)
      for (const [value, code] of VALUES[type]?.invalid ?? []) {
        const answer = await account.prospect({ lastName: '', custom: { [type]: value, nope: 1, __proto__x: 1 } })
        const pointer = `/custom/${type}${code === 'not_allowed' && Array.isArray(value) ? '/1' : ''}`
        expect([answer.status, pointersOf(answer)]).toEqual([
          400,
          [
            ['/lastName', 'required'],
            [pointer, code],
            ['/custom/nope', 'unknown_field'],
            ['/custom/__proto__x', 'unknown_field'],
          ],
        ])
        const alone = await account.prospect({ custom: { [type]: value } })
        expect([alone.status, pointersOf(alone)]).toEqual([400, [[pointer, code]]])
      }
    expect((await account.prospect({ custom: [] })).status).toBe(400)
    expect((await account.list()).json.totalCount).toBe(0)
  })

  test.each(['__proto__', 'constructor', 'valueof', '0', '_'])('can have the key %s', async (key) => {
    const account = await newAccount()
    expect(pointersOf(await account.prospect({ custom: JSON.parse(`{"${key}": "x"}`) }))).toEqual([
      [`/custom/${key}`, 'unknown_field'],
    ])
    await makeField(account, key, 'text', { filterable: true })
    const { json } = await account.call(
      'POST',
      '/v1/prospects',
      `{"firstName": "Ann", "lastName": "Lee", "custom": {"${key}": "x"}}`,
      { 'content-type': 'application/json' },
    )
    expect(JSON.stringify(json.custom)).toBe(`{"${key}":"x"}`)
    expect((await eventsOf(account))[0]?.data.prospect.custom).toEqual(JSON.parse(`{"${key}":"x"}`))
  })

  test('of the type user return 422 for an unknown user, next to other unknown ids', async () => {
    const account = await withFields()
    const answer = await account.prospect({ officeId: 'off_x', custom: { user: 'usr_x' } })
    expect([answer.status, pointersOf(answer)]).toEqual([
      422,
      [
        ['/officeId', 'unknown_reference'],
        ['/custom/user', 'unknown_reference'],
      ],
    ])
    const other = await makeItem(await newAccount(), 'users', 'Ann')
    expect((await account.prospect({ custom: { user: other.id } })).status).toBe(422)
  })

  test('keep a user from being deleted, and get another one with moveTo', async () => {
    const account = await withFields()
    const [ann, bob] = [await makeItem(account, 'users', 'Ann'), await makeItem(account, 'users', 'Bob')]
    const { id } = (await account.prospect({ custom: { user: ann.id } })).json
    const rejected = await account.call('DELETE', `/v1/users/${ann.id}`)
    expect([rejected.status, rejected.json.prospectCount]).toEqual([409, 1])
    expect((await account.get('/v1/users?counts=true')).json.items[0].prospectCount).toBe(1)
    expect((await account.call('DELETE', `/v1/users/${ann.id}?moveTo=${bob.id}`)).status).toBe(202)
    await expect.poll(() => customOf(account, id)).toEqual({ user: bob.id })
    await expect.poll(async () => (await account.get('/v1/users')).json.items.length).toBe(1)
  })

  test('of the survivor win in a merge, and blanks are filled from the duplicate', async () => {
    const account = await withFields({ filterable: true })
    const { text, number, ...others } = values(1)
    const survivor = (await account.prospect({ custom: { text: 'Kept', number: 1 } })).json
    const duplicate = (await account.prospect({ custom: { text, number, ...others } })).json
    const merged = await account.post(`/v1/prospects/${survivor.id}/merge`, { duplicateId: duplicate.id })
    expect(merged.json.custom).toEqual({ text: 'Kept', number: 1, ...others })
  })

  test('of one prospect have at most 250 kB', { tags: 'scale' }, async () => {
    const account = await newAccount()
    const keys = Array.from({ length: 40 }, (_, n) => `f${n}`)
    for (const key of keys) await makeField(account, key, 'text')
    const custom = (n: number, letter: string) =>
      Object.fromEntries(keys.slice(0, n).map((key) => [key, letter.repeat(2000)]))
    const answer = await account.prospect({ custom: custom(40, '😀') })
    expect(pointersOf(answer)).toEqual([['/custom', 'too_large']])
    const { id } = (await account.prospect({ custom: custom(30, '😀') })).json
    expect((await patch(account, id, { custom: custom(30, '😃') })).status).toBe(200)
    const duplicate = (await account.prospect({ custom: { f39: '😀'.repeat(2000), f38: '😀'.repeat(2000) } })).json
    const merge = await account.post(`/v1/prospects/${id}/merge`, { duplicateId: duplicate.id })
    expect(pointersOf(merge)).toEqual([['/duplicateId', 'too_large']])
  })
})

test('a write that is planned while its field changes is planned again', async () => {
  const account = await newAccount()
  await makeField(account, 'region', 'select')
  const db = databaseFor(account)
  const batch = db.d1.batch.bind(db.d1)
  let calls = 0
  // between the read and the commit of the first pass
  db.d1.batch = async (statements) => {
    if (++calls === 2) {
      await rows(`UPDATE fields SET options = '[{"id":2,"name":"South"}]' WHERE account_id = ?`, account.id)
      await rows('UPDATE accounts SET catalog_version = catalog_version + 1 WHERE id = ?', account.id)
    }
    return batch(statements) as never
  }
  const body = CreateProspect.parse({ firstName: 'Ann', lastName: 'Lee', custom: { region: 'North' } })
  const options = { source: 'api' as const, outbox: noOutbox }
  const written = writeProspects(db, callerOf(account), [toCreateRequest(body, 'US')], options)
  await expect(written).rejects.toMatchObject({ status: 400, members: { errors: [{ pointer: '/custom/region' }] } })
  expect((await account.list()).json.totalCount).toBe(0)
})

test('a write that was planned before a field was deleted does not store a value of it', async () => {
  const account = await newAccount()
  const field = await makeField(account, 'region', 'select')
  const writes = Array.from({ length: 8 }, () => account.prospect({ custom: { region: 'North' } }))
  const deleted = account.call('DELETE', `/v1/fields/${field.id}`)
  const statuses = (await Promise.all(writes)).map(({ status }) => status)
  expect((await deleted).status).toBe(202)
  expect(statuses.filter((status) => ![201, 400].includes(status))).toEqual([])
  await expect
    .poll(() => rows('SELECT 1 FROM fields WHERE account_id = ?', account.id), { timeout: 10_000 })
    .toEqual([])
  expect(await rows("SELECT custom FROM prospects WHERE account_id = ? AND custom <> '{}'", account.id)).toEqual([])
})
