import { describe, expect, test } from 'vitest'
import { newAccount } from '../support/api'
import { rowsOf } from '../support/d1'
import { EXAMPLES, NO_TEXTS } from '../support/prospect-fields'

const codesOf = (answer: { json: any }) =>
  Object.fromEntries(answer.json.errors.map((e: any) => [`${e.in} ${e.pointer}`, e.code]))

describe('a new prospect', () => {
  test('stores every field, and GET returns the same as POST', async () => {
    const { post, get, ...account } = await newAccount()
    const pipeline = await post('/v1/pipelines', { name: 'Experienced', stages: ['Lead', 'Call'] })
    const stages = (await get('/v1/stages')).json.items
    const [office, source, job, user] = await Promise.all(
      ['offices', 'sources', 'jobs', 'users'].map(async (kind) => (await post(`/v1/${kind}`, { name: 'One' })).json.id),
    )
    const stage = stages.find((s: any) => s.name === 'Call')
    const profile = {
      ...EXAMPLES,
      email: 'jose@example.com',
      notes: 'Line one\nLine two',
      officeId: office,
      sourceId: source,
    }
    const answer = await account.prospect({
      ...profile,
      phone: '(212) 555-0123',
      stageId: stage.id,
      labels: ['Hot', 'Inbound'],
      userId: user,
      jobId: job,
    })
    const { id, createdAt } = answer.json
    const shown = {
      ...profile,
      id,
      phone: '+12125550123',
      currentStage: 'Call',
      currentStageId: stage.id,
      pipelineId: pipeline.json.id,
      labels: ['Hot', 'Inbound'],
      jobIds: [job],
      createdByUserId: user,
      updatedByUserId: user,
      resume: null,
      custom: {},
      version: 1,
      createdAt,
      updatedAt: createdAt,
      message: null,
    }
    expect(answer.status).toBe(201)
    expect(answer.json).toEqual({ ...shown, created: true, matchedBy: null, potentialDuplicateId: null })
    expect(answer.headers.get('location')).toBe(`/v1/prospects/${id}`)
    expect(id).toMatch(/^prs_/)
    expect(Math.abs(createdAt - Date.now())).toBeLessThan(60_000)
    const found = await get(`/v1/prospects/${id}`)
    expect([found.status, found.json]).toEqual([200, shown])
    expect((await account.list()).json.prospects).toEqual([{ ...shown, message: undefined }])
  })

  test('with a name only has null in all other fields, and the default stage', async () => {
    const account = await newAccount()
    const { json } = await account.prospect({ firstName: 'Ann', lastName: 'Lee' })
    expect(json).toEqual({
      id: json.id,
      firstName: 'Ann',
      lastName: 'Lee',
      email: null,
      phone: null,
      currentStage: 'New',
      currentStageId: expect.stringMatching(/^stg_/),
      pipelineId: account.pipelineId,
      labels: [],
      ...NO_TEXTS,
      sourceId: null,
      jobIds: [],
      createdByUserId: null,
      updatedByUserId: null,
      resume: null,
      custom: {},
      version: 1,
      createdAt: json.createdAt,
      updatedAt: json.createdAt,
      message: null,
      created: true,
      matchedBy: null,
      potentialDuplicateId: null,
    })
  })

  const optional = `${Object.keys(NO_TEXTS).join(' ')} email phone stageId pipelineId labels userId sourceId newSourceName jobId`
  test.each([
    ['null', null],
    ['""', ''],
  ])('with %s in every optional field equals one with a name only', async (_name, nothing) => {
    const account = await newAccount()
    const plain = (await account.prospect()).json
    const { status, json } = await account.prospect(
      Object.fromEntries(optional.split(' ').map((field) => [field, nothing])),
    )
    const { id, createdAt, updatedAt } = json
    expect([status, json]).toEqual([201, { ...plain, id, createdAt, updatedAt }])
  })

  test('does not match another prospect with the same name', async () => {
    const account = await newAccount()
    const [one, other] = [await account.prospect(), await account.prospect()]
    expect([one.status, other.status]).toEqual([201, 201])
    expect(one.json.id).not.toBe(other.json.id)
  })
})

