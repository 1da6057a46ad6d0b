import { env } from 'cloudflare:workers'
import { type Account, send } from './api'
import { ROUTES, type Route } from './routes'

/** What is asked of a route. */
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

/** Routes of the table of which something is true, for `describe.each`. */
export const routesWith = (holds: (route: Route) => unknown): NamedRoute[] =>
  [...ROUTES].flatMap(([name, route]) => {
    const [method = '', template = ''] = name.split(' ')
    return holds(route) ? [{ name, method, template, ...route }] : []
  })
/** The whole table. */
export const ALL = routesWith(() => true)
/** Whether it is called with a JSON body. */
export const takesBody = ({ method, bytes }: Pick<NamedRoute, 'method' | 'bytes'>) =>
  !bytes && (method === 'POST' || method === 'PATCH')

/** A call that is right in every way, of things that `owner` has. */
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

/** What a right call is made with. */
export const credential = ({ needs }: Route, account: Account) => (needs === 'operator' ? env.ADMIN_TOKEN : account.key)

/** The path of a call, with its query and more of it, as text. */
export const pathOf = ({ path, query }: Call, further = '') => {
  const search = [new URLSearchParams(query).toString(), further].filter(Boolean).join('&')
  return `${path}${search && `?${search}`}`
}

/** Makes a call; `further` is more of the query, `headers` more headers. */
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
