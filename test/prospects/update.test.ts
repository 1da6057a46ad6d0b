import { describe, expect, test } from 'vitest'
import { type Account, costOf, newAccount } from '../support/api'
import { rowsOf } from '../support/d1'
import { eventsOf } from '../support/recorded'

const ANN = { email: 'ann@example.com', phone: '+12125550123' }
const PROFILE = {
  licenseStatus: 'in_progress',
  notes: 'Old notes',
  title: 'Agent',
  company: 'Acme',
  streetAddress: '1 Main St',
  city: 'Springfield',
  state: 'IL',
  postalCode: '62701',
}
const OTHER_PROFILE = {
  licenseStatus: 'licensed',
  notes: 'New notes',
  title: 'Broker',
  company: 'Realty',
  streetAddress: '2 High St',
  city: 'Shelbyville',
  state: 'IN',
  postalCode: '46176',
}
const numbered = (n: number) => Array.from({ length: n }, (_, i) => `Label ${i}`)

/** A prospect with a value in every field, a function that updates it by its email, and a function that reads it. */
async function known(body: object = {}) {
  const account = await newAccount()
  const make = async (kind: string, more: object = {}): Promise<string> =>
    (await account.post(`/v1/${kind}`, { name: 'Other', ...more })).json.id
  const { json } = await account.prospect({ ...ANN, ...PROFILE, labels: 'Hot', newSourceName: 'Zillow', ...body })
  const now = async () => (await account.get(`/v1/prospects/${json.id}`)).json
  const update = (more: object = {}) => account.prospect({ email: ANN.email, update: true, ...more })
  return { account, make, update, now, before: await now() }
}

/** The rows, events and the prospect. They stay equal if nothing is written. */
const stateOf = async (account: Account, id: string) => [
  await rowsOf(account.id),
  await eventsOf(account),
  (await account.get(`/v1/prospects/${id}`)).json,
]

describe('without update', () => {
  test.each<[by: 'email' | 'phone', given: object]>([
    ['email', { email: 'ANN@example.com', update: false }],
    ['phone', { phone: '(212) 555-0123' }],
  ])(
    'a match by %s returns the unchanged prospect, in one round trip that writes nothing',
    async (matchedBy, given) => {
      const { account, before } = await known()
      const stored = await stateOf(account, before.id)
      const answer = await account.prospect({
        ...given,
        ...OTHER_PROFILE,
        firstName: 'Other',
        labels: ['New', 'Hot'],
        newSourceName: 'New',
        pipelineId: account.pipelineId,
        muteWebhook: true,
      })
      expect(answer.status).toBe(200)
      expect(answer.json).toEqual({ ...before, created: false, matchedBy, potentialDuplicateId: null })
      expect(answer.headers.get('location')).toBeNull()
      expect(costOf(answer)).toMatchObject({ trips: 1, written: 0 })
      expect(await stateOf(account, before.id)).toEqual(stored)
    },
  )

  test('an invalid phone gives a message, and nothing is written', async () => {
    const { account, before } = await known()
    const { status, json } = await account.prospect({ email: ANN.email, phone: '212-155-1234' })
    expect([status, json.phone]).toEqual([200, ANN.phone])
    expect(json.message).toContain('212-155-1234')
    expect((await account.get(`/v1/prospects/${before.id}`)).json).toEqual(before)
  })

  test('an unknown reference is reported too', async () => {
    const { account } = await known()
    expect((await account.prospect({ email: ANN.email, officeId: 'off_nope' })).status).toBe(422)
  })
})

