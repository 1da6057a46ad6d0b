import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, expect } from 'vitest'

// a service that has grown lists more databases in wrangler.toml: the tests know of one, or bind their own
for (const name of Object.keys(env)) if (/^DB_\d+$/.test(name)) Reflect.deleteProperty(env, name)

await applyD1Migrations(env.DB, env.MIGRATIONS)

// Every statement that the product sends in any test, so that each file can end by looking at their plans.
const executed = new Set<string>()
const session = Object.getPrototypeOf(env.DB.withSession()) as D1DatabaseSession
const prepare = session.prepare
session.prepare = function (text) {
  executed.add(text)
  return prepare.call(this, text)
}

// A value that is bound may have 2 MB in D1. Here it may have more, so each one is measured.
const BOUND_MOST = 2_000_000
const tooLarge = new Set<string>()
const statement = Object.getPrototypeOf(env.DB.prepare('SELECT 1')) as D1PreparedStatement
const bind = statement.bind
statement.bind = function (...values) {
  for (const value of values)
    if (typeof value === 'string' && value.length * 3 > BOUND_MOST) {
      const { length } = new TextEncoder().encode(value)
      if (length > BOUND_MOST) tooLarge.add(`${length} bytes: ${value.slice(0, 200)}`)
    }
  return bind.apply(this, values)
}
afterAll(() => expect([...tooLarge], 'the product binds nothing that D1 does not take').toEqual([]))

afterAll(async () => {
  const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
    name: string
  }>()
  const tables = results.map(({ name }) => name)
  const aliased = new RegExp(`\\b(?:${tables.join('|')})\\s+(?:AS\\s+)?(\\w+)`, 'gi')
  const scans: { scanned: string; statement: string }[] = []
  for (const statement of executed) {
    const numbered = [...statement.matchAll(/\?(\d+)/g)].map(([, n]) => Number(n))
    const parameters = numbered.length > 0 ? Math.max(...numbered) : (statement.match(/\?/g)?.length ?? 0)
    const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${statement}`)
      .bind(...Array(parameters).fill(null))
      .all<{ detail: string }>()
    const names = [...tables, ...[...statement.matchAll(aliased)].map(([, alias]) => alias)]
    for (const { detail } of plan.results) {
      const [, scanned] = /^SCAN (\w+)(?! VIRTUAL)/.exec(detail) ?? []
      if (scanned && names.includes(scanned)) scans.push({ scanned: detail, statement })
    }
  }
  expect(scans, 'no statement of the product scans a table').toEqual([])
})
