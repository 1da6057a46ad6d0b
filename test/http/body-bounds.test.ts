import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holdsTooMuch, MAX_JSON_DEPTH, MAX_JSON_VALUES } from '../../src/http/json'
import { type Account, newAccount } from '../support/api'
import { imported } from '../support/import-files'
import { errorsOf, expectProblem } from '../support/problem'

/** The limits of a request: the largest value that is accepted, and one more. */

const JSON_TYPE = { 'content-type': 'application/json' }
const times = (n: number, one: (i: number) => string) => Array.from({ length: n }, (_, i) => one(i)).join()
const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth)

describe('JSON', () => {
  const post = async (body: string) => (await newAccount()).call('POST', '/v1/prospects', body, JSON_TYPE)

  test('of 10,000 values is validated, and of one more is rejected before validation', async () => {
    // counts the object, the list in the object, and the values in the list
    const holding = (n: number) => `{"list":[${times(n - 1, () => '1')}]}`
    expect(errorsOf(await post(holding(MAX_JSON_VALUES - 1)))).toContain('body /list unknown_field')
    expect(errorsOf(await post(holding(MAX_JSON_VALUES)))).toEqual(['body  too_many'])
  })

  test('of 20 levels is validated, and of one more is rejected before validation', async () => {
    expect(errorsOf(await post(`{"x":${nested(MAX_JSON_DEPTH - 1)}}`))).toContain('body /x unknown_field')
    expect(errorsOf(await post(`{"x":${nested(MAX_JSON_DEPTH)}}`))).toEqual(['body  too_many'])
  })

  test('is counted by its values: brackets and commas in strings do not count', () => {
    const count = (value: unknown): number =>
      1 + Object.values(typeof value === 'object' ? (value ?? {}) : {}).reduce((n: number, v) => n + count(v), 0)
    const depth = (value: unknown): number =>
      typeof value !== 'object' || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depth))
    const text = fc.oneof(fc.string({ unit: fc.constantFrom('"', '\\', '[', '{', ',', ']', '}', 'a') }), fc.string())
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(text, fc.integer(), fc.constant(null), fc.array(tie('any')), fc.dictionary(text, tie('any'))),
    })).any
    fc.assert(
      fc.property(value, fc.boolean(), (given, spaced) => {
        const written = JSON.stringify(given, null, spaced ? 2 : undefined)
        fc.pre(depth(given) < MAX_JSON_DEPTH)
        // an empty list or object counts as if it had one value
        const exactly = `[${times(MAX_JSON_VALUES - count(given) - 1, () => '1')},${written}]`
        const empty = written.replaceAll(/"(?:[^"\\]|\\.)*"/g, 's').match(/\[\s*\]|\{\s*\}/g)?.length ?? 0
        expect(holdsTooMuch(exactly)).toBe(empty > 0)
        expect(holdsTooMuch(exactly.replace('[', '[1,'))).toBe(true)
      }),
    )
  })

  test.each<[string, string, string]>([
    ['lists in lists', '/v1/prospects', `{"labels":${nested(4_000_000)}}`],
    ['lists in lists without end', '/v1/prospects', `{"labels":${'['.repeat(8_000_000)}`],
    ['objects in objects', '/v1/prospects', `{"x":${nested(1_000_000, '{"a":', '}')}}`],
    ['half a million fields', '/v1/prospects', `{${times(500_000, (i) => `"k${i}":1`)}}`],
    ['one field a million times', '/v1/prospects', `{${times(1_000_000, () => '"k":1')}}`],
    ['a million wrong labels', '/v1/prospects', `{"labels":[${times(1_000_000, () => '1')}]}`],
    ['a million types of events', '/v1/webhooks', `{"eventTypes":[${times(200_000, () => '"a"')}]}`],
    ['a text that nothing closes', '/v1/labels', `{"name":"${'\\"'.repeat(500_000)}`],
    ['eight million commas', '/v1/prospects', `{"labels":"${','.repeat(8_000_000)}"}`],
  ])('that is hostile is rejected: %s', async (_what, path, body) => {
    const { status } = await (await newAccount()).call('POST', path, body, JSON_TYPE)
    expect(status).toBe(400)
  })

  test('in a line of an import is limited too, and the other lines are written', async () => {
    const lines = [
      `{"name":"Ann Lee","labels":[${times(200_000, () => '1')}]}`,
      `{"name":"Ann Lee","labels":${nested(400_000)}}`,
      '{"name":"Bo Fox"}',
    ]
    const { created, failed, errors } = await imported(await newAccount(), lines.join('\n'), {
      type: 'application/x-ndjson',
    })
    expect([created, failed, errors.map(({ code }) => code)]).toEqual([1, 2, ['too_many', 'too_many']])
  })
})

test('a body of 8 MiB is read by calls that take a resume, and returns 413 with one byte more', async () => {
  const { call } = await newAccount()
  const padded = (bytes: number) => '{"firstName":"Ann","lastName":"Lee"}'.padEnd(bytes)
  expect((await call('POST', '/v1/prospects', padded(8 * 1024 * 1024), JSON_TYPE)).status).toBe(201)
  const answer = await call('POST', '/v1/prospects', padded(8 * 1024 * 1024 + 1), JSON_TYPE)
  expectProblem(answer, 413, 'body_too_large')
})

describe('names and credentials of 10,000 characters', () => {
  const long = 'x'.repeat(10_000)
  test.each<[string, (account: Account) => Promise<{ status: number }>, number]>([
    ['an id in a path', ({ get }) => get(`/v1/prospects/${long}`), 404],
    ['an id in a body', (account) => account.prospect({ officeId: long }), 422],
    ['a parameter', ({ get }) => get(`/v1/prospects?${long}=1`), 400],
    ['the value of one', ({ get }) => get(`/v1/prospects?name=${long}`), 400],
    ['3,000 parameters', ({ get }) => get(`/v1/prospects?${times(3000, () => 'a=1').replaceAll(',', '&')}`), 400],
    ['a page token', ({ get }) => get(`/v1/prospects?pageToken=${long}`), 400],
    ['a bookmark', ({ call }) => call('GET', '/v1/me', undefined, { 'x-d1-bookmark': long }), 400],
    ['an If-Match', ({ call }) => call('DELETE', '/v1/prospects/x', undefined, { 'if-match': long }), 404],
    ['an Idempotency-Key', ({ call }) => call('POST', '/v1/labels', { name: 'A' }, { 'idempotency-key': long }), 400],
    ['a key', ({ call }) => call('GET', '/v1/me', undefined, { authorization: `Bearer ${long}` }), 401],
  ])('are none: %s', async (_what, ask, status) => {
    expect((await ask(await newAccount())).status).toBe(status)
  })
})
