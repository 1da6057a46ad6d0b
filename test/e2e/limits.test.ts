import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, cleanUp, migratedFolder, OPERATOR, type Service, startBuilt } from './service'

let service: Service
beforeAll(async () => {
  service = await startBuilt(migratedFolder())
})
afterAll(cleanUp)

const newKey = async (): Promise<string> =>
  (await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Test' })).json.apiKey.key
const me = (key: string) => fetch(`${service.origin}/v1/me`, { headers: { authorization: `Bearer ${key}` } })
/** Makes calls, 25 at a time, until one is rejected. Resolves to that response and to the number of calls before it. */
async function exhaust(key: string, most: number): Promise<{ rejected: Response | undefined; before: number }> {
  for (let before = 0; before < most; before += 25) {
    const responses = await Promise.all(Array.from({ length: 25 }, () => me(key)))
    const rejected = responses.find(({ status }) => status === 429)
    if (rejected) return { rejected, before }
  }
  return { rejected: undefined, before: most }
}

test('a key that calls too often gets 429 and Retry-After, and other keys are served', async () => {
  const [busy, other] = [await newKey(), await newKey()]
  // on a slow machine the calls fall into many windows, and none is full for long
  const { rejected, before } = await exhaust(busy, 20_000)
  expect(before).toBeGreaterThanOrEqual(475)
  expect(rejected?.headers.get('content-type')).toBe('application/problem+json')
  expect(rejected?.headers.get('ratelimit-policy')).toBe('"default";q=500;w=10')
  expect(await rejected?.json()).toMatchObject({ status: 429, code: 'rate_limited' })
  const served = await me(other)
  expect([served.status, served.headers.get('ratelimit-policy')]).toEqual([
    200,
    '"default";q=500;w=10, "cost";q=3000;w=10;qu="database-ms"',
  ])
  await new Promise((later) => setTimeout(later, 1000 * Number(rejected?.headers.get('retry-after'))))
  expect((await me(busy)).status).toBe(200)
})

test('an address that sends many wrong keys gets 429, and keys in use continue to work', async () => {
  const key = await newKey()
  expect((await me(key)).status).toBe(200)
  const { rejected, before } = await exhaust('wrong', 20_000)
  expect(before).toBeGreaterThanOrEqual(275)
  expect(rejected?.headers.get('retry-after')).toBe('60')
  expect((await me(key)).status).toBe(200)
  await service.kill()
  service = await startBuilt(migratedFolder(), { RATE_LIMITS: 'off' })
  expect((await exhaust('wrong', 400)).rejected).toBeUndefined()
  expect((await exhaust(await newKey(), 1100)).rejected).toBeUndefined()
})
