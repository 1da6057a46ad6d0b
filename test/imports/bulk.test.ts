import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Import } from '../../src/imports/store'
import type { ImportMessage } from '../../src/queues/messages'
import { type Account, costOf, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import { D1, rows } from '../support/d1'
import { drainImports, errorsOf, holdImports, importOf, messageOf, runOnce } from '../support/import-files'
import { expectProblem, errorsOf as inputErrorsOf } from '../support/problem'
import { eventsOf } from '../support/recorded'
import { asField, CV } from '../support/resume-files'

let held: ImportMessage[]
beforeEach(() => {
  held = holdImports()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const start = ({ call }: Account, body: object, headers = {}) =>
  call<Import & { prospectCount?: number }>('POST', '/v1/prospects/bulk', body, headers)

/** Starts a bulk change, and runs it to its end. */
async function run(account: Account, body: object) {
  const answer = await start(account, body)
  if (answer.status !== 202) throw new Error(answer.text)
  await drainImports(held)
  return importOf(account, answer.json.id)
}

const countsOf = ({ kind, status, total, read, updated, unchanged, failed, erased }: Import) => ({
  ...{ kind, status, total, read, updated, unchanged, failed, erased },
})
const NONE = { updated: 0, unchanged: 0, failed: 0, erased: 0 }
const people = (n: number, more: object = {}) =>
  Array.from({ length: n }, (_, i) => ({ firstName: `P${i}`, email: `p${i}@example.com`, ...more }))
const updatesOf = async (account: Account) =>
  (await eventsOf(account)).filter(({ type }) => type !== 'prospect.created').map(({ prospectId }) => prospectId)

describe('a bulk change', () => {
  test('changes each prospect that matches once, with an event of its own', async () => {
    const account = await newAccount()
    await writeMany(account, [...people(3, { labels: 'Hot' }), { firstName: 'Other', labels: 'Cold' }])
    const user = (await account.post('/v1/users', { name: 'Uma' })).json.id
    const body = { filters: { label: ['hot'] }, set: { addLabels: 'Later', userId: user }, expectedCount: 3 }
    const { status, json, headers } = await start(account, body)
    expect([status, headers.get('location')]).toEqual([202, `/v1/imports/${json.id}`])
    expect(json).toMatchObject({ kind: 'update', status: 'queued', total: 3, read: 0, bytes: 0, bytesDone: 0 })
    await drainImports(held)
    const done = await importOf(account, json.id)
    expect(countsOf(done)).toEqual({ kind: 'update', status: 'completed', total: 3, read: 3, ...NONE, updated: 3 })
    expect((await account.list('label=Later&limit=9')).json.prospects.map(({ firstName }) => firstName)).toEqual([
      ...['P2', 'P1', 'P0'],
    ])
    const events = (await eventsOf(account)).slice(-3)
    expect(events).toMatchObject(
      Array(3).fill({ type: 'prospect.updated', userId: user, source: 'import', keyId: account.apiKey.id }),
    )
    expect((await account.get('/v1/imports')).json.items).toEqual([done])
  })

  test('rejects another count with the actual one, and changes nothing', async () => {
    const account = await newAccount()
    await writeMany(account, people(3))
    const answer = await start(account, { filters: {}, set: { city: 'Troy' }, expectedCount: 2 })
    expectProblem(answer, 409, 'count_differs', ['prospectCount'])
    expect([answer.json.prospectCount, held]).toEqual([3, []])
    expect((await account.get('/v1/imports')).json.items).toEqual([])
  })

  test('of no prospect completes', async () => {
    const account = await newAccount()
    await account.prospect()
    for (const filters of [{ phone: 'x' }, { email: 'nobody@example.com' }]) {
      const done = await run(account, { filters, set: { city: 'Troy' }, expectedCount: 0 })
      expect(countsOf(done)).toEqual({ kind: 'update', status: 'completed', total: 0, read: 0, ...NONE })
    }
  })

  test('changes a prospect once, even if it then leaves the filters or matches them again', async () => {
    const account = await newAccount()
    await writeMany(account, people(30, { labels: 'Hot' }), 10)
    const leaves = await run(account, { filters: { label: 'Hot' }, set: { removeLabels: 'Hot' }, expectedCount: 30 })
    expect(countsOf(leaves)).toMatchObject({ read: 30, updated: 30 })
    const stays = await run(account, { filters: { updatedSince: 1 }, set: { city: 'Troy' }, expectedCount: 30 })
    expect(countsOf(stays)).toMatchObject({ read: 30, updated: 30 })
    const changed = await updatesOf(account)
    expect([changed.length, new Set(changed).size]).toEqual([60, 30])
  })

  test('changes no prospect that was created later, and none that no longer matches', async () => {
    const account = await newAccount()
    await writeMany(account, people(3, { labels: 'Hot' }))
    const { json } = await start(account, { filters: { label: 'Hot' }, set: { city: 'Troy' }, expectedCount: 3 })
    await account.prospect({ firstName: 'Late', labels: 'Hot' })
    const [{ id } = { id: '' }] = (await account.list('email=p1@example.com')).json.prospects
    await account.call('PATCH', `/v1/prospects/${id}`, { removeLabels: 'Hot' })
    await drainImports(held)
    expect(countsOf(await importOf(account, json.id))).toMatchObject({
      status: 'completed',
      total: 3,
      read: 2,
      updated: 2,
    })
    const inTroy = (await account.list('limit=9')).json.prospects.filter(({ city }) => city === 'Troy')
    expect(inTroy.map(({ firstName }) => firstName)).toEqual(['P2', 'P0'])
  })

  test('reports the prospects that cannot be changed', async () => {
    const account = await newAccount()
    await writeMany(account, people(3))
    const done = await run(account, { filters: {}, set: { email: 'p1@example.com' }, expectedCount: 3 })
    expect(countsOf(done)).toMatchObject({ status: 'completed', read: 3, updated: 0, unchanged: 1, failed: 2 })
    const ids = (await account.list('limit=9&sort=createdAt')).json.prospects.map(({ id }) => id)
    const error = { column: null, field: 'email', code: 'email_taken', message: 'Another prospect has this email.' }
    expect(await errorsOf(account, done.id)).toEqual([
      { line: 1, ...error, refused: true, prospectId: ids[0] },
      { line: 3, ...error, refused: true, prospectId: ids[2] },
    ])
    const asFile = await account.call('GET', `/v1/imports/${done.id}/errors`, undefined, { accept: 'text/csv' })
    expectProblem(asFile, 404, 'not_found')
  })

  test('with dryRun counts and writes nothing', async () => {
    const account = await newAccount()
    await writeMany(account, people(3, { city: 'Troy' }))
    await account.prospect()
    const body = { filters: {}, expectedCount: 4, dryRun: true }
    expect(countsOf(await run(account, { ...body, set: { city: 'Troy' } }))).toMatchObject({ updated: 1, unchanged: 3 })
    expect(countsOf(await run(account, { ...body, erase: true }))).toMatchObject({ kind: 'erase', erased: 4 })
    expect([await updatesOf(account), (await account.list()).json.totalCount]).toEqual([[], 4])
  })

  test('with dryRun keeps the resumes that it would remove', async () => {
    const account = await newAccount()
    const { id } = (await account.prospect({ resume: asField(CV) })).json
    const body = { filters: {}, set: { resume: null }, expectedCount: 1 }
    expect(countsOf(await run(account, { ...body, dryRun: true }))).toMatchObject({ updated: 1 })
    expect((await account.get(`/v1/prospects/${id}/resume`)).text).toBe(CV)
    expect(countsOf(await run(account, body))).toMatchObject({ updated: 1 })
    expect((await account.get(`/v1/prospects/${id}/resume`)).status).toBe(404)
  })

  test('finds prospects by custom fields, and fails if such a field is deleted meanwhile', async () => {
    const account = await newAccount()
    const field = { key: 'region', name: 'Region', type: 'text', filterable: true }
    const { id } = (await account.post('/v1/fields', field)).json
    await account.prospect({ custom: { region: 'North' } })
    await account.prospect({ custom: { region: 'South' } })
    const body = { filters: { custom: { region: 'north' } }, set: { custom: { region: 'Far' } }, expectedCount: 1 }
    expect(countsOf(await run(account, { ...body, dryRun: true }))).toMatchObject({ status: 'completed', updated: 1 })
    const wrong = await start(account, { ...body, filters: { custom: { nope: 'x' } }, set: { custom: { nope: 1 } } })
    expect(inputErrorsOf(wrong)).toEqual(['body /filters/custom/nope unknown_field'])
    const { json } = await start(account, body)
    await account.call('DELETE', `/v1/fields/${id}`)
    await drainImports(held)
    expect(await importOf(account, json.id)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('region'),
    })
  })

  test('can be cancelled', async () => {
    const account = await newAccount()
    await writeMany(account, people(3))
    const { json } = await start(account, { filters: {}, set: { city: 'Troy' }, expectedCount: 3 })
    expect((await account.call('DELETE', `/v1/imports/${json.id}`)).status).toBe(204)
    await drainImports(held)
    expect(countsOf(await importOf(account, json.id))).toMatchObject({ status: 'cancelled', read: 0 })
    expect(await rows('SELECT format FROM imports WHERE account_id = ?', account.id)).toEqual([{ format: '{}' }])
    expect(await updatesOf(account)).toEqual([])
  })

  test('rejects invalid input with its pointer', async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    const office = (await other.post('/v1/offices', { name: 'Theirs' })).json.id
    const body = { filters: {}, expectedCount: 0 }
    for (const [given, status, errors] of [
      [{}, 400, ['body /set required']],
      [{ set: { city: 'Troy' }, erase: true }, 400, ['body /set required']],
      [{ erase: false }, 400, ['body /erase not_allowed']],
      [{ set: {}, userId: 'usr_x' }, 400, ['body /userId not_allowed']],
      [{ set: {}, muteWebhook: true }, 400, ['body /muteWebhook not_allowed']],
      [{ set: { resume: asField(CV) } }, 400, ['body /set/resume not_allowed']],
      [{ set: { nmae: 1 } }, 400, ['body /set/nmae unknown_field']],
      [{ set: { phone: '1' } }, 400, ['body /set/phone invalid_phone']],
      [
        { set: {}, filters: { nmae: 'x', stage: '' } },
        400,
        ['body /filters/nmae unknown_field', 'body /filters/stage required'],
      ],
      [{ set: {}, filters: { updatedSince: -1 } }, 400, ['body /filters/updatedSince wrong_format']],
      [
        { set: {}, filters: { sort: 'createdAt', limit: '5' } },
        400,
        ['body /filters/limit unknown_field', 'body /filters/sort unknown_field'],
      ],
      [{ set: {}, expectedCount: -1 }, 400, ['body /expectedCount too_small']],
      [{ set: { officeId: office } }, 422, ['body /set/officeId unknown_reference']],
      [{ erase: true, userId: 'usr_none' }, 422, ['body /userId unknown_reference']],
    ] as [object, number, string[]][]) {
      const answer = await start(account, { ...body, ...given })
      expect([given, answer.status, inputErrorsOf(answer)]).toEqual([given, status, errors])
    }
    expect(held).toEqual([])
  })

  test('counts as an import in progress', async () => {
    const account = await newAccount()
    const body = { filters: {}, set: { city: 'Troy' }, expectedCount: 0 }
    for (let i = 0; i < 20; i++) expect((await start(account, body)).status).toBe(202)
    expectProblem(await start(account, body), 409, 'too_many_imports')
  })

  test('takes two round trips to start, and three for each chunk', async () => {
    const account = await newAccount()
    await writeMany(account, people(250))
    await account.get('/v1/me')
    const started = await start(
      account,
      { filters: {}, set: { city: 'Troy' }, expectedCount: 250 },
      { 'idempotency-key': 'k' },
    )
    expect(costOf(started).trips).toBe(2)
    // no other account has called in the last second: the whole chunk is written at once
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2000 })
    const trips = vi.spyOn(D1, 'batch')
    await runOnce(account, started.json.id)
    // the lease is a single statement
    expect(trips).toHaveBeenCalledTimes(3)
    expect(countsOf(await importOf(account, started.json.id))).toMatchObject({ status: 'completed', updated: 250 })
  })
})

