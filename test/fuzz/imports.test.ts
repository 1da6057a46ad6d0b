import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { makeField, TYPES } from '../support/custom-fields'
import { rows as query } from '../support/d1'
import { holdQueue } from '../support/endpoint'
import { errorsOf, holdImports, importOf, runOnce, sendFile } from '../support/import-files'
import { SEED, shareOf } from './cases'
import { bytesOfFile, type ImportFile, type ImportOptions, importFiles, importOptions, searchOf } from './rows'

/**
 * Files of rows, valid and with random edits. Each file is rejected at once, or its import ends, counts every row, and
 * reports the rejected ones. `npm run fuzz` is the long form.
 */
const CASES = shareOf(0.05)

let account: Account
/** Exported files, by their media type. */
const exports: Record<string, string> = {}
let log: ReturnType<typeof vi.spyOn>
beforeAll(async () => {
  log = vi.spyOn(console, 'error').mockReturnValue()
  holdQueue()
  holdImports()
  account = await newAccount()
  for (const type of TYPES) await makeField(account, type, type)
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

/** Counts of all that an import could write. */
async function countStored(): Promise<{ prospects: number; versions: number; events: number; catalog: number }> {
  const [counts] = await query(
    `SELECT count(*) AS prospects, total(version) AS versions,
      (SELECT count(*) FROM events WHERE account_id = ?1) AS events,
      (SELECT catalog_size FROM accounts WHERE id = ?1) AS catalog
     FROM prospects WHERE account_id = ?1`,
    account.id,
  )
  return counts as Awaited<ReturnType<typeof countStored>>
}

/** Runs the turns of an import until it ends. Throws if it does not end. */
async function runToEnd(id: string) {
  for (let turn = 0; turn < 10; turn++) {
    await runOnce(account, id)
    const shown = await importOf(account, id)
    if (shown.finishedAt) return shown
  }
  throw new Error('The import does not end.')
}

async function check(file: ImportFile, options: ImportOptions): Promise<void> {
  const { columns, type } = file
  const before = await countStored()
  const sent = await sendFile(account, bytesOfFile(file, exports), { query: searchOf(options, columns), type })
  if (sent.status !== 202) {
    expect([400, 422], sent.text).toContain(sent.status)
    expect(await countStored()).toEqual(before)
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
  const after = await countStored()
  if (options.dryRun === 'true') expect(after).toEqual(before)
  else expect(after.prospects - before.prospects).toBe(created)

  const errors = await errorsOf(account, id)
  const lines = new Set(errors.filter(({ refused }) => refused).map(({ line }) => line))
  // `errorsOf` reads one page
  if (errors.length < 1000) expect(lines.size).toBe(failed)
  const rejected = await account.call('GET', `/v1/imports/${id}/errors`, undefined, { accept: type })
  expect(rejected.status).toBe(200)
  // an import would take a file of many NULs for UTF-16
  if (failed === 0 || rejected.text.includes('\0')) return
  const again = await sendFile(account, rejected.text, {
    query: searchOf({ ...options, dryRun: 'true' }, columns),
    type,
  })
  expect(again.status, again.text).toBe(202)
  expect((await runToEnd(again.json.id)).read).toBe(failed)
}

test(`${CASES} files of rows (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
  const property = fc.asyncProperty(importFiles, importOptions, async (file, options) => {
    log.mockClear()
    await check(file, options)
    expect(log.mock.calls).toEqual([])
  })
  await fc.assert(property, { numRuns: CASES, seed: SEED, timeout: 20_000 })
})
