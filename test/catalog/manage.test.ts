import { describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { change, countsOf, itemsOf, makeItem, NAMES, remove, using } from '../support/catalog-items'
import { rows } from '../support/d1'
import { errorsOf, expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'

/** A prospect's row, without the columns that show names. */
const storedProspects = ({ id }: Account) =>
  rows('SELECT id, version, updated_at, updated_by_user_id FROM prospects WHERE account_id = ?', id)

const isNamedOnce = (kind: string) => kind !== 'jobs' && kind !== 'users'

/** Sets `updatedAt` of an item to a time long ago. */
const age = (kind: string, id: string) => rows(`UPDATE ${kind} SET updated_at = 1 WHERE id = ?`, id)

describe.each(NAMES)('changing one of the $kind', ({ kind }) => {
  test('shows a new name at once, by id and in the list', async () => {
    const account = await newAccount()
    const made = await makeItem(account, kind, 'Old')
    await age(kind, made.id)
    const answer = await change(account, kind, made.id, { name: '  New\tName ' })
    expect([answer.status, answer.json]).toEqual([200, { ...made, name: 'New Name', updatedAt: answer.json.updatedAt }])
    expect(answer.json.updatedAt).toBeGreaterThanOrEqual(made.createdAt)
    expect((await account.get(`/v1/${kind}/${made.id}`)).json).toEqual(answer.json)
    const items = await itemsOf(account, kind)
    expect(items).toContainEqual(answer.json)
    expect(items.map(({ name }) => name)).not.toContain('Old')
  })

  test('changes the ETag of its prospects, but not their version', async () => {
    const account = await newAccount()
    const item = await makeItem(account, kind, 'Old')
    const { id } = (await account.prospect(using(kind, item))).json
    const path = `/v1/prospects/${id}`
    const [before, shown] = [await storedProspects(account), await account.get(path)]
    await change(account, kind, item.id, { name: 'Newer' })
    expect(await storedProspects(account)).toEqual(before)
    expect(await eventsOf(account)).toHaveLength(1)
    const etag = shown.headers.get('etag') as string
    const again = await account.call('GET', path, undefined, { 'if-none-match': etag })
    expect([again.status, again.headers.get('etag') === etag]).toEqual([200, false])
    expect(again.text).toBe(shown.text.replaceAll('"Old"', '"Newer"'))
  })

  test('leaves updatedAt and the ETag if nothing changes', async () => {
    const account = await newAccount()
    const item = await makeItem(account, kind, 'Same')
    await age(kind, item.id)
    const { id } = (await account.prospect()).json
    const etag = (await account.get(`/v1/prospects/${id}`)).headers.get('etag')
    for (const body of [{}, undefined, { name: 'Same' }, { name: ' Same ' }]) {
      const answer = await change(account, kind, item.id, body)
      expect([answer.status, answer.json]).toEqual([200, { ...item, updatedAt: 1 }])
    }
    expect((await account.get(`/v1/prospects/${id}`)).headers.get('etag')).toBe(etag)
  })

  test('accepts its own name in another case', async () => {
    const account = await newAccount()
    const { id } = await makeItem(account, kind, 'straße')
    expect(await change(account, kind, id, { name: 'STRASSE' })).toMatchObject({
      status: 200,
      json: { name: 'STRASSE' },
    })
  })

  test('gives a name to one of eight items if all are renamed to it at the same time', async () => {
    const account = await newAccount()
    const made = await Promise.all(Array.from({ length: 8 }, (_, i) => makeItem(account, kind, `Item ${i}`)))
    const answers = await Promise.all(made.map(({ id }) => change(account, kind, id, { name: 'Wanted' })))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual(isNamedOnce(kind) ? [200, ...Array(7).fill(409)] : Array(8).fill(200))
  })

  test('returns 404 for an unknown item, and for one of another account', async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    const foreign = await makeItem(other, kind)
    for (const id of [foreign.id, 'x']) {
      expectProblem(await change(account, kind, id, { name: 'Mine' }), 404, 'not_found')
      expectProblem(await change(account, kind, id, {}), 404, 'not_found')
      expectProblem(await remove(account, kind, id), 404, 'not_found')
    }
    expect((await other.get(`/v1/${kind}/${foreign.id}`)).json).toEqual(foreign)
  })

  const placed = kind === 'pipelines' || kind === 'stages'
  const REJECTED: [object, string][] = [
    [{ name: '' }, 'body /name required'],
    [{ name: null }, 'body /name wrong_type'],
    [{ name: 'x'.repeat(201) }, 'body /name too_long'],
    [{ id: 'x' }, 'body /id unknown_field'],
    [{ pipelineId: 'pipe_x' }, 'body /pipelineId unknown_field'],
    [{ stages: ['A'] }, 'body /stages unknown_field'],
    [{ createdAt: 1 }, 'body /createdAt unknown_field'],
    [{ isDefault: false }, `body /isDefault ${placed ? 'not_allowed' : 'unknown_field'}`],
    [{ position: -1 }, `body /position ${placed ? 'too_small' : 'unknown_field'}`],
    [{ position: null }, `body /position ${placed ? 'wrong_type' : 'unknown_field'}`],
    ...(kind === 'users' ? [] : ([[{ email: 'a@example.com' }, 'body /email unknown_field']] as [object, string][])),
  ]
  test('is rejected as a whole for one wrong field, and nothing changes', async () => {
    const account = await newAccount()
    const item = await makeItem(account, kind)
    for (const [body, error] of REJECTED) {
      const answer = await change(account, kind, item.id, { ...('name' in body ? {} : { name: 'New' }), ...body })
      expect([body, answer.status, errorsOf(answer)]).toEqual([body, 400, [error]])
    }
    expect((await account.get(`/v1/${kind}/${item.id}`)).json).toEqual(item)
  })
})

describe.each(NAMES.filter(({ kind }) => isNamedOnce(kind)))('a name among the $kind', ({ kind }) => {
  test('is a 409 with the id of the other item if it is taken, in any case', async () => {
    const account = await newAccount()
    const [first, second] = [await makeItem(account, kind, 'Straße'), await makeItem(account, kind, 'Two')]
    for (const name of ['Straße', 'STRASSE', 'straße ']) {
      const answer = await change(account, kind, second.id, { name })
      expectProblem(answer, 409, 'already_exists', ['conflictsWith'])
      expect(answer.json.conflictsWith).toBe(first.id)
    }
    expect((await account.get(`/v1/${kind}/${second.id}`)).json).toEqual(second)
  })
})

test.each([
  ['stages', 'stage', (id: string) => ({ stageId: id }), 'currentStage'],
  ['labels', 'label', () => ({ labels: 'Old' }), 'labels'],
] as const)('renamed %s are shown and found by the new name alone', async (kind, filter, use, field) => {
  const account = await newAccount()
  const { id } = await makeItem(account, kind, 'Old')
  await account.prospect(use(id))
  await change(account, kind, id, { name: 'Brand New' })
  const found = (await account.list(`${filter}=brand%20new`)).json
  expect([found.totalCount, found.prospects.map((p) => [p[field]].flat())]).toEqual([1, [['Brand New']]])
  expect((await account.list(`${filter}=Old`)).json.totalCount).toBe(0)
  expect((await account.prospect({ labels: 'BRAND NEW' })).json.labels).toEqual([
    kind === 'labels' ? 'Brand New' : 'BRAND NEW',
  ])
})

test('a renamed source is found by its new name, and the old name is free', async () => {
  const account = await newAccount()
  const { id } = await makeItem(account, 'sources', 'Old')
  await change(account, 'sources', id, { name: 'New' })
  expect((await account.prospect({ newSourceName: 'NEW' })).json.sourceId).toBe(id)
  expect((await account.prospect({ newSourceName: 'Old' })).json.sourceId).not.toBe(id)
})

test('a label cannot get a name with a comma or with more than 64 characters', async () => {
  const account = await newAccount()
  const { id } = await makeItem(account, 'labels')
  for (const name of ['a,b', 'x'.repeat(65)]) expect((await change(account, 'labels', id, { name })).status).toBe(400)
})

test('a stage can have the name of a stage of another pipeline', async () => {
  const account = await newAccount()
  const other = await makeItem(account, 'pipelines', 'Other')
  const { id } = await makeItem(account, 'stages', 'Mine', { pipelineId: other.id })
  expect((await change(account, 'stages', id, { name: 'Offer' })).status).toBe(200)
  const taken = await change(account, 'stages', id, { name: 'NEW' })
  const [own] = (await itemsOf(account, 'stages')).filter((s) => s.pipelineId === other.id && s.name === 'New')
  expect([taken.status, taken.json.conflictsWith]).toEqual([409, own?.id])
})

describe('a user’s email', () => {
  test('can be changed and cleared, and is not changed by a rename', async () => {
    const account = await newAccount()
    const { id } = await makeItem(account, 'users', 'Pat', { email: 'pat@example.com' })
    expect((await change(account, 'users', id, { name: 'Pat D' })).json.email).toBe('pat@example.com')
    expect((await change(account, 'users', id, { email: 'NEW@Example.com' })).json.email).toBe('new@example.com')
    for (const email of ['', null]) expect((await change(account, 'users', id, { email })).json.email).toBeNull()
    expect(errorsOf(await change(account, 'users', id, { email: 'pat' }))).toEqual(['body /email wrong_format'])
  })

  test('is a 409 with the id of the other item if it is taken, in any case', async () => {
    const account = await newAccount()
    const first = await makeItem(account, 'users', 'Pat', { email: 'pat@example.com' })
    const second = await makeItem(account, 'users', 'Sam', { email: 'sam@example.com' })
    const answer = await change(account, 'users', second.id, { name: 'X', email: 'PAT@example.com' })
    expectProblem(answer, 409, 'already_exists', ['conflictsWith'])
    expect(answer.json.conflictsWith).toBe(first.id)
    expect((await account.get(`/v1/users/${second.id}`)).json).toEqual(second)
    expect((await change(account, 'users', first.id, { email: 'PAT@EXAMPLE.COM' })).status).toBe(200)
  })
})

describe.each(NAMES)('prospectCount of the $kind', ({ kind }) => {
  test('is returned only with counts=true, and stays exact', async () => {
    const account = await newAccount()
    const [one, two] = [await makeItem(account, kind, 'One'), await makeItem(account, kind, 'Two')]
    const third = await makeItem(account, kind, 'Three')
    const made: string[] = []
    for (const item of [one, one, one, two]) made.push((await account.prospect(using(kind, item))).json.id)
    await account.prospect()
    const counts = async () => {
      const all = await countsOf(account, kind)
      return [one, two, third].map(({ id }) => all.get(id))
    }
    expect(await counts()).toEqual([3, 1, 0])
    for (const query of ['', '?counts=false'])
      for (const item of await itemsOf(account, kind, query)) expect(item).not.toHaveProperty('prospectCount')
    await account.call('DELETE', `/v1/prospects/${made[0]}`)
    expect(await counts()).toEqual([2, 1, 0])
    await account.post(`/v1/prospects/${made[1]}/merge`, { duplicateId: made[2], userId: null })
    expect((await counts())[0]).toBe(1)
    await change(account, kind, one.id, { name: 'Renamed' })
    expect((await counts())[0]).toBe(1)
  })

  test('is not returned for a value that is neither true nor false: that is a 400', async () => {
    const { get } = await newAccount()
    for (const given of ['', 'yes', '1', 'TRUE']) {
      const { status, json } = await get(`/v1/${kind}?counts=${given}`)
      expect([given, status, json.errors]).toMatchObject([given, 400, [{ in: 'query', pointer: '/counts' }]])
    }
  })
})

test('prospectCount of a user counts a prospect once if the user created and edited it', async () => {
  const account = await newAccount()
  const [pat, sam] = [await makeItem(account, 'users', 'Pat'), await makeItem(account, 'users', 'Sam')]
  const email = 'ann@example.com'
  await account.prospect({ email, userId: pat.id })
  await account.prospect({ email, userId: pat.id, city: 'Here', update: true })
  const counts = async () => {
    const all = await countsOf(account, 'users')
    return [all.get(pat.id), all.get(sam.id)]
  }
  expect(await counts()).toEqual([1, 0])
  await account.prospect({ email, userId: sam.id, city: 'There', update: true })
  expect(await counts()).toEqual([1, 1])
})
