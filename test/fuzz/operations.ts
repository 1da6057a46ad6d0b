import document from '../../public/openapi.json'
import { BODIES, invalidParameters, invalidValues, UNKNOWN } from './values'

/** The operations of the OpenAPI document, and every way to make a request to one invalid. */

type Json = any
/** An operation as the document describes it. */
export interface Operation {
  method: string
  template: string
  /** The kind of object in the path, such as `prospects`. */
  kind: string
  parameters: { name: string; in: string; schema: Json }[]
  /** The schema of its JSON body, if it takes one. */
  body: Json | undefined
  /** The media types of its other bodies, of those in `BODIES`. */
  types: string[]
  needsKey: boolean
  /** Every status below 400. */
  successes: number[]
}

/** `imports.test.ts` tests imports. A bulk change could erase what the other cases need. */
const EXCLUDED = /^\/v1\/(imports|prospects\/bulk)/

export const OPERATIONS: Operation[] = Object.entries(document.paths as Json)
  .filter(([template]) => !EXCLUDED.test(template))
  .flatMap(([template, methods]: [string, Json]) =>
    Object.entries<Json>(methods).map(([method, { parameters = [], requestBody, security, responses }]) => ({
      method: method.toUpperCase(),
      template,
      kind: template.split('/')[2] ?? '',
      parameters,
      body: requestBody?.content['application/json']?.schema,
      types: Object.keys(requestBody?.content ?? {}).filter((type) => type in BODIES),
      needsKey: security.length > 0,
      successes: Object.keys(responses)
        .map(Number)
        .filter((status) => status < 400),
    })),
  )

const BAD_KEYS = [
  (key: string) => `${key}x`,
  (key: string) => key.slice(0, -1),
  (key: string) => key.toUpperCase(),
  () => 'x',
  () => '',
]

/** A mutation: one change that makes a valid request invalid, and the error that is expected. */
export interface Mutation {
  /** The expected status; 0 for any below 500. */
  status: number
  /** The part that the error names, such as `body /name`. */
  at?: string
  field?: [name: string, value: Json]
  parameter?: [name: string, values: string[]]
  header?: [name: string, value: string]
  key?: (valid: string) => string
  method?: string
  /** Makes the body that is sent, from the valid one. */
  raw?: (valid: string) => string | Uint8Array
  search?: string
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE', 'PROPFIND']
/** Names of fields that the API does not have. Some of them have a meaning in JavaScript. */
const UNKNOWN_NAMES = [UNKNOWN, '__proto__', 'constructor', 'toString', 'a/b~c', '']
/** Headers that proxies, browsers and attackers send, with unusual values. */
const STRANGE_HEADERS: [name: string, value: string][] = [
  ['Accept', 'text/csv;q=x, */*;q=9, ;, application/x-ndjson'],
  ['Accept', ','.repeat(5000)],
  ['Accept-Encoding', 'br;q=1.0001, x, *;q=-1'],
  ['Authorization', 'Basic Og=='],
  ['CF-Connecting-IP', '::1, x'],
  ['Content-Encoding', 'gzip'],
  ['Cookie', 'a=b; '.repeat(1000)],
  ['If-Match', `${'"",'.repeat(3000)}W/`],
  ['If-Modified-Since', 'Thu, 99 Jan 1970 00:00:00 GMT'],
  ['If-None-Match', '\\"x"'],
  ['Origin', 'null'],
  ['Range', 'bytes=9-1,-5'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Request-Id', '<>'.repeat(500)],
]
/** More bytes than any body may have. */
const TOO_MUCH = new Uint8Array(8 * 1024 * 1024 + 1).fill(0x20)

/** Every mutation of a request to an operation. */
export function mutationsOf({ template, parameters, body, types, needsKey }: Operation): Mutation[] {
  const named = parameters.map(({ name }) => name)
  const query = parameters.filter((p) => p.in === 'query')
  const others = METHODS.filter((method) => !OPERATIONS.some((o) => o.method === method && covers(o, template)))
  return [
    ...query.flatMap(({ name, schema }) =>
      invalidParameters(name, schema).map(
        (values): Mutation => ({ status: 400, at: `query /${name}`, parameter: [name, values] }),
      ),
    ),
    ...UNKNOWN_NAMES.filter(Boolean).map(
      (name): Mutation => ({ status: 400, at: `query ${pointerTo(name)}`, parameter: [name, ['x']] }),
    ),
    ...['%', '%ff=%ff', '%00=1', '&&=&'].map((search): Mutation => ({ status: 0, search })),
    ...(named.includes('Idempotency-Key')
      ? ['', 'a\tb', 'x'.repeat(256)].map(
          (value): Mutation => ({ status: 400, at: 'header /Idempotency-Key', header: ['Idempotency-Key', value] }),
        )
      : []),
    ...(named.includes('X-D1-Bookmark')
      ? ['', 'x', 'first-primary', '00-first-primary', `00-${'f'.repeat(129)}`].map(
          (value): Mutation => ({ status: 400, at: 'header /X-D1-Bookmark', header: ['X-D1-Bookmark', value] }),
        )
      : []),
    ...STRANGE_HEADERS.map((header): Mutation => ({ status: 0, header })),
    ...(needsKey ? BAD_KEYS.map((key): Mutation => ({ status: 401, key })) : []),
    ...others.map((method): Mutation => ({ status: 405, method })),
    ...(body ? bodyMutationsOf(body) : []),
    ...(types.length > 0 ? ['x/y', ''].map((type): Mutation => ({ status: 0, header: ['content-type', type] })) : []),
    ...(types.length > 0
      ? ['', '\0', '%PDF-', 'PK\u0003\u0004'].map((text): Mutation => ({ status: 0, raw: () => text }))
      : []),
    ...(body || types.length > 0 ? [{ status: 413, raw: () => TOO_MUCH }] : []),
  ]
}

/** Whether a path belongs to an operation. It may belong to several: `export` could be an id. */
const covers = (operation: Operation, template: string) =>
  new RegExp(`^${operation.template.replace('{id}', '[^/]+')}$`).test(template)

const pointerTo = (name: string) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

const bodyMutationsOf = ({ properties = {}, required = [] }: Json): Mutation[] => [
  ...Object.entries<Json>(properties).flatMap(([name, schema]) =>
    [...(required.includes(name) ? [undefined] : []), ...invalidValues(name, schema)].map(
      (value): Mutation => ({ status: 400, at: `body /${name}`, field: [name, value] }),
    ),
  ),
  ...UNKNOWN_NAMES.map((name): Mutation => ({ status: 400, at: `body ${pointerTo(name)}`, field: [name, 1] })),
  ...['[]', 'null', '"x"', '1', '['.repeat(1e5) + ']'.repeat(1e5)].map(
    (text): Mutation => ({ status: 400, at: 'body /', raw: () => text }),
  ),
  ...['{', '{"a":1}}', '{a:1}', '\ufeff{}x', '['.repeat(1e5), ' '].map(
    (text): Mutation => ({ status: 400, raw: () => text }),
  ),
  { status: 400, raw: (text) => new Uint8Array([...bytesOf(text.slice(0, -1)), 0xff, 0x7d]) },
  {
    status: 400,
    raw: (text) => new Uint8Array([...new Uint16Array([0xfeff, ...bytesOf(text)])].flatMap((u) => [u & 255, u >> 8])),
  },
  ...['text/plain', 'application/xml', 'application/json; charset=latin1', 'application/jsonx', ''].map(
    (type): Mutation => ({ status: Object.keys(properties).length > 0 ? 415 : 0, header: ['content-type', type] }),
  ),
]
