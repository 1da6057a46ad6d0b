import { exports } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { pageOf } from '../../src/http/page'
import { type Account, costOf, newAccount } from '../support/api'
import { interceptTrips, rows } from '../support/d1'
import { busy, deliveries, EVENTS, FAR, fill, hook, one } from '../support/many-rows'

/** A page of any list ends at its limit or at 4 MiB of JSON, and D1 sends no more than that for it. */

const MIB = 1024 * 1024
const bytesOf = (text: string) => new TextEncoder().encode(text).length

afterEach(() => void vi.restoreAllMocks())

/** Measures the largest result of a round trip from now on, in bytes of text. */
function watchSent(): () => number {
  let most = 0
  interceptTrips(async (trip) => {
    const results = await trip()
    most = Math.max(most, bytesOf(JSON.stringify(results).replaceAll('\\"', '"')))
    return results
  })
  return () => most
}

/** Reads a list to its end, 1,000 at a time. Checks that every page but the last has nearly 4 MiB, and that D1 sends no more. */
async function paginate(account: Account, path: string, items = 'items'): Promise<any[][]> {
  const sent = watchSent()
  const pages: any[][] = []
  for (let token = ''; pages.length < 100; ) {
    const { status, text, json } = await account.get(`${path}limit=1000${token}`)
    expect(status).toBe(200)
    expect(bytesOf(text)).toBeLessThanOrEqual(4 * MIB)
    pages.push(json[items])
    if (json.nextPageToken === null) break
    expect(bytesOf(text)).toBeGreaterThan(3.8 * MIB)
    token = `&pageToken=${json.nextPageToken}`
  }
  expect(sent()).toBeLessThan(4.3 * MIB)
  return pages
}

/** SQL: as many characters as notes can have: 20,000. */
const longText = (character: string) => `replace(hex(zeroblob(10000)), '0', '${character}')`

/** Makes prospects with long notes of one character; one in ten has none. */
const people = (account: Account, n: number, character: string) =>
  fill(
    account,
    n,
    `INSERT INTO prospects (account_id, id, first_name, last_name, notes, created_at, updated_at)
     SELECT ?1, 'prs_' || printf('%026d', value), 'Ann', 'Lee', iif(value % 10, ${longText(character)}, NULL), 1,
       value * 7 % 100`,
  )

/** How many prospects with 60 kB of notes the account has: more than a page can hold. */
const PEOPLE = 90
let account: Account

beforeAll(async () => {
  account = await newAccount()
  await people(account, PEOPLE, '中')
  await account.post('/v1/labels', { name: 'Hot' })
  await rows(
    `UPDATE prospects SET words = '[["n","ann"]]', updated_at = updated_at + 1,
       labels = (SELECT json_array(id) FROM labels WHERE account_id = ?1),
       stage_id = (SELECT id FROM stages WHERE account_id = ?1 AND name = 'New')
     WHERE account_id = ?1`,
    account.id,
  )
})

describe('a page of prospects', () => {
  test.each([
    ['letters, of one byte each', 'a', 250],
    ['quotes, which JSON escapes', '"', 125],
    ['line separators, of three bytes', '\u2028', PEOPLE],
    ['Chinese characters, of three bytes', '中', PEOPLE],
  ])('ends at 4 MiB of notes with %s', async (_what, character, n) => {
    const account = await newAccount()
    await people(account, n, character)
    const all = await rows<{ id: string }>('SELECT id FROM prospects WHERE account_id = ? ORDER BY id DESC', account.id)
    const found = await paginate(account, '/v1/prospects?', 'prospects')
    expect(found.length).toBe(2)
    expect(found.flat().map(({ id }) => id)).toEqual(all.map(({ id }) => id))
  })

  test('with long notes reads five rows more for each of its prospects, one with short notes none', async () => {
    const account = await newAccount()
    await people(account, PEOPLE, '中')
    const read = async (limit: number) => costOf(await account.list(`limit=${limit}&total=false`)).read
    await read(1)
    expect(await read(50)).toBeLessThan(50 * 4 + 10)
    expect(await read(PEOPLE)).toBeLessThan(PEOPLE * 9 + 10)
  })

  const ALL = [
    'sort=createdAt',
    'sort=updatedAt',
    'sort=-updatedAt',
    'sort=updatedAt&updatedSince=1',
    'name=ann',
    'name=ann&sort=-updatedAt',
    'stage=New&total=false',
    'label=Hot',
  ]
  test.each(ALL)('ends at 4 MiB by %s, repeats and skips no prospect, and has the total of all', async (query) => {
    const pages = await paginate(account, `/v1/prospects?${query}&`, 'prospects')
    expect(pages.length).toBe(2)
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(PEOPLE)
    expect(pages.flat()).toHaveLength(PEOPLE)
    const { totalCount } = (await account.list(`${query}&limit=1`)).json
    expect(totalCount).toBe(query.includes('total=false') ? null : PEOPLE)
  })
})

