import type { Context } from 'hono'
import { requireScope } from '../http/auth'
import { databaseForLater, inBackground } from '../http/background'
import { type AppEnv, factory } from '../http/factory'
import { idempotent } from '../http/idempotency'
import { ListQuery } from '../http/page'
import { validate } from '../http/validate'
import { openOutbox } from '../webhooks/events'
import { CreateField, UpdateField } from './field-schema'
import { createField, deleteField, getField, listFields, locationOfField, updateField } from './field-store'
import { KINDS, type Kind } from './kinds'
import { runReassignments, startReassignment } from './reassign'
import { DeleteItem, ListItems } from './schema'
import { createItem, deleteItem, getItem, listItems, locationOf, updateItem } from './store'

function routesOf(name: Kind['name']) {
  const kind = KINDS.find((k) => k.name === name) as Kind
  const collectionOf = (c: Context<AppEnv>) => ({ kind, accountId: c.var.caller.account.id })
  const itemOf = (c: Context<AppEnv, '/:id'>) => ({ ...collectionOf(c), id: c.req.param('id') })
  return factory
    .createApp()
    .get('/', requireScope('read'), validate({ query: ListItems }), async (c) => {
      return c.json(await listItems(c.var.db, collectionOf(c), c.req.valid('query')))
    })
    .post('/', requireScope('write'), idempotent, validate({ json: kind.Create }), async (c) => {
      const item = await createItem(c.var.db, collectionOf(c), c.req.valid('json'), c.get('repeatable'))
      return c.json(item, 201, locationOf(kind, item.id))
    })
    .get('/:id', requireScope('read'), validate({}), async (c) => {
      return c.json(await getItem(c.var.db, itemOf(c)))
    })
    .patch('/:id', requireScope('write'), validate({ json: kind.Update }), async (c) => {
      return c.json(await updateItem(c.var.db, itemOf(c), c.req.valid('json')))
    })
    .delete('/:id', requireScope('write'), validate({ query: DeleteItem }), async (c) => {
      const { db, caller } = c.var
      const { moveTo } = c.req.valid('query')
      if (moveTo === undefined) {
        await deleteItem(db, itemOf(c))
        return c.body(null, 204)
      }
      await startReassignment(db, itemOf(c), moveTo, caller.key.id)
      inBackground(c, runReassignments(databaseForLater(c), openOutbox(c.env), caller.account.id))
      return c.body(null, 202)
    })
}

const fieldRoutes = factory
  .createApp()
  .get('/', requireScope('read'), validate({ query: ListQuery }), async (c) => {
    return c.json(await listFields(c.var.db, c.var.caller.account.id, c.req.valid('query')))
  })
  .post('/', requireScope('write'), idempotent, validate({ json: CreateField }), async (c) => {
    const field = await createField(c.var.db, c.var.caller.account.id, c.req.valid('json'), c.get('repeatable'))
    return c.json(field, 201, locationOfField(field.id))
  })
  .get('/:id', requireScope('read'), validate({}), async (c) => {
    return c.json(await getField(c.var.db, c.var.caller.account.id, c.req.param('id')))
  })
  .patch('/:id', requireScope('write'), validate({ json: UpdateField }), async (c) => {
    return c.json(await updateField(c.var.db, c.var.caller.account.id, c.req.param('id'), c.req.valid('json')))
  })
  .delete('/:id', requireScope('write'), validate({}), async (c) => {
    const { db, caller } = c.var
    await deleteField(db, caller.account.id, c.req.param('id'), caller.key.id)
    inBackground(c, runReassignments(databaseForLater(c), openOutbox(c.env), caller.account.id))
    return c.body(null, 202)
  })

/** Everything that prospects refer to, and their custom fields. */
export const catalogRoutes = factory
  .createApp()
  .route('/pipelines', routesOf('pipelines'))
  .route('/stages', routesOf('stages'))
  .route('/labels', routesOf('labels'))
  .route('/sources', routesOf('sources'))
  .route('/offices', routesOf('offices'))
  .route('/users', routesOf('users'))
  .route('/jobs', routesOf('jobs'))
  .route('/fields', fieldRoutes)
