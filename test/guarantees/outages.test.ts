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
 * Calls every route while D1, R2 or a queue fails at each step. The response is correct or a 503, the call is done
 * completely or not at all, and a repeated call is done once.
 */

/** A fault of the n-th step: before the step is done, or after, so that only its result is lost; once, or from then on. */
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

/** The faults of a round trip. For one that only reads, before and after are the same. */
const faultsOf = (wrote: boolean): Omit<Fault, 'n'>[] => [
  ...[LOST, AWAY, GONE, BROKEN].map((message) => ({ message, when: 'before' as const, lasts: true })),
  { message: LOST, when: 'before', lasts: false },
  ...(wrote ? [{ message: LOST, when: 'after' as const, lasts: false }] : []),
]

const FILES = ['put', 'get', 'head', 'delete', 'createMultipartUpload'] as const
const repeatable = new Set(mountedRoutes(app).flatMap((r) => (r.canBeRepeated ? [`${r.method} ${r.path}`] : [])))

interface Step {
  kind: 'round trip' | 'file' | 'message'
  wrote: boolean
}
/** The steps of the last call, and which of them fails. */
let steps: Step[] = []
let failing: { kind: Step['kind']; fault: Fault } | undefined
let isWatched = false
const stepsOf = (kind: Step['kind']) => steps.filter((step) => step.kind === kind)
const hasWritten = () => steps.some(({ wrote }) => wrote)
const waits = () => vi.mocked(scheduler.wait).mock.calls.map(([ms]) => ms)

async function through<T>(kind: Step['kind'], run: () => Promise<T>): Promise<T> {
  if (!isWatched) return run()
  const step = { kind, wrote: false }
  steps.push(step)
  const n = stepsOf(kind).length
  const fault = failing?.kind === kind ? failing.fault : undefined
  const fails = fault && (n === fault.n || (fault.lasts && n > fault.n))
  if (fails && fault.when === 'before') throw new Error(fault.message)
  const result = await run()
  step.wrote = [result].flat().some((r) => (r as D1Result | undefined)?.meta?.rows_written)
  if (fails) throw new Error(fault.message)
  return result
}

beforeEach(() => {
  const held = holdQueue()
  expect(held).toEqual([])
  vi.spyOn(console, 'error').mockReturnValue()
  vi.spyOn(scheduler, 'wait').mockResolvedValue()
  interceptTrips((trip) => through('round trip', trip))
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
  isWatched = false
  vi.restoreAllMocks()
})

const isRead = ({ method }: NamedRoute) => method === 'GET'

async function accountWithEndpoint(): Promise<Account> {
  const account = await newAccount()
  await register(account)
  return account
}
/** The account of all calls that only read. */
let accountOfReads: Promise<Account> | undefined

/** A valid call, to be made again and again with one `Idempotency-Key`. */
async function prepare(route: NamedRoute) {
  if (isRead(route)) accountOfReads ??= accountWithEndpoint()
  const account = await (isRead(route) && accountOfReads ? accountOfReads : accountWithEndpoint())
  const call = await validCall(route, account)
  // a key that the isolate knows takes no round trip
  await account.get('/v1/me')
  const before = isRead(route) ? new Map() : await snapshotFrom(account.id)
  return { account, ask: askerOf(route, account, call), before }
}
type Prepared = Awaited<ReturnType<typeof prepare>>

function askerOf(route: NamedRoute, account: Account, call: Call) {
  const headers = {
    ...(repeatable.has(route.name) && { 'idempotency-key': crypto.randomUUID() }),
    ...(route.bytes && { 'content-type': route.bytes[0] }),
  }
  const send = callsTo({ key: credential(route, account) })
  return async (kind?: Step['kind'], fault?: Fault): Promise<ApiResponse> => {
    steps = []
    failing = kind && fault && { kind, fault }
    isWatched = true
    const answer = await send(route.method, pathOf(call), route.bytes?.[1] ?? call.body, headers)
    isWatched = false
    return answer
  }
}

/** What a call without a fault does: its steps, whether it continues in the background, and what it changes. */
interface Learnt {
  trips: Step[]
  files: Step[]
  messages: Step[]
  continues: boolean
  changes: object
}
const learntOf = new Map<string, Learnt>()

async function learn(route: NamedRoute): Promise<Learnt> {
  const known = learntOf.get(route.name)
  if (known) return known
  const prepared = await prepare(route)
  const answer = await prepared.ask()
  expect(answer.status).toBe(route.answers)
  const all = stepsOf('round trip')
  // those that `Server-Timing` does not count are of the background
  const trips = all.slice(0, costOf(answer).trips || 0)
  const continues = trips.length > 0 && all.length > trips.length
  const learnt = { trips, files: stepsOf('file'), messages: stepsOf('message'), continues }
  const result = { ...learnt, changes: await changesOf(prepared, learnt) }
  learntOf.set(route.name, result)
  return result
}

