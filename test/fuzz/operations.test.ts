import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import { type Account, type ApiResponse, newAccount, operator, send } from '../support/api'
import { makeItem } from '../support/catalog-items'
import { makeField, TYPES } from '../support/custom-fields'
import { endpointAnswers, holdQueue } from '../support/endpoint'
import { asField } from '../support/resume-files'
import { applyEdits, edits, SEED, shareOf } from './cases'
import { type Mutation, mutationsOf, OPERATIONS, type Operation } from './operations'
import { BODIES, customKey, idOf, type Known, UNKNOWN, validObject, validValue } from './values'

/**
 * Requests made from the OpenAPI document, valid and invalid ones. Valid ones are accepted, invalid ones are rejected with
 * the field named, and none returns a 5xx. `send` also checks each response against the document. `npm run fuzz` is the
 * long form, with new requests each time; `FUZZ_SEED` repeats a run.
 */
const CASES = shareOf(0.63)

type Json = any

let account: Account
const known: Known = { events: [], etags: [] }

/** Makes an object of each kind. An operation may delete it, without harm to other objects. */
const MAKE: Record<string, () => Promise<string>> = {
  prospects: async () => (await account.prospect({ resume: asField('A text.') })).json.id,
  webhooks: async () => (await account.post('/v1/webhooks', { url: 'https://hooks.example.com' })).json.id,
  deliveries: async () => (await account.post(`/v1/webhooks/${await MAKE.webhooks?.()}/ping`)).json.id,
  duplicates: async () => {
    const body = { firstName: crypto.randomUUID(), company: 'Acme' }
    for (const n of [1, 2]) await account.prospect({ ...body, email: `${body.firstName}.${n}@example.com` })
    return (await account.get('/v1/duplicates?limit=1')).json.items[0].id
  },
  'api-keys': async () => (await account.post('/v1/api-keys', { name: 'Spare', scopes: ['read'] })).json.id,
  accounts: async () => (await operator('POST', '/admin/accounts', { name: 'Spare' })).json.id,
}
for (const kind of ['pipelines', 'stages', 'labels', 'sources', 'offices', 'users', 'jobs'] as const)
  MAKE[kind] = async () => (await makeItem(account, kind, `Made ${crypto.randomUUID()}`)).id
let fields = 0
MAKE.fields = async () => (await makeField(account, `made_${++fields}`, 'select')).id
/** Ids of fields that have no options. */
const withoutOptions = new Set<string>()

/** Makes objects until there are three of each kind. */
async function makeObjects() {
  for (const [kind, make] of Object.entries(MAKE)) {
    known[kind] ??= []
    while (known[kind].length < 3) known[kind].push(await make())
  }
}

beforeAll(async () => {
  vi.spyOn(console, 'error').mockReturnValue()
  holdQueue()
  endpointAnswers()
  account = await newAccount()
  for (const type of [...TYPES, 'user']) await makeField(account, customKey(type), type, { filterable: true })
})

const KIND_OF_PREFIX: Record<string, string> = {
  prs: 'prospects',
  pipe: 'pipelines',
  stg: 'stages',
  lbl: 'labels',
  src: 'sources',
  off: 'offices',
  usr: 'users',
  job: 'jobs',
  fld: 'fields',
  whk: 'webhooks',
  dlv: 'deliveries',
  dup: 'duplicates',
  acct: 'accounts',
  key: 'api-keys',
}
const pipelineOf = new Map<string, string>()

/** Adds the ids that a call created to `known`, for later cases, and removes those that it deleted. */
function learn({ method, kind }: Operation, { path, body }: Request, { status, headers, json }: ApiResponse) {
  if (headers.has('etag')) known.etags?.push(headers.get('etag') ?? '')
  if (status >= 300 || headers.has('idempotent-replayed')) return
  for (const { id } of json?.items ?? []) if (id.startsWith('evt_')) known.events?.push(id)
  const deleted = method === 'DELETE' ? path.split('/')[3] : (body.duplicateId as string | undefined)
  if (deleted) {
    for (const [of, ids] of Object.entries(known))
      known[of] = ids.filter(
        (id) =>
          id !== deleted &&
          pipelineOf.get(id) !== deleted &&
          !(/^(dlv|dup)_/.test(id) && id.includes(deleted.slice(4))),
      )
    return
  }
  if (kind === 'fields' && json?.options?.length === 0) withoutOptions.add(json.id)
  const made = KIND_OF_PREFIX[json?.id?.split('_')[0]] ?? ''
  if (json?.pipelineId) pipelineOf.set(json.id, json.pipelineId)
  if ((made === kind || made === 'deliveries') && !known[made]?.includes(json.id)) known[made]?.push(json.id)
}

