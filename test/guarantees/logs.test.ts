import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import wrangler from '../../wrangler.toml?raw'
import { costOf, newAccount } from '../support/api'
import { callsTo } from '../support/configured'
import { breakD1 } from '../support/d1'
import {
  consume,
  dueDelivery,
  endpointAnswers,
  freeze,
  headersOf,
  pass,
  type Sent,
  thaw,
  tick,
} from '../support/endpoint'
import { eventually } from '../support/eventually'
import { asField, CV } from '../support/resume-files'
import { credential, pathOf, routesWith, validCall } from '../support/valid-calls'

/** The log may have ids and figures, but no personal data and no secret. */

const ON = { LOG_LEVEL: '' }
let lines: string[]
const linesOf = (message: string) => lines.map((line) => JSON.parse(line)).filter((line) => line.message === message)

beforeEach(() => {
  lines = []
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, level).mockImplementation((...texts) => void lines.push(texts.map(String).join(' ')))
})

afterEach(thaw)

/** Every text in a value that is neither an id nor short. */
function wordsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^[a-z]+_[0-9a-z]{20,}$/.test(value) || value.length < 5 ? [] : [value]
  return value && typeof value === 'object' ? Object.values(value).flatMap(wordsIn) : []
}

function expectNotLogged(...given: unknown[]) {
  const log = lines.join('\n')
  for (const word of wordsIn(given)) expect(log).not.toContain(word)
}

const PERSON = {
  firstName: 'Zebulon',
  lastName: 'Quackenbush',
  email: 'zebulon@example.com',
  phone: '(212) 555-0123',
  notes: 'Likes quiet streets',
  title: 'Beekeeper',
  company: 'Honeycomb Homes',
  streetAddress: '1 Hive Street',
  city: 'Apiary',
  postalCode: '10001-8362',
  labels: ['Sweet tooth'],
  newSourceName: 'A little bird',
}

test.each(routesWith(() => true))(
  '$name has one line, and one more for an error, without personal data',
  async (route) => {
    const account = await newAccount()
    await account.prospect({ ...PERSON, email: 'another@example.com' })
    const call = await validCall(route, account)
    if (route.name === 'GET /v1/prospects') Object.assign(call.query, { email: PERSON.email, name: PERSON.firstName })
    const key = credential(route, account)
    const given = [key, call.body, call.query, route.id && call.path, PERSON, 'theirs']
    const ask = () =>
      callsTo({ key }, ON)(route.method, pathOf(call), route.bytes?.[1] ?? call.body, {
        'idempotency-key': `theirs ${crypto.randomUUID()}`,
        ...(route.bytes && { 'content-type': route.bytes[0] }),
      })
    const caller = ['nobody', 'operator'].includes(route.needs)
      ? {}
      : { accountId: account.id, keyId: account.apiKey.id }
    lines = []

    const answer = await ask()
    expect(answer.status).toBe(route.answers)
    expect(linesOf('request')).toEqual([
      {
        level: 'info',
        message: 'request',
        requestId: answer.headers.get('x-request-id'),
        method: route.method,
        route: route.template,
        status: route.answers,
        ms: expect.any(Number),
        ...(answer.headers.has('server-timing') && costOf(answer)),
        ...caller,
      },
    ])
    const { secret, apiKey, key: newKey } = answer.json ?? {}
    expectNotLogged(given, secret, apiKey?.key, newKey, CV)

    lines = []
    breakD1(new Error(`D1_ERROR: no room: SQLITE_FULL`, { cause: new Error(PERSON.email) }))
    const { status } = await ask()
    const isFile = route.name === 'GET /openapi.json'
    expect(status).toBe(isFile ? 200 : 500)
    expect(linesOf('request')).toMatchObject([
      { route: route.template, status, ...(!isFile && { code: 'internal_error' }), ...caller },
    ])
    expect(lines.filter((line) => JSON.parse(line).level === 'error')).toHaveLength(isFile ? 0 : 1)
    expectNotLogged(given)
  },
)

test.each([
  ['GET', '/nowhere/zebulon@example.com?email=zebulon@example.com', 404, null, 'not_found'],
  ['PUT', '/health', 405, null, 'method_not_allowed'],
  ['GET', '/v1/prospects/prs_zebulon', 401, '/v1/prospects/:id', 'invalid_credential'],
  ['GET', '/v1/nothing/Zebulon', 401, null, 'invalid_credential'],
])('%s %s is logged as a %d of the route %j', async (method, path, status, pattern, code) => {
  await callsTo({ key: 'pro_of_zebulon' }, ON)(method, path)
  expect(linesOf('request')).toMatchObject([{ method, route: pattern, status, code }])
  expect(lines.join()).not.toMatch(/zebulon/i)
})

