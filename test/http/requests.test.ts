import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { KINDS } from '../../src/catalog/kinds'
import { type ApiResponse, costOf, newAccount, operator, send } from '../support/api'
import { breakD1 } from '../support/d1'
import { errorsOf, expectProblem } from '../support/problem'

const JSON_TYPE = { 'content-type': 'application/json' }
const MIB = 1024 * 1024

describe('health', () => {
  const ask = () => send('GET', '/health')
  let now = Date.now()
  const pass = (ms: number) => {
    now += ms
    vi.setSystemTime(now)
  }
  const tripsOf = (answers: ApiResponse[]) => answers.map((answer) => costOf(answer).trips || 0)

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
    pass(60_000)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  test('is ok after a read of the database, which is shared for a second', async () => {
    const first = await ask()
    expect([first.status, first.json]).toEqual([200, { status: 'ok' }])
    pass(999)
    const second = await ask()
    expect([second.status, second.text]).toEqual([200, first.text])
    pass(1)
    expect(tripsOf([first, second, await ask()])).toEqual([1, 0, 1])
  })

  test('shares a read between callers at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, ask))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(tripsOf(answers).filter(Boolean)).toEqual([1])
  })

  test('is a 503 for all callers that share a failed read, and the next caller reads again', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    breakD1(new Error('D1_ERROR: away'))
    for (const { status } of await Promise.all(Array.from({ length: 5 }, ask))) expect(status).toBe(503)
    expect((await ask()).status).toBe(503)
    vi.restoreAllMocks()
    expect((await ask()).status).toBe(200)
  })

  test('is a 503 within a second after a database becomes unreachable', async () => {
    await ask()
    vi.spyOn(console, 'error').mockReturnValue()
    breakD1(new Error('D1_ERROR: away'))
    expect((await ask()).status).toBe(200)
    pass(1000)
    expect((await ask()).status).toBe(503)
  })
})

describe('bodies', () => {
  const utf8 = (text: string) => new TextEncoder().encode(text)

  test.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['half an object', '{"name":'],
    ['a trailing comma', '{"name":"A",}'],
    ['two values', '{} {}'],
    ['invalid UTF-8', new Uint8Array([...utf8('{"name":"'), 0xc3, 0x28, ...utf8('"}')])],
    ['an encoded surrogate', new Uint8Array([...utf8('{"name":"'), 0xed, 0xa0, 0x80, ...utf8('"}')])],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])],
  ])('%s is malformed JSON', async (_, body) => {
    const { call } = await newAccount()
    expectProblem(await call('POST', '/v1/labels', body, JSON_TYPE), 400, 'malformed_json')
  })

  test.each(['null', '[]', '"text"', '1', 'true'])('%s is JSON but not an object', async (body) => {
    const { call } = await newAccount()
    const answer = await call('POST', '/v1/labels', body, JSON_TYPE)
    expectProblem(answer, 400, 'invalid_input', ['errors'])
    expect(errorsOf(answer)).toEqual(['body  wrong_type'])
  })

  test('a byte order mark is skipped', async () => {
    const { call } = await newAccount()
    expect((await call('POST', '/v1/labels', utf8('\ufeff{"name":"Hot"}'), JSON_TYPE)).json.name).toBe('Hot')
  })

  test('an empty body is an empty object', async () => {
    const { call } = await newAccount()
    expect(errorsOf(await call('POST', '/v1/labels'))).toEqual(['body /name required'])
  })

  test.each([
    'application/json',
    'Application/JSON; Charset=UTF-8',
    'application/json;charset="utf-8"',
    'application/json ; charset=utf-8',
  ])('the type %s is accepted', async (type) => {
    const { call } = await newAccount()
    expect((await call('POST', '/v1/labels', '{"name":"Hot"}', { 'content-type': type })).status).toBe(201)
  })

  test.each([
    'text/plain',
    'text/json',
    'application/jsonp',
    'application/problem+json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=iso-8859-1',
    'application/json; charset="utf-16"',
  ])('the type %s is rejected', async (type) => {
    const { call } = await newAccount()
    const answer = await call('POST', '/v1/labels', '{"name":"Hot"}', { 'content-type': type })
    expectProblem(answer, 415, 'unsupported_media_type')
  })

  test('a body without a type is rejected', async () => {
    const { call } = await newAccount()
    expectProblem(await call('POST', '/v1/labels', utf8('{"name":"Hot"}')), 415, 'unsupported_media_type')
  })

  const padded = (bytes: number) => `{"name":"Hot"${' '.repeat(bytes - '{"name":"Hot"}'.length)}}`
  const streamed = (bytes: number) => new Response(padded(bytes)).body?.pipeThrough(new TransformStream())

  test.each<[string, (bytes: number) => unknown]>([
    ['with a content-length', padded],
    ['streamed', streamed],
  ])('a body of 1 MiB is accepted and one byte more is a 413, %s', async (_, body) => {
    const { call } = await newAccount()
    expect((await call('POST', '/v1/labels', body(MIB), JSON_TYPE)).status).toBe(201)
    expectProblem(await call('POST', '/v1/labels', body(MIB + 1), JSON_TYPE), 413, 'body_too_large')
  })
})

