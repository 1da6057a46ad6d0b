import type { Context } from 'hono'
import { BOOKMARK } from '../db/client'
import { type AppEnv, factory } from './factory'

/** Adds `X-D1-Bookmark`: the state of the database that a response shows. A streamed response has the state at its start. */
export const bookmark = factory.createMiddleware(async function bookmark(c, next) {
  await next()
  const state = c.get('db')?.bookmark()
  if (state) c.res.headers.set('x-d1-bookmark', state)
})

/**
 * Lets a GET or HEAD read from a replica that has reached the bookmark of the request. A write ignores the header, because
 * it always reads the newest state. `validate` reports a malformed bookmark.
 */
export function beginSession(c: Context<AppEnv>): void {
  if (!['GET', 'HEAD'].includes(c.req.method)) return
  const sent = c.req.header('x-d1-bookmark')
  if (sent === undefined || BOOKMARK.test(sent)) c.var.db.useReplicas(sent)
  else {
    const message = 'This must be the X-D1-Bookmark of a response.'
    c.set('headerErrors', [{ in: 'header', pointer: '/X-D1-Bookmark', code: 'wrong_format', message }])
  }
}