/** A valid request. */
interface Request {
  path: string
  query: Record<string, Json>
  headers: Record<string, string | undefined>
  body: Record<string, Json>
  /** The media type of the body. */
  type: string
}

/** Valid requests to an operation, with ids that the account has now. */
function requestsTo({ template, kind, parameters, body, types }: Operation): fc.Arbitrary<Request> {
  const parametersIn = (where: string) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter((p) => p.in === where)
          .map(({ name, schema }) => {
            const value = validValue(name, schema, where, known, kind)
            return [name, fc.option(value, { nil: undefined, freq: 2 })]
          }),
      ),
    )
  const id = template.includes('{id}')
    ? idOf(known, kind, [
        `%00${UNKNOWN}`,
        `${UNKNOWN}%ff`,
        `%F0%9F%98%80${UNKNOWN}`,
        `${UNKNOWN}%2F..`,
        UNKNOWN.repeat(200),
      ])
    : fc.constant('')
  return fc
    .record({
      path: id.map((id) => template.replace('{id}', id)),
      query: parametersIn('query'),
      headers: parametersIn('header') as fc.Arbitrary<Request['headers']>,
      body: validObject(body ?? {}, known, kind) as fc.Arbitrary<Request['body']>,
      type: fc.constantFrom(...(types.length > 0 ? types : ['application/json'])),
    })
    .map((request) => {
      // a prospect cannot be merged into itself, nor an item reassigned to itself
      const { path, body, query } = request
      const others = (known[kind] ?? []).filter((id) => !path.includes(`/${id}`))
      if (path.includes(`/${body.duplicateId}/`)) body.duplicateId = others.at(-1)
      if (path.endsWith(`/${query.moveTo}`)) query.moveTo = others.at(-1)
      // only some fields have options
      if (kind === 'fields') {
        if (body.type?.endsWith('select')) body.options ??= ['A']
        else if (body.type || withoutOptions.has(path.split('/')[3] ?? '')) delete body.options
      }
      return request
    })
}

/** Whether the path and the query have no unknown id, which would be another reason to reject the request. */
const isKnown = ({ path, query }: Request) => !JSON.stringify([path, query]).includes(UNKNOWN)