describe('no such prospect', () => {
  test.each(
    ['prs_nope', '%20', '%00', '%ff', '%', '..%2f..', '😀', 'null', 'x'.repeat(500)].map((id) => [id.slice(0, 9), id]),
  )('is %s, as any unknown id', async (_name, id) => {
    const account = await newAccount()
    await account.prospect()
    expect(await account.get(`/v1/prospects/${id}`)).toMatchObject({ status: 404, json: { code: 'not_found' } })
  })

  test('returns 404 for a prospect of another account', async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    const { id } = (await other.prospect()).json
    const [theirs, unknown] = [await account.get(`/v1/prospects/${id}`), await account.get('/v1/prospects/prs_nope')]
    const { requestId, ...told } = theirs.json
    expect([theirs.status, told]).toEqual([404, { ...unknown.json, requestId: undefined }])
  })
})

describe('strings', () => {
  test.each([
    ['firstName', '  Ann  ', 'Ann'],
    ['firstName', 'Ann\tMarie\r\nSue', 'Ann Marie Sue'],
    ['lastName', '{"a": \'b\'}; --', '{"a": \'b\'}; --'],
    ['company', 'Zoë & Søn 😀 株式会社', 'Zoë & Søn 😀 株式会社'],
    ['title', ' \n ', null],
    ['notes', '  one\r\n\ttwo\rthree\n\nfour \n', 'one\n\ttwo\nthree\n\nfour'],
    ['email', ' Ann.LEE+x@Example.COM ', 'ann.lee+x@example.com'],
    ['email', 'JÖRG@Müller.example', 'jörg@müller.example'],
    ['licenseStatus', 'licensed', 'licensed'],
    ['licenseStatus', 'not_started', 'not_started'],
    ['licenseStatus', '', null],
  ])('%s: %j is stored as %j', async (field, given, kept) => {
    const account = await newAccount()
    const { status, json } = await account.prospect({ [field]: given })
    expect([status, (json as any)[field]]).toEqual([201, kept])
  })

  test.each([
    ['firstName', 100],
    ['lastName', 100],
    ['title', 200],
    ['company', 200],
    ['notes', 20_000],
    ['streetAddress', 200],
    ['city', 100],
    ['state', 100],
    ['postalCode', 20],
    ['newSourceName', 200],
  ])('%s has at most %d characters, after trimming', async (field, most) => {
    const account = await newAccount()
    expect((await account.prospect({ [field]: ` ${'😀'.repeat(most)} ` })).status).toBe(201)
    const refused = await account.prospect({ [field]: 'x'.repeat(most + 1) })
    expect([refused.status, codesOf(refused)]).toEqual([400, { [`body /${field}`]: 'too_long' }])
  })

  test.each(['plain', '@example.com', 'a@', 'a@b', 'a b@example.com', 'a@exa mple.com', 'a@@example.com', 'a@-x.com'])(
    '%j is no e-mail address',
    async (email) => {
      const refused = await (await newAccount()).prospect({ email })
      expect([refused.status, codesOf(refused)]).toEqual([400, { 'body /email': 'wrong_format' }])
    },
  )
})

