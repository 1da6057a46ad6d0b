import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import { type Account, type ApiResponse, newAccount, operator, send } from '../support/api'
import { endpointAnswers, holdQueue } from '../support/endpoint'
import { makeItem } from '../support/items'
import { asField } from '../support/resume-files'
import { edited, edits, SEED, shareOf } from './cases'
import { OPERATIONS, type Operation, type Spoil, spoilsOf } from './operations'
import { BODIES, idOf, type Known, right, rightObject, UNKNOWN } from './values'

/**
 * Requests made from the document of the API, right ones and spoilt ones. Right ones are accepted, spoilt ones are
 * refused with the field named, and none is ever a 5xx; `send` holds each answer against the document besides.
 * `npm run fuzz` is the long form, of other requests each time; `FUZZ_SEED` repeats a run.
 */
const CASES = shareOf(0.63)

type Json = any

let account: Account
const known: Known = { events: [], etags: [] }

/** Makes one of a kind; what an operation ends is never what the others live on. */
const MAKE: Record<string, () => Promise<string>> = {
  prospects: async () => (await account.prospect({ resume: asField('A text.') })).json.id,
  webhooks: async () => (await account.post('/v1/webhooks', { url: 'https://hooks.example.com' })).json.id,
  deliveries: async () => (await account.post(`/v1/webhooks/${await MAKE.webhooks?.()}/ping`)).json.id,
  'api-keys': async () => (await account.post('/v1/api-keys', { name: 'Spare', scopes: ['read'] })).json.id,
  accounts: async () => (await operator('POST', '/admin/accounts', { name: 'Spare' })).json.id,
}
for (const kind of ['pipelines', 'stages', 'labels', 'sources', 'offices', 'users', 'jobs'] as const)
  MAKE[kind] = async () => (await makeItem(account, kind, `Made ${crypto.randomUUID()}`)).id

/** Sees to it that there are some of each kind. */
async function stock() {
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
  whk: 'webhooks',
  dlv: 'deliveries',
  acct: 'accounts',
  key: 'api-keys',
}
const pipelineOf = new Map<string, string>()

/** Keeps what was made, for the cases after this, and drops what has gone. */
function learn({ method, kind }: Operation, { path, body }: Request, { status, headers, json }: ApiResponse) {
  if (headers.has('etag')) known.etags?.push(headers.get('etag') ?? '')
  if (status >= 300 || headers.has('idempotent-replayed')) return
  for (const { id } of json?.items ?? []) if (id.startsWith('evt_')) known.events?.push(id)
  const gone = method === 'DELETE' ? path.split('/')[3] : (body.duplicateId as string | undefined)
  if (gone) {
    for (const [of, ids] of Object.entries(known))
      known[of] = ids.filter(
        (id) => id !== gone && pipelineOf.get(id) !== gone && !(id.startsWith('dlv_') && id.endsWith(gone.slice(4))),
      )
    return
  }
  const made = KIND_OF_PREFIX[json?.id?.split('_')[0]] ?? ''
  if (json?.pipelineId) pipelineOf.set(json.id, json.pipelineId)
  if ((made === kind || made === 'deliveries') && !known[made]?.includes(json.id)) known[made]?.push(json.id)
}

/** A right request. */
interface Request {
  path: string
  query: Record<string, Json>
  headers: Record<string, string | undefined>
  body: Record<string, Json>
  /** Of its body. */
  type: string
}

/** Right requests to an operation, of what the account has now. */
function requestsTo({ template, kind, parameters, body, types }: Operation): fc.Arbitrary<Request> {
  const parametersIn = (where: string) =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter((p) => p.in === where)
          .map(({ name, schema }) => {
            const value = right(name, schema, where, known, kind)
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
      body: rightObject(body ?? {}, known, kind) as fc.Arbitrary<Request['body']>,
      type: fc.constantFrom(...(types.length > 0 ? types : ['application/json'])),
    })
    .map((request) => {
      // nobody is merged into themselves, and nothing moved to itself
      const { path, body, query } = request
      const others = (known[kind] ?? []).filter((id) => !path.includes(`/${id}`))
      if (path.includes(`/${body.duplicateId}/`)) body.duplicateId = others.at(-1)
      if (path.endsWith(`/${query.moveTo}`)) query.moveTo = others.at(-1)
      return request
    })
}

/** Whether its parameters name nothing that nobody has: there would be another reason to refuse it. */
const isKnown = ({ query }: Request) => !JSON.stringify(query).includes(UNKNOWN)

