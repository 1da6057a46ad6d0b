import { describe, expect, test } from 'vitest'
import { invalidInput } from '../../src/http/errors'
import { boundErrors } from '../../src/http/problem-type'
import { shorten } from '../../src/http/text'
import { type Account, type ApiResponse, newAccount, send } from '../support/api'
import { imported, sendFile } from '../support/import-files'
import { expectProblem } from '../support/problem'

/** The bounds of an error response, in bytes of UTF-8. */
const MAX_TEXT = 1000
const MAX_RESPONSE = 64_000

const JSON_TYPE = { 'content-type': 'application/json' }
const bytesOf = (text: string) => new TextEncoder().encode(text).length
const bodyOf = (keys: string[]) => `{${keys.map((key) => `${JSON.stringify(key)}:1`).join()}}`
const keys = (n: number) => Array.from({ length: n }, (_, i) => `key ${i}`)

/** Checks that a response is within all bounds and is valid. Returns its errors. */
function boundedErrorsOf(answer: ApiResponse) {
  expectProblem(answer, answer.status, answer.json.code, ['errors'])
  const { detail, errors } = answer.json
  expect(bytesOf(answer.text)).toBeLessThanOrEqual(MAX_RESPONSE)
  expect(errors.length).toBeLessThanOrEqual(100)
  for (const text of [detail, ...errors.flatMap((e: any) => [e.pointer, e.message])]) {
    expect(bytesOf(text)).toBeLessThanOrEqual(MAX_TEXT)
    expect(text).not.toMatch(/~…?$/)
    expect(text.isWellFormed()).toBe(true)
  }
  return errors as { in: string; pointer: string; code: string; message: string }[]
}

const isMore = ({ code }: { code: string }) => code === 'more_errors'

describe('an error response is bounded', () => {
  const post =
    (path: string, body: string) =>
    async ({ call }: Account) =>
      call('POST', path, body, JSON_TYPE)

  test.each<[string, (account: Account) => Promise<ApiResponse>]>([
    ['a key of 7.9 MB', post('/v1/prospects', bodyOf(['k'.repeat(7_900_000)]))],
    ['a key of emoji', post('/v1/labels', bodyOf(['😀'.repeat(200_000)]))],
    ['a key of emoji, one byte off', post('/v1/labels', bodyOf([`x${'😀'.repeat(200_000)}`]))],
    ['a key of slashes and tildes', post('/v1/labels', bodyOf(['~/'.repeat(100_000), `a${'~/'.repeat(100_000)}`]))],
    ['9,900 keys', post('/v1/labels', bodyOf(keys(9900)))],
    ['500 keys of 1 KB', post('/v1/labels', bodyOf(keys(500).map((key) => key.padEnd(1000, 'x'))))],
    [
      '500 keys of control characters',
      post('/v1/prospects', bodyOf(keys(500).map((key) => key.padEnd(1000, '\u0001')))),
    ],
    [
      '900 labels that are too long',
      post('/v1/prospects', JSON.stringify({ labels: Array(900).fill('x'.repeat(65)) })),
    ],
    [
      'ids of 100 KB',
      ({ prospect }) =>
        prospect(
          Object.fromEntries(['stageId', 'officeId', 'sourceId', 'userId'].map((id) => [id, '😀'.repeat(25_000)])),
        ),
    ],
    ['300 parameters', ({ get }) => get(`/v1/labels?${keys(300).join('=&')}`)],
    ['a parameter of 10 KB', ({ get }) => get(`/v1/labels?${'k'.repeat(10_000)}=1`)],
    [
      '850 unknown names in a mapping',
      (account) => {
        const mapping = JSON.stringify(
          Object.fromEntries(Array.from({ length: 850 }, (_, i) => [(i + 36).toString(36), null])),
        )
        const columns = Array.from({ length: 300 }, (_, i) => `${i}${'é'.repeat(100)}`)
        return sendFile(account, `name,${columns}\nAnn Lee\n`, { query: `?mapping=${encodeURIComponent(mapping)}` })
      },
    ],
    [
      'a long name in a mapping',
      (account) => {
        const mapping = JSON.stringify({ ['語'.repeat(2900)]: 'shoeSize' })
        return sendFile(account, 'name\nAnn Lee\n', { query: `?mapping=${encodeURIComponent(mapping)}` })
      },
    ],
    ['a file without a name', (account) => sendFile(account, `${'é'.repeat(20_000)},${'x,'.repeat(10_000)}\n1\n`)],
  ])('%s', async (_, ask) => {
    const answer = await ask(await newAccount())
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(boundedErrorsOf(answer).length).toBeGreaterThan(0)
  })

  test('100 errors are all listed; of 101 errors, 99 are listed, and a last entry says that there are more', async () => {
    const { call } = await newAccount()
    const wrong = async (n: number) =>
      boundedErrorsOf(
        await call('POST', '/v1/labels', { name: 'Hot', ...Object.fromEntries(keys(n).map((key) => [key, 1])) }),
      )
    expect((await wrong(100)).filter((error) => !isMore(error))).toHaveLength(100)
    const errors = await wrong(101)
    expect(errors.filter((error) => !isMore(error))).toHaveLength(99)
    expect(errors.at(-1)).toEqual({ in: 'body', pointer: '', code: 'more_errors', message: 'There are more errors.' })
  })

  test('a shortened text ends in an ellipsis, and another text does not', async () => {
    const { call } = await newAccount()
    const [exact] = boundedErrorsOf(await call('POST', '/v1/labels', { name: 'Hot', ['k'.repeat(999)]: 1 }))
    expect(exact?.pointer).toBe(`/${'k'.repeat(999)}`)
    const answer = await call('POST', '/v1/labels', { name: 'Hot', ['k'.repeat(1000)]: 1 })
    expect(boundedErrorsOf(answer)[0]?.pointer).toBe(`/${'k'.repeat(996)}…`)
    expect(answer.json.detail).toBe(`${'k'.repeat(97)}…: There is no such field.`)
  })

  test('the errors of a row of an import are bounded too, and the last entry says that there are more', async () => {
    const labels = Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(65, 'x'))
    const { errors } = await imported(await newAccount(), `name,labels\nAnn Lee,"${labels}"\n`)
    expect(errors).toHaveLength(10)
    expect(errors.at(-1)).toMatchObject({ line: 2, column: null, field: null, code: 'more_errors', refused: true })
  })

  test('a request id that is too long, or not plain text, is not returned', async () => {
    for (const id of ['x'.repeat(256), 'a b', '"', 'é'])
      expect((await send('GET', '/v1/me', { headers: { 'x-request-id': id } })).json.requestId).not.toBe(id)
  })
})

test('errors that are bounded already stay as they are', () => {
  const errors = keys(300).map(
    (key) => ({ in: 'body', pointer: `/${key}`, code: 'unknown_field', message: 'No.' }) as const,
  )
  expect(boundErrors(boundErrors(errors))).toEqual(boundErrors(errors))
  expect(boundErrors(invalidInput(errors).members.errors as typeof errors, 10)).toEqual(boundErrors(errors, 10))
})

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, '…'],
  ['abcdefgh', 7, 'abcd…'],
  ['ééé', 6, 'ééé'],
  ['éééé', 7, 'éé…'],
  ['😀😀', 8, '😀😀'],
  ['😀😀😀', 10, '😀…'],
  ['a😀😀😀', 11, 'a😀…'],
])('%j in %d bytes is %j', (text, max, shortened) => {
  expect(shorten(text, max)).toBe(shortened)
})
