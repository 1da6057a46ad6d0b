// @module-tag scale
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'
import {
  type Asked,
  expectedOf,
  type Member,
  makeFilterableProspects,
  queryOf,
  VALUES,
} from '../support/filterable-prospects'

/** Two accounts with equal prospects. The tests use one of them. */
async function setUp() {
  const [account, other] = [await newAccount(), await newAccount()]
  const [crowd] = [await makeFilterableProspects(account), await makeFilterableProspects(other)]
  return { account, crowd, values: VALUES(crowd) }
}

async function expectAnswer(account: Account, crowd: Member[], asked: Asked, limit: number) {
  const expected = expectedOf(crowd, asked).map(({ id }) => id)
  const { status, json } = await account.list(`${queryOf(asked)}&limit=${limit}`)
  expect({ status, ids: json.prospects?.map(({ id }) => id), total: json.totalCount }).toEqual({
    status: 200,
    ids: expected.slice(0, limit),
    total: expected.length,
  })
  expect(json.nextPageToken === null).toBe(expected.length <= limit)
  return expected.length
}

const limit = fc.constantFrom(1, 3, 25, 60, 1000)
const FILTERS = [
  ...(['q', 'email', 'phone', 'name', 'title', 'company', 'city', 'state', 'postalCode'] as const),
  ...(['stage', 'label', 'excludeLabel'] as const),
]

describe('the list equals a simple model of the contract: newest first, with the exact total', () => {
  let unchanged: Awaited<ReturnType<typeof setUp>>
  beforeAll(async () => {
    unchanged = await setUp()
  })

  test('without a filter', async () => {
    const { account, crowd } = unchanged
    expect(await expectAnswer(account, crowd, {}, 1000)).toBe(60)
    expect(await expectAnswer(account, crowd, {}, 7)).toBe(60)
  })

  test.each(FILTERS)('by %s', async (filter) => {
    const { account, crowd, values } = unchanged
    const sizes = new Set<number>()
    await fc.assert(
      fc.asyncProperty(values[filter] as fc.Arbitrary<any>, limit, async (value, most) => {
        sizes.add(await expectAnswer(account, crowd, { [filter]: value }, most))
      }),
      { seed: 1, numRuns: 40 },
    )
    // some prospects have no labels
    expect(sizes.has(0)).toBe(filter !== 'excludeLabel')
    expect(sizes.size).toBeGreaterThan(1)
  })

  test('by any filters together', async () => {
    const { account, crowd, values } = unchanged
    const asked = fc.record(values, { requiredKeys: [] })
    const few = fc.subarray(['q', 'name', 'title', 'company', 'city', 'stage', 'label', 'excludeLabel'] as const, {
      minLength: 2,
      maxLength: 3,
    })
    let found = 0
    const holds = async (filters: Asked, most: number) => {
      if (await expectAnswer(account, crowd, filters, most)) found++
    }
    await fc.assert(fc.asyncProperty(asked, limit, holds), { seed: 2, numRuns: 50 })
    await fc.assert(
      fc.asyncProperty(
        few.chain((fields) => fc.record(Object.fromEntries(fields.map((field) => [field, values[field]])))),
        limit,
        (filters, most) => holds(filters as Asked, most),
      ),
      { seed: 3, numRuns: 75 },
    )
    expect(found).toBeGreaterThan(10)
  })

  test('by every value of one prospect', async () => {
    const { account, crowd } = unchanged
    for (const p of crowd.slice(0, 20)) {
      const asked: Asked = {
        name: `${p.lastName} ${p.firstName}`,
        stage: p.stage.id,
        ...(p.email && { email: p.email }),
        ...(p.phone && { phone: p.phone }),
        ...(p.title && { title: p.title }),
        ...(p.company && { company: p.company }),
        ...(p.labels.length > 0 && { label: p.labels }),
        q: [p.firstName, p.lastName, p.email ?? p.phone ?? ''],
      }
      expect(await expectAnswer(account, crowd, asked, 25)).toBeGreaterThan(0)
    }
  })

  test('a change moves a prospect from one filtered list to another, at the same position', async () => {
    const { account, crowd } = await setUp()
    const p = crowd.find(({ email, labels }) => email && !labels.includes('Rare')) as Member
    const { json } = await account.prospect({
      email: p.email,
      firstName: 'Wilhelmina',
      lastName: 'Grünwald',
      labels: 'Rare',
      title: 'Pilot',
      company: null,
      phone: '646-555-9999',
      update: true,
    })
    const now: Member = { ...p, ...json, stage: p.stage }
    const changed = crowd.map((other) => (other === p ? now : other))
    for (const asked of [
      {},
      { name: 'wil grun' },
      { name: p.firstName },
      { label: ['Rare'] },
      { title: 'pilot' },
      { company: p.company ?? 'acme' },
      { phone: '6465559999' },
      { phone: p.phone ?? '2125550100' },
    ])
      await expectAnswer(account, changed, asked, 1000)
  })
  test.each([
    ['firstName', 'name'],
    ['lastName', 'name'],
    ['title', 'title'],
    ['company', 'company'],
    ['city', 'city'],
    ['state', 'state'],
    ['postalCode', 'postalCode'],
  ])('a changed %s is found by its new words, and not by its old words', async (field, filter) => {
    const account = await newAccount()
    const before = { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee', [field]: 'Before Same' }
    await account.prospect(before)
    await account.prospect({ ...before, [field]: 'After Same', update: true })
    for (const [word, total] of [
      ['before', 0],
      ['after', 1],
      ['same', 1],
    ])
      expect((await account.list(`${filter}=${word}`)).json.totalCount).toBe(total)
  })
})
