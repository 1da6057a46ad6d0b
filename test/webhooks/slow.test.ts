// @module-tag scale
import { createExecutionContext, createMessageBatch } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import worker from '../../src/index'
import { type Account, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import {
  consume,
  deliveriesOf,
  drain,
  endpointAnswers,
  freeze,
  type HeldQueue,
  pass,
  register,
  registerUntried,
  thaw,
  tick,
} from '../support/endpoint'

/** Slow endpoints have a queue of their own. These tests count; none of them waits for real time. */

const MINUTE = 60_000
const SLOW = 'staging-prospect-webhooks-slow'

let sent: HeldQueue
let requests: ReturnType<typeof endpointAnswers>
/** The responses of the endpoints with these names. The others respond with 200. */
let answers: Record<string, () => Response | Promise<Response>>

const nameOf = (url: string) => new URL(url).hostname.replace('.example.com', '')
const timesOut = () => Promise.reject(new DOMException('slow', 'TimeoutError'))
const takes = (ms: number) => async () => {
  pass(ms)
  return new Response()
}

beforeEach(async () => {
  sent = await freeze()
  answers = {}
  requests = endpointAnswers((url) => answers[nameOf(url)]?.() ?? new Response())
  vi.spyOn(console, 'warn').mockReturnValue()
})

afterEach(thaw)

/** An account with endpoints of these names, and the ids of the endpoints. */
async function endpoints(...names: string[]) {
  const account = await newAccount()
  const ids: string[] = []
  for (const name of names) ids.push((await register(account, { url: `https://${name}.example.com` })).id)
  return { account, ids }
}

/** Takes the messages that were sent to the queues. */
const taken = () => sent.messages.splice(0)
const bodies = (messages: typeof sent.messages) => messages.map(({ body }) => body)
/** The endpoints that got requests since the last call. */
const reached = () => {
  const names = requests.mock.calls.map(([url]) => nameOf(String(url)))
  requests.mockClear()
  return names
}

async function write(account: Account, n: number) {
  for (let i = 0; i < n; i++) await account.prospect()
  return taken()
}

/** A response that comes when `end` is called. */
function hanging() {
  const ended = Promise.withResolvers<void>()
  return { hang: () => ended.promise.then(() => new Response()), end: () => ended.resolve() }
}

/**
 * Gives messages to the Worker as `consume` does, but does not wait for its background work: `background` does.
 * A batch that would wait for a second ends as soon as it has nothing else to do.
 */
async function arriveIn(queue: string | undefined, all: unknown[], attempts = 1) {
  const { setTimeout } = globalThis
  const spy = vi
    .spyOn(globalThis, 'setTimeout')
    .mockImplementation(((run: () => void, ms: number) => setTimeout(run, ms === 1000 ? 30 : ms)) as typeof setTimeout)
  const messages = all.map((body, i) => ({ id: `m${i}`, timestamp: new Date(), attempts, body }))
  const batch = createMessageBatch<unknown>(queue ?? 'prospect-webhooks', messages)
  const retried: number[] = []
  for (const message of batch.messages) message.retry = (options) => void retried.push(options?.delaySeconds ?? 0)
  const work: Promise<unknown>[] = []
  const context = { ...createExecutionContext(), waitUntil: (promise: Promise<unknown>) => void work.push(promise) }
  await worker.queue(batch, env, context as unknown as ExecutionContext)
  spy.mockRestore()
  return { background: async () => void (await Promise.all(work)), retried }
}
const arrive = async (all: unknown[], queue?: string) => (await arriveIn(queue, all)).background

/** Makes the endpoints of an account slow. Their first delivery waits for its retry. */
async function slowDown(account: Account) {
  await consume(bodies(await write(account, 1)))
  taken()
  requests.mockClear()
}

describe('the first timeout of an endpoint', () => {
  test('sends its retry and its new deliveries to the slow queue, and others to the fast queue', async () => {
    const { account, ids } = await endpoints('late', 'well')
    answers.late = timesOut
    await consume(bodies(await write(account, 1)))
    expect(taken()).toMatchObject([{ body: { webhookId: ids[0] }, slow: true }])
    const next = await write(account, 2)
    const inLane = (slow: boolean) => next.filter((m) => m.slow === slow).map(({ body }) => body.webhookId)
    expect([inLane(true), inLane(false)]).toEqual([Array(2).fill(ids[0]), Array(2).fill(ids[1])])
  })

  test('does not stop the others in the batch', async () => {
    const { account } = await endpoints('late', 'well')
    answers.late = timesOut
    await consume(bodies(await write(account, 6)))
    expect(reached().filter((name) => name === 'well')).toHaveLength(6)
  })
})

describe('a response', () => {
  test.each([
    [5_000, false],
    [5_001, true],
    [14_999, true],
  ])('after %d ms makes an endpoint slow: %s', async (ms, slow) => {
    const { account } = await endpoints('late')
    answers.late = takes(ms)
    await consume(bodies(await write(account, 1)))
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded' }])
    expect(await write(account, 1)).toMatchObject([{ slow }])
  })
})

describe('the fast queue', () => {
  test('moves messages of a slow endpoint to the slow queue, without an attempt', async () => {
    const { account, ids } = await endpoints('late', 'well')
    answers.late = timesOut
    const early = await write(account, 5)
    await slowDown(account)
    expect(early.map(({ slow }) => slow)).not.toContain(true)
    const before = await deliveriesOf(account)
    await consume(bodies(early))
    expect(reached()).toEqual(Array(5).fill('well'))
    const late = early.filter(({ body }) => body.webhookId === ids[0])
    expect(taken()).toEqual(late.map((message) => ({ ...message, slow: true })))
    const isLate = ({ webhook_id }: { webhook_id: string }) => webhook_id === ids[0]
    expect((await deliveriesOf(account)).filter(isLate)).toEqual(before.filter(isLate))

    await consume(bodies(late), SLOW)
    expect(reached()).toEqual(Array(5).fill('late'))
  })

  test('has no batch with a healthy endpoint and one that was slow before', async () => {
    const { account } = await endpoints('late', 'well', 'dead', 'fine')
    Object.assign(answers, { late: timesOut, dead: timesOut })
    await slowDown(account)
    for (let round = 0; round < 5; round++) {
      const messages = await write(account, 6)
      for (const slow of [false, true]) {
        const lane = messages.filter((message) => message.slow === slow)
        await consume(bodies(lane), slow ? SLOW : undefined)
        expect(new Set(reached())).toEqual(new Set(slow ? ['late', 'dead'] : ['well', 'fine']))
      }
      pass(4000)
    }
  })

  test('runs at most six attempts of a batch at a time', async () => {
    const { account } = await endpoints('well')
    const six = Promise.withResolvers<void>()
    let [underWay, most] = [0, 0]
    answers.well = async () => {
      most = Math.max(most, ++underWay)
      if (underWay === 6) six.resolve()
      await six.promise
      await new Promise((resolve) => setTimeout(resolve, 10)) // a seventh would have begun by now
      underWay--
      return new Response()
    }
    await consume(bodies(await write(account, 12)))
    expect([most, reached().length]).toEqual([6, 12])
  })
})

describe('a batch with an endpoint that hangs', () => {
  test('ends after a second: finished attempts are recorded, running ones end in the background, others are enqueued again', async () => {
    const { account, ids } = await endpoints('hangs', 'fails')
    const { hang, end } = hanging()
    answers.hangs = hang
    answers.fails = () => new Response(null, { status: 500 })
    const [first, ...others] = await write(account, 7)
    const [fails] = others.splice(
      others.findIndex(({ body }) => body.webhookId === ids[1]),
      1,
    )
    const hangs = others.filter(({ body }) => body.webhookId === ids[0])
    expect(first?.body.webhookId).toBe(ids[0])
    const background = await arrive(bodies([first, ...hangs, fails] as typeof others))

    expect(reached()).toEqual(Array(6).fill('hangs'))
    const of = async (id?: string) => (await deliveriesOf(account)).filter(({ webhook_id }) => webhook_id === id)
    // seven deliveries of the hanging endpoint were leased: one has not begun, and neither has the other endpoint's
    const now = { status: 'pending', attempts: 0, next_at: Date.now(), last_error: null }
    expect((await of(ids[0])).filter(({ next_at }) => next_at === Date.now())).toMatchObject([now])
    expect(
      bodies(taken())
        .map(({ webhookId }) => webhookId)
        .sort(),
    ).toEqual([...ids].sort())

    end()
    await background()
    expect((await of(ids[0])).filter(({ status }) => status === 'succeeded')).toHaveLength(6)
  })

  test('records a quick result before its slower attempts end', async () => {
    const { account, ids } = await endpoints('hangs', 'fails')
    const { hang, end } = hanging()
    Object.assign(answers, { hangs: hang, fails: () => new Response(null, { status: 500 }) })
    const background = await arrive(bodies(await write(account, 1)))
    expect(await deliveriesOf(account)).toMatchObject([{ attempts: 0 }, { status: 'pending', attempts: 1 }])
    expect(taken()).toMatchObject([{ body: { webhookId: ids[1] }, delaySeconds: 4, slow: false }])
    end()
    await background()
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded', attempts: 1 }, { attempts: 1 }])
  })
})

describe('an endpoint that has not been tried', () => {
  test.each<[what: string, change: (account: Account, id: string) => Promise<unknown>]>([
    ['registered', async () => {}],
    ['pinged', (account, id) => account.post(`/v1/webhooks/${id}/ping`, {})],
    ['recovered', (account, id) => account.post(`/v1/webhooks/${id}/recover`, { since: 0 })],
    ['given another secret', (account, id) => account.post(`/v1/webhooks/${id}/rotate-secret`, {})],
    ['moved', (account, id) => account.call('PATCH', `/v1/webhooks/${id}`, { url: 'https://other.example.com' })],
    [
      'disabled and enabled',
      async (account, id) => {
        for (const disabled of [true, false]) await account.call('PATCH', `/v1/webhooks/${id}`, { disabled })
      },
    ],
    [
      'unable to connect',
      async (account) => {
        answers.new = () => Promise.reject(new Error('refused'))
        await consume(bodies(await write(account, 1)), SLOW)
      },
    ],
  ])('is in the slow lane, also after it was %s', async (_, change) => {
    const account = await newAccount()
    const { id } = await registerUntried(account, { url: 'https://new.example.com' })
    await change(account, id)
    taken()
    expect((await write(account, 1)).map(({ slow }) => slow)).toEqual([true])
  })

  test('stays in the slow lane when a delivery begins again', async () => {
    const account = await newAccount()
    await registerUntried(account)
    await write(account, 1)
    const { items } = (await account.get('/v1/webhooks')).json
    const [delivery] = (await account.get(`/v1/webhooks/${items[0].id}/deliveries`)).json.items
    await account.post(`/v1/deliveries/${delivery.id}/redeliver`, {})
    expect(taken().map(({ slow }) => slow)).toEqual([true])
  })

  test('is in the fast lane after a quick response, until its URL changes', async () => {
    const account = await newAccount()
    const { id } = await registerUntried(account)
    await consume(bodies(await write(account, 1)), SLOW)
    expect((await write(account, 1)).map(({ slow }) => slow)).toEqual([false])
    await account.call('PATCH', `/v1/webhooks/${id}`, { url: 'https://other.example.com' })
    expect((await write(account, 1)).map(({ slow }) => slow)).toEqual([true])
  })
})

describe('fifty endpoints of an account that hang', () => {
  const bad = Array.from({ length: 50 }, (_, n) => `hangs${n}`)

  /** Another account with a verified endpoint and a new one, and the requests that they got. */
  async function neighbour() {
    const { account } = await endpoints('tried')
    await registerUntried(account, { url: 'https://new.example.com' })
    return account
  }

  /** Lets the messages of a lane arrive, the oldest first, until there are none. New messages go behind the others. */
  async function arriveAll(messages: typeof sent.messages, lane?: string) {
    const all: (() => Promise<void>)[] = []
    while (messages.length > 0) {
      const { background, retried } = await arriveIn(lane, bodies(messages.splice(0, lane === SLOW ? 50 : 12)))
      all.push(background)
      messages.push(...taken().filter(({ delaySeconds }) => delaySeconds === 0))
      expect(retried.every((seconds) => seconds > 0)).toBe(true)
    }
    return async () => void (await Promise.all(all.map((background) => background())))
  }

  test.each([
    ['new', SLOW, ['new']],
    ['new at each event', SLOW, ['new']],
    ['quick until now', undefined, ['tried']],
  ])('begin at most six attempts before another account’s, while they are %s', async (what, lane, well) => {
    const account = await newAccount()
    const { hang, end } = hanging()
    for (const name of bad) {
      answers[name] = answers[`again-${name}`] = hang
      await (lane ? registerUntried : register)(account, { url: `https://${name}.example.com` })
    }
    const other = await neighbour()
    const messages = await write(account, 3)
    if (what === 'new at each event')
      for (const { id, url } of (await account.get('/v1/webhooks')).json.items)
        await account.call('PATCH', `/v1/webhooks/${id}`, { url: url.replace('://', '://again-') })
    messages.push(...(await write(other, 1)))
    const inLane = messages.filter(({ slow }) => slow === (lane === SLOW))
    expect(inLane.map(({ slow }) => slow)).toHaveLength(151)

    const background = await arriveAll(inLane, lane)
    const names = reached()
    expect(names.filter((name) => !well.includes(name))).toHaveLength(6)
    expect(names).toEqual(expect.arrayContaining(well))
    expect(await deliveriesOf(other)).toEqual(
      expect.arrayContaining([expect.objectContaining({ status: 'succeeded', attempts: 1 })]),
    )
    end()
    await background()
  })

  test('hold three connections of a batch that has another account’s deliveries', async () => {
    const account = await newAccount()
    const { hang, end } = hanging()
    for (const name of bad.slice(0, 9)) {
      answers[name] = hang
      await registerUntried(account, { url: `https://${name}.example.com` })
    }
    const other = await neighbour()
    const messages = [...(await write(account, 1)), ...(await write(other, 4))].filter(({ slow }) => slow)
    const background = await arrive(bodies(messages), SLOW)
    const names = reached()
    const before = names.slice(0, names.lastIndexOf('new'))
    expect([names, before].map((some) => some.filter((name) => name === 'new').length)).toEqual([4, 3])
    expect(before).toHaveLength(6)
    end()
    await background()
  })

  test('have messages that are retried after longer and longer delays, and then deliveries from the schedule', async () => {
    const { account } = await endpoints(...bad.slice(0, 7))
    const { hang, end } = hanging()
    for (const name of bad) answers[name] = hang
    const messages = bodies(await write(account, 1))
    const background = await arrive(messages.slice(0, 6))
    for (const [attempts, seconds] of [
      [1, 2],
      [2, 4],
      [3, 8],
      [4, 16],
    ])
      expect((await arriveIn(undefined, messages.slice(6), attempts)).retried).toEqual([seconds])
    expect((await arriveIn(undefined, messages.slice(6), 5)).retried).toEqual([])
    expect(reached()).toHaveLength(6)
    end()
    await background()
    pass(10_000)
    await tick()
    expect(bodies(taken())).toEqual(messages.slice(6))
  })
})

describe('a slow endpoint that responds quickly', () => {
  test.each([200, 404, 500, 503])('with a %d is in the fast queue again', async (status) => {
    const { account } = await endpoints('late')
    answers.late = timesOut
    await slowDown(account)
    const waiting = await write(account, 3)
    expect(waiting.map(({ slow }) => slow)).toEqual([true, true, true])

    answers.late = () => new Response(null, { status })
    await consume(bodies(waiting.slice(0, 1)), SLOW)
    expect(reached()).toHaveLength(1)
    expect(taken().map(({ slow }) => slow)).toEqual(status === 200 ? [] : [false])

    await consume(bodies(waiting.slice(1)), SLOW)
    expect(reached()).toEqual([])
    const handedBack = taken()
    expect(handedBack).toEqual(waiting.slice(1).map((message) => ({ ...message, slow: false })))
    expect((await write(account, 1)).map(({ slow }) => slow)).toEqual([false])

    await consume(bodies(handedBack))
    expect(reached()).toHaveLength(2)
  })

  test('and slowly in the same batch stays slow', async () => {
    const { account } = await endpoints('late')
    answers.late = timesOut
    await slowDown(account)
    const waiting = await write(account, 2)
    answers.late = () => (requests.mock.calls.length === 1 ? new Response() : timesOut())
    await consume(bodies(waiting), SLOW)
    taken()
    expect((await write(account, 1)).map(({ slow }) => slow)).toEqual([true])
  })
})

describe('the sweep', () => {
  test('enqueues twenty deliveries of a slow endpoint a minute, and all of healthy ones', async () => {
    const { account, ids } = await endpoints('late', 'dead', 'well')
    Object.assign(answers, { late: timesOut, dead: timesOut })
    await slowDown(account)
    await writeMany(account, Array(50).fill({}))
    pass(MINUTE) // the first delivery of each slow endpoint is due again too
    await tick()
    /** How many deliveries of each endpoint were enqueued, and in which queue. */
    const enqueued = ids.map((id) => {
      const lanes = sent.messages.filter(({ body }) => body.webhookId === id).map(({ slow }) => slow)
      return [lanes.length, ...new Set(lanes)]
    })
    expect(enqueued).toEqual([
      [20, true],
      [20, true],
      [50, false],
    ])
    const waiting = (await deliveriesOf(account)).filter(
      ({ status, next_at }) => status === 'pending' && next_at === null,
    )
    for (const id of ids.slice(0, 2)) expect(waiting.filter(({ webhook_id }) => webhook_id === id)).toHaveLength(31)

    while (await drain(sent)) {}
    const isWell = ({ webhook_id, status }: { webhook_id: string; status: string }) =>
      webhook_id === ids[2] && status === 'succeeded'
    expect((await deliveriesOf(account)).filter(isWell)).toHaveLength(51)
  })

  test('enqueues the oldest waiting delivery first, so none is overtaken for ever', async () => {
    const { account } = await endpoints('late')
    answers.late = timesOut
    await slowDown(account)
    await writeMany(account, Array(60).fill({}))
    const first = (await deliveriesOf(account)).map(({ event_seq }) => event_seq)
    const enqueued = new Set<number>()
    for (let minute = 0; minute < 9; minute++) {
      sent.messages.length = 0 // no message arrives
      pass(MINUTE)
      await tick()
      for (const { body } of sent.messages.filter(({ slow }) => slow)) enqueued.add(body.eventSeq)
      expect(sent.messages.length).toBeLessThanOrEqual(20)
      await consume(
        sent.messages.splice(0).map(({ body }) => body),
        'prospect-webhooks-slow',
      )
      await writeMany(account, Array(20).fill({}))
    }
    expect(first.filter((seq) => !enqueued.has(seq))).toEqual([])
  })

  test('enqueues waiting deliveries once the endpoint is quick again', async () => {
    const { account } = await endpoints('late')
    answers.late = timesOut
    await slowDown(account)
    await writeMany(account, Array(200).fill({}))
    pass(MINUTE)
    await tick()
    answers = {}
    while (await drain(sent)) {}
    pass(MINUTE)
    await tick()
    while (await drain(sent)) {}
    expect(new Set((await deliveriesOf(account)).map(({ status }) => status))).toEqual(new Set(['succeeded']))
  })

  test('enqueues waiting deliveries once the endpoint has another URL', async () => {
    const { account, ids } = await endpoints('late')
    answers.late = timesOut
    await slowDown(account)
    await writeMany(account, Array(100).fill({}))
    pass(MINUTE)
    await tick()
    sent.messages.length = 0
    await account.call('PATCH', `/v1/webhooks/${ids[0]}`, { url: 'https://well.example.com' })
    for (let minute = 0; minute < 2; minute++) {
      pass(MINUTE)
      await tick()
      while (await drain(sent)) {}
    }
    expect(new Set((await deliveriesOf(account)).map(({ status }) => status))).toEqual(new Set(['succeeded']))
  })

  test('cancels waiting deliveries with their endpoint', async () => {
    const { account, ids } = await endpoints('late')
    answers.late = timesOut
    await slowDown(account)
    await writeMany(account, Array(100).fill({}))
    pass(MINUTE)
    await tick()
    await account.call('PATCH', `/v1/webhooks/${ids[0]}`, { disabled: true })
    expect(new Set((await deliveriesOf(account)).map(({ status }) => status))).toEqual(new Set(['cancelled']))
  })
})
