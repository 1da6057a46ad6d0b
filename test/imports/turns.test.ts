// @module-tag scale
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../../src/db/client'
import { sweepImports } from '../../src/imports/lease'
import { consumeImports } from '../../src/imports/run'
import type { ImportMessage } from '../../src/queues/messages'
import { type Account, newAccount, operator } from '../support/api'
import { rows, watchTrips } from '../support/d1'
import { consume } from '../support/endpoint'
import { eventually } from '../support/eventually'
import { drainImports, holdImports, importOf, messageOf, sendFile } from '../support/import-files'

/** The order of turns, of imports that wait for the four consumers of the queue. */

let queue: ImportMessage[]
beforeEach(() => {
  queue = holdImports()
  // time stands still, so that turns end after their chunks
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2000 })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const CONSUMERS = 4
const QUEUE = 'prospect-imports'
/** A file of this many rows. */
const fileOf = (many: number, name: string) =>
  `name,email\n${Array.from({ length: many }, (_, n) => `${name} Doe,${name}${n}@example.com\n`).join('')}`

/** A file of more than twenty chunks, which is more than a turn: a chunk has at most 5,000 lines, also if they are empty. */
const LARGE = `name\n${'\n'.repeat(20 * 5000)}Pat Doe\n`

/** Starts an import of each file, one after another. Returns their ids. */
async function send(account: Account, files: string[], query = ''): Promise<string[]> {
  const ids: string[] = []
  for (const file of files) {
    ids.push((await sendFile(account, file, { query })).json.id)
    vi.setSystemTime(Date.now() + 1)
  }
  return ids
}

const bucket: R2Bucket = Object.getPrototypeOf(env.RESUMES)
/** Records the import of each turn that reads its file. `before` may throw to stop it. */
function watchTurns(before: (importId: string) => void = () => {}): string[] {
  const turns: string[] = []
  const { get } = bucket
  vi.spyOn(bucket, 'get').mockImplementation(async function (this: R2Bucket, ...args: any[]) {
    const importId = args[0].split('/').at(-1) as string
    turns.push(importId)
    before(importId)
    return (get as any).apply(this, args)
  })
  return turns
}

/** Consumes messages in order, four at a time, until there are none. Returns the turns of each four. */
async function runQueue(before?: (importId: string) => void): Promise<string[][]> {
  const turns = watchTurns(before)
  const rounds: string[][] = []
  while (queue.length > 0) {
    await Promise.all(queue.splice(0, CONSUMERS).map((message) => consume([message], QUEUE)))
    rounds.push(turns.splice(0))
  }
  return rounds.filter((round) => round.length > 0)
}

const endsOf = async (account: Account) =>
  (await account.get('/v1/imports')).json.items.map(({ status }: { status: string }) => status)

test.each(['', '?dryRun=true'])('20 imports of one account have one turn at a time, oldest first%s', async (query) => {
  const account = await newAccount()
  const files = Array.from({ length: 20 }, (_, n) => fileOf(3, `n${n}`))
  const ids = await send(account, files, query)
  expect(await runQueue()).toEqual(ids.map((id) => [id]))
  expect(await endsOf(account)).toEqual(Array(20).fill('completed'))
})

test('an import has its turn at the same time as the first of 20 imports of another account', async () => {
  const [busy, quiet] = [await newAccount(), await newAccount()]
  const ids = await send(
    busy,
    Array.from({ length: 20 }, (_, n) => fileOf(3, `n${n}`)),
  )
  const [own] = await send(quiet, [fileOf(3, 'own')])
  const rounds = await runQueue()
  expect(rounds.slice(0, 2).flat().toSorted()).toEqual([ids[0], ids[1], own].toSorted())
  expect(rounds.every((round) => round.filter((id) => id !== own).length <= 1)).toBe(true)
})

test('a small import takes turns with earlier large ones of more accounts than there are consumers', async () => {
  const accounts = await Promise.all(Array.from({ length: 5 }, () => newAccount()))
  const large = []
  for (const account of accounts) large.push((await send(account, [LARGE], '?dryRun=true'))[0])
  const last = await newAccount()
  const [small] = await send(last, [fileOf(3, 'small')])
  const rounds = await runQueue()
  expect(rounds[0]?.toSorted()).toEqual(large.slice(0, 4).toSorted())
  expect(rounds[1]).toEqual(expect.arrayContaining([large[4], small]))
  // each large import takes two turns
  expect(rounds.flat().toSorted()).toEqual([...large, ...large, small].toSorted())
})

