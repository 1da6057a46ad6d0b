import { describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { writeMany } from '../support/callers'

const numbered = (n: number, from = 0) => Array.from({ length: n }, (_, i) => `Label ${from + i}`)
const q = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString()

/** The first names of the prospects that a query finds. */
async function found({ list }: Account, query: string) {
  const { status, json } = await list(`${query}&limit=1000`)
  expect(status).toBe(200)
  expect(json.totalCount).toBe(json.prospects.length)
  return json.prospects.map(({ firstName }) => firstName)
}

/** An account with prospects: first name → the other fields. */
async function accountOf(people: Record<string, object>) {
  const account = await newAccount()
  for (const [firstName, body] of Object.entries(people)) await account.prospect({ firstName, ...body })
  return account
}

describe('a label filter', () => {
  const labelled = () =>
    accountOf({
      A: { labels: 'Hot' },
      B: { labels: ['Inbound'] },
      C: { labels: ['Hot', 'Inbound', 'Été'] },
      D: { labels: 'Cold' },
      E: {},
    })

  test.each([
    ['one', 'label=Hot', ['C', 'A']],
    ['repeated', 'label=Hot&label=Inbound', ['C', 'B', 'A']],
    ['with commas', 'label=Hot,Inbound', ['C', 'B', 'A']],
    ['with an encoded comma', 'label=Hot%2CInbound', ['C', 'B', 'A']],
    ['mixed', 'label=Hot,Inbound&label=Cold', ['D', 'C', 'B', 'A']],
    ['in any case', 'label=hOT&label=COLD', ['D', 'C', 'A']],
    ['with accents in any case', 'label=ÉTÉ', ['C']],
    ['with spaces around', 'label=%20Hot%20,%20Cold%20', ['D', 'C', 'A']],
    ['that no prospect has', 'label=Nope', []],
    ['that no prospect has, and one that some have', 'label=Nope,Cold', ['D']],
    ['with nothing between commas', 'label=Hot,,', ['C', 'A']],
    ['a comma alone', 'label=,', []],
    ['a comma alone beside a label', 'label=,&label=Cold', ['D']],
    ['the beginning of one', 'label=Ho', []],
    ['two in one, without a comma', 'label=Hot%20Inbound', []],
  ])('%s', async (_what, query, names) => {
    expect(await found(await labelled(), query)).toEqual(names)
  })

  test.each([
    ['10', numbered(10), 200],
    [
      '10, each many times in any case',
      [...numbered(10), ...numbered(10), ...numbered(10).map((s) => s.toUpperCase())],
      200,
    ],
    ['11', numbered(11), 400],
    ['11, of which no prospect has the last,', [...numbered(10), 'Nope'], 400],
  ])('of %s labels', async (_what, labels, status) => {
    const account = await newAccount()
    await account.prospect({ labels: numbered(20) })
    for (const name of ['label', 'excludeLabel'])
      for (const query of [labels.map((label) => q({ [name]: label })).join('&'), q({ [name]: labels.join() })]) {
        const answer = await account.list(query)
        expect(answer.status).toBe(status)
        expect(answer.json).toMatchObject(
          status === 200
            ? { totalCount: Number(name === 'label') }
            : { errors: [{ in: 'query', pointer: `/${name}`, code: 'too_many' }] },
        )
      }
  })
})

describe('a stage filter', () => {
  async function staged() {
    const account = await newAccount()
    await account.post('/v1/pipelines', { name: 'Second', stages: ['Lead', 'Offer', 'new'] })
    const items: { id: string; name: string; pipelineId: string }[] = (await account.get('/v1/stages')).json.items
    const stage = (name: string, first: boolean) =>
      items.find((s) => s.name === name && (s.pipelineId === account.pipelineId) === first)?.id ?? ''
    await account.prospect({ firstName: 'A', stageId: stage('Offer', true), labels: 'Hot' })
    await account.prospect({ firstName: 'B', stageId: stage('Offer', false) })
    await account.prospect({ firstName: 'C', stageId: stage('new', false), labels: 'Cold' })
    await account.prospect({ firstName: 'D', labels: 'Hot' })
    return { account, stage }
  }

  test('by name finds the stages of that name in every pipeline, in any case', async () => {
    const { account } = await staged()
    expect(await found(account, 'stage=Offer')).toEqual(['B', 'A'])
    expect(await found(account, 'stage=%20offER')).toEqual(['B', 'A'])
    expect(await found(account, 'stage=NEW')).toEqual(['D', 'C'])
    expect(await found(account, 'stage=Lead')).toEqual([])
    expect(await found(account, 'stage=Off')).toEqual([])
    expect(await found(account, 'stage=new&label=hot,cold')).toEqual(['D', 'C'])
  })

  test('by id finds that stage only', async () => {
    const { account, stage } = await staged()
    expect(await found(account, q({ stage: stage('Offer', true) }))).toEqual(['A'])
    expect(await found(account, q({ stage: stage('Offer', false) }))).toEqual(['B'])
    expect(await found(account, q({ stage: stage('Offer', true), label: 'hot' }))).toEqual(['A'])
  })

  test('by an id of another account finds no prospects', async () => {
    const [{ account }, { stage }] = [await staged(), await staged()]
    expect(await found(account, q({ stage: stage('Offer', true) }))).toEqual([])
  })
})

describe('an email or phone filter', () => {
  test.each([
    ['email=ann%2Bx@example.com', ['Ann']],
    ['email=ann+x@example.com', ['Ann']],
    ['email=ANN%2BX@EXAMPLE.COM', ['Ann']],
    ['email=ann', []],
    ['email=@example.com', []],
    ['email=%25', []],
    ['phone=%2B12125550123', ['Ann']],
    ['phone=+12125550123', ['Ann']],
    ['phone=+1%20(212)%20555-0123', ['Ann']],
    ['phone=212.555.0123', ['Ann']],
    ['phone=1-212-555-0123%20x9', ['Ann']],
    ['phone=+442079460958', ['Bob']],
    ['phone=+44%2020%207946%200958', ['Bob']],
    ['phone=2125550123&email=ann%2Bx@example.com', ['Ann']],
    ['phone=%2B442079460958&email=ann%2Bx@example.com', []],
    ['phone=2125550123&name=bob', []],
    ['phone=2125550', []],
    ['phone=212-155-0123', []],
    ['phone=nobody', []],
    ['phone=212-155-0123&name=ann', []],
  ])('%s', async (query, names) => {
    const account = await accountOf({
      Ann: { email: 'ann+x@example.com', phone: '212-555-0123' },
      Bob: { phone: '+442079460958' },
    })
    expect(await found(account, query)).toEqual(names)
  })

  test('a phone without a country code is read as a number of the account’s country', async () => {
    const account = await newAccount({ defaultCountry: 'GB' })
    await account.prospect({ firstName: 'Ann', phone: '+44 20 7946 0958' })
    expect(await found(account, 'phone=020 7946 0958')).toEqual(['Ann'])
    expect(await found(account, 'phone=212-555-0123')).toEqual([])
  })
})

describe('a text filter', () => {
  test.each([
    ['jos ner', true],
    ['ner jos', true],
    ['JOSÉ NERÚDA', true],
    ['nerúd', true],
    ['j', true],
    ['jo jos josé', true],
    ['lópez', true],
    ['ner lop jos', true],
    ['  jos ,  ner!', true],
    ['jos-ner', true],
    ['osé', false],
    ['erúda', false],
    ['jos neruta', false],
    ['josé nerúda smith', false],
    ['josephine', false],
    ['agent', false],
    ['acme', false],
  ])('name=%s', async (name, matches) => {
    const account = await newAccount()
    await account.prospect({ firstName: 'José', lastName: 'Nerúda-López', title: 'Agent', company: 'Acme' })
    await account.prospect({ firstName: 'Ann', lastName: 'Lee' })
    expect(await found(account, q({ name }))).toEqual(matches ? ['José'] : [])
  })

  test.each([6, 7, 31, 40])('of %d words finds prospects that have a word for each', async (n) => {
    const words = Array.from({ length: n }, (_, i) => `w${String.fromCharCode(97 + (i % 26))}${Math.floor(i / 26)}`)
    const account = await accountOf({ A: { title: words.join(' ') }, B: { title: words.slice(1).join(' ') } })
    expect(await found(account, q({ title: words.toReversed().join(' ') }))).toEqual(['A'])
    expect(await found(account, q({ title: words.slice(1).join(' ') }))).toEqual(['B', 'A'])
    expect(await found(account, q({ title: [...words, 'zz'].join(' ') }))).toEqual([])
  })

  test('words in several filters find prospects that have all of them, each in its field', async () => {
    const account = await accountOf({
      Ann: { lastName: 'Bea Cee Dee', title: 'Eel Fox Gnu', company: 'Hen Ibis Jay' },
      Bob: { lastName: 'Bea Cee Dee', title: 'Hen Ibis Jay', company: 'Eel Fox Gnu' },
    })
    const asked = { name: 'bea cee dee', title: 'eel fox gnu', company: 'hen ibis jay' }
    expect(await found(account, q(asked))).toEqual(['Ann'])
    expect(await found(account, q({ ...asked, name: 'bea cee dee ann' }))).toEqual(['Ann'])
    expect(await found(account, q({ ...asked, name: 'bea cee dee bob' }))).toEqual([])
  })
})

describe('q', () => {
  const people = () =>
    accountOf({
      Ann: { lastName: 'Lee', email: 'ann+x@example.com', phone: '212-555-0123', company: 'Acme 1500' },
      Bob: { lastName: 'Ann-Stone', phone: '+442079460958', title: 'Agent 2125' },
      Cy: { lastName: 'Poe', company: 'Lee & Acme' },
    })

  test.each([
    ['ann', ['Bob', 'Ann']],
    ['ANN stone', ['Bob']],
    ['ann-stone', ['Bob']],
    ['lee acm', ['Cy', 'Ann']],
    ['lee agent', []],
    ['nn', []],
    ['ann & lee', ['Ann']],
    ['ANN+X@example', ['Ann']],
    ['ann+x@example.com acme', ['Ann']],
    ['ann+x@example.com bob', []],
    ['nn+x@', []],
    ['@example.com', []],
    ['ann+x', []],
    ['2125', ['Bob', 'Ann']],
    ['212', ['Bob']],
    ['1500', ['Ann']],
    ['2125 lee', ['Ann']],
    ['1500 2125550123', ['Ann']],
    ['2125550123 1500', ['Ann']],
    ['1500 2125', ['Ann']],
    ['1501 2125', []],
    ['(212) 555', ['Ann']],
    ['212.555.0123', ['Ann']],
    ['212 555 0123 acme', ['Ann']],
    ['1 212 555', ['Ann']],
    ['+1 212 555', ['Ann']],
    ['12125550123', ['Ann']],
    ['21255501234', []],
    ['+2125', ['Bob']],
    ['5550123', []],
    ['4420', ['Bob']],
    ['+44 20 7946', ['Bob']],
    ['2079', []],
    ['!?', []],
  ])('%s', async (text, names) => {
    expect(await found(await people(), q({ q: text }))).toEqual(names)
  })

  test('reads a phone in national form as one of the account’s country', async () => {
    const account = await newAccount({ defaultCountry: 'GB' })
    await account.prospect({ firstName: 'Bob', phone: '020 7946 0958' })
    await account.prospect({ firstName: 'Ann', phone: '+1 212 555 0123' })
    for (const text of ['0207', '(020) 7946', '2079', '4420', '+4420'])
      expect(await found(account, q({ q: text }))).toEqual(['Bob'])
    expect(await found(account, q({ q: '1212' }))).toEqual(['Ann'])
    expect(await found(account, q({ q: '2125' }))).toEqual([])
  })

  test('finds the survivor by the email and the phone of a merged duplicate', async () => {
    const account = await newAccount()
    const one = (await account.prospect({ firstName: 'One', email: 'one@example.com', phone: '6465550123' })).json.id
    const two = (await account.prospect({ firstName: 'Two', email: 'two@example.com', phone: '2125550123' })).json.id
    await account.post(`/v1/prospects/${one}/merge`, { duplicateId: two })
    for (const text of ['two@', '2125', 'one two@', 'one 2125', 'two@ 6465'])
      expect(await found(account, q({ q: text }))).toEqual(['One'])
  })
})

describe('fields', () => {
  const listed = async (account: Account, fields: string, more = '') => {
    const { status, json } = await account.list(`${q({ fields })}${more}`)
    expect(status).toBe(200)
    return json.prospects[0]
  }

  test('name what the prospects of a list have, besides the id', async () => {
    const account = await newAccount()
    const { json: made } = await account.prospect({
      labels: 'Hot',
      notes: 'Met',
      email: 'ann@example.com',
      title: null,
    })
    const { id } = made
    expect(await listed(account, 'id')).toEqual({ id })
    expect(await listed(account, 'notes, email,,notes')).toEqual({ id, notes: 'Met', email: 'ann@example.com' })
    expect(await listed(account, 'labels,jobIds,title')).toEqual({ id, labels: ['Hot'], jobIds: [], title: null })
    expect(await listed(account, 'currentStage,pipelineId', '&sort=-updatedAt')).toEqual({
      id,
      currentStage: 'New',
      pipelineId: account.pipelineId,
    })
    const { message: _, created: __, matchedBy: ___, potentialDuplicateId: ____, ...whole } = made
    expect(await listed(account, Object.keys(whole).join())).toEqual(whole)
  })

  test('that do not exist are named in the error', async () => {
    const { status, json } = await (await newAccount()).get('/v1/prospects?fields=email,nmae,Notes')
    expect([status, json.errors]).toMatchObject([
      400,
      [{ in: 'query', pointer: '/fields', code: 'not_allowed', message: 'There is no field nmae, Notes.' }],
    ])
  })

  test('do not count towards the 4 MiB of a page if they are left out', { tags: 'scale' }, async () => {
    const account = await newAccount()
    await writeMany(
      account,
      Array.from({ length: 250 }, (_, n) => ({ email: `p${n}@example.com`, notes: 'x'.repeat(19_000) })),
    )
    const page = async (fields: string) => (await account.list(`limit=1000&fields=${fields}`)).json.prospects.length
    expect(await page('email')).toBe(250)
    expect(await page('notes')).toBeLessThan(250)
  })
})

describe('rejected parameters', () => {
  const SINGLE = ['q', 'email', 'phone', 'name', 'title', 'company', 'stage', 'limit', 'pageToken']

  async function refusedFields(query: string) {
    const { status, json } = await (await newAccount()).get(`/v1/prospects?${query}`)
    return [status, ...new Set(json.errors.map((e: any) => `${e.in} ${e.pointer}`).sort())]
  }

  test.each(['1', '2', '1000'])('do not include limit=%s', async (limit) => {
    expect((await (await newAccount()).list(`limit=${limit}`)).status).toBe(200)
  })

  test('do not include a missing limit, which is 1', async () => {
    const { json } = await (await accountOf({ A: {}, B: {} })).list()
    expect(json).toMatchObject({ prospects: [{ firstName: 'B' }], totalCount: 2, nextPageToken: expect.any(String) })
  })

  test.each(['0', '1001', '-1', 'abc', '1.5', '1e2', '0x10', '', '%20', '9999999999', '１', 'null'])(
    'limit=%s',
    async (limit) => {
      expect(await refusedFields(`limit=${limit}`)).toEqual([400, 'query /limit'])
    },
  )

  test.each([...SINGLE, 'label', 'excludeLabel', 'fields'])('%s, empty or of spaces', async (name) => {
    for (const value of ['', '%20%20']) expect(await refusedFields(`${name}=${value}`)).toEqual([400, `query /${name}`])
  })

  test.each(SINGLE)('%s, twice', async (name) => {
    expect(await refusedFields(`${name}=1&${name}=1`)).toEqual([400, `query /${name}`])
  })

  test('all invalid parameters are reported together, by name', async () => {
    expect(await refusedFields('limit=0&nmae=x&title=&email=a&email=b&labels=Hot')).toEqual([
      400,
      'query /email',
      'query /labels',
      'query /limit',
      'query /nmae',
      'query /title',
    ])
  })
})
