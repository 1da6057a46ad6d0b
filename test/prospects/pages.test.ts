import { beforeAll, describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import { rows } from '../support/d1'
import { type Asked, expectedOf, type Member, makeFilterableProspects, queryOf } from '../support/filterable-prospects'

/** Reads all pages, and calls a function after each. */
async function walk({ list }: Account, query: string, between: (page: number) => Promise<unknown> = async () => {}) {
  const pages: { ids: string[]; total: number }[] = []
  for (let token = ''; ; ) {
    const { status, json } = await list(`${query}${token && `&pageToken=${encodeURIComponent(token)}`}`)
    expect(status).toBe(200)
    pages.push({ ids: json.prospects.map(({ id }) => id), total: json.totalCount })
    if (json.nextPageToken === null) return pages
    token = json.nextPageToken
    await between(pages.length)
    expect(pages.length).toBeLessThan(200)
  }
}

const idsOf = (pages: { ids: string[] }[]) => pages.flatMap(({ ids }) => ids)

const SHAPES: [by: string, asked: Asked][] = [
  ['no filter', {}],
  ['one label', { label: ['Hot'] }],
  ['labels of which some prospects have several', { label: ['Hot', 'Cold', 'Inbound'] }],
  ['a stage of several pipelines', { stage: 'New' }],
  ['labels and a stage of several pipelines', { label: ['Hot', 'Cold', 'VIP'], stage: 'New' }],
  ['words', { name: 'j', company: 'real' }],
  ['words, labels and a stage', { title: 'agent', label: ['Hot', 'Cold', 'VIP'], stage: 'new' }],
  ['a search', { q: ['j', 'realty'] }],
  ['a search for a shared phone', { q: ['(212) 555'] }],
  ['labels to exclude', { excludeLabel: ['Hot', 'Rare'] }],
  ['labels, labels to exclude and a stage', { label: ['Hot', 'Cold'], excludeLabel: ['VIP'], stage: 'New' }],
  ['a shared phone', { phone: '2125550100' }],
]

let unchanged: { account: Account; members: Member[] }
beforeAll(async () => {
  const account = await newAccount()
  unchanged = { account, members: await makeFilterableProspects(account) }
})

describe.each(SHAPES)('pages by %s', (_by, asked) => {
  test('have each prospect once, newest first, with the same total on every page, for every limit', {
    tags: 'scale',
  }, async () => {
    const { account, members } = unchanged
    const expected = expectedOf(members, asked).map(({ id }) => id)
    expect(expected.length).toBeGreaterThan(1)
    for (const limit of [expected.length < 25 ? 1 : 5, 7, expected.length, 1000]) {
      const pages = await walk(account, `${queryOf(asked)}&limit=${limit}`)
      expect(idsOf(pages)).toEqual(expected)
      expect(pages).toHaveLength(Math.ceil(expected.length / limit))
      expect(new Set(pages.map(({ total }) => total))).toEqual(new Set([expected.length]))
    }
  })

  test('repeat and skip no prospect while others are added and deleted', { tags: 'scale' }, async () => {
    const account = await newAccount()
    const expected = expectedOf(await makeFilterableProspects(account), asked).map(({ id }) => id)
    const deleted = new Set<string>()
    const erase = async (id: string | undefined) => {
      if (!id) return
      await rows('DELETE FROM prospects WHERE account_id = ? AND id = ? RETURNING id', account.id, id)
      deleted.add(id)
    }
    const likeThose = { firstName: 'José', title: 'Agent', company: 'Realty', labels: ['Hot', 'Cold'] }
    const limit = expected.length < 25 ? 2 : 5
    const pages = await walk(account, `${queryOf(asked)}&limit=${limit}`, async (page) => {
      const [last, next] = [expected[limit * page - 1], expected[limit * page + 1]]
      await erase(page % 2 ? last : next)
      await writeMany(account, [{ ...likeThose, email: `new${page}@example.com`, phone: '2125550100' }])
    })
    const seen = idsOf(pages)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => !deleted.has(id))).toEqual(expected.filter((id) => !deleted.has(id)))
    expect(seen.filter((id) => !expected.includes(id))).toEqual([])
  })
})

