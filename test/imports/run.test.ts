// @module-tag scale
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ImportMessage } from '../../src/queues/messages'
import { type Account, newAccount, operator } from '../support/api'
import { callsTo } from '../support/configured'
import { D1, interceptTrips, rows, rowsOf, tables, watchTrips } from '../support/d1'
import { consume, holdQueue, register, tick } from '../support/endpoint'
import { eventually } from '../support/eventually'
import {
  countsOf,
  drainImports,
  errorsOf,
  holdImports,
  imported,
  importOf,
  messageOf,
  runOnce,
  sendFile,
} from '../support/import-files'
import { expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'
import { objectsOf } from '../support/resume-files'

const DAY = 24 * 60 * 60_000

let account: Account
let held: ImportMessage[]
beforeEach(async () => {
  // a turn ends after a second: the clock stands still, so that a slow machine does not end it early. No other account has called
  // in the last second, so chunks are whole
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2000 })
  held = holdImports()
  account = await newAccount()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const bucket: R2Bucket = Object.getPrototypeOf(env.RESUMES)
const passTime = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
/** A file of this many rows. Some are about the same prospect, some are rejected. */
const fileOf = (many: number) =>
  `name,email,labels,city\n${Array.from({ length: many }, (_, n) =>
    n % 97 === 0 ? 'Cher,,,\n' : `Pat Doe ${n},p${n % (many / 2)}@example.com,"L${n % 7}",C${n}\n`,
  ).join('')}`

/** Everything that an import wrote, with ids replaced by names, and without times. */
async function contentOf(of: Account) {
  const prospects = []
  for (let token: string | null = ''; token !== null; ) {
    const page: any = (await of.list(`limit=1000&sort=createdAt${token && `&pageToken=${token}`}`)).json
    prospects.push(...page.prospects)
    token = page.nextPageToken
  }
  const known = new Map(prospects.map(({ id, email }) => [id, `prospect ${email}`]))
  const plain = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value).replaceAll(/prs_\w+/g, (id) => known.get(id) ?? id),
      (key, v) =>
        ['createdAt', 'updatedAt', 'keyId', 'currentStageId', 'pipelineId', 'finishedAt'].includes(key) ||
        /^imp_/.test(v)
          ? undefined
          : v,
    )
  const [{ id }] = (await of.get('/v1/imports')).json.items
  return {
    prospects: plain(prospects),
    events: plain(await eventsOf(of)),
    import: plain([await importOf(of, id), await errorsOf(of, id)]),
  }
}

