// @module-tag scale
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Prospect } from '../../src/prospects/prospect'
import { type Account, costOf, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import {
  type Asked,
  expectedOf,
  type Member,
  makeFilterableProspects,
  queryOf,
  VALUES,
} from '../support/filterable-prospects'
import { errorsOf } from '../support/problem'

const SORTS = ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'name', '-name'] as const
type Sort = (typeof SORTS)[number]
const EXACT = ['licenseStatus', 'officeId', 'sourceId', 'pipelineId'] as const

/** The parameters of a list besides the filters of `Asked`. */
type More = { [F in (typeof EXACT)[number] | 'jobId']?: string } & {
  [F in 'createdSince' | 'createdBefore' | 'updatedSince' | 'updatedBefore']?: number
}

afterEach(() => void vi.useRealTimers())

/** Prospects of which two thirds were changed after their creation, in no order, some of them twice. */
async function changedCrowd() {
  const account = await newAccount()
  const crowd = await makeFilterableProspects(account)
  const make = async (kind: string, name: string): Promise<string> =>
    (await account.post(`/v1/${kind}`, { name })).json.id
  const ids = async (kind: string) => [await make(kind, 'One'), await make(kind, 'Two')]
  const [offices, sources, jobs] = [await ids('offices'), await ids('sources'), await ids('jobs')]
  for (let n = 0; n < 60; n++) {
    const of = (values: unknown[]) => values[(n * 7) % (values.length + 1)] ?? null
    await account.call('PATCH', `/v1/prospects/${crowd[(n * n + 3 * n) % 60]?.id}`, {
      notes: `${n}`,
      officeId: of(offices),
      sourceId: of(sources),
      jobIds: jobs.slice(0, n % 3),
      licenseStatus: of(['licensed', 'in_progress', 'not_started']),
    })
  }
  const { prospects } = (await account.list('limit=1000')).json
  const members = crowd.map((p) => ({ ...prospects.find(({ id }) => id === p.id), ...p }) as Member & Prospect)
  return { account, members, offices, sources, jobs }
}
type Crowd = Awaited<ReturnType<typeof changedCrowd>>

/** The last names of the prospects, without anything but letters, in order. */
const NAMES = ['delacruz', 'lee', 'muller', 'ner', 'neruda', 'oneil', 'smithjones']

/** Compares lists of values: by the first ones that differ. */
function compareKeys(a: (string | number)[], b: (string | number)[]): number {
  const i = a.findIndex((value, n) => value !== b[n])
  return i < 0 ? 0 : (a[i] as string) < (b[i] as string) ? -1 : 1
}

/** A simple model of the contract for these filters and sorts. */
function listed({ members }: Crowd, asked: Asked, more: More, sort: Sort): string[] {
  const found = (expectedOf(members, asked) as (Member & Prospect)[]).filter(
    (p) =>
      EXACT.every((field) => more[field] === undefined || p[field] === more[field]) &&
      (more.jobId === undefined || p.jobIds.includes(more.jobId)) &&
      p.createdAt >= (more.createdSince ?? 0) &&
      p.createdAt < (more.createdBefore ?? Number.POSITIVE_INFINITY) &&
      p.updatedAt >= (more.updatedSince ?? 0) &&
      p.updatedAt < (more.updatedBefore ?? Number.POSITIVE_INFINITY),
  )
  const fold = (name: string) =>
    (
      name
        .normalize('NFD')
        .toLowerCase()
        .match(/[a-z]+/g) ?? []
    ).join('')
  const keys = (p: Prospect) => [
    sort.endsWith('updatedAt') ? p.updatedAt : 0,
    sort.endsWith('name') ? NAMES.indexOf(fold(p.lastName)) : 0,
    sort.endsWith('name') ? fold(p.firstName) : '',
    p.id,
  ]
  found.sort((a, b) => compareKeys(keys(a), keys(b)))
  return (sort.startsWith('-') ? found.toReversed() : found).map(({ id }) => id)
}

const queryFor = (asked: Asked, more: object, sort: Sort) =>
  `${queryOf(asked)}&${new URLSearchParams(Object.entries({ ...more, sort }).map(([k, v]) => [k, String(v)]))}`

/** Reads all pages, and calls a function after each. */
async function walk({ list }: Account, query: string, between: (page: number) => Promise<unknown> = async () => {}) {
  const pages: Prospect[][] = []
  for (let token: string | null = ''; token !== null; ) {
    const { status, json } = await list(`${query}${token && `&pageToken=${encodeURIComponent(token)}`}`)
    expect(status).toBe(200)
    expect(pages.length).toBeLessThan(200)
    pages.push(json.prospects)
    token = json.nextPageToken
    if (token !== null) await between(pages.length)
  }
  return pages.flat()
}