async function ask(operation: Operation, { path, query, headers, body, type }: Request, mutation: Mutation) {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries({
    ...query,
    ...(mutation.parameter && { [mutation.parameter[0]]: undefined }),
  }))
    for (const one of [value].flat())
      if (one !== null && typeof one === 'object')
        for (const [entry, each] of Object.entries(one)) search.append(`${name}[${entry}]`, String(each))
      else if (one !== undefined && one !== null) search.append(name, String(one))
  for (const value of mutation.parameter?.[1] ?? []) search.append(mutation.parameter?.[0] ?? '', value)
  const key = path.startsWith('/admin') ? env.ADMIN_TOKEN : account.key
  const entries = Object.entries(body).filter(([name]) => name !== mutation.field?.[0])
  // not as an object literal: `__proto__` is a field like others
  const text =
    BODIES[type] ?? JSON.stringify(Object.fromEntries([...entries, ...(mutation.field ? [mutation.field] : [])]))
  const takesBody = operation.body || operation.types.length > 0
  return send(mutation.method ?? operation.method, `${path}?${[search, mutation.search].filter(String).join('&')}`, {
    key: mutation.key ? mutation.key(key) : key,
    ...(takesBody && !mutation.method && { body: mutation.raw ? mutation.raw(text) : text }),
    headers: Object.fromEntries(
      Object.entries({
        ...headers,
        ...(takesBody && { 'content-type': type }),
        ...(mutation.header && { [mutation.header[0]]: mutation.header[1] }),
      }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  })
}

/** Checks that a valid request was accepted, or rejected only for an unknown id or a conflict. */
function expectAccepted(
  { successes }: Operation,
  { path, query, headers, body }: Request,
  { status, text, json }: ApiResponse,
) {
  const conflicts = [409, 412]
  if (headers['Idempotency-Key'] !== undefined) conflicts.push(422)
  // not every prospect has a resume
  if (path.endsWith('/resume')) conflicts.push(404)
  if (path.includes(UNKNOWN)) expect([404, ...conflicts], text).toContain(status)
  else if (JSON.stringify([body, query]).includes(UNKNOWN))
    expect([...successes, 422, ...conflicts], text).toContain(status)
  else expect([...successes, ...conflicts], text).toContain(status)
  const isReplay = headers['Idempotency-Key'] !== undefined
  for (const result of isReplay ? [] : ((json?.results as Json[]) ?? []))
    expect(body.inputs[result.index].resume ? [400] : [200, 201, 409, 422], text).toContain(result.status)
}

function expectRejected({ status, at }: Mutation, response: ApiResponse) {
  expect(response.status, response.text).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  if (!at) return
  const named = response.json.errors.map((e: Json) => `${e.in} /${e.pointer.split('/')[1] ?? ''}`)
  expect([...new Set(named)], response.text).toEqual([at])
}

/** Sends a valid request, or its mutation, and checks the response. */
async function check(operation: Operation, request: Request, mutation?: Mutation): Promise<ApiResponse> {
  const response = await ask(operation, request, mutation ?? { status: 0 })
  expect(response.status, response.text).toBeLessThan(500)
  if (!mutation) expectAccepted(operation, request, response)
  // a random key may have been used before, and that rejection comes first
  else if (mutation.status && response.json?.code !== 'idempotency_key_reused') expectRejected(mutation, response)
  learn(operation, request, response)
  const pageToken = response.json?.nextPageToken
  if (pageToken) {
    const next = { ...request, query: { ...request.query, pageToken } }
    expectAccepted(operation, next, await ask(operation, next, { status: 0 }))
  }
  if (!mutation && response.status < 300 && request.headers['Idempotency-Key'] !== undefined) {
    const again = await ask(operation, request, { status: 0 })
    expect([again.status, again.headers.get('idempotent-replayed')], again.text).toEqual([response.status, 'true'])
  }
  return response
}

test('every success status in the document is returned', { timeout: 120_000 }, async () => {
  for (const operation of OPERATIONS) {
    const left = new Set(operation.successes)
    for (let round = 0; left.size > 0; round++) {
      expect(round, `${operation.method} ${operation.template} is never ${[...left]}`).toBeLessThan(60)
      await makeObjects()
      const [request] = fc.sample(requestsTo(operation), { seed: SEED + round, numRuns: 1 })
      left.delete((await check(operation, request as Request)).status)
    }
  }
})

test('every invalid value of a field or a parameter is rejected', { timeout: 120_000 }, async () => {
  await makeObjects()
  for (const operation of OPERATIONS) {
    // the request stays valid, because rejected calls change nothing
    const [request] = fc.sample(requestsTo(operation).filter(isKnown), { seed: SEED, numRuns: 1 })
    for (const mutation of mutationsOf(operation)) if (mutation.at) await check(operation, request as Request, mutation)
  }
})

/** Tokens that have a meaning in JSON. */
const JSON_TOKENS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    'null',
    '-',
    'e9',
    '1e999',
    '\\u0000',
    '\\ud800',
    '\0',
    '\xff',
    '\xc3',
    ' ',
  ],
  ...['"a":', '"__proto__":', '[['.repeat(30), '9'.repeat(400)],
]
const brokenBody = edits(JSON_TOKENS).map(
  (all): Mutation => ({ status: 0, raw: (text) => applyEdits(new TextEncoder().encode(text), all) }),
)

const cases = fc
  .constantFrom(...OPERATIONS, ...OPERATIONS.filter(({ kind }) => kind === 'prospects'))
  .chain((operation) => {
    const fixed = { operation: fc.constant(operation) }
    return fc.oneof(
      fc.record({ ...fixed, request: requestsTo(operation), mutation: fc.constant(undefined) }),
      fc.record({
        ...fixed,
        request: requestsTo(operation).filter(isKnown),
        mutation: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(...mutationsOf(operation)) },
          { weight: 1, arbitrary: brokenBody },
        ),
      }),
    )
  })

// fast-check does not shrink a failed case: each case changes the account, so a smaller one would meet other data
test(`${CASES} requests (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
  const property = fc.asyncProperty(cases, async ({ operation, request, mutation }) => {
    await check(operation, request, mutation)
    await makeObjects()
  })
  await fc.assert(property, { numRuns: CASES, seed: SEED, timeout: 10_000, endOnFailure: true })
})