describe('a bulk erasure', () => {
  test('erases each prospect that matches, with its data and an event of its own', async () => {
    const account = await newAccount()
    await writeMany(account, [...people(60, { labels: 'Old', notes: 'canary' }), { firstName: 'Kept' }])
    await account.call(
      'POST',
      '/v1/prospects',
      { firstName: 'Canary', lastName: 'X', labels: 'Old' },
      { 'idempotency-key': 'k' },
    )
    const user = (await account.post('/v1/users', { name: 'Uma' })).json.id
    const done = await run(account, {
      filters: { label: ['Old', 'Canary'] },
      erase: true,
      userId: user,
      muteWebhook: true,
      expectedCount: 61,
    })
    expect(countsOf(done)).toEqual({ kind: 'erase', status: 'completed', total: 61, read: 61, ...NONE, erased: 61 })
    expect((await account.list('limit=9')).json.prospects.map(({ firstName }) => firstName)).toEqual(['Kept'])
    const deleted = (await eventsOf(account)).filter(({ type }) => type === 'prospect.deleted')
    expect(new Set(deleted.map(({ prospectId }) => prospectId)).size).toBe(61)
    expect(deleted).toMatchObject(Array(61).fill({ userId: user, muted: 1, source: 'import' }))
    const left = await rows(
      'SELECT data FROM events WHERE account_id = ?1 UNION ALL SELECT body FROM idempotency_keys WHERE account_id = ?1 UNION ALL SELECT format FROM imports WHERE account_id = ?1',
      account.id,
    )
    expect(JSON.stringify(left)).not.toMatch(/canary/i)
  })

  test.each([
    ['are erased', 'DELETE', undefined, 2],
    ['no longer match', 'PATCH', { removeLabels: 'Old' }, 2],
    ['change, and still match', 'PATCH', { city: 'Troy' }, 3],
  ])('reads again which prospects match if some %s right before its commit', async (_, method, change, count) => {
    const account = await newAccount()
    await writeMany(account, people(3, { labels: 'Old' }))
    const { json } = await start(account, { filters: { label: 'Old' }, erase: true, expectedCount: 3 })
    const [{ id } = { id: '' }] = (await account.list()).json.prospects
    const { batch } = D1
    let isErased = false
    vi.spyOn(D1, 'batch').mockImplementation(async function (this: D1DatabaseSession, statements) {
      if (!isErased && JSON.stringify(statements).includes('prospect.deleted')) {
        isErased = true
        await account.call(method, `/v1/prospects/${id}`, change)
      }
      return batch.call(this, statements) as never
    })
    await drainImports(held)
    expect(countsOf(await importOf(account, json.id))).toMatchObject({
      status: 'completed',
      read: count,
      erased: count,
    })
    expect((await account.list()).json.totalCount).toBe(method === 'DELETE' ? 0 : 3 - count)
  })
})

