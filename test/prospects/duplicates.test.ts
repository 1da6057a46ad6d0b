import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Account, costOf, newAccount } from '../support/api'
import { rows, rowsOf } from '../support/d1'
import { imported } from '../support/import-files'
import { paginate } from '../support/paginate'
import { expectProblem } from '../support/problem'

const PHONE = '212-555-0123'

let account: Account
beforeEach(async () => {
  account = await newAccount()
})

/** Creates a prospect whose email has this name; returns its id. */
const create = async (name: string, body: object = {}) =>
  (await account.prospect({ firstName: name, email: `${name}@example.com`, ...body })).json.id as string
const patch = (id: string, body: object) => account.call('PATCH', `/v1/prospects/${id}`, body)
const pairs = async () => (await account.get('/v1/duplicates')).json.items as any[]
/** Each pair as the first names of its prospects, and its reasons. */
const found = async () =>
  (await pairs()).map(({ prospects: [a, b], reasons }) => `${a.firstName} ${b.firstName}: ${reasons}`)

describe('a pair of possible duplicates', () => {
  test('are two prospects with the same phone, the older one first', async () => {
    await create('Ann', { phone: PHONE, title: 'Agent', company: 'Acme' })
    await create('Bob', { phone: '+1 212 555 0123' })
    await create('Cat', { phone: '212-555-0199' })
    const [pair, ...others] = await pairs()
    expect(others).toEqual([])
    expect(pair).toEqual({
      id: expect.stringMatching(/^dup_\w+$/),
      reasons: ['phone'],
      prospects: [
        {
          ...{ id: expect.any(String), firstName: 'Ann', lastName: 'Doe', email: 'ann@example.com' },
          ...{ phone: '+12125550123', title: 'Agent', company: 'Acme', createdAt: expect.any(Number) },
        },
        expect.objectContaining({ firstName: 'Bob', title: null, company: null }),
      ],
    })
  })

  test('are two prospects with the same words in name and company', async () => {
    const company = 'Acme Realty'
    await account.prospect({ firstName: 'José', lastName: 'Nerúda', email: 'a@example.com', company, title: 'Agent' })
    await account.prospect({ firstName: 'NERUDA', lastName: 'Jose', email: 'b@example.com', company: 'realty, ACME' })
    await account.prospect({ firstName: 'José', lastName: 'Nerúda', email: 'c@example.com', company: 'Acme' })
    await account.prospect({ firstName: 'José', lastName: 'Nerúda', email: 'd@example.com' })
    await account.prospect({ firstName: 'José', lastName: 'Nerúda', email: 'e@example.com' })
    await account.prospect({ firstName: '…', lastName: '…', email: 'f@example.com', company: 'Other' })
    await account.prospect({ firstName: '…', lastName: '…', email: 'g@example.com', company: 'Other' })
    expect(await found()).toEqual(['José NERUDA: name_and_company'])
  })

  test('has both reasons if both apply', async () => {
    const body = { firstName: 'Ann', company: 'Acme', phone: PHONE }
    await account.prospect({ ...body, email: 'a@example.com' })
    await account.prospect({ ...body, email: 'b@example.com' })
    expect(await found()).toEqual(['Ann Ann: phone,name_and_company'])
  })

  test('is shown as long as the two share something', async () => {
    const [ann, bob] = [await create('Ann', { company: 'Acme' }), await create('Bob', { company: 'Acme' })]
    await patch(bob, { phone: PHONE })
    expect(await found()).toEqual([])
    await patch(ann, { phone: PHONE })
    expect(await found()).toEqual(['Ann Bob: phone'])
    await patch(bob, { firstName: 'Ann' })
    expect(await found()).toEqual(['Ann Ann: phone,name_and_company'])
    await patch(ann, { phone: null })
    expect(await found()).toEqual(['Ann Ann: name_and_company'])
    await patch(ann, { title: 'Agent', phone: '212-555-0177' })
    expect(await found()).toEqual(['Ann Ann: name_and_company'])
    await patch(ann, { company: 'Other' })
    expect(await found()).toEqual([])
  })

  test('is gone when one of the two is merged or erased', async () => {
    const ids = [await create('Ann', { phone: PHONE }), await create('Bob', { phone: PHONE })]
    const cat = await create('Cat', { phone: PHONE })
    expect(await found()).toEqual(['Bob Cat: phone', 'Ann Cat: phone', 'Ann Bob: phone'])
    await account.post(`/v1/prospects/${cat}/merge`, { duplicateId: ids[0] })
    expect(await found()).toEqual(['Bob Cat: phone'])
    await account.call('DELETE', `/v1/prospects/${cat}`)
    expect(await rowsOf(account.id)).not.toHaveProperty('duplicates')
  })

  test('is never of two accounts', async () => {
    await create('Ann', { phone: PHONE })
    await (await newAccount()).prospect({ phone: PHONE, email: 'bob@example.com' })
    expect(await found()).toEqual([])
  })

  test('is found among imported prospects too', async () => {
    await imported(account, `name,email,phone\nAnn Lee,a@example.com,${PHONE}\nBob Ray,b@example.com,${PHONE}\n`)
    expect(await found()).toEqual(['Ann Bob: phone'])
  })
})

