import { beforeAll, describe, expect, test, vi } from 'vitest'
import { type Account, costOf, newAccount } from '../support/api'
import { makeItem } from '../support/catalog-items'
import { type Field, makeField, TYPES } from '../support/custom-fields'
import { rows } from '../support/d1'

let account: Account
let users: string[]
const fields: Record<string, Field> = {}

/** First name → custom values. */
const PEOPLE = {
  A: { text: 'Straße 1', number: 1, boolean: true, date: '2026-01-31', select: 'North', multiselect: ['North'] },
  B: { text: 'STRASSE 1', number: -2.5, boolean: false, date: '2026-02-01', select: 'South', multiselect: ['South'] },
  C: { text: 'x', number: 1e15, select: 'North', multiselect: ['North', 'South'], url: 'https://example.com/A' },
  D: { number: 0 },
  E: {},
}

beforeAll(async () => {
  account = await newAccount()
  for (const type of [...TYPES, 'user']) fields[type] = await makeField(account, type, type, { filterable: true })
  await makeField(account, 'hidden', 'text')
  users = [(await makeItem(account, 'users', 'Ann')).id, (await makeItem(account, 'users', 'Bob')).id]
  for (const [firstName, custom] of Object.entries(PEOPLE))
    await account.prospect({ firstName, custom: { ...custom, ...(firstName < 'C' && { user: users[0] }) } })
})

/** The first names of the prospects that a query finds, the oldest first. Also checks the total. */
async function found(query: string, of = account) {
  const { status, json, text } = await of.list(`${query}&limit=1000&sort=createdAt`)
  expect(status, text).toBe(200)
  expect(json.totalCount).toBe(json.prospects.length)
  return json.prospects.map(({ firstName }) => firstName).join('')
}

/** The first names, read one by one, without totals. */
async function onePerPage(query: string): Promise<(string | undefined)[]> {
  const names: (string | undefined)[] = []
  for (let token: string | null = ''; token !== null; ) {
    const { json }: Awaited<ReturnType<Account['list']>> = await account.list(
      `${query}&total=false${token && `&pageToken=${token}`}`,
    )
    names.push(...json.prospects.map(({ firstName }) => firstName))
    token = json.nextPageToken
  }
  return names
}