describe('the list equals a simple model of the contract, for all filters and sorts', () => {
  let crowd: Crowd
  beforeAll(async () => {
    crowd = await changedCrowd()
  })

  const times = (of: 'createdAt' | 'updatedAt') =>
    fc.constantFrom(0, ...crowd.members.flatMap((p) => [p[of], p[of] + 1]), 9e14)
  const more = (): fc.Arbitrary<More> =>
    fc.record(
      {
        licenseStatus: fc.constantFrom('licensed', 'in_progress', 'not_started'),
        officeId: fc.constantFrom(...crowd.offices, 'off_nope'),
        sourceId: fc.constantFrom(...crowd.sources, 'src_nope'),
        jobId: fc.constantFrom(...crowd.jobs, 'job_nope'),
        pipelineId: fc.constantFrom(...crowd.members.flatMap((p) => p.pipelineId ?? []), 'pipe_nope'),
        createdSince: times('createdAt'),
        createdBefore: times('createdAt'),
        updatedSince: times('updatedAt'),
        updatedBefore: times('updatedAt'),
      },
      { requiredKeys: [] },
    )
  const few = <T extends object>(given: fc.Arbitrary<T>, most: number) =>
    given.chain((all) =>
      fc
        .subarray(Object.keys(all), { maxLength: Math.min(most, Object.keys(all).length) })
        .map((keys) => Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key))) as T),
    )

  test.each(SORTS)('sort=%s', async (sort) => {
    const old = fc.record(VALUES(crowd.members), { requiredKeys: [] })
    const sizes = new Set<number>()
    const holds = async (asked: Asked, extra: More, limit: number, total: boolean) => {
      const expected = listed(crowd, asked, extra, sort)
      const { status, json } = await crowd.account.list(`${queryFor(asked, extra, sort)}&limit=${limit}&total=${total}`)
      expect({ status, ids: json.prospects?.map(({ id }) => id), total: json.totalCount }).toEqual({
        status: 200,
        ids: expected.slice(0, limit),
        total: total ? expected.length : null,
      })
      expect(json.nextPageToken === null).toBe(expected.length <= limit)
      sizes.add(expected.length)
    }
    const property = fc.asyncProperty(
      few(old, 2),
      few(more(), 3),
      fc.constantFrom(1, 7, 1000),
      fc.boolean(),
      (...given) => holds(...given),
    )
    await fc.assert(property, { seed: 11, numRuns: 60 })
    expect(sizes.size).toBeGreaterThan(5)
  })

  test.each(SORTS)('all pages together equal it too, by sort=%s', async (sort) => {
    const since = crowd.members[30]?.updatedAt ?? 0
    const [createdSince, createdBefore] = [crowd.members[35]?.createdAt ?? 0, crowd.members[0]?.createdAt ?? 0]
    const shapes: [Asked, More][] = [
      [{}, {}],
      [{}, { updatedSince: since }],
      [{}, { updatedSince: since, updatedBefore: 9e14 }],
      [{}, { updatedBefore: since }],
      [{}, { createdSince, createdBefore }],
      [{ label: ['Hot', 'Cold'] }, { createdSince }],
      [{ stage: 'new' }, { createdBefore }],
      [{}, { createdBefore, officeId: crowd.offices[0] ?? '' }],
      [{ excludeLabel: ['Hot', 'Cold'] }, {}],
      [{ q: ['j'] }, {}],
      [{ label: ['Hot', 'Cold'] }, {}],
      [{ name: 'j' }, { licenseStatus: 'licensed' }],
      [{ stage: 'new' }, { jobId: crowd.jobs[0] ?? '', updatedSince: 1 }],
    ]
    for (const [asked, extra] of shapes) {
      const expected = listed(crowd, asked, extra, sort)
      for (const limit of expected.length < 25 ? [1, 7] : [7]) {
        const seen = await walk(crowd.account, `${queryFor(asked, extra, sort)}&limit=${limit}`)
        expect(seen.map(({ id }) => id)).toEqual(expected)
      }
    }
  })

  test('a token is rejected with another sort or filter, and accepted with another total', async () => {
    const { account, offices } = crowd
    const queries = [
      ...SORTS.map((sort) => `sort=${sort}`),
      'updatedSince=1',
      'updatedSince=2',
      'sort=updatedAt&updatedSince=1',
      'licenseStatus=licensed',
      'licenseStatus=in_progress',
      `officeId=${offices[0]}`,
      `officeId=${offices[1]}`,
      `sourceId=${crowd.sources[0]}`,
      `jobId=${crowd.jobs[0]}`,
      `pipelineId=${account.pipelineId}`,
    ]
    for (const query of queries) {
      const token = (await account.list(query)).json.nextPageToken
      expect([query, typeof token]).toEqual([query, 'string'])
      for (const other of queries) {
        const answer = await account.list(`${other}&pageToken=${token}`)
        expect([query, other, answer.status]).toEqual([query, other, other === query ? 200 : 400])
        if (other !== query) expect(errorsOf(answer)).toEqual(['query /pageToken invalid_page_token'])
      }
      expect((await account.list(`${query}&total=false&limit=5&pageToken=${token}`)).status).toBe(200)
    }
    const { nextPageToken } = (await account.list()).json
    expect((await account.list(`sort=-createdAt&pageToken=${nextPageToken}`)).status).toBe(200)
  })
})