test('an import whose try failed waits for the next try, and lets others of its account pass', async () => {
  const account = await newAccount()
  const ids = await send(account, [fileOf(3, 'a'), fileOf(3, 'b'), fileOf(3, 'c')])
  vi.spyOn(console, 'error').mockReturnValue()
  let isAway = true
  const delays: number[] = []
  const { sendBatch } = env.IMPORTS_QUEUE
  const delayed: ImportMessage[] = []
  vi.mocked(sendBatch).mockImplementation(async (batch) => {
    for (const { body, delaySeconds = 0 } of batch as MessageSendRequest<ImportMessage>[]) {
      if (delaySeconds > 0) delays.push(delaySeconds)
      ;(delaySeconds > 0 ? delayed : queue).push(body)
    }
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  })
  const rounds = await runQueue((id) => {
    if (isAway && id === ids[0]) throw new Error('R2 is away')
  })
  expect(rounds).toEqual(ids.map((id) => [id]))
  expect([(await importOf(account, ids[0] as string)).status, delays]).toEqual(['queued', [15]])
  expect((await endsOf(account)).toSorted()).toEqual(['completed', 'completed', 'queued'])
  isAway = false
  // the failed import is not tried before its wait has ended
  await consume(delayed, QUEUE)
  expect((await importOf(account, ids[0] as string)).read).toBe(0)
  vi.setSystemTime(Date.now() + 15_000)
  await consume(delayed, QUEUE)
  expect((await importOf(account, ids[0] as string)).status).toBe('completed')
})

describe("the account's next import has its turn", () => {
  test.each<[string, (account: Account, id: string) => Promise<unknown>]>([
    ['is cancelled', (account, id) => account.call('DELETE', `/v1/imports/${id}`)],
    [
      'fails for good',
      async (account, id) => {
        await env.RESUMES.delete(`${account.id}/imports/${id}`)
        return consume([await messageOf(account, id)], QUEUE)
      },
    ],
    ['ends', async (account, id) => consume([await messageOf(account, id)], QUEUE)],
  ])('when the import before it %s', async (_, end) => {
    const account = await newAccount()
    const [first, second, third] = await send(account, [fileOf(3, 'a'), fileOf(3, 'b'), fileOf(3, 'c')])
    // the messages of the other imports arrive before their turn
    await consume([await messageOf(account, second as string), await messageOf(account, third as string)], QUEUE)
    queue.length = 0
    await end(account, first as string)
    await eventually(async () => expect(queue).toEqual([await messageOf(account, second as string)]))
    await drainImports(queue)
    for (const id of [second, third]) expect((await importOf(account, id as string)).status).toBe('completed')
  })

  test('when the schedule finds it overdue: one message for each account that is not suspended', async () => {
    const [account, suspended] = [await newAccount(), await newAccount()]
    const [first] = await send(account, [fileOf(3, 'a'), fileOf(3, 'b'), fileOf(3, 'c')])
    const [waiting] = await send(suspended, [fileOf(3, 'a'), fileOf(3, 'b')])
    await operator('PATCH', `/admin/accounts/${suspended.id}`, { suspended: true })
    const sweep = async () => {
      queue.length = 0
      vi.setSystemTime(Date.now() + 60_000)
      await sweepImports(openDatabase(env.DB), env, Date.now())
      return queue.filter(({ accountId }) => [account.id, suspended.id].includes(accountId))
    }
    expect(await sweep()).toEqual([await messageOf(account, first as string)])
    await operator('PATCH', `/admin/accounts/${suspended.id}`, { suspended: false })
    expect(await sweep()).toEqual(
      expect.arrayContaining([
        await messageOf(account, first as string),
        await messageOf(suspended, waiting as string),
      ]),
    )
  })
})

test('two messages of one turn run it once', async () => {
  const account = await newAccount()
  const [id] = await send(account, [LARGE], '?dryRun=true')
  const turns = watchTurns()
  const [message] = queue.splice(0)
  for (const again of [message, message]) await consume([again], QUEUE)
  expect([turns, queue]).toEqual([[id], [await messageOf(account, id as string)]])
})

test('a turn costs three round trips besides its chunks, and a message that comes too early costs one', async () => {
  const account = await newAccount()
  const [, second] = await send(
    account,
    Array.from({ length: 20 }, (_, n) => fileOf(3, `n${n}`)),
  )
  const early = await messageOf(account, second as string)
  const [due] = queue
  const trips = watchTrips(account)
  await consume([early], QUEUE)
  expect(trips()).toBe(1)
  await consume([due], QUEUE)
  expect(trips()).toBe(1 + 1 + 2 + 1)
  const db = openDatabase(env.DB)
  const DB = { withSession: () => ({ ...db.d1, getBookmark: () => null }) } as unknown as D1Database
  const batch = { messages: [{ id: '', body: { ...early, from: -1 } }] } as unknown as MessageBatch<unknown>
  await consumeImports(batch, { ...env, DB } as Env)
  expect([db.cost.trips, db.cost.read <= 60, db.cost.written]).toEqual([1, true, 0])
  expect(await rows('SELECT 1 FROM imports WHERE account_id = ? AND finished_at IS NULL', account.id)).toHaveLength(19)
})
