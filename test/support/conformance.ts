import { dereference, initialBaseURI, type Schema, validate } from '@cfworker/json-schema'
import document from '../../public/openapi.json' with { type: 'json' }

/** Headers that mean something to callers: an answer that has one says so in the document. */
const TELLING = [
  'location',
  'etag',
  'idempotent-replayed',
  'retry-after',
  'www-authenticate',
  'server-timing',
  'x-d1-bookmark',
  'ratelimit-policy',
]

type Json = any

interface Described {
  headers?: Record<string, { required?: boolean }>
  content?: Record<string, { schema: Schema; examples?: Record<string, unknown> }>
}

/** The document with what it refers to in its place, but for schemas. */
const inPlace = (value: Json): Json =>
  typeof value?.$ref === 'string' && !value.$ref.startsWith('#/components/schemas/')
    ? inPlace(
        value.$ref
          .split('/')
          .slice(1)
          .reduce((of: Json, name: string) => of[name], document),
      )
    : Array.isArray(value)
      ? value.map(inPlace)
      : value && typeof value === 'object'
        ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inPlace(one)]))
        : value

const templates = Object.entries<Record<string, { responses: Record<string, Described> }>>(inPlace(document.paths))
  .map(([template, methods]) => ({
    pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
    template,
    methods,
  }))
  // a path without an id comes before one that also matches it
  .sort((a, b) => Number(a.template.includes('{')) - Number(b.template.includes('{')))

/**
 * No field that the document does not know: clients may ignore it, but we have to tell. And no examples: the `id` of one
 * would be taken for a schema's.
 */
const strict = <T>(schema: T): T =>
  JSON.parse(JSON.stringify(schema), (key, value) =>
    key === 'example'
      ? undefined
      : value?.properties && value.type === 'object' && value.additionalProperties === undefined
        ? { ...value, additionalProperties: false }
        : value,
  )

/** All schemas by their URI: those of the components, and each other one that was used, under a path of its own. */
const lookup = dereference({ components: { schemas: strict(document.components.schemas) } } as Schema)
const used = new Map<object, Schema>()

function lookUp(schema: Schema): Schema {
  const known = used.get(schema)
  if (known) return known
  const added = strict(schema)
  dereference(added, lookup, initialBaseURI, `/used/${used.size}`)
  used.set(schema, added)
  return added
}

