import { factory } from './factory'

/** Says in `Server-Timing` what a request cost D1: milliseconds waited, round trips, rows read and written. */
export const timing = factory.createMiddleware(async function timing(c, next) {
  await next()
  const cost = c.get('db')?.cost
  if (!cost?.trips) return
  const { trips, read, written, ms } = cost
  c.res.headers.set('server-timing', `db;dur=${ms.toFixed(1)};desc="trips=${trips} read=${read} written=${written}"`)
})
