import { describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { change, countsOf, itemsOf, makeItem, NAMES, remove, using } from '../support/catalog-items'
import { rows } from '../support/d1'
import { expectProblem } from '../support/problem'

const EIGHT = Array.from({ length: 8 }, (_, i) => i)
const PLACED = [{ kind: 'pipelines' }, { kind: 'stages' }] as const

/** The ids of the defaults of the account, or of its first pipeline. */
const defaultsOf = async (account: Account, kind: 'pipelines' | 'stages') =>
  (await itemsOf(account, kind))
    .filter((item) => item.isDefault && (kind === 'pipelines' || item.pipelineId === account.pipelineId))
    .map(({ id }) => id)

describe.each(PLACED)('the order of $kind', ({ kind }) => {
  test('is by position, then by name, and changes with the position', async () => {
    const account = await newAccount()
    for (const name of ['b', 'A', 'c']) {
      const { id } = await makeItem(account, kind, name)
      expect((await change(account, kind, id, { position: 50 })).json.position).toBe(50)
    }
    const { id: last } = await makeItem(account, kind, 'last')
    expect((await change(account, kind, last, { position: 0, name: '000' })).json).toMatchObject({ position: 0 })
    const names = (await itemsOf(account, kind)).map(({ name }) => name)
    expect([names[0], ...names.slice(-3)]).toEqual(['000', 'A', 'b', 'c'])
  })

  test('has no position below 0, over a million, or that is no whole number', async () => {
    const account = await newAccount()
    const { id } = await makeItem(account, kind)
    for (const position of [-1, 1.5, '1', null, 1_000_001, true]) {
      const { status, json } = await change(account, kind, id, { position })
      expect([position, status, json.errors]).toMatchObject([position, 400, [{ in: 'body', pointer: '/position' }]])
    }
  })

  test('always has a default: isDefault can only be true', async () => {
    const account = await newAccount()
    const [id] = (await defaultsOf(account, kind)) as [string]
    for (const isDefault of [false, null, 'true', 1]) {
      const { status, json } = await change(account, kind, id, { isDefault })
      expect([isDefault, status, json.errors]).toMatchObject([isDefault, 400, [{ in: 'body', pointer: '/isDefault' }]])
    }
    expect(await defaultsOf(account, kind)).toEqual([id])
  })

  test('making an item the default replaces the previous default', async () => {
    const account = await newAccount()
    const { id } = await makeItem(account, kind)
    for (let i = 0; i < 2; i++)
      expect(await change(account, kind, id, { isDefault: true })).toMatchObject({
        status: 200,
        json: { isDefault: true },
      })
    expect(await defaultsOf(account, kind)).toEqual([id])
    expect((await account.prospect()).json).toMatchObject(
      kind === 'stages' ? { currentStageId: id } : { pipelineId: id, currentStage: 'New' },
    )
  })

  test('an unknown item, or one of another account, cannot become the default', async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    const [before, foreign] = [await defaultsOf(account, kind), await makeItem(other, kind)]
    for (const id of [foreign.id, 'x'])
      expectProblem(await change(account, kind, id, { isDefault: true }), 404, 'not_found')
    expect([await defaultsOf(account, kind), await defaultsOf(other, kind)]).toEqual([
      before,
      (await itemsOf(other, kind)).filter((i) => i.isDefault).map((i) => i.id),
    ])
  })

  test('exactly one of eight items that become the default at the same time is the default', async () => {
    const account = await newAccount()
    const made = await Promise.all(EIGHT.map((i) => makeItem(account, kind, `Item ${i}`)))
    const answers = await Promise.all(made.map(({ id }) => change(account, kind, id, { isDefault: true })))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect(await defaultsOf(account, kind)).toHaveLength(1)
  })

  test('exactly one item is the default if items are deleted while they become the default', async () => {
    const account = await newAccount()
    const made = await Promise.all(EIGHT.map((i) => makeItem(account, kind, `Item ${i}`)))
    const answers = await Promise.all(
      made.flatMap(({ id }) => [change(account, kind, id, { isDefault: true }), remove(account, kind, id)]),
    )
    for (const { status } of answers) expect([200, 204, 404, 409]).toContain(status)
    expect(await defaultsOf(account, kind)).toHaveLength(1)
    expect((await account.prospect()).status).toBe(201)
  })
})

test('each pipeline has a default stage of its own', async () => {
  const account = await newAccount()
  const other = await makeItem(account, 'pipelines', 'Other', { stages: ['A', 'B'] })
  const b = (await itemsOf(account, 'stages')).find(({ name }) => name === 'B')
  await change(account, 'stages', b?.id ?? '', { isDefault: true })
  expect((await account.prospect()).json.currentStage).toBe('New')
  expect((await account.prospect({ pipelineId: other.id })).json.currentStage).toBe('B')
})

