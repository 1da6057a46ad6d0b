import document from '../../public/openapi.json'
import { BODIES, UNKNOWN, wrong, wrongParameter } from './values'

/** The operations of the document, and every way to spoil a request to one. */

type Json = any
/** What the document says of an operation. */
export interface Operation {
  method: string
  template: string
  /** What the path names: `prospects`. */
  kind: string
  parameters: { name: string; in: string; schema: Json }[]
  /** The schema of its JSON body, if it takes one. */
  body: Json | undefined
  /** The types of other bodies that it takes, of those that we have one of. */
  types: string[]
  needsKey: boolean
  /** Every status but the refusals. */
  successes: number[]
}

/** Files of rows are fuzzed in `fuzz-imports`. */
const LEFT_OUT = /^\/v1\/imports/

export const OPERATIONS: Operation[] = Object.entries(document.paths as Json)
  .filter(([template]) => !LEFT_OUT.test(template))
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

/** One thing that is wrong with a request that is right otherwise, and how that is told. */
export interface Spoil {
  /** 0: any, if it is no 5xx. */
  status: number
  /** What is named: `body /name`. */
  at?: string
  field?: [name: string, value: Json]
  parameter?: [name: string, values: string[]]
  header?: [name: string, value: string]
  key?: (right: string) => string
  method?: string
  /** What is sent in place of the body, or is made of it. */
  raw?: (right: string) => string | Uint8Array
  search?: string
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE', 'PROPFIND']
/** Names that mean something to JavaScript. */
const NO_NAMES = [UNKNOWN, '__proto__', 'constructor', 'toString', 'a/b~c', '']
/** What proxies, browsers and attackers send besides; more than a header of theirs may say. */
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
/** More than any body may hold. */
const TOO_MUCH = new Uint8Array(8 * 1024 * 1024 + 1).fill(0x20)

/** Every way to spoil a request to an operation. */
export function spoilsOf({ template, parameters, body, types, needsKey }: Operation): Spoil[] {
  const named = parameters.map(({ name }) => name)
  const query = parameters.filter((p) => p.in === 'query')
  const others = METHODS.filter((method) => !OPERATIONS.some((o) => o.method === method && covers(o, template)))
  return [
    ...query.flatMap(({ name, schema }) =>
      wrongParameter(name, schema).map(
        (values): Spoil => ({ status: 400, at: `query /${name}`, parameter: [name, values] }),
      ),
    ),
    ...NO_NAMES.filter(Boolean).map(
      (name): Spoil => ({ status: 400, at: `query ${pointerTo(name)}`, parameter: [name, ['x']] }),
    ),
    ...['%', '%ff=%ff', '%00=1', '&&=&'].map((search): Spoil => ({ status: 0, search })),
    ...(named.includes('Idempotency-Key')
      ? ['', 'a\tb', 'x'.repeat(256)].map(
          (value): Spoil => ({ status: 400, at: 'header /Idempotency-Key', header: ['Idempotency-Key', value] }),
        )
      : []),
    ...(named.includes('X-D1-Bookmark')
      ? ['', 'x', 'first-primary', '00-first-primary', `00-${'f'.repeat(129)}`].map(
          (value): Spoil => ({ status: 400, at: 'header /X-D1-Bookmark', header: ['X-D1-Bookmark', value] }),
        )
      : []),
    ...STRANGE_HEADERS.map((header): Spoil => ({ status: 0, header })),
    ...(needsKey ? BAD_KEYS.map((key): Spoil => ({ status: 401, key })) : []),
    ...others.map((method): Spoil => ({ status: 405, method })),
    ...(body ? bodySpoilsOf(body) : []),
    ...(types.length > 0 ? ['x/y', ''].map((type): Spoil => ({ status: 0, header: ['content-type', type] })) : []),
    ...(types.length > 0
      ? ['', '\0', '%PDF-', 'PK\u0003\u0004'].map((text): Spoil => ({ status: 0, raw: () => text }))
      : []),
    ...(body || types.length > 0 ? [{ status: 413, raw: () => TOO_MUCH }] : []),
  ]
}

/** Whether an operation answers under a path, which another one may have as well: `export` could be an id. */
const covers = (operation: Operation, template: string) =>
  new RegExp(`^${operation.template.replace('{id}', '[^/]+')}$`).test(template)

const pointerTo = (name: string) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

const bodySpoilsOf = ({ properties = {}, required = [] }: Json): Spoil[] => [
  ...Object.entries<Json>(properties).flatMap(([name, schema]) =>
    [...(required.includes(name) ? [undefined] : []), ...wrong(name, schema)].map(
      (value): Spoil => ({ status: 400, at: `body /${name}`, field: [name, value] }),
    ),
  ),
  ...NO_NAMES.map((name): Spoil => ({ status: 400, at: `body ${pointerTo(name)}`, field: [name, 1] })),
  ...['[]', 'null', '"x"', '1', '['.repeat(1e5) + ']'.repeat(1e5)].map(
    (text): Spoil => ({ status: 400, at: 'body /', raw: () => text }),
  ),
  ...['{', '{"a":1}}', '{a:1}', '\ufeff{}x', '['.repeat(1e5), ' '].map(
    (text): Spoil => ({ status: 400, raw: () => text }),
  ),
  { status: 400, raw: (text) => new Uint8Array([...bytesOf(text.slice(0, -1)), 0xff, 0x7d]) },
  {
    status: 400,
    raw: (text) => new Uint8Array([...new Uint16Array([0xfeff, ...bytesOf(text)])].flatMap((u) => [u & 255, u >> 8])),
  },
  ...['text/plain', 'application/xml', 'application/json; charset=latin1', 'application/jsonx', ''].map(
    (type): Spoil => ({ status: Object.keys(properties).length > 0 ? 415 : 0, header: ['content-type', type] }),
  ),
]
