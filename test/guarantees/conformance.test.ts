import { describe, expect, test } from 'vitest'
import { newAccount } from '../support/api'
import { expectDescribed, expectDescribedWebhook } from '../support/conformance'

// `send` compares every response with the OpenAPI document. These tests show what that finds.

const JSON_TYPE = { 'content-type': 'application/json', 'x-request-id': 'r' }

async function aProspect() {
  const account = await newAccount()
  const { id } = (await account.prospect()).json
  return (await account.get(`/v1/prospects/${id}`)).json
}

const answer = (status: number, headers: object = {}) =>
  new Response(null, { status, headers: { ...JSON_TYPE, ...headers } })

const PROBLEM = {
  type: 'about:blank',
  title: 'Bad Request',
  status: 400,
  detail: 'limit: No.',
  code: 'invalid_input',
  requestId: 'r',
}
const problem = (status: number) => answer(status, { 'content-type': 'application/problem+json' })

test('what is described passes', async () => {
  const body = JSON.stringify(await aProspect())
  expect(() => expectDescribed('GET', '/v1/prospects/prs_x?a=1', answer(200, { etag: '"1"' }), body)).not.toThrow()
  expect(() => expectDescribed('GET', '/v1/prospects', problem(400), JSON.stringify(PROBLEM))).not.toThrow()
})

describe('what the document does not describe is found', () => {
  test.each<[string, (prospect: any) => void]>([
    ['a field that is missing', (prospect) => delete prospect.version],
    ['a field more', (prospect) => Object.assign(prospect, { age: 40 })],
    ['a null where there is none', (prospect) => Object.assign(prospect, { firstName: null })],
    ['another type', (prospect) => Object.assign(prospect, { createdAt: '2026-11-23' })],
    ['a value more', (prospect) => Object.assign(prospect, { licenseStatus: 'retired' })],
    ['another item', (prospect) => Object.assign(prospect, { labels: [1] })],
  ])('%s', async (_, spoil) => {
    const prospect = await aProspect()
    spoil(prospect)
    const found = answer(200, { etag: '"1"' })
    expect(() => expectDescribed('GET', '/v1/prospects/prs_x', found, JSON.stringify(prospect))).toThrow()
  })

  test.each<[string, string, string, Response, string]>([
    ['a status', 'GET', '/v1/prospects/prs_x', answer(202), '{}'],
    ['a header', 'GET', '/v1/prospects', answer(200, { location: '/x' }), '{}'],
    ['no bookmark', 'GET', '/health', answer(200, { 'server-timing': 'db' }), '{"status":"ok"}'],
    ['a type', 'GET', '/health', answer(200, { 'content-type': 'text/plain' }), 'ok'],
    ['a body', 'DELETE', '/v1/prospects/prs_x', answer(204), '{}'],
    ['no body', 'GET', '/health', answer(200), ''],
    [
      'no X-Request-Id',
      'GET',
      '/health',
      new Response(null, { headers: { 'content-type': 'application/json' } }),
      '{"status":"ok"}',
    ],
    ['an operation', 'PUT', '/v1/prospects', answer(200), '{}'],
    ['a path', 'GET', '/v1/nope', answer(200), '{}'],
    ['no header that is always there', 'GET', '/v1/prospects/prs_x', answer(304), ''],
    ['another code', 'GET', '/v1/prospects', problem(400), JSON.stringify({ ...PROBLEM, code: 'malformed_json' })],
    ['another status', 'GET', '/v1/prospects', problem(400), JSON.stringify({ ...PROBLEM, status: 422 })],
    [
      'another code of an error',
      'GET',
      '/v1/prospects',
      problem(400),
      JSON.stringify({ ...PROBLEM, errors: [{ in: 'query', pointer: '/limit', code: 'nope', message: 'No.' }] }),
    ],
    ['a 404 elsewhere that is no problem', 'GET', '/v1/nope', answer(404), '{}'],
    ['a 404 elsewhere without a code', 'GET', '/v1/nope', problem(404), '{"status":404}'],
    ['a 405 without Allow', 'PUT', '/v1/prospects', problem(405), JSON.stringify({ ...PROBLEM, status: 405 })],
    ['a page of another type', 'GET', '/docs', answer(200), '{}'],
  ])('%s', (_, method, path, response, text) => {
    expect(() => expectDescribed(method, path, response, text)).toThrow(/does not describe/)
  })
})

describe('the data of an event', () => {
  const event = {
    id: 'evt_1',
    type: 'prospect.deleted',
    timestamp: '2026-11-23T00:00:00.000Z',
    accountId: 'acct_1',
    data: { prospect: { id: 'prs_1' } },
    actor: { keyId: 'key_1', userId: null },
    source: 'api',
    muted: false,
  }
  const check = (spoilt: object) => () =>
    expectDescribed(
      'GET',
      '/v1/events',
      answer(200),
      JSON.stringify({ items: [{ ...event, ...spoilt }], nextPageToken: null }),
    )

  test('is that of its type', () => {
    expect(check({})).not.toThrow()
    for (const spoilt of [
      { type: 'ping', data: {} },
      { type: 'prospect.created' },
      { data: { prospect: { id: 'prs_1', bogus: [null] } } },
      { data: { prospect: { id: 'prs_1' }, nonsense: 1 } },
      { data: {} },
    ])
      expect(check(spoilt)).toThrow(/does not describe/)
  })
})

test('a webhook that the document does not describe is found', async () => {
  const prospect = await aProspect()
  delete prospect.message
  const envelope = {
    id: 'evt_1',
    type: 'prospect.created',
    timestamp: '2026-11-23T00:00:00.000Z',
    accountId: 'acct_1',
    data: { prospect },
  }
  const signed = {
    'content-type': 'application/json',
    'webhook-id': 'evt_1',
    'webhook-timestamp': '1795392000',
    'webhook-signature': 'v1,x',
  }
  const check =
    (spoilt: object, headers: object = {}) =>
    () =>
      expectDescribedWebhook(new Headers({ ...signed, ...headers }), JSON.stringify({ ...envelope, ...spoilt }))
  expect(check({})).not.toThrow()
  expect(check({ data: { prospect: { id: 'prs_1', erased: true } } })).not.toThrow()
  for (const spoilt of [{ type: 'prospect.lost' }, { data: {} }, { more: 1 }, { data: { prospect: { id: 'prs_1' } } }])
    expect(check(spoilt)).toThrow(/does not describe/)
  for (const headers of [{ 'content-type': 'text/plain' }, { 'webhook-id': 'evt_2' }, { 'webhook-signature': '' }])
    expect(check({}, headers)).toThrow(/does not describe/)
})
