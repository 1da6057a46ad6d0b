import { factory } from './factory'

/** Adds `Server-Timing`: the milliseconds that a request waited for D1, its round trips, and the rows read and written. */
export const timing = factory.createMiddleware(async function timing(c, next) {
  await next()
  const cost = c.get('db')?.cost
  if (!cost?.trips) return
  const { trips, read, written, ms } = cost
  c.res.headers.set('server-timing', `db;dur=${ms.toFixed(1)};desc="trips=${trips} read=${read} written=${written}"`)
})
