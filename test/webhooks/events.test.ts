import { describe, expect, test } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import { paginate } from '../support/paginate'
import { errorsOf, expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'

interface Told {
  id: string
  type: string
  timestamp: string
  muted: boolean
  data: { prospect: { id: string; version: number; city: string } }
}

/** A prospect that was changed `n` times, every third time muted. Its city is the number of the change. */
async function changed(n: number) {
  const account = await newAccount()
  const { id } = (await account.prospect({ city: '0' })).json
  const path = `/v1/prospects/${id}`
  for (let i = 1; i <= n; i++) await account.call('PATCH', path, { city: `${i}`, muteWebhook: i % 3 === 0 })
  return { account, id: id as string, path }
}

const feed = async ({ get }: Account, query = ''): Promise<Told[]> => (await get(`/v1/events?${query}`)).json.items
const citiesOf = (items: Told[]) => items.map(({ data }) => data.prospect.city)

describe('a timeline', () => {
  test('has the newest event first, with muted ones, in pages', async () => {
    const { account, path } = await changed(6)
    for (const limit of [1, 3, 7, 1000]) {
      const pages = await paginate<Told>(account.get, `${path}/events`, limit)
      expect(pages).toHaveLength(Math.ceil(7 / limit))
      expect(citiesOf(pages.flat())).toEqual(['6', '5', '4', '3', '2', '1', '0'])
      expect(pages.flat().map(({ muted }) => muted)).toEqual([true, false, false, true, false, false, false])
    }
  })

  test('continues at its page token while more is written', async () => {
    const { account, path } = await changed(3)
    const { items, nextPageToken } = (await account.get(`${path}/events?limit=2`)).json
    await account.call('PATCH', path, { city: '4' })
    const rest = (await account.get(`${path}/events?pageToken=${nextPageToken}`)).json
    expect(citiesOf([...items, ...rest.items])).toEqual(['3', '2', '1', '0'])
    expect(rest.nextPageToken).toBeNull()
  })

  test('shows the actor, the source, the time, and each change with its old and new value', async () => {
    const account = await newAccount()
    const userId = (await account.post('/v1/users', { name: 'Uma' })).json.id
    const stages = (await account.get('/v1/stages')).json.items
    const before = Date.now()
    await writeMany(account, [{ email: 'ann@example.com', labels: 'Hot' }])
    const { id } = (await account.prospect({ email: 'ann@example.com' })).json
    const path = `/v1/prospects/${id}`
    const change = { title: 'Agent', addLabels: 'New', removeLabels: 'hot', stageId: stages[1].id, userId }
    await account.call('PATCH', path, change)
    const { message, ...prospect } = (await account.get(path)).json
    const { items } = (await account.get(`${path}/events`)).json
    const by = { accountId: account.id, muted: false, id: expect.any(String), timestamp: expect.any(String) }
    const user = { actor: { keyId: account.apiKey.id, userId }, source: 'api' }
    const stage = (n: number) => ({ id: stages[n].id, name: stages[n].name })
    expect(items).toEqual([
      {
        ...by,
        ...user,
        type: 'prospect.stage_changed',
        data: { prospect, previousStage: stage(0), currentStage: stage(1) },
      },
      {
        ...by,
        ...user,
        type: 'prospect.updated',
        data: { prospect, changes: { title: { from: null, to: 'Agent' }, labels: { from: ['Hot'], to: ['New'] } } },
      },
      {
        ...by,
        actor: { keyId: account.apiKey.id, userId: null },
        source: 'import',
        type: 'prospect.created',
        data: { prospect: expect.objectContaining({ id, version: 1, labels: ['Hot'] }) },
      },
    ])
    for (const { timestamp } of items) {
      expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(before)
    }
  })

  test('has the events of one prospect only, and rejects another’s page token', async () => {
    const { account, path } = await changed(2)
    const other = (await account.prospect({ email: 'other@example.com' })).json
    expect((await account.get(`/v1/prospects/${other.id}/events`)).json.items).toHaveLength(1)
    const { nextPageToken } = (await account.get(`${path}/events?limit=1`)).json
    const rejected = await account.get(`/v1/prospects/${other.id}/events?pageToken=${nextPageToken}`)
    expect(errorsOf(rejected)).toEqual(['query /pageToken invalid_page_token'])
    expect((await account.get(`/v1/events?pageToken=${nextPageToken}`)).status).toBe(400)
  })

  test('returns 404 for an unknown prospect or another account’s', async () => {
    const [{ path }, other] = [await changed(1), await newAccount()]
    for (const unknown of [path, '/v1/prospects/prs_nope'])
      expectProblem(await other.get(`${unknown}/events`), 404, 'not_found')
  })
})

describe('the feed', () => {
  test('has the oldest event first, as the timeline shows it, without muted ones', async () => {
    const { account, path } = await changed(7)
    const items = await feed(account)
    expect(citiesOf(items)).toEqual(['0', '1', '2', '4', '5', '7'])
    const timeline = (await account.get(`${path}/events`)).json.items.filter(({ muted }: Told) => !muted)
    expect(items).toEqual(timeline.toReversed())
  })

  test('continues after the last event that was seen, with a limit or in pages', async () => {
    const { account } = await changed(7)
    const all = await feed(account)
    for (const [n, { id }] of all.entries()) {
      expect(await feed(account, `after=${id}`)).toEqual(all.slice(n + 1))
      expect(await feed(account, `after=${id}&limit=2`)).toEqual(all.slice(n + 1, n + 3))
    }
    for (const limit of [1, 4, 6, 1000]) {
      const pages = await paginate<Told>(account.get, '/v1/events', limit)
      expect(pages.flat()).toEqual(all)
      expect(pages).toHaveLength(Math.ceil(6 / limit))
    }
    const { nextPageToken } = (await account.get(`/v1/events?after=${all[0]?.id}&limit=2`)).json
    expect(await feed(account, `pageToken=${nextPageToken}`)).toEqual(all.slice(3))
  })

  test('continues after a muted event', async () => {
    const { account, path } = await changed(4)
    const muted = (await account.get(`${path}/events`)).json.items.find((e: Told) => e.muted)
    expect(citiesOf(await feed(account, `after=${muted.id}`))).toEqual(['4'])
  })

  test('has one type only, if the query names it', async () => {
    const { account, path } = await changed(2)
    const stageId = (await account.get('/v1/stages')).json.items[2].id
    await account.call('PATCH', path, { city: '3', stageId })
    await account.prospect({ email: 'other@example.com' })
    const all = await feed(account)
    const types = ['prospect.created', 'prospect.updated', 'prospect.stage_changed', 'prospect.deleted']
    const counts = [2, 3, 1, 0]
    for (const [i, type] of types.entries()) {
      const items = await feed(account, `type=${type}`)
      expect(items).toEqual(all.filter((e) => e.type === type))
      expect(items).toHaveLength(counts[i] ?? 0)
    }
    expect(citiesOf(await feed(account, `type=prospect.updated&after=${all[1]?.id}&limit=1`))).toEqual(['2'])
    const { nextPageToken } = (await account.get('/v1/events?type=prospect.updated&limit=1')).json
    expect((await account.get(`/v1/events?pageToken=${nextPageToken}`)).status).toBe(400)
  })

  test('has the events of one account only', async () => {
    const [{ account }, other] = [await changed(2), await newAccount()]
    expect(await feed(other)).toEqual([])
    expect(await feed(account)).toHaveLength(3)
  })

  test('needs the scope `read` only', async () => {
    const { account } = await changed(0)
    const { key } = (await account.post('/v1/api-keys', { name: 'Reader', scopes: ['read'] })).json
    const answer = await account.call('GET', '/v1/events', undefined, { authorization: `Bearer ${key}` })
    expect([answer.status, answer.json.items.length]).toEqual([200, 1])
  })

  test.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['type=prospect.nope', 'type'],
    ['type=', 'type'],
    ['after=', 'after'],
    ['since=1', 'since'],
    ['pageToken=nope', 'pageToken'],
  ])('rejects %s', async (query, parameter) => {
    const { status, json } = await (await newAccount()).get(`/v1/events?${query}`)
    expect([status, json.errors[0]]).toMatchObject([400, { in: 'query', pointer: `/${parameter}` }])
  })

  test.each(['nope', 'prs_01h00000000000000000000000', 'evt_', 'evt_zzzzzzzzzzzzzzzzzzzzz', '1'])(
    'returns 422 for after=%s',
    async (after) => {
      const answer = await (await newAccount()).get(`/v1/events?after=${after}`)
      expect([answer.status, errorsOf(answer)]).toEqual([422, ['query /after unknown_reference']])
    },
  )
})

