import { type Schema, Validator } from '@cfworker/json-schema'
import document from '../public/openapi.json'

/** Headers that mean something to callers: an answer that has one says so in the document. */
const TELLING = ['location', 'etag', 'idempotent-replayed', 'retry-after', 'www-authenticate', 'server-timing']

interface Described {
  headers?: Record<string, unknown>
  content?: Record<string, { schema: Schema }>
}

const templates = Object.entries(
  document.paths as Record<string, Record<string, { responses: Record<string, Described> }>>,
).map(([template, methods]) => ({
  pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
  template,
  methods,
}))

/** No field that the document does not know: clients may ignore it, but we have to tell. */
const strict = <T>(schema: T): T =>
  JSON.parse(JSON.stringify(schema), (_, value) =>
    value?.properties && value.type === 'object' && value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value,
  )
const components = { schemas: strict(document.components.schemas) }

const validators = new Map<object, Validator>()
function validatorOf(schema: Schema): Validator {
  const known = validators.get(schema) ?? new Validator({ ...strict(schema), components } as Schema, '2020-12', false)
  validators.set(schema, known)
  return known
}

/** Throws if the document of the API does not describe this answer: its status, its headers, its type and its body. */
export function expectDescribed(method: string, path: string, response: Response, text: string): void {
  const pathname = path.replace(/[?#].*$/s, '')
  const found = templates.find(({ pattern }) => pattern.test(pathname))
  const operation = found?.methods[method === 'HEAD' ? 'get' : method.toLowerCase()]
  const fail: (what: string) => never = (what) => {
    throw new Error(
      `The document does not describe ${method} ${found?.template ?? pathname} ${response.status}: ${what}`,
    )
  }
  if (!operation) {
    const isPage = /^\/(docs(\/.*)?)?$/.test(pathname)
    if (!isPage && ![404, 405, 401, 413].includes(response.status)) fail('there is no such operation')
    return
  }
  const described = operation.responses[response.status]
  if (!described) fail('no such status')
  const headers = Object.keys(described.headers ?? {}).map((name) => name.toLowerCase())
  if (headers.includes('x-request-id') && !response.headers.has('x-request-id')) fail('there is no X-Request-Id')
  for (const name of TELLING) if (response.headers.has(name) && !headers.includes(name)) fail(`the header ${name}`)
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  if (method === 'HEAD') return
  if (!text) {
    if (described.content && /^$|[/+]json$/.test(type)) fail('there is no body')
    return
  }
  const content = described.content?.[type]
  if (!content) fail(`the type ${type}`)
  if (!/[/+]json$/.test(type)) return
  const { valid, errors } = validatorOf(content.schema).validate(JSON.parse(text))
  if (!valid)
    fail(
      `${errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`).join(' ')} ${text.slice(0, 500)}`,
    )
}

/** Throws if the document does not describe this body of a webhook. */
export function expectDescribedEnvelope(body: string): void {
  const envelope = JSON.parse(body)
  const webhook = (document.webhooks as Record<string, any>)[envelope.type]
  if (!webhook) throw new Error(`The document does not describe the webhook ${envelope.type}`)
  const { valid, errors } = validatorOf(webhook.post.requestBody.content['application/json'].schema).validate(envelope)
  if (valid) return
  const found = errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`).join(' ')
  throw new Error(`The document does not describe this ${envelope.type}: ${found} ${body.slice(0, 500)}`)
}