test('LOG_LEVEL=error logs errors only', async () => {
  const { key } = await newAccount()
  lines = []
  await callsTo({ key }, { LOG_LEVEL: 'error' })('GET', '/v1/me')
  expect(lines).toEqual([])
  breakD1(new Error('D1_ERROR: away'))
  await callsTo({ key }, { LOG_LEVEL: 'error' })('GET', '/v1/me')
  expect(lines).toHaveLength(1)
})

test('Cloudflare stores the log without its own lines, which contain whole URLs', () => {
  const [, kept] = /\n\[observability\.logs\]\n([^[]+)/.exec(wrangler) ?? []
  expect(kept?.trim().split('\n')).toEqual(expect.arrayContaining(['enabled = true', 'invocation_logs = false']))
})

describe('outside of requests', () => {
  const URL = 'https://hooks.example.com/hive?token=of-the-bees'

  test.each<[string, () => Response | Promise<Response>, object]>([
    ['a response', () => new Response('Zebulon was here', { status: 418 }), { status: 418 }],
    ['no connection', () => Promise.reject(new Error(`cannot reach ${URL}`)), { error: 'No connection.' }],
    ['a timeout', () => Promise.reject(new DOMException(URL, 'TimeoutError')), { error: 'No response in 15 s.' }],
  ])('each attempt of a delivery has a line: %s', async (_, answer, outcome) => {
    const sent = await freeze()
    const requests = endpointAnswers(answer)
    const { account, webhook } = await dueDelivery(PERSON)
    await account.call('PATCH', `/v1/webhooks/${webhook.id}`, { url: URL })
    await consume(sent, 'prospect-webhooks-slow', ON)
    const eventId = headersOf(requests.mock.calls[0] as Sent)['webhook-id']
    const line = { level: 'info', message: 'delivery', accountId: account.id, webhookId: webhook.id, eventId }
    expect(linesOf('delivery')).toEqual([{ ...line, attempt: 1, ...outcome, ms: expect.any(Number) }])
    pass(60_000)
    await consume(sent, 'prospect-webhooks', ON)
    await consume(sent, 'prospect-webhooks-slow', ON)
    expect(linesOf('delivery')[1]).toMatchObject({ eventId, attempt: 2, ...outcome })
    expectNotLogged(PERSON, URL, webhook.secret, 'Zebulon', 'of-the-bees', account.key)
  })

  test('a delivery that cannot be signed has an error line, and is not sent', async () => {
    const sent = await freeze()
    const requests = endpointAnswers(() => new Response())
    const { account, webhook } = await dueDelivery(PERSON)
    const ENCRYPTION_KEY = `2.${btoa('fedcba9876543210fedcba9876543210')}`
    await consume(sent, 'prospect-webhooks', { ...ON, ENCRYPTION_KEY })
    const line = { level: 'error', message: 'not signed', accountId: account.id, webhookId: webhook.id }
    expect(linesOf('not signed')).toMatchObject([{ ...line, eventId: expect.stringMatching(/^evt_/) }])
    expect([requests.mock.calls.length, linesOf('delivery')]).toEqual([0, []])
    expectNotLogged(PERSON, webhook.secret, ENCRYPTION_KEY)
  })

  test('a sweep logs each step, and how long the oldest delivery has waited', async () => {
    await freeze()
    // work that other tests have left ends at some time; then there is nothing to log
    await eventually(async () => {
      lines = []
      await tick(ON)
      expect(lines).toEqual([])
    })
    await dueDelivery(PERSON)
    pass(120_000)
    await tick(ON)
    expect(linesOf('sweep').filter(({ step }) => step === 'sweepDeliveries')).toEqual([
      {
        level: 'info',
        message: 'sweep',
        step: 'sweepDeliveries',
        database: '00',
        ms: expect.any(Number),
        trips: expect.any(Number),
        queries: expect.any(Number),
        read: expect.any(Number),
        written: 0,
        overdue: 1,
        oldestMs: 120_000,
      },
    ])
    expectNotLogged(PERSON)
  })

  test('a failed step of a sweep has a line, and the other steps run', async () => {
    breakD1(new Error('D1_ERROR: away'))
    await tick(ON)
    const steps = new Set(linesOf('sweep').map(({ step }) => step))
    expect(steps).toContain('sweepDeliveries')
    expect(steps).toContain('purgeImports')
    for (const { level, cause } of linesOf('sweep')) expect([level, cause]).toEqual(['error', 'D1_ERROR: away'])
  })

  test('a resume that is read has a line', async () => {
    await freeze()
    const account = await newAccount()
    const { id } = (await account.prospect({ ...PERSON, resume: asField(CV) })).json
    await consume([{ accountId: account.id, prospectId: id }], 'prospect-resumes', ON)
    const line = { level: 'info', message: 'resume', accountId: account.id, prospectId: id }
    expect(linesOf('resume')).toEqual([{ ...line, status: 'parsed', attempt: 1, ms: expect.any(Number) }])
    expectNotLogged(PERSON, CV, 'pat@example.com', env.ENCRYPTION_KEY)
  })
})
