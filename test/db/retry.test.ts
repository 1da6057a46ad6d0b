import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DatabaseUnavailable, isUnavailable } from '../../src/db/errors'
import { withRetries } from '../../src/db/retry'

beforeEach(() => void vi.spyOn(scheduler, 'wait').mockResolvedValue())
afterEach(() => void vi.restoreAllMocks())

/** Sends statements that always fail with this message. Returns the number of tries and the last error. */
async function tried(message: string, ...sql: string[]) {
  const send = vi.fn<() => Promise<never>>().mockRejectedValue(new Error(message))
  const error = await withRetries(
    sql.map((text) => ({ text })),
    send,
  ).catch((thrown: Error) => thrown)
  return { tries: send.mock.calls.length, error }
}

const READ = 'SELECT 1'

/** The messages that https://developers.cloudflare.com/d1/observability/debug-d1/ lists, and those of SQLite. */
describe.each([
  ['Network connection lost.', true],
  ['D1 DB reset because its code was updated.', true],
  ['Internal error while starting up D1 DB storage caused object to be reset.', true],
  ['Internal error in D1 DB storage caused object to be reset.', true],
  ['Cannot resolve D1 DB due to transient issue on remote node.', true],
  ["Can't read from request stream because client disconnected.", true],
  ['D1 DB storage operation exceeded timeout which caused object to be reset.', false],
  ['D1 DB is overloaded. Requests queued for too long.', false],
  ['D1 DB is overloaded. Too many requests queued.', false],
  ["D1 DB's isolate exceeded its memory limit and was reset.", false],
  ['D1 DB exceeded its CPU time limit and was reset.', false],
  ['internal error; reference = 0123abc', false],
])('%s', (message, isTransient) => {
  test.each([`D1_ERROR: ${message}`, message])('%j is an outage', async (said) => {
    const { tries, error } = await tried(said, READ)
    expect(error).toBeInstanceOf(DatabaseUnavailable)
    expect([error.message, tries]).toEqual([`D1_ERROR: ${message}`, isTransient ? 3 : 1])
    expect(isUnavailable(new Error('Failed query', { cause: error }))).toBe(true)
  })
})

test.each(['BUSY', 'IOERR_READ', 'NOMEM', 'INTERRUPT'])('SQLITE_%s is an outage', async (code) => {
  expect(await tried(`D1_ERROR: x: SQLITE_${code}`, READ)).toMatchObject({
    tries: 1,
    error: expect.any(DatabaseUnavailable),
  })
})

test.each([
  'D1_ERROR: UNIQUE constraint failed: labels.name_key: SQLITE_CONSTRAINT',
  'D1_ERROR: malformed JSON: SQLITE_ERROR',
  'D1_ERROR: database or disk is full: SQLITE_FULL',
  'D1_TYPE_ERROR: Type not supported',
  'no such thing',
])('%s is not an outage', async (message) => {
  const { tries, error } = await tried(message, READ)
  expect([tries, error.message, isUnavailable(error)]).toEqual([1, message, false])
})

test('a response that cannot be parsed is not quoted', async () => {
  const { error } = await tried('D1_ERROR: Failed to parse body as JSON, got: [{"email":\n"pat@example.com', READ)
  expect(error.message).toBe('D1_ERROR: Failed to parse body as JSON')
})

test.each([
  [3, 'SELECT updated_at, erased_at FROM prospects'],
  [3, '\n  WITH a AS (SELECT 1)\n  SELECT * FROM a'],
  [1, 'INSERT INTO labels SELECT * FROM labels'],
  [1, 'WITH a AS (SELECT 1) INSERT INTO labels SELECT * FROM a'],
  [1, 'with a as (select 1) update labels set name = 1'],
  [1, '  DELETE FROM labels RETURNING 1'],
  [1, 'REPLACE INTO labels VALUES (1)'],
  [1, 'PRAGMA optimize'],
])('sends %d times after a lost connection: %s', async (times, sql) => {
  expect((await tried('Network connection lost.', sql)).tries).toBe(times)
  expect((await tried('Network connection lost.', READ, sql)).tries).toBe(times)
})

test('the result of the second or third try is returned', async () => {
  const lost = new Error('Network connection lost.')
  const send = vi.fn().mockRejectedValueOnce(lost).mockRejectedValueOnce(lost).mockResolvedValue('result')
  expect(await withRetries([{ text: READ }], send)).toBe('result')
})
