import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { fieldOf, TEXT_FIELDS, type TextField } from '../../src/prospects/field-names'
import { type Account, newAccount } from '../support/api'
import { rows, tables } from '../support/d1'
import { imported } from '../support/import-files'
import { PLAIN_TEXTS, valuesOf } from '../support/prospect-fields'
import { eventsOf } from '../support/recorded'

/** A text that no id, time or hash contains by chance. */
const newMark = () => `z${crypto.randomUUID().slice(0, 8)}z`

/** Everything that the database stores, as one text. */
const storedText = async () =>
  JSON.stringify(await Promise.all((await tables()).map(({ name }) => rows(`SELECT * FROM ${name}`))))

const officeOf = async ({ post }: Account, name: string) => (await post('/v1/offices', { name })).json.id as string

/** A value for each of these fields. */
const forEach = <T>(fields: TextField[], value: (name: TextField) => T) =>
  Object.fromEntries(fields.map((name) => [name, value(name)])) as Record<TextField, T>
/** What an object has in these fields. */
const textsOf = (of: object | undefined, fields: TextField[] = TEXT_FIELDS) =>
  forEach(fields, (name) => (of as Record<string, unknown> | undefined)?.[name])

const REQUIRED = TEXT_FIELDS.filter((name) => fieldOf(name).required)
const OPTIONAL = TEXT_FIELDS.filter((name) => !fieldOf(name).required)

/** An account, and two values for each text field. */
async function newTexts() {
  const account = await newAccount()
  const mark = newMark()
  const offices = [await officeOf(account, 'One'), await officeOf(account, 'Two')]
  const values = (n: 0 | 1) =>
    forEach(TEXT_FIELDS, (name) => (fieldOf(name).type === 'reference' ? (offices[n] ?? '') : valuesOf(name, mark)[n]))
  return { account, first: values(0), second: values(1) }
}

describe('every text field', () => {
  test('is in the responses of POST, GET and the list, in both exports and in the event', async () => {
    const { account, first } = await newTexts()
    const created = await account.prospect(first)
    expect([created.status, textsOf(created.json)]).toEqual([201, first])
    expect(textsOf((await account.get(`/v1/prospects/${created.json.id}`)).json)).toEqual(first)
    expect(textsOf((await account.list()).json.prospects[0])).toEqual(first)
    const csv = (await account.get('/v1/prospects/export')).text
    expect(textsOf(Papa.parse<object>(csv.slice(1), { header: true }).data[0])).toEqual(first)
    const ndjson = await account.call('GET', '/v1/prospects/export', undefined, { accept: 'application/x-ndjson' })
    expect(textsOf(JSON.parse(ndjson.text))).toEqual(first)
    expect(textsOf((await eventsOf(account))[0]?.data.prospect)).toEqual(first)
  })

  test('is changed by PATCH and by POST with update, and events report the change', async () => {
    const { account, first, second } = await newTexts()
    const email = 'ann@example.com'
    const { id } = (await account.prospect({ ...first, email })).json
    expect(textsOf((await account.call('PATCH', `/v1/prospects/${id}`, second)).json)).toEqual(second)
    const updated = (await account.prospect({ ...first, email, update: true })).json
    expect([updated.id, textsOf(updated)]).toEqual([id, first])
    const changes = (await eventsOf(account)).slice(1).map(({ data }) => textsOf(data.changes))
    expect(changes).toEqual([
      forEach(TEXT_FIELDS, (name) => ({ from: first[name], to: second[name] })),
      forEach(TEXT_FIELDS, (name) => ({ from: second[name], to: first[name] })),
    ])
  })

  test.each([null, '', ' '])('is cleared by %j, unless it is required', async (empty) => {
    const { account, first } = await newTexts()
    const { id } = (await account.prospect(first)).json
    const cleared = await account.call(
      'PATCH',
      `/v1/prospects/${id}`,
      forEach(OPTIONAL, () => empty),
    )
    expect(cleared.status).toBe(200)
    const rejected = await account.call(
      'PATCH',
      `/v1/prospects/${id}`,
      forEach(REQUIRED, () => empty),
    )
    expect([rejected.status, rejected.json.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
      400,
      REQUIRED.map((name) => `/${name}`),
    ])
    expect(textsOf((await account.get(`/v1/prospects/${id}`)).json)).toEqual({
      ...first,
      ...forEach(OPTIONAL, () => null),
    })
  })

  test('is read from a file under its name and under each usual heading', async () => {
    const { account, first } = await newTexts()
    const headings = forEach(TEXT_FIELDS, (name) => [name, ...(fieldOf(name).headings?.split(' ') ?? [])])
    const files = Math.max(...Object.values(headings).map((all) => all.length))
    for (let n = 0; n < files; n++) {
      const row = Object.entries(headings).map(([name, all]) => [all[n] ?? name, first[name as TextField]])
      expect(await imported(account, Papa.unparse([Object.fromEntries(row)]))).toMatchObject({
        created: 1,
        errors: [],
        unknownColumns: [],
      })
    }
    const { prospects } = (await account.list('limit=100')).json
    expect(prospects.map((prospect) => textsOf(prospect))).toEqual(Array(files).fill(first))
  })

  test('is filled by a merge, if it can be empty', async () => {
    const { account, first, second } = await newTexts()
    const kept = (await account.prospect(textsOf(first, REQUIRED))).json
    const duplicate = (await account.prospect(second)).json
    const merged = await account.post(`/v1/prospects/${kept.id}/merge`, { duplicateId: duplicate.id })
    expect(textsOf(merged.json)).toEqual({ ...second, ...textsOf(first, REQUIRED) })
  })
})

describe('every text field that is no choice and no reference', () => {
  const NAMES = PLAIN_TEXTS.filter((name) => fieldOf(name).type !== 'choice')

  test('is erased with the prospect: neither the old nor the new value stays anywhere', async () => {
    const account = await newAccount()
    const marks = forEach(NAMES, newMark)
    const values = (n: 0 | 1) => forEach(NAMES, (name) => valuesOf(name, marks[name])[n])
    const held = async () => {
      const stored = await storedText()
      return NAMES.filter((name) => stored.includes(marks[name]))
    }
    const key = { 'idempotency-key': newMark() }
    const { id } = (await account.call('POST', '/v1/prospects', values(0), key)).json
    await account.call('PATCH', `/v1/prospects/${id}`, values(1))
    expect(await held()).toEqual(NAMES)
    await account.call('DELETE', `/v1/prospects/${id}`)
    expect(await held()).toEqual([])
  })

  test('takes as many characters as the table says, and not one more', async () => {
    const account = await newAccount()
    const longest = forEach(NAMES, (name) => {
      const { type, example, maxLength = 0 } = fieldOf(name)
      return (type === 'url' ? `${example}/` : '').padEnd(maxLength, 'x')
    })
    expect(textsOf((await account.prospect(longest)).json, NAMES)).toEqual(longest)
    const { status, json } = await account.post(
      '/v1/prospects',
      forEach(NAMES, (name) => `${longest[name]}x`),
    )
    expect([status, json.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code])]).toEqual([
      400,
      NAMES.map((name) => [`/${name}`, 'too_long']),
    ])
  })
})
