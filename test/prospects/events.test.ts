import { describe, expect, test } from 'vitest'
import { newAccount } from '../support/api'
import { rowsOf } from '../support/d1'
import { eventsOf } from '../support/recorded'

const ANN = { email: 'ann@example.com', phone: '+12125550123', city: 'Springfield', labels: 'Hot' }

/** One prospect, and a function that returns its events after the creation. */
async function known() {
  const account = await newAccount()
  const { id } = (await account.prospect(ANN)).json
  const make = async (kind: string, more: object = {}): Promise<string> =>
    (await account.post(`/v1/${kind}`, { name: 'Other', ...more })).json.id
  const update = (body: object) => account.prospect({ email: ANN.email, update: true, ...body })
  /** The prospect of a response, without the `message`, which events do not have. */
  const now = async () => {
    const { message, ...prospect } = (await account.get(`/v1/prospects/${id}`)).json
    return prospect
  }
  const news = async () => (await eventsOf(account)).slice(1)
  return { account, id, make, update, now, news }
}

describe('events', () => {
  test('prospect.created has the prospect right after the write, the key and the user', async () => {
    const account = await newAccount()
    const userId = (await account.post('/v1/users', { name: 'Uma' })).json.id
    const { id } = (await account.prospect({ ...ANN, userId, labels: ['Hot', 'Cold'], newSourceName: 'Zillow' })).json
    const { message, ...prospect } = (await account.get(`/v1/prospects/${id}`)).json
    expect(await eventsOf(account)).toEqual([
      {
        type: 'prospect.created',
        prospectId: id,
        muted: 0,
        keyId: account.apiKey.id,
        userId,
        source: 'api',
        data: { prospect },
      },
    ])
  })

  test('prospect.updated has the old and new values, and the prospect right after the write', async () => {
    const { account, id, make, update, now, news } = await known()
    const [officeId, jobId, userId] = [await make('offices'), await make('jobs'), await make('users')]
    await update({
      firstName: 'Ann',
      lastName: 'Doe',
      phone: null,
      city: 'Springfield',
      title: 'Agent',
      notes: 'Called',
      labels: 'Cold',
      newSourceName: 'Zillow',
      officeId,
      jobId,
      userId,
    })
    const prospect = await now()
    expect(await news()).toEqual([
      {
        type: 'prospect.updated',
        prospectId: id,
        muted: 0,
        keyId: account.apiKey.id,
        userId,
        source: 'api',
        data: {
          prospect,
          changes: {
            firstName: { from: 'Pat', to: 'Ann' },
            phone: { from: ANN.phone, to: null },
            title: { from: null, to: 'Agent' },
            notes: { from: null, to: 'Called' },
            labels: { from: ['Hot'], to: ['Cold', 'Hot'] },
            sourceId: { from: null, to: prospect.sourceId },
            officeId: { from: null, to: officeId },
            jobIds: { from: [], to: [jobId] },
          },
        },
      },
    ])
  })

  test.each(['licenseStatus', 'company', 'streetAddress', 'state', 'postalCode'])(
    'prospect.updated reports a change of %s',
    async (field) => {
      const { update, news } = await known()
      const to = field === 'licenseStatus' ? 'licensed' : 'New'
      await update({ [field]: to })
      await update({ [field]: null })
      expect((await news()).map(({ data }) => data.changes)).toEqual([
        { [field]: { from: null, to } },
        { [field]: { from: to, to: null } },
      ])
    },
  )

  test('prospect.updated reports an email that a match by phone added', async () => {
    const { account, id } = { ...(await known()) }
    await account.prospect({ phone: ANN.phone, email: null, update: true })
    await account.prospect({ ...ANN, email: 'new@example.com', update: true })
    expect((await eventsOf(account)).map(({ prospectId, data }) => [prospectId, data.changes])).toEqual([
      [id, undefined],
      [id, { email: { from: ANN.email, to: null } }],
      [id, { email: { from: null, to: 'new@example.com' } }],
    ])
  })

  test('a write that changes nothing, or has no update, makes no event', async () => {
    const { update, news } = await known()
    await update({ city: 'Springfield', labels: 'HOT', phone: '(212) 555-0123' })
    await update({ update: false, city: 'Elsewhere' })
    await update({ phone: 'call me' })
    expect(await news()).toEqual([])
  })

  test('each update has an event in its order, with the prospect right after that update', async () => {
    const { update, now, news } = await known()
    const seen: unknown[] = []
    for (const city of ['A', 'B', 'C']) {
      await update({ city })
      seen.push(await now())
    }
    expect((await news()).map(({ data }) => data.prospect)).toEqual(seen)
  })

  test('are separate for each account', async () => {
    const [{ account }, other] = [await known(), await newAccount()]
    expect(await eventsOf(other)).toEqual([])
    expect(await eventsOf(account)).toHaveLength(1)
  })
})

