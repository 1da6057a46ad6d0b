import { describe, expect, test } from 'vitest'
import { type Account, costOf, newAccount } from '../support/api'
import { rowsOf } from '../support/d1'
import { errorsOf, expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'

const ANN = { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', phone: '+12125550123' }
const PROFILE: Record<string, string> = {
  licenseStatus: 'in_progress',
  notes: 'Old notes',
  title: 'Agent',
  company: 'Acme',
  streetAddress: '1 Main St',
  city: 'Springfield',
  state: 'IL',
  postalCode: '62701',
}

/** A prospect with a value in every field, and functions that change and read it. */
async function known(body: object = {}) {
  const account = await newAccount()
  const make = async (kind: string, more: object = {}): Promise<string> =>
    (await account.post(`/v1/${kind}`, { name: 'Other', ...more })).json.id
  const { id } = (await account.prospect({ ...ANN, ...PROFILE, labels: 'Hot', ...body })).json
  const path = `/v1/prospects/${id}`
  const patch = (change: unknown, headers?: Record<string, string>) => account.call('PATCH', path, change, headers)
  const now = async () => (await account.get(path)).json
  return { account, id: id as string, path, make, patch, now, before: await now() }
}

/** The rows, events and prospects of an account. They stay equal if nothing is written. */
const stateOf = async (account: Account) => [
  await rowsOf(account.id),
  await eventsOf(account),
  (await account.list('limit=1000')).json.prospects,
]

const labelNames = async ({ get }: Account) => (await get('/v1/labels')).json.items.map((l: { name: string }) => l.name)

describe('a field', () => {
  const fields: [field: string, old: string, given: string][] = [
    ...Object.entries(PROFILE).map(([field, old]): [string, string, string] => [
      field,
      old,
      field === 'licenseStatus' ? 'licensed' : 'New',
    ]),
    ['email', ANN.email, 'new@example.com'],
    ['phone', ANN.phone, '+16465550199'],
  ]

  test.each(fields)('%s: absent keeps it, null and "" clear it, a value overwrites it', async (field, old, given) => {
    const { patch, now, before } = await known()
    expect((await patch({})).json).toEqual(before)
    for (const nothing of [null, '']) {
      expect([(await patch({ [field]: nothing })).status, (await now())[field]]).toEqual([200, null])
      expect((await patch({ [field]: old })).json[field]).toBe(old)
    }
    const { version, updatedAt, ...rest } = before
    expect((await patch({ [field]: given })).json).toMatchObject({ ...rest, [field]: given, version: 6 })
    expect((await now())[field]).toBe(given)
  })

  test.each(['firstName', 'lastName'])('%s is overwritten and never cleared', async (field) => {
    const { account, patch, now } = await known()
    expect((await patch({ [field]: ' Zoë ' })).json[field]).toBe('Zoë')
    const stored = await stateOf(account)
    for (const nothing of [null, '', ' ']) {
      const answer = await patch({ [field]: nothing, city: 'Here' })
      expect(answer.status).toBe(400)
      expect(answer.json.errors).toMatchObject([{ in: 'body', pointer: `/${field}` }])
    }
    expect(await stateOf(account)).toEqual(stored)
    expect((await now())[field]).toBe('Zoë')
  })

  test.each(['officeId', 'sourceId'])('%s: absent keeps it, null and "" clear it', async (field) => {
    const { make, patch } = await known()
    const id = await make(field === 'officeId' ? 'offices' : 'sources')
    for (const nothing of [null, '']) {
      expect((await patch({ [field]: id })).json[field]).toBe(id)
      expect((await patch({ city: `${nothing}` })).json[field]).toBe(id)
      expect((await patch({ [field]: nothing })).json[field]).toBeNull()
    }
  })

  test('newSourceName finds or creates a source; sourceId overrides it', async () => {
    const { account, make, patch } = await known()
    const sourceId = await make('sources', { name: 'Zillow' })
    expect((await patch({ newSourceName: 'ZILLOW' })).json.sourceId).toBe(sourceId)
    const fresh = (await patch({ newSourceName: 'Open House' })).json.sourceId
    expect(fresh).not.toBe(sourceId)
    expect((await patch({ sourceId, newSourceName: 'Ignored' })).json.sourceId).toBe(sourceId)
    expect((await patch({ newSourceName: null })).json.sourceId).toBe(sourceId)
    expect((await account.get('/v1/sources')).json.items).toHaveLength(2)
  })

  test.each([
    ['update', { update: true }],
    ['nmae', { nmae: 'x' }],
    ['id', { id: 'prs_x' }],
    ['version', { version: 1 }],
  ])('%s is rejected with an invalid value, and nothing is written', async (field, given) => {
    const { account, patch } = await known()
    const stored = await stateOf(account)
    expect(errorsOf(await patch({ ...given, city: 'Here' }))).toEqual([`body /${field} unknown_field`])
    expect(await stateOf(account)).toEqual(stored)
  })
})

describe('labels and jobs', () => {
  test.each<[what: string, change: object, shown: string[], all: string[]]>([
    ['a set replaces all', { labels: ['cold', 'New'] }, ['Cold', 'New'], ['Cold', 'Hot', 'New']],
    ['a set as text', { labels: 'New, HOT' }, ['Hot', 'New'], ['Cold', 'Hot', 'New']],
    ['null empties', { labels: null }, [], ['Cold', 'Hot']],
    ['[] empties', { labels: [] }, [], ['Cold', 'Hot']],
    ['"" empties', { labels: '' }, [], ['Cold', 'Hot']],
    ['absent leaves', { city: 'Here' }, ['Hot'], ['Cold', 'Hot']],
    ['addLabels adds', { addLabels: ['New', 'HOT', 'cold'] }, ['Cold', 'Hot', 'New'], ['Cold', 'Hot', 'New']],
    ['addLabels null adds nothing', { addLabels: null }, ['Hot'], ['Cold', 'Hot']],
    ['removeLabels removes, in any case', { removeLabels: 'hOT' }, [], ['Cold', 'Hot']],
    ['removeLabels ignores a label of others', { removeLabels: ['Cold'] }, ['Hot'], ['Cold', 'Hot']],
    ['removeLabels creates no label', { removeLabels: ['Nope'] }, ['Hot'], ['Cold', 'Hot']],
    ['one added, one removed', { addLabels: 'New', removeLabels: 'Hot' }, ['New'], ['Cold', 'Hot', 'New']],
    ['all three together', { labels: 'Cold,Hot', addLabels: 'New', removeLabels: 'HOT' }, ['Cold', 'New'], []],
  ])('labels: %s', async (_what, change, shown, all) => {
    const { account, patch, now } = await known()
    await account.post('/v1/labels', { name: 'Cold' })
    const { status, json } = await patch(change)
    expect([status, json.labels]).toEqual([200, shown])
    expect((await now()).labels).toEqual(shown)
    if (all.length > 0) expect(await labelNames(account)).toEqual(all)
  })

  test('a label that is added and removed at once is not attached, whether or not it existed', async () => {
    const { account, patch } = await known()
    await account.post('/v1/labels', { name: 'Cold' })
    for (const name of ['Cold', 'Unheard of'])
      expect((await patch({ addLabels: name, removeLabels: name })).json.labels).toEqual(['Hot'])
  })

  test('a change that leads to more than 100 labels is rejected; one that removes enough is accepted', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `Label ${i}`)
    const { account, patch } = await known({ labels: names })
    const stored = await stateOf(account)
    for (const change of [{ addLabels: 'More' }, { labels: [...names, 'More'] }]) {
      const answer = await patch(change)
      expect([answer.status, answer.json.errors]).toMatchObject([400, [{ code: 'too_many' }]])
    }
    expect(await stateOf(account)).toEqual(stored)
    const { labels } = (await patch({ addLabels: 'More', removeLabels: 'Label 0' })).json
    expect([labels.length, labels.includes('More')]).toEqual([100, true])
  })

  test('jobIds replaces the whole set, jobId adds to it', async () => {
    const { make, patch, now } = await known()
    const jobs = [await make('jobs'), await make('jobs'), await make('jobs')].sort()
    const [a, b, c] = jobs
    expect((await patch({ jobId: a })).json.jobIds).toEqual([a])
    expect((await patch({ jobIds: [c, b, c] })).json.jobIds).toEqual([b, c])
    expect((await patch({ jobIds: [c], jobId: a })).json.jobIds).toEqual([a, c])
    expect((await patch({ jobId: null, city: 'Here' })).json.jobIds).toEqual([a, c])
    expect((await patch({ jobIds: [] })).json.jobIds).toEqual([])
    expect((await patch({ jobId: b })).json.jobIds).toEqual([b])
    expect((await patch({ jobIds: null })).json.jobIds).toEqual([])
    expect((await now()).jobIds).toEqual([])
  })
})

