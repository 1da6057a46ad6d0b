import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Account, type ApiResponse, costOf, newAccount } from '../support/api'
import { collidingBody, comparableContent, makeCollidable } from '../support/collisions'
import { breakD1, D1, rows } from '../support/d1'
import { holdQueue } from '../support/endpoint'
import { fill } from '../support/many-rows'
import { errorsOf, expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'
import { asField, CV } from '../support/resume-files'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const batch = ({ call }: Account, inputs: unknown[], further: object = {}, key?: string) =>
  call('POST', '/v1/prospects/batch', { inputs, ...further }, key ? { 'idempotency-key': key } : {})
const person = (n: number, more: object = {}) => ({
  ...{ firstName: `P${n}`, lastName: 'Doe', email: `p${n}@example.com` },
  ...more,
})
const many = (n: number, more: object = {}) => Array.from({ length: n }, (_, i) => person(i, more))
const statuses = ({ json }: ApiResponse) => json.results.map(({ status }: { status: number }) => status)
const countsOf = ({ json: { results: _, ...counts } }: ApiResponse) => counts

describe('a batch', () => {
  test('has the result of each input, and the state after it', async () => {
    const account = await newAccount()
    await account.prospect({ firstName: 'Ann', email: 'ann@example.com' })
    const answer = await batch(
      account,
      [
        person(1, { labels: 'Hot', newSourceName: 'Fair' }),
        person(1, { firstName: 'Pia', labels: 'HOT,Cold', newSourceName: 'fair' }),
        person(1, { update: false }),
        { firstName: 'Ann', lastName: 'Doe', email: 'ann@example.com' },
        { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', phone: '2125550100' },
      ],
      { update: true },
    )
    expect(answer.status).toBe(200)
    expect(statuses(answer)).toEqual([201, 200, 200, 200, 200])
    expect(countsOf(answer)).toEqual({ created: 1, updated: 2, unchanged: 2, failed: 0 })
    const shown = answer.json.results.map(({ index, prospect }: any) => [
      ...[index, prospect.firstName, prospect.labels, prospect.version, prospect.created, prospect.matchedBy],
    ])
    expect(shown).toEqual([
      [0, 'P1', ['Hot'], 1, true, null],
      [1, 'Pia', ['Cold', 'Hot'], 2, false, 'email'],
      [2, 'Pia', ['Cold', 'Hot'], 2, false, 'email'],
      [3, 'Ann', [], 1, false, 'email'],
      [4, 'Ann', [], 2, false, 'email'],
    ])
    const [ann] = (await account.list('email=ann@example.com')).json.prospects
    const [unchanged, updated] = answer.json.results.slice(-2)
    expect(updated.prospect).toMatchObject({ ...ann, message: null })
    expect(unchanged.prospect.updatedAt).toBeLessThan(updated.prospect.updatedAt)
    expect((await eventsOf(account)).at(-1)).toMatchObject({ source: 'api', data: { prospect: ann } })
  })

  test('takes two round trips for 250 inputs, with and without an Idempotency-Key, and one if it writes nothing', async () => {
    const account = await newAccount()
    await account.get('/v1/me')
    expect(costOf(await batch(account, many(250, { labels: 'Hot', city: 'Albany' }))).trips).toBe(2)
    const updated = await batch(account, many(250, { city: 'Troy', update: true }), {}, 'key')
    expect([costOf(updated).trips, updated.json.updated]).toEqual([2, 250])
    expect(costOf(await batch(account, many(250))).trips).toBe(1)
  })

  test('rejects a body without 1 to 250 inputs', async () => {
    const account = await newAccount()
    for (const [inputs, code] of [
      [[], 'too_small'],
      [many(251), 'too_large'],
      [{}, 'wrong_type'],
    ] as const) {
      const answer = await batch(account, inputs as unknown[])
      expectProblem(answer, 400, 'invalid_input', ['errors'])
      expect(errorsOf(answer)).toEqual([`body /inputs ${code}`])
    }
    expect((await account.list()).json.totalCount).toBe(0)
  })

  test('writes the valid inputs if others are invalid, with pointers below the input', async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    const foreign = (await other.post('/v1/offices', { name: 'Theirs' })).json.id
    await account.prospect({ email: 'full@example.com', labels: Array.from({ length: 100 }, (_, n) => `L${n}`) })
    const answer = await batch(account, [
      person(0),
      { lastName: 1, nmae: 'x', email: 'x' },
      null,
      person(3, { officeId: foreign, jobId: 'job_none' }),
      person(4, { resume: asField(CV) }),
      { firstName: 'Pat', lastName: 'Doe', email: 'full@example.com', labels: 'One more', update: true },
      person(6, { resume: null, update: null }),
    ])
    expect(statuses(answer)).toEqual([201, 400, 400, 422, 400, 400, 201])
    expect(countsOf(answer)).toEqual({ created: 2, updated: 0, unchanged: 0, failed: 5 })
    const errors = answer.json.results.flatMap(({ problem }: any) =>
      problem ? [errorsOf({ json: problem } as any)] : [],
    )
    expect(errors).toEqual([
      [
        'body /inputs/1/email wrong_format',
        'body /inputs/1/firstName required',
        'body /inputs/1/lastName wrong_type',
        'body /inputs/1/nmae unknown_field',
      ],
      ['body /inputs/2 wrong_type'],
      ['body /inputs/3/jobId unknown_reference', 'body /inputs/3/officeId unknown_reference'],
      ['body /inputs/4/resume not_allowed'],
      ['body /inputs/5/labels too_many'],
    ])
    const { problem } = answer.json.results[4]
    expect(problem).toMatchObject({ code: 'invalid_input', requestId: answer.headers.get('x-request-id') })
    expect(problem.detail).toContain('PUT')
    expect((await account.list()).json.totalCount).toBe(3)
  })

  test('ends as its inputs POSTed one by one', { tags: 'scale' }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(collidingBody, { minLength: 2, maxLength: 12 }), async (bodies) => {
        const [together, apart] = [await newAccount(), await newAccount()]
        const inputsFor = async (account: Account) => {
          const stages = await rows<{ id: string }>(
            'SELECT id FROM stages WHERE account_id = ? ORDER BY position',
            account.id,
          )
          await makeCollidable(account)
          return bodies.map(({ stage, job, ...body }) => ({
            ...body,
            ...(stage !== undefined && { stageId: stages[stage]?.id }),
            ...(job !== undefined && { jobId: `jobs000${job}` }),
          }))
        }
        const results = (await batch(together, await inputsFor(together))).json.results
        const responses = []
        for (const [index, body] of (await inputsFor(apart)).entries()) {
          const { status, json } = await apart.post('/v1/prospects', body)
          responses.push({ index, status, prospect: json })
        }
        expect(await comparableContent(together, results)).toEqual(await comparableContent(apart, responses))
      }),
      { numRuns: 8 },
    )
  })
})

