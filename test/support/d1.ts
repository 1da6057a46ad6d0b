import { env } from 'cloudflare:workers'
import { vi } from 'vitest'

/** What every session with D1 and every prepared statement inherits from, the Worker's and the tests'. */
export const D1 = Object.getPrototypeOf(env.DB.withSession()) as D1DatabaseSession
const Statement = Object.getPrototypeOf(env.DB.prepare('SELECT 1')) as D1PreparedStatement

/** Makes every trip to D1 fail, until `vi.restoreAllMocks()`. */
export function breakD1(error: unknown): void {
  vi.spyOn(D1, 'batch').mockRejectedValue(error)
  vi.spyOn(Statement, 'all').mockRejectedValue(error)
}

/**
 * Counts trips to D1 from now on, until `vi.restoreAllMocks()`. With an account, only those whose values include its id: a
 * message that an earlier test file left in a queue can be consumed at any time.
 */
export function watchTrips(account?: { id: string }): () => number {
  const batches = vi.spyOn(D1, 'batch').mock
  const single = [vi.spyOn(Statement, 'all').mock, vi.spyOn(Statement, 'raw').mock]
  const isCounted = (statements: unknown[]) => !account || JSON.stringify(statements).includes(account.id)
  return () =>
    batches.calls.filter(([statements]) => isCounted(statements)).length +
    single.flatMap(({ contexts }) => contexts).filter((statement) => isCounted([statement])).length
}

/** Counts statements sent to D1 from now on, in whatever trips, until `vi.restoreAllMocks()`. */
export function watchQueries(): () => number {
  const [batches, ...single] = [vi.spyOn(D1, 'batch'), vi.spyOn(Statement, 'all'), vi.spyOn(Statement, 'raw')] as const
  return () =>
    batches.mock.calls.reduce((sum, [statements]) => sum + statements.length, 0) +
    single.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
}

/** Puts `through` around every trip to D1, until `vi.restoreAllMocks()`. */
export function interceptTrips(through: <T>(trip: () => Promise<T>) => Promise<T>): void {
  const { batch } = D1
  vi.spyOn(D1, 'batch').mockImplementation(function (this: D1DatabaseSession, statements) {
    return through(() => batch.call(this, statements)) as never
  })
  const { all } = Statement
  vi.spyOn(Statement, 'all').mockImplementation(function (this: D1PreparedStatement) {
    return through(() => all.call(this)) as never
  })
}

/** All rows of one query. */
export async function rows<T = Record<string, unknown>>(sql: string, ...values: unknown[]): Promise<T[]> {
  return (
    await env.DB.prepare(sql)
      .bind(...values)
      .all<T>()
  ).results
}

/** The names of the product's tables, and the columns of each. Read once: no test changes the tables of `env.DB`. */
export function tables(): Promise<{ name: string; columns: string[] }[]> {
  schema ??= readTables()
  return schema
}
let schema: ReturnType<typeof readTables> | undefined

async function readTables() {
  const found = await rows<{ name: string; columns: string }>(
    `SELECT t.name, (SELECT json_group_array(c.name) FROM pragma_table_info(t.name) c) AS columns
     FROM sqlite_master t WHERE t.type = 'table' AND t.name NOT GLOB '_cf_*' AND t.name NOT GLOB 'sqlite_*'
       AND t.name <> 'd1_migrations'`,
  )
  return found.map(({ name, columns }) => ({ name, columns: JSON.parse(columns) as string[] }))
}

/** How many rows each table of a database holds of an account; tables without one are left out. */
export async function rowsOf(accountId: string, db = env.DB): Promise<Record<string, number>> {
  const counts = (await tables()).flatMap(({ name, columns }) => {
    const column = name === 'accounts' ? 'id' : columns.find((c) => c === 'account_id')
    return column ? [`SELECT '${name}' AS name, count(*) AS n FROM ${name} WHERE ${column} = ?1`] : []
  })
  const results = await db.batch<{ name: string; n: number }>(counts.map((sql) => db.prepare(sql).bind(accountId)))
  return Object.fromEntries(results.flatMap((r) => r.results.filter(({ n }) => n > 0).map(({ name, n }) => [name, n])))
}

/** The tables that hold any of these texts in any column. */
export async function tablesHolding(...texts: string[]): Promise<string[]> {
  const found = await Promise.all(
    (await tables()).map(async ({ name, columns }) => {
      const anywhere = columns.map((c) => `instr(CAST(${name}."${c}" AS TEXT), t.value) > 0`).join(' OR ')
      const held = `SELECT 1 FROM json_each(?1) t CROSS JOIN ${name} WHERE ${anywhere} LIMIT 1`
      return (await rows(held, JSON.stringify(texts))).length > 0 ? [name] : []
    }),
  )
  return found.flat()
}

/**
 * Every row of this account and of those made later, and what the operator has, by table. Objects that are announced,
 * and which database a new account is to go to, are left out: they are there whether or not something comes of it.
 */
export async function snapshotFrom(accountId: string): Promise<Map<string, Set<string>>> {
  const held = (await tables()).flatMap(({ name, columns }) =>
    name === 'accounts' || columns.includes('account_id')
      ? [{ name, column: name === 'accounts' ? 'id' : 'account_id' }]
      : [],
  )
  const own = held.filter(({ name }) => name !== 'object_deletions')
  const results = await env.DB.batch(
    own.map(({ name, column }) =>
      env.DB.prepare(`SELECT * FROM ${name} WHERE ${column} >= ? AND ${column} NOT LIKE 'choices of %'`).bind(
        accountId,
      ),
    ),
  )
  return new Map(own.map(({ name }, i) => [name, new Set(results[i]?.results.map((row) => JSON.stringify(row)))]))
}

/** How many rows came and went, by table. */
export const changesBetween = (before: Map<string, Set<string>>, after: Map<string, Set<string>>) =>
  Object.fromEntries(
    [...before].flatMap(([name, old]) => {
      const now = after.get(name) ?? new Set()
      const change = {
        came: [...now].filter((row) => !old.has(row)).length,
        went: [...old].filter((row) => !now.has(row)).length,
      }
      return change.came + change.went > 0 ? [[name, change]] : []
    }),
  )
