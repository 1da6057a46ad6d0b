import fc from 'fast-check'
import { Sniffer } from 'resume-parser'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Prospect } from '../../src/prospects/prospect'
import { type Account, newAccount } from '../support/api'
import { consume, holdQueue } from '../support/endpoint'
import { asField } from '../support/resume-files'
import { SEED, shareOf } from './cases'
import { bytesOfDocument, type Document, documents } from './documents'

/**
 * Resumes with random edits. Each file is rejected at once, or read at the first try, and ends as parsed or with a reason.
 * A resume fills in nothing that a caller could not have written. `npm run fuzz` is the long form.
 */
const CASES = shareOf(0.07)

let account: Account
let id: string
let log: ReturnType<typeof vi.spyOn>
beforeAll(async () => {
  log = vi.spyOn(console, 'error').mockReturnValue()
  holdQueue()
  account = await newAccount()
  id = (await account.prospect()).json.id
})

const FIELDS = ['email', 'phone', 'title', 'company', 'city', 'state', 'postalCode', 'licenseStatus'] as const
const CLEARED_FIELDS = Object.fromEntries(FIELDS.map((field) => [field, null]))
const shown = async (): Promise<Prospect> => (await account.get(`/v1/prospects/${id}`)).json

async function check(document: Document): Promise<void> {
  const bytes = await bytesOfDocument(document)
  const sniffer = new Sniffer()
  sniffer.push(bytes)
  const resume = asField(bytes, { contentType: sniffer.type ?? 'text/plain' })
  const sent = await account.call('PATCH', `/v1/prospects/${id}`, { resume, ...CLEARED_FIELDS })
  expect(sent.status, sent.text).toBe(sniffer.type ? 200 : 400)
  if (sent.status === 400) return
  await consume([{ accountId: account.id, prospectId: id }], 'prospect-resumes')
  const { resume: read, version, firstName, lastName, ...prospect } = await shown()
  expect(['parsed', 'unsupported', 'failed']).toContain(read?.status)
  if (read?.status !== 'parsed') expect([read?.reason, read?.parsed]).toEqual([expect.stringMatching(/\.$/), null])
  expect([firstName, lastName]).toEqual(['Pat', 'Doe'])
  const filled = FIELDS.filter((field) => prospect[field] !== null)
  if (filled.length === 0) return
  // the filled-in values are normalised as those of callers are: writing them again changes nothing
  const written = Object.fromEntries(filled.map((field) => [field, prospect[field]]))
  const again = await account.call('PATCH', `/v1/prospects/${id}`, written)
  expect([again.status, again.json.message, again.json.version], again.text).toEqual([200, null, version])
}

test(`${CASES} resumes (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
  const property = fc.asyncProperty(documents, async (document) => {
    log.mockClear()
    await check(document)
    expect(log.mock.calls).toEqual([])
  })
  await fc.assert(property, { numRuns: CASES, seed: SEED, timeout: 30_000 })
})