async function ask(operation: Operation, { path, query, headers, body, type }: Request, spoil: Spoil) {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...query, ...(spoil.parameter && { [spoil.parameter[0]]: undefined }) }))
    for (const one of [value].flat()) if (one !== undefined && one !== null) search.append(name, String(one))
  for (const value of spoil.parameter?.[1] ?? []) search.append(spoil.parameter?.[0] ?? '', value)
  const key = path.startsWith('/admin') ? env.ADMIN_TOKEN : account.key
  const entries = Object.entries(body).filter(([name]) => name !== spoil.field?.[0])
  // not as an object literal: `__proto__` is a field like others
  const text = BODIES[type] ?? JSON.stringify(Object.fromEntries([...entries, ...(spoil.field ? [spoil.field] : [])]))
  const takesBody = operation.body || operation.types.length > 0
  return send(spoil.method ?? operation.method, `${path}?${[search, spoil.search].filter(String).join('&')}`, {
    key: spoil.key ? spoil.key(key) : key,
    ...(takesBody && !spoil.method && { body: spoil.raw ? spoil.raw(text) : text }),
    headers: Object.fromEntries(
      Object.entries({
        ...headers,
        ...(takesBody && { 'content-type': type }),
        ...(spoil.header && { [spoil.header[0]]: spoil.header[1] }),
      }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  })
}

/** Throws if a right request was not accepted: nothing is unknown but what nobody has. */
function expectAccepted(
  { successes }: Operation,
  { path, query, headers, body }: Request,
  { status, text }: ApiResponse,
) {
  const conflicts = [409, 412]
  if (headers['Idempotency-Key'] !== undefined) conflicts.push(422)
  // not everybody has one
  if (path.endsWith('/resume')) conflicts.push(404)
  if (path.includes(UNKNOWN)) expect([404, ...conflicts], text).toContain(status)
  else if (JSON.stringify([body, query]).includes(UNKNOWN))
    expect([...successes, 422, ...conflicts], text).toContain(status)
  else expect([...successes, ...conflicts], text).toContain(status)
}

function expectRefused({ status, at }: Spoil, answer: ApiResponse) {
  expect(answer.status, answer.text).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  if (!at) return
  const named = answer.json.errors.map((e: Json) => `${e.in} /${e.pointer.split('/')[1] ?? ''}`)
  expect([...new Set(named)], answer.text).toEqual([at])
}

/** Sends a right request, or one that is spoilt, and looks at what is answered. */
async function check(operation: Operation, request: Request, spoil?: Spoil): Promise<ApiResponse> {
  const answer = await ask(operation, request, spoil ?? { status: 0 })
  expect(answer.status, answer.text).toBeLessThan(500)
  if (!spoil) expectAccepted(operation, request, answer)
  else if (spoil.status) expectRefused(spoil, answer)
  learn(operation, request, answer)
  const pageToken = answer.json?.nextPageToken
  if (pageToken) {
    const next = { ...request, query: { ...request.query, pageToken } }
    expectAccepted(operation, next, await ask(operation, next, { status: 0 }))
  }
  if (!spoil && answer.status < 300 && request.headers['Idempotency-Key'] !== undefined) {
    const again = await ask(operation, request, { status: 0 })
    expect([again.status, again.headers.get('idempotent-replayed')], again.text).toEqual([answer.status, 'true'])
  }
  return answer
}

test('every success that the document speaks of happens', { timeout: 120_000 }, async () => {
  for (const operation of OPERATIONS) {
    const left = new Set(operation.successes)
    for (let round = 0; left.size > 0; round++) {
      expect(round, `${operation.method} ${operation.template} is never ${[...left]}`).toBeLessThan(60)
      await stock()
      const [request] = fc.sample(requestsTo(operation), { seed: SEED + round, numRuns: 1 })
      left.delete((await check(operation, request as Request)).status)
    }
  }
})

test('no field and no parameter takes what is wrong', { timeout: 120_000 }, async () => {
  await stock()
  for (const operation of OPERATIONS) {
    // it stays right: what is refused changes nothing
    const [request] = fc.sample(requestsTo(operation).filter(isKnown), { seed: SEED, numRuns: 1 })
    for (const spoil of spoilsOf(operation)) if (spoil.at) await check(operation, request as Request, spoil)
  }
})

/** What means something to who reads JSON. */
const JSON_PIECES = [
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
const brokenBody = edits(JSON_PIECES).map(
  (changes): Spoil => ({ status: 0, raw: (text) => edited(new TextEncoder().encode(text), changes) }),
)

const cases = fc
  .constantFrom(...OPERATIONS, ...OPERATIONS.filter(({ kind }) => kind === 'prospects'))
  .chain((operation) => {
    const fixed = { operation: fc.constant(operation) }
    return fc.oneof(
      fc.record({ ...fixed, request: requestsTo(operation), spoil: fc.constant(undefined) }),
      fc.record({
        ...fixed,
        request: requestsTo(operation).filter(isKnown),
        spoil: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(...spoilsOf(operation)) },
          { weight: 1, arbitrary: brokenBody },
        ),
      }),
    )
  })

// what the account has differs from case to case: a case is not made smaller, it would meet another account
test(`${CASES} requests (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
  const property = fc.asyncProperty(cases, async ({ operation, request, spoil }) => {
    await check(operation, request, spoil)
    await stock()
  })
  await fc.assert(property, { numRuns: CASES, seed: SEED, timeout: 10_000, endOnFailure: true })
})
