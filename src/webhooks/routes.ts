import type { Context } from 'hono'
import { requireScope } from '../http/auth'
import { databaseForLater, inBackground } from '../http/background'
import { invalidInput } from '../http/errors'
import { type AppEnv, factory } from '../http/factory'
import { idempotent } from '../http/idempotency'
import { ListQuery } from '../http/page'
import { NoFields, validate } from '../http/validate'
import { enqueueDeliveries, type QueuedDelivery } from '../queues/send'
import { type Delivery, getDelivery, listDeliveries, redeliver } from './deliveries'
import { listFeed } from './events'
import { rejectUrl } from './guard'
import { pingWebhook } from './ping'
import { runRecoveries, startRecovery } from './recover'
import { CreateWebhook, DeliveriesQuery, FeedQuery, PingWebhook, RecoverWebhook, UpdateWebhook } from './schema'
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  locationOf,
  rotateSecret,
  updateWebhook,
} from './store'

/** `/v1/webhooks`: the endpoints to which events are sent. */
export const webhookRoutes = factory
  .createApp()
  .use(requireScope('admin'))
  .get('/', validate({ query: ListQuery }), async (c) => {
    return c.json(await listWebhooks(c.var.db, c.var.caller.account.id, c.req.valid('query')))
  })
  .post('/', idempotent, validate({ json: CreateWebhook }), async (c) => {
    const input = c.req.valid('json')
    requirePublic(c, input.url)
    const { db, caller } = c.var
    const webhook = await createWebhook(db, caller.account.id, input, secretOptions(c))
    return c.json(webhook, 201, locationOf(webhook.id))
  })
  .get('/:id', validate({}), async (c) => {
    return c.json(await getWebhook(c.var.db, c.var.caller.account.id, c.req.param('id')))
  })
  .patch('/:id', validate({ json: UpdateWebhook }), async (c) => {
    const input = c.req.valid('json')
    if (input.url !== undefined) requirePublic(c, input.url)
    return c.json(await updateWebhook(c.var.db, c.var.caller.account.id, c.req.param('id'), input))
  })
  .delete('/:id', validate({}), async (c) => {
    await deleteWebhook(c.var.db, c.var.caller.account.id, c.req.param('id'))
    return c.body(null, 204)
  })
  .post('/:id/rotate-secret', idempotent, validate({ json: NoFields }), async (c) => {
    const { db, caller } = c.var
    const id = c.req.param('id')
    return c.json(await rotateSecret(db, caller.account.id, id, secretOptions(c)))
  })
  .post('/:id/ping', idempotent, validate({ json: PingWebhook }), async (c) => {
    const { db, caller } = c.var
    const input = { webhookId: c.req.param('id'), ...c.req.valid('json') }
    return startedDelivery(c, await pingWebhook(db, caller, input, c.get('repeatable')))
  })
  .post('/:id/recover', idempotent, validate({ json: RecoverWebhook }), async (c) => {
    const { db, caller } = c.var
    const { since } = c.req.valid('json')
    const id = c.req.param('id')
    const webhook = await startRecovery(db, caller.account.id, id, since, c.get('repeatable'))
    inBackground(c, runRecoveries(databaseForLater(c), c.env, { accountId: caller.account.id, id }))
    return c.json(webhook, 202)
  })
  .get('/:id/deliveries', validate({ query: DeliveriesQuery }), async (c) => {
    return c.json(await listDeliveries(c.var.db, c.var.caller.account.id, c.req.param('id'), c.req.valid('query')))
  })

/** `/v1/deliveries`: one delivery, with its attempts. */
export const deliveryRoutes = factory
  .createApp()
  .use(requireScope('admin'))
  .get('/:id', validate({}), async (c) => {
    return c.json(await getDelivery(c.var.db, c.var.caller.account.id, c.req.param('id')))
  })
  .post('/:id/redeliver', idempotent, validate({ json: NoFields }), async (c) => {
    return startedDelivery(
      c,
      await redeliver(c.var.db, c.var.caller.account.id, c.req.param('id'), c.get('repeatable')),
    )
  })

const secretOptions = (c: Context<AppEnv>) => ({ encryptionKey: c.env.ENCRYPTION_KEY, repeatable: c.get('repeatable') })

/** Throws 400 if the guard rejects this URL. */
function requirePublic(c: Context<AppEnv>, url: string): void {
  const message = rejectUrl(url, c.env, new URL(c.req.url).hostname)
  if (message) throw invalidInput([{ in: 'body', pointer: '/url', code: 'url_refused', message }])
}

/** The 202 for a delivery that has begun. The delivery is enqueued after the response. */
function startedDelivery(c: Context<AppEnv>, { delivery, queued }: { delivery: Delivery; queued: QueuedDelivery[] }) {
  c.executionCtx.waitUntil(enqueueDeliveries(c.env, queued))
  return c.json(delivery, 202)
}

/** `/v1/events`: the feed, for callers that poll. */
export const eventRoutes = factory
  .createApp()
  .get('/', requireScope('read'), validate({ query: FeedQuery }), async (c) => {
    return c.json(await listFeed(c.var.db, c.var.caller.account.id, c.req.valid('query')))
  })
