import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { random as randomFrom } from '../../bench/people'
import { ask, insist } from './caller'
import { call, cleanUp, freePort, migratedFolder, OPERATOR, type Service, startBuilt, startService } from './service'
import { CHECKS, look } from './soak/checks'
import { openClient } from './soak/client'
import { FAULTS } from './soak/faults'
import { type Sample, sampleMemory } from './soak/memory'
import type { Run } from './soak/run'
import { openStored } from './soak/stored'
import { type Endpoint, type Mood, openTaker, type Tenant } from './soak/tenants'
import { openTraffic } from './soak/traffic'

afterAll(cleanUp)

/**
 * Mixed traffic at a fixed rate, with imports, endpoints of every kind, erasures and restarts. Then everything that is
 * stored is checked. `npm run test:soak` takes ten minutes. The short form has no restarts, because leases would have to end
 * after them.
 */
const MINUTES = Number(process.env.SOAK_MINUTES ?? 0.1)
const SEED = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31))
const RATE = Number(process.env.SOAK_RATE ?? 12)
const CALLS = Math.round(MINUTES * 60 * RATE)
const IS_LONG = MINUTES >= 1
/** The service is killed and stopped in turns after these parts of the traffic. */
const RESTARTS = IS_LONG ? [0.07, 0.14, 0.21, 0.28, 0.35, 0.42] : []
/** The part of the traffic after which memory is sampled: caches are full by then. */
const SAMPLED_FROM = 0.5
const SAMPLE_EVERY = 60
/** The rows of each import. There is one import a minute; one of three is not muted. */
const ROWS = IS_LONG ? 1500 : 100

/** How long to wait after the traffic for the work that is due, ms. */
const SETTLED_WITHIN = 20 * 60_000

const VARS = { ALLOW_LOCAL_WEBHOOKS: 'true', RATE_LIMITS: 'off', LOG_LEVEL: 'error' }

const random = randomFrom(SEED)
let service: Service
/** Whether failing and slow endpoints work again. */
let areHealed = false
const origin = () => service.origin
const client = openClient(origin, random)
const traffic = openTraffic(client)
const folder = migratedFolder()
const memory: Sample[] = []
/** The logs of the services that have ended. */
let said = ''
/** The port of the runtime's debugger. */
let inspector: number
let run: Run | undefined

const MOODS: Mood[] = [
  { name: 'healthy', well: true, answer: () => [200, true] },
  {
    name: 'moody',
    well: true,
    answer: (first) => (first && random() < 0.06 ? (random() < 0.5 ? null : [500, true]) : [200]),
  },
  {
    name: 'slow at first',
    types: ['prospect.deleted', 'prospect.merged'],
    well: true,
    answer: async () => {
      if (!areHealed) await sleep(6000)
      return [200]
    },
  },
  { name: 'failing at first', well: true, answer: () => (areHealed ? [200] : [503, true]) },
  { name: 'gone', well: false, answer: (_, count) => [count > 30 ? 410 : 200] },
]

async function register(t: Pick<Tenant, 'key' | 'endpoints'>, endpoint: Endpoint & { url: string }) {
  const { url, types: eventTypes } = endpoint
  const headers = { 'idempotency-key': `endpoint ${endpoint.name}` }
  const body = { url, eventTypes }
  endpoint.id = (await insist(origin, { method: 'POST', path: '/v1/webhooks', key: t.key, body, headers })).json.id
  t.endpoints.push(endpoint)
}

async function openTenant(name: string): Promise<Tenant> {
  const account = (await call(origin(), OPERATOR, 'POST', '/admin/accounts', { name })).json
  const key = account.apiKey.key
  const make = async (kind: string) => {
    for (const n of [0, 1, 2]) await call(origin(), key, 'POST', `/v1/${kind}`, { name: `${kind} ${n}` })
    return of(kind)
  }
  const of = async (kind: string): Promise<{ id: string; name: string }[]> =>
    (await call(origin(), key, 'GET', `/v1/${kind}`)).json.items
  const [stages, offices, sources] = [await of('stages'), await make('offices'), await make('sources')]
  const kinds = { stages, offices, sources, users: await make('users'), jobs: await make('jobs') }
  const t: Tenant = {
    ...{ id: account.id, key, name, pipelineId: account.pipelineId },
    ...{ people: [], idle: [], endpoints: [], moved: [], imports: [], feed: [], isReading: false },
    things: Object.entries({ stages, offices, sources }).flatMap(([kind, things]) =>
      things.map(({ id, name }) => ({ of: `${kind} ${id}`, may: [name] })),
    ),
    has: Object.fromEntries(
      Object.entries(kinds).map(([kind, things]) => [kind, things.map(({ id }) => id)]),
    ) as Tenant['has'],
  }
  for (const mood of MOODS) await register(t, await openTaker(mood))
  const dead = await openTaker({ name: 'dead', well: false, answer: () => null })
  await register(t, { ...dead, url: `http://127.0.0.1:${await freePort()}/hook` })
  return t
}

