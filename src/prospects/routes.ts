import type { Context, TypedResponse } from 'hono'
import { accepts } from 'hono/accepts'
import { requireScope } from '../http/auth'
import { allowedVersions, etagOf, matchesEtag } from '../http/etag'
import { type AppEnv, factory } from '../http/factory'
import { idempotent } from '../http/idempotency'
import { ListQuery } from '../http/page'
import { validate } from '../http/validate'
import { listTimeline, openOutbox } from '../webhooks/events'
import { afterCommit } from './after-commit'
import { eraseProspect } from './erase'
import { EXPORT_TYPES, type ExportType, exportProspects } from './export'
import { listProspects } from './list'
import type { Outcome } from './plan'
import { toProspect } from './prospect'
import { CreateProspect, EraseProspect, ExportProspects, ListProspects, MergeProspect, UpdateProspect } from './schema'
import { getProspect, mergeProspects, type ResponseOf, type WriteResult, writeProspects } from './store'
import { uploadOf } from './upload'
import { toCreateRequest, toUpdateRequest } from './write-request'

/** `/v1/prospects`. */
export const prospectRoutes = factory
  .createApp()
  .get('/', requireScope('read'), validate({ query: ListProspects }), async (c) => {
    return c.json(await listProspects(c.var.db, c.var.caller, c.req.valid('query')))
  })
  .post('/', requireScope('write'), idempotent, validate({ json: CreateProspect }), async (c) => {
    const input = c.req.valid('json')
    const { db, caller } = c.var
    const upload = input.resume ? await uploadOf(c.env, caller, input.resume) : undefined
    const row = toCreateRequest(input, caller.account.defaultCountry, upload?.file)
    const options = { outbox: openOutbox(c.env, c.executionCtx), repeat: repeatOf(c, createAnswer), upload }
    return respond(c, await writeProspects(db, caller, 'api', [row], options), createAnswer)
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
  .patch('/:id', requireScope('write'), validate({ json: UpdateProspect }), async (c) => {
    const input = c.req.valid('json')
    const { db, caller } = c.var
    const upload = input.resume ? await uploadOf(c.env, caller, input.resume) : undefined
    const versions = allowedVersions(c.req.header('if-match'))
    const row = toUpdateRequest(c.req.param('id'), versions, input, caller.account.defaultCountry, upload?.file)
    const options = { outbox: openOutbox(c.env, c.executionCtx), upload }
    return respond(c, await writeProspects(db, caller, 'api', [row], options), changeAnswer)
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
    const repeat = repeatOf(c, changeAnswer)
    return respond(
      c,
      await mergeProspects(db, caller, c.req.param('id'), c.req.valid('json'), {
        outbox: openOutbox(c.env, c.executionCtx),
        repeat,
      }),
      changeAnswer,
    )
  })
  .get('/:id/events', requireScope('read'), validate({ query: ListQuery }), async (c) => {
    return c.json(await listTimeline(c.var.db, c.var.caller.account.id, c.req.param('id'), c.req.valid('query')))
  })

/** What a change answers: the prospect, and what there is to say about it. */
const changeAnswer = (({ record, message }, catalogVersion) => ({
  status: 200,
  headers: { etag: etagOf(record.version, catalogVersion) },
  body: { ...toProspect(record), message },
})) satisfies ResponseOf

/** What a POST answers: also whom it matched. */
const createAnswer = (({ record, message, changed: _, ...match }, catalogVersion) => ({
  status: match.created ? 201 : 200,
  headers: {
    etag: etagOf(record.version, catalogVersion),
    ...(match.created && { location: `/v1/prospects/${record.id}` }),
  },
  body: { ...toProspect(record), message, ...match },
})) satisfies ResponseOf

const repeatOf = (c: Context<AppEnv>, responseOf: ResponseOf) => {
  const repeatable = c.get('repeatable')
  return repeatable && { request: repeatable, responseOf }
}

function respond<A extends ResponseOf>(c: Context<AppEnv>, written: WriteResult, responseOf: A) {
  const outcome = written.outcomes[0] as Outcome
  const { status, headers, body } = responseOf(outcome, written.catalogVersion)
  c.executionCtx.waitUntil(afterCommit(c.env, c.var.caller.account.id, written))
  const text = written.storedBody ?? JSON.stringify(body)
  const response: Response = c.body(text, status, { 'content-type': 'application/json', ...headers })
  return response as Response & TypedResponse<ReturnType<A>['body'], ReturnType<A>['status'], 'json'>
}
