import { expect, test } from 'vitest'
import type { Database } from '../../src/db/client'
import { isStopped, stopIf } from '../../src/db/errors'
import { CreateProspect } from '../../src/prospects/schema'
import { type Progress, writeProspects } from '../../src/prospects/store'
import { toCreateRequest, type WriteRequest } from '../../src/prospects/write-request'
import { type Account, newAccount } from '../support/api'
import { callerOf, databaseFor, noOutbox } from '../support/callers'
import { rowsOf } from '../support/d1'
import { eventsOf } from '../support/recorded'

const MANY = Array.from({ length: 101 }, (_, n) => `Too many ${n}`)

/** Write requests that may be rejected, from bodies of POSTs. A body can also have the id of a prospect. */
const rowsFrom = (bodies: object[]): WriteRequest[] =>
  bodies.map((body) => {
    const { id, ...fields } = body as { id?: string }
    const row = toCreateRequest(CreateProspect.parse({ firstName: 'Pat', lastName: 'Doe', ...fields }), 'US')
    return { ...row, target: { ...row.target, ...(id && { id }) }, mayBeRejected: true } as WriteRequest
  })

const write = (account: Account, rows: WriteRequest[], progress?: Progress & { db: Database }) =>
  writeProspects(progress?.db ?? databaseFor(account), callerOf(account), rows, {
    source: 'import',
    outbox: noOutbox,
    ...(progress && { progress }),
  })

/** Progress that counts the covered requests in the account's name. It stops the batch if the name has another count. */
function counting(account: Account, isDryRun = false) {
  const covered: number[] = []
  const db = databaseFor(account)
  let done = 0
  const statementsFor: Progress['statementsFor'] = (rows) => {
    covered.push(rows.length)
    const [from, to] = [done, done + rows.length]
    done = to
    return [
      db.d1.prepare(stopIf('(SELECT name FROM accounts WHERE id = ?1) <> ?2')).bind(account.id, String(from)),
      db.d1.prepare('UPDATE accounts SET name = ?2 WHERE id = ?1').bind(account.id, String(to)),
    ]
  }
  return { statementsFor, isDryRun, mayContinue: () => true, covered, db }
}
const nameOf = async (account: Account) => (await account.get('/v1/me')).json.account.name

test('a rejected request has its problem and writes nothing; the others are written', async () => {
  const account = await newAccount()
  await account.prospect({ email: 'full@example.com', labels: MANY.slice(0, 100) })
  const before = await rowsOf(account.id)
  const rows = rowsFrom([
    { firstName: 'A', labels: 'Hot' },
    { email: 'full@example.com', update: true, labels: ['One', 'More'], newSourceName: 'Nowhere' },
    { stageId: 'stg_none', userId: 'usr_none' },
    { firstName: 'B', labels: 'HOT,One', newSourceName: 'NOWHERE' },
  ])
  const { outcomes, rejected } = await write(account, rows)
  expect(outcomes.map(({ record, created }) => [record.firstName, created])).toEqual([
    ['A', true],
    ['B', true],
  ])
  expect(rejected.map(({ request, problem }) => [rows.indexOf(request), problem.code])).toEqual([
    [1, 'invalid_input'],
    [2, 'unknown_reference'],
  ])
  expect((await account.list('label=one')).json.prospects[0]?.labels).toEqual(['Hot', 'One'])
  const { labels = 0, sources = 0 } = before
  expect(await rowsOf(account.id)).toMatchObject({ prospects: 3, events: 3, labels: labels + 2, sources: sources + 1 })
  expect((await account.get('/v1/sources')).json.items[0].name).toBe('NOWHERE')
})

test('an invalid request without mayBeRejected is an error for all', async () => {
  const account = await newAccount()
  const [right, wrong] = rowsFrom([{}, { stageId: 'stg_none' }]) as [WriteRequest, WriteRequest]
  const { mayBeRejected: _, ...strict } = wrong
  await expect(write(account, [right, strict])).rejects.toMatchObject({ status: 422 })
  expect((await account.list()).json.totalCount).toBe(0)
})