/** The long form runs `npm run dev`, because wrangler has the debugger that samples the memory. */
async function start() {
  inspector = await freePort()
  const vars = Object.entries({ ADMIN_TOKEN: OPERATOR, ...VARS }).map(([name, value]) => `--var=${name}:${value}`)
  service = IS_LONG
    ? await startService(folder, ['--no-seed', ...vars, `--inspector-port=${inspector}`])
    : await startBuilt(folder, VARS)
}

async function sample() {
  const taken = await sampleMemory(service.processes(), inspector)
  if (taken) memory.push(taken)
}

async function restart(n: number) {
  if (n % 2 === 0) await service.kill()
  else await service.stop()
  said += service.output()
  await start()
}

/** Deletes an account while calls about it are under way. */
async function end(t: Tenant) {
  t.deletedAt = Date.now()
  for (;;) {
    const response = await ask(origin(), { method: 'DELETE', path: `/admin/accounts/${t.id}`, key: OPERATOR })
    if (response && [202, 404].includes(response.status)) return
    await sleep(100)
  }
}

const tick = () => service.tick()

/** Waits until no work is left but deliveries to endpoints that do not accept them. */
async function settle(tenants: Tenant[]) {
  areHealed = true
  const failing = tenants.flatMap((t) =>
    t.endpoints.filter((e) => e.name === 'failing at first').map((e) => ({ t, e })),
  )
  for (const { t, e } of failing) await call(origin(), t.key, 'POST', `/v1/webhooks/${e.id}/recover`, { since: 0 })
  const isPending = async (t: Tenant) => {
    for (const { id } of t.endpoints.filter(({ well }) => well)) {
      const { json } = await call(origin(), t.key, 'GET', `/v1/webhooks/${id}/deliveries?status=pending&limit=1`)
      if (json.items.length > 0) return true
    }
    return false
  }
  const isBeingRead = async (t: Tenant) => {
    for (let token: string | null = ''; token !== null; ) {
      const { json }: any = await call(
        origin(),
        t.key,
        'GET',
        `/v1/prospects?limit=1000&total=false${token && `&pageToken=${token}`}`,
      )
      if (json.prospects.some(({ resume }: any) => resume?.status === 'processing')) return true
      token = json.nextPageToken
    }
    return false
  }
  const isMoving = async (t: Tenant) => {
    for (const of of t.moved.slice(-20)) {
      const [kind, id] = of.split(' ')
      if ((await call(origin(), t.key, 'GET', `/v1/${kind}/${id}`)).status !== 404) return true
    }
    return false
  }
  for (const end = Date.now() + SETTLED_WITHIN; Date.now() < end; ) {
    await tick()
    const busy = []
    for (const t of tenants) busy.push(await isPending(t), await isBeingRead(t), await isMoving(t))
    if (!busy.includes(true)) break
    await sleep(IS_LONG ? 15_000 : 500)
  }
  // work that has just ended may have left something to sweep
  for (let n = 0; n < 2; n++) await tick()
  for (const t of tenants) while (await traffic.follow(t, 1000)) {}
}

