import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { app } from '../../src/app'
import { PROBLEMS } from '../../src/openapi/errors'
import { mountedRoutes } from '../../src/openapi/mounted'
import { newAccount, send } from '../support/api'
import { createDocumentOf } from '../support/document'

const document = createDocumentOf(app)

test('the served document equals the document made from the code: if not, run `npm run openapi`', async () => {
  const { status, headers, json } = await send('GET', '/openapi.json')
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json'])
  expect(json).toEqual(document)
})

test('the document can be read from every origin, and returns 304 for its ETag', async () => {
  const { headers } = await send('GET', '/openapi.json')
  expect(headers.get('access-control-allow-origin')).toBe('*')
  const again = await send('GET', '/openapi.json', { headers: { 'if-none-match': headers.get('etag') ?? '' } })
  expect([again.status, again.text]).toEqual([304, ''])
})

test('the document requires a body exactly where a call without a body returns 400', async () => {
  const { key } = await newAccount()
  for (const [template, methods] of Object.entries<object>(document.paths))
    for (const [method, { requestBody }] of Object.entries(methods).filter(
      ([, { requestBody }]) => requestBody?.content['application/json'],
    )) {
      const { status } = await send(method.toUpperCase(), template.replace('{id}', 'x'), {
        key: template.startsWith('/admin') ? env.ADMIN_TOKEN : key,
      })
      expect([method, template, requestBody.required]).toEqual([method, template, status === 400])
    }
})

test('no parameter has an example, which the page would send, and each example of an error has the status of its response', () => {
  const operations = Object.values<object>(document.paths).flatMap((path) => Object.values(path))
  const parameters = operations.flatMap(({ parameters = [] }) => parameters)
  expect(parameters.filter((p) => p.example !== undefined || p.schema.example !== undefined)).toEqual([])
  for (const { responses } of operations)
    for (const [status, { $ref }] of Object.entries<{ $ref?: string }>(responses)) {
      const { content } = document.components.responses[$ref?.split('/').at(-1) ?? ''] ?? {}
      const examples = Object.entries<any>(content?.['application/problem+json'].examples ?? {})
      expect(examples.map(([code, { value }]) => [code, value.status])).toEqual(
        examples.map(([, { value }]) => [value.code, Number(status)]),
      )
      expect(examples.length > 0).toBe(Number(status) >= 400)
    }
  const text = JSON.stringify(document)
  expect(text).not.toContain(String(Number.MAX_SAFE_INTEGER))
})

test('each status and code is declared once', () => {
  const names = PROBLEMS.map(({ status, code }) => `${status} ${code}`)
  expect(names).toEqual([...new Set(names)])
  expect(PROBLEMS.length).toBeGreaterThan(30)
})

test('every operation has its own id, and describes each parameter and field', () => {
  const operations = Object.values(document.paths as object).flatMap((path) => Object.values(path)) as any[]
  expect(operations).toHaveLength(mountedRoutes(app).length)
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  for (const { operationId, parameters = [], requestBody } of operations) {
    const fields = Object.entries<any>(requestBody?.content['application/json']?.schema.properties ?? {})
    const undescribed = [...parameters.map((p: any) => [p.name, p]), ...fields].filter(([, said]) => !said.description)
    expect([operationId, undescribed.map(([name]) => name)]).toEqual([operationId, []])
  }
})

/** Every object in the document that is not an example, with the name under which it is found. */
const objectsIn = (value: any, name = ''): [string, any][] =>
  value && typeof value === 'object'
    ? [
        [name, value],
        ...Object.entries(value).flatMap(([key, child]) =>
          ['example', 'examples'].includes(key) ? [] : objectsIn(child, Array.isArray(value) ? name : key),
        ),
      ]
    : []

test('the document has nothing that common generators cannot compile', () => {
  const schemas = Object.keys(document.components.schemas)
  const objects = objectsIn(document)
  expect(objects.filter(([, { default: value }]) => value === null)).toEqual([])
  expect(objects.filter(([, { anyOf }]) => anyOf && !anyOf.some(({ type }: any) => type === 'null'))).toEqual([])
  const times = objects.filter(
    ([name, { type }]) => /(At|Since)$|^since$/.test(name) && [type].flat().includes('integer'),
  )
  expect(times.filter(([, { format }]) => format !== 'int64')).toEqual([])
  expect(times.length).toBeGreaterThan(30)
  const apis = new Set(
    Object.values<object>(document.paths).flatMap((path) => Object.values(path).flatMap((o) => o.tags)),
  )
  const received = Object.values<any>(document.components.pathItems).flatMap(({ post }) => post.tags)
  expect(received.filter((tag) => apis.has(tag))).toEqual([])
  expect(schemas.filter((name) => /^New/.test(name))).toEqual([])
  const schemes = Object.keys(document.components.securitySchemes).map((name) => name.toLowerCase())
  expect(schemas.filter((name) => schemes.includes(name.toLowerCase()))).toEqual([])
})

test('a text in the document excludes the characters that the service rejects', async () => {
  const { key } = await newAccount()
  const { firstName } = document.paths['/v1/prospects'].post.requestBody.content['application/json'].schema.properties
  const label = document.paths['/v1/labels'].post.requestBody.content['application/json'].schema.properties.name
  for (const text of ['a\0', '\x1F', 'a\x7Fb', '\x85', '\x0Ba', ' ', '\t\n', 'a\tb', 'a\r\nb', ' a', 'Zoë 😀', 'a,b']) {
    const isAccepted = async (path: string, body: object) => (await send('POST', path, { key, body })).status !== 400
    const prospect = await isAccepted('/v1/prospects', { firstName: text, lastName: 'Lee' })
    expect([text, new RegExp(firstName.pattern).test(text)]).toEqual([text, prospect])
    expect([text, new RegExp(label.pattern).test(text)]).toEqual([text, await isAccepted('/v1/labels', { name: text })])
  }
})
