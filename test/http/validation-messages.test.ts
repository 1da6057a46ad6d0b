import { expect, test } from 'vitest'
import type * as z from 'zod'
import { app } from '../../src/app'
import { toErrors } from '../../src/http/validate'
import { mountedRoutes } from '../../src/openapi/mounted'
import { newAccount } from '../support/api'
import { imported } from '../support/import-files'

/** Values for fields and parameters. Most of them are invalid. */
const VALUES = [
  ...[null, true, 5, -1, 1.5, 1e20, -1e20],
  ...[
    '',
    ' ',
    'x',
    'x'.repeat(30_000),
    'a,'.repeat(1500),
    '\u0000',
    '\ud800',
    'true',
    '5',
    '{}',
    '{"x":5}',
    '{"x":"y"}',
  ],
  ...[[], [5], ['x'], ['x', 'x'], [null], [[]], ['\u0000'], Array(1001).fill('x'), Array(101).fill(5)],
  ...[{}, { x: 1 }, { fileName: 5 }, { fileName: 'a', contentType: 'b', content: 5, more: 1 }],
  { fileName: 'a', contentType: 'text/plain', content: '!' },
  { fileName: 'a', contentType: 'text/plain', content: '' },
  { fileName: 'a', contentType: 'application/pdf', content: 'YQ==' },
]

/** A complete sentence, from its capital letter to its period. */
const SENTENCE = /^["A-Z].*[.?…]$/s
const OF_ZOD = /\b(expected|received|invalid)\b|^too |unrecognized/i

const schemas = mountedRoutes(app).flatMap(({ method, path, schemas }) =>
  (['body', 'query'] as const).flatMap((where) => {
    const schema = where === 'body' ? schemas.json : schemas.query
    return schema ? [{ where, schema: schema as z.ZodObject, name: `the ${where} of ${method} ${path}` }] : []
  }),
)

test.each(schemas)('no message about $name has the wording of zod', ({ schema, where }) => {
  const fields = Object.keys(schema.shape)
  const inputs = [...VALUES, ...fields.flatMap((field) => VALUES.map((value) => ({ [field]: value })))]
  const messages = inputs.flatMap((input) =>
    (schema.safeParse(input).error?.issues ?? []).flatMap((issue) =>
      toErrors(where, issue, input).map((e) => e.message),
    ),
  )
  expect(messages.length).toBeGreaterThan(VALUES.length)
  expect([...new Set(messages)].filter((message) => !SENTENCE.test(message) || OF_ZOD.test(message))).toEqual([])
})

test('detail has a sentence for each error', async () => {
  const { prospect, get } = await newAccount()
  expect((await prospect({ firstName: 5, lastName: undefined, update: 'yes', jobIds: [] })).json).toMatchObject({
    detail:
      'firstName: This must be a string. lastName: This is required. update: This must be true or false. jobIds: There is no such field.',
  })
  expect((await get('/v1/prospects?name=a&name=b&sort=age')).json.detail).toBe(
    'name: Give this parameter once. sort: This must be one of -createdAt, createdAt, -updatedAt, updatedAt, name, -name.',
  )
})

test('a row of an import has the same messages', async () => {
  const { errors } = await imported(await newAccount(), '{"firstName":5,"lastName":"Lee"}\n', {
    type: 'application/x-ndjson',
  })
  expect(errors).toMatchObject([{ field: 'firstName', message: 'This must be a string.' }])
})
