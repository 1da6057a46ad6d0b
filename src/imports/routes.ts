import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import { requireScope } from '../http/auth'
import { limitBody } from '../http/body'
import { unsupportedMediaType } from '../http/errors'
import { type AppEnv, factory } from '../http/factory'
import { idempotentStream } from '../http/idempotency'
import { essenceOf } from '../http/media-type'
import { ListQuery } from '../http/page'
import { requireUnencoded, validate } from '../http/validate'
import { afterCommit } from '../prospects/after-commit'
import { enqueueImports } from '../queues/send'
import { PART } from './receive'
import { type FileType, IMPORT_TYPES } from './records'
import { listErrors, rejectedRows } from './row-errors'
import { StartImport } from './schema'
import { deleteImport, getImport, listImports, startImport } from './store'

/** A file of undeclared length is held in parts; any other is streamed to R2. The inspector bounds both. */
const limitParts = limitBody(Number.POSITIVE_INFINITY, (declared) => (declared === undefined ? PART : 0))

/** `/v1/imports`: files of rows, each of which is a POST of a prospect. */
export const importRoutes = factory
  .createApp()
  .get('/', requireScope('read'), validate({ query: ListQuery }), async (c) => {
    return c.json(await listImports(c.var.db, c.var.caller.account.id, c.req.valid('query')))
  })
  .post('/', requireScope('write'), limitParts, idempotentStream, validate({ query: StartImport }), async (c) => {
    const { db, caller } = c.var
    const declared = c.req.header('content-length')
    const given = {
      body: c.req.raw.body ?? new Blob([]).stream(),
      length: declared === undefined ? undefined : Number(declared),
    }
    const query = c.req.valid('query')
    const answer = await startImport(db, c.env, caller, typeOf(c), query, given, c.get('repeatable'))
    const { status, headers, body } = answer
    c.executionCtx.waitUntil(
      enqueueImports(c.env, [{ accountId: caller.account.id, importId: body.id, from: body.bytesDone }]),
    )
    return c.json(body, status, headers)
  })
  .get('/:id', requireScope('read'), validate({}), async (c) => {
    return c.json(await getImport(c.var.db, c.var.caller.account.id, c.req.param('id')))
  })
  .delete('/:id', requireScope('write'), validate({}), async (c) => {
    const accountId = c.var.caller.account.id
    const { file, next } = await deleteImport(c.var.db, accountId, c.req.param('id'))
    c.executionCtx.waitUntil(
      Promise.all([afterCommit(c.env, accountId, { unreferencedKeys: [file] }), enqueueImports(c.env, next)]),
    )
    return c.body(null, 204)
  })
  .get('/:id/errors', requireScope('read'), validate({ query: ListQuery }), async (c) => {
    const [{ db, caller }, id] = [c.var, c.req.param('id')]
    const supports = ['application/json', ...Object.keys(IMPORT_TYPES)]
    const asked = accepts(c, { header: 'Accept', supports, default: 'application/json' })
    if (asked === 'application/json') return c.json(await listErrors(db, caller.account.id, id, c.req.valid('query')))
    const { type, body } = await rejectedRows(db, c.env, caller.account.id, id)
    return c.body(body, 200, {
      'content-type': type === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
      'content-disposition': `attachment; filename="refused.${type}"`,
      vary: 'Accept',
    })
  })

/** What the body is said to be; 415 for what no import is. */
function typeOf(c: Context<AppEnv>): FileType {
  requireUnencoded(c)
  const type = essenceOf(c.req.header('content-type') ?? '')
  if (Object.hasOwn(IMPORT_TYPES, type)) return IMPORT_TYPES[type as keyof typeof IMPORT_TYPES]
  throw unsupportedMediaType(`Send the file as ${Object.keys(IMPORT_TYPES).join(' or ')}.`)
}
