import Papa from 'papaparse'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { makeItem } from '../support/catalog-items'
import { makeField, TYPES, VALUES } from '../support/custom-fields'
import { asText, countsOf, holdImports, imported, sendFile } from '../support/import-files'
import { eventsOf } from '../support/recorded'

beforeEach(() => void holdImports())
afterEach(() => void vi.restoreAllMocks())

const NDJSON = { type: 'application/x-ndjson' }
const customOf = async ({ list }: Account) =>
  (await list('limit=100&sort=createdAt')).json.prospects.map((p) => p.custom)

/** An account with a field of each type; the key is the type. */
async function withFields() {
  const account = await newAccount()
  for (const type of [...TYPES, 'user']) await makeField(account, type, type, { filterable: true })
  return account
}

describe('columns of custom fields', () => {
  test.each([
    'lead_score',
    'Lead Score',
    'LEAD-SCORE',
    'custom.lead_score',
    'Rating of the lead',
    'rating of the LEAD',
  ])('are recognised by the key and by the name: %s', async (heading) => {
    const account = await newAccount()
    await makeField(account, 'lead_score', 'number', { name: 'Rating of the lead' })
    const file = Papa.unparse([{ name: 'Ann Lee', [heading]: '7' }])
    expect(await imported(account, file)).toMatchObject({ created: 1, unknownColumns: [], errors: [] })
    const line = JSON.stringify({ name: 'Ann Lee', [heading]: 8 })
    expect(await imported(account, line, NDJSON)).toMatchObject({ created: 1, unknownColumns: [], errors: [] })
    expect(await customOf(account)).toEqual([{ lead_score: 7 }, { lead_score: 8 }])
  })

  test('come before usual headings of other fields, but not before the names of fields', async () => {
    const account = await newAccount()
    for (const key of ['region', 'city']) await makeField(account, key, 'text')
    await imported(account, 'name,Region,City,custom.city\nAnn Lee,North,Rome,Pisa\n')
    expect((await account.list()).json.prospects[0]).toMatchObject({
      state: null,
      city: 'Rome',
      custom: { region: 'North', city: 'Pisa' },
    })
  })

  test('can be named in the mapping', async () => {
    const account = await newAccount()
    await makeField(account, 'region', 'text')
    const query = (field: string) => `?mapping=${encodeURIComponent(JSON.stringify({ Area: field }))}`
    await imported(account, 'name,Area\nAnn Lee,North\n', { query: query('custom.region') })
    expect(await customOf(account)).toEqual([{ region: 'North' }])
    const unknown = await sendFile(account, 'name,Area\nAnn Lee,North\n', { query: query('custom.nope') })
    expect([unknown.status, (unknown.json as any).errors]).toMatchObject([
      400,
      [{ pointer: '/mapping', code: 'not_allowed' }],
    ])
  })

  test('of deleted fields, and of keys that never existed, are unknown', async () => {
    const account = await newAccount()
    const { id } = await makeField(account, 'region', 'text')
    await account.call('DELETE', `/v1/fields/${id}`)
    const csv = await imported(account, 'name,region 2,custom.region,custom\nAnn Lee,x,x,x\n')
    expect(csv).toMatchObject({ created: 1, unknownColumns: ['region 2', 'custom.region', 'custom'] })
    const line = '{"name":"Ann Lee","custom":{"region":"x","__proto__":"y"}}'
    expect(await imported(account, line, NDJSON)).toMatchObject({
      created: 1,
      unknownColumns: ['custom.region', 'custom.__proto__'],
    })
  })
})

