import { requireScope } from '../http/auth'
import { factory } from '../http/factory'
import { ListQuery } from '../http/page'
import { validate } from '../http/validate'
import { KINDS, type Kind } from './kinds'
import { createItem, getItem, listItems } from './store'

const routesOf = (kind: Kind) =>
  factory
    .createApp()
    .get('/', requireScope('read'), validate({ query: ListQuery }), async (c) => {
      return c.json(await listItems(c.var.db, kind, c.var.caller.account.id, c.req.valid('query')))
    })
    .post('/', requireScope('write'), validate({ json: kind.Create }), async (c) => {
      const item = await createItem(c.var.db, kind, c.var.caller.account.id, c.req.valid('json'))
      return c.json(item, 201, { location: `/v1/${kind.name}/${item.id}` })
    })
    .get('/:id', requireScope('read'), validate({}), async (c) => {
      return c.json(await getItem(c.var.db, kind, c.var.caller.account.id, c.req.param('id')))
    })

/** `/v1/pipelines`, `/v1/stages`, `/v1/labels`, `/v1/sources`, `/v1/offices`, `/v1/users`, `/v1/jobs`. */
export const catalogRoutes = KINDS.reduce(
  (app, kind) => app.route(`/${kind.name}`, routesOf(kind)),
  factory.createApp(),
)
