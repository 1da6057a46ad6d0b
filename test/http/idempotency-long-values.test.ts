import { describe, expect, test } from 'vitest'
import { type Account, costOf, newAccount } from '../support/api'
import { rows } from '../support/d1'

const LONG = {
  notes: 'Ünï "1" \\ \n'.repeat(1000),
  labels: Array.from({ length: 100 }, (_, n) => `label ${n}`.padEnd(60, 'é')),
}
const person = { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com' }
const post = (account: Account, key: string, body: object = {}) =>
  account.call('POST', '/v1/prospects', { ...person, ...body }, { 'idempotency-key': key })
const storedFor = async (account: Account) =>
  (
    await rows<{ bytes: number }>(
      'SELECT octet_length(body) AS bytes FROM idempotency_keys WHERE account_id = ? ORDER BY key',
      account.id,
    )
  ).map(({ bytes }) => bytes)

describe('a response about a prospect with long values', () => {
  test('is stored without the long values under any number of keys, and replayed byte for byte', async () => {
    const account = await newAccount()
    const { json } = await account.prospect({ ...person, ...LONG })
    const found = await post(account, 'a')
    const updated = await post(account, 'b', { city: 'Austin', update: true })
    expect(found.json.notes).toBe(LONG.notes.trimEnd())
    for (const bytes of await storedFor(account)) expect(bytes).toBeLessThan(2000)
    const other = { notes: 'Other', labels: ['Other'] }
    await account.call('PATCH', `/v1/prospects/${json.id}`, other)
    expect((await post(account, 'a')).text).toBe(found.text)
    expect((await post(account, 'b', { city: 'Austin', update: true })).text).toBe(updated.text)
  })

  test('is replayed if an earlier event has only some of the values', async () => {
    const account = await newAccount()
    await account.prospect({ ...person, ...LONG })
    const updated = await post(account, 'a', { notes: LONG.notes.replaceAll('1', '2'), update: true })
    expect((await storedFor(account))[0]).toBeGreaterThan(10_000)
    expect((await storedFor(account))[0]).toBeLessThan(updated.text.length)
    expect((await post(account, 'a', { notes: LONG.notes.replaceAll('1', '2'), update: true })).text).toBe(updated.text)
  })

  test('is replayed unchanged after a label is renamed, and after a merge', async () => {
    const account = await newAccount()
    await account.prospect({ ...person, ...LONG })
    const { items } = (await account.get('/v1/labels')).json
    await account.call('PATCH', `/v1/labels/${items[0].id}`, { name: 'Renamed' })
    const found = await post(account, 'a')
    expect(found.json.labels).toContain('Renamed')
    const survivor = await account.prospect({ email: 'bob@example.com' })
    await account.post(`/v1/prospects/${survivor.json.id}/merge`, { duplicateId: found.json.id })
    expect((await post(account, 'a')).text).toBe(found.text)
  })

  test('contains no personal data after the prospect is erased', async () => {
    const account = await newAccount()
    const { json } = await account.prospect({ ...person, ...LONG })
    await post(account, 'a')
    await account.call('DELETE', `/v1/prospects/${json.id}`)
    expect((await post(account, 'a')).json).toEqual({ id: json.id, erased: true })
  })

  test('costs only a few more rows read when it is stored', async () => {
    const account = await newAccount()
    await account.prospect({ ...person, ...LONG })
    const plain = await account.prospect(person)
    expect(costOf(await post(account, 'a')).read - costOf(plain).read).toBeLessThan(180)
  })
})
