import { requireScope } from '../http/auth'
import { factory } from '../http/factory'
import { validate } from '../http/validate'
import { wake } from '../webhooks/events'
import type { Outcome } from './fold'
import { listProspects } from './list'
import { toProspect } from './prospect'
import { CreateProspect, ListProspects } from './schema'
import { getProspect, writeProspects } from './store'

/** `/v1/prospects`. */
export const prospectRoutes = factory
  .createApp()
  .get('/', requireScope('read'), validate({ query: ListProspects }), async (c) => {
    return c.json(await listProspects(c.var.db, c.var.caller, c.req.valid('query')))
  })
  .post('/', requireScope('write'), validate({ json: CreateProspect }), async (c) => {
    const { outcomes, deliveries } = await writeProspects(c.var.db, c.var.caller, 'api', [c.req.valid('json')])
    if (deliveries.length > 0) c.executionCtx.waitUntil(wake(c.env.WEBHOOKS_QUEUE, deliveries))
    const { record, ...outcome } = outcomes[0] as Outcome
    return c.json({ ...toProspect(record), ...outcome }, outcome.created ? 201 : 200, {
      ...(outcome.created && { location: `/v1/prospects/${record.id}` }),
    })
  })
  .get('/:prospectId', requireScope('read'), validate({}), async (c) => {
    const prospect = await getProspect(c.var.db, c.var.caller.account.id, c.req.param('prospectId'))
    return c.json({ ...prospect, message: null })
  })
