import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import { type AppEnv, factory } from './factory'

/** Logs a line of JSON, unless `LOG_LEVEL` is `error`. It holds only ids and figures, never personal data. */
export function logInfo({ LOG_LEVEL }: Pick<Env, 'LOG_LEVEL'>, line: object): void {
  if (LOG_LEVEL !== 'error') console.log(JSON.stringify({ level: 'info', ...line }))
}

/** The pattern of a call's route, or null if no route matches. */
export const routeOf = (c: Context<AppEnv>): string | null =>
  matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? null

/** Logs each request: its cost, and the pattern of its route instead of the URL, which may hold personal data. */
export const logRequests = factory.createMiddleware(async function logRequests(c, next) {
  const start = performance.now()
  await next()
  const { trips, read, written } = c.get('db')?.cost ?? {}
  const caller = c.get('caller')
  logInfo(c.env, {
    message: 'request',
    requestId: c.get('requestId'),
    method: c.req.method,
    route: routeOf(c),
    status: c.res.status,
    ...(c.res.status >= 400 && { code: c.get('problem') }),
    ms: Math.round(performance.now() - start),
    trips,
    read,
    written,
    accountId: caller?.account.id,
    keyId: caller?.key.id,
  })
})
