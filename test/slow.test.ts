import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Account, newAccount } from './api'
import { writeMany } from './callers'
import {
  consume,
  deliveriesOf,
  drain,
  endpointAnswers,
  freeze,
  type HeldQueue,
  pass,
  register,
  thaw,
  tick,
} from './endpoint'

/** Endpoints that take long have a queue of their own. All of it by counts: no test here waits. */

const MINUTE = 60_000
const SLOW = 'staging-prospect-webhooks-slow'

let sent: HeldQueue
let requests: ReturnType<typeof endpointAnswers>
/** What the endpoints of these names answer; the others answer 200. */
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

/** An account with endpoints of these names, and their ids. */
async function endpoints(...names: string[]) {
  const account = await newAccount()
  const ids: string[] = []
  for (const name of names) ids.push((await register(account, { url: `https://${name}.example.com` })).id)
  return { account, ids }
}

/** Takes what was sent to the queues. */
const taken = () => sent.messages.splice(0)
const bodies = (messages: typeof sent.messages) => messages.map(({ body }) => body)
/** Which endpoints were sent to since this was last asked. */
const reached = () => {
  const names = requests.mock.calls.map(([url]) => nameOf(String(url)))
  requests.mockClear()
  return names
}

async function write(account: Account, n: number) {
  for (let i = 0; i < n; i++) await account.prospect()
  return taken()
}

/** Makes the endpoints of an account slow, and leaves their first delivery to its retry. */
async function slowDown(account: Account) {
  await consume(bodies(await write(account, 1)))
  taken()
  requests.mockClear()
}

describe('the first timeout of an endpoint', () => {
  test('its new deliveries and the retry go to the slow queue, those of others to the fast', async () => {
    const { account, ids } = await endpoints('late', 'well')
    answers.late = timesOut
    await consume(bodies(await write(account, 1)))
    expect(taken()).toMatchObject([{ body: { webhookId: ids[0] }, slow: true }])
    const next = await write(account, 2)
    const inLane = (slow: boolean) => next.filter((m) => m.slow === slow).map(({ body }) => body.webhookId)
    expect([inLane(true), inLane(false)]).toEqual([Array(2).fill(ids[0]), Array(2).fill(ids[1])])
  })

  test('what is left of it in the batch is handed over, without an attempt', async () => {
    const { account } = await endpoints('late')
    answers.late = timesOut
    await consume(bodies(await write(account, 12)))
    expect(reached()).toHaveLength(6) // those that were under way together
    const found = await deliveriesOf(account)
    const left = found.filter(({ attempts }) => attempts === 0)
    expect(left).toHaveLength(6)
    for (const delivery of left)
      expect(delivery).toMatchObject({ status: 'pending', tries: 0, last_error: null, next_at: Date.now() })

    const messages = taken()
    expect(messages.map(({ slow }) => slow)).toEqual(Array(12).fill(true))
    const now = messages.filter(({ delaySeconds }) => delaySeconds === 0).map(({ body }) => body.eventSeq)
    expect(now.sort()).toEqual(left.map(({ event_seq }) => event_seq))
  })

  test('the others in the batch are sent to', async () => {
    const { account } = await endpoints('late', 'well')
    answers.late = timesOut
    await consume(bodies(await write(account, 6)))
    expect(reached().filter((name) => name === 'well')).toHaveLength(6)
  })
})

describe('an answer that takes its time', () => {
  test.each([
    [5_000, false],
    [5_001, true],
    [14_999, true],
  ])('of %d ms makes an endpoint slow: %s', async (ms, slow) => {
    const { account } = await endpoints('late')
    answers.late = takes(ms)
    await consume(bodies(await write(account, 1)))
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded' }])
    expect(await write(account, 1)).toMatchObject([{ slow }])
  })
})

