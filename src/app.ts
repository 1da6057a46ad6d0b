import { except } from 'hono/combine'
import { methodNotAllowed as rejectOtherMethods } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { adminRoutes, keyRoutes, meRoutes } from './accounts/routes'
import { catalogRoutes } from './catalog/routes'
import { docsRoutes } from './docs/routes'
import { authenticate } from './http/auth'
import { limitBody } from './http/body'
import { allowOrigins } from './http/cors'
import { methodNotAllowed, notFound } from './http/errors'
import { factory } from './http/factory'
import { readDatabases } from './http/health'
import { replay } from './http/idempotency'
import { MAX_BODY, MAX_BODY_WITH_RESUME } from './http/limits'
import { logRequests } from './http/log'
import { onError, renderProblem } from './http/problem'
import { ratePolicy } from './http/rate-limit'
import { bookmark } from './http/session'
import { timing } from './http/timing'
import { validate } from './http/validate'
import { bulkRoutes, importRoutes } from './imports/routes'
import { duplicateRoutes, prospectRoutes } from './prospects/routes'
import { resumeRoutes } from './resumes/routes'
import { deliveryRoutes, eventRoutes, webhookRoutes } from './webhooks/routes'

/** The whole API: middleware and routes, in the order in which a request passes them. */
export const app = factory.createApp()

app.use(requestId(), logRequests, secureHeaders(), timing, bookmark)
app.use('*', async function noStore(c, next) {
  await next()
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'private, no-store')
})
app.use('/v1/*', allowOrigins)
app.use(rejectOtherMethods({ app, onMethodNotAllowed: (c, methods) => renderProblem(c, methodNotAllowed(methods)) }))

app.get('/health', validate({}), async (c) => {
  await readDatabases(c)
  return c.json({ status: 'ok' })
})

const routes = app
  .route('/', docsRoutes)
  .use('/admin/*', ratePolicy)
  .route('/admin/accounts', adminRoutes)
  .use('/v1/*', ratePolicy, authenticate, async function rejectMethodsOfIdPath(c, next) {
    // the path `/v1/prospects/export` also matches `/v1/prospects/:id`, which has other methods: reject those
    const methods = new Set(app.routes.flatMap(({ path, method }) => (path === c.req.path ? method : [])))
    methods.delete('ALL')
    if (methods.has('GET')) methods.add('HEAD')
    if (methods.size > 0 && !methods.has(c.req.method)) throw methodNotAllowed([...methods])
    await next()
  })
  // importRoutes limit the body of an import while it is streamed
  .use('/v1/*', except(['/v1/prospects/*', '/v1/imports'], limitBody(MAX_BODY)))
  .use('/v1/prospects/batch/*', limitBody(MAX_BODY))
  .use('/v1/prospects/bulk/*', limitBody(MAX_BODY))
  .use('/v1/prospects/*', except(['/v1/prospects/batch', '/v1/prospects/bulk'], limitBody(MAX_BODY_WITH_RESUME)))
  .route('/v1/me', meRoutes)
  .route('/v1/api-keys', keyRoutes)
  .route('/v1/prospects', prospectRoutes)
  .route('/v1/prospects', resumeRoutes)
  .route('/v1/duplicates', duplicateRoutes)
  .route('/v1/prospects', bulkRoutes)
  .route('/v1/imports', importRoutes)
  .route('/v1', catalogRoutes)
  .route('/v1/webhooks', webhookRoutes)
  .route('/v1/deliveries', deliveryRoutes)
  .route('/v1/events', eventRoutes)

/** For Hono's own client: `hc<AppType>(url, {headers: {authorization}})`. */
export type AppType = typeof routes

app.notFound((c) => renderProblem(c, notFound(c.req.path.endsWith('/') ? 'path: paths do not end in a slash' : 'path')))
app.onError(async (error, c) => {
  try {
    return (await replay(error, c)) ?? onError(error, c)
  } catch (failure) {
    return onError(failure as Error, c)
  }
})
