import { accepts } from 'hono/accepts'
import { deleteObjects } from '../files/delete'
import { PART_SIZE } from '../files/store'
import { requireScope } from '../http/auth'
import { limitBody } from '../http/body'
import { unsupportedMediaType } from '../http/errors'
import { factory } from '../http/factory'
import { idempotent, idempotentStream } from '../http/idempotency'
import { essenceOf } from '../http/media-type'
import { ListQuery } from '../http/page'
import { streamedBody } from '../http/streamed-body'
import { validate } from '../http/validate'
import { enqueueImports } from '../queues/send'
import { startBulk } from './bulk'
import { SAVE_AS_CSV } from './format'
import { type FileType, IMPORT_TYPES } from './records'
import { rejectedRows } from './rejected-rows'
import { listRowErrors } from './row-errors'
import { ListRowErrors, StartBulk, StartImport } from './schema'
import { startImport } from './start'
import { deleteImport, getImport, listImports } from './store'

/**
 * A file of undeclared length is stored in parts, and the Worker holds one part in memory. A file of declared length is
 * streamed to R2. `ImportInspector` limits the size of both.
 */
const limitParts = limitBody(Number.POSITIVE_INFINITY, (declared) => (declared === undefined ? PART_SIZE : 0))

/** `/v1/imports`: files whose rows are written like calls of `POST /v1/prospects`. */
export const importRoutes = factory
  .createApp()
  .get('/', requireScope('read'), validate({ query: ListQuery }), async (c) => {
    return c.json(await listImports(c.var.db, c.var.caller.account.id, c.req.valid('query')))
  })
  .post('/', requireScope('write'), limitParts, idempotentStream, validate({ query: StartImport }), async (c) => {
    const { db, caller } = c.var
    const { status, headers, body } = await startImport(db, c.env, caller, {
      type: fileTypeOf(c.req.header('content-type')),
      query: c.req.valid('query'),
      file: streamedBody(c),
      repeatable: c.get('repeatable'),
    })
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
    c.executionCtx.waitUntil(Promise.all([deleteObjects(c.env, accountId, [file]), enqueueImports(c.env, next)]))
    return c.body(null, 204)
  })
  .get('/:id/errors', requireScope('read'), validate({ query: ListRowErrors }), async (c) => {
    const [{ db, caller }, id] = [c.var, c.req.param('id')]
    const supports = ['application/json', ...Object.keys(IMPORT_TYPES)]
    const asked = accepts(c, { header: 'Accept', supports, default: 'application/json' })
    if (asked === 'application/json')
      return c.json(await listRowErrors(db, caller.account.id, id, c.req.valid('query')))
    const { type, body } = await rejectedRows(db, c.env, caller.account.id, id)
    return c.body(body, 200, {
      'content-type': type === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
      'content-disposition': `attachment; filename="refused.${type}"`,
      vary: 'Accept',
    })
  })

/** `/v1/prospects/bulk`: a change of all prospects that match. It is an import without a file. */
export const bulkRoutes = factory
  .createApp()
  .post('/bulk', requireScope('write'), idempotent, validate({ json: StartBulk }), async (c) => {
    const { db, caller } = c.var
    const { status, headers, body } = await startBulk(db, caller, c.req.valid('json'), c.get('repeatable'))
    c.executionCtx.waitUntil(enqueueImports(c.env, [{ accountId: caller.account.id, importId: body.id, from: 0 }]))
    return c.json(body, status, headers)
  })

const EXCEL_TYPE = /^application\/(vnd\.ms-excel|vnd\.openxmlformats-officedocument\.spreadsheetml)/

/** The type of file that the request declares. Throws 415 for any other type. */
function fileTypeOf(contentType = ''): FileType {
  const type = essenceOf(contentType)
  if (Object.hasOwn(IMPORT_TYPES, type)) return IMPORT_TYPES[type as keyof typeof IMPORT_TYPES]
  if (EXCEL_TYPE.test(type)) throw unsupportedMediaType(SAVE_AS_CSV)
  throw unsupportedMediaType(`Send the file as ${Object.keys(IMPORT_TYPES).join(' or ')}.`)
}