describe('a page token', () => {
  /** An account with four prospects. */
  async function newFour() {
    const account = await newAccount()
    await account.post('/v1/pipelines', { name: 'Second', stages: ['New'] })
    for (const n of [1, 2, 3, 4])
      await account.prospect({
        firstName: 'Ann',
        lastName: `Lee${n}`,
        labels: ['Hot', 'Cold'],
        email: `p${n}@x.co`,
        phone: '2125550100',
        title: 'Agent',
        company: 'Acme',
      })
    return account
  }
  let four: Account
  beforeAll(async () => {
    four = await newFour()
  })
  /** The token of the first page of a list. */
  async function tokenOf(query: string, account = four) {
    const token: string = (await account.list(query)).json.nextPageToken ?? ''
    expect(token).not.toBe('')
    return { account, token }
  }
  const withToken = ({ list }: Account, query: string, token: string) =>
    list(`${query}&pageToken=${encodeURIComponent(token)}`)
  const REFUSED = [400, { errors: [{ in: 'query', pointer: '/pageToken', code: 'invalid_page_token' }] }]

  test.each([
    ['', 'label=Hot'],
    ['label=Hot', ''],
    ['label=Hot', 'label=Hot,Cold'],
    ['label=Hot,Cold', 'label=Hot'],
    ['label=Hot', 'stage=Hot'],
    ['stage=New', 'stage=Contacted'],
    ['stage=New', 'stage=New&label=Hot'],
    ['name=ann', 'name=lee'],
    ['name=ann', 'title=ann'],
    ['title=agent', 'company=agent'],
    ['q=agent', 'title=agent'],
    ['label=Hot', 'excludeLabel=Hot'],
    ['createdSince=1', 'createdSince=2'],
    ['createdSince=1', 'updatedSince=1'],
    ['updatedSince=1', 'updatedSince=1&updatedBefore=99999999999999'],
    ['', 'q=ann'],
    ['phone=2125550100', 'phone=2125550101'],
    ['phone=2125550100', 'phone=nobody'],
    ['', 'label=,'],
    ['', 'email=p1@x.co'],
  ])('of “%s” is rejected with “%s”', async (query, other) => {
    const { account, token } = await tokenOf(query)
    expect((await withToken(account, query, token)).status).toBe(200)
    const { status, json } = await withToken(account, other, token)
    expect([status, json]).toMatchObject(REFUSED)
  })

  test.each([
    ['label=Hot,Cold', 'label=Cold&label=Hot'],
    ['label=Hot&label=Cold', 'label=cold,HOT,hot'],
    ['label=Hot', 'label=hot,,Hot'],
    ['label=Hot&stage=New', 'stage=New&label=Hot'],
    ['limit=1', 'limit=1000'],
    ['limit=2&name=ann', 'name=ann'],
    ['fields=firstName', 'fields=lastName,email'],
  ])('of “%s” is accepted with “%s”, which is the same query', async (query, same) => {
    const { account, token } = await tokenOf(query)
    const { status, json } = await withToken(account, same, token)
    expect(status).toBe(200)
    const first = (await account.list(query)).json.prospects.map(({ id }) => id)
    const [next] = json.prospects.map(({ id }) => id)
    const all = (await account.list('limit=1000')).json.prospects.map(({ id }) => id)
    expect(next).toBe(all[first.length])
  })

  test('that is changed in any character is rejected', async () => {
    const { account, token } = await tokenOf('label=Hot')
    // the next letter of the alphabet: in the last place it can differ only in bits that a decoder ignores
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const neighbour = (ch: string) => digits[digits.indexOf(ch) ^ 1]
    const altered = Array.from(token, (ch, i) => token.slice(0, i) + neighbour(ch) + token.slice(i + 1))
    const answers = await Promise.all(altered.map((other) => withToken(account, 'label=Hot', other)))
    const accepted = altered.filter((_, i) => answers[i]?.status !== 400)
    expect(accepted).toEqual([])
  })

  const encoded = (value: unknown) => btoa(JSON.stringify(value))
  test.each([
    ['a word', 'nope'],
    ['digits', '12345'],
    ['no base64', '!!!'],
    ['an id', 'prs_0000000000000000000000000'],
    ['an empty array', encoded([])],
    ['an object', encoded({})],
    ['null', encoded(null)],
    ['a number', encoded(1)],
    ['values that are not text', encoded([null, null])],
    ['an array of arrays', encoded([[], []])],
    ['SQL', encoded(["' OR 1=1 --", "' OR 1=1 --"])],
    ['bytes that are not UTF-8', btoa('\xff\xfe')],
    ['1000 characters', 'A'.repeat(1000)],
    ['10,000 characters', 'A'.repeat(10_000)],
  ])('that the API did not make is rejected: %s', async (_what, token) => {
    const { status, json } = await withToken(four, 'limit=1', token)
    expect([status, json]).toMatchObject([400, { errors: [{ in: 'query', pointer: '/pageToken' }] }])
  })

  test('that is cut or extended is rejected', async () => {
    const { account, token } = await tokenOf('')
    for (const other of [token.slice(0, -1), token.slice(1), token.slice(0, 8), `${token}A`, token + token])
      expect((await withToken(account, '', other)).status).toBe(400)
  })

  test('of another list is rejected', async () => {
    const { account, token } = await tokenOf('')
    const labels = await account.get('/v1/labels?limit=1')
    expect((await withToken(account, '', labels.json.nextPageToken)).status).toBe(400)
    expect((await account.get(`/v1/labels?pageToken=${token}`)).status).toBe(400)
  })

  test('of another account shows nothing of that account', async () => {
    const [{ token }, account] = [await tokenOf(''), await newFour()]
    const own = (await account.list('limit=1000')).json.prospects.map(({ id }) => id)
    const { json } = await withToken(account, 'limit=1000', token)
    for (const { id } of json.prospects ?? []) expect(own).toContain(id)
  })

  test('continues at the position of its prospect after that prospect is deleted', async () => {
    const { account, token } = await tokenOf('label=Hot', await newFour())
    const all = (await account.list('limit=1000')).json.prospects.map(({ id }) => id)
    await rows('DELETE FROM prospects WHERE account_id = ? AND id = ? RETURNING id', account.id, all[0])
    const { json } = await withToken(account, 'label=Hot&limit=1000', token)
    expect(json.prospects.map(({ id }) => id)).toEqual(all.slice(1))
    expect(json).toMatchObject({ totalCount: 3, nextPageToken: null })
  })
})