/** What the last call has changed. A call that has written no row has changed nothing. */
async function changesOf({ account, before }: Prepared, { continues }: Pick<Learnt, 'continues'>) {
  if (!hasWritten()) return {}
  // the background of the call continues with the next tick
  if (continues) await tick()
  return changesBetween(before, await snapshotFrom(account.id))
}

/** Checks that the call before has changed everything, that a repeat changes nothing more, and that no file is left over. */
async function expectDone(route: NamedRoute, prepared: Prepared, learnt: Learnt) {
  expect(await changesOf(prepared, learnt)).toEqual(learnt.changes)
  if (isRead(route)) return
  const again = await prepared.ask()
  if (repeatable.has(route.name)) {
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([route.answers, 'true'])
    if (hasWritten()) expect(await changesOf(prepared, learnt)).toEqual(learnt.changes)
  } else expect(again.status).toBeLessThan(500)
  if (learnt.files.length > 0) await expectNoUnknownFiles(prepared.account)
}

async function expectNoUnknownFiles(account: Account) {
  const known = await rows<{ key: string }>(
    `SELECT resume ->> 'key' AS key FROM prospects WHERE account_id = ?1
     UNION ALL SELECT account_id || '/imports/' || id FROM imports WHERE account_id = ?1
     UNION ALL SELECT key FROM object_deletions WHERE account_id = ?1`,
    account.id,
  )
  expect(known.map(({ key }) => key)).toEqual(expect.arrayContaining(await objectsOf(account)))
}

/** Every fault of every round trip of a call, and how the call ends. Those that leave it undone come first. */
function casesOf(route: NamedRoute, { trips }: Learnt) {
  const hasReplicas = isRead(route) && route.needs !== 'nobody'
  const cases = trips.flatMap(({ wrote }, i) =>
    faultsOf(wrote).map((fault) => {
      // a read goes to the primary if a replica fails, and is repeated if the connection was lost
      const isMended = !fault.lasts && (hasReplicas || !wrote)
      const isDone = isMended || (i === trips.length - 1 && fault.when === 'after')
      const tries = (hasReplicas ? 2 : 1) + (!wrote && fault.message === LOST ? 2 : 0)
      return { fault: { ...fault, n: i + 1 }, isMended, isDone, tries }
    }),
  )
  return cases.sort((a, b) => Number(a.isDone) - Number(b.isDone))
}

describe.each(routesWith(() => true))('$name', (route) => {
  test('D1 fails at each round trip in each way', async () => {
    const learnt = await learn(route)
    let prepared: Prepared | undefined
    for (const { fault, isMended, isDone, tries } of casesOf(route, learnt)) {
      prepared ??= await prepare(route)
      vi.mocked(scheduler.wait).mockClear()
      const answer = await prepared.ask('round trip', fault)
      const what = `${JSON.stringify(fault)} ${answer.status} ${answer.text}`
      if (isMended) expect(answer.status, what).toBe(route.answers)
      else if (fault.message === BROKEN) expectProblem(answer, 500, 'internal_error')
      else {
        expectProblem(answer, 503, 'database_unavailable')
        expect(answer.headers.get('retry-after')).toBe('5')
        expect(stepsOf('round trip').length, what).toBe(fault.n - 1 + tries)
      }
      for (const wait of waits()) expect(wait >= 50 && wait <= 200).toBe(true)
      if (isDone) await expectDone(route, prepared, learnt)
      else expect(await changesOf(prepared, learnt), what).toEqual({})
      // a call that was not done is repeated with the next fault
      if (isDone && !isRead(route)) prepared = undefined
    }
  })

  test('R2 fails at each call', async () => {
    const learnt = await learn(route)
    for (const n of learnt.files.keys())
      for (const when of ['before', 'after'] as const) {
        const prepared = await prepare(route)
        const answer = await prepared.ask('file', { n: n + 1, when, lasts: true, message: 'R2 is away' })
        if (answer.status !== route.answers) {
          expectProblem(answer, 503, 'storage_unavailable')
          expect(answer.headers.get('retry-after')).toBe('5')
          expect(await changesOf(prepared, learnt)).toEqual({})
          expect((await prepared.ask()).status).toBe(route.answers)
        }
        await expectDone(route, prepared, learnt)
      }
  })

  test('queues fail', async () => {
    const learnt = await learn(route)
    if (learnt.messages.length === 0) return
    const prepared = await prepare(route)
    const answer = await prepared.ask('message', { n: 1, when: 'before', lasts: true, message: 'the queue is away' })
    expect(answer.status).toBe(route.answers)
    await expectDone(route, prepared, learnt)
  })
})
