import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import { eraseAccounts } from '../../src/accounts/erase'
import { openDatabase } from '../../src/db/client'
import { CreateProspect } from '../../src/prospects/schema'
import { writeProspects } from '../../src/prospects/store'
import { toCreateRequest } from '../../src/prospects/write-request'
import { costOf, newAccount } from '../support/api'
import { callerOf, databaseFor, noOutbox, writeMany } from '../support/callers'
import { interceptTrips, rows, rowsOf } from '../support/d1'

/** Accounts made to be expensive: a call reads in proportion to what they store, not to that times the size of the request. */

const words = (from: number, n: number) => Array.from({ length: n }, (_, i) => String.fromCharCode(from + i))

describe('prospects with hundreds of words', () => {
  test('are found by all of them at a few hundred rows each', async () => {
    const PEOPLE = 20
    const [first, last, title, company] = [0x4e00, 0x4f00, 0x5000, 0x5100].map((from, i) =>
      words(from, i < 2 ? 50 : 100).join(' '),
    )
    const account = await newAccount()
    await writeMany(
      account,
      Array.from({ length: PEOPLE }, () => ({ firstName: first, lastName: last, title, company })),
    )
    const all = (more: string) => {
      const query = { name: `${first} ${last}`, title: title as string, company: `${company}${more}` }
      return account.list(new URLSearchParams(query).toString())
    }
    const [every, none] = [await all(''), await all(' missing')]
    expect([every.json.totalCount, none.json.totalCount]).toEqual([PEOPLE, 0])
    expect(costOf(every).read).toBeLessThan(PEOPLE * 350)
  })
})

test('an account whose prospects have a hundred labels is erased a few prospects at a time', async () => {
  const account = await newAccount()
  const labels = Array.from({ length: 100 }, (_, n) => `label ${n}`)
  await writeMany(
    account,
    Array.from({ length: 150 }, () => ({ labels })),
  )
  await rows('UPDATE accounts SET erased_at = 1 WHERE id = ?', account.id)
  const written: number[] = []
  interceptTrips(async (trip) => {
    const results = await trip()
    written.push(([results].flat() as D1Result[]).reduce((sum, { meta }) => sum + meta.rows_written, 0))
    return results
  })
  await eraseAccounts(openDatabase(env.DB))
  vi.restoreAllMocks()
  expect(await rowsOf(account.id)).toEqual({})
  expect(Math.max(...written)).toBeLessThan(10_000)
})

describe('a survivor of many merges whose duplicates had the same phone', () => {
  const MERGED = 1000

  async function withSurvivor() {
    const account = await newAccount()
    const { json } = await account.prospect({ email: 'survivor@example.com', phone: '2125550100' })
    await rows(
      `INSERT INTO merges (account_id, id, into_id, email, phone)
       SELECT ?1, 'prs_' || value, ?2, 'alias' || value || '@example.com', '+12125550100' FROM json_each(?3)`,
      account.id,
      json.id,
      JSON.stringify(Array.from({ length: MERGED }, (_, n) => n)),
    )
    return account
  }

  test('is read once for a chunk of rows with that phone', async () => {
    const account = await withSurvivor()
    const db = databaseFor(account)
    const chunk = Array.from({ length: 250 }, (_, n) =>
      toCreateRequest(
        CreateProspect.parse({ firstName: 'Pat', lastName: 'Doe', email: `p${n}@example.com`, phone: '2125550100' }),
        'US',
      ),
    )
    const { outcomes } = await writeProspects(db, callerOf(account), chunk, { source: 'import', outbox: noOutbox })
    expect(outcomes.filter(({ created }) => created)).toHaveLength(250)
    expect(db.cost.read).toBeLessThan(250 * 50 + 10 * MERGED)
  })
})