describe('a consumer that dies', () => {
  const FILE = fileOf(600)
  const QUERY = { query: '?update=true' }
  let undisturbed: Awaited<ReturnType<typeof contentOf>> | undefined

  const STEPS = ['take', 'read', 'look up', 'commit'] as const
  type Step = (typeof STEPS)[number]
  const stepOf = (statements: D1PreparedStatement[]): Step | undefined => {
    const text = statements.map((s) => (s as unknown as { statement: string }).statement).join(';')
    return /SET bytes_done/.test(text) ? 'commit' : /candidates AS MATERIALIZED/.test(text) ? 'look up' : undefined
  }

  test.each(STEPS.flatMap((step) => (['before', 'after'] as const).map((when) => [when, step] as const)))(
    '%s each %s writes every row once',
    async (when, step) => {
      if (!undisturbed) {
        const other = await newAccount()
        await imported(other, FILE, QUERY)
        undisturbed = await contentOf(other)
      }
      let died = 0
      let calm = 0
      /** Runs a step, or fails every other time, so that the import advances. */
      const through = async <T>(at: Step | undefined, run: () => Promise<T>): Promise<T> => {
        if (at !== step || calm++ % 2 !== 0) return run()
        died++
        if (when === 'before') throw new Error('died')
        await run()
        throw new Error('died')
      }
      const batch = D1.batch
      vi.spyOn(D1, 'batch').mockImplementation(function (this: D1Database, statements) {
        return through(stepOf(statements), () => batch.call(this, statements)) as never
      })
      const Statement = Object.getPrototypeOf(env.DB.prepare('SELECT 1')) as D1PreparedStatement
      const all = Statement.all
      vi.spyOn(Statement, 'all').mockImplementation(function (this: D1PreparedStatement) {
        const text = (this as unknown as { statement: string }).statement
        const at = /SET status = 'running'/.test(text) ? 'take' : undefined
        return through(at, () => all.call(this)) as never
      })
      const get = bucket.get
      vi.spyOn(bucket, 'get').mockImplementation(function (this: R2Bucket, ...args: any[]) {
        return through('read', () => (get as any).apply(this, args)) as never
      })
      const { json } = await sendFile(account, FILE, QUERY)
      vi.spyOn(console, 'error').mockReturnValue()
      passTime(0)
      const isFinished = () => rows('SELECT 1 FROM imports WHERE id = ? AND finished_at > 0', json.id)
      for (let i = 0; i < 40 && (await isFinished()).length === 0; i++) {
        await runOnce(account, json.id).catch(() => {})
        vi.setSystemTime(Date.now() + 11_000)
      }
      vi.useRealTimers()
      vi.restoreAllMocks()
      holdImports()
      expect(died).toBeGreaterThan(0)
      expect(await contentOf(account)).toEqual(undisturbed)
    },
    60_000,
  )

  test('leaves its import to the next consumer, which the schedule enqueues after the lease', async () => {
    const { json } = await sendFile(account, fileOf(20))
    await env.DB.prepare(
      "UPDATE imports SET status = 'running', held_until = ?1, next_at = ?1, tries = 1 WHERE id = ?2",
    )
      .bind(Date.now() + 10_000, json.id)
      .run()
    await runOnce(account, json.id)
    expect((await importOf(account, json.id)).read).toBe(0)
    passTime(11_000)
    held.length = 0
    await tick()
    expect(held).toContainEqual(await messageOf(account, json.id))
    await drainImports(held)
    expect((await importOf(account, json.id)).status).toBe('completed')
  })

  test('because of errors makes the next try wait longer each time, and loses no row', async () => {
    const { json } = await sendFile(account, fileOf(20))
    vi.spyOn(bucket, 'get').mockRejectedValue(new Error('R2 is away'))
    const waits: number[] = []
    for (let i = 0; i < 9; i++) {
      const now = Date.now()
      await runOnce(account, json.id)
      const [row] = await rows<{ held_until: number }>('SELECT held_until FROM imports WHERE id = ?', json.id)
      const until = row?.held_until ?? 0
      waits.push(Math.round((until - now) / 1000))
      passTime(until - Date.now() + 1)
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 960, 1800, 1800])
    vi.mocked(bucket.get).mockRestore()
    await drainImports(held)
    expect(await importOf(account, json.id)).toMatchObject({ status: 'completed', read: 20 })
  })

  test('ten times at the same rows makes the import fail', async () => {
    const { json } = await sendFile(account, fileOf(20))
    await env.DB.prepare('UPDATE imports SET tries = 10 WHERE id = ?').bind(json.id).run()
    await runOnce(account, json.id)
    expect(await importOf(account, json.id)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/from line 2 in 10 tries/),
      read: 0,
    })
  })
})

describe('two consumers of one import', () => {
  test('write every row once', async () => {
    passTime(0)
    const { json } = await sendFile(account, fileOf(600), { query: '?update=true' })
    const free = () => env.DB.prepare('UPDATE imports SET held_until = 0 WHERE id = ?').bind(json.id).run()
    const get = bucket.get
    // the second consumer begins while the first one reads, after its lease has ended
    vi.spyOn(bucket, 'get').mockImplementationOnce(async function (this: R2Bucket, ...args: any[]) {
      const object = await (get as any).apply(this, args)
      const bytes = await object.arrayBuffer()
      await free()
      await runOnce(account, json.id)
      return { arrayBuffer: async () => bytes } as any
    })
    await runOnce(account, json.id)
    expect(countsOf(await importOf(account, json.id))).toEqual({
      read: 600,
      created: 300,
      updated: 293,
      unchanged: 0,
      failed: 7,
    })
    expect(await eventsOf(account)).toHaveLength(300 + 293)
  })
})