describe('a repeated batch', () => {
  test('returns the stored results byte for byte, and writes nothing', async () => {
    const account = await newAccount()
    const notes = 'n'.repeat(3000)
    // the clock is behind the account's last commit, so the times of the commit differ from those of the plan
    await account.prospect()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 60_000 })
    const inputs = [...many(3, { notes, labels: 'Hot' }), { lastName: 'Ünï "1" \\ 😀' }, person(1, { phone: '1' })]
    const first = await batch(account, inputs, { update: true }, 'key')
    expect(statuses(first)).toEqual([201, 201, 201, 400, 200])
    await account.prospect(person(2, { notes: 'other', update: true }))
    const again = await batch(account, inputs, { update: true }, 'key')
    expect(again.text).toBe(first.text)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect((await account.list()).json.totalCount).toBe(4)
    expectProblem(await batch(account, inputs, {}, 'key'), 422, 'idempotency_key_reused')
    const [{ longest } = {}] = await rows<{ longest: number }>(
      "SELECT max(length(body)) AS longest FROM idempotency_keys WHERE account_id = ? AND about IS NOT NULL AND key LIKE 'key%02'",
      account.id,
    )
    expect(longest).toBeGreaterThan(3000)
  })

  test('has lost only the prospects that were erased since', async () => {
    const account = await newAccount()
    const { json } = await batch(account, many(3), {}, 'key')
    const id = json.results[1].prospect.id
    await account.call('DELETE', `/v1/prospects/${id}`)
    const again = (await batch(account, many(3), {}, 'key')).json
    expect(again.results[1]).toEqual({ index: 1, status: 201, prospect: { id, erased: true } })
    expect([again.results[0], again.results[2]]).toEqual([json.results[0], json.results[2]])
  })

  test('is carried out again after a day', async () => {
    const account = await newAccount()
    await batch(account, many(3), {}, 'key')
    await rows('UPDATE idempotency_keys SET expires_at = 1 WHERE account_id = ? RETURNING 1', account.id)
    const again = await batch(account, many(2), {}, 'key')
    expect([again.headers.get('idempotent-replayed'), statuses(again)]).toEqual([null, [200, 200]])
  })

  test('is carried out once if it is sent many times at once', async () => {
    const account = await newAccount()
    const people = Array.from({ length: 5 }, (_, n) => ({ firstName: `P${n}`, lastName: 'Doe' }))
    const answers = await Promise.all(Array.from({ length: 6 }, () => batch(account, people, {}, 'key')))
    const texts = new Set(answers.filter(({ status }) => status === 200).map(({ text }) => text))
    expect(texts.size).toBe(1)
    expect((await account.list()).json.totalCount).toBe(5)
  })
})

const WEBHOOKS = `
  INSERT INTO webhooks (account_id, id, url, event_types, secret, created_at, updated_at)
  SELECT ?1, 'whk_' || value, 'https://hooks.example.com', '[]', '', 1, 1`
