import { describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { rowsOf } from '../support/d1'

const numbered = (n: number) => Array.from({ length: n }, (_, i) => `Label ${i}`)
const namesOf = async ({ get }: Account, kind: string): Promise<string[]> =>
  (await get(`/v1/${kind}?limit=1000`)).json.items.map(({ name }: { name: string }) => name)
const byPointer = (a: { pointer: string }, b: { pointer: string }) => (a.pointer < b.pointer ? -1 : 1)
const make = async ({ post }: Account, kind: string, body: object = { name: 'One' }): Promise<string> =>
  (await post(`/v1/${kind}`, body)).json.id

describe('labels', () => {
  test.each<[what: string, given: unknown, shown: string[]]>([
    ['one name', 'Hot', ['Hot']],
    ['names between commas', ' Hot ,  Inbound ', ['Hot', 'Inbound']],
    ['an array', ['Inbound', 'Hot'], ['Hot', 'Inbound']],
    ['commas inside array items', ['Hot,Cold', 'Inbound'], ['Cold', 'Hot', 'Inbound']],
    ['repeats in any case', ['Hot', 'HOT', 'hot'], ['Hot']],
    ['repeats in any case, between commas', 'hOT,Hot', ['hOT']],
    ['repeats with ß and SS', ['Straße', 'STRASSE', 'STRAẞE'], ['Straße']],
    ['repeats composed and decomposed', ['Caf\u00e9', 'CAFE\u0301'], ['Caf\u00e9']],
    ['quotes and other signs', ['a "quoted" one', "it's", '50%_*'], ['50%_*', 'a "quoted" one', "it's"]],
    ['an emoji', ['😀'], ['😀']],
    ['a tab', ['Very\tHot'], ['Very Hot']],
    ['empty items', ['Hot', '', ' ', ',,'], ['Hot']],
    ['an empty array', [], []],
    ['an empty string', '', []],
    ['a comma alone', ',', []],
    ['null', null, []],
    ['100', numbered(100), numbered(100)],
    ['100 between commas', numbered(100).join(), numbered(100)],
    ['100, each twice', [...numbered(100), ...numbered(100)], numbered(100)],
    ['64 characters', 'x'.repeat(64), ['x'.repeat(64)]],
    ['64 emoji', ['😀'.repeat(64)], ['😀'.repeat(64)]],
  ])('are attached once each: %s', async (_what, labels, shown) => {
    const account = await newAccount()
    const { status, json } = await account.prospect({ labels })
    expect([status, json.labels]).toEqual([201, shown])
    expect((await namesOf(account, 'labels')).sort()).toEqual([...shown].sort())
  })

  test.each<[what: string, given: unknown, pointer: string, code: string]>([
    ['101', numbered(101), '/labels', 'too_many'],
    ['101 between commas', numbered(101).join(), '/labels', 'too_many'],
    ['65 characters', 'x'.repeat(65), '/labels', 'too_long'],
    ['65 characters in one item', ['Hot', 'x'.repeat(65)], '/labels/1', 'too_long'],
    ['65 characters behind a comma', `Hot,${'x'.repeat(65)}`, '/labels', 'too_long'],
    ['a number', 5, '/labels', 'wrong_type'],
    ['an object', { Hot: true }, '/labels', 'wrong_type'],
  ])('are rejected, and nothing is written: %s', async (_what, labels, pointer, code) => {
    const account = await newAccount()
    const before = await rowsOf(account.id)
    const { status, json } = await account.prospect({ labels, newSourceName: 'New' })
    expect([status, json]).toMatchObject([400, { errors: [{ in: 'body', pointer, code }] }])
    expect(await rowsOf(account.id)).toEqual(before)
  })

  test.each([[[5]], [['Hot', null]], [[['Hot']]]])('%j are rejected: items must be strings', async (labels) => {
    const { status, json } = await (await newAccount()).prospect({ labels })
    expect([status, json]).toMatchObject([400, { errors: [{ pointer: expect.stringMatching(/^\/labels/) }] }])
  })

  test('keep their first spelling', async () => {
    const account = await newAccount()
    await make(account, 'labels', { name: 'VIP' })
    await account.prospect({ labels: 'Hot' })
    expect((await account.prospect({ labels: ['HOT', 'vip', 'New'] })).json.labels).toEqual(['Hot', 'New', 'VIP'])
    expect(await namesOf(account, 'labels')).toEqual(['Hot', 'New', 'VIP'])
  })
})

describe('the stage', () => {
  /** An account with a second pipeline, and the names of its pipelines and stages by id. */
  async function pipelines() {
    const account = await newAccount()
    const second = await make(account, 'pipelines', { name: 'Second', stages: ['Lead', 'Won'] })
    const items: { id: string; name: string; pipelineId: string }[] = (await account.get('/v1/stages')).json.items
    const stage = (name: string) => items.find((s) => s.name === name)?.id
    return { account, second, stage }
  }

  test.each<[promise: string, body: (p: Awaited<ReturnType<typeof pipelines>>) => object, stage: string]>([
    ['is the one given', ({ stage }) => ({ stageId: stage('Won') }), 'Won'],
    ['is the default of the pipeline given', ({ second }) => ({ pipelineId: second }), 'Lead'],
    [
      'is the one given, whatever the pipeline',
      ({ stage, account }) => ({ stageId: stage('Won'), pipelineId: account.pipelineId }),
      'Won',
    ],
    [
      'is the one given, with a pipeline that does not exist',
      ({ stage }) => ({ stageId: stage('Won'), pipelineId: 'pipe_nope' }),
      'Won',
    ],
    ['is the pipeline’s, if null', ({ second }) => ({ stageId: null, pipelineId: second }), 'Lead'],
    ['is the pipeline’s, if empty', ({ second }) => ({ stageId: '', pipelineId: second }), 'Lead'],
    ['is the account’s default, with neither', () => ({}), 'New'],
    ['is the account’s default, with null for both', () => ({ stageId: null, pipelineId: null }), 'New'],
  ])('%s', async (_promise, body, name) => {
    const p = await pipelines()
    const { status, json } = await p.account.prospect(body(p))
    expect([status, json]).toMatchObject([
      201,
      {
        currentStage: name,
        currentStageId: p.stage(name),
        pipelineId: name === 'New' ? p.account.pipelineId : p.second,
      },
    ])
  })
})

describe('the source', () => {
  test('is the given one, and a new name next to it is ignored', async () => {
    const account = await newAccount()
    const sourceId = await make(account, 'sources', { name: 'Zillow' })
    expect((await account.prospect({ sourceId, newSourceName: 'Referral' })).json.sourceId).toBe(sourceId)
    expect(await namesOf(account, 'sources')).toEqual(['Zillow'])
  })

  test.each(['Zillow', 'ZILLOW', ' zillow '])(
    'named %j is the existing source with that name',
    async (newSourceName) => {
      const account = await newAccount()
      const sourceId = await make(account, 'sources', { name: 'Zillow' })
      expect((await account.prospect({ newSourceName })).json.sourceId).toBe(sourceId)
      expect(await namesOf(account, 'sources')).toEqual(['Zillow'])
    },
  )

  test.each([null, '', undefined])('is created if its name is new, with %j for sourceId', async (sourceId) => {
    const account = await newAccount()
    const one = await account.prospect({ sourceId, newSourceName: 'Open House' })
    const other = await account.prospect({ sourceId, newSourceName: 'OPEN house' })
    expect(one.json.sourceId).toMatch(/^src_/)
    expect(other.json.sourceId).toBe(one.json.sourceId)
    expect(await namesOf(account, 'sources')).toEqual(['Open House'])
  })
})

describe('unknown references', () => {
  const KINDS = {
    stageId: 'stages',
    pipelineId: 'pipelines',
    userId: 'users',
    officeId: 'offices',
    sourceId: 'sources',
    jobId: 'jobs',
  }
  const written = { labels: 'New one', newSourceName: 'New source', email: 'ann@example.com' }

  test.each([
    ['all', 'stageId userId officeId sourceId jobId'],
    ['all, by pipeline', 'pipelineId userId officeId sourceId jobId'],
    ['one', 'officeId'],
    ['two', 'jobId userId'],
  ])('are reported together (%s), and nothing is written', async (_name, given) => {
    const account = await newAccount()
    const before = await rowsOf(account.id)
    const fields = given.split(' ')
    const refused = await account.prospect({ ...written, ...Object.fromEntries(fields.map((f) => [f, `${f}_nope`])) })
    expect(refused).toMatchObject({ status: 422, json: { code: 'unknown_reference' } })
    expect((refused.json as any).errors.sort(byPointer)).toEqual(
      fields.sort().map((field) => ({
        in: 'body',
        pointer: `/${field}`,
        code: 'unknown_reference',
        message: expect.stringContaining(`${field}_nope`),
      })),
    )
    expect(await rowsOf(account.id)).toEqual(before)
  })

  test.each(Object.entries(KINDS))('%s of another account is unknown, and nothing is written', async (field, kind) => {
    const [account, other] = [await newAccount(), await newAccount()]
    const id =
      kind === 'pipelines'
        ? other.pipelineId
        : await make(other, kind, { name: 'One', ...(kind === 'stages' && { pipelineId: other.pipelineId }) })
    const before = await rowsOf(account.id)
    expect((await other.prospect({ [field]: id })).status).toBe(201)
    const { status, json } = await account.prospect({ ...written, [field]: id })
    expect([status, json]).toMatchObject([422, { errors: [{ pointer: `/${field}`, code: 'unknown_reference' }] }])
    expect(await rowsOf(account.id)).toEqual(before)
  })

  test.each(Object.keys(KINDS))('%s of another kind is unknown', async (field) => {
    const account = await newAccount()
    const label = await make(account, 'labels')
    expect((await account.prospect({ [field]: label })).status).toBe(422)
  })

  test.each([
    ['NUL', '\u0000'],
    ['a lone surrogate', '\ud800'],
    ['SQL', "' OR 1=1 --"],
    ['JSON', '{"a":1}'],
    ['100,000 characters', 'x'.repeat(100_000)],
    ['an emoji', '😀'],
    ['the word null', 'null'],
  ])('can be any text: %s', async (_what, stageId) => {
    const account = await newAccount()
    const { status } = await account.prospect({ stageId })
    expect([400, 422]).toContain(status)
    expect((await account.list()).json.totalCount).toBe(0)
  })
})
