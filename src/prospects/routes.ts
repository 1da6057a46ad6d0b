import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import { requireScope } from '../http/auth'
import { allowedVersions, etagOf, matchesEtag } from '../http/etag'
import { type AppEnv, factory } from '../http/factory'
import { idempotent } from '../http/idempotency'
import { ListQuery } from '../http/page'
import { NoFields, validate } from '../http/validate'
import { listTimeline, openOutbox } from '../webhooks/events'
import { afterCommit } from './after-commit'
import { toBatchRequests, writeBatch } from './batch'
import { findCustomErrors } from './custom-errors'
import { dismissDuplicate, listDuplicates } from './duplicates'
import { eraseProspect } from './erase'
import { EXPORT_TYPES, type ExportType, exportProspects } from './export'
import { listProspects } from './list'
import { changeResponse, createResponse } from './responses'
import {
  CreateProspect,
  EraseProspect,
  ExportProspects,
  ListProspects,
  MergeProspect,
  UpdateProspect,
  WriteBatch,
} from './schema'
import { getProspect, mergeProspects, type ProspectResponse, type WriteResult, writeProspects } from './store'
import { uploadOf } from './upload'
import { toCreateRequest, toUpdateRequest } from './write-request'

const customErrors = (c: Context<AppEnv>, body: unknown) => findCustomErrors(c.var.db, c.var.caller.account.id, body)

/** `/v1/prospects`. */
export const prospectRoutes = factory
  .createApp()
  .get('/', requireScope('read'), validate({ query: ListProspects }), async (c) => {
    return c.json(await listProspects(c.var.db, c.var.caller, c.req.valid('query')))
  })
  .post('/', requireScope('write'), idempotent, validate({ json: CreateProspect }, customErrors), async (c) => {
    const input = c.req.valid('json')
    const { db, caller } = c.var
    const upload = input.resume ? await uploadOf(c.env, caller, input.resume) : undefined
    const request = toCreateRequest(input, caller.account.defaultCountry, upload?.file)
    const written = await writeProspects(db, caller, [request], {
      source: 'api',
      outbox: openOutbox(c.env, c.executionCtx),
      idempotent: c.get('repeatable'),
      responseOf: createResponse,
      upload,
    })
    return respond(c, written)
  })
  .post('/batch', requireScope('write'), idempotent, validate({ json: WriteBatch }), async (c) => {
    const { db, caller } = c.var
    const requests = toBatchRequests(c.req.valid('json'), caller.account.defaultCountry)
    const { text, ...left } = await writeBatch(db, caller, requests, {
      outbox: openOutbox(c.env, c.executionCtx),
      idempotent: c.get('repeatable'),
      requestId: c.get('requestId'),
    })
    c.executionCtx.waitUntil(afterCommit(c.env, caller.account.id, left))
    return c.body(text, 200, { 'content-type': 'application/json' })
  })
  .get('/export', requireScope('read'), validate({ query: ExportProspects }), async (c) => {
    const type = accepts(c, { header: 'Accept', supports: [...EXPORT_TYPES], default: 'text/csv' }) as ExportType
    const body = await exportProspects(c.var.db, c.var.caller, c.req.valid('query'), type)
    return c.body(body, 200, {
      'content-type': type === 'text/csv' ? 'text/csv; charset=utf-8' : type,
      'content-disposition': `attachment; filename="prospects.${type === 'text/csv' ? 'csv' : 'ndjson'}"`,
      vary: 'Accept',
    })
  })
  .get('/:id', requireScope('read'), validate({}), async (c) => {
    const { prospect, catalogVersion } = await getProspect(c.var.db, c.var.caller.account.id, c.req.param('id'))
    const etag = etagOf(prospect.version, catalogVersion)
    if (matchesEtag(c.req.header('if-none-match'), etag)) return c.body(null, 304, { etag })
    return c.json({ ...prospect, message: null }, 200, { etag })
  })
  .patch('/:id', requireScope('write'), validate({ json: UpdateProspect }, customErrors), async (c) => {
    const input = c.req.valid('json')
    const { db, caller } = c.var
    const upload = input.resume ? await uploadOf(c.env, caller, input.resume) : undefined
    const target = {
      match: false,
      id: c.req.param('id'),
      ifVersions: allowedVersions(c.req.header('if-match')),
    } as const
    const request = toUpdateRequest(target, input, caller.account.defaultCountry, upload?.file)
    const written = await writeProspects(db, caller, [request], {
      source: 'api',
      outbox: openOutbox(c.env, c.executionCtx),
      responseOf: changeResponse,
      upload,
    })
    return respond(c, written)
  })
  .delete('/:id', requireScope('write'), validate({ query: EraseProspect }), async (c) => {
    const { db, caller } = c.var
    const versions = allowedVersions(c.req.header('if-match'))
    const outbox = openOutbox(c.env, c.executionCtx)
    const erased = await eraseProspect(db, outbox, caller, c.req.param('id'), c.req.valid('query'), versions)
    await outbox.send(erased)
    c.executionCtx.waitUntil(afterCommit(c.env, caller.account.id, erased))
    return c.body(null, 204)
  })
  .post('/:id/merge', requireScope('write'), idempotent, validate({ json: MergeProspect }), async (c) => {
    const { db, caller } = c.var
    const written = await mergeProspects(db, caller, c.req.param('id'), {
      input: c.req.valid('json'),
      outbox: openOutbox(c.env, c.executionCtx),
      idempotent: c.get('repeatable'),
      responseOf: changeResponse,
    })
    return respond(c, written)
  })
  .get('/:id/events', requireScope('read'), validate({ query: ListQuery }), async (c) => {
    return c.json(await listTimeline(c.var.db, c.var.caller.account.id, c.req.param('id'), c.req.valid('query')))
  })

/** `/v1/duplicates`. */
export const duplicateRoutes = factory
  .createApp()
  .get('/', requireScope('read'), validate({ query: ListQuery }), async (c) => {
    return c.json(await listDuplicates(c.var.db, c.var.caller.account.id, c.req.valid('query')))
  })
  .post('/:id/dismiss', requireScope('write'), idempotent, validate({ json: NoFields }), async (c) => {
    const { db, caller } = c.var
    return c.json(await dismissDuplicate(db, caller.account.id, c.req.param('id'), c.get('repeatable')))
  })

/** Sends the response of a write. What the write leaves to do is done in the background. */
function respond<Response extends ProspectResponse>(c: Context<AppEnv>, written: WriteResult<Response>) {
  c.executionCtx.waitUntil(afterCommit(c.env, c.var.caller.account.id, written))
  const { status, headers, body } = written.response as Response
  return c.json(body as Response['body'], status as Response['status'], headers)
}
