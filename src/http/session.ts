import type { Context } from 'hono'
import { BOOKMARK } from '../db/client'
import { type AppEnv, factory } from './factory'

/** Names in `X-D1-Bookmark` the state that an answer shows; of one that streams, the state that it began with. */
export const bookmark = factory.createMiddleware(async function bookmark(c, next) {
  await next()
  const seen = c.get('db')?.bookmark()
  if (seen) c.res.headers.set('x-d1-bookmark', seen)
})

/**
 * Lets a call that only reads do so from a replica that has come to the bookmark it was sent with. A write has no need
 * of one, and does not look at it: what it reads is the newest state. `validate` tells if the bookmark is none.
 */
export function beginSession(c: Context<AppEnv>): void {
  if (!['GET', 'HEAD'].includes(c.req.method)) return
  const sent = c.req.header('x-d1-bookmark')
  if (sent === undefined || BOOKMARK.test(sent)) c.var.db.useReplicas(sent)
  else {
    const message = 'This must be the X-D1-Bookmark of an answer.'
    c.set('headerErrors', [{ in: 'header', pointer: '/X-D1-Bookmark', code: 'wrong_format', message }])
  }
}
