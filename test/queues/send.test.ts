import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { enqueueDeliveries, enqueueImports, enqueueResumes, type QueuedDelivery } from '../../src/queues/send'

interface Batch {
  queue: string
  messages: { body: unknown; delaySeconds: number }[]
}

/** The batches that the queues took. */
let batches: Batch[]
/** The error lines of the log. */
let log: object[]
/** Whether a queue fails at this batch. */
let fails: (batch: Batch) => boolean

beforeEach(() => {
  batches = []
  log = []
  fails = () => false
  vi.spyOn(console, 'error').mockImplementation((line) => void log.push(JSON.parse(line)))
})
afterEach(() => void vi.restoreAllMocks())

/** Bindings of queues that collect what is sent to them. Each reports 10 messages for each of its batches. */
const env = new Proxy({} as Env, {
  get: (_, queue: string) => ({
    async sendBatch(messages: Iterable<Batch['messages'][number]>) {
      const batch = { queue, messages: [...messages] }
      if (fails(batch)) throw new Error('down')
      batches.push(batch)
      const backlogCount = 10 * batches.filter((other) => other.queue === queue).length
      return { metadata: { metrics: { backlogCount, backlogBytes: 0 } } }
    },
  }),
})

const delivery = (eventSeq: number, rest: Partial<QueuedDelivery> = {}): QueuedDelivery => ({
  ...{ accountId: 'acct_00', webhookId: 'whk_x', eventSeq, slow: 0 },
  ...rest,
})
const sizes = () => batches.map(({ queue, messages }) => `${queue} ${messages.length}`)

describe('enqueued deliveries', () => {
  test('are sent a hundred at a time', async () => {
    const result = await enqueueDeliveries(
      env,
      Array.from({ length: 250 }, (_, n) => delivery(n)),
    )
    expect(sizes()).toEqual(['WEBHOOKS_QUEUE 100', 'WEBHOOKS_QUEUE 100', 'WEBHOOKS_QUEUE 50'])
    expect(result).toEqual({ failed: [], backlog: 30 })
  })

  test.each([
    ['WEBHOOKS_QUEUE', { slow: 0, bulk: 0 }],
    ['BULK_WEBHOOKS_QUEUE', { slow: 0, bulk: 1 }],
    ['SLOW_WEBHOOKS_QUEUE', { slow: 1, bulk: 0 }],
    ['SLOW_WEBHOOKS_QUEUE', { slow: 1, bulk: 1 }],
  ])('go to %s if they are %j, with their delay', async (queue, flags) => {
    await enqueueDeliveries(env, [delivery(1, { ...flags, delaySeconds: 5 })])
    const body = { accountId: 'acct_00', webhookId: 'whk_x', eventSeq: 1 }
    expect(batches).toEqual([{ queue, messages: [{ body, delaySeconds: 5 }] }])
  })

  test('that a queue did not take are returned, with one log line, and those of other queues are sent', async () => {
    fails = ({ queue }) => queue === 'WEBHOOKS_QUEUE' && batches.length === 1
    const deliveries = Array.from({ length: 150 }, (_, n) => delivery(n))
    const { failed } = await enqueueDeliveries(env, [...deliveries, delivery(150, { slow: 1 })])
    expect(failed).toEqual(deliveries.slice(100))
    expect(sizes()).toEqual(['WEBHOOKS_QUEUE 100', 'SLOW_WEBHOOKS_QUEUE 1'])
    expect(log).toMatchObject([{ level: 'error', message: 'messages not sent', queue: 'WEBHOOKS_QUEUE', count: 50 }])
  })
})

test('enqueued imports and resumes wait for whole seconds, and a queue that is down is only logged', async () => {
  const turn = { accountId: 'acct_00', importId: 'imp_x', from: 7 }
  const resume = { accountId: 'acct_00', prospectId: 'prs_x' }
  await enqueueImports(env, [turn], 1_200)
  await enqueueResumes(env, [resume])
  expect(batches).toEqual([
    { queue: 'IMPORTS_QUEUE', messages: [{ body: turn, delaySeconds: 2 }] },
    { queue: 'RESUMES_QUEUE', messages: [{ body: resume, delaySeconds: 0 }] },
  ])
  fails = () => true
  await enqueueImports(env, [turn])
  await enqueueResumes(env, [resume])
  expect(log).toMatchObject([
    { message: 'messages not sent', queue: 'IMPORTS_QUEUE', count: 1 },
    { message: 'messages not sent', queue: 'RESUMES_QUEUE', count: 1 },
  ])
})
