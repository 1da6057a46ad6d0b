import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openDatabase } from '../../src/db/client'
import { reencryptSecrets } from '../../src/webhooks/reencrypt'
import { decryptSecret, encryptSecret, newSecret } from '../../src/webhooks/secret'
import { type Account, newAccount } from '../support/api'
import { rows } from '../support/d1'
import {
  bodyOf,
  consume,
  endpointAnswers,
  freeze,
  type HeldQueue,
  headersOf,
  register,
  type Sent,
  thaw,
  tick,
} from '../support/endpoint'

const [ONE, TWO] = [env.ENCRYPTION_KEY, `2.${btoa('fedcba9876543210fedcba9876543210')}`]
const ROTATED = { ENCRYPTION_KEY: `${TWO},${ONE}`, LOG_LEVEL: '' }
const DAY = 24 * 60 * 60 * 1000

let account: Account
let held: HeldQueue
let log: { message: string; encrypted: number; unreadable: number; done: boolean }[]

beforeEach(async () => {
  held = await freeze()
  await rows('DELETE FROM deliveries')
  await rows('DELETE FROM webhooks')
  account = await newAccount()
  log = []
  for (const level of ['log', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line) => {
      if (line.includes('re-encrypted')) log.push(JSON.parse(line))
    })
})
afterEach(thaw)

const rotate = (id: string) => account.post(`/v1/webhooks/${id}/rotate-secret`)
const run = (pages?: number) => reencryptSecrets(openDatabase(env.DB), { ...env, ...ROTATED } as Env, Date.now(), pages)
const storedOf = async ({ id }: Account) =>
  (
    await rows<{ id: string; secret: string; old_secrets: string }>(
      'SELECT id, secret, old_secrets FROM webhooks WHERE account_id = ? ORDER BY id',
      id,
    )
  ).map(({ old_secrets, ...row }) => ({ ...row, old: JSON.parse(old_secrets) as { secret: string; until: number }[] }))

/** Stores a webhook with this encrypted secret. */
async function store(ring: string, secret = newSecret()) {
  const id = `whk_${crypto.randomUUID()}`
  await rows(
    `INSERT INTO webhooks (account_id, id, url, event_types, secret, created_at, updated_at)
     VALUES (?, ?, 'https://hooks.example.com', '[]', ?, 0, 0)`,
    ...[account.id, id, await encryptSecret(secret, `${account.id} ${id}`, ring)],
  )
  return { id, secret }
}

test('the schedule encrypts all secrets with a new first key, and then the old key can be removed', async () => {
  const { id, secret } = await register(account)
  const second = (await rotate(id)).json.secret
  const gone = await register(account)
  await account.call('DELETE', `/v1/webhooks/${gone.id}`)
  expect((await storedOf(account)).map((w) => w.secret.slice(0, 2))).toEqual(['1.', ''])
  await tick(ROTATED)
  const [stored, deleted] = await storedOf(account)
  expect([stored, deleted]).toMatchObject([
    {
      secret: expect.stringMatching(/^2\./),
      old: [{ secret: expect.stringMatching(/^2\./), until: Date.now() + DAY }],
    },
    { secret: '', old: [] },
  ])
  expect(log).toEqual([
    {
      level: 'info',
      message: 'webhook secrets re-encrypted',
      database: '00',
      version: '2',
      encrypted: 1,
      unreadable: 0,
      done: true,
    },
  ])

  const requests = endpointAnswers()
  await account.prospect()
  await consume(held.splice(0), 'prospect-webhooks', { ENCRYPTION_KEY: TWO })
  const [sent] = requests.mock.calls as Sent[]
  for (const signing of [secret, second])
    expect(() => new Webhook(signing).verify(bodyOf(sent as Sent), headersOf(sent as Sent))).not.toThrow()
})

test('a run with two keys logs `done` even if it has nothing left to encrypt', async () => {
  await register(account)
  await run()
  const before = await storedOf(account)
  await run()
  expect(await storedOf(account)).toEqual(before)
  expect(log.map(({ encrypted, done }) => [encrypted, done])).toEqual([
    [1, true],
    [0, true],
  ])
})

test('a run with one key or no key reads nothing', async () => {
  for (const ring of [ONE, TWO, '', 'x']) {
    const db = openDatabase(env.DB)
    await reencryptSecrets(db, { ...env, ENCRYPTION_KEY: ring }, Date.now())
    expect(db.cost.trips).toBe(0)
  }
  expect(log).toEqual([])
})

test('a run has a limit, and the next run continues', { tags: 'scale' }, async () => {
  for (let i = 0; i < 250; i++) await store(ONE)
  for (let i = 0; i < 3; i++) await run(1)
  expect(log.map(({ encrypted, done }) => [encrypted, done])).toEqual([
    [100, false],
    [100, false],
    [50, true],
  ])
})

test('a secret whose key is lost is reported, and all others are encrypted', async () => {
  await store(`3.${btoa('x'.repeat(32))}`)
  const { id, secret } = await store(ONE)
  await run()
  expect(log).toMatchObject([{ encrypted: 1, unreadable: 1, done: false }])
  const stored = (await storedOf(account)).find((w) => w.id === id)
  expect(await decryptSecret(stored?.secret ?? '', `${account.id} ${id}`, TWO)).toBe(secret)
})

test('LOG_LEVEL=error leaves out the log line of a run, unless a secret cannot be read', async () => {
  await store(ONE)
  await tick({ ...ROTATED, LOG_LEVEL: 'error' })
  expect(log).toEqual([])
  await store(`3.${btoa('x'.repeat(32))}`)
  await tick({ ...ROTATED, LOG_LEVEL: 'error' })
  expect(log).toMatchObject([{ level: 'error', encrypted: 0, unreadable: 1, done: false }])
})

test('a secret that is rotated meanwhile stays rotated', async () => {
  const { id } = await register(account)
  const encrypt = crypto.subtle.encrypt.bind(crypto.subtle)
  let secret = ''
  const spy = vi.spyOn(crypto.subtle, 'encrypt').mockImplementation(async (...given) => {
    spy.mockImplementation(encrypt)
    secret = (await rotate(id)).json.secret
    return encrypt(...given)
  })
  await run()
  expect(log).toMatchObject([{ encrypted: 0 }])
  await run()
  const [stored] = await storedOf(account)
  expect(await decryptSecret(stored?.secret ?? '', `${account.id} ${id}`, TWO)).toBe(secret)
  expect(stored?.old).toHaveLength(1)
})

test('an old secret that no longer signs is deleted', async () => {
  const { id } = await register(account)
  await rotate(id)
  vi.setSystemTime(Date.now() + DAY + 1)
  await run()
  expect((await storedOf(account))[0]?.old).toEqual([])
})
