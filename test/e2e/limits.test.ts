import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, cleanUp, migratedFolder, type Service, startService } from './service'

const OPERATOR = 'operator-of-the-tests'
const FLAGS = ['--no-seed', `--var=ADMIN_TOKEN:${OPERATOR}`]

let service: Service
beforeAll(async () => {
  service = await startService(migratedFolder(), FLAGS)
})
afterAll(cleanUp)

const newKey = async (): Promise<string> =>
  (await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Test' })).json.apiKey.key
const me = (key: string) => fetch(`${service.origin}/v1/me`, { headers: { authorization: `Bearer ${key}` } })
/** Asks, 25 at a time, until it has been refused. Returns the refusal, and how many answers there were before it. */
async function exhaust(key: string, most: number): Promise<{ refused: Response | undefined; before: number }> {
  for (let before = 0; before < most; before += 25) {
    const answers = await Promise.all(Array.from({ length: 25 }, () => me(key)))
    const refused = answers.find(({ status }) => status === 429)
    if (refused) return { refused, before }
  }
  return { refused: undefined, before: most }
}

test('a key that calls too often is told when to come back, and the others are served', async () => {
  const [busy, other] = [await newKey(), await newKey()]
  // on a slow machine they are of many windows, of which none is full for long
  const { refused, before } = await exhaust(busy, 20_000)
  expect(before).toBeGreaterThanOrEqual(475)
  expect(refused?.headers.get('content-type')).toBe('application/problem+json')
  expect(refused?.headers.get('ratelimit-policy')).toBe('"default";q=500;w=10')
  expect(await refused?.json()).toMatchObject({ status: 429, code: 'rate_limited' })
  const served = await me(other)
  expect([served.status, served.headers.get('ratelimit-policy')]).toEqual([
    200,
    '"default";q=500;w=10, "cost";q=3000;w=10;qu="database-ms"',
  ])
  await new Promise((later) => setTimeout(later, 1000 * Number(refused?.headers.get('retry-after'))))
  expect((await me(busy)).status).toBe(200)
})

test('keys cannot be guessed quickly, and those that are in use go on', async () => {
  const key = await newKey()
  expect((await me(key)).status).toBe(200)
  const { refused, before } = await exhaust('wrong', 20_000)
  expect(before).toBeGreaterThanOrEqual(275)
  expect(refused?.headers.get('retry-after')).toBe('60')
  expect((await me(key)).status).toBe(200)
  await service.kill()
  service = await startService(migratedFolder(), [...FLAGS, '--var=RATE_LIMITS:off'])
  expect((await exhaust('wrong', 400)).refused).toBeUndefined()
  expect((await exhaust(await newKey(), 1100)).refused).toBeUndefined()
})
