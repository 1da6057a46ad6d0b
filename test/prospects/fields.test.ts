import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { fieldOf, TEXT_FIELDS } from '../../src/prospects/field-names'
import { type Account, newAccount } from '../support/api'
import { rows, tables } from '../support/d1'
import { imported } from '../support/import-files'
import { PLAIN_TEXTS, valuesOf } from '../support/prospect-fields'
import { eventsOf } from '../support/recorded'

/** Everything that the database stores, as one text. */
/** A text that no id, time or hash contains by chance. */
const newMark = () => `z${crypto.randomUUID().slice(0, 8)}z`

const storedText = async () =>
  JSON.stringify(await Promise.all((await tables()).map(({ name }) => rows(`SELECT * FROM ${name}`))))

const officeOf = async ({ post }: Account, name: string) => (await post('/v1/offices', { name })).json.id as string

describe.each(TEXT_FIELDS.map((name) => ({ name, ...fieldOf(name) })))(
  '$name',
  ({ name, type, required, ...field }) => {
    const given = async () => {
      const account = await newAccount()
      const mark = newMark()
      const [first, second] =
        type === 'reference' ? [await officeOf(account, 'One'), await officeOf(account, 'Two')] : valuesOf(name, mark)
      return { account, mark, first, second }
    }

    test('is in the responses of POST, GET and the list, in both exports and in the event', async () => {
      const { account, first } = await given()
      const created = await account.prospect({ [name]: first })
      expect([created.status, created.json[name]]).toEqual([201, first])
      expect((await account.get(`/v1/prospects/${created.json.id}`)).json[name]).toBe(first)
      expect((await account.list()).json.prospects[0]?.[name]).toBe(first)
      const csv = (await account.get('/v1/prospects/export')).text
      const [exported] = Papa.parse<Record<string, string>>(csv.slice(1), { header: true }).data
      expect(exported?.[name]).toBe(first)
      const ndjson = await account.call('GET', '/v1/prospects/export', undefined, { accept: 'application/x-ndjson' })
      expect(JSON.parse(ndjson.text)[name]).toBe(first)
      expect((await eventsOf(account))[0]?.data.prospect[name]).toBe(first)
    })

    test('is changed by PATCH and by POST with update, and events report the change', async () => {
      const { account, first, second } = await given()
      const email = 'ann@example.com'
      const { id } = (await account.prospect({ email, [name]: first })).json
      expect((await account.call('PATCH', `/v1/prospects/${id}`, { [name]: second })).json[name]).toBe(second)
      const names = { firstName: (await account.get(`/v1/prospects/${id}`)).json.firstName, lastName: 'Doe' }
      const updated = await account.prospect({ ...names, [name]: first, email, update: true })
      expect(updated.json).toMatchObject({ id, [name]: first })
      const changes = (await eventsOf(account)).slice(1).map(({ data }) => data.changes?.[name])
      expect(changes).toEqual([
        { from: first, to: second },
        { from: second, to: first },
      ])
    })

    test(required ? 'is rejected if it is empty' : 'is cleared by null and by an empty text', async () => {
      const { account, first } = await given()
      for (const empty of [null, '', ' ']) {
        const { id } = (await account.prospect({ [name]: first })).json
        const cleared = await account.call('PATCH', `/v1/prospects/${id}`, { [name]: empty })
        expect([cleared.status, (await account.get(`/v1/prospects/${id}`)).json[name]]).toEqual(
          required ? [400, first] : [200, null],
        )
      }
    })

    test('is read from a file under its name and under each usual heading', async () => {
      const { account, first } = await given()
      const names: Record<string, string> = { firstName: 'Ann', lastName: 'Lee' }
      const { [name]: _, ...others } = names
      const headings = [name, ...(field.headings?.split(' ') ?? [])]
      for (const heading of headings) {
        const csv = Papa.unparse([{ ...others, [heading]: first }])
        expect(await imported(account, csv)).toMatchObject({ created: 1, errors: [], unknownColumns: [] })
      }
      const { prospects } = (await account.list('limit=100')).json
      expect(prospects.map((prospect) => prospect[name])).toEqual(headings.map(() => first))
    })

    test('is filled by a merge, if it can be empty', async () => {
      const { account, first, second } = await given()
      const kept = (await account.prospect(required ? { [name]: first } : {})).json
      const duplicate = (await account.prospect({ [name]: second })).json
      const merged = await account.post(`/v1/prospects/${kept.id}/merge`, { duplicateId: duplicate.id })
      expect(merged.json[name]).toBe(required ? first : second)
    })
  },
)

describe.each(PLAIN_TEXTS.filter((name) => fieldOf(name).type !== 'choice'))('%s', (name) => {
  test('is erased with the prospect: neither the old nor the new value stays anywhere', async () => {
    const account = await newAccount()
    const mark = newMark()
    const [first, second] = valuesOf(name, mark)
    const key = { 'idempotency-key': mark.toUpperCase() }
    const body = { firstName: 'Ann', lastName: 'Lee', [name]: first }
    const { id } = (await account.call('POST', '/v1/prospects', body, key)).json
    await account.call('PATCH', `/v1/prospects/${id}`, { [name]: second })
    expect(await storedText()).toContain(mark)
    await account.call('DELETE', `/v1/prospects/${id}`)
    expect(await storedText()).not.toContain(mark)
  })

  test('takes as many characters as the table says, and not one more', async () => {
    const account = await newAccount()
    const { type, example, maxLength = 0 } = fieldOf(name)
    const start = type === 'url' ? `${example}/` : ''
    const longest = start + 'x'.repeat(maxLength - start.length)
    expect((await account.prospect({ [name]: longest })).json[name]).toBe(longest)
    const tooLong = await account.post('/v1/prospects', { firstName: 'Ann', lastName: 'Lee', [name]: `${longest}x` })
    expect([tooLong.status, tooLong.json.errors]).toMatchObject([400, [{ pointer: `/${name}`, code: 'too_long' }]])
  })
})
