import { env } from 'cloudflare:workers'

/**
 * Records what the product sends to D1 in any test. Test files that share a worker share this module, so that each
 * statement's plan is read once.
 */

/** Statements that ran since their plans were last read. */
const executed = new Set<string>()
const checked = new Set<string>()

const session = Object.getPrototypeOf(env.DB.withSession()) as D1DatabaseSession
const prepare = session.prepare
session.prepare = function (text) {
  if (!checked.has(text)) executed.add(text)
  return prepare.call(this, text)
}

/** D1 rejects a bound value over 2 MB. The local simulator accepts it, so each value is measured. */
const MAX_BOUND_BYTES = 2_000_000
const tooLarge = new Set<string>()
const statement = Object.getPrototypeOf(env.DB.prepare('SELECT 1')) as D1PreparedStatement
const bind = statement.bind
statement.bind = function (...values) {
  for (const value of values)
    if (typeof value === 'string' && value.length * 3 > MAX_BOUND_BYTES) {
      const { length } = new TextEncoder().encode(value)
      if (length > MAX_BOUND_BYTES) tooLarge.add(`${length} bytes: ${value.slice(0, 200)}`)
    }
  return bind.apply(this, values)
}

/** The bound values over D1's limit since the last call. */
export function tooLargeValues(): string[] {
  const found = [...tooLarge]
  tooLarge.clear()
  return found
}

/** The statements since the last call whose plan scans a table. */
export async function statementsThatScan(): Promise<{ scanned: string; statement: string }[]> {
  const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
    name: string
  }>()
  const tables = results.map(({ name }) => name)
  const aliased = new RegExp(`\\b(?:${tables.join('|')})\\s+(?:AS\\s+)?(\\w+)`, 'gi')
  const scans: { scanned: string; statement: string }[] = []
  const statements = [...executed]
  const explained = statements.map((statement) => {
    const numbered = [...statement.matchAll(/\?(\d+)/g)].map(([, n]) => Number(n))
    const parameters = numbered.length > 0 ? Math.max(...numbered) : (statement.match(/\?/g)?.length ?? 0)
    return env.DB.prepare(`EXPLAIN QUERY PLAN ${statement}`).bind(...Array(parameters).fill(null))
  })
  const plans = explained.length > 0 ? await env.DB.batch<{ detail: string }>(explained) : []
  for (const [i, statement] of statements.entries()) {
    const names = [...tables, ...[...statement.matchAll(aliased)].map(([, alias]) => alias)]
    for (const { detail } of plans[i]?.results ?? []) {
      const [, scanned] = /^SCAN (\w+)(?! VIRTUAL)/.exec(detail) ?? []
      if (scanned && names.includes(scanned)) scans.push({ scanned: detail, statement })
    }
    checked.add(statement)
  }
  executed.clear()
  return scans
}
