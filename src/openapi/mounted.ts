import type * as z from 'zod'
import { app } from '../app'
import { requireOperator } from '../http/auth'
import type { Scope } from '../http/factory'

/** What a mounted route takes and asks for, as its handlers say. */
export interface Route {
  method: string
  /** As it is mounted: `/v1/prospects/:id`. */
  path: string
  schemas: { json?: z.ZodType; query?: z.ZodType }
  scope?: Scope
  byOperator: boolean
  canBeRepeated: boolean
}

/** Pages for people; the document is for programs. */
const PAGES = ['/', '/llms.txt', '/docs', '/docs/*']

/** The routes that are mounted, each once, less the pages. What is for all methods is a route unless it is for all paths below. */
export function mountedRoutes(): Route[] {
  const covers = (pattern: string, path: string) =>
    pattern === path || (pattern.endsWith('/*') && `${path}/`.startsWith(pattern.slice(0, -1)))
  const found = new Map<string, Route>()
  for (const { method, path } of app.routes) {
    if ((method === 'ALL' && path.endsWith('*')) || PAGES.includes(path)) continue
    const handlers = app.routes
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
