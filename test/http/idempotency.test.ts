import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { app } from '../../src/app'
import { type Account, type ApiResponse, newAccount, send } from '../support/api'
import { D1, rows, tables, tablesHolding } from '../support/d1'
import { holdQueue, register } from '../support/endpoint'
import { expectProblem } from '../support/problem'

/** A valid POST: its path, its body, and another valid body. */
interface Call {
  route: string
  /** Whether the operator calls, not the account. */
  byOperator?: boolean
  status?: number
  /** The type of its body. */
  type?: string
  ask: (account: Account) => Promise<{ path: string; body: object | string; other: object | string }>
}

const named = { body: { name: 'Ünï "1" \\ 😀' }, other: { name: 'Other' } }

const CALLS: Call[] = [
  {
    route: '/v1/prospects',
    ask: async () => {
      const body = {
        firstName: 'Ann',
        lastName: '"Dœ" 😀',
        labels: ['Hot'],
        newSourceName: 'Fair',
        email: 'a@example.com',
      }
      return { path: '/v1/prospects', body, other: { ...body, firstName: 'Bob' } }
    },
  },
  {
    route: '/v1/prospects/batch',
    status: 200,
    ask: async () => {
      const body = { inputs: [{ firstName: 'Ann', lastName: '"Dœ" 😀' }, { firstName: 'Bob' }], update: true }
      return { path: '/v1/prospects/batch', body, other: { ...body, update: false } }
    },
  },
  {
    route: '/v1/prospects/bulk',
    status: 202,
    ask: async () => {
      holdQueue()
      const body = { filters: { email: 'a@example.com' }, set: { city: 'Troy' }, expectedCount: 0 }
      return { path: '/v1/prospects/bulk', body, other: { ...body, dryRun: true } }
    },
  },
  {
    route: '/v1/prospects/{id}/merge',
    status: 200,
    ask: async ({ prospect }) => {
      const [a, b, c] = [await prospect(), await prospect(), await prospect()].map(({ json }) => json.id)
      return { path: `/v1/prospects/${a}/merge`, body: { duplicateId: b }, other: { duplicateId: c } }
    },
  },
  {
    route: '/v1/imports',
    status: 202,
    type: 'text/csv',
    ask: async () => {
      holdQueue()
      return { path: '/v1/imports', body: 'name\nAnn Lee\n', other: 'name\nBob Ray\n' }
    },
  },
  ...['pipelines', 'labels', 'sources', 'offices', 'users', 'jobs'].map((kind) => ({
    route: `/v1/${kind}`,
    ask: async () => ({ path: `/v1/${kind}`, ...named }),
  })),
  {
    route: '/v1/stages',
    ask: async ({ pipelineId }) => ({
      path: '/v1/stages',
      body: { ...named.body, pipelineId },
      other: { ...named.other, pipelineId },
    }),
  },
  {
    route: '/v1/fields',
    ask: async () => ({
      path: '/v1/fields',
      body: { key: 'a', name: 'A', type: 'text' },
      other: { key: 'a', name: 'B', type: 'text' },
    }),
  },
  {
    route: '/v1/duplicates/{id}/dismiss',
    status: 200,
    ask: async (account) => {
      for (const email of ['a@example.com', 'b@example.com']) await account.prospect({ email, phone: '212-555-0188' })
      const { json } = await account.get('/v1/duplicates')
      return { path: `/v1/duplicates/${json.items[0].id}/dismiss`, body: {}, other: ' {}' }
    },
  },
  {
    route: '/v1/api-keys',
    ask: async () => ({
      path: '/v1/api-keys',
      body: { name: 'Spare', scopes: ['read'] },
      other: { name: 'Spare', scopes: ['write'] },
    }),
  },
  {
    route: '/v1/webhooks',
    ask: async () => ({
      path: '/v1/webhooks',
      body: { url: 'https://hooks.example.com/in' },
      other: { url: 'https://hooks.example.com/other' },
    }),
  },
  ...[
    { what: 'rotate-secret', status: 200, body: {}, other: ' {}' },
    { what: 'ping', status: 202, body: {}, other: ' {}' },
    { what: 'recover', status: 202, body: { since: 0 }, other: { since: 1 } },
  ].map(({ what, status, body, other }) => ({
    route: `/v1/webhooks/{id}/${what}`,
    status,
    ask: async (account: Account) => ({ path: `/v1/webhooks/${(await register(account)).id}/${what}`, body, other }),
  })),
  {
    route: '/v1/deliveries/{id}/redeliver',
    status: 202,
    ask: async (account) => {
      const { json } = await account.post(`/v1/webhooks/${(await register(account)).id}/ping`)
      return { path: `/v1/deliveries/${json.id}/redeliver`, body: {}, other: ' {}' }
    },
  },
  { route: '/admin/accounts', byOperator: true, ask: async () => ({ path: '/admin/accounts', ...named }) },
  {
    route: '/admin/accounts/{id}/api-keys',
    byOperator: true,
    ask: async ({ id }) => ({ path: `/admin/accounts/${id}/api-keys`, ...named }),
  },
]

