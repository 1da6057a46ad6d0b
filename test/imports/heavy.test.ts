import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ImportMessage } from '../../src/queues/messages'
import { type Account, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import { D1, rows } from '../support/d1'
import { consume } from '../support/endpoint'
import { countsOf, holdImports, importOf, sendFile } from '../support/import-files'

/** Rows about prospects of whom much is stored. */

let account: Account
let queue: ImportMessage[]
beforeEach(async () => {
  queue = holdImports()
  account = await newAccount()
  // time stands still: only what is counted ends a turn
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** So many prospects, each with notes of so many bytes and a parsed resume of as many. */
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

/** Lets messages arrive one by one, and notes of each how many statements were sent and how much was read at once. */
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

test('a turn ends before it sends D1 more statements than it takes, and the next goes on where it ended', async () => {
  await heavy(4, 250_000)
  const { json } = await sendFile(account, fileOf(500, 4), { query: '?update=true&dryRun=true' })
  const { turns } = await run()
  expect(turns.length).toBeGreaterThan(1)
  expect(Math.max(...turns)).toBeLessThan(1000)
  expect(countsOf(await importOf(account, json.id))).toMatchObject({ read: 500, updated: 500 })
}, 120_000)

test('one trip reads some 1 MiB of prospects, however much each of them holds', async () => {
  await heavy(60, 80_000)
  const { json } = await sendFile(account, fileOf(60, 60), { query: '?update=true' })
  const { most } = await run()
  expect(most).toBeLessThan(1.5 * 1024 * 1024)
  expect(countsOf(await importOf(account, json.id))).toMatchObject({ read: 60, updated: 60 })
}, 120_000)
