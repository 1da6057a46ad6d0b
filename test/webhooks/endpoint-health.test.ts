// @module-tag scale
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Account, newAccount } from '../support/api'
import {
  consume,
  deliveriesOf,
  deliveryOf,
  drain,
  dueDelivery,
  endpointAnswers,
  freeze,
  type HeldQueue,
  pass,
  register,
  thaw,
  tick,
} from '../support/endpoint'

/** How the outcomes of attempts change an endpoint, and how a delivery ends if it changes during its attempt. */

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let sent: HeldQueue
let requests: ReturnType<typeof endpointAnswers>
/** The response of every endpoint. */
let answer: (url: string) => Response | Promise<Response>

const status = (code: number) => () => new Response(null, { status: code })

beforeEach(async () => {
  sent = await freeze()
  answer = status(200)
  requests = endpointAnswers((url) => answer(url))
  vi.spyOn(console, 'error').mockReturnValue()
})

afterEach(thaw)

const shown = async ({ get }: Account, { id }: { id: string }) => (await get(`/v1/webhooks/${id}`)).json
const statusesOf = async (account: Account) => (await deliveriesOf(account)).map((delivery) => delivery.status)

/** Makes one more write, and lets the messages arrive. */
async function deliverAnother(account: Account) {
  await account.prospect()
  await drain(sent)
}

/** An endpoint whose first failure is now. */
async function failing() {
  const found = await dueDelivery()
  answer = status(500)
  await consume(sent)
  return { ...found, since: Date.now() }
}

/** Makes the endpoint fail once a day. */
async function failDaily(account: Account, days: number) {
  for (let day = 0; day < days; day++) {
    pass(DAY)
    await deliverAnother(account)
  }
}

describe('an endpoint that responds with 410', () => {
  const host = (name: string) => ({ url: `https://${name}.example.com/` })

  test('is disabled at once: this delivery fails, its other deliveries are cancelled, and other endpoints get the event', async () => {
    const account = await newAccount()
    const [gone, other] = [await register(account, host('gone')), await register(account, host('other'))]
    for (let i = 0; i < 3; i++) await account.prospect()
    answer = (url) => new Response(null, { status: url === host('gone').url ? 410 : 500 })
    await consume(sent.filter(({ eventSeq }) => eventSeq === sent[0]?.eventSeq))

    expect(await shown(account, gone)).toMatchObject({
      disabled: true,
      disabledReason: 'gone',
      disabledAt: Date.now(),
      failingSince: Date.now(),
    })
    expect(await shown(account, other)).toMatchObject({ disabled: false, disabledReason: null, disabledAt: null })
    const found = await deliveriesOf(account)
    expect(found.filter((d) => d.webhook_id === gone.id)).toMatchObject([
      { status: 'failed', attempts: 1, next_at: null, finished_at: Date.now(), last_status_code: 410 },
      { status: 'cancelled', attempts: 0, next_at: null, finished_at: Date.now() },
      { status: 'cancelled', attempts: 0, next_at: null, finished_at: Date.now() },
    ])

    answer = status(200)
    pass(5 * MINUTE)
    await drain(sent)
    expect(await statusesOf(account)).toEqual(
      found.flatMap((d) => (d.webhook_id === other.id ? 'succeeded' : d.status)),
    )
    expect(requests).toHaveBeenCalledTimes(5)
  })

  test('does not disable another account’s endpoint with the same URL', async () => {
    const [one, two] = [await dueDelivery(), await dueDelivery()]
    answer = status(410)
    await consume(sent.slice(0, 1))
    answer = status(200)
    await consume(sent)
    expect([await statusesOf(one.account), await statusesOf(two.account)]).toEqual([['failed'], ['succeeded']])
    expect((await shown(two.account, two.webhook)).disabled).toBe(false)
  })

  test('stays enabled if its URL was changed during the attempt', async () => {
    const { account, webhook } = await dueDelivery()
    answer = async () => {
      await account.call('PATCH', `/v1/webhooks/${webhook.id}`, { url: 'https://new.example.com/' })
      return status(410)()
    }
    await consume(sent)
    expect(await shown(account, webhook)).toMatchObject({ disabled: false, disabledReason: null, failingSince: null })
    answer = status(200)
    pass(MINUTE)
    await account.prospect()
    while (await drain(sent)) {}
    expect(requests).toHaveBeenLastCalledWith('https://new.example.com/', expect.anything())
    expect(await statusesOf(account)).toEqual(['succeeded', 'succeeded'])
  })

  test('keeps the reason `requested` if it was disabled during the attempt', async () => {
    const { account, webhook } = await dueDelivery()
    answer = async () => {
      await account.call('PATCH', `/v1/webhooks/${webhook.id}`, { disabled: true })
      pass(MINUTE)
      return status(410)()
    }
    const disabledAt = Date.now()
    await consume(sent)
    expect(await shown(account, webhook)).toMatchObject({ disabledReason: 'requested', disabledAt })
  })
})