describe('a filter by a custom field', () => {
  test.each([
    ['text, without case', 'custom.text=strasse 1', 'AB'],
    ['the beginning of a text', 'custom.text=strasse', ''],
    ['an integer', 'custom.number=1', 'A'],
    ['an integer, written as a decimal', 'custom.number=1.0', 'A'],
    ['a large number, with an exponent', 'custom.number=1e15', 'C'],
    ['zero', 'custom.number=-0', 'D'],
    ['at least', 'custom.number.gte=0', 'ACD'],
    ['at most', 'custom.number.lte=0', 'BD'],
    ['a range', 'custom.number.gte=-2.5&custom.number.lte=1', 'ABD'],
    ['an empty range', 'custom.number.gte=2&custom.number.lte=1', ''],
    ['true', 'custom.boolean=true', 'A'],
    ['true or false', 'custom.boolean=true,false', 'AB'],
    ['a date', 'custom.date=2026-01-31', 'A'],
    ['a range of dates', 'custom.date.gte=2026-02-01&custom.date.lte=2026-12-31', 'B'],
    ['an option, without case', 'custom.select=north', 'AC'],
    ['options, with a comma', 'custom.select=North,South', 'ABC'],
    ['options, as two parameters', 'custom.select=North&custom.select=South', 'ABC'],
    ['an option that does not exist', 'custom.select=East', ''],
    ['an option that does not exist, and one that does', 'custom.select=East,South', 'B'],
    ['an option of several', 'custom.multiselect=South', 'BC'],
    ['several options of several', 'custom.multiselect=South,North', 'ABC'],
    ['a URL', 'custom.url=https://example.com/a', 'C'],
    ['nothing between commas', 'custom.select=,', ''],
    ['brackets', 'custom[select]=North&custom[number.gte]=2', 'C'],
    ['two fields', 'custom.select=North&custom.multiselect=South', 'C'],
    ['a field and a name', 'custom.select=North&name=a', 'A'],
    ['a field and a stage, by change', 'custom.select=North&stage=New&sort=-updatedAt', 'AC'],
  ])('by %s', async (_what, query, names) => {
    const { status, json, text } = await account.list(`limit=100&${query}`)
    expect(status, text).toBe(200)
    expect(
      json.prospects
        .map(({ firstName }) => firstName)
        .reverse()
        .join(''),
    ).toBe(names)
    expect(json.totalCount).toBe(names.length)
    expect((await onePerPage(query)).reverse().join('')).toBe(names)
  })

  test('by a user', async () => {
    expect(await found(`custom.user=${users[0]}`)).toBe('AB')
    expect(await found(`custom.user=${users.join()}`)).toBe('AB')
    expect(await found('custom.user=usr_x')).toBe('')
  })

  test('applies to the export', async () => {
    const { text } = await account.get('/v1/prospects/export?fields=firstName&custom.number.gte=1')
    expect(text.match(/,[A-Z]\r/g)).toEqual([',C\r', ',A\r'])
  })

  test.each([
    ['custom.nope=1', '/custom.nope unknown_parameter'],
    ['custom.Nope=1', '/custom.Nope unknown_parameter'],
    ['custom.number.gt=1', '/custom.number.gt unknown_parameter'],
    ['custom.hidden=1', '/custom.hidden not_allowed'],
    ['custom.text.gte=1', '/custom.text.gte not_allowed'],
    ['custom.number=x', '/custom.number wrong_format'],
    ['custom.number.gte=1,2', '/custom.number.gte wrong_format'],
    ['custom.number.gte=1&custom.number.gte=2', '/custom.number.gte wrong_type'],
    ['custom.date=2026-02-30', '/custom.date wrong_format'],
    ['custom.boolean=yes', '/custom.boolean wrong_format'],
    ['custom.text=', '/custom.text required'],
    ['custom.select=1,2,3,4,5,6,7,8,9,10,11', '/custom.select too_many'],
    ['custom=x', '/custom wrong_format'],
    ['custom.=x', '/custom. unknown_parameter'],
    ['custom.__proto__=x', '/custom.__proto__ unknown_parameter'],
    ['nope.text=x', '/nope.text unknown_parameter'],
  ])('is rejected: %s', async (query, error) => {
    const { status, json } = await account.get(`/v1/prospects?${query}`)
    expect([status, json.errors?.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`)]).toEqual([
      400,
      [error],
    ])
  })

  test('reports all errors together', async () => {
    const { json } = await account.get('/v1/prospects?custom.nope=1&custom.number=x&custom.date=x')
    expect(json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/custom.date',
      '/custom.nope',
      '/custom.number',
    ])
  })

  test('takes one round trip in an isolate that knows the fields, and two otherwise', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await found('custom.number=1')
    const known = await account.list('custom.number=1')
    // an isolate remembers fields for thirty seconds, and so it does keys
    vi.setSystemTime(Date.now() + 31_000)
    await account.get('/v1/me')
    const unknown = await account.list('custom.number=1')
    vi.useRealTimers()
    expect([costOf(known).trips, costOf(unknown).trips]).toEqual([1, 2])
  })
})

describe('an isolate that remembers old fields', () => {
  /** Runs statements as another isolate would: this one does not learn of them. */
  const elsewhere = async ({ id }: Account, sql: string) => {
    await rows(sql, id)
    await rows('UPDATE accounts SET catalog_version = catalog_version + 1 WHERE id = ?', id)
  }
  async function remembering() {
    const other = await newAccount()
    const field = await makeField(other, 'region', 'select', { filterable: true })
    await other.prospect({ firstName: 'A', custom: { region: 'North' } })
    expect(await found('custom.region=North', other)).toBe('A')
    return { other, field }
  }

  test('filters by a renamed option', async () => {
    const { other } = await remembering()
    await elsewhere(other, `UPDATE fields SET options = replace(options, 'North', 'Up') WHERE account_id = ?`)
    expect(await found('custom.region=up', other)).toBe('A')
    await elsewhere(other, `UPDATE fields SET options = replace(options, 'Up', 'Top') WHERE account_id = ?`)
    expect(await found('custom.region=up', other)).toBe('')
    expect(await found('custom.region=South,Top', other)).toBe('A')
  })

  test('filters by a new field, and rejects a filter by a deleted one', async () => {
    const { other } = await remembering()
    await elsewhere(
      other,
      `INSERT INTO fields (account_id, id, name, name_key, key, type, filterable, created_at, updated_at)
       VALUES (?, 'fld_new', 'New', 'new', 'new', 'text', 1, 1, 1)`,
    )
    expect(await found('custom.new=x', other)).toBe('')
    await elsewhere(other, 'UPDATE fields SET deleted_at = 1 WHERE account_id = ?')
    expect((await other.list('custom.region=North')).status).toBe(400)
  })

  test('stores no value that the current fields do not allow', async () => {
    const { other } = await remembering()
    await elsewhere(other, `UPDATE fields SET options = '[{"id":2,"name":"South"}]' WHERE account_id = ?`)
    expect((await other.prospect({ custom: { region: 'North' } })).status).toBe(400)
    expect((await other.prospect({ custom: { region: 'South' } })).json.custom).toEqual({ region: 'South' })
  })
})
