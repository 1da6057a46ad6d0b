import * as z from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { app } from '../app'
import { requireOperator } from '../http/auth'
import type { Scope } from '../http/factory'
import { idempotent } from '../http/idempotency'
import { EVENT_DATA, envelopeOf, ProblemSchema } from './answers'
import { FIELDS, PARAMETERS } from './fields'
import { BYTES, OPERATIONS, type Operation, TAGS } from './operations'

/** What a mounted route takes and asks for, as its handlers say. */
interface Route {
  method: string
  path: string
  schemas: { json?: z.ZodType; query?: z.ZodType }
  scope?: Scope
  byOperator: boolean
  canBeRepeated: boolean
}

/** Pages for people; the document is for programs. */
const PAGES = ['/', '/docs', '/docs/*']

/** The routes that are mounted, each once, less the pages. */
export function mountedRoutes(): Route[] {
  const covers = (pattern: string, path: string) =>
    pattern === path || (pattern.endsWith('/*') && `${path}/`.startsWith(pattern.slice(0, -1)))
  const found = new Map<string, Route>()
  for (const { method, path } of app.routes) {
    if (method === 'ALL' || PAGES.includes(path)) continue
    const handlers = app.routes
      .filter((r) => (r.method === method && r.path === path) || (r.method === 'ALL' && covers(r.path, path)))
      .map((r) => r.handler as { scope?: Scope; schemas?: Route['schemas'] })
    const scope = handlers.find((h) => h.scope)?.scope
    found.set(`${method} ${path}`, {
      method,
      path,
      schemas: handlers.find((h) => h.schemas)?.schemas ?? {},
      ...(scope && { scope }),
      byOperator: handlers.some((h) => h === (requireOperator as unknown)),
      canBeRepeated: handlers.some((h) => h === (idempotent as unknown)),
    })
  }
  return [...found.values()]
}