/** How many rows each table has. */
async function allRows(): Promise<Record<string, unknown>[]> {
  const names = (await tables()).map(({ name }) => name)
  const counts = await env.DB.batch(
    names.map((name) => env.DB.prepare(`SELECT '${name}' AS name, count(*) AS n FROM ${name}`)),
  )
  return counts.flatMap(({ results }) => results as Record<string, unknown>[])
}

/** How many rows a call adds to each table. */
async function growth(call: () => Promise<unknown>): Promise<number[]> {
  const before = await allRows()
  await call()
  return (await allRows()).map(({ n }, i) => Number(n) - Number(before[i]?.n))
}

/** The body of a replay: without the secrets that only the first response has. */
const withoutSecrets = ({ text, json }: ApiResponse): string =>
  [json.key, json.apiKey?.key, json.secret]
    .filter((value) => /^(pro|whsec)_/.test(value))
    .reduce((s, secret) => s.replace(`"${secret}"`, 'null'), text)

let keys = 0
/** A key that no other test uses: all tests share the operator's keys. */
const freshKey = () => `key ${++keys}`

afterEach(() => void vi.restoreAllMocks())

test('every POST is idempotent', () => {
  const posts = app.routes.filter(({ method }) => method === 'POST').map(({ path }) => path.replace(/:(\w+)/g, '{$1}'))
  expect(CALLS.map(({ route }) => route).sort()).toEqual([...new Set(posts)].sort())
})

