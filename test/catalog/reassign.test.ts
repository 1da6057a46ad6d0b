import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Kind } from '../../src/catalog/kinds'
import { runReassignments } from '../../src/catalog/reassign'
import { type Account, newAccount } from '../support/api'
import { databaseFor, noOutbox, writeMany } from '../support/callers'
import { change, countsOf, type Item, itemsOf, makeItem, NAMES, remove, using } from '../support/catalog-items'
import { rows, rowsOf } from '../support/d1'
import { holdQueue, register } from '../support/endpoint'
import { eventually } from '../support/eventually'
import { errorsOf, expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'

const move = (account: Account, kind: Kind['name'], from: Item, to: Pick<Item, 'id'>) =>
  remove(account, kind, from.id, `?moveTo=${to.id}`)

/** Waits until the account's reassignments have ended. */
const moved = (account: Account) => eventually(async () => expect((await rowsOf(account.id)).moves ?? 0).toBe(0))

// reassignments of all accounts take turns: no test leaves one behind
afterEach(async () => {
  vi.restoreAllMocks()
  await rows('DELETE FROM moves')
})

const makeTwo = async (account: Account, kind: Kind['name']) =>
  [await makeItem(account, kind, 'From'), await makeItem(account, kind, 'To')] as const

const people = ({ id }: Account) =>
  rows<{ id: string; version: number; updated_at: number }>(
    'SELECT id, version, updated_at FROM prospects WHERE account_id = ? ORDER BY id',
    id,
  )

describe.each(NAMES)('deleting one of the $kind with moveTo', ({ kind }) => {
  test('gives its prospects the other item in several chunks, and deletes it', { tags: 'scale' }, async () => {
    const account = await newAccount()
    const [from, to] = await makeTwo(account, kind)
    await writeMany(account, Array(250).fill(using(kind, from)))
    await writeMany(account, [using(kind, to), {}])
    await rows('UPDATE prospects SET updated_at = 1 WHERE account_id = ?', account.id)
    const answer = await move(account, kind, from, to)
    expect([answer.status, answer.text]).toEqual([202, ''])
    await moved(account)
    expectProblem(await account.get(`/v1/${kind}/${from.id}`), 404, 'not_found')
    expect((await countsOf(account, kind)).get(to.id)).toBe(251)
    const after = await people(account)
    expect(after.map(({ version }) => version)).toEqual([...Array(250).fill(2), 1, 1])
    expect(after.map(({ updated_at }) => updated_at > 1)).toEqual([...Array(250).fill(true), false, false])
    expect(await rows('PRAGMA foreign_key_check')).toEqual([])
  })

  test('records and sends one event for each prospect', async () => {
    const account = await newAccount()
    holdQueue()
    const webhook = await register(account)
    const [from, to] = await makeTwo(account, kind)
    await writeMany(
      account,
      Array.from({ length: 3 }, () => ({ ...using(kind, from), muteWebhook: true })),
    )
    await move(account, kind, from, to)
    await moved(account)
    const [first] = await people(account)
    const { items } = (await account.get(`/v1/prospects/${first?.id}/events`)).json
    const inPlaces = kind === 'stages' || kind === 'pipelines'
    expect(items[0]).toMatchObject({
      type: inPlaces ? 'prospect.stage_changed' : 'prospect.updated',
      muted: false,
      source: 'api',
      actor: { keyId: account.apiKey.id },
      data: { prospect: { id: first?.id, version: 2 } },
    })
    expect((await eventsOf(account)).map(({ muted }) => muted)).toEqual([1, 1, 1, 0, 0, 0])
    expect(await rows('SELECT 1 FROM deliveries WHERE webhook_id = ?', webhook.id)).toHaveLength(3)
  })

  test('deletes an item without prospects too', async () => {
    const account = await newAccount()
    const [from, to] = await makeTwo(account, kind)
    expect((await move(account, kind, from, to)).status).toBe(202)
    await moved(account)
    expect((await itemsOf(account, kind)).map(({ id }) => id)).not.toContain(from.id)
  })

  test('returns 422 for moveTo if the target is unknown, of another account, or the item itself', async () => {
    const account = await newAccount()
    const [from] = await makeTwo(account, kind)
    const foreign = await makeItem(await newAccount(), kind)
    await account.prospect(using(kind, from))
    for (const id of [foreign.id, 'x', from.id]) {
      const answer = await move(account, kind, from, { id })
      expectProblem(answer, 422, 'unknown_reference', ['errors'])
      expect(errorsOf(answer)).toEqual(['query /moveTo unknown_reference'])
    }
    expect((await countsOf(account, kind)).get(from.id)).toBe(1)
    expect((await rowsOf(account.id)).moves).toBeUndefined()
  })

  test('returns 404 for an unknown item, and for one of another account', async () => {
    const account = await newAccount()
    const [from, to] = await makeTwo(account, kind)
    const foreign = await makeItem(await newAccount(), kind)
    for (const id of [foreign.id, 'x']) expectProblem(await move(account, kind, { ...from, id }, to), 404, 'not_found')
  })

  test('completes if prospects are erased, changed or added in the meantime', { tags: 'scale' }, async () => {
    const account = await newAccount()
    const [from, to] = await makeTwo(account, kind)
    await writeMany(account, Array(40).fill(using(kind, from)))
    const ids = (await people(account)).map(({ id }) => id)
    const answers = await Promise.all([
      move(account, kind, from, to),
      ...ids.slice(0, 10).map((id) => account.call('DELETE', `/v1/prospects/${id}`)),
      ...ids.slice(10, 20).map((id) => account.call('PATCH', `/v1/prospects/${id}`, { city: 'Here' })),
      ...ids.slice(0, 10).map(() => account.prospect(using(kind, from))),
    ])
    for (const { status } of answers) expect([200, 201, 202, 204, 422]).toContain(status)
    await moved(account)
    expectProblem(await account.get(`/v1/${kind}/${from.id}`), 404, 'not_found')
    for (const id of ids.slice(10, 20)) expect((await account.get(`/v1/prospects/${id}`)).json.city).toBe('Here')
    expect(await rows('PRAGMA foreign_key_check')).toEqual([])
  })
})

test.each([
  ['labels', (a: string, b: string) => ({ labels: [a, b] }), 'labels', ['To']],
  ['jobs', (_a: string, _b: string, ids: string[]) => ({ jobIds: ids }), 'jobIds', [expect.any(String)]],
] as const)('%s that a prospect has already are not doubled', async (kind, body, field, left) => {
  const account = await newAccount()
  const [from, to] = await makeTwo(account, kind)
  const { id } = (await account.prospect()).json
  await account.call('PATCH', `/v1/prospects/${id}`, body('From', 'To', [from.id, to.id]))
  await move(account, kind, from, to)
  await moved(account)
  expect((await account.get(`/v1/prospects/${id}`)).json[field]).toEqual(left)
  expect((await countsOf(account, kind)).get(to.id)).toBe(1)
})

test('a user is replaced as creator and as last editor, with an event for each', async () => {
  const account = await newAccount()
  const [from, to] = await makeTwo(account, 'users')
  const email = 'ann@example.com'
  const { id } = (await account.prospect({ email, userId: from.id })).json
  const other = (await account.prospect({ email: 'bob@example.com' })).json.id
  await account.call('PATCH', `/v1/prospects/${other}`, { city: 'Here', userId: from.id })
  await move(account, 'users', from, to)
  await moved(account)
  expect((await account.get(`/v1/prospects/${id}`)).json).toMatchObject({
    createdByUserId: to.id,
    updatedByUserId: to.id,
  })
  expect((await account.get(`/v1/prospects/${other}`)).json).toMatchObject({
    createdByUserId: null,
    updatedByUserId: to.id,
  })
  expect(await eventsOf(account)).toHaveLength(5)
})

test('a reassignment changes the ETag, and the list finds the prospects by the new name', async () => {
  const account = await newAccount()
  const [from, to] = await makeTwo(account, 'labels')
  const { id } = (await account.prospect({ labels: 'From' })).json
  const etag = (await account.get(`/v1/prospects/${id}`)).headers.get('etag')
  await move(account, 'labels', from, to)
  await moved(account)
  expect((await account.get(`/v1/prospects/${id}`)).headers.get('etag')).not.toBe(etag)
  expect((await account.list('label=to')).json.totalCount).toBe(1)
  expect((await account.list('label=from')).json.totalCount).toBe(0)
})

describe('a default', () => {
  test('pipeline makes its target the default', async () => {
    const account = await newAccount()
    const to = await makeItem(account, 'pipelines', 'To')
    await account.prospect()
    expect((await remove(account, 'pipelines', account.pipelineId, `?moveTo=${to.id}`)).status).toBe(202)
    await moved(account)
    expect(await itemsOf(account, 'pipelines')).toMatchObject([{ id: to.id, isDefault: true }])
    expect(await itemsOf(account, 'stages')).toMatchObject([{ pipelineId: to.id, isDefault: true }])
    expect((await account.list('limit=10')).json.prospects).toMatchObject([{ pipelineId: to.id, currentStage: 'New' }])
    expect((await account.prospect()).json.pipelineId).toBe(to.id)
  })

  test('stage makes its target the default within its pipeline', async () => {
    const account = await newAccount()
    const [first, second] = (await itemsOf(account, 'stages')) as [Item, Item]
    await account.prospect()
    expect((await move(account, 'stages', first, second)).status).toBe(202)
    await moved(account)
    expect((await itemsOf(account, 'stages')).filter((s) => s.isDefault)).toMatchObject([{ id: second.id }])
    expect((await account.prospect()).json.currentStageId).toBe(second.id)
    expect((await countsOf(account, 'stages')).get(second.id)).toBe(2)
  })

  test('stage cannot be reassigned to a stage of another pipeline, but other stages can', async () => {
    const account = await newAccount()
    const [first, second] = (await itemsOf(account, 'stages')) as [Item, Item]
    const other = await makeItem(account, 'pipelines', 'Other')
    const target = (await itemsOf(account, 'stages')).find((s) => s.pipelineId === other.id) as Item
    const rejected = await move(account, 'stages', first, target)
    expectProblem(rejected, 409, 'is_default', ['conflictsWith'])
    await account.prospect({ stageId: second.id })
    expect((await move(account, 'stages', second, target)).status).toBe(202)
    await moved(account)
    expect((await countsOf(account, 'stages')).get(target.id)).toBe(1)
    expect((await countsOf(account, 'stages')).has(second.id)).toBe(false)
  })

  test('exists exactly once after many reassignments in both directions', async () => {
    const account = await newAccount()
    const stages = await itemsOf(account, 'stages')
    await writeMany(
      account,
      stages.map(({ id }) => ({ stageId: id })),
    )
    const answers = await Promise.all(
      stages.map((from, i) => move(account, 'stages', from, stages[(i + 1) % 5] as Item)),
    )
    for (const { status } of answers) expect([202, 404, 409, 422]).toContain(status)
    await runReassignments(databaseFor(account), noOutbox)
    await moved(account)
    expect((await itemsOf(account, 'stages')).filter((s) => s.isDefault)).toHaveLength(1)
    expect((await account.prospect()).status).toBe(201)
  })

  test('item is not deleted if it became the default during its reassignment, and the reassignment ends', async () => {
    const account = await newAccount()
    const [from, to] = await makeTwo(account, 'stages')
    await writeMany(account, Array(120).fill({ stageId: from.id }))
    await Promise.all([move(account, 'stages', from, to), change(account, 'stages', from.id, { isDefault: true })])
    await moved(account)
    expect((await itemsOf(account, 'stages')).filter((s) => s.isDefault)).toHaveLength(1)
    expect((await account.prospect()).status).toBe(201)
  })
})