const HEADERS = {
  'X-Request-Id': { description: 'Names this call; tell it when you ask us.', schema: { type: 'string' } },
  'Server-Timing': {
    description: 'What the call cost the database: milliseconds, round trips, rows read and written.',
    schema: { type: 'string' },
  },
  'Idempotent-Replayed': { description: '`true` if the call had been made before.', schema: { const: 'true' } },
  ETag: { description: 'Changes with the prospect, and with names in the catalog.', schema: { type: 'string' } },
  'Content-Disposition': { description: 'The name to save it under (RFC 6266).', schema: { type: 'string' } },
  Location: { description: 'Where it is read.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'string' } },
  'WWW-Authenticate': { description: 'What is wrong with the credential (RFC 6750).', schema: { type: 'string' } },
} as const

type HeaderName = keyof typeof HEADERS
const headersNamed = (names: HeaderName[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** What a refusal means, by status, and what comes with it. */
const REFUSALS: Record<number, [means: string, headers?: HeaderName[]]> = {
  400: ['The input is wrong; `errors` names everything that is.'],
  401: ['No credential, or one that is unknown, expired or revoked.', ['WWW-Authenticate']],
  403: ['The key lacks the scope, or the account is suspended.', ['WWW-Authenticate']],
  404: ['The account has no such thing.'],
  409: ['It conflicts with what is there; `conflictsWith` names that.'],
  410: ['The prospect was merged into another, `mergedInto`.'],
  412: ['`If-Match` names another version.'],
  413: ['The body is too large.'],
  415: ['The body is not said to be JSON.'],
  422: ['It names what the account does not have, or an `Idempotency-Key` is used for something else.'],
  500: ['Something went wrong on our side; `requestId` names it.'],
  503: ['Not now; nothing was written. Ask again.', ['Retry-After']],
}

/** Every refusal of an operation: by status, the codes. */
function refusalsOf({ schemas, scope, byOperator, canBeRepeated, path }: Route, operation: Operation) {
  const codes: Record<number, string[]> = { ...operation.refusals, 400: ['invalid_input'], 500: ['internal_error'] }
  const add = (status: number, ...more: string[]) => {
    codes[status] = [...(codes[status] ?? []), ...more]
  }
  if (scope || byOperator) add(401, 'missing_credential', 'invalid_credential')
  if (scope) add(403, 'insufficient_scope', 'account_suspended')
  if (path.includes(':id') || byOperator) add(404, 'not_found')
  if (schemas.json) {
    add(400, 'malformed_json')
    add(413, 'body_too_large')
    add(415, 'unsupported_media_type')
  }
  if (canBeRepeated) {
    add(409, 'still_running')
    add(422, 'idempotency_key_reused')
  }
  return Object.fromEntries(Object.entries(codes).filter(([, some]) => some.length > 0))
}

const IDEMPOTENCY_KEY = z.string().min(1).max(255).optional().meta({
  description: 'Lets the call be repeated for 24 hours: 1 to 255 printable ASCII characters.',
  example: 'a1b2',
})
const PATH = z.object({
  id: z.string().meta({ description: 'Ids are opaque; one that is malformed is an unknown one.' }),
})
const CONDITIONS = {
  'If-Match': z.string().optional().meta({ description: 'An `ETag`, or a version: only if it is still so.' }),
  'If-None-Match': z.string().optional().meta({ description: 'An `ETag`: only if it is no longer so.' }),
}

function toOperation(route: Route, operation: Operation): ZodOpenApiOperationObject {
  const { schemas, scope, byOperator, canBeRepeated, path } = route
  const always: HeaderName[] = ['X-Request-Id', 'Server-Timing']
  const sees = { ...(canBeRepeated && { 'Idempotency-Key': IDEMPOTENCY_KEY }) } as Record<string, z.ZodType>
  for (const name of operation.conditions ?? []) sees[name] = CONDITIONS[name]
  const responses = Object.fromEntries([
    ...Object.entries(operation.answers).map(
      ([status, [description, schema, headers = [], types = ['application/json']]]) => [
        status,
        {
          description,
          headers: headersNamed([
            ...always,
            ...((canBeRepeated ? ['Idempotent-Replayed'] : []) as HeaderName[]),
            ...(headers as HeaderName[]),
          ]),
          ...(schema && { content: Object.fromEntries(types.map((type) => [type, { schema }])) }),
        },
      ],
    ),
    ...Object.entries(refusalsOf(route, operation)).map(([status, codes]) => {
      const [means, headers = []] = REFUSALS[Number(status)] ?? ['']
      return [
        status,
        {
          description: `${means} \`code\`: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
          headers: headersNamed([...always, ...headers]),
          content: { 'application/problem+json': { schema: ProblemSchema } },
        },
      ]
    }),
  ])
  return {
    operationId: operation.operationId,
    tags: [operation.tag],
    summary: operation.summary,
    ...((operation.description || scope) && {
      description: [operation.description, scope && `Needs a key with the scope \`${scope}\`.`]
        .filter(Boolean)
        .join('\n\n'),
    }),
    security: byOperator ? [{ operatorToken: [] }] : scope ? [{ apiKey: [] }] : [],
    requestParams: {
      ...(path.includes(':id') && { path: PATH }),
      ...(schemas.query && { query: schemas.query as z.ZodObject }),
      ...(Object.keys(sees).length > 0 && { header: z.object(sees) }),
    },
    ...(schemas.json && {
      requestBody: {
        required: operation.example !== undefined,
        content: {
          'application/json': { schema: schemas.json, ...(operation.example && { example: operation.example }) },
        },
      },
    }),
    ...(operation.bodyTypes && {
      requestBody: {
        required: true,
        content: Object.fromEntries(operation.bodyTypes.map((type) => [type, { schema: BYTES }])),
      },
    }),
    responses,
  } as ZodOpenApiOperationObject
}

/** The document of the API, OpenAPI 3.1. `guide` is its introduction, in Markdown. Throws where a route is not described. */
export function createApiDocument(guide: string) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  const order = Object.keys(OPERATIONS)
  const routes = mountedRoutes().sort((a, b) => place(a) - place(b))
  function place({ method, path }: Route) {
    const at = order.indexOf(`${method} ${path}`)
    if (at < 0) throw new Error(`${method} ${path} is mounted and not described`)
    return at
  }
  for (const name of order)
    if (!routes.some(({ method, path }) => `${method} ${path}` === name))
      throw new Error(`${name} is described and not mounted`)
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = toOperation(
      route,
      OPERATIONS[`${route.method} ${route.path}`] as Operation,
    )
  }
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Prospects API',
        version: '1',
        summary: 'Create, update, find and manage the people a brokerage may hire.',
        description: guide,
        license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
      },
      servers: [{ url: '/', description: 'This service.' }],
      tags: [...TAGS],
      paths: paths as ZodOpenApiPathsObject,
      webhooks: Object.fromEntries(
        Object.entries(EVENT_DATA).map(([type, [name, summary, data]]) => [
          type,
          {
            post: {
              operationId: `on${name}`,
              tags: ['Webhooks'],
              summary,
              security: [],
              requestParams: { header: SIGNED },
              requestBody: {
                required: true,
                content: { 'application/json': { schema: envelopeOf(type, name, data) } },
              },
              responses: {
                '2XX': { description: 'Taken. Answer within 15 seconds.' },
                '410': { description: 'Never again: the webhook is disabled.' },
                '4XX': { description: 'Not taken: it comes again.' },
              },
            },
          },
        ]),
      ),
      components: {
        headers: HEADERS as never,
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: "An account's key." },
          operatorToken: { type: 'http', scheme: 'bearer', description: "The operator's `ADMIN_TOKEN`." },
        },
      },
    },
    // clients ignore what they don't know: answers may grow
    {
      override: ({ jsonSchema, io }) => {
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      },
    },
  )
  return tidy(document)
}

