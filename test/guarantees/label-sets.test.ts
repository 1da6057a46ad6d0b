import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { random } from '../../bench/people'
import { type Account, costOf, newAccount } from '../support/api'
import { holdImports, imported } from '../support/import-files'

/** The most expensive labels: each prospect has a different 100 of the account's 200 labels. */
describe('an account in which every prospect has a label set of its own', () => {
  const [PEOPLE, LABELS, EACH] = [300, 200, 100]
  let account: Account
  let stored: number

  const storedBytes = async () => (await env.DB.prepare('SELECT 1').all()).meta.size_after

  beforeAll(async () => {
    holdImports()
    account = await newAccount()
    const next = random(16)
    const all = Array.from({ length: LABELS }, (_, n) => `l${n}`)
    const lines = Array.from({ length: PEOPLE }, (_, n) => {
      const order = new Map(all.map((label) => [label, next()]))
      const labels = all.toSorted((a, b) => (order.get(a) as number) - (order.get(b) as number)).slice(0, EACH)
      return JSON.stringify({ firstName: 'Pat', lastName: 'Doe', email: `p${n}@example.com`, labels })
    })
    const before = await storedBytes()
    const { created } = await imported(account, lines.join('\n'), { type: 'application/x-ndjson' })
    expect(created).toBe(PEOPLE)
    stored = (await storedBytes()) - before
  }, 120_000)

  test('stores at most 45 KB for each prospect', () => {
    expect(stored / PEOPLE).toBeLessThan(45_000)
  })

  test('reads at most 30 rows for each prospect in a list by 10 labels with its total', async () => {
    const query = Array.from({ length: 10 }, (_, n) => `label=l${n}`).join('&')
    const answer = await account.list(`limit=25&${query}`)
    // one prospect in 1,000 has none of these ten labels
    expect(answer.json.totalCount).toBeGreaterThan(PEOPLE * 0.99)
    expect(costOf(answer).read).toBeLessThan(PEOPLE * 30)
  })

  test('reads one row more for each label to count its prospects', async () => {
    const [plain, counted] = [
      await account.get('/v1/labels?limit=1000'),
      await account.get('/v1/labels?limit=1000&counts=true'),
    ]
    const uses = counted.json.items.map(({ prospectCount }: { prospectCount: number }) => prospectCount)
    expect([uses.length, uses.reduce((sum: number, n: number) => sum + n, 0)]).toEqual([LABELS, PEOPLE * EACH])
    expect(costOf(counted).read - costOf(plain).read).toBeLessThanOrEqual(LABELS)
  })
})