describe('the stage', () => {
  test('changes to the given stage, or to the default of another pipeline; its own pipeline and null keep it', async () => {
    const { account, make, patch } = await known()
    const pipelineId = await make('pipelines', { stages: ['Lead', 'Won'] })
    const stages: { id: string; name: string }[] = (await account.get('/v1/stages')).json.items
    const id = (name: string) => stages.find((stage) => stage.name === name)?.id
    const moves: [change: object, stage: string][] = [
      [{ stageId: id('Offer') }, 'Offer'],
      [{ pipelineId: account.pipelineId }, 'Offer'],
      [{ stageId: null, pipelineId: '' }, 'Offer'],
      [{ pipelineId }, 'Lead'],
      [{ stageId: id('Won') }, 'Won'],
      [{ pipelineId }, 'Won'],
      [{ stageId: id('Hired'), pipelineId: 'pipe_nope' }, 'Hired'],
      [{ stageId: '', pipelineId }, 'Lead'],
    ]
    for (const [change, currentStage] of moves)
      expect((await patch(change)).json).toMatchObject({ currentStage, currentStageId: id(currentStage) })
  })
})

describe('phone and email', () => {
  test('an invalid phone keeps the old one, writes the rest and gives a message', async () => {
    const { patch } = await known()
    const { status, json } = await patch({ phone: '212-155-1234', city: 'Here' })
    expect([status, json]).toMatchObject([200, { phone: ANN.phone, city: 'Here' }])
    expect(json.message).toContain('212-155-1234')
  })

  test('another prospect’s phone is written, and the message names that prospect', async () => {
    const { account, patch } = await known()
    const other = (await account.prospect({ email: 'bob@example.com', phone: '646-555-0199' })).json
    const { status, json } = await patch({ phone: '646-555-0199' })
    expect([status, json.phone]).toEqual([200, '+16465550199'])
    expect(json.message).toContain(other.id)
  })

  test('another prospect’s email returns 409 with the id of that prospect, and nothing is written', async () => {
    const { account, patch } = await known()
    const other = (await account.prospect({ email: 'bob@example.com' })).json
    const stored = await stateOf(account)
    const answer = await patch({ email: 'BOB@example.com', city: 'Here', addLabels: 'New', newSourceName: 'New' })
    expectProblem(answer, 409, 'email_taken', ['conflictsWith'])
    expect(answer.json.conflictsWith).toBe(other.id)
    expect(await stateOf(account)).toEqual(stored)
  })

  test('an email of another account’s prospect is accepted', async () => {
    const { patch } = await known()
    await (await newAccount()).prospect({ email: 'bob@example.com' })
    expect((await patch({ email: 'bob@example.com' })).json.email).toBe('bob@example.com')
  })
})

