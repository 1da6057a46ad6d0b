import { describe, expect, test } from 'vitest'
import { KINDS } from '../../src/catalog/kinds'
import { type Account, newAccount } from '../support/api'
import { rows } from '../support/d1'
import { paginate } from '../support/paginate'

type Body = Record<string, unknown>

/** The fields that POST requires besides a name. */
const restOf = (kind: string, { pipelineId }: Account): Body => (kind === 'stages' ? { pipelineId } : {})

const NOUNS = KINDS.map(({ name, prefix }) => ({ kind: name, prefix }))

describe.each(NOUNS)('$kind', ({ kind, prefix }) => {
  const create = (account: Account, body: object) =>
    account.post(`/v1/${kind}`, { name: 'One', ...restOf(kind, account), ...body })

  test('an item is created, read by its id, and listed', async () => {
    const account = await newAccount()
    const made = await create(account, { name: '  Hot\tStuff ' })
    expect(made.status).toBe(201)
    expect(made.headers.get('location')).toBe(`/v1/${kind}/${made.json.id}`)
    expect(made.json).toMatchObject({
      id: expect.stringMatching(new RegExp(`^${prefix}_[0-9a-z]{26}$`)),
      name: 'Hot Stuff',
      createdAt: expect.any(Number),
      updatedAt: made.json.createdAt,
    })
    expect((await account.get(`/v1/${kind}/${made.json.id}`)).json).toEqual(made.json)
    expect((await account.get(`/v1/${kind}`)).json.items).toContainEqual(made.json)
  })

  test('an unknown id is a 404, and so is an id of another account', async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    const { id } = (await create(other, {})).json
    const [foreign, unknown] = [await account.get(`/v1/${kind}/${id}`), await account.get(`/v1/${kind}/${prefix}_x`)]
    expect([foreign.status, unknown.status]).toEqual([404, 404])
    expect({ ...foreign.json, requestId: '' }).toEqual({ ...unknown.json, requestId: '' })
    expect((await account.get(`/v1/${kind}`)).text).not.toContain(id)
  })

  test.each([
    [{ name: undefined }, '/name', 'required'],
    [{ name: ' ' }, '/name', 'required'],
    [{ name: null }, '/name', 'wrong_type'],
    [{ name: 'x'.repeat(201) }, '/name', 'too_long'],
    [{ name: 'a\u0000' }, '/name', 'control_character'],
    [{ id: 'x' }, '/id', 'unknown_field'],
    [{ position: 1 }, '/position', 'unknown_field'],
    [{ isDefault: true }, '/isDefault', 'unknown_field'],
  ])('%j is rejected', async (body, pointer, code) => {
    const { status, json } = await create(await newAccount(), body)
    expect([status, json.errors]).toMatchObject([400, [{ in: 'body', pointer, code }]])
  })

  test('another account can use the same name', async () => {
    for (const account of [await newAccount(), await newAccount()]) expect((await create(account, {})).status).toBe(201)
  })

  test('pages have all items in order, without repeats or gaps', async () => {
    const account = await newAccount()
    const names = ['a', 'A b', 'a,b', '10', '9', 'ß', 'Éa', 'é', 'z', 'Ω', '😀', "o'x", 'a%', '\\'].filter(
      (name) => kind !== 'labels' || !name.includes(','),
    )
    for (const name of names) expect((await create(account, { name })).status).toBe(201)
    const whole = (await account.get(`/v1/${kind}`)).json
    expect(whole.nextPageToken).toBeNull()
    for (const limit of [1, 3]) {
      const pages = await paginate(account.get, `/v1/${kind}`, limit)
      expect(pages.flat()).toEqual(whole.items)
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true)
    }
    const order = await rows<{ id: string }>(
      `SELECT id FROM ${kind} WHERE account_id = ?
       ORDER BY ${kind === 'stages' || kind === 'pipelines' ? 'position,' : ''} name_key, id`,
      account.id,
    )
    expect(whole.items.map(({ id }: Body) => id)).toEqual(order.map(({ id }) => id))
  })

  test('pages work with names of the maximum length too', async () => {
    const account = await newAccount()
    const names = ['😀', '😁', '😂'].map((letter) => letter.repeat(kind === 'labels' ? 64 : 200))
    for (const name of names) expect((await create(account, { name })).status).toBe(201)
    const walked = (await paginate(account.get, `/v1/${kind}`, 1)).flat().map(({ name }) => name)
    expect(walked.filter((name) => names.includes(String(name)))).toEqual(names)
  })

  test('a page token of another list is rejected', async () => {
    const account = await newAccount()
    const other = kind === 'labels' ? 'sources' : 'labels'
    for (const name of ['a', 'b']) await account.post(`/v1/${other}`, { name })
    const { nextPageToken } = (await account.get(`/v1/${other}?limit=1`)).json
    const { status, json } = await account.get(`/v1/${kind}?pageToken=${nextPageToken}`)
    expect([status, json.errors]).toMatchObject([400, [{ in: 'query', code: 'invalid_page_token' }]])
  })
})