describe('with update', () => {
  const field = (name: string) => [[name, PROFILE[name as keyof typeof PROFILE]]] as [string, string][]

  test.each(Object.keys(PROFILE).flatMap(field))('%s: absent keeps it, null and "" clear it', async (name, old) => {
    const { update } = await known()
    expect((await update()).json).toMatchObject({ [name]: old })
    for (const nothing of [null, '']) {
      const { status, json } = await update({ [name]: nothing })
      expect([status, json]).toMatchObject([200, { [name]: null }])
      expect((await update({ [name]: old })).json).toMatchObject({ [name]: old })
    }
  })

  test('given fields are overwritten, other fields and the id stay, and the version increases', async () => {
    const { account, update, now, before } = await known()
    const answer = await update({ firstName: 'Ann', lastName: 'Lee', ...OTHER_PROFILE })
    const { updatedAt, ...after } = answer.json
    expect(answer.status).toBe(200)
    expect(after).toEqual({
      ...before,
      ...OTHER_PROFILE,
      firstName: 'Ann',
      lastName: 'Lee',
      version: 2,
      updatedAt: undefined,
      created: false,
      matchedBy: 'email',
      potentialDuplicateId: null,
    })
    expect(updatedAt).toBeGreaterThanOrEqual(before.updatedAt)
    expect(await now()).toEqual({
      ...before,
      ...OTHER_PROFILE,
      firstName: 'Ann',
      lastName: 'Lee',
      version: 2,
      updatedAt,
    })
    expect(costOf(answer).trips).toBeLessThanOrEqual(2)
    expect((await account.list()).json.totalCount).toBe(1)
  })

  test('office, source and user: a value overwrites, absent keeps, null clears', async () => {
    const { make, update, before } = await known()
    const [officeId, sourceId, userId] = [await make('offices'), await make('sources'), await make('users')]
    expect((await update({ officeId, sourceId, userId })).json).toMatchObject({
      officeId,
      sourceId,
      createdByUserId: null,
      updatedByUserId: userId,
    })
    expect((await update({ city: 'Here' })).json).toMatchObject({ officeId, sourceId, updatedByUserId: null })
    expect((await update({ newSourceName: 'zillow' })).json.sourceId).toBe(before.sourceId)
    expect((await update({ sourceId, newSourceName: 'Ignored' })).json.sourceId).toBe(sourceId)
    expect((await update({ officeId: null, sourceId: '' })).json).toMatchObject({ officeId: null, sourceId: null })
  })

  test('labels are added, never removed', async () => {
    const { update } = await known()
    expect((await update({ labels: 'Cold,hot' })).json.labels).toEqual(['Cold', 'Hot'])
    for (const labels of [undefined, null, '', [], 'HOT'])
      expect((await update({ labels })).json.labels).toEqual(['Cold', 'Hot'])
  })

  test('labels that would be more than 100 together are rejected, and nothing is written', async () => {
    const { account, update, before } = await known({ labels: numbered(60) })
    const stored = await stateOf(account, before.id)
    const more = Array.from({ length: 41 }, (_, i) => `More ${i}`)
    const refused = await update({ labels: [...more, 'Label 1'], city: 'Elsewhere', newSourceName: 'New' })
    expect(refused).toMatchObject({
      status: 400,
      json: { errors: [{ in: 'body', pointer: '/labels', code: 'too_many' }] },
    })
    expect(await stateOf(account, before.id)).toEqual(stored)
    expect((await update({ labels: [...more.slice(1), 'Label 1'] })).json.labels).toHaveLength(100)
  })

  test('jobs are added, never removed', async () => {
    const { make, update } = await known()
    const jobs = [await make('jobs'), await make('jobs')]
    expect((await update({ jobId: jobs[0] })).json.jobIds).toEqual([jobs[0]])
    for (const jobId of [undefined, null, '', jobs[0]]) expect((await update({ jobId })).json.jobIds).toEqual([jobs[0]])
    expect((await update({ jobId: jobs[1] })).json.jobIds.sort()).toEqual(jobs.sort())
  })

  test('an unknown reference is reported, and nothing is written', async () => {
    const { account, update, before } = await known()
    const stored = await stateOf(account, before.id)
    expect((await update({ jobId: 'job_nope', labels: 'New', newSourceName: 'New', city: 'Here' })).status).toBe(422)
    expect(await stateOf(account, before.id)).toEqual(stored)
  })

  test('a request that changes nothing writes nothing, whatever user it names', async () => {
    const { account, make, update, now, before } = await known()
    const userId = await make('users')
    const stored = await stateOf(account, before.id)
    const answer = await update({
      ...PROFILE,
      phone: '(212) 555-0123',
      labels: ['HOT'],
      newSourceName: 'ZILLOW',
      pipelineId: account.pipelineId,
      stageId: before.currentStageId,
      userId,
      muteWebhook: true,
    })
    expect([answer.status, answer.json]).toMatchObject([200, before])
    expect(costOf(answer)).toMatchObject({ trips: 1, written: 0 })
    expect(await stateOf(account, before.id)).toEqual(stored)
    expect(await now()).toEqual(before)
  })

  test('without a match, a prospect is created', async () => {
    const { status, json } = await (await newAccount()).prospect({ ...ANN, update: true })
    expect([status, json.created, json.matchedBy]).toEqual([201, true, null])
  })
})

