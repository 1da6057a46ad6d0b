import { beforeAll, describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'

/** Texts that have a meaning in SQL, in LIKE, in a search engine or in JSON. Here they are only text. */
const HOSTILE = [
  "O'Neil",
  "'; DROP TABLE prospects; --",
  "' OR '1'='1",
  '"quoted"',
  '"',
  '""',
  'a"b',
  '100%',
  '%',
  'a_b',
  '_',
  '*',
  'agent*',
  'OR',
  'a OR b',
  'NOT a',
  'a AND b',
  'NEAR(a b)',
  'name:a',
  '(a)',
  ')',
  '((',
  '{a}',
  '[a-z]',
  '^a',
  'a+b',
  'a-b',
  '-a',
  '\\',
  '\\u0000',
  'a/b',
  '?1',
  ':a',
  '@a',
  '$1',
  '#a',
  ';',
  'null',
  'undefined',
  'true',
  '0',
  '[]',
  '{"a": 1}',
  '["n", "a"]',
  '__proto__',
  'constructor',
  '😀',
  '😀 agent',
  '👩‍👩‍👧',
  '田中 太郎',
  'Ωμέγα',
  'a\u0301\u0302\u0303',
  '\u{10FFFF}',
  '\u202Ebackwards',
  'x'.repeat(200),
  '😀'.repeat(200),
  Array.from({ length: 60 }, (_, n) => `w${n}`)
    .join(' ')
    .slice(0, 200),
]
const named = HOSTILE.map((text): [string, string] => [
  text.length > 40 ? `${text.slice(0, 12)}… (${text.length})` : text,
  text,
])

const hasWord = (text: string) => /[\p{L}\p{N}]/u.test(text)
const q = (parameters: Record<string, string>) => new URLSearchParams({ limit: '100', ...parameters }).toString()

let account: Account
let plain: string
beforeAll(async () => {
  account = await newAccount()
  const body = { firstName: 'Plain', lastName: 'Person', title: 'None', company: 'None', labels: 'None' }
  plain = (await account.prospect(body)).json.id
})

describe('a filter', () => {
  test.each(named)('finds %s as text', async (_name, text) => {
    const label = text.replaceAll(',', ' ').slice(0, 64).toWellFormed().trim()
    const name = text.slice(0, 100).toWellFormed()
    const made = await account.prospect({ firstName: name, lastName: 'Z', title: text, company: text, labels: [label] })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({ firstName: name, title: text, company: text, labels: [label] })

    const find = async (parameters: Record<string, string>) => {
      const { status, json } = await account.list(q(parameters))
      expect([status, json.totalCount]).toEqual([200, json.prospects?.length])
      return json.prospects.map(({ id }) => id)
    }
    expect(await find({ label })).toEqual([made.json.id])
    for (const [filter, value] of Object.entries({ title: text, company: text, name })) {
      const found = await find({ [filter]: value })
      // other texts can have the same words
      if (!hasWord(value)) expect(found).toEqual([])
      else expect([found.includes(made.json.id), found.includes(plain)]).toEqual([true, false])
    }
    expect(await find({ title: text, company: text, label })).toEqual(hasWord(text) ? [made.json.id] : [])
    for (const filter of ['email', 'stage', 'phone']) expect(await find({ [filter]: text })).toEqual([])
  })

  test.each(['%00', 'a%00b', '%07', '%1b[0m', '%7f', '%c2%85'])('rejects the control character %s', async (text) => {
    for (const filter of ['email', 'phone', 'name', 'title', 'company', 'stage', 'label', 'pageToken']) {
      const { status, json } = await account.list(`${filter}=${text}`)
      expect([status, json]).toMatchObject([400, { errors: [{ in: 'query', pointer: expect.stringMatching(filter) }] }])
    }
  })

  test.each(['%', '%2', '%zz', '%ff', '%ed%a0%80', '%c0%80', '%f5%80%80%80', 'a&b', '=', 'a=b'])(
    'gets a response for the invalid encoding %s',
    async (text) => {
      for (const filter of ['email', 'phone', 'name', 'stage', 'label', 'limit', 'pageToken']) {
        const { status } = await account.list(`${filter}=${text}`)
        expect([200, 400]).toContain(status)
      }
    },
  )
})
