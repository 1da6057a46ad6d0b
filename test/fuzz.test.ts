import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, expect, test, vi } from 'vitest'
import document from '../public/openapi.json'
import { type Account, type Answer, newAccount, send } from './api'
import { endpointAnswers, holdQueue } from './endpoint'
import { makeItem } from './items'
import { asField } from './resume-files'

/**
 * Requests made from the document of the API, right ones and spoilt ones. Right ones are accepted, spoilt ones are
 * refused with the field named, and none is ever a 5xx; `send` holds each answer against the document besides.
 * `npm run fuzz` is the long form, of other requests each time; `FUZZ_SEED` repeats a run.
 */
const CASES = Number(env.FUZZ_CASES)
const SEED = env.FUZZ_SEED === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(env.FUZZ_SEED)

type Json = any
interface Operation {
  method: string
  template: string
  parameters: { name: string; in: string; schema: Json; required?: boolean }[]
  body: Json | undefined
  needsKey: boolean
}

/** Less those that end the account that the others use, or the key. */
const ENDS = [
  'DELETE /admin/accounts/{id}',
  'PATCH /admin/accounts/{id}',
  'DELETE /v1/api-keys/{id}',
  'PUT /v1/prospects/{id}/resume',
]
const OPERATIONS: Operation[] = Object.entries(document.paths as Json).flatMap(([template, methods]: [string, Json]) =>
  Object.entries<Json>(methods)
    .filter(([method]) => !ENDS.includes(`${method.toUpperCase()} ${template}`))
    .map(([method, { parameters = [], requestBody, security }]) => ({
      method: method.toUpperCase(),
      template,
      parameters,
      body: requestBody?.content['application/json']?.schema,
      needsKey: security.length > 0,
    })),
)

let account: Account
/** Ids of what the account has, by the path that it is under. */
const ids: Record<string, string[]> = {}

beforeAll(async () => {
  vi.spyOn(console, 'error').mockReturnValue()
  holdQueue()
  endpointAnswers()
  account = await newAccount()
  for (const kind of ['pipelines', 'stages', 'labels', 'sources', 'offices', 'users', 'jobs'] as const)
    ids[kind] = [(await makeItem(account, kind, `First of ${kind}`)).id]
  ids.prospects = [(await account.prospect()).json.id, (await account.prospect()).json.id]
  const webhook = (await account.post('/v1/webhooks', { url: 'https://hooks.example.com' })).json.id
  ids.webhooks = [webhook]
  ids.deliveries = [(await account.post(`/v1/webhooks/${webhook}/ping`)).json.id]
  ids.accounts = [account.id]
})

const KINDS_OF: Record<string, string> = {
  stageId: 'stages',
  pipelineId: 'pipelines',
  userId: 'users',
  officeId: 'offices',
  sourceId: 'sources',
  jobId: 'jobs',
  jobIds: 'jobs',
  duplicateId: 'prospects',
}

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abcXYZ019 -_.,;:\'"<>&%$#@!?/\\{}[]()+*=|~^`') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('é', 'ß', 'İ', 'ñ', '中', '한', 'ع', '😀', '👩‍👩‍👧', '\u200f', '\ufeff', '\u0301'),
  },
)
const text = (min: number, max: number) =>
  fc
    .oneof(
      fc
        .array(character, { minLength: min, maxLength: Math.min(max, 24) })
        .map((chars) => [...chars.join('')].slice(0, max).join('')),
      fc.constant('x'.repeat(max)),
    )
    .filter((s) => [...s.trim()].length >= min)