test('the caller’s statements commit with each part of the requests, also with requests that change nothing', async () => {
  const account = await newAccount({ name: '0' })
  const progress = counting(account)
  await account.prospect({ phone: '2125550100' })
  // the second request takes the phone from its group: the next prospect of the group is read in another pass
  const rows = rowsFrom([
    { firstName: 'A', email: 'a@example.com' },
    { phone: '2125550100', email: 'b@example.com', update: true },
    { firstName: 'C', phone: '2125550100' },
    { firstName: 'D', stageId: 'stg_none' },
  ])
  const { outcomes, rejected } = await write(account, rows, progress)
  expect(progress.covered).toEqual([2, 2])
  expect([outcomes.length, rejected.length]).toEqual([3, 1])
  expect(await nameOf(account)).toBe('4')
  const known = rowsFrom([{ email: 'a@example.com' }, { email: 'b@example.com' }])
  const { outcomes: unchanged } = await write(account, known, progress)
  expect(unchanged.map(({ created, changed }) => [created, changed])).toEqual([
    [false, false],
    [false, false],
  ])
  expect(await nameOf(account)).toBe('6')
})

test('if a statement of the caller stops the batch, nothing is written', async () => {
  const account = await newAccount({ name: 'elsewhere' })
  const progress = counting(account)
  const error = await write(account, rowsFrom([{}]), progress).catch((thrown) => thrown)
  expect([isStopped(error), progress.covered]).toEqual([true, [1]])
  expect((await account.list()).json.totalCount).toBe(0)
})

test('a dry run has an outcome for each request, and writes nothing', async () => {
  const account = await newAccount({ name: '0' })
  await account.prospect({ email: 'a@example.com' })
  const before = await rowsOf(account.id)
  const rows = rowsFrom([
    { email: 'b@example.com', labels: 'Hot' },
    { email: 'a@example.com', city: 'Here', update: true },
    { email: 'a@example.com' },
    { stageId: 'stg_none' },
  ])
  const { outcomes, rejected } = await write(account, rows, counting(account, true))
  expect(outcomes.map(({ created, changed }) => [created, changed])).toEqual([
    [true, false],
    [false, true],
    [false, false],
  ])
  expect(rejected).toHaveLength(1)
  expect([await rowsOf(account.id), await nameOf(account)]).toEqual([before, '4'])
})

test('a request with an id is about that prospect, and cannot take another prospect’s email', async () => {
  const account = await newAccount()
  const a = (await account.prospect({ email: 'a@example.com', phone: '2125550100' })).json.id
  const b = (await account.prospect({ firstName: 'B', phone: '2125550100', email: 'b@example.com' })).json.id
  const { outcomes, rejected } = await write(
    account,
    rowsFrom([
      { id: b, firstName: 'Bea', phone: '2125550100', update: true },
      { id: a, firstName: 'Ann' },
      { id: a, email: 'b@example.com', update: true },
      { id: 'prs_none', email: 'b@example.com' },
      { id: 'prs_none', firstName: 'New' },
    ]),
  )
  expect(outcomes.map(({ record, created, changed }) => [record.id, created, changed])).toEqual([
    [b, false, true],
    [a, false, false],
    [b, false, false],
    [expect.not.stringContaining('none'), true, false],
  ])
  expect(rejected.map(({ problem }) => problem.members)).toEqual([{ conflictsWith: b }])
  expect((await eventsOf(account)).map(({ type }) => type).sort()).toEqual([
    'prospect.created',
    'prospect.created',
    'prospect.created',
    'prospect.updated',
  ])
})

test('a request with the id of a merged duplicate is about the survivor, which keeps its email and phone', async () => {
  const account = await newAccount()
  const own = { email: 'a@example.com', phone: '+12125550100' }
  const a = (await account.prospect(own)).json.id
  const b = (await account.prospect({ email: 'b@example.com', phone: '2125550101' })).json.id
  await account.post(`/v1/prospects/${a}/merge`, { duplicateId: b })
  const { outcomes } = await write(
    account,
    rowsFrom([
      { id: b, firstName: 'Ann' },
      { id: b, firstName: 'Ann', update: true },
      { id: b, firstName: 'Bea', email: 'b@example.com', phone: '2125550101', update: true },
    ]),
  )
  expect(outcomes.map(({ record, created, changed }) => [record.id, created, changed])).toEqual([
    [a, false, false],
    [a, false, true],
    [a, false, true],
  ])
  const { prospects } = (await account.list('limit=9')).json
  expect(prospects).toEqual([expect.objectContaining({ ...own, id: a, firstName: 'Bea' })])
})
