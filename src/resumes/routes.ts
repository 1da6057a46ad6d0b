import { isResumeType, MAX_RESUME, RESUME_TYPES, type ResumeType } from 'resume-parser'
import { requireScope } from '../http/auth'
import { notFound, unsupportedMediaType } from '../http/errors'
import { allowedVersions } from '../http/etag'
import { factory } from '../http/factory'
import { essenceOf } from '../http/media-type'
import { streamedBody } from '../http/streamed-body'
import { validate } from '../http/validate'
import { afterCommit } from '../prospects/after-commit'
import { resumeTooLarge } from '../prospects/errors'
import { changeResponse } from '../prospects/responses'
import type { Resume } from '../prospects/resume'
import { writeProspects } from '../prospects/store'
import { NO_CHANGE, type WriteRequest } from '../prospects/write-request'
import { openOutbox } from '../webhooks/events'
import { RemoveResume, UploadResume } from './schema'
import { getResume } from './store'
import { streamedUpload } from './upload'

/** `/v1/prospects/{id}/resume`: the file of a prospect's resume. */
export const resumeRoutes = factory
  .createApp()
  .put('/:id/resume', requireScope('write'), validate({ query: UploadResume }), async (c) => {
    const { db, caller } = c.var
    const { fileName, ...options } = c.req.valid('query')
    const file = streamedBody(c)
    const declaredType = declaredTypeOf(c.req.header('content-type'))
    if (Number(file.length) > MAX_RESUME) throw resumeTooLarge()
    const upload = streamedUpload(c.env, caller, { ...file, declaredType, fileName })
    const ifVersions = allowedVersions(c.req.header('if-match'))
    const request: WriteRequest = {
      target: { match: false, id: c.req.param('id'), ifVersions },
      givenIn: 'query',
      change: { ...NO_CHANGE, ...options, resume: upload.file },
    }
    const { response, ...written } = await writeProspects(db, caller, [request], {
      source: 'api',
      outbox: openOutbox(c.env, c.executionCtx),
      responseOf: changeResponse,
      upload,
    })
    c.executionCtx.waitUntil(afterCommit(c.env, caller.account.id, written))
    return c.json(response?.body, 200, response?.headers)
  })
  .get('/:id/resume', requireScope('read'), validate({}), async (c) => {
    const { resume, body } = await getResume(c.var.db, c.env, c.var.caller.account.id, c.req.param('id'))
    return c.body(body, 200, {
      'content-type': resume.contentType,
      'content-length': String(resume.size),
      'content-disposition': attachment(resume),
    })
  })
  .delete('/:id/resume', requireScope('write'), validate({ query: RemoveResume }), async (c) => {
    const { db, caller } = c.var
    const ifVersions = allowedVersions(c.req.header('if-match'))
    const request: WriteRequest = {
      target: { match: false, id: c.req.param('id'), ifVersions },
      givenIn: 'query',
      change: { ...NO_CHANGE, ...c.req.valid('query'), resume: null },
    }
    const { unreferencedKeys } = await writeProspects(db, caller, [request], {
      source: 'api',
      outbox: openOutbox(c.env, c.executionCtx),
    })
    if (unreferencedKeys.length === 0) throw notFound('resume')
    c.executionCtx.waitUntil(afterCommit(c.env, caller.account.id, { unreferencedKeys }))
    return c.body(null, 204)
  })

/** The resume type that a request declares; undefined if it declares none. Throws 415 for any other type. */
function declaredTypeOf(contentType = ''): ResumeType | undefined {
  const type = essenceOf(contentType)
  if (type === '' || type === 'application/octet-stream') return undefined
  if (isResumeType(type)) return type
  throw unsupportedMediaType(`Send the file as ${Object.keys(RESUME_TYPES).join(', ')}.`)
}

/**
 * A `Content-Disposition` (RFC 6266) that makes a browser download the file and never show it as a page. The uploader may
 * have chosen a harmful name. So the name gets the extension of a document, loses the controls that reverse the direction
 * of text, and is not a path. Old browsers get a name in ASCII.
 */
const attachment = ({ fileName, contentType }: Resume): string => {
  const shown = fileName.replaceAll(/\p{Bidi_Control}/gu, '').replaceAll(/[/\\]/g, '_')
  const name = /\.(pdf|docx|txt)$/i.test(shown) ? shown : `${shown}.${RESUME_TYPES[contentType]}`
  const plain = name.replaceAll(/[^\x20-\x7e]|["%]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
