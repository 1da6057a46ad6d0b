import { requireScope } from '../http/auth'
import { factory } from '../http/factory'
import { idempotent } from '../http/idempotency'
import { ListQuery } from '../http/page'
import { invalidInput } from '../http/problem'
import { validate } from '../http/validate'
import { listFeed } from './events'
import { refuseUrl } from './guard'
import { CreateWebhook, FeedQuery } from './schema'
import { createWebhook, deleteWebhook, getWebhook, listWebhooks, locationOf } from './store'

/** `/v1/webhooks`: the endpoints that events are sent to. */
export const webhookRoutes = factory
  .createApp()
  .use(requireScope('admin'))
  .get('/', validate({ query: ListQuery }), async (c) => {
    return c.json(await listWebhooks(c.var.db, c.var.caller.account.id, c.req.valid('query')))
  })
  .post('/', idempotent, validate({ json: CreateWebhook }), async (c) => {
    const input = c.req.valid('json')
    const allowLocal = c.env.ALLOW_LOCAL_WEBHOOKS === 'true'
    const refused = refuseUrl(input.url, { allowLocal, ownHost: new URL(c.req.url).hostname })
    if (refused) throw invalidInput([{ in: 'body', pointer: '/url', code: 'url_refused', message: refused }])
    const { db, caller } = c.var
    const webhook = await createWebhook(db, caller.account.id, input, c.env.ENCRYPTION_KEY, c.get('repeatable'))
    return c.json(webhook, 201, locationOf(webhook.id))
  })
  .get('/:id', validate({}), async (c) => {
    return c.json(await getWebhook(c.var.db, c.var.caller.account.id, c.req.param('id')))
  })
  .delete('/:id', validate({}), async (c) => {
    await deleteWebhook(c.var.db, c.var.caller.account.id, c.req.param('id'))
    return c.body(null, 204)
  })

/** `/v1/events`: the feed, for those who would rather poll. */
export const eventRoutes = factory
  .createApp()
  .get('/', requireScope('read'), validate({ query: FeedQuery }), async (c) => {
    return c.json(await listFeed(c.var.db, c.var.caller.account.id, c.req.valid('query')))
  })