test('an import takes two round trips for each chunk, and its turn ends after twenty chunks', async () => {
  const file = Array.from({ length: 5500 }, (_, n) => (n % 250 === 0 ? 'Pat Doe\n' : 'Cher\n'))
  const { json } = await sendFile(account, `name\n${file.join('')}`)
  const messages = held.splice(0)
  const trips = watchTrips(account)
  await consume(messages, 'prospect-imports')
  expect(trips()).toBe(1 + 20 * 2 + 1)
  expect([(await importOf(account, json.id)).read, held]).toEqual([5000, [await messageOf(account, json.id)]])
  // the message for the next turn is lost
  held.length = 0
  passTime(16_000)
  await tick()
  expect(held).toContainEqual(await messageOf(account, json.id))
  await runOnce(account, json.id)
  expect(await importOf(account, json.id)).toMatchObject({ status: 'completed', read: 5500, created: 22 })
})

describe('while another account is active, an import', () => {
  const unlimited = { limit: async () => ({ success: true }) }
  const LIMITED = { RATE_LIMITS: '', KEY_RATE_LIMIT: unlimited, GUESS_RATE_LIMIT: unlimited }
  /** Sends a file, and lets another account call. */
  async function sendWhileOthersCall(file: string) {
    const other = await newAccount()
    passTime(DAY) // a time that no other test of this isolate calls at
    const { json } = await sendFile(account, file)
    await callsTo(other, LIMITED)('GET', '/v1/labels')
    return json
  }
  /** Runs one turn, in which each round trip takes 20 ms. Returns its pauses. */
  async function pausesOf(importId: string) {
    const wait = vi.spyOn(scheduler, 'wait').mockResolvedValue()
    interceptTrips((trip) => {
      vi.setSystemTime(Date.now() + 20)
      return trip()
    })
    await runOnce(account, importId)
    return wait.mock.calls.flat()
  }

  test('writes 10 rows at a time, and pauses after each commit for as long as the commit took', async () => {
    const { id } = await sendWhileOthersCall(fileOf(150))
    expect(await pausesOf(id)).toEqual(Array(14).fill(40))
    expect(await importOf(account, id)).toMatchObject({ status: 'completed', read: 150 })
  })

  test('writes all rows at once if the other account stopped a second ago', async () => {
    const { id } = await sendWhileOthersCall(fileOf(150))
    vi.setSystemTime(Date.now() + 1000)
    expect(await pausesOf(id)).toEqual([])
    expect(await importOf(account, id)).toMatchObject({ status: 'completed', read: 150 })
  })
})

describe('cancelling', () => {
  test('an import in progress stops it and deletes its file, and keeps what was written', async () => {
    passTime(0)
    const { json } = await sendFile(account, fileOf(1000))
    const batch = D1.batch
    let commits = 0
    vi.spyOn(D1, 'batch').mockImplementation(async function (this: D1Database, statements) {
      const isCommit = statements.some((s) => /SET bytes_done/.test((s as unknown as { statement: string }).statement))
      if (isCommit && ++commits === 3) expect((await account.call('DELETE', `/v1/imports/${json.id}`)).status).toBe(204)
      return batch.call(this, statements) as never
    })
    await runOnce(account, json.id)
    const ended = await importOf(account, json.id)
    expect([ended.status, ended.read, ended.finishedAt]).toEqual(['cancelled', 500, expect.any(Number)])
    expect((await account.list()).json.totalCount).toBe(ended.created)
    await eventually(async () => expect(await objectsOf(account)).toEqual([]))
    await runOnce(account, json.id)
    expect((await importOf(account, json.id)).read).toBe(500)
  })

  test('an import that has ended deletes it', async () => {
    const { id } = await imported(account, fileOf(100))
    for (const status of [204, 404]) expect((await account.call('DELETE', `/v1/imports/${id}`)).status).toBe(status)
    expectProblem(await account.get(`/v1/imports/${id}`), 404, 'not_found')
    expectProblem(await account.get(`/v1/imports/${id}/errors`), 404, 'not_found')
    const { imports, import_errors, prospects } = await rowsOf(account.id)
    expect([imports, import_errors, prospects]).toEqual([undefined, undefined, 50])
    await eventually(async () => expect(await objectsOf(account)).toEqual([]))
  })
})