test.each<[what: string, change: object]>([
  ['nothing', {}],
  [
    'values that it already has',
    { ...ANN, ...PROFILE, labels: ['HOT'], jobIds: null, addLabels: 'hot', removeLabels: 'Nope' },
  ],
  ['its email and phone in another spelling', { email: ' ANN@Example.com', phone: '(212) 555-0123' }],
  ['an invalid phone alone', { phone: 'call me' }],
  ['muteWebhook alone', { muteWebhook: true }],
])('a PATCH of %s writes nothing', async (_what, change) => {
  const { account, patch, before } = await known()
  const stored = await stateOf(account)
  const answer = await patch(change)
  expect([answer.status, { ...answer.json, message: null }]).toEqual([200, before])
  expect(costOf(answer)).toMatchObject({ trips: 1, written: 0 })
  expect(await stateOf(account)).toEqual(stored)
})

describe('unknown references', () => {
  test('are reported together, and nothing is written', async () => {
    const { account, make, patch } = await known()
    const jobId = await make('jobs')
    const stored = await stateOf(account)
    const fields = ['stageId', 'officeId', 'sourceId', 'userId', 'jobId']
    const unknown = Object.fromEntries(fields.map((field) => [field, `${field}_nope`]))
    const answer = await patch({ ...unknown, jobIds: ['job_nope', jobId, 'job_no'], labels: 'New', city: 'Here' })
    expect([answer.status, answer.json.code]).toEqual([422, 'unknown_reference'])
    expect(errorsOf(answer)).toEqual(
      [...fields, 'jobIds/0', 'jobIds/2'].map((field) => `body /${field} unknown_reference`).sort(),
    )
    expect(await stateOf(account)).toEqual(stored)
    expect(errorsOf(await patch({ pipelineId: 'pipe_nope' }))).toEqual(['body /pipelineId unknown_reference'])
  })

  test('in jobIds are reported by their index, also if they repeat', async () => {
    const { make, patch } = await known()
    const jobId = await make('jobs')
    expect(errorsOf(await patch({ jobIds: [jobId, jobId, 'job_nope'] }))).toEqual(['body /jobIds/2 unknown_reference'])
  })

  test.each(['', ' '])('a job id of %j is rejected', async (nothing) => {
    const { account, patch } = await known()
    const stored = await stateOf(account)
    const { status, json } = await patch({ jobIds: [nothing] })
    expect([400, 422]).toContain(status)
    expect(json.errors).toMatchObject([{ in: 'body', pointer: '/jobIds/0' }])
    expect(await stateOf(account)).toEqual(stored)
  })
})

test('an unknown id and an id of another account return 404', async () => {
  const { id, before } = await known()
  const other = await newAccount()
  for (const unknown of [id, 'prs_nope', 'x'])
    expectProblem(await other.call('PATCH', `/v1/prospects/${unknown}`, { city: 'Here' }), 404, 'not_found')
  expect(before.version).toBe(1)
})

test('the user is on the prospect and the timeline until another change', async () => {
  const { account, path, make, patch } = await known()
  const userId = await make('users')
  expect((await patch({ city: 'A', userId })).json).toMatchObject({ createdByUserId: null, updatedByUserId: userId })
  expect((await patch({ city: 'B', muteWebhook: true })).json.updatedByUserId).toBeNull()
  const { items } = (await account.get(`${path}/events?limit=2`)).json
  expect(items).toMatchObject([
    { muted: true, actor: { keyId: account.apiKey.id, userId: null }, data: { changes: { city: { from: 'A' } } } },
    { muted: false, actor: { keyId: account.apiKey.id, userId }, data: { changes: { city: { to: 'A' } } } },
  ])
})