describe('a change of the stage', () => {
  async function moving() {
    const known_ = await known()
    const items: { id: string; name: string }[] = (await known_.account.get('/v1/stages')).json.items
    const stage = (name: string) => {
      const { id } = items.find((s) => s.name === name) ?? {}
      return { id, name }
    }
    return { ...known_, stage }
  }

  test('makes prospect.stage_changed with both stages, and no other event', async () => {
    const { account, id, update, now, news, stage } = await moving()
    await update({ stageId: stage('Offer').id })
    expect(await news()).toEqual([
      {
        type: 'prospect.stage_changed',
        prospectId: id,
        muted: 0,
        keyId: account.apiKey.id,
        userId: null,
        source: 'api',
        data: { prospect: await now(), previousStage: stage('New'), currentStage: stage('Offer') },
      },
    ])
  })

  test('makes prospect.updated too if another field changed', async () => {
    const { update, now, news, stage } = await moving()
    await update({ stageId: stage('Offer').id, city: 'Shelbyville' })
    const prospect = await now()
    const told = (await news()).map(({ type, data }) => ({ type, data }))
    expect(told).toHaveLength(2)
    expect(told).toContainEqual({
      type: 'prospect.updated',
      data: { prospect, changes: { city: { from: 'Springfield', to: 'Shelbyville' } } },
    })
    expect(told).toContainEqual({
      type: 'prospect.stage_changed',
      data: { prospect, previousStage: stage('New'), currentStage: stage('Offer') },
    })
    expect(prospect.version).toBe(2)
  })

  test('to the present stage makes no event', async () => {
    const { update, news, stage, account } = await moving()
    await update({ stageId: stage('New').id })
    await update({ pipelineId: account.pipelineId })
    expect(await news()).toEqual([])
  })
})

describe('a muted write', () => {
  test('is recorded as muted, and makes no deliveries', async () => {
    const { account, make, update, news, now } = await known()
    await account.post('/v1/webhooks', { url: 'http://localhost:9/hook' })
    await account.prospect({ email: 'bob@example.com', muteWebhook: true })
    const stageId = await make('stages', { pipelineId: account.pipelineId })
    await update({ city: 'Shelbyville', stageId, muteWebhook: true })
    const told = await news()
    expect(told.map(({ type, muted }) => [type, muted]).sort()).toEqual([
      ['prospect.created', 1],
      ['prospect.stage_changed', 1],
      ['prospect.updated', 1],
    ])
    expect(told.at(-1)?.data.prospect).toEqual(await now())
    expect((await rowsOf(account.id)).deliveries ?? 0).toBe(0)
  })

  test('does not mute the next write', async () => {
    const { update, news } = await known()
    await update({ city: 'A', muteWebhook: true })
    await update({ city: 'B', muteWebhook: false })
    await update({ city: 'C' })
    expect((await news()).map(({ muted }) => muted)).toEqual([1, 0, 0])
  })
})
