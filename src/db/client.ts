import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import * as schema from './schema'

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
  orm: DrizzleD1Database<typeof schema>
  cost: Cost
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

/** Counts what every statement costs, whether it comes from Drizzle or from us. */
export function openDatabase(binding: D1Database): Database {
  const cost: Cost = { trips: 0, read: 0, written: 0, ms: 0 }

  async function trip<T extends D1Result | D1Result[]>(send: () => Promise<T>): Promise<T> {
    const start = performance.now()
    cost.trips++
    try {
      const answer = await send()
      for (const { meta } of [answer].flat() as D1Result[]) {
        cost.read += meta.rows_read
        cost.written += meta.rows_written
      }
      return answer
    } finally {
      cost.ms += performance.now() - start
    }
  }

  const originals = new WeakMap<object, D1PreparedStatement>()
  function counted(statement: D1PreparedStatement): D1PreparedStatement {
    const all = () => trip(() => statement.all())
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
    batch: (statements: D1PreparedStatement[]) =>
      trip(() => binding.batch(statements.map((s) => originals.get(s) ?? s))),
  } as unknown as D1Database

  return { d1, orm: drizzle(d1, { schema, casing: 'snake_case' }), cost }
}