describe('a dry run', () => {
  const FILE =
    'name,email,labels,city\nAnn Lee,ann@example.com,New,Here\nBob Ray,bob@example.com,New,\nCher,,,\nAnn Lee,ann@example.com,,There\n'
  test('counts rows and reports errors, and writes nothing else', async () => {
    await account.prospect({ email: 'ann@example.com' })
    const before = await rowsOf(account.id)
    const done = await imported(account, FILE, { query: '?update=true&dryRun=true' })
    expect([done.status, done.dryRun, countsOf(done)]).toEqual([
      'completed',
      true,
      { read: 4, created: 1, updated: 2, unchanged: 0, failed: 1 },
    ])
    expect(done.errors.map(({ line }) => line)).toEqual([4])
    expect(await rowsOf(account.id)).toEqual({ ...before, imports: 1, import_errors: 1, object_deletions: 1 })
    const wet = await imported(account, FILE, { query: '?update=true' })
    expect(countsOf(wet)).toEqual(countsOf(done))
  })
})

describe('the file of an import', () => {
  test('is deleted after seven days', async () => {
    const { id } = await imported(account, fileOf(100))
    passTime(7 * DAY - 60_000)
    await tick()
    expect(await objectsOf(account)).toHaveLength(1)
    passTime(2 * 60_000)
    await tick()
    expect(await objectsOf(account)).toEqual([])
    const answer = await account.call('GET', `/v1/imports/${id}/errors`, undefined, { accept: 'text/csv' })
    expectProblem(answer, 404, 'not_found')
    expect((await errorsOf(account, id)).length).toBe(2)
  })

  test('that no longer exists ends the import as failed', async () => {
    const { json } = await sendFile(account, fileOf(100))
    await env.RESUMES.delete(await objectsOf(account))
    await runOnce(account, json.id)
    expect(await importOf(account, json.id)).toMatchObject({
      status: 'failed',
      reason: 'The file no longer exists.',
    })
  })

  test('with a cell that is too large, or an unclosed quote, creates no prospect from its text', async () => {
    const cell = 'Ghost Row\n'.repeat(120_000)
    const { json } = await sendFile(account, `name\nAnn Lee\n"${cell}"\nBob Ray\n`)
    await runOnce(account, json.id)
    expect(await importOf(account, json.id)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/line 3/),
      created: 1,
    })
  })

  test('with a record that is too large reports its line', async () => {
    const { json } = await sendFile(account, `name\nAnn Lee\n${'x'.repeat(1_100_000)}`)
    await runOnce(account, json.id)
    expect(await importOf(account, json.id)).toMatchObject({
      status: 'failed',
      read: 1,
      reason: expect.stringMatching(/line 3/),
    })
  })

  test('is deleted after an hour if its upload broke off', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('name\nAnn'))
        controller.error(new Error('gone'))
      },
    })
    await sendFile(account, body).catch(() => {})
    passTime(61 * 60_000)
    await tick()
    expect(await objectsOf(account)).toEqual([])
    expect((await rowsOf(account.id)).imports).toBeUndefined()
  })
})

describe('an account', () => {
  test('that is suspended makes its imports wait until it is active again', async () => {
    const { json } = await sendFile(account, fileOf(20))
    await operator('PATCH', `/admin/accounts/${account.id}`, { suspended: true })
    await runOnce(account, json.id)
    await operator('PATCH', `/admin/accounts/${account.id}`, { suspended: false })
    expect((await importOf(account, json.id)).status).toBe('queued')
    await runOnce(account, json.id)
    expect((await importOf(account, json.id)).status).toBe('completed')
  })

  test('that is deleted loses its imports, their errors and their files, in progress or not', async () => {
    await imported(account, fileOf(300))
    const { json } = await sendFile(account, fileOf(600))
    const get = bucket.get
    vi.spyOn(bucket, 'get').mockImplementationOnce(async function (this: R2Bucket, ...args: any[]) {
      await operator('DELETE', `/admin/accounts/${account.id}`)
      for (let i = 0; i < 5; i++) await tick()
      return (get as any).apply(this, args)
    })
    await runOnce(account, json.id).catch(() => {})
    await tick()
    expect([await rowsOf(account.id), await objectsOf(account)]).toEqual([{}, []])
  })
})

