import type { Hono } from 'hono'
import type * as z from 'zod'
import { requireOperator } from '../http/auth'
import type { AppEnv, Scope } from '../http/factory'

/** What a mounted route takes and requires, read from the properties of its handlers. */
export interface Route {
  method: string
  /** As it is mounted: `/v1/prospects/:id`. */
  path: string
  schemas: { json?: z.ZodType; query?: z.ZodType }
  scope?: Scope
  byOperator: boolean
  canBeRepeated: boolean
}

/** Pages for people. The reference describes calls of programs only. */
const PAGES = ['/', '/llms.txt', '/llms-full.txt', '/docs', '/docs/*']

const covers = (pattern: string, path: string) =>
  pattern === path || (pattern.endsWith('/*') && `${path}/`.startsWith(pattern.slice(0, -1)))

/** The routes of an app, each once, without the pages. A handler for all methods is a route, unless its path ends in `*`. */
export function mountedRoutes({ routes }: Pick<Hono<AppEnv>, 'routes'>): Route[] {
  const found = new Map<string, Route>()
  for (const { method, path } of routes) {
    if ((method === 'ALL' && path.endsWith('*')) || PAGES.includes(path)) continue
    const handlers = routes
      .filter((r) => (r.method === method && r.path === path) || (r.method === 'ALL' && covers(r.path, path)))
      .map((r) => r.handler as { scope?: Scope; schemas?: Route['schemas']; canBeRepeated?: true })
    const scope = handlers.find((h) => h.scope)?.scope
    found.set(`${method} ${path}`, {
      method,
      path,
      schemas: handlers.find((h) => h.schemas)?.schemas ?? {},
      ...(scope && { scope }),
      byOperator: handlers.some((h) => h === (requireOperator as unknown)),
      canBeRepeated: handlers.some((h) => h.canBeRepeated),
    })
  }
  return [...found.values()]
}
