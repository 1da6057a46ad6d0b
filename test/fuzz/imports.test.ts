import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { rows as query } from '../support/d1'
import { holdQueue } from '../support/endpoint'
import { errorsOf, holdImports, importOf, runOnce, sendFile } from '../support/import-files'
import { SEED, shareOf } from './cases'
import { type Asked, asked, bytesOfRows, type Rows, rows, searchOf } from './rows'

/**
 * Files of rows, right and spoilt: each is refused at once, or its import ends with every row of it counted, and tells
 * which were refused. `npm run fuzz` is the long form.
 */
const CASES = shareOf(0.05)

let account: Account
/** Files that were exported, by their type. */
const exports: Record<string, string> = {}
let log: ReturnType<typeof vi.spyOn>
beforeAll(async () => {
  log = vi.spyOn(console, 'error').mockReturnValue()
  holdQueue()
  holdImports()
  account = await newAccount()
  await account.prospect({
    labels: 'Hot, Cold',
    notes: 'Line\n"two", =three',
    email: 'pat@example.com',
    company: '=1+1',
  })
  await account.prospect({ firstName: 'José', lastName: 'Nerúda', phone: '2125550123', newSourceName: 'Referral' })
  for (const accept of ['text/csv', 'application/x-ndjson'])
    exports[accept] = (await account.call('GET', '/v1/prospects/export', undefined, { accept })).text
})

/** How much there is of what an import could write. */
async function held(): Promise<{ people: number; versions: number; events: number; catalog: number }> {
  const [counts] = await query(
    `SELECT count(*) AS people, total(version) AS versions,
      (SELECT count(*) FROM events WHERE account_id = ?1) AS events,
      (SELECT catalog_size FROM accounts WHERE id = ?1) AS catalog
     FROM prospects WHERE account_id = ?1`,
    account.id,
  )
  return counts as Awaited<ReturnType<typeof held>>
}

/** Works through an import; it has to come to an end. */
async function runToEnd(id: string) {
  for (let turn = 0; turn < 10; turn++) {
    await runOnce(account, id)
    const shown = await importOf(account, id)
    if (shown.finishedAt) return shown
  }
  throw new Error('It does not end.')
}

async function check(file: Rows, asked: Asked): Promise<void> {
  const { columns, type } = file
  const before = await held()
  const sent = await sendFile(account, bytesOfRows(file, exports), { query: searchOf(asked, columns), type })
  if (sent.status !== 202) {
    expect([400, 422], sent.text).toContain(sent.status)
    expect(await held()).toEqual(before)
    return
  }
  const { id } = sent.json
  const { status, reason, read, created, updated, unchanged, failed, bytes, bytesDone } = await runToEnd(id)
  if (status === 'completed') expect([reason, bytesDone]).toEqual([null, bytes])
  else
    expect([status, reason]).toEqual([
      'failed',
      expect.stringMatching(/^The (record in line \d+ is larger|file has more) than/),
    ])
  expect(created + updated + unchanged + failed).toBe(read)
  const after = await held()
  if (asked.dryRun === 'true') expect(after).toEqual(before)
  else expect(after.people - before.people).toBe(created)

  const told = await errorsOf(account, id)
  const lines = new Set(told.filter(({ refused }) => refused).map(({ line }) => line))
  // a page of them
  if (told.length < 1000) expect(lines.size).toBe(failed)
  const refused = await account.call('GET', `/v1/imports/${id}/errors`, undefined, { accept: type })
  expect(refused.status).toBe(200)
  // one that is full of NULs would be taken for UTF-16
  if (failed === 0 || refused.text.includes('\0')) return
  const again = await sendFile(account, refused.text, { query: searchOf({ ...asked, dryRun: 'true' }, columns), type })
  expect(again.status, again.text).toBe(202)
  expect((await runToEnd(again.json.id)).read).toBe(failed)
}

test(`${CASES} files of rows (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
  const property = fc.asyncProperty(rows, asked, async (file, asked) => {
    log.mockClear()
    await check(file, asked)
    expect(log.mock.calls).toEqual([])
  })
  await fc.assert(property, { numRuns: CASES, seed: SEED, timeout: 20_000 })
})
