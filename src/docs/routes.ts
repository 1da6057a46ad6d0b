import type { Context } from 'hono'
import { cors } from 'hono/cors'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type AppEnv, factory } from '../http/factory'
import { validate } from '../http/validate'

/** A page runs only its own scripts, and sends requests only to this service. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** `/openapi.json`, `/llms.txt` and `/llms-full.txt` for programs; the documentation site at `/docs` for people. */
export const docsRoutes = factory
  .createApp()
  .get('/', (c) => c.redirect('/docs'))
  .get('/openapi.json', cors(), validate({}), (c) => file(c, '/openapi.json'))
  .get('/llms.txt', (c) => file(c, '/llms.txt'))
  .get('/llms-full.txt', (c) => file(c, '/llms-full.txt'))
  .get('/docs', (c) => file(c, '/docs/'))
  .get('/docs/*', (c) => file(c, c.req.path))

/** Serves a file that `scripts/assets.mjs` wrote: a page without its `.html`. Returns 404 if there is no file at this path. */
async function file(c: Context<AppEnv>, path: string): Promise<Response> {
  const found = await c.env.ASSETS.fetch(new Request(new URL(path, c.req.url), { headers: c.req.raw.headers }))
  if (!found.ok && found.status !== 304) return c.notFound()
  c.header('content-security-policy', CONTENT_SECURITY_POLICY)
  c.header('cache-control', 'public, max-age=0, must-revalidate')
  return c.body(found.body as ReadableStream, found.status as ContentfulStatusCode, {
    'content-type': found.headers.get('content-type') ?? '',
    etag: found.headers.get('etag') ?? '',
  })
}