test.each(['text/csv', 'application/x-ndjson'])(
  'an export as %s holds 4 MiB at a time, and has every prospect',
  async (type) => {
    const sent = watchSent()
    const { body } = await exports.default.fetch('https://api.example.com/v1/prospects/export', {
      headers: { authorization: `Bearer ${account.key}`, accept: type },
    })
    const pieces: string[] = []
    const decoder = new TextDecoder()
    for await (const piece of body as ReadableStream<Uint8Array>) pieces.push(decoder.decode(piece, { stream: true }))
    expect(sent()).toBeLessThan(4.3 * MIB)
    expect(new Set(pieces.join('').match(/prs_\d{26}/g)).size).toBe(PEOPLE)
  },
)

describe('a page of events', () => {
  let account: Account
  /** A prospect with 100 events, of which four in five have a long text. */
  let id: string
  beforeAll(async () => {
    account = await newAccount()
    id = (await busy(account, 100, 'succeeded', 'NULL', FAR)).id
    await rows(
      `UPDATE events SET data = json_set(data, '$.prospect.notes', ${longText('中')}) WHERE account_id = ? AND seq % 5`,
      account.id,
    )
  })

  test.each([
    ['a timeline', () => `/v1/prospects/${id}/events?`],
    ['the feed', () => '/v1/events?'],
    ['the feed of a type', () => '/v1/events?type=prospect.created&'],
  ])('of %s ends at 4 MiB', async (_what, pathOf) => {
    const pages = await paginate(account, pathOf())
    expect(pages.length).toBe(2)
    expect(new Set(pages.flat().map((event) => event.id)).size).toBe(101)
  })
})

test('a page of imports ends at 4 MiB', async () => {
  const account = await newAccount()
  const unknown = JSON.stringify(Array(100).fill('中'.repeat(100)))
  await fill(
    account,
    150,
    `INSERT INTO imports (account_id, id, key_id, format, options, unknown_columns, bytes, bytes_done, line, status,
       created_at, finished_at)
     SELECT ?1, 'imp_' || printf('%026d', value), 'key', '{}', '{"dryRun":false}', ?3, 1, 1, 1, 'completed', 1, ${FAR}`,
    unknown,
  )
  const pages = await paginate(account, '/v1/imports?')
  expect(pages.length).toBe(2)
  expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(150)
})

test('the attempts of a delivery end at 4 MiB, and the newest are kept', async () => {
  const account = await newAccount()
  const [id, webhook] = [await one(account), await hook(account)]
  await fill(account, 1, EVENTS, id)
  await fill(account, 1, deliveries('failed', 'NULL', FAR), webhook)
  await fill(
    account,
    100,
    `INSERT INTO attempts (account_id, webhook_id, event_seq, n, attempted_at, duration_ms, status_code, answer)
     SELECT ?1, ?3, 1, value + 1, value, 1, 500, replace(hex(zeroblob(8192)), '0', char(1))`,
    webhook,
  )
  const [{ id: delivery }] = (await account.get(`/v1/webhooks/${webhook}/deliveries`)).json.items
  const { text, json } = await account.get(`/v1/deliveries/${delivery}`)
  expect(bytesOf(text)).toBeLessThanOrEqual(4 * MIB)
  expect(bytesOf(text)).toBeGreaterThan(3.8 * MIB)
  expect(json.attempts.at(-1).attemptedAt).toBe(99)
})

describe('a page of any list', () => {
  const page = (rows: string[], limit: number) =>
    pageOf(
      rows,
      limit,
      'any',
      (row) => [row.length],
      (row) => (row === 'not read' ? null : row),
    )
  const lengths = async (rows: string[], limit = 1000) => {
    const { items, nextPageToken } = await page(rows, limit)
    return [items.map(({ length }) => length), nextPageToken !== null]
  }
  const long = (mib: number, character = 'a') => character.repeat(mib * MIB)

  test('ends at its limit', async () => {
    expect(await lengths(['a', 'b', 'c'], 2)).toEqual([[1, 1], true])
    expect(await lengths(['a', 'b'], 2)).toEqual([[1, 1], false])
    expect(await lengths([])).toEqual([[], false])
  })

  test('ends at 4 MiB, as it is sent', async () => {
    expect(await lengths([long(2), long(1), long(1), 'a'])).toEqual([[2 * MIB, MIB], true])
    expect(await lengths([long(1, '"'), long(1, '\n'), 'a'])).toEqual([[MIB], true])
    expect(await lengths([long(1, '中'), long(1), 'a'])).toEqual([[MIB], true])
  })

  test('has one item, however large', async () => {
    expect(await lengths(['a', long(5), 'b'])).toEqual([[1], true])
    expect(await lengths([long(5), 'b'])).toEqual([[5 * MIB], true])
    expect(await lengths([long(5)])).toEqual([[5 * MIB], false])
  })

  test('ends at what was not read', async () => {
    expect(await lengths(['a', 'not read', 'b'])).toEqual([[1], true])
  })
})