/** Values that mean more than their schema can say. */
const MEANT: Record<string, fc.Arbitrary<Json>> = {
  email: fc.oneof(
    fc.emailAddress({ size: 'small' }).filter((s) => /^[\w.+-]{1,40}@[\w.-]+$/.test(s) && !/\.\.|^\.|\.@/.test(s)),
    fc.constantFrom('É.Ü@exämple.com', '', null),
  ),
  url: fc.constantFrom('https://hooks.example.com/in', 'https://EXAMPLE.org:443/?a=1'),
  defaultCountry: fc.constantFrom('US', 'de', 'GB'),
  licenseStatus: fc.constantFrom('not_started', 'licensed', '', null),
  since: fc.integer({ min: 0, max: 1_795_000_000_000 }),
  expiresAt: fc.constantFrom(null, 4_102_444_800_000),
  stages: fc.uniqueArray(text(1, 50), {
    minLength: 1,
    maxLength: 5,
    selector: (s) => s.trim().toLowerCase().toUpperCase(),
  }),
  labels: fc.oneof(text(0, 64), fc.array(text(0, 64), { maxLength: 5 }), fc.constant(null)),
  resume: fc.oneof(
    fc.constant(null),
    text(1, 200).map((s) => asField(`A text: ${s}`)),
  ),
  pageToken: fc.constant(undefined),
  after: fc.constantFrom(`evt_${'0'.repeat(21)}`, 'evt_x'),
  // few enough that some come again, for the same and for something else
  'Idempotency-Key': fc.oneof(fc.nat(20).map(String), fc.stringMatching(/^[!-~][ -~]{0,253}[!-~]$/)),
  'If-Match': fc.constantFrom('*', '1', '"1-0"', 'W/"1-0", "2-7"', '"x"', 'x,,"'),
  'If-None-Match': fc.constantFrom('*', '"1-0"', 'W/"1-0"', '"x", y'),
  label: fc.oneof(fc.constantFrom('Hot', 'hot,cold', ','), text(1, 64)),
}
MEANT.addLabels = MEANT.removeLabels = MEANT.labels as fc.Arbitrary<Json>

/** A right value for a field or a parameter. */
function right(name: string, schema: Json, path: string): fc.Arbitrary<Json> {
  if (path === '/v1/labels' && name === 'name') return text(1, 64).filter((s) => !s.includes(','))
  if (name === 'name' && path.includes('labels')) return text(1, 64).filter((s) => !s.includes(','))
  if (MEANT[name]) return MEANT[name]
  const kind = KINDS_OF[name]
  const known = fc.constantFrom(...((kind && ids[kind]) || ['x']), 'nope_1')
  if (name === 'jobIds') return fc.oneof(fc.uniqueArray(known, { maxLength: 3 }), fc.constant(null))
  if (kind) return known
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if ('const' in schema) return fc.constant(schema.const)
  const [type, nothing] = [schema.type].flat()
  const value: Record<string, () => fc.Arbitrary<Json>> = {
    string: () => text(schema.minLength ?? 0, schema.maxLength ?? 100),
    integer: () => fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 2 ** 40 }),
    boolean: () => fc.boolean(),
    array: () => fc.array(right('', schema.items, path), { minLength: schema.minItems ?? 0, maxLength: 4 }),
  }
  const some = (value[type] as () => fc.Arbitrary<Json>)()
  return nothing ? fc.oneof({ weight: 4, arbitrary: some }, { weight: 1, arbitrary: fc.constant(null) }) : some
}

/** What is done to a right request; the pointer of what is then wrong, if that can be said. */
const SPOILS = [
  'missing',
  'extra',
  'type',
  'size',
  'parameter',
  'header',
  'key',
  'json',
  'encoding',
  'media',
  'method',
] as const
type Spoil = 'nothing' | (typeof SPOILS)[number]

const requests = fc
  .tuple(
    fc.constantFrom(...OPERATIONS),
    fc.oneof(
      { weight: 5, arbitrary: fc.constant<Spoil>('nothing') },
      { weight: 5, arbitrary: fc.constantFrom(...SPOILS) },
    ),
    fc.nat(),
    fc.boolean(),
  )
  .chain(([operation, spoil, pick, isKnown]) => {
    const { template, parameters, body } = operation
    const optional = (name: string, schema: Json, required: boolean) =>
      required ? right(name, schema, template) : fc.option(right(name, schema, template), { nil: undefined, freq: 2 })
    const parametersIn = (where: string) =>
      fc.record(
        Object.fromEntries(
          parameters.filter((p) => p.in === where).map((p) => [p.name, optional(p.name, p.schema, false)]),
        ),
      )
    return fc.record({
      operation: fc.constant(operation),
      spoil: fc.constant(spoil),
      pick: fc.constant(pick),
      isKnown: fc.constant(isKnown),
      query: parametersIn('query'),
      headers: parametersIn('header'),
      body: fc.record(
        Object.fromEntries(
          Object.entries<Json>(body?.properties ?? {}).map(([name, schema]) => [
            name,
            optional(name, schema, body.required?.includes(name) ?? false),
          ]),
        ),
      ),
    })
  })

type Case = typeof requests extends fc.Arbitrary<infer T> ? T : never