test('a label has at most 64 characters, and no comma', async () => {
  const { post } = await newAccount()
  expect((await post('/v1/labels', { name: '😀'.repeat(64) })).status).toBe(201)
  for (const [name, code] of [
    ['😀'.repeat(65), 'too_long'],
    ['Hot, Inbound', 'not_allowed'],
  ])
    expect((await post('/v1/labels', { name })).json.errors).toMatchObject([{ pointer: '/name', code }])
})

test('a label that a prospect created is the label of that name for later calls', async () => {
  const { prospect, post, get } = await newAccount()
  await prospect({ labels: 'Hot' })
  const [label] = (await get('/v1/labels')).json.items
  expect((await post('/v1/labels', { name: 'HOT' })).json).toMatchObject({ status: 409, conflictsWith: label.id })
})

test('jobs can have equal names, and pages have each of them', async () => {
  const account = await newAccount()
  for (let i = 0; i < 7; i++) expect((await account.post('/v1/jobs', { name: 'Agent' })).status).toBe(201)
  const pages = await paginate(account.get, '/v1/jobs', 3)
  expect(pages.map(({ length }) => length)).toEqual([3, 3, 1])
  expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(7)
})

test('pages have 250 items in order', { tags: 'scale' }, async () => {
  const account = await newAccount()
  const names = Array.from({ length: 250 }, (_, i) => `Office ${String((i * 137) % 250).padStart(3, '0')}`)
  await Promise.all(names.map((name) => account.post('/v1/offices', { name })))
  const first = (await account.get('/v1/offices')).json
  expect([first.items.length, first.nextPageToken]).toEqual([100, expect.any(String)])
  const pages = await paginate(account.get, '/v1/offices', 100)
  expect(pages.flat().map(({ name }) => name)).toEqual([...names].sort())
  expect((await account.get('/v1/offices?limit=1000')).json).toMatchObject({ nextPageToken: null })
})

describe('users', () => {
  test('have unique emails, in any case', async () => {
    const { post } = await newAccount()
    const { json: pat } = await post('/v1/users', { name: 'Pat', email: 'Pat@Example.com' })
    expect(pat.email).toBe('pat@example.com')
    expect(await post('/v1/users', { name: 'Other', email: 'PAT@example.COM' })).toMatchObject({
      status: 409,
      json: { code: 'already_exists', conflictsWith: pat.id },
    })
    expect((await post('/v1/users', { name: 'Pat', email: 'pat2@example.com' })).status).toBe(201)
  })

  test.each([undefined, null, '', ' '])('can be many without an email (%j)', async (email) => {
    const { post } = await newAccount()
    for (let i = 0; i < 2; i++)
      expect(await post('/v1/users', { name: 'Pat', email })).toMatchObject({ status: 201, json: { email: null } })
  })

  test('with a malformed email are rejected', async () => {
    const { post } = await newAccount()
    const { json } = await post('/v1/users', { name: 'Pat', email: 'pat' })
    expect(json.errors).toMatchObject([{ pointer: '/email', code: 'wrong_format' }])
  })

  test('one of ten with the same email is created if they come at the same time', async () => {
    const { post } = await newAccount()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post('/v1/users', { name: 'Pat', email: 'pat@example.com' })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
  })
})