describe('a consumer that dies', () => {
  test.each([
    ['set', { set: { addLabels: 'Later' } }, 'updated'],
    ['erase', { erase: true }, 'erased'],
  ] as const)('before or after any commit changes each prospect once: %s', async (_, change, count) => {
    vi.spyOn(console, 'error').mockReturnValue()
    const account = await newAccount()
    await writeMany(account, people(600))
    const { json } = await start(account, { filters: {}, ...change, expectedCount: 600 })
    const { batch } = D1
    let n = 0
    vi.spyOn(D1, 'batch').mockImplementation(async function (this: D1DatabaseSession, statements) {
      const isCommit = JSON.stringify(statements).includes('UPDATE imports SET bytes_done')
      const dies = isCommit && n++ % 2 === 0
      if (dies && n % 4 === 1) throw new Error('died')
      const result = await batch.call(this, statements)
      if (dies) throw new Error('died')
      return result as never
    })
    for (let i = 0; i < 60 && !(await importOf(account, json.id)).finishedAt; i++) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
      held.splice(0)
      await drainImports([await messageOf(account, json.id)])
    }
    expect(countsOf(await importOf(account, json.id))).toMatchObject({ status: 'completed', read: 600, [count]: 600 })
    const changed = await updatesOf(account)
    expect([changed.length, new Set(changed).size]).toEqual([600, 600])
  })

  test('that lost its lease to another one changes nothing', async () => {
    const account = await newAccount()
    await writeMany(account, people(30))
    const { json } = await start(account, { filters: {}, set: { city: 'Troy' }, expectedCount: 30 })
    held.splice(0)
    const message = await messageOf(account, json.id)
    const { batch } = D1
    let isFirst = true
    vi.spyOn(D1, 'batch').mockImplementation(async function (this: D1DatabaseSession, statements) {
      if (isFirst && JSON.stringify(statements).includes('UPDATE imports SET bytes_done')) {
        isFirst = false
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
        await drainImports([message])
        // the turn of the first consumer has not ended
        vi.setSystemTime(Date.now() - 60_000)
      }
      return batch.call(this, statements) as never
    })
    await drainImports([message])
    expect(countsOf(await importOf(account, json.id))).toMatchObject({ status: 'completed', read: 30, updated: 30 })
    expect(await updatesOf(account)).toHaveLength(30)
  })

  test('at the same time as another one changes each prospect once', async () => {
    const account = await newAccount()
    await writeMany(account, people(300))
    const { json } = await start(account, { filters: {}, set: { city: 'Troy' }, expectedCount: 300 })
    held.splice(0)
    const message = await messageOf(account, json.id)
    await Promise.all([1, 2, 3].map(() => drainImports([message])))
    await drainImports(held)
    expect(countsOf(await importOf(account, json.id))).toMatchObject({ status: 'completed', read: 300, updated: 300 })
    expect(await updatesOf(account)).toHaveLength(300)
  })
})
