import { describe, expect, test } from 'vitest'
import { newAccount } from '../support/api'
import { expectProblem } from '../support/problem'
import { eventsOf } from '../support/recorded'

/** One prospect with a label and a source, and functions that read and change it. */
async function known() {
  const account = await newAccount()
  const { json } = await account.prospect({ email: 'ann@example.com', labels: 'Hot', newSourceName: 'Zillow' })
  const path = `/v1/prospects/${json.id}`
  const patch = (change: object, ifMatch?: string) =>
    account.call('PATCH', path, change, ifMatch === undefined ? undefined : { 'if-match': ifMatch })
  const etag = async () => (await account.get(path)).headers.get('etag') ?? ''
  return { account, path, patch, etag }
}

describe('If-Match', () => {
  const cases: [what: string, header: (etag: string, old: string) => string, status: number][] = [
    ['the current tag', (etag) => etag, 200],
    ['the current tag, as a weak tag', (etag) => `W/${etag}`, 200],
    ['a list with the current tag', (etag, old) => `${old}, ${etag}`, 200],
    ['anything', () => '*', 200],
    ['an earlier tag', (_, old) => old, 412],
    ['a list of other tags', (_, old) => `${old},"999-0"`, 412],
    ['a tag without quotes', (etag) => etag.replaceAll('"', ''), 200],
    ['the version alone', () => '"2"', 200],
    ['the version without quotes', () => '2', 200],
    ['another version alone', () => '"1"', 412],
    ['a text that is not a tag', () => 'nope', 412],
    ['a tag of another form', () => '"nope"', 412],
  ]
  test.each(cases)('%s', async (_what, header, status) => {
    const { account, path, patch, etag } = await known()
    const old = await etag()
    await patch({ city: 'Here' })
    const answer = await patch({ city: 'There' }, header(await etag(), old))
    if (status === 412) expectProblem(answer, 412, 'precondition_failed', ['version'])
    else expect(answer.status).toBe(200)
    expect((await account.get(path)).json.city).toBe(status === 412 ? 'Here' : 'There')
    expect(await eventsOf(account)).toHaveLength(status === 412 ? 2 : 3)
  })

  test('fails a PATCH that changes nothing too; an unknown id returns 404 first', async () => {
    const { account, patch } = await known()
    expect((await patch({}, '"9-0"')).status).toBe(412)
    for (const tag of ['"1-0"', '*'])
      expect((await account.call('PATCH', '/v1/prospects/prs_nope', {}, { 'if-match': tag })).status).toBe(404)
  })

  test('still matches after a rename in the catalog', async () => {
    const { account, patch, etag } = await known()
    const tag = await etag()
    const [label] = (await account.get('/v1/labels')).json.items
    await account.call('PATCH', `/v1/labels/${label.id}`, { name: 'Warm' })
    expect(await etag()).not.toBe(tag)
    expect((await patch({ city: 'Here' }, tag)).status).toBe(200)
  })

  test('accepts one of fifty edits with the same version, and one event reports it', { tags: 'scale' }, async () => {
    const { account, path, patch, etag } = await known()
    const tag = await etag()
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => patch({ city: `City ${n}` }, tag)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(412)])
    const [won] = answers.filter(({ status }) => status === 200)
    expect((await account.get(path)).json).toMatchObject({ city: won?.json.city, version: 2 })
    expect((await eventsOf(account)).map(({ type }) => type)).toEqual(['prospect.created', 'prospect.updated'])
  })
})

test('an erasure with another version returns 412 and erases nothing', async () => {
  const { account, path, patch, etag } = await known()
  const old = await etag()
  await patch({ city: 'Here' })
  expect((await account.call('DELETE', path, undefined, { 'if-match': old })).status).toBe(412)
  expect((await account.get(path)).status).toBe(200)
  expect((await account.call('DELETE', path, undefined, { 'if-match': await etag() })).status).toBe(204)
})