describe('pipelines', () => {
  const stagesOf = async ({ get }: Account, pipelineId: string) =>
    (await get('/v1/stages')).json.items.filter((stage: Body) => stage.pipelineId === pipelineId)

  test('get the stage New if no stages are given', async () => {
    const account = await newAccount()
    const { json } = await account.post('/v1/pipelines', { name: 'Referrals' })
    expect(json).toMatchObject({ position: 1, isDefault: false })
    expect(await stagesOf(account, json.id)).toMatchObject([{ name: 'New', position: 0, isDefault: true }])
  })

  test('get the given stages, of which the first is the default', async () => {
    const account = await newAccount()
    const { id } = (await account.post('/v1/pipelines', { name: 'Own', stages: ['Z', 'Contacted', 'A'] })).json
    const stages = await stagesOf(account, id)
    expect(stages.map((s: Body) => [s.name, s.position, s.isDefault])).toEqual([
      ['Z', 0, true],
      ['Contacted', 1, false],
      ['A', 2, false],
    ])
    expect((await account.prospect({ pipelineId: id })).json.currentStage).toBe('Z')
  })

  test.each([
    [[], '/stages', 'too_small'],
    [['A', ''], '/stages/1', 'required'],
    [['A', 'a'], '/stages', 'duplicate'],
    [['A', 5], '/stages/1', 'wrong_type'],
    ['A', '/stages', 'wrong_type'],
    [Array.from({ length: 101 }, (_, i) => `S${i}`), '/stages', 'too_large'],
  ])('with the stages %j are rejected, and nothing is created', async (stages, pointer, code) => {
    const { post, get } = await newAccount()
    const { status, json } = await post('/v1/pipelines', { name: 'Bad', stages })
    expect([status, json.errors]).toMatchObject([400, [{ pointer, code }]])
    expect((await get('/v1/pipelines')).json.items).toHaveLength(1)
  })

  test('with a name that is taken leave no stages behind', async () => {
    const account = await newAccount()
    expect((await account.post('/v1/pipelines', { name: 'RECRUITING', stages: ['X'] })).status).toBe(409)
    expect((await account.get('/v1/stages')).json.items).toHaveLength(5)
  })

  test('are listed by position', async () => {
    const account = await newAccount()
    for (const name of ['Z', 'A']) await account.post('/v1/pipelines', { name })
    const { items } = (await account.get('/v1/pipelines')).json
    expect(items.map((p: Body) => [p.name, p.position])).toEqual([
      ['Recruiting', 0],
      ['Z', 1],
      ['A', 2],
    ])
  })
})

describe('stages', () => {
  test('are added at the end of their pipeline', async () => {
    const { post, pipelineId } = await newAccount()
    const { json } = await post('/v1/stages', { name: 'Archived', pipelineId })
    expect(json).toMatchObject({ pipelineId, position: 5, isDefault: false })
    const other = (await post('/v1/pipelines', { name: 'Other' })).json.id
    expect((await post('/v1/stages', { name: 'Next', pipelineId: other })).json.position).toBe(1)
  })

  test('have unique names within a pipeline', async () => {
    const { post, pipelineId } = await newAccount()
    const other = (await post('/v1/pipelines', { name: 'Other' })).json.id
    expect((await post('/v1/stages', { name: 'OFFER', pipelineId })).status).toBe(409)
    expect((await post('/v1/stages', { name: 'Offer', pipelineId: other })).status).toBe(201)
  })

  test('of an unknown pipeline are a 422, and so are those of another account', async () => {
    const { post } = await newAccount()
    for (const pipelineId of ['pipe_x', '\u0000', '\ud800', 'x'.repeat(5000), (await newAccount()).pipelineId]) {
      const { status, json } = await post('/v1/stages', { name: 'A', pipelineId })
      expect([status, json]).toMatchObject([422, { code: 'unknown_reference', errors: [{ pointer: '/pipelineId' }] }])
    }
  })

  test('without a pipeline are a 400', async () => {
    const { post } = await newAccount()
    expect((await post('/v1/stages', { name: 'A' })).json.errors).toMatchObject([
      { pointer: '/pipelineId', code: 'required' },
    ])
  })
})

test('a read takes one round trip, a write one, a conflict two', async () => {
  const { get, post } = await newAccount()
  await get('/v1/me')
  const trips = async (answer: Promise<{ headers: Headers }>) =>
    /trips=(\d+)/.exec((await answer).headers.get('server-timing') ?? '')?.[1]
  expect(await trips(post('/v1/pipelines', { name: 'A', stages: ['X', 'Y'] }))).toBe('1')
  expect(await trips(post('/v1/pipelines', { name: 'A' }))).toBe('2')
  expect(await trips(get('/v1/stages'))).toBe('1')
  expect(await trips(get('/v1/stages/stg_x'))).toBe('1')
})