test.each([
  ['licenseStatus', ['nope', 'Licensed', '', ' ']],
  ['sort', ['lastName', 'NAME', '-', '', 'CREATEDAT', 'updated_at', '--createdAt']],
  ['total', ['yes', '1', '', 'null']],
  ...['createdSince', 'createdBefore', 'updatedSince', 'updatedBefore'].map((parameter): [string, string[]] => [
    parameter,
    ['', 'now', '-1', '1.5', '1e3', '2026-01-01', '9999999999999999'],
  ]),
  ['officeId', ['']],
  ['sourceId', [' ']],
  ['jobId', ['']],
  ['pipelineId', ['']],
])('an invalid %s is rejected', async (parameter, values) => {
  const account = await newAccount()
  for (const value of values) {
    const answer = await account.list(new URLSearchParams({ [parameter]: value }).toString())
    expect([value, answer.status, (answer.json as any).errors[0]]).toMatchObject([
      value,
      400,
      { in: 'query', pointer: `/${parameter}` },
    ])
  }
})

/** Twelve prospects, and functions that change them. Each write has a time of its own. */
async function twelve() {
  vi.useFakeTimers({ toFake: ['Date'] })
  const account = await newAccount()
  const tick = () => vi.setSystemTime(Date.now() + 1000)
  const add = async (name: string) => {
    tick()
    return (await account.prospect({ email: `${name}@example.com` })).json.id
  }
  const ids: string[] = []
  for (let n = 0; n < 12; n++) ids.push(await add(`p${n}`))
  const change = async (id: string | undefined, notes: string) => {
    tick()
    expect((await account.call('PATCH', `/v1/prospects/${id}`, { notes })).status).toBe(200)
  }
  const erase = (id: string | undefined) => account.call('DELETE', `/v1/prospects/${id}`)
  return { account, ids, add, change, erase }
}

describe('pages, while prospects are added, changed and erased in between', () => {
  test.each(SORTS)('by sort=%s', async (sort) => {
    const { account, ids, add, change, erase } = await twelve()
    const [erased, changed, added] = [[ids[0], ids[5], ids[9]], [ids[1], ids[6], ids[10]], [] as string[]]
    const seen = await walk(account, `sort=${sort}&limit=3`, async (page) => {
      if (page > 3) return
      await erase(erased[page - 1])
      await change(changed[page - 1], `${page}`)
      added.push(await add(`new${page}`))
    })
    const seenIds = seen.map(({ id }) => id)
    const calm = ids.filter((id) => !erased.includes(id) && !changed.includes(id))
    expect(seenIds.filter((id) => calm.includes(id))).toEqual(sort.startsWith('-') ? calm.toReversed() : calm)
    if (sort !== 'updatedAt') expect(new Set(seenIds).size).toBe(seenIds.length)
    if (sort.endsWith('createdAt')) expect(seenIds).toEqual(expect.arrayContaining(changed))
    if (sort.endsWith('name')) return
    if (sort.startsWith('-')) expect(seenIds.filter((id) => added.includes(id))).toEqual([])
    else expect(seenIds.filter((id) => added.includes(id))).toEqual(added)
    if (sort === 'updatedAt')
      for (const [i, id] of changed.entries()) expect(seen.findLast((p) => p.id === id)?.notes).toBe(`${i + 1}`)
  })
})