describe('a phone', () => {
  test('without a country code is read as a number of the account’s country', async () => {
    const account = await newAccount({ defaultCountry: 'GB' })
    expect((await account.prospect({ phone: '020 7946 0958' })).json.phone).toBe('+442079460958')
  })

  test.each(['212-155-1234', '(012) 555-1234', 'call me', '9'.repeat(100)])(
    'that is invalid, %j, is left out with a warning that quotes it',
    async (phone) => {
      const account = await newAccount()
      const { status, json } = await account.prospect({ phone, email: 'ann@example.com' })
      expect([status, json.phone, json.email]).toEqual([201, null, 'ann@example.com'])
      expect(json.message).toContain(phone)
      expect((await account.get(`/v1/prospects/${json.id}`)).json).toMatchObject({ phone: null, message: null })
    },
  )

  test('loses its extension, with a warning', async () => {
    const { status, json } = await (await newAccount()).prospect({ phone: '212-555-0123 ext. 45' })
    expect([status, json.phone]).toEqual([201, '+12125550123'])
    expect(json.message).toContain('212-555-0123 ext. 45')
  })

  test('of more than 100 characters is rejected', async () => {
    const refused = await (await newAccount()).prospect({ phone: '9'.repeat(101) })
    expect([refused.status, codesOf(refused)]).toEqual([400, { 'body /phone': 'too_long' }])
  })
})

describe('a rejected body reports every invalid field, and nothing is written', () => {
  const written = { labels: 'New one', newSourceName: 'New source', email: 'ann@example.com' }

  test.each<[promise: string, body: object, errors: Record<string, string>]>([
    ['no first name', { firstName: undefined }, { 'body /firstName': 'required' }],
    ['an empty last name', { lastName: ' ' }, { 'body /lastName': 'required' }],
    ['null for a name', { firstName: null }, { 'body /firstName': 'wrong_type' }],
    ['a misspelt field', { compnay: 'Acme' }, { 'body /compnay': 'unknown_field' }],
    ['an unknown licence status', { licenseStatus: 'maybe' }, { 'body /licenseStatus': 'not_allowed' }],
    ['a control character', { city: 'a\u0000b' }, { 'body /city': 'control_character' }],
    ['a lone surrogate', { notes: 'a\ud800b' }, { 'body /notes': 'control_character' }],
    ['a control character in a label', { labels: ['a\u0007b'] }, { 'body /labels/0': 'control_character' }],
    ['a string for a flag', { update: 'true' }, { 'body /update': 'wrong_type' }],
    ['a number for an id', { stageId: 5 }, { 'body /stageId': 'wrong_type' }],
    ['a number for a phone', { phone: 2125550123 }, { 'body /phone': 'wrong_type' }],
    [
      'many at once',
      { firstName: '', lastName: undefined, email: 'x', phone: '9'.repeat(101), labels: 5, muteWebhook: 1, foo: 1 },
      {
        'body /firstName': 'required',
        'body /lastName': 'required',
        'body /email': 'wrong_format',
        'body /phone': 'too_long',
        'body /labels': 'wrong_type',
        'body /muteWebhook': 'wrong_type',
        'body /foo': 'unknown_field',
      },
    ],
  ])('%s', async (_promise, body, errors) => {
    const account = await newAccount()
    const before = await rowsOf(account.id)
    const refused = await account.prospect({ ...written, ...body })
    expect(refused).toMatchObject({ status: 400, json: { code: 'invalid_input' } })
    expect(codesOf(refused)).toEqual(errors)
    expect(await rowsOf(account.id)).toEqual(before)
  })

  test.each(['', '[]', 'null', '"text"', '{"firstName": "Ann", ', '{"firstName": "Ann"} x'])(
    'a body that is %j',
    async (body) => {
      const account = await newAccount()
      const before = await rowsOf(account.id)
      const refused = await account.call('POST', '/v1/prospects', body, { 'content-type': 'application/json' })
      expect([refused.status, refused.headers.get('content-type')]).toEqual([400, 'application/problem+json'])
      expect(await rowsOf(account.id)).toEqual(before)
    },
  )

  test('an unknown query parameter', async () => {
    const account = await newAccount()
    const refused = await account.post('/v1/prospects?update=true', { firstName: 'Ann', lastName: 'Lee' })
    expect([refused.status, codesOf(refused)]).toEqual([400, { 'query /update': 'unknown_parameter' }])
    expect((await account.list()).json.totalCount).toBe(0)
  })
})
