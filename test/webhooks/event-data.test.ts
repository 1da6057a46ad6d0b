import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Account, costOf, newAccount } from '../support/api'
import { callsTo } from '../support/configured'
import { rows, tablesHolding } from '../support/d1'
import { consume, endpointAnswers, envelopeOf, type HeldQueue, holdQueue, register } from '../support/endpoint'
import { imported } from '../support/import-files'

/** A long value is stored with the event that changed it, and is in every event that is read or sent. */

let held: HeldQueue
let account: Account
beforeEach(async () => {
  held = holdQueue()
  account = await newAccount()
})
afterEach(() => void vi.restoreAllMocks())

const long = (word: string) => word.repeat(20_000 / word.length)
const patch = (id: string, body: object) => account.call('PATCH', `/v1/prospects/${id}`, body)
const timeline = async (id: string): Promise<any[]> =>
  (await account.get(`/v1/prospects/${id}/events?limit=1000`)).json.items
const feed = async (): Promise<any[]> => (await account.get('/v1/events?limit=1000')).json.items
/** The stored bytes of each event, in the order of their commits. */
const stored = async () =>
  (
    await rows<{ bytes: number }>(
      `SELECT octet_length(data) + coalesce(octet_length(same_as), 0) AS bytes FROM events WHERE account_id = ? ORDER BY seq`,
      account.id,
    )
  ).map(({ bytes }) => bytes)
/** The prospect in the response of a write, without the fields that only responses have. */
const shown = ({ json: { message: _, created: __, matchedBy: ___, potentialDuplicateId: ____, ...prospect } }: any) =>
  prospect

/** A prospect with the most of everything. */
async function withMuch() {
  await account.post('/v1/jobs', { name: 'J' })
  await rows(
    `INSERT INTO jobs (account_id, id, name, name_key, created_at, updated_at)
     SELECT ?1, 'job_' || value, 'J', 'j', 0, 0 FROM json_each(?2)`,
    account.id,
    JSON.stringify([...Array(100).keys()]),
  )
  const created = await account.prospect({
    notes: long('中'),
    labels: Array.from({ length: 100 }, (_, n) => `${'中'.repeat(60)}${n}`),
  })
  const { id } = created.json
  await patch(id, { jobIds: Array.from({ length: 100 }, (_, n) => `job_${n}`) })
  const skills = Array.from({ length: 60 }, (_, n) => ({ value: `Skill ${n}`, page: 1, line: n, certainty: 'sure' }))
  const none = { name: null, emails: [], phones: [], city: null, state: null, postalCode: null, links: [] }
  const parsed = { ...none, skills, work: [], education: [], licenses: [] }
  const file = { fileName: 'cv.txt', contentType: 'text/plain', size: 1, uploadedAt: 1, status: 'parsed', reason: null }
  await rows('UPDATE prospects SET resume = ? WHERE id = ?', JSON.stringify({ ...file, key: 'x', parsed }), id)
  await patch(id, { title: 'Agent' })
  return id as string
}

describe('a change of a short value', () => {
  test('stores under 2 KB, however large the prospect is', async () => {
    const id = await withMuch()
    const whole = shown(await patch(id, { city: 'Here' }))
    const last = (await stored()).at(-1)
    expect(last).toBeLessThan(2000)
    expect(JSON.stringify(whole).length).toBeGreaterThan(30_000)
    const [event] = await timeline(id)
    expect(event.data.prospect).toEqual(whole)
    expect((await feed()).at(-1)).toEqual(event)
  })

  test('reads only a few more rows than a change of a small prospect, however many changes came before', {
    tags: 'scale',
  }, async () => {
    const id = await withMuch()
    const { id: plain } = (await account.prospect()).json
    const cost = async (of: string) => costOf(await patch(of, { streetAddress: crypto.randomUUID() }))
    const [one, usual] = [await cost(id), await cost(plain)]
    expect(one.written).toBe(usual.written)
    for (let n = 0; n < 10; n++) await cost(id)
    expect(await cost(id)).toEqual(one)
    // the page, and the event after it
    const page = async (of: string) => costOf(await account.get(`/v1/prospects/${of}/events?limit=1`)).read
    expect((await page(id)) - (await page(plain))).toBeLessThanOrEqual(2 * 4)
  })

  test('reads at most six rows more for each long value', async () => {
    const read = async (notes: string) => {
      const { id } = (await account.prospect({ notes })).json
      await patch(id, { city: 'Here' })
      return costOf(await patch(id, { city: 'There' })).read
    }
    expect((await read(long('a'))) - (await read('short'))).toBeLessThanOrEqual(6)
  })

  test('together with a long value stores that value once for all events of the call', async () => {
    const { id } = (await account.prospect({ notes: long('a') })).json
    const stageId = (await account.get('/v1/stages')).json.items[2].id
    const whole = shown(await patch(id, { notes: long('b'), stageId }))
    const [, changed, moved] = await stored()
    expect(changed).toBeGreaterThan(60_000)
    expect(moved).toBeLessThan(2000)
    expect((await timeline(id)).slice(0, 2).map(({ data }) => data.prospect)).toEqual([whole, whole])
  })

  test('stores all values if no earlier event has them', async () => {
    const { id } = (await account.prospect({ notes: long('a') })).json
    await rows('UPDATE prospects SET notes = ? WHERE id = ?', long('b'), id)
    await patch(id, { city: 'Here' })
    await rows('DELETE FROM events WHERE account_id = ?', account.id)
    await patch(id, { city: 'There' })
    await patch(id, { city: 'Elsewhere' })
    expect((await timeline(id)).map(({ data }) => data.prospect.notes)).toEqual([long('b'), long('b')])
  })
})