/** Sends the case; `wrong` is the pointer of what was spoilt, null if nothing was, '' if it is no field. */
async function ask({
  operation,
  spoil,
  pick,
  isKnown,
  query,
  headers: conditions,
  body,
}: Case): Promise<{ answer: Answer; wrong: string | null }> {
  const { template, body: schema, needsKey } = operation
  const kind = template.split('/')[2] ?? ''
  const known = ids[kind] ?? ['x']
  const path = template.replace(
    '{id}',
    isKnown ? (known.at(-1 - (pick % Math.min(known.length, 4))) as string) : encodeURIComponent(`x${pick}`),
  )
  fc.pre(!path.includes(`/${body.duplicateId}/`)) // nobody is merged into themselves
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.append(name, String(value))
  let key = template.startsWith('/admin') ? env.ADMIN_TOKEN : account.key
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(conditions)) if (value !== undefined) headers[name] = value
  let { method } = operation
  let wrong: string | null = null
  let text = schema ? JSON.stringify(body) : undefined
  let type = 'application/json'
  const fields = Object.keys(schema?.properties ?? {})
  const at = fields[pick % fields.length] as string
  const spoilField = (value: Json) => {
    wrong = `/${at}`
    text = JSON.stringify({ ...body, [at]: value })
  }
  const needed: string[] = schema?.required ?? []
  if (spoil === 'missing' && needed.length > 0) {
    const name = needed[pick % needed.length] as string
    wrong = `/${name}`
    text = JSON.stringify({ ...body, [name]: undefined })
  } else if (spoil === 'extra' && schema) {
    wrong = '/nope'
    text = JSON.stringify({ ...body, nope: pick })
  } else if (spoil === 'type' && fields.length > 0) spoilField(at === 'resume' ? pick : { pick })
  else if (spoil === 'size' && schema?.properties[at]?.maxLength)
    spoilField('x'.repeat(schema.properties[at].maxLength + 1))
  else if (spoil === 'parameter') {
    wrong = '/nope'
    search.append('nope', String(pick))
  } else if (spoil === 'header' && operation.parameters.some((p) => p.name === 'Idempotency-Key')) {
    wrong = '/Idempotency-Key'
    headers['Idempotency-Key'] = ['', 'a\tb', 'x'.repeat(256)][pick % 3] as string
  } else if (spoil === 'key' && needsKey) {
    wrong = ''
    key = ['x', `${key}x`, key.slice(0, -1), 'Bearer'][pick % 4] as string
  } else if (spoil === 'json' && schema)
    [wrong, text] = ['', ['{', '[]', 'null', '"x"', '{"a":1}}', '{a:1}'][pick % 6] as string]
  else if (spoil === 'media' && fields.length > 0)
    [wrong, type] = ['', ['text/plain', 'application/xml', 'application/json; charset=latin1'][pick % 3] as string]
  else if (spoil === 'method') {
    method = ['PUT', 'OPTIONS', 'TRACE', 'PURGE'][pick % 2] as string
    wrong = ''
    text = undefined
  }
  const bytes =
    spoil === 'encoding' && text ? new Uint8Array([...new TextEncoder().encode(text.slice(0, -1)), 0xff, 0x7d]) : text
  if (bytes instanceof Uint8Array) wrong = ''
  const answer = await send(method, `${path}${search.size > 0 ? `?${search}` : ''}`, {
    key,
    body: bytes,
    headers: { ...headers, ...(bytes !== undefined && { 'content-type': type }) },
  })
  // what was made is there for the cases after this
  const made = answer.json?.id?.startsWith('dlv_') ? 'deliveries' : kind
  if ([201, 202].includes(answer.status) && answer.json?.id) ids[made]?.push(answer.json.id)
  return { answer, wrong }
}

test(`${CASES} requests (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      const { answer, wrong } = await ask(request)
      const told = JSON.stringify(answer.json?.errors ?? answer.json)
      expect(answer.status, told).toBeLessThan(500)
      if (wrong === null) expect([400, 405, 413, 415], told).not.toContain(answer.status)
      else {
        expect(answer.status, told).toBeGreaterThanOrEqual(400)
        expect(answer.headers.get('content-type')).toBe('application/problem+json')
        if (wrong && answer.status === 400 && answer.json.errors)
          expect(
            answer.json.errors.map(({ pointer }: { pointer: string }) => pointer.split('/').slice(0, 2).join('/')),
          ).toContain(wrong)
      }
    }),
    { numRuns: CASES, seed: SEED },
  )
})