describe('an endpoint that fails for days', () => {
  test('is disabled after five days without a success, not before', async () => {
    const { account, webhook, since } = await failing()
    expect(await shown(account, webhook)).toMatchObject({ disabled: false, failingSince: since })
    await failDaily(account, 4)
    pass(DAY - 1)
    await deliverAnother(account)
    expect(await shown(account, webhook)).toMatchObject({ disabled: false, failingSince: since })
    pass(1)
    await deliverAnother(account)
    expect(await shown(account, webhook)).toMatchObject({
      disabled: true,
      disabledReason: 'failing',
      disabledAt: since + 5 * DAY,
      failingSince: since,
    })
    expect(new Set(await statusesOf(account))).toEqual(new Set(['cancelled']))
    const before = requests.mock.calls.length
    await deliverAnother(account)
    pass(DAY)
    await tick()
    await drain(sent)
    expect(requests).toHaveBeenCalledTimes(before)
  })

  test('has five more days after a success', async () => {
    const { account, webhook } = await failing()
    pass(4 * DAY)
    answer = status(200)
    await deliverAnother(account)
    expect(await shown(account, webhook)).toMatchObject({ failingSince: null })
    pass(2 * DAY)
    answer = status(500)
    await deliverAnother(account)
    expect(await shown(account, webhook)).toMatchObject({ disabled: false, failingSince: Date.now() })
    await failDaily(account, 5)
    expect(await shown(account, webhook)).toMatchObject({ disabled: true, disabledReason: 'failing' })
  })

  test('has five more days after a success in the same batch as failures', async () => {
    const { account, webhook } = await failing()
    await failDaily(account, 4)
    pass(DAY)
    for (let i = 0; i < 3; i++) await account.prospect()
    const before = requests.mock.calls.length
    answer = () => status(requests.mock.calls.length === before + 3 ? 200 : 500)()
    await drain(sent)
    expect(await shown(account, webhook)).toMatchObject({ disabled: false, failingSince: null })
  })

  test('is not disabled for days in which nothing was sent', async () => {
    const { account, webhook } = await dueDelivery()
    await consume(sent)
    pass(30 * DAY)
    answer = status(500)
    await deliverAnother(account)
    expect(await shown(account, webhook)).toMatchObject({ disabled: false, failingSince: Date.now() })
  })

  test('is not disabled for one failure now and one a week later', async () => {
    const { account, webhook } = await failing()
    for (let week = 0; week < 3; week++) {
      sent.messages.length = 0
      pass(7 * DAY)
      await deliverAnother(account)
      expect(await shown(account, webhook)).toMatchObject({ disabled: false, failingSince: Date.now() })
    }
  })

  test('has five more days after it is enabled again', async () => {
    const { account, webhook } = await failing()
    await failDaily(account, 5)
    const enabled = await account.call('PATCH', `/v1/webhooks/${webhook.id}`, { disabled: false })
    const fresh = { disabled: false, disabledReason: null, disabledAt: null, failingSince: null }
    expect(enabled.json).toMatchObject(fresh)
    expect(await shown(account, webhook)).toMatchObject(fresh)
    await deliverAnother(account)
    expect(await shown(account, webhook)).toMatchObject({ disabled: false, failingSince: Date.now() })
  })
})

