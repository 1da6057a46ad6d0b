import * as z from 'zod'
import {
  createDocument,
  type ZodOpenApiComponentsObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi'
import type { Body, Operation, Section } from '../http/openapi'
import { WEBHOOK_HEADERS } from '../webhooks/openapi-events'
import { CODES, ERROR_CODES, errorsOf } from './errors'
import { type Guides, introduceGuide, quoteGuide, quoteSection } from './guides'
import { BOOKMARK_HEADER, CONDITIONS, HEADERS, headersNamed, IDEMPOTENCY_KEY } from './headers'
import type { Route } from './mounted'
import { describeInputs, type Json, tidy } from './schemas'
import { SECTIONS, WEBHOOKS } from './sections'

/** Text or bytes, by the media type. */
const fileSchemaOf = (type: string) =>
  /^text\/|x-ndjson$/.test(type) ? { type: 'string' } : { type: 'string', format: 'binary' }
const contentOf = (body: Body) =>
  Object.fromEntries(
    [body]
      .flat()
      .map((type) =>
        typeof type === 'string' ? [type, { schema: fileSchemaOf(type) }] : ['application/json', { schema: type }],
      ),
  )

/** The body of a request: JSON, or bytes of one of several media types. */
function requestBodyOf({ schemas }: Route, { mediaTypes, example }: Operation) {
  if (mediaTypes) return { requestBody: { required: true, content: contentOf(mediaTypes) } }
  if (!schemas.json) return {}
  const required = !schemas.json.safeParse({}).success
  return {
    requestBody: { required, content: { 'application/json': { schema: schemas.json, ...(example && { example }) } } },
  }
}

/** The successful responses, by status. */
const responsesOf = ({ canBeRepeated, scope, byOperator }: Route, { responses, isFile }: Operation) =>
  Object.fromEntries(
    Object.entries(responses).map(([status, [description, body, headers = []]]) => [
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

/** Describes the id in a path. Throws if the section has no noun for it. */
function describeId({ ids }: Section, path: string): string {
  const noun = ids?.[path.split('/')[2] ?? '']
  if (!noun) throw new Error(`Nothing describes the id in ${path}`)
  return `Id of the ${noun}. Ids are opaque: a malformed id counts as an unknown one.`
}

interface Described {
  route: Route
  section: Section
  operation: Operation
}

/** An operation of the document. Also writes into `shared` the error responses that the operation refers to. */
function toOperation(
  { route, section, operation }: Described,
  guides: Guides,
  shared: Record<string, object>,
): ZodOpenApiOperationObject {
  const { method, schemas, scope, byOperator, canBeRepeated, path } = route
  const headers: Record<string, z.ZodType> = {
    ...(canBeRepeated && { 'Idempotency-Key': IDEMPOTENCY_KEY }),
    ...(method === 'GET' && (scope || byOperator) && { 'X-D1-Bookmark': BOOKMARK_HEADER }),
  }
  for (const name of operation.conditions ?? []) headers[name] = CONDITIONS[name]
  const description = [
    operation.description,
    scope && `Needs a key with the scope \`${scope}\`.`,
    ...(operation.quotes ?? []).map((reference) => quoteSection(guides, reference)),
  ].filter(Boolean)
  return {
    operationId: operation.operationId,
    tags: [section.tag],
    summary: operation.summary,
    ...(description.length > 0 && { description: description.join('\n\n') }),
    security: byOperator ? [{ operatorToken: [] }] : scope ? [{ bearerKey: [] }] : [],
    requestParams: {
      ...(path.includes(':id') && {
        path: z.object({ id: z.string().meta({ description: describeId(section, path) }) }),
      }),
      ...(schemas.query && { query: schemas.query as z.ZodObject }),
      ...(Object.keys(headers).length > 0 && { header: z.object(headers) }),
    },
    ...requestBodyOf(route, operation),
    responses: { ...responsesOf(route, operation), ...errorsOf(route, operation, shared) },
  } as ZodOpenApiOperationObject
}

const linksTo = (names: string[], guides: Guides) => names.map((name) => `- ${introduceGuide(guides, name)}`).join('\n')

/** The tags, each with its introduction and its guides. */
const tagsOf = (guides: Guides) =>
  SECTIONS.filter(({ introduction }) => introduction).map((section) => ({
    name: section.tag,
    description: `${section.introduction}\n\n${linksTo(section.guides ?? [], guides)}`.trim(),
  }))

/** The introduction of the reference: two guides, and a table of every code. */
const introductionOf = (guides: Guides) =>
  [
    quoteGuide(guides, 'conventions'),
    quoteGuide(guides, 'errors'),
    `## Codes\n\nCodes of errors:\n\n${CODES}\n\nCodes of fields and parameters in \`errors\`, and of rows of an import:\n\n${ERROR_CODES}\n`,
  ].join('\n')

/** A tag of their own: generators make a client of each tag, and a client of `Webhooks` would lack the calls or these. */
const WEBHOOKS_TAG = { name: 'Webhook requests', description: 'The requests that your endpoints receive.' }

const webhooksOf = () =>
  Object.fromEntries(
    WEBHOOKS.map(({ type, name, summary, body }) => [
      type,
      {
        post: {
          operationId: `on${name}`,
          tags: [WEBHOOKS_TAG.name],
          summary,
          security: [],
          requestParams: { header: WEBHOOK_HEADERS },
          requestBody: { required: true, content: { 'application/json': { schema: body } } },
          responses: {
            '2XX': { description: 'The event is delivered. Respond within 15 seconds.' },
            '410': { description: 'The webhook is disabled: no more events are sent to it.' },
            '4XX': { description: 'The event is not delivered. Another attempt follows.' },
          },
        },
      },
    ]),
  )

/**
 * Moves the webhooks to the components. From webhooks that are described in place, openapi-generator makes clients that do
 * not compile (Python, TypeScript).
 */
const withReferredWebhooks = ({ webhooks, components, ...document }: Json): Json => ({
  ...document,
  webhooks: Object.fromEntries(Object.keys(webhooks).map((type) => [type, { $ref: `#/components/pathItems/${type}` }])),
  components: { ...components, pathItems: webhooks },
})

/**
 * The OpenAPI 3.1 document of the API, from its mounted routes, the sections of the features and the guides of docs/api.
 * Throws if a route, a parameter or a field is not described, or if a described route is not mounted.
 */
export function createApiDocument(routes: Route[], guides: Guides) {
  const nameOf = ({ method, path }: Route) => `${method} ${path}`
  const described = new Map(
    SECTIONS.flatMap((section) =>
      Object.entries(section.operations).map(([name, operation]) => [name, { section, operation }] as const),
    ),
  )
  const mounted = new Map(routes.map((route) => [nameOf(route), route]))
  for (const name of mounted.keys()) if (!described.has(name)) throw new Error(`${name} is mounted and not described`)

  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  const responses: Record<string, object> = {}
  for (const [name, { section, operation }] of described) {
    const route = mounted.get(name)
    if (!route) throw new Error(`${name} is described and not mounted`)
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: toOperation({ route, section, operation }, guides, responses),
    }
  }
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Prospects API',
        version: '1',
        summary: 'Create, update, find and manage the people a brokerage may hire.',
        contact: { name: 'The operator of this service' },
        license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
        description: introductionOf(guides),
      },
      servers: [{ url: '/', description: 'This service.' }],
      tags: [...tagsOf(guides), WEBHOOKS_TAG],
      paths: paths as ZodOpenApiPathsObject,
      webhooks: webhooksOf(),
      components: {
        headers: HEADERS,
        responses,
        // the reference page puts the keyboard focus into the field of the last scheme
        securitySchemes: {
          operatorToken: { type: 'http', scheme: 'bearer', description: "The operator's `ADMIN_TOKEN`." },
          bearerKey: { type: 'http', scheme: 'bearer', description: 'A key of the account.' },
        },
      } as unknown as ZodOpenApiComponentsObject,
    },
    // later versions may add fields to responses, so no response schema forbids unknown fields
    {
      override: ({ jsonSchema, io }) => {
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      },
    },
  )
  const plain = tidy(document)
  for (const [name, { section, operation }] of described) {
    const [method = '', path = ''] = name.split(' ')
    describeInputs(plain.paths[path.replace(/:(\w+)/g, '{$1}')][method.toLowerCase()], section, operation)
  }
  return withReferredWebhooks(plain)
}
