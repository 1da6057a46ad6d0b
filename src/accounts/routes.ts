import type { Context } from 'hono'
import { type Database, databaseOf, databases } from '../db/client'
import { sweepObjects } from '../files/delete'
import { forgetKeys, requireOperator, requireScope } from '../http/auth'
import { inBackground } from '../http/background'
import { limitBody } from '../http/body'
import { notFound } from '../http/errors'
import { type AppEnv, factory } from '../http/factory'
import { idempotent, OPERATOR } from '../http/idempotency'
import { MAX_BODY } from '../http/limits'
import { ListQuery } from '../http/page'
import { validate } from '../http/validate'
import { eraseAccounts } from './erase'
import { CreateAccount, CreateAdminKey, CreateKey, UpdateAccount } from './schema'
import {
  createAccount,
  createKey,
  deleteAccount,
  getAccount,
  listAccounts,
  listKeys,
  placeAccount,
  revokeKey,
  updateAccount,
} from './store'

/** `/admin/accounts`: the operator's calls. */
export const adminRoutes = factory
  .createApp()
  .use(requireOperator, limitBody(MAX_BODY))
  .post('/', idempotent, validate({ json: CreateAccount }), async (c) => {
    const repeatable = c.get('repeatable')
    const db = await placeAccount(databases(c.env, c.var.db), repeatable)
    c.set('db', db)
    return c.json(await createAccount(db, c.req.valid('json'), repeatable), 201)
  })
  .get('/', validate({ query: ListQuery }), async (c) => {
    return c.json(await listAccounts(databases(c.env, c.var.db), c.req.valid('query')))
  })
  .patch('/:id', validate({ json: UpdateAccount }), async (c) => {
    const account = await updateAccount(useDatabaseOf(c), c.req.param('id'), c.req.valid('json'))
    forgetKeys(account.id)
    return c.json(account)
  })
  .delete('/:id', validate({}), async (c) => {
    const id = c.req.param('id')
    await deleteAccount(useDatabaseOf(c), id)
    forgetKeys(id)
    // opened again, because the cost of background work is not the cost of this call
    const db = databaseOf(c.env, id) as Database
    inBackground(
      c,
      eraseAccounts(db).then(() => sweepObjects(db, c.env, Date.now())),
    )
    return c.body(null, 202)
  })
  .post('/:id/api-keys', idempotent, validate({ json: CreateAdminKey }), async (c) => {
    const input = {
      ...c.req.valid('json'),
      scopes: ['read' as const, 'write' as const, 'admin' as const],
      expiresAt: null,
    }
    return c.json(
      await createKey(useDatabaseOf(c), c.req.param('id'), input, {
        repeatable: c.get('repeatable'),
        storedFor: OPERATOR,
      }),
      201,
    )
  })

/** `/v1/me`: the account and the key of the caller. */
export const meRoutes = factory.createApp().get('/', requireScope('read'), validate({}), async (c) => {
  const { caller, db } = c.var
  return c.json({ account: await getAccount(db, caller.account.id), key: caller.key })
})

/** `/v1/api-keys`: an account's keys. */
export const keyRoutes = factory
  .createApp()
  .use(requireScope('admin'))
  .get('/', validate({ query: ListQuery }), async (c) => {
    return c.json(await listKeys(c.var.db, c.var.caller.account.id, c.req.valid('query')))
  })
  .post('/', idempotent, validate({ json: CreateKey }), async (c) => {
    const { db, caller } = c.var
    return c.json(await createKey(db, caller.account.id, c.req.valid('json'), { repeatable: c.get('repeatable') }), 201)
  })
  .delete('/:id', validate({}), async (c) => {
    const { account } = c.var.caller
    await revokeKey(c.var.db, account.id, c.req.param('id'))
    forgetKeys(account.id, c.req.param('id'))
    return c.body(null, 204)
  })

/** Opens the database of the account in the path, and sets `db`. Throws 404 if the id names no database. */
function useDatabaseOf(c: Context<AppEnv, '/:id'>) {
  const db = databaseOf(c.env, c.req.param('id'))
  if (!db) throw notFound('account')
  c.set('db', db)
  return db
}
