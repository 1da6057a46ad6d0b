import { env } from 'cloudflare:workers'
import { type Account, send } from './api'
import { ROUTES, type Route } from './routes'

/** The input of one call. */
export interface Call {
  path: string
  query: Record<string, string>
  body: Record<string, unknown> | undefined
}

/** A route by its name, `GET /v1/me`. */
export interface NamedRoute extends Route {
  name: string
  method: string
  template: string
}

/** The routes of the table that pass a condition, for `describe.each`. */
export const routesWith = (holds: (route: Route) => unknown): NamedRoute[] =>
  [...ROUTES].flatMap(([name, route]) => {
    const [method = '', template = ''] = name.split(' ')
    return holds(route) ? [{ name, method, template, ...route }] : []
  })
/** All routes of the table. */
export const ALL = routesWith(() => true)
/** Whether a route takes a JSON body. */
export const takesBody = ({ method, bytes }: Pick<NamedRoute, 'method' | 'bytes'>) =>
  !bytes && (method === 'POST' || method === 'PATCH')

/** A valid call. All ids in it belong to `owner`. */
export async function validCall(route: NamedRoute, owner: Account): Promise<Call> {
  const { template, id, query = {}, body = {}, references = {} } = route
  const made: Record<string, unknown> = {}
  for (const [field, make] of Object.entries(references)) made[field] = await make(owner)
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== null)) as Call['query']
  return {
    path: template.replace(':id', id ? await id(owner) : ''),
    query: takesBody(route) ? given : { ...given, ...(made as Call['query']) },
    body: takesBody(route) ? { ...body, ...made } : undefined,
  }
}

/** The credential of a valid call. */
export const credential = ({ needs }: Route, account: Account) => (needs === 'operator' ? env.ADMIN_TOKEN : account.key)

/** The path of a call with its query. `further` is added to the query. */
export const pathOf = ({ path, query }: Call, further = '') => {
  const search = [new URLSearchParams(query).toString(), further].filter(Boolean).join('&')
  return `${path}${search && `?${search}`}`
}

/** Makes a call. `further` is added to the query, `headers` to the headers. */
export const make = (
  { method, bytes }: Pick<NamedRoute, 'method' | 'bytes'>,
  key: string | undefined,
  call: Call,
  further = '',
  headers: Record<string, string> = {},
) =>
  send(method, pathOf(call, further), {
    ...(key && { key }),
    ...(bytes ? { body: bytes[1], headers: { 'content-type': bytes[0], ...headers } } : { body: call.body, headers }),
  })