describe('rejected input', () => {
  test('is reported completely, across query and body', async () => {
    const { call } = await newAccount()
    const answer = await call('POST', '/v1/prospects?fisrtName=x&update=true', {
      firstName: 5,
      email: 'not an address',
      licenceStatus: 'licensed',
      labels: ['fine', 7],
      update: 'yes',
    })
    expectProblem(answer, 400, 'invalid_input', ['errors'])
    expect(errorsOf(answer)).toEqual([
      'body /email wrong_format',
      'body /firstName wrong_type',
      'body /labels wrong_type',
      'body /lastName required',
      'body /licenceStatus unknown_field',
      'body /update wrong_type',
      'query /fisrtName unknown_parameter',
      'query /update unknown_parameter',
    ])
    for (const { message } of answer.json.errors) expect(message).toEqual(expect.stringMatching(/./))
  })

  test('has an error for each parameter', async () => {
    const { get } = await newAccount()
    expect(errorsOf(await get('/v1/prospects?limit=0&nmae=x&stage=&name=a&name=b'))).toEqual([
      'query /limit out_of_range',
      'query /name wrong_type',
      'query /nmae unknown_parameter',
      'query /stage required',
    ])
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a/b', 'a~b'])(
    'the key %j is an unknown field and an unknown parameter like any other',
    async (key) => {
      const { call } = await newAccount()
      const pointer = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
      const body = `{"name":"Hot",${JSON.stringify(key)}:{"admin":true}}`
      const answer = await call('POST', `/v1/labels?${encodeURIComponent(key)}=1`, body, JSON_TYPE)
      expectProblem(answer, 400, 'invalid_input', ['errors'])
      expect(errorsOf(answer)).toEqual([`body ${pointer} unknown_field`, `query ${pointer} unknown_parameter`])
    },
  )

  test.each(['/health', '/v1/me', '/v1/prospects', '/v1/prospects/x', '/v1/api-keys', '/v1/webhooks', '/v1/jobs'])(
    'an unknown parameter of GET %s is reported',
    async (path) => {
      const { get } = await newAccount()
      expect(errorsOf(await get(`${path}?lmit=5`))).toEqual(['query /lmit unknown_parameter'])
    },
  )

  test.each(['0', '1001', '-1', '1.5', '1e2', '0x10', 'ten', '٣', '99999999999999999999', ''])(
    'limit=%s is out of range',
    async (limit) => {
      const { get } = await newAccount()
      for (const path of ['/v1/prospects', '/v1/labels', '/v1/api-keys', '/v1/webhooks'])
        expect((await get(`${path}?limit=${limit}`)).json.errors?.[0]).toMatchObject({ in: 'query', pointer: '/limit' })
    },
  )

  test.each(['x', 'e30', 'bnVsbA', 'WzEsMl0', '%00', "' OR 1=1 --", '😀', 'a'.repeat(900)])(
    'pageToken=%s is a 400, not a 500',
    async (token) => {
      const { get } = await newAccount()
      for (const path of ['/v1/prospects', '/v1/stages', '/v1/api-keys', '/v1/webhooks'])
        expect((await get(`${path}?pageToken=${token}`)).json.errors?.[0]).toMatchObject({ pointer: '/pageToken' })
    },
  )
})

describe('unknown paths, methods and ids', () => {
  test.each(['/nope', '/v1', '/v1/', '/v1/nope', '/v1/prospects/', '/v2/prospects', '/V1/prospects', '//v1/prospects'])(
    '%s is a 404',
    async (path) => {
      const { get } = await newAccount()
      expectProblem(await get(path), 404, 'not_found')
    },
  )

  test('the 404 of a path that ends in a slash says so', async () => {
    const { json } = await (await newAccount()).get('/v1/prospects/')
    expect(json).toMatchObject({ status: 404, detail: 'There is no such path: paths do not end in a slash.' })
  })

  test.each([
    ['PUT', '/v1/prospects', 'GET, HEAD, POST'],
    ['OPTIONS', '/v1/labels', 'GET, HEAD, POST'],
    ['GET', '/v1/api-keys/key_x', 'DELETE'],
    ['POST', '/v1/webhooks/whk_x', 'DELETE, GET, HEAD, PATCH'],
    ['POST', '/v1/me', 'GET, HEAD'],
    ['PATCH', '/v1/prospects/export', 'GET, HEAD'],
    ['POST', '/v1/prospects/export', 'GET, HEAD'],
    ['POST', '/health', 'GET, HEAD'],
  ])('%s %s is a 405 that allows %s', async (method, path, allowed) => {
    const { call } = await newAccount()
    const answer = await call(method, path)
    expectProblem(answer, 405, 'method_not_allowed')
    expect(answer.headers.get('allow')?.split(', ').sort().join(', ')).toBe(allowed)
  })

  test('HEAD responds like GET, without a body', async () => {
    const { call } = await newAccount()
    const answer = await call('HEAD', '/v1/prospects')
    expect([answer.status, answer.text]).toEqual([200, ''])
  })

  const PATHS = [
    ['GET', '/v1/prospects/'],
    ...KINDS.map(({ name }) => ['GET', `/v1/${name}/`]),
    ['GET', '/v1/webhooks/'],
    ['DELETE', '/v1/webhooks/'],
    ['DELETE', '/v1/api-keys/'],
  ] as const

  test.each([
    'prs_',
    '%00',
    'prs_%00',
    'a'.repeat(5000),
    "'",
    '%22',
    "x'%20OR%201=1%20--",
    '..%2f',
    '..%2f..%2fme',
    '%2e%2e%2fme',
    '%ff',
    '%ed%a0%80',
    '%',
    '%zz',
    '%F0%9F%98%80',
    '%0d%0aX-Evil:1',
    '*',
  ])('the malformed id %s is unknown', async (id) => {
    const { call } = await newAccount()
    for (const [method, path] of PATHS) expectProblem(await call(method, path + id), 404, 'not_found')
    for (const [method, rest] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/api-keys'],
    ] as const)
      expectProblem(await operator(method, `/admin/accounts/${id}${rest}`), 404, 'not_found')
  })

  test.each([
    ['with a NUL behind it', (id: string) => `${id}%00`],
    ['with a space behind it', (id: string) => `${id}%20`],
    ['in capitals', (id: string) => id.toUpperCase()],
    ['with a wildcard', (id: string) => `${id.slice(0, -1)}%25`],
  ])('an existing id with a change is unknown: %s', async (_, spoil) => {
    const { call, prospect, pipelineId, apiKey } = await newAccount()
    const { id } = (await prospect()).json
    expectProblem(await call('GET', `/v1/prospects/${spoil(id)}`), 404, 'not_found')
    expectProblem(await call('GET', `/v1/pipelines/${spoil(pipelineId)}`), 404, 'not_found')
    expectProblem(await call('DELETE', `/v1/api-keys/${spoil(apiKey.id)}`), 404, 'not_found')
  })
})
