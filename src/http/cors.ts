import type { Context } from 'hono'
import { cors } from 'hono/cors'
import { type AppEnv, factory } from './factory'

/** Headers that a page may send, in addition to those that any page may send. */
const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'X-D1-Bookmark',
  'X-Request-Id',
]
/** Headers of a response that a page may read, in addition to those that any page may read. */
export const EXPOSED_HEADERS = [
  'Content-Disposition',
  'ETag',
  'Idempotent-Replayed',
  'Location',
  'RateLimit-Policy',
  'Retry-After',
  'Server-Timing',
  'WWW-Authenticate',
  'X-D1-Bookmark',
  'X-Request-Id',
]

const corsOfOrigins = cors({
  origin: (origin, c: Context<AppEnv>) => (originsIn(c.env.CORS_ORIGINS).has(origin) ? origin : null),
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: ALLOWED_HEADERS,
  exposeHeaders: EXPOSED_HEADERS,
  // two hours: Chromium keeps a preflight response no longer
  maxAge: 7200,
})

/**
 * Allows calls from pages of the origins in `CORS_ORIGINS`, without cookies, and responds to preflight requests. Without
 * `CORS_ORIGINS` it does nothing.
 */
export const allowOrigins = factory.createMiddleware(async function allowOrigins(c, next) {
  return c.env.CORS_ORIGINS ? corsOfOrigins(c, next) : next()
})

const originsOfList = new Map<string, Set<string>>()

/**
 * The origins of a comma-separated list, each as a browser writes it: `https://app.example.com`. Other entries are logged
 * once and ignored: a URL with a path, a pattern, `null`, and `*`, which would allow every page.
 */
function originsIn(list: string): Set<string> {
  const found = originsOfList.get(list)
  if (found) return found
  const entries = list.split(',').map((entry) => entry.trim())
  const isOrigin = (entry: string) => /^https?:[^*]+$/.test(entry) && URL.parse(entry)?.origin === entry
  const ignored = entries.filter((entry) => entry !== '' && !isOrigin(entry))
  if (ignored.length > 0) console.error(JSON.stringify({ level: 'error', error: 'no origin', CORS_ORIGINS: ignored }))
  const origins = new Set(entries.filter(isOrigin))
  originsOfList.set(list, origins)
  return origins
}