test('an import and its errors are deleted a month after its end', async () => {
  const { id } = await imported(account, fileOf(100))
  passTime(30 * DAY - 60_000)
  await tick()
  expect(await errorsOf(account, id)).toHaveLength(2)
  passTime(2 * 60_000)
  await tick()
  expectProblem(await account.get(`/v1/imports/${id}`), 404, 'not_found')
  expect(await rowsOf(account.id)).not.toHaveProperty('import_errors')
})

test('imports that ended a month ago are all deleted by one run of the schedule', async () => {
  await imported(account, fileOf(2))
  const { columns = [] } = (await tables()).find(({ name }) => name === 'imports') ?? {}
  const copied = columns.map((column) => (column === 'id' ? 'i.id || n.value' : `i.${column}`))
  await rows(
    `INSERT INTO imports (${columns}) SELECT ${copied} FROM imports i CROSS JOIN json_each(?2) n WHERE i.account_id = ?1`,
    account.id,
    JSON.stringify(Array.from({ length: 50 }, (_, n) => n)),
  )
  passTime(31 * DAY)
  await tick()
  expect(await rowsOf(account.id)).not.toHaveProperty('imports')
})

test('a malformed message is dropped with a log line', async () => {
  const error = vi.spyOn(console, 'error').mockReturnValue()
  await consume([{ nope: 1 }, { accountId: 'acct_zz', importId: 'imp_1', from: 0 }], 'prospect-imports')
  expect(error.mock.calls.map(([line]) => JSON.parse(line as string).message)).toEqual(['malformed message'])
  expect(await rows('SELECT 1 FROM imports WHERE account_id = ?', account.id)).toEqual([])
})

describe('a commit of an import stays small', () => {
  /** `€` is one byte of Windows-1252, and three of UTF-8. */
  const inWindows1252 = (text: string) => Uint8Array.from(text, (c) => (c === '€' ? 0x80 : c.charCodeAt(0)))
  const rowsOfText = (many: number, row: (n: number) => string) =>
    `first,last,email,title,company,labels\n${Array.from({ length: many }, (_, n) => `${row(n)}\n`).join('')}`
  const labels = (n: number) => Array.from({ length: 100 }, (_, i) => `${n} ${i}`.padEnd(60, '€')).join()
  // setup.ts checks the size of bound parameters
  test.each([
    ['labels', 24, inWindows1252(rowsOfText(24, (n) => `Ann,Lee,p${n}@example.com,,,"${labels(n)}"`))],
    [
      'letters that take six bytes when they are searched',
      130,
      rowsOfText(
        130,
        (n) => `${'㌖'.repeat(95)}${n},${'㌖'.repeat(95)},p${n}@example.com,${`${'㌖'.repeat(190)},`.repeat(2)}`,
      ),
    ],
  ])('however long its rows are in D1: %s', async (_, created, file) => {
    expect(await imported(account, file)).toMatchObject({ status: 'completed', created, errors: [] })
  })

  test('with at most a thousand deliveries: more webhooks mean fewer rows', async () => {
    for (let i = 0; i < 50; i++) await register(account, { url: `https://h${i}.example.com` })
    holdQueue()
    const { json } = await sendFile(account, fileOf(100), { query: '?update=true' })
    const messages = held.splice(0)
    const trips = watchTrips(account)
    await consume(messages, 'prospect-imports')
    expect(trips()).toBe(1 + 5 * 2 + 1)
    expect(await importOf(account, json.id)).toMatchObject({ status: 'completed', read: 100 })
  })

  test('in a file of empty lines, which is read in parts', async () => {
    const { json } = await sendFile(account, `first,last\n${'\n'.repeat(150_000)}Ann,Lee\n`)
    await runOnce(account, json.id)
    expect((await importOf(account, json.id)).bytesDone).toBe(11 + 20 * 5000)
    await runOnce(account, json.id)
    expect(await importOf(account, json.id)).toMatchObject({ status: 'completed', created: 1 })
  })
})
