// @module-tag scale
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { KINDS, type Kind } from '../../src/catalog/kinds'
import { runReassignments, startReassignment } from '../../src/catalog/reassign'
import { type Account, newAccount } from '../support/api'
import { databaseFor, noOutbox, writeMany } from '../support/callers'
import { change, countsOf, type Item, itemsOf, makeItem, NAMES, remove, using } from '../support/catalog-items'
import { rows, rowsOf } from '../support/d1'
import { tick } from '../support/endpoint'
import { expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'

type KindName = Kind['name']

/** Starts a reassignment without running it, as if it was interrupted. */
const start = (account: Account, kind: KindName, from: Item, to: Item) =>
  startReassignment(
    databaseFor(account),
    { kind: KINDS.find(({ name }) => name === kind) as Kind, accountId: account.id, id: from.id },
    to.id,
    account.apiKey.id,
  )

const run = (account: Account, chunks?: number) => runReassignments(databaseFor(account), noOutbox, account.id, chunks)
const reassignmentsOf = async ({ id }: Account) => (await rowsOf(id)).moves ?? 0

const makeSome = (account: Account, kind: KindName, names: string[]) =>
  Promise.all(names.map((name) => makeItem(account, kind, name)))

// reassignments of all accounts take turns: no test leaves one behind
afterEach(async () => {
  vi.restoreAllMocks()
  await rows('DELETE FROM moves')
})

describe.each(NAMES)('a reassignment of $kind that was interrupted', ({ kind }) => {
  test('is finished by the schedule', async () => {
    const account = await newAccount()
    const [from, to] = (await makeSome(account, kind, ['From', 'To'])) as [Item, Item]
    await writeMany(account, Array(5).fill(using(kind, from)))
    await start(account, kind, from, to)
    expect((await countsOf(account, kind)).get(from.id)).toBe(5)
    await tick()
    expect([await reassignmentsOf(account), (await countsOf(account, kind)).get(to.id)]).toEqual([0, 5])
    expect((await account.get(`/v1/${kind}/${from.id}`)).status).toBe(404)
  })

  test('changes each prospect once if two runs happen at the same time', async () => {
    const account = await newAccount()
    const [from, to] = (await makeSome(account, kind, ['From', 'To'])) as [Item, Item]
    await writeMany(account, Array(30).fill(using(kind, from)))
    await start(account, kind, from, to)
    await Promise.all([run(account), run(account), run(account)])
    await run(account)
    expect(await reassignmentsOf(account)).toBe(0)
    expect((await countsOf(account, kind)).get(to.id)).toBe(30)
    expect(await eventsOf(account)).toHaveLength(60)
  })

  test.each([
    ['a→b, then b→c', [0, 1]],
    ['b→c, then a→b', [1, 0]],
  ])('follows a chain to its end, %s', async (_, order) => {
    const account = await newAccount()
    const [a, b, c] = (await makeSome(account, kind, ['A', 'B', 'C'])) as [Item, Item, Item]
    await writeMany(account, [using(kind, a), using(kind, b)])
    const links: [Item, Item][] = [
      [a, b],
      [b, c],
    ]
    for (const i of order) await start(account, kind, ...(links[i] as [Item, Item]))
    await run(account)
    expect(await reassignmentsOf(account)).toBe(0)
    const counts = await countsOf(account, kind)
    expect([counts.get(a.id), counts.get(b.id), counts.get(c.id)]).toEqual([undefined, undefined, 2])
  })

  test('cannot be reversed: that is a 409, and the first reassignment continues', async () => {
    const account = await newAccount()
    const [a, b, c] = (await makeSome(account, kind, ['A', 'B', 'C'])) as [Item, Item, Item]
    await writeMany(account, [using(kind, a), using(kind, b), using(kind, c)])
    await start(account, kind, a, b)
    await start(account, kind, b, c)
    for (const to of [a, b]) {
      const rejected = await remove(account, kind, c.id, `?moveTo=${to.id}`)
      expectProblem(rejected, 409, 'being_moved', ['conflictsWith'])
      expect(rejected.json.conflictsWith).toBe(to.id)
    }
    await run(account)
    expect(await reassignmentsOf(account)).toBe(0)
    const counts = await countsOf(account, kind)
    expect([counts.get(a.id), counts.get(b.id), counts.get(c.id)]).toEqual([undefined, undefined, 3])
  })

  test('leaves each prospect with an existing item if two items are reassigned to each other at the same time', async () => {
    const account = await newAccount()
    const [a, b] = (await makeSome(account, kind, ['A', 'B'])) as [Item, Item]
    await writeMany(account, [using(kind, a), using(kind, b)])
    const outcomes = await Promise.allSettled([start(account, kind, a, b), start(account, kind, b, a)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await run(account)
    expect(await reassignmentsOf(account)).toBe(0)
    const counts = await countsOf(account, kind)
    expect([counts.get(a.id), counts.get(b.id)].sort()).toEqual([2, undefined])
  })

  test('continues in later runs after a few chunks', async () => {
    const account = await newAccount()
    const [from, to] = (await makeSome(account, kind, ['From', 'To'])) as [Item, Item]
    await writeMany(account, Array(150).fill(using(kind, from)))
    await start(account, kind, from, to)
    await run(account, 1)
    const counts = await countsOf(account, kind)
    expect([counts.get(from.id), counts.get(to.id)]).toEqual([50, 100])
    await run(account)
    expect((await countsOf(account, kind)).get(to.id)).toBe(150)
  })

  test('keeps its target from being deleted', async () => {
    const account = await newAccount()
    const [from, to] = (await makeSome(account, kind, ['From', 'To'])) as [Item, Item]
    await start(account, kind, from, to)
    const rejected = await remove(account, kind, to.id)
    expectProblem(rejected, 409, 'being_moved', ['conflictsWith'])
    expect(rejected.json.conflictsWith).toBe(to.id)
    await run(account)
    expect((await remove(account, kind, to.id)).status).toBe(204)
  })

  test('ends if its item is deleted', async () => {
    const account = await newAccount()
    const [from, to] = (await makeSome(account, kind, ['From', 'To'])) as [Item, Item]
    await start(account, kind, from, to)
    expect((await remove(account, kind, from.id)).status).toBe(204)
    expect(await reassignmentsOf(account)).toBe(0)
    expect((await remove(account, kind, to.id)).status).toBe(204)
  })

  test('continues if prospects are erased in the meantime', async () => {
    const account = await newAccount()
    const [from, to] = (await makeSome(account, kind, ['From', 'To'])) as [Item, Item]
    const ids: string[] = []
    for (let i = 0; i < 3; i++) ids.push((await account.prospect(using(kind, from))).json.id)
    await start(account, kind, from, to)
    await account.call('DELETE', `/v1/prospects/${ids[0]}`)
    await Promise.all([run(account), account.call('DELETE', `/v1/prospects/${ids[1]}`)])
    await run(account)
    expect(await reassignmentsOf(account)).toBe(0)
    expect((await countsOf(account, kind)).get(to.id)).toBe(1)
  })
})

test('a long reassignment does not delay those of other accounts', async () => {
  const [one, other] = [await newAccount(), await newAccount()]
  for (const [account, many] of [
    [one, 400],
    [other, 1],
  ] as const) {
    const [from, to] = (await makeSome(account, 'labels', ['From', 'To'])) as [Item, Item]
    await writeMany(account, Array(many).fill({ labels: 'From' }))
    await start(account, 'labels', from, to)
  }
  await runReassignments(databaseFor(one), noOutbox, undefined, 4)
  expect([await reassignmentsOf(one), await reassignmentsOf(other)]).toEqual([1, 0])
})

test('a failed reassignment is logged and tried again, and does not delay others', async () => {
  const [one, other] = [await newAccount(), await newAccount()]
  for (const account of [one, other]) {
    const [from, to] = (await makeSome(account, 'labels', ['From', 'To'])) as [Item, Item]
    await account.prospect({ labels: 'From' })
    await start(account, 'labels', from, to)
  }
  const log = vi.spyOn(console, 'error').mockReturnValue()
  await env.DB.exec(
    `CREATE TRIGGER refuse BEFORE UPDATE ON prospects WHEN NEW.account_id = '${one.id}' BEGIN SELECT RAISE(ABORT, 'rejected'); END`,
  )
  await tick()
  await env.DB.exec('DROP TRIGGER refuse')
  expect([await reassignmentsOf(one), await reassignmentsOf(other)]).toEqual([1, 0])
  expect(log).toHaveBeenCalled()
  await tick()
  expect(await reassignmentsOf(one)).toBe(0)
})

test('a second target replaces the first while a reassignment runs', async () => {
  const account = await newAccount()
  const [from, to, better] = (await makeSome(account, 'offices', ['From', 'To', 'Better'])) as [Item, Item, Item]
  await account.prospect({ officeId: from.id })
  await start(account, 'offices', from, to)
  await start(account, 'offices', from, better)
  await run(account)
  expect((await countsOf(account, 'offices')).get(better.id)).toBe(1)
})

test('a reassignment continues after a rename', async () => {
  const account = await newAccount()
  const [from, to] = (await makeSome(account, 'labels', ['From', 'To'])) as [Item, Item]
  const { id } = (await account.prospect({ labels: 'From' })).json
  await start(account, 'labels', from, to)
  await change(account, 'labels', to.id, { name: 'Renamed' })
  await run(account)
  expect((await account.get(`/v1/prospects/${id}`)).json.labels).toEqual(['Renamed'])
})

test('a reassignment ends when its account is erased', async () => {
  const account = await newAccount()
  const [from, to] = (await makeSome(account, 'sources', ['From', 'To'])) as [Item, Item]
  await account.prospect({ sourceId: from.id })
  await start(account, 'sources', from, to)
  await rows('UPDATE accounts SET erased_at = 1 WHERE id = ?', account.id)
  await tick()
  expect(await rowsOf(account.id)).toEqual({})
})

test('an interrupted reassignment keeps the new default', async () => {
  const account = await newAccount()
  const to = await makeItem(account, 'pipelines', 'To')
  const [from] = (await itemsOf(account, 'pipelines')) as [Item]
  await start(account, 'pipelines', from, to)
  expect((await account.prospect()).json.pipelineId).toBe(to.id)
  expect((await itemsOf(account, 'pipelines')).filter((p) => p.isDefault).map(({ id }) => id)).toEqual([to.id])
})

test('two default pipelines that are reassigned to each other at the same time leave one', async () => {
  const account = await newAccount()
  const other = await makeItem(account, 'pipelines', 'Other')
  const [first] = (await itemsOf(account, 'pipelines')) as [Item]
  await writeMany(account, [{}, { pipelineId: other.id }])
  await Promise.allSettled([
    start(account, 'pipelines', first, other),
    start(account, 'pipelines', other, first),
    change(account, 'pipelines', other.id, { isDefault: true }),
  ])
  await run(account)
  expect(await reassignmentsOf(account)).toBe(0)
  expect((await itemsOf(account, 'pipelines')).filter((p) => p.isDefault)).toHaveLength(1)
  expect([...(await countsOf(account, 'pipelines')).values()].reduce((a = 0, b = 0) => a + b)).toBe(2)
  expect((await account.prospect()).status).toBe(201)
})