describe('the fast queue', () => {
  test('wake-ups of a slow endpoint that are still in it are handed over, without an attempt', async () => {
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

  test('no batch of it has both a healthy endpoint and one that was slow before', async () => {
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

  test('six of a batch are under way at a time, no more', async () => {
    const { account } = await endpoints('well')
    const six = Promise.withResolvers<void>()
    let [underWay, most] = [0, 0]
    answers.well = async () => {
      most = Math.max(most, ++underWay)
      if (underWay === 6) six.resolve()
      await six.promise
      await new Promise((resolve) => setTimeout(resolve, 10)) // a seventh would have come by now
      underWay--
      return new Response()
    }
    await consume(bodies(await write(account, 12)))
    expect([most, reached().length]).toEqual([6, 12])
  })
})

describe('who shares the first batch with a slow endpoint', () => {
  test('is recorded, and due again, before the slow one has answered', async () => {
    const { account, ids } = await endpoints('late', 'quick')
    const [late, quick] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    answers.late = async () => {
      await late.promise
      return new Response()
    }
    answers.quick = async () => {
      quick.resolve()
      return new Response(null, { status: 500 })
    }
    const { setTimeout } = globalThis
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) =>
      ms === 5000 ? void quick.promise.then(() => setTimeout(run, 20)) : setTimeout(run, ms)) as typeof setTimeout)
    const consumed = consume(bodies(await write(account, 1)))
    const of = async (i: number) => (await deliveriesOf(account)).find(({ webhook_id }) => webhook_id === ids[i])
    await vi.waitFor(async () => expect(await of(1)).toMatchObject({ status: 'pending', attempts: 1 }))
    expect(await of(0)).toMatchObject({ attempts: 0 })
    expect(taken()).toMatchObject([{ body: { webhookId: ids[1] }, delaySeconds: 4, slow: false }])
    late.resolve()
    await consumed
    expect(await of(0)).toMatchObject({ status: 'succeeded', attempts: 1 })
  })
})

describe('a slow endpoint that answers again', () => {
  test.each([200, 404, 500, 503])('with a %d: is back in the fast queue', async (status) => {
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

  test('not if it was quick once and slow once in the same batch', async () => {
    const { account } = await endpoints('late')
    answers.late = timesOut
    await slowDown(account)
    const waiting = await write(account, 2)
    answers.late = () => (requests.mock.calls.length === 1 ? new Response() : timesOut())
    await consume(bodies(waiting), SLOW)
    taken()
    expect((await write(account, 1)).map(({ slow }) => slow)).toEqual([true])
  })

  test('another URL is given the benefit of the doubt', async () => {
    const { account, ids } = await endpoints('late')
    answers.late = timesOut
    await slowDown(account)
    await account.call('PATCH', `/v1/webhooks/${ids[0]}`, { url: 'https://well.example.com' })
    expect((await write(account, 1)).map(({ slow }) => slow)).toEqual([false])
  })
})

describe('the sweep', () => {
  test('it wakes twenty deliveries of a slow endpoint a minute, and all of the healthy', async () => {
    const { account, ids } = await endpoints('late', 'dead', 'well')
    Object.assign(answers, { late: timesOut, dead: timesOut })
    await slowDown(account)
    await writeMany(account, Array(50).fill({}))
    pass(MINUTE) // the first delivery of each slow one is due again too
    await tick()
    /** How many of each endpoint were woken, and by which queue. */
    const woken = ids.map((id) => {
      const lanes = sent.messages.filter(({ body }) => body.webhookId === id).map(({ slow }) => slow)
      return [lanes.length, ...new Set(lanes)]
    })
    expect(woken).toEqual([
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

  test('turns are for the oldest first: what waits is not overtaken for ever', async () => {
    const { account } = await endpoints('late')
    answers.late = timesOut
    await slowDown(account)
    await writeMany(account, Array(60).fill({}))
    const first = (await deliveriesOf(account)).map(({ event_seq }) => event_seq)
    const woken = new Set<number>()
    for (let minute = 0; minute < 9; minute++) {
      sent.messages.length = 0 // none arrives
      pass(MINUTE)
      await tick()
      for (const { body } of sent.messages.filter(({ slow }) => slow)) woken.add(body.eventSeq)
      expect(sent.messages.length).toBeLessThanOrEqual(20)
      await consume(
        sent.messages.splice(0).map(({ body }) => body),
        'prospect-webhooks-slow',
      )
      await writeMany(account, Array(20).fill({}))
    }
    expect(first.filter((seq) => !woken.has(seq))).toEqual([])
  })

  test('what waits for its turn goes once the endpoint is well again', async () => {
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

  test('or once it has another URL', async () => {
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

  test('or is cancelled with its endpoint', async () => {
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