test(`${CALLS} calls at ${RATE} a second (seed ${SEED}) return no wrong response`, async () => {
  await start()
  const tenants = await Promise.all(['large', 'small', 'doomed'].map(openTenant))
  const [large, small, doomed] = tenants as [Tenant, Tenant, Tenant]
  const shares = [large, large, large, small, doomed]
  const at = (part: number) => Math.floor(part * CALLS)
  const imports = Math.max(2, Math.floor(MINUTES))
  const changes: Promise<unknown>[] = []
  let restarted: Promise<unknown> = Promise.resolve()
  await traffic.oneOfEach(large)
  const begin = performance.now()
  for (let n = 0; n < CALLS; n++) {
    const wait = begin + (n * 1000) / RATE - performance.now()
    if (wait > 0) await sleep(wait)
    const t = shares[Math.floor(random() * shares.length)] as Tenant
    traffic.next(t.deletedAt === undefined ? t : large)
    const which = RESTARTS.findIndex((part) => at(part) === n)
    if (which >= 0) restarted = restarted.then(() => restart(which))
    for (let i = 0; i < imports; i++)
      if (at((i + 0.3) / imports) === n) traffic.importFile([large, small][i % 2] as Tenant, ROWS, i % 3 !== 1)
    if (n === at(0.2)) traffic.importFile(doomed, ROWS, false)
    if (n === at(0.5)) changes.push(end(doomed))
    if (n === at(0.6)) {
      const late = await openTaker({ name: 'late', well: true, answer: () => [200] })
      changes.push(register(large, late).then(() => (late.since = Date.now())))
    }
    if (IS_LONG && n > at(SAMPLED_FROM) && n % SAMPLE_EVERY === 0) changes.push(restarted.then(sample))
  }
  await Promise.all([restarted, ...changes])
  await traffic.ended()
  const calledFor = (performance.now() - begin) / 1000
  await settle([large, small])
  const settledAfter = (performance.now() - begin) / 1000 - calledFor
  await service.stop()
  said += service.output()
  run = { stored: openStored(folder), tenants, endedAt: Date.now(), memory }

  console.table(
    Object.fromEntries(
      [...client.counts].map(([what, { calls, unanswered, times }]) => {
        times.sort((a, b) => a - b)
        const ms = (part: number) => Math.round(times[Math.floor(part * times.length)] ?? 0)
        return [what, { calls, unanswered, 'ms, half': ms(0.5), '99 %': ms(0.99) }]
      }),
    ),
  )
  const errors = Map.groupBy(said.match(/\{"level":"error".*/g) ?? [], (line) =>
    line.replace(/"\w*(Id|ms)":[^,}]*,?/g, ''),
  )
  for (const [line, { length }] of errors) console.log(`in the log, ${length} times: ${line.slice(0, 300)}`)
  console.log(
    `${Math.round(calledFor)} s of calls, ${RESTARTS.length} restarts, settled ${Math.round(settledAfter)} s later`,
  )
  expect(client.wrong.slice(0, 20)).toEqual([])
}, 3_600_000)

describe('in the end', () => {
  const { 'memory is flat': flat, ...others } = CHECKS
  beforeEach(({ skip }) => skip(!run))
  test.each(Object.entries(others))('%s', (what, check) => {
    const { looked, wrong } = look(check, run as Run)
    console.log(`${what}: ${looked} looked at, ${wrong.length} wrong`)
    expect(wrong.slice(0, 20)).toEqual([])
  })

  test.runIf(IS_LONG)('memory is flat', () => {
    for (const of of ['resident', 'heap'] as const)
      console.log(`${of}, MiB, every ${SAMPLE_EVERY} calls: ${memory.map((sample) => sample[of]).join(' ')}`)
    expect(memory.length).toBeGreaterThan(10)
    expect(look(flat, run as Run).wrong).toEqual([])
  })

  test('counters and indexes are exact', () => {
    const { stdout } = spawnSync('node', ['scripts/recount.mjs', '--persist-to', folder])
    expect(String(stdout).trim()).toBe('No differences.')
  }, 600_000)
})

describe('a check fails when a fault is stored', () => {
  beforeEach(({ skip }) => skip(!run))
  test.each(FAULTS)('%s: %s', (check, _fault, commit) => {
    const ended = run as Run
    const databases = [ended.stored.d1, ended.stored.r2]
    for (const database of databases) database.exec('BEGIN')
    try {
      const takeBack = commit(ended)
      const { wrong } = look(CHECKS[check], ended)
      takeBack?.()
      expect(wrong).not.toEqual([])
    } finally {
      for (const database of databases) database.exec('ROLLBACK')
    }
  })

  test('each check has a fault', () =>
    expect(new Set(FAULTS.map(([check]) => check))).toEqual(new Set(Object.keys(CHECKS))))
})