test.each<[clock: string, step: number]>([
  ['runs', 1000],
  ['stands still', 0],
  ['is set back', -5000],
])('a client that syncs by sort=updatedAt and updatedSince misses no change, if the clock %s', async (_clock, step) => {
  const { account, ids, change, add } = await twelve()
  const copy = new Map<string, Prospect>()
  let since = 0
  const sync = async (between?: (page: number) => Promise<unknown>) => {
    const news = await walk(account, `sort=updatedAt&updatedSince=${since}&limit=3&total=false`, between)
    for (const p of news) copy.set(p.id, p)
    since = news.at(-1)?.updatedAt ?? since
  }
  vi.setSystemTime(Date.now() + 1_000_000)
  const later = (id: string | undefined, notes: string) => {
    vi.setSystemTime(Date.now() + step - 1000)
    return change(id, notes)
  }
  await sync(async (page) => void (page < 30 && (await later(ids[(page * 5) % 12], `first ${page}`))))
  await later(ids[3], 'between')
  await add('new')
  await sync()
  await sync()
  const { prospects } = (await account.list('limit=1000')).json
  expect([...copy.values()].sort((a, b) => (a.id < b.id ? 1 : -1))).toEqual(prospects)
})

test.each<[clock: string, step: () => number]>([
  ['runs ahead', () => 3000],
  ['runs behind', () => -3000],
  ['stands still', () => 0],
  ['differs from isolate to isolate', () => Math.round((Math.random() - 0.5) * 10_000)],
])('each commit of racing writers is later than all earlier ones, if the clock %s', async (_clock, step) => {
  const { account, ids, erase } = await twelve()
  const start = Date.now()
  vi.setSystemTime(start)
  const copy = new Map<string, Prospect>()
  let since = 0
  let isWriting = true
  const sync = async () => {
    const news = await walk(account, `sort=updatedAt&updatedSince=${since}&limit=1&total=false`)
    for (const p of news) copy.set(p.id, p)
    since = news.at(-1)?.updatedAt ?? since
  }
  const write = async (writer: number) => {
    for (let n = 0; n < 5; n++) {
      vi.setSystemTime(start + step())
      const body = { notes: `${writer} ${n}` }
      const { status } = await account.call('PATCH', `/v1/prospects/${ids[(writer + n * 5) % 11]}`, body)
      expect([200, 503]).toContain(status)
    }
  }
  const writing = Promise.all([0, 1, 2, 3, 4, 5].map(write)).then(() => {
    isWriting = false
  })
  while (isWriting) await sync()
  await writing
  // the erased prospect was the last to change: the next time must still be later
  await account.call('PATCH', `/v1/prospects/${ids[11]}`, { notes: 'last' })
  await erase(ids[11])
  await account.call('PATCH', `/v1/prospects/${ids[0]}`, { notes: 'after' })
  await sync()
  const { prospects } = (await account.list('limit=1000')).json
  expect([...copy.values()].filter(({ id }) => id !== ids[11]).sort((a, b) => (a.id < b.id ? 1 : -1))).toEqual(
    prospects,
  )
  const { items } = (await account.get('/v1/events?limit=1000&type=prospect.updated')).json
  const times: number[] = items.flatMap(({ data }: any) => data.prospect.updatedAt ?? [])
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
})

describe('in an account of 800 prospects, the rows read depend on the page', () => {
  let account: Account
  const made: Record<string, string> = {}
  beforeAll(async () => {
    account = await newAccount()
    made.pipelines = account.pipelineId
    for (const kind of ['offices', 'jobs', 'sources'])
      made[kind] = (await account.post(`/v1/${kind}`, { name: 'One' })).json.id
    const body = { officeId: made.offices, jobId: made.jobs, sourceId: made.sources, licenseStatus: 'licensed' }
    const bodies = Array.from({ length: 800 }, (_, n) => ({ ...body, email: `p${n}@example.com`, labels: 'Hot' }))
    await writeMany(account, bodies)
  })

  test.each([
    ['sort=updatedAt'],
    ['sort=-updatedAt'],
    ['sort=createdAt'],
    ['sort=name'],
    ['sort=-name'],
    ['sort=updatedAt&updatedSince=1&total=false'],
    ['sort=-updatedAt&updatedSince=1&total=false'],
    ['licenseStatus=licensed&total=false'],
    ['officeId=<offices>&total=false'],
    ['sourceId=<sources>&total=false'],
    ['jobId=<jobs>&total=false'],
    ['pipelineId=<pipelines>&total=false'],
    ['stage=New&total=false'],
    ['label=Hot&total=false'],
  ])('%s', async (given) => {
    const query = `${given.replace(/<(\w+)>/, (_, kind) => made[kind] ?? '')}&limit=20`
    const first = await account.list(query)
    const second = await account.list(`${query}&pageToken=${first.json.nextPageToken}`)
    for (const answer of [first, second]) {
      expect([answer.status, answer.json.prospects.length]).toEqual([200, 20])
      expect(costOf(answer)).toMatchObject({ trips: 1, written: 0 })
      expect(costOf(answer).read).toBeLessThan(20 * 16)
    }
  })
})
