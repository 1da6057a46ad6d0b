import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ImportMessage } from '../../src/queues/messages'
import { type Account, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import { D1, rows } from '../support/d1'
import { consume } from '../support/endpoint'
import { countsOf, holdImports, importOf, sendFile } from '../support/import-files'

/** Imports whose rows cannot be written many at a time. */

let account: Account
let queue: ImportMessage[]
beforeEach(async () => {
  queue = holdImports()
  account = await newAccount()
  // time stands still, so that only the count of statements ends a turn
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** Consumes messages one by one. Returns for each how many statements it sent and how much it read at once. */
async function run() {
  const { batch } = D1
  let statements = 0
  let most = 0
  vi.spyOn(D1, 'batch').mockImplementation(async function (this: D1DatabaseSession, given) {
    statements += given.length
    const results = await batch.call(this, given)
    most = Math.max(most, JSON.stringify(results).length)
    return results as never
  })
  const turns: number[] = []
  while (queue.length > 0) {
    statements = 0
    await consume(queue.splice(0, 1), 'prospect-imports')
    turns.push(statements)
  }
  vi.mocked(D1.batch).mockRestore()
  return { turns, most }
}

test('a turn ends before it sends D1 more statements than D1 takes, and the next turn continues there', async () => {
  await account.prospect({ phone: '2125550100' })
  // each row gives the prospect an email, so the next row, with the same phone, waits until it is written
  const lines = Array.from({ length: 300 }, (_, n) => `Pat Doe,2125550100,p${n}@example.com\n`)
  const { json } = await sendFile(account, `name,phone,email\n${lines.join('')}`, {
    query: '?update=true&dryRun=true',
  })
  const { turns } = await run()
  expect(turns.length).toBeGreaterThan(1)
  expect(Math.max(...turns)).toBeLessThan(1000)
  expect(countsOf(await importOf(account, json.id))).toMatchObject({ read: 300, updated: 300 })
}, 120_000)

test('a round trip reads about 1 MiB of prospects, however large each of them is', async () => {
  const people = 30
  await writeMany(
    account,
    Array.from({ length: people }, (_, n) => ({ email: `p${n}@example.com` })),
  )
  const text = 'x'.repeat(80_000)
  const resume = { key: '', fileName: '', status: 'parsed', reason: null, parsed: { text } }
  await rows(
    'UPDATE prospects SET notes = ?2, resume = ?3 WHERE account_id = ?1',
    account.id,
    text,
    JSON.stringify(resume),
  )
  const lines = Array.from({ length: people }, (_, n) => `Pat Doe,p${n}@example.com,C${n}\n`)
  const { json } = await sendFile(account, `name,email,city\n${lines.join('')}`, { query: '?update=true' })
  const { most } = await run()
  expect(most).toBeLessThan(1.5 * 1024 * 1024)
  expect(countsOf(await importOf(account, json.id))).toMatchObject({ read: people, updated: people })
}, 120_000)
