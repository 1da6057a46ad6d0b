import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { databaseOf, databases, openDatabase } from '../../src/db/client'
import { emptiest, watchSize } from '../../src/db/size'
import { type ApiResponse, costOf } from '../support/api'
import {
  accountIn,
  BINDINGS,
  type Binding,
  create,
  migrateThree,
  only,
  operator,
  THREE_DATABASES,
} from '../support/multi-database'
import { paginate } from '../support/paginate'
import { expectProblem } from '../support/problem'

beforeAll(migrateThree)
afterEach(() => void vi.restoreAllMocks())

describe('a new account', () => {
  const fill = (binding: Binding, bytes: number) =>
    THREE_DATABASES[binding]
      .prepare(
        `INSERT INTO idempotency_keys (account_id, key, hash, status, headers, body, expires_at)
         VALUES ('ballast', hex(randomblob(8)), '', 0, '{}', hex(zeroblob(?)), 1e15)`,
      )
      .bind(bytes / 2)
      .run()
  const bindingOf = ({ json }: ApiResponse) => BINDINGS[Number(json.id.slice(5, 7))]
  const dropBallast = () =>
    Promise.all(
      Object.values(THREE_DATABASES).map((db) => db.exec("DELETE FROM idempotency_keys WHERE account_id = 'ballast'")),
    )

  afterEach(dropBallast)

  test('goes to the emptiest database', async () => {
    await fill('DB', 3e6)
    await fill('DB_1', 1e6)
    await fill('DB_2', 2e6)
    expect(bindingOf(await create())).toBe('DB_1')
    await fill('DB_1', 3e6)
    expect(bindingOf(await create())).toBe('DB_2')
    await fill('DB_2', 3e6)
    expect(bindingOf(await create())).toBe('DB')
    await dropBallast()
    await fill('DB', 1e6)
    await fill('DB_2', 1e6)
    expect(bindingOf(await create())).toBe('DB_1')
  })

  test('takes a round trip to each database and one more to create it; with a single database, only one', async () => {
    expect(costOf(await create()).trips).toBe(4)
    expect(costOf(await create({ DB: env.DB })).trips).toBe(1)
  })

  test('does not go to a database that cannot be reached', async () => {
    await fill('DB', 1e6)
    expect(bindingOf(await create(only('DB')))).toBe('DB')
    expect((await create(only())).status).toBe(503)
  })

  test('goes to the same database if the call is repeated, whichever is the emptiest now', async () => {
    const once = { 'idempotency-key': 'one account' }
    await fill('DB', 2e6)
    await fill('DB_1', 1e6)
    const first = await create(THREE_DATABASES, once)
    await fill('DB_2', 3e6)
    const second = await create(THREE_DATABASES, once)
    expect([bindingOf(first), second.json]).toEqual([
      'DB_2',
      { ...first.json, apiKey: { ...first.json.apiKey, key: null } },
    ])
    expectProblem(await create(THREE_DATABASES, once, 'Other'), 422, 'idempotency_key_reused')
  })

  test.each([
    ['before', [{ DB: env.DB }, THREE_DATABASES, THREE_DATABASES], [201, 201, 201]],
    ['after', [THREE_DATABASES, { DB: env.DB }, THREE_DATABASES], [201, 409, 201]],
  ] as const)('is created once if the call is repeated %s a database was added', async (when, bindings, statuses) => {
    await fill('DB', 1e6)
    const answers: ApiResponse[] = []
    for (const bound of bindings) answers.push(await create(bound, { 'idempotency-key': when }))
    expect(answers.map(({ status }) => status)).toEqual(statuses)
    expect(new Set(answers.flatMap(({ json }) => json.id ?? [])).size).toBe(1)
  })

  test('is created once if the same call is sent several times at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => create(THREE_DATABASES, { 'idempotency-key': 'at once' })),
    )
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1)
  })
})

test('accounts of all databases are listed newest first, in pages', async () => {
  const ids: string[] = []
  for (const binding of ['DB_2', 'DB', 'DB', 'DB_1', 'DB_2', 'DB_1', 'DB_1', 'DB', 'DB_2'] as const) {
    ids.unshift((await accountIn(binding)).id)
  }
  for (const limit of [1, 2, 4, 1000]) {
    const pages = await paginate((path) => operator()('GET', path), '/admin/accounts', limit)
    const listed = pages.flat().map(({ id }) => id)
    expect(listed.slice(0, 9)).toEqual(ids)
    expect(new Set(listed).size).toBe(listed.length)
  }
  expect(costOf(await operator()('GET', '/admin/accounts?limit=2')).trips).toBe(3)
})

describe('numbers and bindings', () => {
  const D1 = (size: number) => {
    const all = async () => ({ results: [], meta: { size_after: size, rows_read: 0, rows_written: 0 } })
    const session = { prepare: () => ({ bind: () => ({ all }) }), getBookmark: () => null }
    return { withSession: () => session } as unknown as D1Database
  }

  test('the number in an id is base 36, the number of a binding is decimal', () => {
    const bound = { DB: D1(0), DB_1: D1(0), DB_9: D1(0), DB_10: D1(0), DB_35: D1(0), DB_36: D1(0), DB_1295: D1(0) }
    const others = { DB_0: D1(0), DB_01: D1(0), DB_0z: D1(0), DB_1296: D1(0), MY_DB_2: D1(0), DB_: D1(0) }
    const all = { ...others, ...bound } as unknown as Env
    const numbers = ['00', '01', '09', '0a', '0z', '10', 'zz']
    expect(databases(all).map(({ number }) => number)).toEqual(numbers)
    for (const number of numbers) expect(databaseOf(all, `acct_${number}01xyz`)?.number).toBe(number)
    for (const id of ['', 'acct_', 'acct_0', 'acct_02x', 'acct_A0x', 'acct_-1x', 'acct_0.x', '_00', 'acct_ 0'])
      expect(databaseOf(all, id)).toBeNull()
  })

  test.each([
    [[3, 1, 2], 1],
    [[2, 2, 2], 0],
    [[9.9e9, 9.5e9, 9.4e9], 2],
  ])('with sizes of %j bytes, the emptiest is number %d', async (sizes, number) => {
    const all = sizes.map((size, i) => openDatabase(D1(size), `0${i}`))
    expect((await emptiest(all)).number).toBe(`0${number}`)
  })

  test('a database that is nearly full raises an alarm', async () => {
    const log: object[] = []
    vi.spyOn(console, 'error').mockImplementation((line) => void log.push(JSON.parse(line)))
    for (const size of [8.9e9, 9.1e9]) await watchSize(openDatabase(D1(size), '0z'))
    expect(log).toEqual([{ level: 'error', alarm: 'database nearly full', database: '0z', size: 9.1e9 }])
  })
})
