import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { random as randomFrom } from '../../bench/people'
import { insist } from './caller'
import {
  builtFlags,
  call,
  cleanUp,
  migratedFolder,
  OPERATOR,
  openEndpoint,
  type Service,
  startBuilt,
  startService,
} from './service'

afterAll(cleanUp)

/**
 * Kills every process repeatedly while four clients write. `npm run test:chaos` is the long form, which kills `npm run dev`.
 * The short form triggers the schedule every two seconds, so it does not wait for the next minute.
 */
const KILLS = Number(process.env.CHAOS_KILLS ?? 2)
const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31))
const IS_LONG = KILLS >= 20
const CLIENTS = 4
/** How long after the last start every event must have arrived, ms. */
const ARRIVED_WITHIN = 120_000

const VARS = { ADMIN_TOKEN: OPERATOR, ALLOW_LOCAL_WEBHOOKS: 'true', RATE_LIMITS: 'off' }
const FLAGS = ['--no-seed', ...Object.entries(VARS).map(([name, value]) => `--var=${name}:${value}`)]
const start = (folder: string) =>
  IS_LONG ? startService(folder, [...FLAGS, ...builtFlags()]) : startBuilt(folder, VARS)

const random = randomFrom(SEED)

/** The ids of the events that arrived for each write. A write has its own token in `company`. */
const arrived = new Map<string, string[]>()
let onArrival = () => {}

/** Opens an endpoint that, for a few events, fails or closes the connection at the first attempt. */
function openMoody(): Promise<string> {
  const seen = new Set<string>()
  return openEndpoint(({ json: { id, data } }) => {
    const token: string = data.prospect.company
    const mood = seen.has(id) ? 1 : random()
    seen.add(id)
    onArrival()
    if (mood < 0.03) return null
    if (mood < 0.06) return [500]
    arrived.set(token, [...(arrived.get(token) ?? []), id])
    return [200]
  })
}

test(`after ${KILLS} kills of every process, each acknowledged write is stored and its event has arrived (seed ${SEED})`, async () => {
  const folder = migratedFolder()
  let service: Service = await start(folder)
  const account = await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Chaos' })
  const key: string = account.json.apiKey.key
  await call(service.origin, key, 'POST', '/v1/webhooks', { url: await openMoody() })

  const written: { token: string; muted: boolean; id: string }[] = []
  let tokens = 0
  let writing = true

  /** Writes. Repeats each write with the same `Idempotency-Key` until a response comes. */
  async function client(n: number) {
    const mine: string[] = []
    while (writing) {
      const token = `write ${n} ${tokens++}`
      const muted = random() < 0.15
      const known = random() < 0.3 ? mine[Math.floor(random() * mine.length)] : undefined
      const body = {
        firstName: 'Pat',
        lastName: `Client ${n}`,
        company: token,
        muteWebhook: muted,
        ...(known ? { email: known, update: true } : { email: `${token.replaceAll(' ', '.')}@example.com` }),
      }
      const asked = { method: 'POST', path: '/v1/prospects', key, body, headers: { 'idempotency-key': token } }
      const { status, json } = await insist(() => service.origin, asked, [409, 503])
      if (status >= 300) throw new Error(JSON.stringify(json))
      written.push({ token, muted, id: json.id })
      if (!known) mine.push(body.email)
      await sleep(random() * 40)
    }
  }

  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)))
  clients.catch(() => {}) // awaited below
  let lastStart = Date.now()
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(200 + random() * 2000)
    // at any time, or as an event arrives: after its POST, and before the attempt is recorded
    if (random() < 0.5) await Promise.race([sleep(5000), new Promise<void>((now) => (onArrival = now))])
    onArrival = () => {}
    await service.kill()
    lastStart = Date.now()
    service = await start(folder)
  }
  await sleep(1000)
  writing = false
  await clients

  const missing = () => written.filter(({ token, muted }) => !muted && !arrived.has(token))
  while (missing().length > 0 && Date.now() < lastStart + ARRIVED_WITHIN) {
    if (!IS_LONG) await service.tick()
    await sleep(2000)
  }
  const within = Math.round((Date.now() - lastStart) / 1000)

  const repeats = [...arrived.values()].reduce((n, ids) => n + ids.length - 1, 0)
  console.log(
    `${KILLS} kills, ${written.length} writes acknowledged, ${arrived.size} events arrived (${repeats} repeats), all within ${within} s of the last start`,
  )
  expect(missing(), 'acknowledged events that did not arrive').toEqual([])
  expect(
    written.filter(({ token, muted }) => muted && arrived.has(token)),
    'muted ones that arrived',
  ).toEqual([])
  expect(
    [...arrived].filter(([, ids]) => new Set(ids).size > 1),
    'events under two ids',
  ).toEqual([])
  const stored = new Set<string>()
  for (let token: string | null = ''; token !== null; ) {
    const { json } = await call(service.origin, key, 'GET', `/v1/prospects?limit=1000${token && `&pageToken=${token}`}`)
    for (const { id } of json.prospects) stored.add(id)
    token = json.nextPageToken
  }
  expect(
    written.filter(({ id }) => !stored.has(id)),
    'acknowledged writes that are missing',
  ).toEqual([])
  expect(written.length).toBeGreaterThan(KILLS * CLIENTS)
}, 1_800_000)