/** What is wrong with a value; empty: nothing. */
function errorsOf(schema: Schema, value: unknown): string {
  const { valid, errors } = validate(value, lookUp(schema), '2020-12', lookup, false)
  return valid ? '' : errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`).join(' ')
}

const PROBLEM = document.components.schemas.Problem
const ERROR_CODES: string[] = PROBLEM.properties.errors.items.properties.code['x-extensible-enum']

/** What may be answered where there is no operation: by status, the codes, and the header that comes with it. */
const ELSEWHERE: Record<number, [codes: string[], header?: string]> = {
  401: [['missing_credential', 'invalid_credential'], 'www-authenticate'],
  404: [['not_found']],
  405: [['method_not_allowed'], 'allow'],
  413: [['body_too_large']],
  429: [['rate_limited'], 'retry-after'],
}

/** What is not as described in a problem with one of these codes; empty: nothing. */
function errorsOfProblem(response: Response, text: string, codes: string[]): string {
  const problem = JSON.parse(text)
  const unknown = (problem.errors ?? []).filter(({ code }: { code: string }) => !ERROR_CODES.includes(code))
  if (!codes.includes(problem.code)) return `the code ${problem.code}`
  if (problem.status !== response.status) return `the status ${problem.status}`
  if (unknown.length > 0) return `the errors ${JSON.stringify(unknown)}`
  return ''
}

/** The type of an answer, without its parameters. */
const typeOf = (response: Response) => response.headers.get('content-type')?.split(';')[0] ?? ''

/** A prospect with a value for each field. */
const PROSPECT = Object.fromEntries(
  Object.entries<Json>(document.components.schemas.Prospect.properties).map(([name, { example = null }]) => [
    name,
    example,
  ]),
)

/** The body of an answer. With `fields`, a list leaves out the other fields, as the parameter's description says. */
function bodyOf(text: string, url: URL): Json {
  const body = JSON.parse(text)
  if (!url.searchParams.has('fields') || !body.prospects) return body
  return { ...body, prospects: body.prospects.map((one: object) => ({ ...PROSPECT, ...one })) }
}

/** What of an answer the document does not describe: its status, its headers, its type or its body; empty: nothing. */
function undescribed(method: string, url: URL, response: Response, text: string): string {
  const { pathname } = url
  const { status, headers } = response
  const type = typeOf(response)
  const operation = templates.find(({ pattern }) => pattern.test(pathname))?.methods[
    method === 'HEAD' ? 'get' : method.toLowerCase()
  ]
  if (!operation) {
    if (method === 'OPTIONS' && status === 204) return headers.has('access-control-allow-methods') ? '' : 'no preflight'
    const isPage = /^\/(docs(\/.*)?)?$/.test(pathname)
    if (isPage && status < 400)
      return [302, 304].includes(status) || /^(text\/(html|css|javascript))$/.test(type)
        ? ''
        : `the page's type ${type}`
    const [codes, header] = ELSEWHERE[status] ?? []
    if (!codes) return 'there is no such operation'
    if (header && !headers.has(header)) return `there is no ${header}`
    if (method === 'HEAD') return ''
    if (type !== 'application/problem+json') return `the type ${type}`
    return errorsOf(PROBLEM as Schema, JSON.parse(text)) || errorsOfProblem(response, text, codes)
  }
  const described = operation.responses[status]
  if (!described) return 'there is no such status'
  for (const [name, { required }] of Object.entries(described.headers ?? {}))
    if (required && !headers.has(name)) return `there is no ${name}`
  const names = Object.keys(described.headers ?? {}).map((name) => name.toLowerCase())
  for (const name of TELLING) if (headers.has(name) && !names.includes(name)) return `the header ${name}`
  if (method === 'HEAD') return ''
  if (status < 400 && headers.has('server-timing') && !headers.has('x-d1-bookmark')) return 'there is no X-D1-Bookmark'
  const isJson = /^application\/(\w+\+)?json$/.test(type)
  if (!text) return described.content && (isJson || !type) ? 'there is no body' : ''
  const { schema, examples = {} } = described.content?.[type] ?? {}
  if (!schema) return `the type ${type}`
  if (!isJson) return ''
  return (
    errorsOf(schema, bodyOf(text, url)) || (status < 400 ? '' : errorsOfProblem(response, text, Object.keys(examples)))
  )
}

/** Throws if the document of the API does not describe this answer. `path` may have a query, or be the whole URL. */
export function expectDescribed(method: string, path: string, response: Response, text: string): void {
  const what = undescribed(method, new URL(path, 'https://api.example.com'), response, text)
  if (what)
    throw new Error(
      `The document does not describe ${method} ${path} ${response.status}: ${what} ${text.slice(0, 500)}`,
    )
}

/** An answer that can still be read. Throws if the document does not describe it. */
export async function described(request: Request, response: Response): Promise<Response> {
  expectDescribed(request.method, request.url, response, await response.clone().text())
  return response
}

/** Throws if the document does not describe this webhook: its headers and its body. */
export function expectDescribedWebhook(headers: Headers, body: string): void {
  const envelope = JSON.parse(body)
  const { post } = inPlace(document.webhooks)[envelope.type] ?? {}
  const fail: (what: string) => never = (what) => {
    throw new Error(`The document does not describe this ${envelope.type}: ${what} ${body.slice(0, 500)}`)
  }
  if (!post) fail('there is no such webhook')
  const type = headers.get('content-type') ?? ''
  const { schema } = post.requestBody.content[type] ?? {}
  if (!schema) fail(`the type ${type}`)
  for (const { name, required } of post.parameters) if (required && !headers.get(name)) fail(`there is no ${name}`)
  if (headers.get('webhook-id') !== envelope.id) fail(`the webhook-id ${headers.get('webhook-id')}`)
  const what = errorsOf(schema, envelope)
  if (what) fail(what)
}
