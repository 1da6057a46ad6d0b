import * as z from 'zod'
import {
  createDocument,
  type ZodOpenApiComponentsObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi'
import { CODES, ERROR_CODES, errorsOf } from './errors'
import { WEBHOOKS } from './events'
import { fieldAt, idAt, PARAMETERS } from './fields'
import { CONDITIONS, HEADERS, headersNamed, IDEMPOTENCY_KEY, SEEN, SIGNED } from './headers'
import { mountedRoutes, type Route } from './mounted'
import { type Body, OPERATIONS, type Operation, TAGS } from './operations'

const BYTES = { type: 'string', format: 'binary' } as const
const contentOf = (body: Body) =>
  Object.fromEntries(
    [body]
      .flat()
      .map((one) => (typeof one === 'string' ? [one, { schema: BYTES }] : ['application/json', { schema: one }])),
  )

/** What is sent with an operation: JSON, or bytes of one of several types. */
function toBody({ schemas }: Route, { takes, example }: Operation) {
  if (takes) return { requestBody: { required: true, content: contentOf(takes) } }
  if (!schemas.json) return {}
  const required = !schemas.json.safeParse({}).success
  return {
    requestBody: { required, content: { 'application/json': { schema: schemas.json, ...(example && { example }) } } },
  }
}

/** The answers to those who are not refused, by status. */
const toAnswers = ({ canBeRepeated, scope, byOperator }: Route, { answers, isFile }: Operation) =>
  Object.fromEntries(
    Object.entries(answers).map(([status, [description, body, headers = []]]) => [
      status,
      {
        description,
        headers: headersNamed(
          ['X-Request-Id', ...headers],
          [
            ...(isFile ? [] : (['Server-Timing', 'X-D1-Bookmark'] as const)),
            ...(scope || byOperator ? ['RateLimit-Policy' as const] : []),
            ...(canBeRepeated ? ['Idempotent-Replayed' as const] : []),
          ],
        ),
        ...(body && { content: contentOf(body) }),
      },
    ]),
  )

/** An operation of the document; what it refers to is added to `shared`. */
function toOperation(route: Route, operation: Operation, shared: Record<string, object>): ZodOpenApiOperationObject {
  const { method, schemas, scope, byOperator, canBeRepeated, path } = route
  const headers: Record<string, z.ZodType> = {
    ...(canBeRepeated && { 'Idempotency-Key': IDEMPOTENCY_KEY }),
    ...(method === 'GET' && (scope || byOperator) && { 'X-D1-Bookmark': SEEN }),
  }
  for (const name of operation.conditions ?? []) headers[name] = CONDITIONS[name]
  const words = [operation.description, scope && `Needs a key with the scope \`${scope}\`.`].filter(Boolean)
  return {
    operationId: operation.operationId,
    tags: [operation.tag],
    summary: operation.summary,
    ...(words.length > 0 && { description: words.join('\n\n') }),
    security: byOperator ? [{ operatorToken: [] }] : scope ? [{ apiKey: [] }] : [],
    requestParams: {
      ...(path.includes(':id') && { path: z.object({ id: z.string().meta({ description: idAt(path) }) }) }),
      ...(schemas.query && { query: schemas.query as z.ZodObject }),
      ...(Object.keys(headers).length > 0 && { header: z.object(headers) }),
    },
    ...toBody(route, operation),
    responses: { ...toAnswers(route, operation), ...errorsOf(route, operation, shared) },
  } as ZodOpenApiOperationObject
}

/**
 * The introduction of the document: these guides of docs/api, and every code. Headings are one level lower, and links lead
 * to the guides as they are served.
 */
const introductionOf = (guides: string[]) =>
  [...guides, `# Codes\n\nOf errors:\n\n${CODES}\n\nOf fields and parameters, in \`errors\`:\n\n${ERROR_CODES}\n`]
    .join('\n')
    .replaceAll(/^#/gm, '##')
    .replaceAll(/\]\((\w[\w-]*\.md)/g, '](/docs/$1')

/** The document of the API, OpenAPI 3.1, introduced by `guides`, in Markdown. Throws where a route is not described. */
export function createApiDocument(guides: string[]) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  const responses: Record<string, object> = {}
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
      responses,
    )
  }
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Prospects API',
        version: '1',
        summary: 'Create, update, find and manage the people a brokerage may hire.',
        license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
        description: introductionOf(guides),
      },
      servers: [{ url: '/', description: 'This service.' }],
      tags: [...TAGS],
      paths: paths as ZodOpenApiPathsObject,
      webhooks: Object.fromEntries(
        WEBHOOKS.map(({ type, name, summary, body }) => [
          type,
          {
            post: {
              operationId: `on${name}`,
              tags: ['Webhooks'],
              summary,
              security: [],
              requestParams: { header: SIGNED },
              requestBody: { required: true, content: { 'application/json': { schema: body } } },
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
        headers: HEADERS,
        responses,
        // the page puts the focus into the last
        securitySchemes: {
          operatorToken: { type: 'http', scheme: 'bearer', description: "The operator's `ADMIN_TOKEN`." },
          apiKey: { type: 'http', scheme: 'bearer', description: "An account's key." },
        },
      } as unknown as ZodOpenApiComponentsObject,
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
  for (const [path, operations] of Object.entries<Json>(plain.paths))
    for (const operation of Object.values<Json>(operations)) {
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
      for (const [field, schema] of Object.entries<Json>(properties)) Object.assign(schema, fieldAt(path, field))
    }
  return JSON.parse(JSON.stringify(plain), (_, value) => withoutBounds(withNull(value)))
}

/** `anyOf: [{type: T, …}, {type: null}]` as `{type: [T, null], …}`. */
function withNull(schema: Json): Json {
  const [one, nothing, ...others] = schema?.anyOf ?? []
  if (nothing?.type !== 'null' || others.length > 0 || typeof one.type !== 'string') return schema
  const { anyOf, ...rest } = schema
  return { ...one, type: [one.type, 'null'], ...rest, ...(one.enum && { enum: [...one.enum, null] }) }
}

/** Every integer of JSON is a safe one (RFC 8259, section 6): that is no bound, and no sample. */
function withoutBounds(schema: Json): Json {
  if (schema?.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema?.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  return schema
}