describe.each(NAMES)('deleting one of the $kind', ({ kind }) => {
  test('deletes an item without prospects', async () => {
    const account = await newAccount()
    const { id } = await makeItem(account, kind)
    const answer = await remove(account, kind, id)
    expect([answer.status, answer.text]).toEqual([204, ''])
    expectProblem(await account.get(`/v1/${kind}/${id}`), 404, 'not_found')
    expect((await itemsOf(account, kind)).map((item) => item.id)).not.toContain(id)
    expectProblem(await remove(account, kind, id), 404, 'not_found')
  })

  test('returns 409 with the number of prospects if the item has prospects', async () => {
    const account = await newAccount()
    const item = await makeItem(account, kind)
    const ids: string[] = []
    for (let i = 0; i < 2; i++) ids.push((await account.prospect(using(kind, item))).json.id)
    const answer = await remove(account, kind, item.id)
    expectProblem(answer, 409, 'in_use', ['conflictsWith', 'prospectCount'])
    expect(answer.json).toMatchObject({ conflictsWith: item.id, prospectCount: 2 })
    expect((await account.get(`/v1/${kind}/${item.id}`)).json).toEqual(item)
    for (const id of ids) await account.call('DELETE', `/v1/prospects/${id}`)
    expect((await remove(account, kind, item.id)).status).toBe(204)
  })

  test('frees the name', async () => {
    const account = await newAccount()
    const { id } = await makeItem(account, kind, 'Again')
    await remove(account, kind, id)
    expect((await makeItem(account, kind, 'Again')).id).not.toBe(id)
  })

  test('with an invalid or unknown parameter is rejected, and the item stays', async () => {
    const account = await newAccount()
    const { id } = await makeItem(account, kind)
    for (const [query, pointer] of [
      ['?moveTo=', '/moveTo'],
      ['?movTo=x', '/movTo'],
      ['?moveTo=a&moveTo=b', '/moveTo'],
    ]) {
      const { status, json } = await remove(account, kind, id, query)
      expect([query, status, json.errors]).toMatchObject([query, 400, [{ in: 'query', pointer }]])
    }
    expect((await account.get(`/v1/${kind}/${id}`)).status).toBe(200)
  })

  test('leaves no dangling reference if prospects begin to use the item at the same time', async () => {
    const account = await newAccount()
    const made = await Promise.all(EIGHT.map((i) => makeItem(account, kind, `Item ${i}`)))
    const answers = await Promise.all(
      made.flatMap((item) => [account.prospect(using(kind, item)), remove(account, kind, item.id)]),
    )
    for (const [i, item] of made.entries()) {
      const [used, removed] = answers.slice(2 * i) as [(typeof answers)[number], (typeof answers)[number]]
      const there = (await account.get(`/v1/${kind}/${item.id}`)).status
      // a prospect brings a deleted label back, with another id
      if (removed.status === 204) expect([there, [201, 422]]).toEqual([404, expect.arrayContaining([used.status])])
      else expect([there, removed.status, used.status]).toEqual([200, 409, 201])
      if (kind === 'labels') expect(used.status).toBe(201)
    }
    expect(await rows('PRAGMA foreign_key_check')).toEqual([])
    const counts = await countsOf(account, kind)
    for (const { id } of made) expect(counts.get(id) ?? 1).toBe(1)
  })
})

describe.each(PLACED)('the default of the $kind', ({ kind }) => {
  test('cannot be deleted until another item is the default', async () => {
    const account = await newAccount()
    const [id] = (await defaultsOf(account, kind)) as [string]
    const answer = await remove(account, kind, id)
    expectProblem(answer, 409, 'is_default', ['conflictsWith'])
    expect(answer.json.conflictsWith).toBe(id)
    await change(account, kind, (await makeItem(account, kind)).id, { isDefault: true })
    expect((await remove(account, kind, id)).status).toBe(204)
  })
})

describe('deleting a pipeline', () => {
  const stagesIn = async (account: Account, pipelineId: string) =>
    (await itemsOf(account, 'stages')).filter((stage) => stage.pipelineId === pipelineId)

  test('deletes its stages if they have no prospects', async () => {
    const account = await newAccount()
    const { id } = await makeItem(account, 'pipelines', 'Other', { stages: ['A', 'B', 'C'] })
    expect((await remove(account, 'pipelines', id)).status).toBe(204)
    expect([await stagesIn(account, id), (await itemsOf(account, 'stages')).length]).toEqual([[], 5])
  })

  test('deletes nothing if one stage has prospects', async () => {
    const account = await newAccount()
    const { id } = await makeItem(account, 'pipelines', 'Other', { stages: ['A', 'B', 'C'] })
    const stages = await stagesIn(account, id)
    await account.prospect({ stageId: stages[2]?.id })
    expect(await remove(account, 'pipelines', id)).toMatchObject({
      status: 409,
      json: { code: 'in_use', prospectCount: 1 },
    })
    expect(await stagesIn(account, id)).toEqual(stages)
  })

  test('a stage that is created at the same time is deleted too, or is rejected', async () => {
    const account = await newAccount()
    const made = await Promise.all(EIGHT.map((i) => makeItem(account, 'pipelines', `P ${i}`)))
    const answers = await Promise.all(
      made.flatMap(({ id }) => [
        remove(account, 'pipelines', id),
        account.post('/v1/stages', { name: 'Late', pipelineId: id }),
      ]),
    )
    for (const { status } of answers) expect([204, 201, 422]).toContain(status)
    expect(await itemsOf(account, 'stages')).toHaveLength(5)
  })
})
