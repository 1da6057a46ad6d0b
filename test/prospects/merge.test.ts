import { describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { rowsOf } from '../support/d1'
import { errorsOf, expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'

const ADDRESS = { streetAddress: '1 Main St', city: 'Springfield', state: 'IL', postalCode: '62701' }
const WORK = { licenseStatus: 'licensed', notes: 'Notes', title: 'Agent', company: 'Acme' }
const PHONE = '+12125550123'

const pathOf = (id: string) => `/v1/prospects/${id}`
const merge = ({ post }: Account, id: string, duplicateId: string, more: object = {}) =>
  post(`${pathOf(id)}/merge`, { duplicateId, ...more })

/** An account with these prospects. The first has the email `a@example.com`, the second `b@example.com`, and so on. */
async function known(...bodies: object[]) {
  const account = await newAccount()
  const ids: string[] = []
  for (const [n, body] of bodies.entries())
    ids.push((await account.prospect({ email: `${'abc'[n]}@example.com`, ...body })).json.id)
  const [a = '', b = '', c = ''] = ids
  const get = async (id: string) => (await account.get(pathOf(id))).json
  return { account, a, b, c, get }
}

/** The rows, events and prospects of an account. They stay equal if nothing is written. */
const stateOf = async (account: Account) => [
  await rowsOf(account.id),
  await eventsOf(account),
  (await account.list('limit=1000')).json.prospects,
]

async function expectMergedInto(account: Account, id: string, mergedInto: string) {
  const answers = [
    await account.get(pathOf(id)),
    await account.get(`${pathOf(id)}/events`),
    await account.call('PATCH', pathOf(id), { city: 'Here' }),
    await account.call('DELETE', pathOf(id)),
    await merge(account, id, mergedInto),
  ]
  for (const answer of answers) {
    expectProblem(answer, 410, 'merged', ['mergedInto'])
    expect(answer.json.mergedInto).toBe(mergedInto)
  }
}

describe('the survivor', () => {
  test('keeps its own values', async () => {
    const { account, a, b, get } = await known(
      { firstName: 'Ann', lastName: 'Lee', phone: PHONE, ...ADDRESS, ...WORK },
      { firstName: 'Bob', lastName: 'Ray', phone: '646-555-0199', city: 'Other', title: 'Other', company: 'Other' },
    )
    const { version, updatedAt, ...before } = await get(a)
    const { status, json } = await merge(account, a, b)
    expect([status, json]).toMatchObject([200, { ...before, version: 2, message: null }])
    expect(await get(a)).toEqual(json)
    expect((await account.list()).json.totalCount).toBe(1)
  })

  test('gets the duplicate’s values in its blank fields', async () => {
    const { account, a, b, get } = await known({ email: null, city: 'Own' }, { phone: PHONE, ...ADDRESS, ...WORK })
    const officeId = (await account.post('/v1/offices', { name: 'Main' })).json.id
    const stages = (await account.get('/v1/stages')).json.items
    await account.call('PATCH', pathOf(b), { officeId, newSourceName: 'Zillow', stageId: stages[2].id })
    const { sourceId } = await get(b)
    const before = await get(a)
    const { json } = await merge(account, a, b)
    expect(json).toMatchObject({ ...ADDRESS, ...WORK, city: 'Own', officeId, sourceId })
    expect(json).toMatchObject({ email: 'b@example.com', phone: PHONE, currentStageId: before.currentStageId })
    expect(json.createdAt).toBe(before.createdAt)
    expect(await get(a)).toEqual(json)
    const found = ['email=b@example.com', `phone=${PHONE}`, 'title=agent', 'company=acme', `officeId=${officeId}`]
    for (const query of found) expect((await account.list(query)).json.prospects.map(({ id }) => id)).toEqual([a])
  })

  test('has the labels and jobs of both', async () => {
    const { account, a, b } = await known({ labels: 'Hot,Cold' }, { labels: 'cold,New' })
    const jobs: string[] = []
    for (const name of ['One', 'Two', 'Three']) jobs.push((await account.post('/v1/jobs', { name })).json.id)
    await account.call('PATCH', pathOf(a), { jobIds: jobs.slice(0, 2) })
    await account.call('PATCH', pathOf(b), { jobIds: jobs.slice(1) })
    const { json } = await merge(account, a, b)
    expect([json.labels, json.jobIds]).toEqual([['Cold', 'Hot', 'New'], jobs.sort()])
    for (const label of ['Hot', 'Cold', 'New']) expect((await account.list(`label=${label}`)).json.totalCount).toBe(1)
  })

  test('would have more than 100 labels: returns 400 and writes nothing', async () => {
    const numbered = (from: number, n: number) => Array.from({ length: n }, (_, i) => `Label ${from + i}`)
    const { account, a, b } = await known({ labels: numbered(0, 60) }, { labels: numbered(59, 42) })
    const stored = await stateOf(account)
    expect(errorsOf(await merge(account, a, b))).toEqual(['body /duplicateId too_many'])
    expect(await stateOf(account)).toEqual(stored)
    await account.call('PATCH', pathOf(b), { removeLabels: 'Label 100' })
    expect((await merge(account, a, b)).json.labels).toHaveLength(100)
  })

  test('has the events of both on its timeline, newest first, with the merge on top', async () => {
    const { account, a, b } = await known({}, {})
    await account.call('PATCH', pathOf(b), { city: 'B' })
    await account.call('PATCH', pathOf(a), { city: 'A', muteWebhook: true })
    const userId = (await account.post('/v1/users', { name: 'Uma' })).json.id
    const before = (await account.get('/v1/events')).json.items
    const { message, ...prospect } = (await merge(account, a, b, { userId })).json
    const { items } = (await account.get(`${pathOf(a)}/events`)).json
    expect(items.map((e: any) => [e.type, e.data.prospect.id])).toEqual([
      ['prospect.merged', a],
      ['prospect.updated', a],
      ['prospect.updated', b],
      ['prospect.created', b],
      ['prospect.created', a],
    ])
    expect(items[0]).toMatchObject({ source: 'merge', muted: false, actor: { keyId: account.apiKey.id, userId } })
    expect(items[0].data).toEqual({ prospect, mergedId: b })
    expect(prospect.updatedByUserId).toBe(userId)
    expect((await account.get('/v1/events')).json.items).toEqual([...before, items[0]])
  })
})

describe('the duplicate', () => {
  test('returns 410 with the id of the survivor', async () => {
    const { account, a, b } = await known({}, {})
    await merge(account, a, b)
    await expectMergedInto(account, b, a)
    expect((await (await newAccount()).get(pathOf(b))).status).toBe(404)
  })

  test.each<[what: string, given: object, matchedBy: string]>([
    ['its email', { email: 'B@example.com' }, 'email'],
    ['its phone', { phone: '646-555-0199' }, 'phone'],
    ['its email and phone', { email: 'b@example.com', phone: '646-555-0199' }, 'email'],
    ['the survivor’s email', { email: 'a@example.com' }, 'email'],
    ['the survivor’s phone', { phone: PHONE }, 'phone'],
  ])('is found as the survivor by %s', async (_what, given, matchedBy) => {
    const { account, a, b } = await known({ phone: PHONE }, { phone: '646-555-0199' })
    await merge(account, a, b)
    for (const update of [false, true]) {
      const { status, json } = await account.prospect({ ...given, update, ...(update && { city: 'Here' }) })
      expect([status, json]).toMatchObject([200, { id: a, matchedBy, city: update ? 'Here' : null }])
    }
    expect((await account.list()).json.totalCount).toBe(1)
    const query = new URLSearchParams(given as Record<string, string>)
    for (const filters of [`${query}`, `${query}&stage=New`])
      expect((await account.list(filters)).json).toMatchObject({ totalCount: 1, prospects: [{ id: a }] })
    expect((await account.list(`${query}&stage=Hired`)).json.totalCount).toBe(0)
  })

  test('is found as the survivor by an email that the survivor took over and gave up', async () => {
    const { account, a, b } = await known({ email: null }, {})
    await merge(account, a, b)
    expect((await account.call('PATCH', pathOf(a), { email: 'new@example.com' })).status).toBe(200)
    expect((await account.prospect({ email: 'b@example.com' })).json).toMatchObject({ id: a, matchedBy: 'email' })
  })

  test('with the phone and another email is another person, and may be the survivor', async () => {
    const { account, a, b } = await known({}, { phone: PHONE })
    await merge(account, a, b)
    const { status, json } = await account.prospect({ email: 'new@example.com', phone: PHONE })
    expect([status, json.potentialDuplicateId]).toEqual([201, a])
  })

  test('is found by its phone as the survivor without email, even if an older prospect with an email has the phone', async () => {
    const account = await newAccount()
    const ids: string[] = []
    for (const email of ['a@example.com', null]) {
      const id = (await account.prospect({ lastName: `Of ${email}`, email, phone: null })).json.id
      const duplicate = (await account.prospect({ email: `${ids.length}@duplicate.example`, phone: PHONE })).json.id
      expect((await account.call('PATCH', pathOf(duplicate), { email: null })).status).toBe(200)
      expect((await merge(account, id, duplicate)).status).toBe(200)
      await account.call('PATCH', pathOf(id), { phone: null })
      ids.push(id)
    }
    const { json } = await account.prospect({ email: 'new@example.com', phone: PHONE })
    expect(json).toMatchObject({ id: ids[1], matchedBy: 'phone' })
  })

  test('keeps its email: a third prospect that takes it gets 409, the survivor does not', async () => {
    const { account, a, b, c } = await known({}, { phone: PHONE }, {})
    await merge(account, a, b)
    const answer = await account.call('PATCH', pathOf(c), { email: 'b@example.com' })
    expect([answer.status, answer.json.conflictsWith]).toEqual([409, a])
    const phone = await account.call('PATCH', pathOf(c), { phone: PHONE })
    expect([phone.status, phone.json.message]).toEqual([200, expect.stringContaining(a)])
    expect((await account.call('PATCH', pathOf(a), { email: 'b@example.com' })).status).toBe(200)
  })
})

describe('further merges', () => {
  test('of a survivor into another prospect move its duplicates too', async () => {
    const { account, a, b, c, get } = await known({ phone: PHONE }, {}, {})
    await merge(account, b, a)
    expect((await merge(account, c, b)).status).toBe(200)
    await expectMergedInto(account, a, c)
    await expectMergedInto(account, b, c)
    for (const email of ['a@example.com', 'b@example.com', 'c@example.com'])
      expect((await account.prospect({ email })).json.id).toBe(c)
    expect((await account.prospect({ phone: PHONE })).json.id).toBe(c)
    expect((await get(c)).phone).toBe(PHONE)
    expect((await account.get(`${pathOf(c)}/events`)).json.items).toHaveLength(5)
    const stored = await stateOf(account)
    expect((await merge(account, c, a)).status).toBe(200)
    expect(await stateOf(account)).toEqual(stored)
  })

  test('of the same pair return the survivor and write nothing', async () => {
    const { account, a, b } = await known({}, {})
    const first = await merge(account, a, b)
    const stored = await stateOf(account)
    const again = await merge(account, a, b)
    expect([again.status, again.json]).toEqual([200, first.json])
    expect(await stateOf(account)).toEqual(stored)
  })
})

describe('rejected merges write nothing', () => {
  test.each<[what: string, duplicate: (p: Awaited<ReturnType<typeof known>>) => unknown, status: number]>([
    ['into itself', ({ a }) => a, 400],
    ['an unknown id', () => 'prs_nope', 422],
    ['an empty id', () => '', 422],
    ['null', () => null, 400],
    ['absent', () => undefined, 400],
    ['a number', () => 5, 400],
  ])('%s', async (_what, duplicate, status) => {
    const p = await known({}, {})
    const stored = await stateOf(p.account)
    const answer = await p.account.post(`${pathOf(p.a)}/merge`, { duplicateId: duplicate(p) })
    expect([answer.status, answer.json.errors]).toMatchObject([status, [{ in: 'body', pointer: '/duplicateId' }]])
    expect(await stateOf(p.account)).toEqual(stored)
  })

  test('a prospect of another account is unknown as either of the two; an unknown user is reported too', async () => {
    const [p, other] = [await known({}), await known({})]
    const stored = [await stateOf(p.account), await stateOf(other.account)]
    expect(errorsOf(await merge(p.account, p.a, other.a, { userId: 'usr_nope' }))).toEqual([
      'body /duplicateId unknown_reference',
      'body /userId unknown_reference',
    ])
    expectProblem(await merge(p.account, other.a, p.a), 404, 'not_found')
    expect([await stateOf(p.account), await stateOf(other.account)]).toEqual(stored)
  })

  test('a duplicate that was merged into another prospect returns 409 with the id of that prospect', async () => {
    const { account, a, b, c } = await known({}, {}, {})
    await merge(account, a, b)
    const stored = await stateOf(account)
    const answer = await merge(account, c, b)
    expectProblem(answer, 409, 'merged', ['conflictsWith'])
    expect(answer.json.conflictsWith).toBe(a)
    expect(await stateOf(account)).toEqual(stored)
  })
})

test('a muted merge is on the timeline and makes no deliveries', async () => {
  const { account, a, b } = await known({ muteWebhook: true }, { muteWebhook: true })
  await account.post('/v1/webhooks', { url: 'http://localhost:9/hook' })
  await merge(account, a, b, { muteWebhook: true })
  expect((await eventsOf(account)).at(-1)).toMatchObject({ type: 'prospect.merged', muted: 1, userId: null })
  expect((await rowsOf(account.id)).deliveries ?? 0).toBe(0)
})

describe('merges at once', { tags: 'scale' }, () => {
  test('ten merges of one pair merge it once', async () => {
    const { account, a, b } = await known({}, {})
    const answers = await Promise.all(Array.from({ length: 10 }, () => merge(account, a, b)))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect((await eventsOf(account)).filter(({ type }) => type === 'prospect.merged')).toHaveLength(1)
  })

  test('two merges into each other leave one prospect', async () => {
    const { account, a, b } = await known({}, {})
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? merge(account, a, b) : merge(account, b, a))),
    )
    const [survivor] = (await account.list('limit=10')).json.prospects.map(({ id }) => id)
    expect((await account.list()).json.totalCount).toBe(1)
    expect(answers.map(({ status }, n) => [n % 2 ? a : b, status])).toEqual(
      answers.map((_, n) => (n % 2 ? [a, survivor === a ? 200 : 410] : [b, survivor === b ? 200 : 410])),
    )
    await expectMergedInto(account, survivor === a ? b : a, survivor ?? '')
  })

  test('a merge and creates with the duplicate’s email create no new prospect', async () => {
    const { account, a, b } = await known({}, {})
    const create = (n: number) => account.prospect({ email: 'b@example.com', city: `City ${n}`, update: true })
    const answers = await Promise.all([create(1), create(2), merge(account, a, b), create(3), create(4)])
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200))
    for (const { json } of answers) expect([a, b]).toContain(json.id)
    expect((await account.list('limit=10')).json.prospects.map(({ id }) => id)).toEqual([a])
    expect((await account.prospect({ email: 'b@example.com' })).json.id).toBe(a)
  })
})