test('twenty edits at once without If-Match all succeed, each on top of the previous one', {
  tags: 'scale',
}, async () => {
  const { account, path, patch } = await known()
  const numbers = Array.from({ length: 20 }, (_, n) => n)
  const answers = await Promise.all(numbers.map((n) => patch({ city: `City ${n}`, addLabels: `Label ${n}` })))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(answers.map(({ json }) => json.version).sort((a, b) => a - b)).toEqual(numbers.map((n) => n + 2))
  const events = (await eventsOf(account)).slice(1)
  expect(events.map(({ data }) => data.prospect.version)).toEqual(numbers.map((n) => n + 2))
  const cities = events.map(({ data }) => data.changes?.city)
  expect(cities.map((city) => city?.from)).toEqual([null, ...cities.slice(0, -1).map((city) => city?.to)])
  expect((await account.get(path)).json.labels).toHaveLength(21)
})

describe('ETag', () => {
  test('of a write response equals the one of GET', async () => {
    const { account, path, patch, etag } = await known()
    const other = (await account.prospect({ lastName: 'Other' })).json
    const writes = [
      () => patch({ city: 'Here', addLabels: 'New' }),
      () => patch({}),
      () => account.prospect({ email: 'ann@example.com', city: 'There', update: true }),
      () => account.prospect({ email: 'ann@example.com' }),
      () => account.post(`${path}/merge`, { duplicateId: other.id }),
    ]
    for (const write of writes) {
      const answer = await write()
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, await etag()])
    }
    const created = await account.prospect({ lastName: 'Third' })
    const read = await account.get(`/v1/prospects/${created.json.id}`)
    expect(created.headers.get('etag')).toBe(read.headers.get('etag'))
  })

  test('changes with each change of the prospect, and only then', async () => {
    const { patch, etag } = await known()
    const seen = [await etag()]
    for (const city of ['A', 'B', 'A']) seen.push((await patch({ city })).headers.get('etag') ?? '')
    expect(new Set(seen).size).toBe(4)
    await patch({ city: 'A' })
    expect(await etag()).toBe(seen.at(-1))
    expect(seen.every((tag) => /^"[^"]+"$/.test(tag))).toBe(true)
  })

  test.each(['labels', 'stages', 'sources'])('changes with a rename among the %s', async (kind) => {
    const { account, etag } = await known()
    const [item] = (await account.get(`/v1/${kind}`)).json.items
    const before = await etag()
    await account.call('PATCH', `/v1/${kind}/${item.id}`, { name: 'Renamed' })
    expect(await etag()).not.toBe(before)
  })

  test('does not change with a rename in another account', async () => {
    const [{ etag }, other] = [await known(), await known()]
    const before = await etag()
    const [label] = (await other.account.get('/v1/labels')).json.items
    await other.account.call('PATCH', `/v1/labels/${label.id}`, { name: 'Renamed' })
    expect(await etag()).toBe(before)
  })
})

describe('If-None-Match', () => {
  const cases: [what: string, header: (etag: string) => string, status: number][] = [
    ['the current tag', (etag) => etag, 304],
    ['the current tag, as a weak tag', (etag) => `W/${etag}`, 304],
    ['a list with the current tag', (etag) => `"x", ${etag}`, 304],
    ['anything', () => '*', 304],
    ['another tag', () => '"9-9"', 200],
    ['a text that is not a tag', () => 'nope', 200],
  ]
  test.each(cases)('%s', async (_what, header, status) => {
    const { account, path, etag } = await known()
    const tag = await etag()
    const answer = await account.call('GET', path, undefined, { 'if-none-match': header(tag) })
    expect([answer.status, answer.headers.get('etag')]).toEqual([status, tag])
    expect(answer.text === '').toBe(status === 304)
    expect(answer.headers.get('x-request-id')).toEqual(expect.stringMatching(/./))
  })

  test('with the ETag of an earlier state returns the current state', async () => {
    const { account, path, patch, etag } = await known()
    const tag = await etag()
    await patch({ city: 'Here' })
    const answer = await account.call('GET', path, undefined, { 'if-none-match': tag })
    expect([answer.status, answer.json.city]).toEqual([200, 'Here'])
  })
})
