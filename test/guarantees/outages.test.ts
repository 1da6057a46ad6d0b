import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { app } from '../../src/app'
import { mountedRoutes } from '../../src/openapi/mounted'
import { type Account, type ApiResponse, costOf, newAccount } from '../support/api'
import { callsTo } from '../support/configured'
import { changesBetween, interceptTrips, rows, snapshotFrom } from '../support/d1'
import { holdQueue, register, tick } from '../support/endpoint'
import { expectProblem } from '../support/problem'
import { objectsOf } from '../support/resume-files'
import { type Call, credential, type NamedRoute, pathOf, routesWith, validCall } from '../support/valid-calls'

/**
 * Every route, while what it stands on fails: D1, at each trip and in each way, R2 and the queues at each call. It is
 * answered rightly or as a 503, all is written or nothing, and repeated it is done once.
 */

/** A fault of the n-th step: before it is done, or after, so that nobody hears of it; once, or from then on. */
interface Fault {
  n: number
  when: 'before' | 'after'
  lasts: boolean
  message: string
}

const LOST = 'D1_ERROR: Network connection lost.'
const AWAY = 'D1_ERROR: D1 DB is overloaded. Requests queued for too long.'
const GONE = 'D1_ERROR: internal error; reference = 0123'
const BROKEN = 'D1_ERROR: CHECK constraint failed: stages: SQLITE_CONSTRAINT'

const FAULTS: Omit<Fault, 'n'>[] = [
  { message: LOST, when: 'before', lasts: false },
  { message: LOST, when: 'after', lasts: false },
  { message: LOST, when: 'before', lasts: true },
  { message: LOST, when: 'after', lasts: true },
  { message: AWAY, when: 'before', lasts: true },
  { message: GONE, when: 'before', lasts: true },
  { message: GONE, when: 'after', lasts: true },
  { message: BROKEN, when: 'before', lasts: true },
]

const FILES = ['put', 'get', 'head', 'delete', 'createMultipartUpload'] as const
const repeatable = new Set(mountedRoutes(app).flatMap((r) => (r.canBeRepeated ? [`${r.method} ${r.path}`] : [])))

/** What is watched, how often it was done, whether that wrote something, and what of it fails. */
let watched: 'trip' | 'file' | 'message' | undefined
let steps: { wrote: boolean }[] = []
let fault: Fault | undefined
const waits = () => vi.mocked(scheduler.wait).mock.calls.map(([ms]) => ms)

async function through<T>(kind: typeof watched, run: () => Promise<T>): Promise<T> {
  if (watched !== kind) return run()
  const step = { wrote: false }
  const n = steps.push(step)
  const fails = fault && (n === fault.n || (fault.lasts && n > fault.n))
  if (fails && fault?.when === 'before') throw new Error(fault.message)
  const result = await run()
  step.wrote = [result].flat().some((r) => (r as D1Result | undefined)?.meta?.rows_written)
  if (fails) throw new Error(fault?.message)
  return result
}

beforeEach(() => {
  const held = holdQueue()
  expect(held).toEqual([])
  vi.spyOn(console, 'error').mockReturnValue()
  vi.spyOn(scheduler, 'wait').mockResolvedValue()
  interceptTrips((trip) => through('trip', trip))
  const bucket = Object.getPrototypeOf(env.RESUMES) as Record<string, (...args: unknown[]) => Promise<unknown>>
  for (const method of FILES) {
    const real = bucket[method] as (typeof bucket)[string]
    vi.spyOn(bucket, method).mockImplementation(function (this: R2Bucket, ...args) {
      return through('file', () => real.apply(this, args))
    })
  }
  const queue: Queue = Object.getPrototypeOf(env.WEBHOOKS_QUEUE)
  const hold = vi.mocked(queue.sendBatch).getMockImplementation()
  vi.mocked(queue.sendBatch).mockImplementation(function (this: Queue, ...args) {
    return through('message', async () => hold?.apply(this, args)) as never
  })
})

afterEach(() => {
  watched = undefined
  vi.restoreAllMocks()
})

/** A right call of an account that has an endpoint, to be made again and again under one `Idempotency-Key`. */
async function prepare(route: NamedRoute) {
  const account = await newAccount()
  await register(account)
  const call = await validCall(route, account)
  return { account, ask: askerOf(route, account, call), before: await snapshotFrom(account.id) }
}

function askerOf(route: NamedRoute, account: Account, call: Call) {
  const headers = {
    ...(repeatable.has(route.name) && { 'idempotency-key': crypto.randomUUID() }),
    ...(route.bytes && { 'content-type': route.bytes[0] }),
  }
  const send = callsTo({ key: credential(route, account) })
  return async (kind?: typeof watched, failing?: Fault): Promise<ApiResponse> => {
    steps = []
    fault = failing
    watched = kind
    const answer = await send(route.method, pathOf(call), route.bytes?.[1] ?? call.body, headers)
    watched = undefined
    return answer
  }
}