test('a prospect is paired with the five newest others of the same phone', async () => {
  const rowsOfFile = Array.from({ length: 13 }, (_, n) => `P${n} Doe,p${n}@example.com,${PHONE}\n`)
  await imported(account, `name,email,phone\n${rowsOfFile.join('')}`)
  const ofNewest = (await found()).filter((pair) => pair.includes(' P12:'))
  expect(ofNewest).toEqual(Array.from({ length: 5 }, (_, n) => `P${11 - n} P12: phone`))
})

test.each(['erased', 'given another phone'])('prospects are paired when those between them are %s', async (how) => {
  const ids: string[] = []
  for (let n = 0; n < 8; n++) ids.push(await create(`P${n}`, { phone: PHONE }))
  for (const id of ids.slice(1, 7))
    await (how === 'erased' ? account.call('DELETE', `/v1/prospects/${id}`) : patch(id, { phone: null }))
  expect(await found()).toEqual(['P0 P7: phone'])
})

test('prospects of one name and company are paired when those between them leave', async () => {
  const ids: string[] = []
  for (let n = 0; n < 8; n++)
    ids.push((await account.prospect({ email: `p${n}@example.com`, company: 'Acme' })).json.id)
  for (const id of ids.slice(1, 4)) await patch(id, { company: 'Other' })
  for (const id of ids.slice(4, 7)) await account.call('DELETE', `/v1/prospects/${id}`)
  const shown = (await pairs()).map((pair) => pair.prospects.map(({ id }: { id: string }) => id))
  expect(shown).toContainEqual([ids[0], ids[7]])
})

test('the migration finds the same pairs among stored prospects', async () => {
  const file = Array.from({ length: 30 }, (_, n) => `P${n % 4} Doe,p${n}@example.com,${n % 3 ? PHONE : ''},Acme\n`)
  await imported(account, `name,email,phone,company\n${file.join('')}`)
  const stored = () => rows('SELECT * FROM duplicates WHERE account_id = ?', account.id)
  const before = await stored()
  await rows('DELETE FROM duplicates WHERE account_id = ? RETURNING 1', account.id)
  const { queries = [] } = env.MIGRATIONS.find(({ name }) => name.includes('duplicates')) ?? {}
  for (const text of queries.filter((query) => /^(--.*\n)*INSERT INTO duplicates/.test(query)))
    await env.DB.prepare(text).run()
  expect([before.length > 100, await stored()]).toEqual([true, before])
})

test('pages have each pair once', async () => {
  for (const name of ['A', 'B', 'C', 'D']) await create(name, { phone: PHONE })
  const all = await pairs()
  expect(all).toHaveLength(6)
  const pages = await paginate(account.get, '/v1/duplicates', 2)
  expect([pages.map((page) => page.length), pages.flat()]).toEqual([[2, 2, 2], all])
})

describe('a dismissed pair', () => {
  const dismiss = (id: string, headers = {}) => account.call('POST', `/v1/duplicates/${id}/dismiss`, undefined, headers)

  test('is never shown again, whatever changes', async () => {
    const ann = await create('Ann', { phone: PHONE })
    await create('Bob', { phone: PHONE })
    const [{ id }] = await pairs()
    const { status, json } = await dismiss(id)
    expect([status, json]).toEqual([200, { id, dismissedAt: expect.any(Number) }])
    expect(await found()).toEqual([])
    await patch(ann, { phone: null })
    await patch(ann, { phone: PHONE })
    await patch(ann, { firstName: 'Bob' })
    expect(await found()).toEqual([])
    await create('Cat', { phone: PHONE })
    expect(await found()).toEqual(['Bob Cat: phone', 'Bob Cat: phone'])
    expect((await dismiss(id)).json).toEqual(json)
  })

  test('is dismissed once under an idempotency key', async () => {
    await create('Ann', { phone: PHONE })
    await create('Bob', { phone: PHONE })
    const [{ id }] = await pairs()
    const [first, second] = [
      await dismiss(id, { 'idempotency-key': 'k' }),
      await dismiss(id, { 'idempotency-key': 'k' }),
    ]
    expect([second.text, second.headers.get('idempotent-replayed')]).toEqual([first.text, 'true'])
  })

  test('of another account, or with an id that is none, is not found', async () => {
    await create('Ann', { phone: PHONE })
    await create('Bob', { phone: PHONE })
    const [{ id }] = await pairs()
    account = await newAccount()
    for (const other of [id, 'dup_', 'dup_x', 'x', `${id}0`]) expectProblem(await dismiss(other), 404, 'not_found')
  })
})

test('the list reads its page, whatever was dismissed', async () => {
  for (let n = 0; n < 12; n++) await create(`P${n}`, { phone: PHONE })
  await rows(
    `UPDATE duplicates SET dismissed_at = 1 WHERE account_id = ?1 AND newer_id > (
    SELECT id FROM prospects WHERE account_id = ?1 ORDER BY id LIMIT 1 OFFSET 2) RETURNING 1`,
    account.id,
  )
  const page = await account.get('/v1/duplicates?limit=2')
  expect(page.json.items).toHaveLength(2)
  expect(costOf(page)).toEqual({ trips: 1, read: expect.any(Number), written: 0 })
  expect(costOf(page).read).toBeLessThanOrEqual(3 * 3 + 3)
})