test('a chunk of an import stores a long value once for each prospect', { tags: 'scale' }, async () => {
  const lines = Array.from(
    { length: 20 },
    (_, n) => `Ann Lee,ann@example.com,${n % 3 ? '' : long(n < 10 ? 'a' : 'b')},City ${n}`,
  )
  await imported(account, `name,email,notes,city\n${lines.join('\n')}\n`, { query: '?update=true' })
  const events = await feed()
  const notes = events.map(({ data }) => data.prospect.notes[0])
  expect(notes.join('')).toBe(`${'a'.repeat(12)}${'b'.repeat(8)}`)
  expect((await stored()).filter((bytes) => bytes > 10_000)).toHaveLength(2)
})

test('a webhook, the feed and the queue have the value as it was at the write, whenever they are sent', async () => {
  const requests = endpointAnswers()
  const queued: any[] = []
  const EVENTS_FEED = { sendBatch: async (batch: { body: unknown }[]) => void queued.push(...batch.map((m) => m.body)) }
  const call = callsTo(account, { EVENTS_FEED }, true)
  await register(account)
  const { id } = (await account.prospect({ notes: long('a') })).json
  const was: unknown[] = []
  for (const body of [{ city: 'One' }, { notes: long('b') }, { city: 'Two' }, { notes: null }, { city: 'Three' }])
    was.push(shown(await call('PATCH', `/v1/prospects/${id}`, body)))
  const { id: duplicateId } = (await account.prospect({ notes: long('c') })).json
  const changed = shown(await call('PATCH', `/v1/prospects/${duplicateId}`, { city: 'Four' }))
  await call('POST', `/v1/prospects/${id}/merge`, { duplicateId })
  await call('PATCH', `/v1/prospects/${id}`, { notes: 'short' })
  await consume(held.splice(0))
  const sent = requests.mock.calls.map(envelopeOf)
  const cities = ({ data: { prospect } }: any) =>
    [...was, changed].some(({ version, id }) => prospect.version === version && prospect.id === id)
  const prospects = (envelopes: any[]) => envelopes.filter(cities).map(({ data }) => data.prospect)
  expect(prospects(sent)).toEqual([...was, changed])
  expect(prospects(queued)).toEqual([...was, changed])
  expect(prospects((await timeline(id)).reverse())).toEqual([...was, changed])
  // a redelivery has the same event
  requests.mockClear()
  const webhook = (await account.get('/v1/webhooks')).json.items[0].id
  const log = (await account.get(`/v1/webhooks/${webhook}/deliveries?limit=1000`)).json.items
  for (const { id: delivery } of log.reverse()) await account.post(`/v1/deliveries/${delivery}/redeliver`)
  await consume(held.splice(0))
  expect(requests.mock.calls.map(envelopeOf)).toEqual(sent)
})

test('an erasure leaves no long value, and events that are sent after it are without the person', async () => {
  const requests = endpointAnswers()
  await register(account)
  const tag = crypto.randomUUID()
  const { id } = (await account.prospect({ notes: tag.repeat(500) })).json
  const { id: duplicateId } = (await account.prospect({ notes: tag.repeat(501) })).json
  for (const of of [id, duplicateId]) await patch(of, { city: 'Here' })
  await account.post(`/v1/prospects/${id}/merge`, { duplicateId })
  await patch(id, { city: 'There' })
  await account.call('DELETE', `/v1/prospects/${id}`)
  expect(await tablesHolding(tag)).toEqual([])
  await consume(held.splice(0))
  const sent = requests.mock.calls.map(envelopeOf)
  expect(sent.map(({ data }) => data.prospect)).toEqual([
    { id, erased: true },
    { id: duplicateId, erased: true },
    { id, erased: true },
    { id: duplicateId, erased: true },
    ...[1, 2].map(() => ({ id, erased: true })),
    { id },
  ])
  expect((await feed()).map(({ data }) => data)).toEqual(sent.map(({ data }) => data))
})

test('each event has the prospect as it was after its write, whatever changes in whichever order', {
  tags: 'scale',
}, async () => {
  const text = fc.constantFrom(null, 'short', long('a'), long('b"\\'), long('中'))
  const write = fc.record({ notes: text, city: fc.string({ maxLength: 5 }), label: text, merge: fc.nat(9) })
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 3, maxLength: 12 }), async (writes) => {
      account = await newAccount()
      const { id } = (await account.prospect()).json
      const was: any[] = []
      for (const { notes, city, label, merge } of writes) {
        const labels = label ? Array.from({ length: 90 }, (_, n) => `${label.slice(0, 20)}${n}`) : []
        const body = { notes, city, ...(merge > 5 && { labels }) }
        was.push(shown(await patch(id, merge % 2 ? body : { city })))
        if (merge > 0) continue
        const { id: duplicateId } = (await account.prospect({ notes, email: `${crypto.randomUUID()}@x.co` })).json
        was.push(shown(await account.post(`/v1/prospects/${id}/merge`, { duplicateId })))
      }
      const events = new Map(
        (await feed()).map(({ data: { prospect } }) => [`${prospect.id} ${prospect.version}`, prospect]),
      )
      for (const prospect of was) expect(events.get(`${prospect.id} ${prospect.version}`) ?? prospect).toEqual(prospect)
      expect(events.get(`${id} ${was.at(-1).version}`)).toEqual(was.at(-1))
    }),
    { numRuns: 15 },
  )
})