/** What a call without a fault does: how often it takes a step, which of these write, and what it changes. */
async function learn(route: NamedRoute, kind: typeof watched) {
  const { account, ask, before } = await prepare(route)
  const answer = await ask(kind)
  expect(answer.status).toBe(route.answers)
  const all = steps
  // what is left to the background would go on with the next tick
  const goesOn = kind === 'trip' && all.length > costOf(answer).trips
  if (goesOn) await tick()
  const changes = changesBetween(before, await snapshotFrom(account.id))
  return { steps: kind === 'trip' ? all.slice(0, costOf(answer).trips) : all, goesOn, changes }
}

/** All of what a call changes, or nothing; the same once more, if it can be repeated; no bytes that nobody knows of. */
async function expectWhole(
  route: NamedRoute,
  { account, ask, before }: Awaited<ReturnType<typeof prepare>>,
  isDone: boolean,
  { goesOn, changes }: Pick<Awaited<ReturnType<typeof learn>>, 'goesOn' | 'changes'>,
) {
  const changed = async () => {
    if (goesOn) await tick()
    return changesBetween(before, await snapshotFrom(account.id))
  }
  expect(await changed()).toEqual(isDone ? changes : {})
  if (repeatable.has(route.name))
    for (const replayed of [isDone ? 'true' : null, 'true']) {
      const again = await ask()
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([route.answers, replayed])
    }
  else if (isDone) expect((await ask()).status).toBeLessThan(500)
  else expect((await ask()).status).toBe(route.answers)
  if (repeatable.has(route.name) || !isDone) expect(await changed()).toEqual(changes)

  const known = await rows<{ key: string }>(
    `SELECT resume ->> 'key' AS key FROM prospects WHERE account_id = ?1
     UNION ALL SELECT account_id || '/imports/' || id FROM imports WHERE account_id = ?1
     UNION ALL SELECT key FROM object_deletions WHERE account_id = ?1`,
    account.id,
  )
  expect(known.map(({ key }) => key)).toEqual(expect.arrayContaining(await objectsOf(account)))
}

describe.each(routesWith(() => true))('$name', (route) => {
  const isGet = route.method === 'GET'
  const hasReplicas = isGet && route.needs !== 'nobody'

  test('D1 fails at each trip in each way', async () => {
    const learnt = await learn(route, 'trip')
    let prepared = await prepare(route)
    let isUsed = false
    for (const [i, { wrote }] of learnt.steps.entries())
      for (const failing of FAULTS) {
        if (!isGet && isUsed) prepared = await prepare(route)
        const n = i + 1
        vi.mocked(scheduler.wait).mockClear()
        const answer = await prepared.ask('trip', { ...failing, n })
        const what = `${route.name} trip ${n} ${JSON.stringify(failing)} ${answer.status} ${answer.text}`
        // a read goes on to the primary where a replica fails
        const isMended = !failing.lasts && (hasReplicas || (!wrote && failing.message === LOST))
        const isLast = n === learnt.steps.length
        if (isMended) expect(answer.status, what).toBe(route.answers)
        else if (failing.message === BROKEN) expectProblem(answer, 500, 'internal_error')
        else {
          expectProblem(answer, 503, 'database_unavailable')
          expect(answer.headers.get('retry-after')).toBe('5')
          const tries = hasReplicas ? 2 : 1
          expect(steps.length - i, what).toBe(wrote || failing.message !== LOST ? tries : tries + 2)
        }
        for (const wait of waits()) expect(wait >= 50 && wait <= 200).toBe(true)
        const isDone = isMended || (isLast && wrote && failing.when === 'after')
        // a call that did nothing is repeated by the next fault, and its account is used again
        isUsed = isDone || failing === FAULTS.at(-1)
        if (isUsed) await expectWhole(route, prepared, isDone, learnt)
        else expect(changesBetween(prepared.before, await snapshotFrom(prepared.account.id)), what).toEqual({})
      }
  })

  test('R2 fails at each call', async () => {
    const learnt = await learn(route, 'file')
    for (const n of learnt.steps.keys())
      for (const when of ['before', 'after'] as const) {
        const prepared = await prepare(route)
        const answer = await prepared.ask('file', { n: n + 1, when, lasts: true, message: 'R2 is away' })
        if (answer.status !== route.answers) {
          expectProblem(answer, 503, 'storage_unavailable')
          expect(answer.headers.get('retry-after')).toBe('5')
        }
        await expectWhole(route, prepared, answer.status === route.answers, learnt)
      }
  })

  test('queues fail', async () => {
    const learnt = await learn(route, 'message')
    for (const when of learnt.steps.length > 0 ? (['before', 'after'] as const) : []) {
      const prepared = await prepare(route)
      const answer = await prepared.ask('message', { n: 1, when, lasts: true, message: 'the queue is away' })
      expect(answer.status).toBe(route.answers)
      await expectWhole(route, prepared, true, learnt)
    }
  })
})