describe.each(CALLS)('POST $route', ({ ask, byOperator, status = 201, type = 'application/json' }) => {
  const prepare = async (account?: Account) => {
    const caller = account ?? (await newAccount())
    const { path, body, other } = await ask(caller)
    const credential = byOperator ? env.ADMIN_TOKEN : caller.key
    const post = (key: string, what: object | string = body, at = path) =>
      send('POST', at, {
        key: credential,
        body: what,
        headers: { 'idempotency-key': key, 'content-type': type },
      })
    return { account: caller, body, other, path, post, key: freshKey() }
  }

  test('returns the same response to a repeated call, and writes nothing', async () => {
    const { account, post, key } = await prepare()
    await register(account)
    holdQueue()
    const first = await post(key)
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([status, null])
    const before = await allRows()
    for (let i = 0; i < 2; i++) {
      const again = await post(key)
      expect([again.status, again.text]).toEqual([status, withoutSecrets(first)])
      expect(again.headers.get('idempotent-replayed')).toBe('true')
      for (const header of ['location', 'etag', 'content-type', 'cache-control', 'x-content-type-options'])
        expect([header, again.headers.get(header)]).toEqual([header, first.headers.get(header)])
      expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
    }
    expect(await allRows()).toEqual(before)
    for (const secret of [first.json.key, first.json.apiKey?.key, first.json.secret].filter((s) => s?.length > 20))
      expect(await tablesHolding(secret)).toEqual([])
  })

  test('returns 422 for another body with the key, and writes nothing', async () => {
    const { post, key, other } = await prepare()
    const first = await post(key)
    const before = await allRows()
    expectProblem(await post(key, other), 422, 'idempotency_key_reused')
    expect(await allRows()).toEqual(before)
    expect((await post(key)).text).toBe(withoutSecrets(first))
  })

  test('does not store an error: the corrected call succeeds with the same key', async () => {
    const { post, key } = await prepare()
    expect((await post(key, { nope: 1 })).status).toBe(400)
    const right = await post(key)
    expect([right.status, right.headers.get('idempotent-replayed')]).toEqual([status, null])
  })

  test('treats a repeated call after 24 hours as a new call', async () => {
    const { post, key } = await prepare()
    const first = await post(key)
    const expiry = await rows<{ at: number }>('SELECT expires_at AS at FROM idempotency_keys WHERE key = ?', key)
    const hours = ((expiry[0]?.at ?? 0) - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(23.9)
    expect(hours).toBeLessThanOrEqual(24)
    await rows('UPDATE idempotency_keys SET expires_at = ? WHERE key = ?', Date.now(), key)
    const later = await post(key)
    expect(later.headers.get('idempotent-replayed')).toBeNull()
    expect([200, 201, 202, 409]).toContain(later.status)
    if (later.status === 201) expect(later.json.id).not.toBe(first.json.id)
  })

  test('writes once for eight calls at the same time, and all get the same response', async () => {
    holdQueue()
    const [single, many] = [await prepare(), await prepare()]
    const once = await growth(() => single.post(single.key))
    const answers: ApiResponse[] = []
    const eight = await growth(async () => {
      answers.push(...(await Promise.all(Array.from({ length: 8 }, () => many.post(many.key)))))
    })
    expect(eight).toEqual(once)
    const [done, busy] = [answers.filter((a) => a.status !== 409), answers.filter((a) => a.status === 409)]
    expect(new Set(done.map((a) => a.status))).toEqual(new Set([status]))
    expect(new Set(done.map(withoutSecrets)).size).toBe(1)
    expect(done.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1)
    for (const answer of busy) expectProblem(answer, 409, 'still_running')
  })

  test('returns the stored response if the first response was lost after the commit', async () => {
    const { post, key } = await prepare()
    await post(freshKey(), { nope: 1 })
    vi.spyOn(console, 'error').mockReturnValue()
    const batch = D1.batch
    const spy = vi.spyOn(D1, 'batch').mockImplementation(async function (this: D1DatabaseSession, statements) {
      const before = await rows('SELECT 1 FROM idempotency_keys WHERE key = ?', key)
      const results = await batch.call(this, statements)
      if ((await rows('SELECT 1 FROM idempotency_keys WHERE key = ?', key)).length > before.length)
        throw new Error('D1_ERROR: the network went away')
      return results as never
    })
    expectProblem(await post(key), 503, 'database_unavailable')
    spy.mockRestore()
    const before = await allRows()
    const again = await post(key)
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([status, 'true'])
    expect(await allRows()).toEqual(before)
  })

  test('rejects a key that is empty, too long or has control characters, and writes nothing', async () => {
    const { post } = await prepare()
    const before = await allRows()
    for (const bad of ['', 'x'.repeat(256), 'a\tb', 'a\u0001b', 'a\u007f']) {
      const answer = await post(bad)
      expectProblem(answer, 400, 'invalid_input', ['errors'])
      expect([bad, answer.json.errors]).toMatchObject([bad, [{ in: 'header', pointer: '/Idempotency-Key' }]])
    }
    expect(await allRows()).toEqual(before)
  })

  test('a key can have 255 characters', async () => {
    const { post } = await prepare()
    const key = `${freshKey()} `.padEnd(255, '~')
    expect((await post(key)).status).toBe(status)
    expect((await post(key)).headers.get('idempotent-replayed')).toBe('true')
  })
})
