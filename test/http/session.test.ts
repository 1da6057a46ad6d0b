import { env, exports } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Account, costOf, newAccount, operator, send } from '../support/api'
import { writeMany } from '../support/callers'
import { callsTo } from '../support/configured'
import { tick } from '../support/endpoint'
import { errorsOf, expectProblem } from '../support/problem'

/** The constraints of the sessions of a call: `first-primary`, `first-unconstrained`, or one of D1's bookmarks. */
let begun: string[]
let last: D1DatabaseSession
/** The database that answers sessions without `first-primary`. */
let replica: D1Database
const DB = {
  withSession(at: string) {
    begun.push(at)
    last = (at === 'first-primary' ? env.DB : replica).withSession(at)
    return last
  },
} as D1Database
/** A replica that has nothing yet, not even the tables. */
const lagging = (env as unknown as { OLD_DB: D1Database }).OLD_DB

let account: Account
let calls: ReturnType<typeof callsTo>
beforeEach(async () => {
  account = await newAccount()
  calls = callsTo(account, { DB })
  replica = env.DB
  begun = []
})
afterEach(() => void vi.restoreAllMocks())

const bookmarkOf = ({ headers }: { headers: Headers }) => headers.get('x-d1-bookmark') ?? ''
/** Makes the isolate remember the key. */
async function warm() {
  await account.get('/v1/me')
  begun = []
}

describe('the bookmark of a response', () => {
  test('is of the account’s database, and grows with each write', async () => {
    const answers = [await account.prospect(), await account.prospect(), await account.list()]
    for (const answer of answers) expect(bookmarkOf(answer)).toMatch(/^00-[0-9a-f]{8}(-[0-9a-f]+){3}$/)
    const [first, second, third] = answers.map(bookmarkOf) as [string, string, string]
    expect([first < second, second <= third]).toEqual([true, true])
  })

  test.each(['/health', '/admin/accounts?limit=1'])('is on %s', async (path) => {
    expect(bookmarkOf(await operator('GET', path))).toMatch(/^00-/)
  })

  test('is absent if the call took no round trip', async () => {
    await warm()
    expect((await account.get('/v1/labels?limit=x')).headers.has('x-d1-bookmark')).toBe(false)
    expect((await send('GET', '/v1/labels')).headers.has('x-d1-bookmark')).toBe(false)
  })

  test('of an idempotent replay is the newest state', async () => {
    const repeat = () => account.call('POST', '/v1/labels', { name: 'Hot' }, { 'idempotency-key': 'a' })
    const [first, again] = [await repeat(), await repeat()]
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(bookmarkOf(again) > bookmarkOf(first)).toBe(true)
  })

  test('of an export is the state at its start', async () => {
    await writeMany(account, Array(300).fill({}))
    const response = await exports.default.fetch('https://api.example.com/v1/prospects/export', {
      headers: { authorization: `Bearer ${account.key}` },
    })
    const written = await account.prospect()
    expect((await response.text()).split('\n').length).toBeGreaterThan(300)
    expect(bookmarkOf(response) < bookmarkOf(written)).toBe(true)
  })
})

