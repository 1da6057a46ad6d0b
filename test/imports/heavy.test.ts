import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ImportMessage } from '../../src/queues/messages'
import { type Account, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import { D1, rows } from '../support/d1'
import { consume } from '../support/endpoint'
import { countsOf, holdImports, importOf, sendFile } from '../support/import-files'

/** Imports that update prospects with large values. */

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

/** Inserts prospects, each with notes and a parsed resume of this many bytes. */
async function heavy(many: number, bytes: number) {
  await writeMany(
    account,
    Array.from({ length: many }, (_, n) => ({ email: `p${n}@example.com` })),
  )
  const text = 'x'.repeat(bytes)
  const resume = { key: '', fileName: '', status: 'parsed', reason: null, parsed: { text } }
  await rows(
    'UPDATE prospects SET notes = ?2, resume = ?3 WHERE account_id = ?1',
    account.id,
    text,
    JSON.stringify(resume),
  )
}

const fileOf = (many: number, people: number) =>
  `name,email,city\n${Array.from({ length: many }, (_, n) => `Pat Doe,p${n % people}@example.com,C${n}\n`).join('')}`

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
  await heavy(4, 250_000)
  const { json } = await sendFile(account, fileOf(500, 4), { query: '?update=true&dryRun=true' })
  const { turns } = await run()
  expect(turns.length).toBeGreaterThan(1)
  expect(Math.max(...turns)).toBeLessThan(1000)
  expect(countsOf(await importOf(account, json.id))).toMatchObject({ read: 500, updated: 500 })
}, 120_000)

test('a round trip reads about 1 MiB of prospects, however large each of them is', async () => {
  await heavy(60, 80_000)
  const { json } = await sendFile(account, fileOf(60, 60), { query: '?update=true' })
  const { most } = await run()
  expect(most).toBeLessThan(1.5 * 1024 * 1024)
  expect(countsOf(await importOf(account, json.id))).toMatchObject({ read: 60, updated: 60 })
}, 120_000)
