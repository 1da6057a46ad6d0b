import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { MAX_CATALOG } from '../../src/db/quotas'
import { type Account, newAccount, operator } from '../support/api'
import { itemsOf, makeItem, remove } from '../support/catalog-items'
import { rows, rowsOf } from '../support/d1'
import { imported } from '../support/import-files'
import { errorsOf, expectProblem } from '../support/problem'

/** The contents of an account are bounded: as many as the limit are accepted, and one more is rejected. */

test('a prospect can have 100 jobs, and not one more', async () => {
  const account = await newAccount()
  const { id } = (await account.prospect()).json
  await env.DB.prepare(
    `INSERT INTO jobs (account_id, id, name, name_key, created_at, updated_at)
     SELECT ?1, 'job_' || value, 'J', 'j', 0, 0 FROM json_each(?2)`,
  )
    .bind(account.id, JSON.stringify([...Array(101).keys()]))
    .run()
  const jobIds = Array.from({ length: 101 }, (_, i) => `job_${i}`)
  const patch = (body: object) => account.call('PATCH', `/v1/prospects/${id}`, body)
  expect(errorsOf(await patch({ jobIds }))).toEqual(['body /jobIds too_large'])
  expect((await patch({ jobIds: jobIds.slice(1) })).json.jobIds).toHaveLength(100)
  expect(errorsOf(await patch({ jobId: 'job_0' }))).toEqual(['body /jobId too_many'])
})

test('a call can name 1,000 labels, repeats included, and not one more', async () => {
  const account = await newAccount()
  const { id } = (await account.prospect()).json
  const patch = (labels: number) =>
    account.call('PATCH', `/v1/prospects/${id}`, { removeLabels: 'x,'.repeat(labels - 1) })
  expect((await patch(1000)).status).toBe(200)
  expect(errorsOf(await patch(1001))).toEqual(['body /removeLabels too_many'])
})

test('a parameter may have 1,000 characters, a page token 4,000, and not one more', async () => {
  const { list } = await newAccount()
  const listed = (name: string, length: number) => list(`${name}=${'x'.repeat(length)}`)
  expect((await listed('title', 1000)).status).toBe(200)
  expect(errorsOf(await listed('title', 1001))).toEqual(['query /title too_long'])
  expect(errorsOf(await listed('pageToken', 4000))).toEqual(['query /pageToken invalid_page_token'])
  expect(errorsOf(await listed('pageToken', 4001))).toEqual(['query /pageToken too_long'])
})

