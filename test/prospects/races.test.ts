// @module-tag scale
import { describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { rowsOf } from '../support/d1'
import { eventsOf } from '../support/recorded'

const TWENTY = Array.from({ length: 20 }, (_, n) => n)

/** Makes twenty writes at once. Returns their responses. */
const race = ({ prospect }: Account, body: (n: number) => object) => Promise.all(TWENTY.map((n) => prospect(body(n))))

const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort()
const ONE_MADE_IT = [...Array(19).fill(200), 201]

describe('twenty racing creates of one person make one prospect and one event', () => {
  const variants: [by: string, body: (n: number) => object][] = [
    ['by email', () => ({ email: 'ann@example.com' })],
    ['by email in any case', (n) => ({ email: n % 2 ? 'ann@example.com' : 'ANN@EXAMPLE.COM' })],
    ['by phone', () => ({ phone: '212-555-0123' })],
    ['by phone in two spellings', (n) => ({ phone: n % 2 ? '(212) 555-0123' : '+12125550123' })],
    ['by phone, some with an email', (n) => ({ phone: '212-555-0123', ...(n % 2 && { email: 'ann@example.com' }) })],
    ['with a new source', () => ({ email: 'ann@example.com', newSourceName: 'Open House' })],
    ['with new labels', () => ({ phone: '212-555-0123', labels: ['Hot', 'Inbound'] })],
    ['each with a label of its own', (n) => ({ email: 'ann@example.com', labels: `Label ${n}` })],
    ['with a no-op update', () => ({ email: 'ann@example.com', city: 'Here', update: true })],
  ]

  test.each(variants)('%s', async (_by, body) => {
    const account = await newAccount()
    const answers = await race(account, body)
    expect(statuses(answers)).toEqual(ONE_MADE_IT)
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1)
    const [{ json }] = answers.filter(({ status }) => status === 201) as [(typeof answers)[number]]
    const { created, matchedBy, potentialDuplicateId, ...prospect } = json
    expect([created, matchedBy, potentialDuplicateId]).toEqual([true, null, null])
    expect((await account.get(`/v1/prospects/${json.id}`)).json).toEqual(prospect)
    expect((await eventsOf(account)).map(({ type }) => type)).toEqual(['prospect.created'])
    expect((await account.list()).json.totalCount).toBe(1)
    const { labels = 0, sources = 0 } = await rowsOf(account.id)
    expect(labels).toBe(prospect.labels.length)
    expect(sources).toBe(prospect.sourceId ? 1 : 0)
  })
})

describe('twenty racing creates of twenty people', () => {
  test('all succeed, and share one new label and one new source', async () => {
    const account = await newAccount()
    const answers = await race(account, (n) => ({
      email: `p${n}@example.com`,
      labels: n % 2 ? 'Hot' : 'HOT',
      newSourceName: n % 2 ? 'Zillow' : 'ZILLOW',
    }))
    expect(statuses(answers)).toEqual(Array(20).fill(201))
    expect(new Set(answers.map(({ json }) => `${json.labels} ${json.sourceId}`)).size).toBe(1)
    expect(await rowsOf(account.id)).toMatchObject({ prospects: 20, labels: 1, sources: 1, events: 20 })
    expect((await account.list('label=hot')).json.totalCount).toBe(20)
  })

  test('with one phone make twenty prospects, and each response names the oldest', async () => {
    const account = await newAccount()
    const answers = await race(account, (n) => ({ email: `p${n}@example.com`, phone: '212-555-0123' }))
    expect(statuses(answers)).toEqual(Array(20).fill(201))
    const duplicates = answers.map(({ json }) => json.potentialDuplicateId)
    expect(duplicates.filter((id) => id === null)).toHaveLength(1)
    expect((await account.list()).json.totalCount).toBe(20)
  })
})

describe('twenty racing updates of one person', () => {
  test('are each applied once: versions count up, and each event starts from the previous state', async () => {
    const account = await newAccount()
    await account.prospect({ email: 'ann@example.com', city: 'Start' })
    const answers = await race(account, (n) => ({
      email: 'ann@example.com',
      city: `City ${n}`,
      labels: `Label ${n}`,
      update: true,
    }))
    expect(statuses(answers)).toEqual(Array(20).fill(200))
    expect(answers.map(({ json }) => json.version).sort((a, b) => a - b)).toEqual(TWENTY.map((n) => n + 2))
    const [prospect] = (await account.list()).json.prospects
    expect(prospect?.version).toBe(21)
    expect([...(prospect?.labels ?? [])].sort()).toEqual(TWENTY.map((n) => `Label ${n}`).sort())
    const events = (await eventsOf(account)).slice(1)
    expect(events.map(({ type, data }) => [type, data.prospect.version])).toEqual(
      TWENTY.map((n) => ['prospect.updated', n + 2]),
    )
    const cities = events.map(({ data }) => data.changes?.city)
    expect(cities.map((change) => change?.from)).toEqual(['Start', ...cities.slice(0, -1).map((change) => change?.to)])
    expect(new Set(cities.map((change) => change?.to)).size).toBe(20)
    expect(prospect?.city).toBe(cities.at(-1)?.to)
  })

  test('each return the prospect right after their own write', async () => {
    const account = await newAccount()
    await account.prospect({ email: 'ann@example.com' })
    const answers = await race(account, (n) => ({ email: 'ann@example.com', title: `Title ${n}`, update: true }))
    const byVersion = new Map((await eventsOf(account)).map(({ data }) => [data.prospect.version, data.prospect]))
    for (const { json } of answers) {
      const { created, matchedBy, potentialDuplicateId, message, ...prospect } = json
      expect(prospect).toEqual(byVersion.get(prospect.version))
    }
  })

  test('with the same values change it once', async () => {
    const account = await newAccount()
    await account.prospect({ email: 'ann@example.com' })
    const answers = await race(account, () => ({ email: 'ann@example.com', city: 'Here', labels: 'Hot', update: true }))
    expect(statuses(answers)).toEqual(Array(20).fill(200))
    expect(answers.map(({ json }) => json.version)).toEqual(Array(20).fill(2))
    expect(await eventsOf(account)).toHaveLength(2)
  })

  test('never lead to more than 100 labels', async () => {
    const account = await newAccount()
    const labels = Array.from({ length: 90 }, (_, i) => `Label ${i}`)
    await account.prospect({ email: 'ann@example.com', labels })
    const answers = await race(account, (n) => ({ email: 'ann@example.com', labels: `More ${n}`, update: true }))
    expect(statuses(answers)).toEqual([...Array(10).fill(200), ...Array(10).fill(400)])
    expect((await account.list()).json.prospects[0]?.labels).toHaveLength(100)
    expect((await rowsOf(account.id)).labels).toBe(100)
  })
})