// biome-ignore lint/suspicious/noExplicitAny: any JSON
type Json = { [key: string]: any }

/** Says of each field and parameter what it is, and the same thing once. */
function tidy(document: object): Json {
  const plain: Json = JSON.parse(JSON.stringify(document).replaceAll('ProspectOutput"', 'Prospect"'))
  for (const operation of Object.values(plain.paths as Json).flatMap((path) => Object.values(path as Json))) {
    for (const parameter of operation.parameters ?? []) {
      if (parameter.in === 'query') {
        const { description, example } = PARAMETERS[parameter.name] ?? {}
        parameter.description = description
        // not as the parameter's own example: the page would fill it in
        if (example !== undefined) parameter.schema.examples = [example]
      }
      if (['integer', 'boolean'].includes(parameter.schema.type)) {
        delete parameter.schema.minLength
        delete parameter.schema.maxLength
      }
    }
    const { properties = {} } = operation.requestBody?.content['application/json']?.schema ?? {}
    for (const [field, schema] of Object.entries(properties as Json)) Object.assign(schema, FIELDS[field])
  }
  return JSON.parse(JSON.stringify(plain), (_, value) => withNull(value))
}

/** `anyOf: [{type: T, …}, {type: null}]` as `{type: [T, null], …}`. */
function withNull(schema: Json): Json {
  const [one, nothing, ...others] = schema?.anyOf ?? []
  if (nothing?.type !== 'null' || others.length > 0 || typeof one.type !== 'string') return schema
  const { anyOf, ...rest } = schema
  return { ...one, type: [one.type, 'null'], ...rest, ...(one.enum && { enum: [...one.enum, null] }) }
}

const SIGNED = z.object({
  'webhook-id': z.string().meta({ description: "The event's id: the same however often it comes." }),
  'webhook-timestamp': z.string().meta({ description: 'When this attempt was signed, in Unix seconds.' }),
  'webhook-signature': z.string().meta({ description: '`v1,` and a signature; several, separated by spaces.' }),
})
