import { describe, expect, test } from 'vitest'
import { newAccount } from './api'
import { expectDescribed, expectDescribedEnvelope } from './conformance'

// `send` holds every answer that any test gets against the document of the API; here is what that would find

const JSON_TYPE = { 'content-type': 'application/json', 'x-request-id': 'r' }

async function aProspect() {
  const account = await newAccount()
  const { id } = (await account.prospect()).json
  return (await account.get(`/v1/prospects/${id}`)).json
}

const answer = (status: number, headers: object = {}) =>
  new Response(null, { status, headers: { ...JSON_TYPE, ...headers } })

test('what is described passes', async () => {
  const body = JSON.stringify(await aProspect())
  expect(() => expectDescribed('GET', '/v1/prospects/prs_x?a=1', answer(200, { etag: '"1"' }), body)).not.toThrow()
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
    expect(() => expectDescribed('GET', '/v1/prospects/prs_x', answer(200), JSON.stringify(prospect))).toThrow()
  })

  test.each<[string, string, string, Response, string]>([
    ['a status', 'GET', '/v1/prospects/prs_x', answer(202), '{}'],
    ['a header', 'GET', '/v1/prospects', answer(200, { location: '/x' }), '{}'],
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
  ])('%s', (_, method, path, response, text) => {
    expect(() => expectDescribed(method, path, response, text)).toThrow(/does not describe/)
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
  const check = (spoilt: object) => () => expectDescribedEnvelope(JSON.stringify({ ...envelope, ...spoilt }))
  expect(check({})).not.toThrow()
  expect(check({ data: { prospect: { id: 'prs_1', erased: true } } })).not.toThrow()
  for (const spoilt of [{ type: 'prospect.lost' }, { data: {} }, { more: 1 }, { data: { prospect: { id: 'prs_1' } } }])
    expect(check(spoilt)).toThrow(/does not describe/)
})