describe('an endpoint that has failed for six days, while one more attempt fails', () => {
  test.each<[string, (account: Account, id: string) => Promise<unknown>]>([
    ['another delivery of it succeeds', async () => consume(sent.slice(-1))],
    [
      'it is disabled and enabled again',
      async ({ call }, id) => {
        for (const disabled of [true, false]) await call('PATCH', `/v1/webhooks/${id}`, { disabled })
      },
    ],
  ])('is not disabled if meanwhile %s', async (_, meanwhile) => {
    const { account, webhook } = await failing()
    await failDaily(account, 4)
    sent.messages.length = 0
    pass(1.2 * DAY)
    for (let i = 0; i < 2; i++) await account.prospect()
    let attempts = 0
    answer = async () => {
      if (attempts++ > 0) return status(200)()
      await meanwhile(account, webhook.id)
      return status(500)()
    }
    await consume(sent.slice(-2, -1))
    expect(await shown(account, webhook)).toMatchObject({ disabled: false, failingSince: Date.now() })
  })
})

describe('a delivery that changes during its attempt', () => {
  /** A delivery that `meanwhile` changes during its attempt, which then ends with this response. */
  async function changed(change: (account: Account, webhookId: string) => Promise<unknown>, code: number) {
    const { account, webhook } = await dueDelivery()
    answer = async () => {
      await change(account, webhook.id)
      pass(1000)
      return status(code)()
    }
    await consume(sent)
    return deliveryOf(account)
  }

  const disable = (account: Account, id: string) => account.call('PATCH', `/v1/webhooks/${id}`, { disabled: true })
  const redeliver = async (account: Account, id: string) => {
    const [delivery] = (await account.get(`/v1/webhooks/${id}/deliveries`)).json.items
    expect((await account.post(`/v1/deliveries/${delivery.id}/redeliver`)).status).toBe(202)
  }

  test('succeeds if it was cancelled and the attempt succeeds', async () => {
    const arrived = { status: 'succeeded', attempts: 1, next_at: null, last_status_code: 200 }
    expect(await changed(disable, 200)).toMatchObject({ ...arrived, finished_at: Date.now() })
  })

  test.each([500, 410])('stays cancelled if the attempt fails with a %d', async (code) => {
    const logged = { attempts: 1, last_status_code: code }
    expect(await changed(disable, code)).toMatchObject({ ...logged, status: 'cancelled', next_at: null })
  })

  test.each([200, 500])('is sent again if it was begun again and the attempt ends with a %d', async (code) => {
    const delivery = await changed(redeliver, code)
    expect(delivery).toMatchObject({ status: 'pending', tries: 0, attempts: 1, finished_at: null })
    expect(delivery.next_at).toBeLessThanOrEqual(Date.now())
    answer = status(200)
    await drain(sent)
    expect(requests).toHaveBeenCalledTimes(2)
  })

  test('stays succeeded if its lease ended, another consumer delivered it, and the attempt fails late', async () => {
    const { account } = await dueDelivery()
    answer = async () => {
      answer = status(200)
      pass(MINUTE)
      await consume(sent)
      return status(500)()
    }
    await consume([...sent])
    expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded', attempts: 2, next_at: null }])
  })
})

test('a service that cannot sign counts no attempt and no failure of the endpoint', async () => {
  const { account, webhook } = await dueDelivery()
  const setSecret = (secret: unknown) =>
    env.DB.prepare('UPDATE webhooks SET secret = ? WHERE id = ?').bind(secret, webhook.id).run()
  const secret = await env.DB.prepare('SELECT secret FROM webhooks WHERE id = ?').bind(webhook.id).first('secret')
  await setSecret(`unknown${secret}`)
  for (let i = 0; i < 15; i++) {
    await drain(sent)
    const delivery = await deliveryOf(account)
    expect(delivery).toMatchObject({ status: 'pending', tries: 0, attempts: 0, next_at: Date.now() + 5 * MINUTE })
    expect(delivery.last_error).toMatch(/could not sign/)
    pass(5 * MINUTE)
  }
  expect(requests).not.toHaveBeenCalled()
  expect(await shown(account, webhook)).toMatchObject({ disabled: false, failingSince: null })

  await setSecret(secret)
  await drain(sent)
  expect(await deliveriesOf(account)).toMatchObject([{ status: 'succeeded', attempts: 1, last_error: null }])
})