describe('the catalog', () => {
  /** An account that has room for this many more items. */
  async function almostFull(room: number) {
    const account = await newAccount()
    await rows('UPDATE accounts SET catalog_size = ? WHERE id = ?', MAX_CATALOG - room, account.id)
    return account
  }

  test('takes 50,000 items of all kinds, and not one more until one is deleted', async () => {
    const account = await almostFull(2)
    const label = await makeItem(account, 'labels')
    await makeItem(account, 'jobs')
    const before = await rowsOf(account.id)
    for (const kind of ['labels', 'sources', 'offices', 'users', 'jobs', 'pipelines'])
      expectProblem(await account.post(`/v1/${kind}`, { name: 'Two' }), 409, 'catalog_full')
    const stage = { name: 'Two', pipelineId: account.pipelineId }
    expectProblem(await account.post('/v1/stages', stage), 409, 'catalog_full')
    expect(await rowsOf(account.id)).toEqual(before)
    await remove(account, 'labels', label.id)
    await makeItem(account, 'labels', 'Two')
  })

  test('takes a pipeline with all of its stages, or none of it', async () => {
    const account = await almostFull(3)
    const body = (n: number) => ({ name: 'P', stages: Array.from({ length: n }, (_, i) => `S${i}`) })
    expectProblem(await account.post('/v1/pipelines', body(3)), 409, 'catalog_full')
    expect((await account.post('/v1/pipelines', body(2))).status).toBe(201)
  })

  test.each([
    ['labels', { labels: ['Old', 'New'] }],
    ['a source', { newSourceName: 'New' }],
  ])('takes no new %s from prospects when it is full; existing items can be used', async (_what, bringing) => {
    const account = await almostFull(1)
    const { id } = (await account.prospect({ email: 'ann@example.com', labels: 'Old' })).json
    const before = await rowsOf(account.id)
    expectProblem(await account.prospect(bringing), 409, 'catalog_full')
    expectProblem(await account.call('PATCH', `/v1/prospects/${id}`, bringing), 409, 'catalog_full')
    expect(await rowsOf(account.id)).toEqual(before)
    expect((await account.prospect({ labels: 'OLD' })).status).toBe(201)
    expect((await account.call('PATCH', `/v1/prospects/${id}`, { title: 'Agent' })).status).toBe(200)
  })

  test('rejects only the rows of an import that bring a new item', async () => {
    const file = 'name,labels\nAnn Lee,One\nBo Fox,Two\nCy Poe,One\nDi Ray,"One,Three"\n'
    const { created, failed, errors } = await imported(await almostFull(1), file)
    expect([created, failed]).toEqual([2, 2])
    expect(errors.map(({ line, code }) => `${line} ${code}`)).toEqual(['3 catalog_full', '5 catalog_full'])
  })

  test('takes one of ten concurrent new items if it has room for one', async () => {
    const account = await almostFull(1)
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        i % 2 ? account.prospect({ labels: `L${i}` }) : account.post('/v1/labels', { name: `L${i}` }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
    expect(await itemsOf(account, 'labels')).toHaveLength(1)
  })
})

/** Inserts rows that are like the first row of the account. */
const multiply = (table: string, account: Account, n: number, columns: Record<string, string>) =>
  rows(
    `INSERT INTO ${table} (${Object.keys(columns)})
     SELECT ${Object.values(columns)} FROM json_each(?2) k CROSS JOIN (SELECT * FROM ${table} WHERE account_id = ?1 LIMIT 1) t`,
    account.id,
    JSON.stringify([...Array(n).keys()]),
  )

describe('webhooks', () => {
  const register = ({ post }: Account) => post('/v1/webhooks', { url: 'https://hooks.example.com' })
  const more = (account: Account, n: number, deletedAt = 'NULL') =>
    multiply('webhooks', account, n, {
      account_id: 't.account_id',
      id: `'whk_more' || k.value`,
      url: 't.url',
      event_types: `'[]'`,
      secret: `''`,
      deleted_at: deletedAt,
      created_at: '0',
      updated_at: '0',
    })

  test('are at most 50, and one more is accepted when one is deleted', async () => {
    const account = await newAccount()
    await register(account)
    await more(account, 48)
    const { status, json } = await register(account)
    expect(status).toBe(201)
    expectProblem(await register(account), 409, 'too_many_webhooks')
    expect((await rowsOf(account.id)).webhooks).toBe(50)
    await account.call('DELETE', `/v1/webhooks/${json.id}`)
    expect((await register(account)).status).toBe(201)
  })

  test('are at most 50 when several are made concurrently', async () => {
    const account = await newAccount()
    await register(account)
    await more(account, 47)
    const answers = await Promise.all(Array.from({ length: 5 }, () => register(account)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409])
  })

  test('are at most 1,000 including the deleted ones', async () => {
    const account = await newAccount()
    await register(account)
    await more(account, 998, '1')
    expect((await register(account)).status).toBe(201)
    expectProblem(await register(account), 409, 'too_many_webhooks')
  })
})

describe('keys', () => {
  const makeKey = ({ post }: Account) => post('/v1/api-keys', { name: 'K', scopes: ['read'] })
  const more = (account: Account, n: number, revokedAt = 'NULL') =>
    multiply('api_keys', account, n, {
      id: `'key_' || ?1 || k.value`,
      account_id: 't.account_id',
      name: 't.name',
      hash: 't.hash',
      scopes: 't.scopes',
      revoked_at: revokedAt,
      created_at: '0',
    })

  test('are at most 100, and one more is accepted when one is revoked; the operator can always make one', async () => {
    const account = await newAccount()
    await more(account, 98)
    const { status, json } = await makeKey(account)
    expect(status).toBe(201)
    expectProblem(await makeKey(account), 409, 'too_many_keys')
    expect((await rowsOf(account.id)).api_keys).toBe(100)
    await account.call('DELETE', `/v1/api-keys/${json.id}`)
    expect((await makeKey(account)).status).toBe(201)
    expect((await operator('POST', `/admin/accounts/${account.id}/api-keys`, { name: 'Lost' })).status).toBe(201)
  })

  test('are deleted thirty days after they were revoked, or when 1,000 were revoked later; they do not count', async () => {
    const account = await newAccount()
    const [DAY, now] = [24 * 60 * 60 * 1000, Date.now()]
    await more(account, 1100, `${now} - 29 * ${DAY} + k.value`)
    expect((await makeKey(account)).status).toBe(201)
    expect((await rowsOf(account.id)).api_keys).toBe(1002)
    const [{ first } = {}] = await rows(
      'SELECT min(revoked_at) AS first FROM api_keys WHERE account_id = ?',
      account.id,
    )
    expect(first).toBe(now - 29 * DAY + 100)
    await rows('UPDATE api_keys SET revoked_at = revoked_at - 172800000 WHERE account_id = ?', account.id)
    expect((await makeKey(account)).status).toBe(201)
    expect((await rowsOf(account.id)).api_keys).toBe(3)
  })

  test('are at most 100 when several are made concurrently', async () => {
    const account = await newAccount()
    await more(account, 97)
    const answers = await Promise.all(Array.from({ length: 5 }, () => makeKey(account)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409])
  })
})
