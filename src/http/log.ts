import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Database } from '../db/client'
import { type AppEnv, factory } from './factory'
import { describeError } from './problem'

/** Writes a line of JSON that tells of no trouble, unless `LOG_LEVEL` is `error`. Ids and figures only: nobody's data. */
export function logInfo({ LOG_LEVEL }: Pick<Env, 'LOG_LEVEL'>, line: object): void {
  if (LOG_LEVEL !== 'error') console.log(JSON.stringify({ level: 'info', ...line }))
}

/** The pattern of a call's route, null where there is none. */
export const routeOf = (c: Context<AppEnv>): string | null =>
  matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? null

/** A line for each request: the pattern of its route in place of the URL, which may name people, and what it cost D1. */
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

/** Runs a step of the schedule. A line says what it wrote and what it returns, if it did; and that it failed: others go on. One that D1 has no room for waits for its turn. */
export async function runStep(
  env: Env,
  { number, cost, hasRoom }: Database,
  step: string,
  run: () => Promise<unknown>,
): Promise<void> {
  if (!hasRoom()) return
  const before = { ...cost }
  const start = performance.now()
  try {
    const found = await run()
    const [read, written] = [cost.read - before.read, cost.written - before.written]
    const ms = Math.round(performance.now() - start)
    if (written > 0 || found)
      logInfo(env, {
        message: 'sweep',
        step,
        database: number,
        ms,
        trips: cost.trips - before.trips,
        queries: cost.queries - before.queries,
        read,
        written,
        ...(found as object | undefined),
      })
  } catch (error) {
    console.error(JSON.stringify({ level: 'error', message: 'sweep', step, database: number, ...describeError(error) }))
  }
}
