import type { Context } from 'hono'
import { cors } from 'hono/cors'
import { type AppEnv, factory } from './factory'

/** Headers that a page may send with a call, and those of an answer that it may read, beyond what every page may. */
const SENT = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'X-D1-Bookmark',
  'X-Request-Id',
]
export const READ = [
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

const share = cors({
  origin: (origin, c: Context<AppEnv>) => (originsIn(c.env.CORS_ORIGINS).has(origin) ? origin : null),
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: SENT,
  exposeHeaders: READ,
  // two hours, the longest that Chromium keeps it
  maxAge: 7200,
})

/**
 * Lets pages of the origins in `CORS_ORIGINS` call, never with cookies; a preflight is answered here. Where none is
 * configured, it is as if this were not here.
 */
export const shareWithOrigins = factory.createMiddleware(async function shareWithOrigins(c, next) {
  return c.env.CORS_ORIGINS ? share(c, next) : next()
})

const known = new Map<string, Set<string>>()

/**
 * The origins in a list that commas separate, each as a browser writes it: `https://app.example.com`. What is none is
 * logged once and lets nobody in: a path, a pattern, `null`, and `*`, which would let every page call.
 */
function originsIn(list: string): Set<string> {
  const found = known.get(list)
  if (found) return found
  const entries = list.split(',').map((entry) => entry.trim())
  const isOrigin = (entry: string) => /^https?:[^*]+$/.test(entry) && URL.parse(entry)?.origin === entry
  const ignored = entries.filter((entry) => entry !== '' && !isOrigin(entry))
  if (ignored.length > 0) console.error(JSON.stringify({ level: 'error', error: 'no origin', CORS_ORIGINS: ignored }))
  const origins = new Set(entries.filter(isOrigin))
  known.set(list, origins)
  return origins
}