describe('email and phone of an update', () => {
  test('a prospect that matches by phone gets the email', async () => {
    const { account, before } = await known({ email: null })
    const { status, json } = await account.prospect({ ...ANN, update: true })
    expect([status, json]).toMatchObject([200, { id: before.id, matchedBy: 'phone', ...ANN }])
    expect((await account.list('email=ann@example.com')).json.totalCount).toBe(1)
  })

  test.each([undefined, null, ''])(
    'an email of %j keeps or clears the email of a prospect that matches by phone',
    async (email) => {
      const { account } = await known()
      const { json } = await account.prospect({ phone: ANN.phone, email, update: true })
      expect(json).toMatchObject({ matchedBy: 'phone', email: email === undefined ? ANN.email : null })
    },
  )

  test('a phone overwrites, null and "" clear it, absent keeps it', async () => {
    const { update } = await known()
    expect((await update({ phone: '646-555-0199' })).json.phone).toBe('+16465550199')
    expect((await update({ city: 'Here' })).json.phone).toBe('+16465550199')
    expect((await update({ phone: null })).json.phone).toBeNull()
    expect((await update({ phone: '646-555-0199' })).json.phone).toBe('+16465550199')
    expect((await update({ phone: '' })).json).toMatchObject({ phone: null, message: null })
  })

  test('an invalid phone keeps the old one, writes the rest and gives a message', async () => {
    const { update } = await known()
    const { status, json } = await update({ phone: '212-155-1234', city: 'Here' })
    expect([status, json]).toMatchObject([200, { phone: ANN.phone, city: 'Here' }])
    expect(json.message).toContain('212-155-1234')
  })

  test('an invalid phone leaves a blank phone blank', async () => {
    const { update } = await known({ phone: null })
    const { status, json } = await update({ phone: 'call me' })
    expect([status, json]).toMatchObject([200, { phone: null, version: 1 }])
    expect(json.message).toContain('call me')
  })

  test('an extension is dropped, with a warning', async () => {
    const { update } = await known()
    const { json } = await update({ phone: '646-555-0199 x7' })
    expect(json.phone).toBe('+16465550199')
    expect(json.message).toContain('646-555-0199 x7')
  })
})

describe('the stage of an update', () => {
  async function moved() {
    const { account, make, update } = await known()
    const second = await make('pipelines', { stages: ['Lead', 'Won'] })
    const items: { id: string; name: string }[] = (await account.get('/v1/stages')).json.items
    const stage = (name: string) => items.find((s) => s.name === name)?.id
    await update({ stageId: stage('Interview') })
    return { account, update, second, stage }
  }

  test.each<[promise: string, body: (p: Awaited<ReturnType<typeof moved>>) => object, stage: string]>([
    ['stays, if none is given', () => ({}), 'Interview'],
    ['stays, if null is given', () => ({ stageId: null, pipelineId: null }), 'Interview'],
    ['stays, if "" is given', () => ({ stageId: '', pipelineId: '' }), 'Interview'],
    ['stays, if the pipeline is the one it is in', ({ account }) => ({ pipelineId: account.pipelineId }), 'Interview'],
    ['is the default of another pipeline', ({ second }) => ({ pipelineId: second }), 'Lead'],
    ['is the one given', ({ stage }) => ({ stageId: stage('Offer') }), 'Offer'],
    ['is the one given, in another pipeline', ({ stage }) => ({ stageId: stage('Won') }), 'Won'],
    [
      'is the one given, whatever the pipeline',
      ({ stage, second }) => ({ stageId: stage('Offer'), pipelineId: second }),
      'Offer',
    ],
    [
      'is the one given, with an unknown pipeline',
      ({ stage }) => ({ stageId: stage('Won'), pipelineId: 'pipe_nope' }),
      'Won',
    ],
  ])('%s', async (_promise, body, name) => {
    const p = await moved()
    const { status, json } = await p.update(body(p))
    expect([status, json]).toMatchObject([200, { currentStage: name, currentStageId: p.stage(name) }])
  })

  test('is not reset by the same pipeline again', async () => {
    const { update, second, stage } = await moved()
    await update({ pipelineId: second })
    await update({ stageId: stage('Won') })
    expect((await update({ pipelineId: second })).json.currentStage).toBe('Won')
  })
})