/** Inputs whose events and results need several commits. */
const LARGE = Array.from({ length: 120 }, (_, n) => ({ firstName: `P${n}`, lastName: 'Doe', notes: 'n'.repeat(8000) }))

describe('a batch in several commits', { tags: 'scale' }, () => {
  /** Makes every batch of statements after the first `n` commits fail: before or after it is done. */
  function failAfter(n: number, isDone: boolean) {
    const { batch: send } = D1
    let commits = 0
    vi.spyOn(console, 'error').mockReturnValue()
    vi.spyOn(D1, 'batch').mockImplementation(async function (this: D1DatabaseSession, statements) {
      const isCommit = statements.some((s) => (s as unknown as { statement: string }).statement.includes('INTO events'))
      if (!isCommit || ++commits <= n) return send.call(this, statements) as never
      if (isDone) await send.call(this, statements)
      throw new Error('D1_ERROR: away')
    })
  }

  test('has the result of each input, and the same replay', async () => {
    const account = await newAccount()
    const first = await batch(account, LARGE, {}, 'key')
    expect(countsOf(first)).toEqual({ created: 120, updated: 0, unchanged: 0, failed: 0 })
    expect(costOf(first).trips).toBeGreaterThan(2)
    expect((await batch(account, LARGE, {}, 'key')).text).toBe(first.text)
  })

  test.each([
    [0, false, 503, 'database_unavailable'],
    [0, true, 503, 'database_unavailable'],
    [1, false, 503, 'batch_interrupted'],
    [1, true, 503, 'batch_interrupted'],
  ])('continues after an interruption: after %d commits, done %s', async (commits, isDone, status, code) => {
    const account = await newAccount()
    await account.get('/v1/me')
    failAfter(commits, isDone)
    expectProblem(await batch(account, LARGE, {}, 'key'), status, code)
    vi.restoreAllMocks()
    const again = await batch(account, LARGE, {}, 'key')
    expect(countsOf(again)).toEqual({ created: 120, updated: 0, unchanged: 0, failed: 0 })
    expect((await batch(account, LARGE, {}, 'key')).text).toBe(again.text)
    const { prospects, totalCount } = (await account.list('limit=1000&sort=createdAt')).json
    expect(totalCount).toBe(120)
    expect(again.json.results.map(({ prospect }: any) => prospect.id)).toEqual(prospects.map(({ id }) => id))
    expect(await eventsOf(account)).toHaveLength(120)
  })

  test('has at most about 1,000 deliveries in a commit, however many webhooks there are', async () => {
    const account = await newAccount()
    await fill(account, 40, WEBHOOKS)
    holdQueue()
    await account.get('/v1/me')
    const answer = await batch(account, many(60), {}, 'key')
    expect([answer.json.created, costOf(answer).trips]).toEqual([60, 6])
    const muted = await batch(account, many(60, { muteWebhook: true, update: true, city: 'Troy' }))
    expect([muted.json.updated, costOf(muted).trips]).toEqual([60, 2])
  })

  test('rejects the inputs whose results no longer fit into the response', async () => {
    const account = await newAccount()
    await account.prospect({ email: 'p0@example.com', notes: 'n'.repeat(20_000) })
    const inputs = [...Array(249).fill(person(0)), { firstName: 'Last', lastName: 'Doe' }]
    const answer = await batch(account, inputs, {}, 'key')
    expect(answer.text.length).toBeLessThan(5 * 1024 * 1024)
    expect(answer.json.results.at(-1)).toMatchObject({ status: 413, problem: { code: 'batch_too_large' } })
    expect(answer.json.unchanged).toBeGreaterThan(200)
    expect((await account.list()).json.totalCount).toBe(1)
    expect((await batch(account, inputs, {}, 'key')).text).toBe(answer.text)
  })

  test('keeps each value below the limits of D1, whatever the inputs are', async () => {
    const account = await newAccount()
    // each ﷺ becomes 18 letters in the search index
    const wide = '\ufdfa'.repeat(100)
    const inputs = Array.from({ length: 250 }, (_, n) => ({
      ...{ firstName: wide, lastName: `${n} ${wide.slice(5)}`, title: wide, company: wide },
    }))
    const answer = await batch(account, inputs, {}, 'key')
    expect(countsOf(answer)).toMatchObject({ created: 250 })
    const errors = await batch(
      account,
      Array.from({ length: 250 }, () =>
        Object.fromEntries(Array.from({ length: 38 }, (_, n) => [`${n}${'~'.repeat(90)}`, 1])),
      ),
    )
    expect(errors.json.failed).toBe(250)
  })
})

test('an unavailable database is a 503 if no input was written', async () => {
  const account = await newAccount()
  await account.get('/v1/me')
  vi.spyOn(console, 'error').mockReturnValue()
  breakD1(new Error('D1_ERROR: away'))
  expectProblem(await batch(account, many(2)), 503, 'database_unavailable')
})