describe('a read', () => {
  test('can use any replica', async () => {
    await warm()
    for (const method of ['GET', 'HEAD']) expect((await calls(method, '/v1/prospects')).status).toBe(200)
    expect(begun).toEqual(['first-unconstrained', 'first-unconstrained'])
  })

  test('with a bookmark uses a replica that has this state', async () => {
    const sent = bookmarkOf(await account.prospect())
    await warm()
    const answer = await calls('GET', '/v1/prospects', undefined, { 'x-d1-bookmark': sent })
    expect([answer.json.totalCount, begun]).toEqual([1, [sent.slice(3)]])
    expect(bookmarkOf(answer) >= sent).toBe(true)
  })

  test('with a bookmark of another database does not wait for it', async () => {
    await warm()
    const answer = await calls('GET', '/v1/prospects', undefined, { 'x-d1-bookmark': '01-ffffffff' })
    expect([answer.status, begun]).toEqual([200, ['first-unconstrained']])
    expect(bookmarkOf(answer)).toMatch(/^00-0/)
  })

  test('with an unknown key looks the key up in the primary, and then uses a replica with that state', async () => {
    const answer = await calls('GET', '/v1/me', undefined, { 'x-d1-bookmark': '00-00000000' })
    expect([answer.status, costOf(answer).trips]).toEqual([200, 2])
    expect(begun).toEqual(['first-primary', expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{8}-/)])
  })

  test('uses the primary if the replica does not have the account yet', async () => {
    await warm()
    replica = lagging
    const answer = await calls('GET', '/v1/prospects', undefined, { 'x-d1-bookmark': '00-ffffffff' })
    expect([answer.status, begun]).toEqual([200, ['ffffffff', 'first-primary']])
    expect(costOf(answer).trips).toBe(2)
    expect(bookmarkOf(answer)).toMatch(/^00-0/)
  })

  test('uses the primary if the replica rejects the account as unknown', async () => {
    await warm()
    await lagging.prepare('CREATE TABLE accounts (id TEXT, erased_at INTEGER, suspended_at INTEGER)').run()
    replica = lagging
    expect((await calls('GET', '/v1/prospects')).status).toBe(200)
    await lagging.prepare('DROP TABLE accounts').run()
  })

  test('stays on the primary after a replica failed', async () => {
    await writeMany(account, Array(300).fill({}))
    await warm()
    const batch = vi.fn().mockRejectedValue(new Error('D1_ERROR: away'))
    const prepare = vi.fn((text: string) => lagging.prepare(text))
    replica = { withSession: () => ({ prepare, batch }) } as unknown as D1Database
    const { status, text } = await calls('GET', '/v1/prospects/export')
    expect([status, text.trim().split('\r\n').length]).toEqual([200, 301])
    expect([begun.length, new Set(begun.slice(1))]).toEqual([3, new Set(['first-primary'])])
    expect([batch.mock.calls.length, prepare.mock.calls.length]).toEqual([1, batch.mock.calls[0]?.[0].length])
  })

  test('of the operator can use a replica too', async () => {
    const asOperator = callsTo({ key: env.ADMIN_TOKEN }, { DB })
    await asOperator('GET', '/admin/accounts?limit=1', undefined, { 'x-d1-bookmark': '00-00000001' })
    expect(begun).toEqual(['00000001'])
  })
})

describe('a write uses the primary in every round trip', () => {
  test.each<[string, string, object?]>([
    ['POST', '/v1/prospects', { firstName: 'Ann', lastName: 'Lee', labels: 'Hot' }],
    ['DELETE', '/v1/prospects/prs_x'],
    ['PATCH', '/v1/prospects/prs_x', { city: 'Boston' }],
  ])('%s %s', async (method, path, body) => {
    await warm()
    replica = lagging
    const answer = await calls(method, path, body, { 'x-d1-bookmark': '00-ffffffff' })
    expect(answer.status).toBeLessThan(500)
    expect(begun).toEqual(Array(costOf(answer).trips).fill('first-primary'))
    expect(bookmarkOf(answer)).toBe(`00-${last.getBookmark()}`)
  })

  test('in /health and in the schedule', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    replica = lagging
    expect((await calls('GET', '/health')).status).toBe(200)
    await tick({ DB })
    expect(begun.length).toBeGreaterThan(5)
    expect(new Set(begun)).toEqual(new Set(['first-primary']))
    expect(log).not.toHaveBeenCalled()
  })
})

describe('a malformed bookmark', () => {
  test.each([
    '',
    'garbage',
    'first-primary',
    '00-',
    '00-first-primary',
    '00-FF',
    '00-é',
    '0-ff',
    `00-${'f'.repeat(129)}`,
  ])('%j is reported with the other errors', async (sent) => {
    await warm()
    const answer = await account.call('GET', '/v1/prospects?nope=1', undefined, { 'x-d1-bookmark': sent })
    expectProblem(answer, 400, 'invalid_input', ['errors'])
    expect(errorsOf(answer)).toEqual(['header /X-D1-Bookmark wrong_format', 'query /nope unknown_parameter'])
  })

  test('is ignored by a write', async () => {
    const answer = await account.call('POST', '/v1/labels', { name: 'Hot' }, { 'x-d1-bookmark': 'garbage' })
    expect(answer.status).toBe(201)
  })

  test('is checked after the key', async () => {
    expectProblem(await send('GET', '/v1/labels', { headers: { 'x-d1-bookmark': 'x' } }), 401, 'missing_credential')
  })
})