describe('the cells of custom fields', () => {
  test('are read by the type of the field; an empty cell keeps the value', async () => {
    const account = await withFields()
    const cells = [
      ['number', '+1.50', 1.5],
      ['boolean', 'Yes', true],
      ['date', ' 2026-11-30 ', '2026-11-30'],
      ['select', 'north', 'North'],
      ['multiselect', 'South, north,', ['North', 'South']],
      ['text', "'=1+1", '=1+1'],
      ['url', 'https://example.com', 'https://example.com'],
    ] as const
    const row = Object.fromEntries(cells.map(([type, cell]) => [type, cell]))
    await imported(account, Papa.unparse([{ name: 'Ann Lee', email: 'ann@example.com', ...row }]))
    const expected = Object.fromEntries(cells.map(([type, , value]) => [type, value]))
    expect(await customOf(account)).toEqual([expected])
    const empty = Papa.unparse([{ name: 'Ann Lee', email: 'ann@example.com', ...row, number: '', text: 'New' }])
    expect(await imported(account, empty, { query: '?update=true' })).toMatchObject({ updated: 1 })
    expect(await customOf(account)).toEqual([{ ...expected, text: 'New' }])
  })

  test('that are wrong are left out, with a warning; the rest of the row is written', async () => {
    const account = await withFields()
    const wrong = {
      number: 'many',
      boolean: 'maybe',
      date: '30.11.2026',
      select: 'East',
      multiselect: 'North, East',
      url: 'x',
      user: 'usr_x',
    }
    const file = Papa.unparse([{ name: 'Ann Lee', text: 'Kept', ...wrong }])
    const { errors, ...one } = await imported(account, file)
    expect(countsOf(one)).toEqual({ read: 1, created: 1, updated: 0, unchanged: 0, failed: 0 })
    expect(errors.map(asText)).toEqual(
      [
        ['number', 'wrong_type'],
        ['boolean', 'wrong_type'],
        ['date', 'wrong_format'],
        ['select', 'not_allowed'],
        ['multiselect', 'not_allowed'],
        ['url', 'wrong_format'],
        ['user', 'unknown_reference'],
      ].map(([type, code]) => `2 ${type} custom.${type} ${code}`),
    )
    expect(errors.every(({ refused }) => !refused)).toBe(true)
    for (const value of Object.values(wrong)) expect(JSON.stringify(errors)).not.toContain(`"${value}`)
    expect(await customOf(account)).toEqual([{ text: 'Kept' }])
    const again = await imported(account, file, { query: '?dryRun=true' })
    expect(again.errors).toHaveLength(7)
  })

  test('of NDJSON can have their JSON type, and null clears a value', async () => {
    const account = await withFields()
    const custom = Object.fromEntries(TYPES.map((type) => [type, VALUES[type]?.valid[1]]))
    const row = { name: 'Ann Lee', email: 'ann@example.com' }
    await imported(account, JSON.stringify({ ...row, custom }), NDJSON)
    expect(await customOf(account)).toEqual([custom])
    await imported(account, JSON.stringify({ ...row, update: true, custom: { text: null } }), NDJSON)
    const { text: _, ...others } = custom
    expect(await customOf(account)).toEqual([others])
  })
})

test.each(['text/csv', 'application/x-ndjson'])(
  'importing an unchanged export changes no custom value (%s)',
  async (accept) => {
    const account = await withFields()
    const user = (await makeItem(account, 'users', 'Ann')).id
    const select = (await account.get('/v1/fields')).json.items.find(({ key }: { key: string }) => key === 'select').id
    for (const n of [0, 1] as const) {
      const custom = Object.fromEntries(TYPES.map((type) => [type, VALUES[type]?.valid[n]]))
      await account.prospect({ custom: { ...custom, user } })
    }
    await account.prospect({ custom: { number: -1e-7, text: '-5' } })
    await account.call('PATCH', `/v1/fields/${select}`, { options: ['South'] })
    const before = [await customOf(account), (await eventsOf(account)).length]
    const { text } = await account.call('GET', '/v1/prospects/export', undefined, { accept })
    const result = await imported(account, text, { type: accept, query: '?update=true' })
    expect(result).toMatchObject({ unchanged: 3, errors: [], unknownColumns: [] })
    expect([await customOf(account), (await eventsOf(account)).length]).toEqual(before)
  },
)