describe('a caller that polls while eight write', { tags: 'scale' }, () => {
  test('gets each event once, in the order of their commits', async () => {
    const account = await newAccount()
    const { id } = (await account.prospect({ email: 'shared@example.com' })).json
    const write = (writer: number, n: number) => {
      const muteWebhook = (writer + n) % 3 === 0
      return n % 2
        ? account.call('PATCH', `/v1/prospects/${id}`, { addLabels: `${writer}-${n}`, muteWebhook })
        : account.prospect({ email: `p${writer}-${n}@example.com`, muteWebhook })
    }
    let writing = true
    const seen: Told[] = []
    const poll = async () => {
      for (let done = false; !done; ) {
        done = !writing
        const last = seen.at(-1)
        const items = await feed(account, `limit=3${last ? `&after=${last.id}` : ''}`)
        seen.push(...items)
        if (items.length > 0) done = false
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    const writer = async (k: number) => {
      const statuses: number[] = []
      for (let n = 0; n < 8; n++) statuses.push((await write(k, n)).status)
      return statuses
    }
    const reading = poll()
    const statuses = await Promise.all(Array.from({ length: 8 }, (_, k) => writer(k)))
    writing = false
    await reading
    expect(statuses).toEqual(Array(8).fill([201, 200, 201, 200, 201, 200, 201, 200]))

    const events = await eventsOf(account)
    expect(events).toHaveLength(65)
    const unmuted = events.filter(({ muted }) => muted === 0)
    expect(seen.map(({ data }) => [data.prospect.id, data.prospect.version])).toEqual(
      unmuted.map(({ data }) => [data.prospect.id, data.prospect.version]),
    )
    const ids = seen.map((e) => e.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual([...ids].sort())
    const shared = seen.filter(({ data }) => data.prospect.id === id).map(({ data }) => data.prospect.version)
    expect(shared).toEqual([...shared].sort((a, b) => a - b))
  })
})
