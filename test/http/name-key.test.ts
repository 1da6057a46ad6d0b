import { describe, expect, test } from 'vitest'
import { nameKey } from '../../src/http/text'
import { type Account, newAccount } from '../support/api'

const UNIQUE = ['pipelines', 'stages', 'labels', 'sources', 'offices']

describe.each(UNIQUE)('names of %s', (kind) => {
  const create = (account: Account, name: string) =>
    account.post(`/v1/${kind}`, { name, ...(kind === 'stages' && { pipelineId: account.pipelineId }) })

  test.each([
    ['Hot Lead', 'HOT LEAD'],
    ['Straße', 'STRASSE'],
    ['straße', 'STRAẞE'],
    ['ΟΔΟΣ', 'οδος'],
    ['Éclair', 'éCLAIR'],
    ['Caf\u00e9', 'Cafe\u0301'],
    ['ᾳ', 'ΑΙ'],
    ['Same', ' Same\n'],
  ])('%j and %j are the same name', async (first, second) => {
    const account = await newAccount()
    const { id } = (await create(account, first)).json
    const { status, json } = await create(account, second)
    expect([status, json]).toMatchObject([409, { code: 'already_exists', conflictsWith: id }])
    expect((await account.get(`/v1/${kind}/${id}`)).json.name).toBe(first)
  })

  test.each([
    ['Résumé', 'Resume'],
    ['Ñ', 'N'],
    ['a b', 'a  b'],
    ['10', '010'],
  ])('%j and %j are two names', async (first, second) => {
    const account = await newAccount()
    expect([(await create(account, first)).status, (await create(account, second)).status]).toEqual([201, 201])
  })

  test('one of ten items with the same name is created if they come at the same time, and the others get its id in a 409', async () => {
    const account = await newAccount()
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => create(account, i % 2 ? 'Race' : 'RACE')))
    const [made, ...more] = answers.filter(({ status }) => status === 201)
    expect(more).toEqual([])
    const others = answers.filter((answer) => answer !== made)
    for (const { status, json } of others) expect([status, json.conflictsWith]).toEqual([409, made?.json.id])
  })
})

test('names that differ only in case have the same key, for every letter of Unicode', () => {
  const differing: string[] = []
  for (let code = 0x20; code <= 0x1ffff; code++) {
    const letter = String.fromCodePoint(code)
    if (!letter.isWellFormed()) continue
    const key = nameKey(letter)
    const spellings = [letter.toUpperCase(), letter.toLowerCase(), letter.normalize('NFD'), key]
    if (spellings.some((spelling) => nameKey(spelling) !== key)) differing.push(letter)
  }
  expect(differing).toEqual([])
})
