import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'

/** What one request has cost D1 so far: round trips, rows read and written, and milliseconds spent waiting. */
export interface Cost {
  trips: number
  read: number
  written: number
  ms: number
}

/** One D1 database and what has been spent on it: `d1` for SQL text and batches, `orm` for everything else. */
export interface Database {
  d1: D1Database
  orm: DrizzleD1Database
  cost: Cost
  /** Makes the next trip fail (see `accountRefusal`), and write nothing, if this account is suspended or gone. */
  requireAccount(accountId: string): void
}

/** The number of the database that new accounts go to: two base-36 digits, part of every account and key id. */
export const NEW_ACCOUNTS = '00'

/** Opens the database that holds this account or key (its id names it), or null if there is no such database. */
export function databaseOf(env: Env, id: string): Database | null {
  const number = Number.parseInt(/^[a-z]+_([0-9a-z]{2})/.exec(id)?.[1] ?? '', 36)
  const bindings = env as unknown as Record<string, D1Database | undefined>
  const d1 = bindings[number === 0 ? 'DB' : `DB_${number}`]
  return d1 ? openDatabase(d1) : null
}

/** A query of Drizzle's as a statement of D1's, so that both can be in one batch. */
export const toStatement = (
  { d1 }: Database,
  query: { toSQL(): { sql: string; params: unknown[] } },
): D1PreparedStatement => {
  const { sql, params } = query.toSQL()
  return d1.prepare(sql).bind(...params)
}

/** Counts what every statement costs, whether it comes from Drizzle or from us. */
export function openDatabase(binding: D1Database): Database {
  const cost: Cost = { trips: 0, read: 0, written: 0, ms: 0 }

  let required: string | undefined

  async function trip(statements: D1PreparedStatement[]): Promise<D1Result[]> {
    const guard = required === undefined ? [] : [binding.prepare(STOP_IF_GONE).bind(required)]
    required = undefined
    const start = performance.now()
    cost.trips++
    try {
      const all = [...guard, ...statements]
      const results = all.length === 1 ? [await (all[0] as D1PreparedStatement).all()] : await binding.batch(all)
      for (const { meta } of results) {
        cost.read += meta.rows_read
        cost.written += meta.rows_written
      }
      return results.slice(guard.length)
    } finally {
      cost.ms += performance.now() - start
    }
  }

  const originals = new WeakMap<object, D1PreparedStatement>()
  function counted(statement: D1PreparedStatement): D1PreparedStatement {
    const all = async () => (await trip([statement]))[0] as D1Result
    const wrapper = {
      bind: (...values: unknown[]) => counted(statement.bind(...values)),
      all,
      run: all,
      // D1's own raw() says nothing of the cost; Drizzle wants values in column order
      raw: async () => (await all()).results.map((row) => Object.values(row as object)),
    } as unknown as D1PreparedStatement
    originals.set(wrapper, statement)
    return wrapper
  }

  const d1 = {
    prepare: (text: string) => counted(binding.prepare(text)),
    batch: (statements: D1PreparedStatement[]) => trip(statements.map((s) => originals.get(s) ?? s)),
  } as unknown as D1Database

  const requireAccount = (accountId: string) => {
    required = accountId
  }
  return { d1, orm: drizzle(d1, { casing: 'snake_case' }), cost, requireAccount }
}

/** It rides in front of the trip that it guards, as one more statement of its batch. */
const STOP_IF_GONE = `SELECT CASE (SELECT iif(erased_at IS NULL, suspended_at IS NULL, 2) FROM accounts WHERE id = ?1)
  WHEN 1 THEN 1 WHEN 0 THEN json_extract('{}', 'account suspended') ELSE json_extract('{}', 'account gone') END`
