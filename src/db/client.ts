import { QueryPromise } from 'drizzle-orm'
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import { priceOf } from './price'
import { withRetries } from './retry'

/** What one request has cost D1 so far. */
export interface Cost {
  /** Round trips. */
  trips: number
  /** Statements sent, including those that were sent again. */
  queries: number
  /** Rows read. */
  read: number
  /** Rows written. */
  written: number
  /** Milliseconds spent waiting for D1. */
  ms: number
}

/**
 * Waits until a round trip may begin. Returns a function to call when the round trip ends, with its price (`priceOf`). If
 * the round trip failed, call the function without a price.
 */
export type Turn = () => Promise<(price?: number) => void>

/** How many statements an invocation may still send, to all its databases together. */
export interface Allowance {
  left: number
}

/** D1 allows 1,000 statements in an invocation. The rest is for finishing the work that has begun. */
const MAX_QUERIES = 900

/** What `batch` accepts: a query of Drizzle's builder, SQL text from `query`, or a D1 statement. */
type Query = BuiltQuery | D1PreparedStatement
interface BuiltQuery {
  readonly _: { readonly result: unknown }
  prepare(): {
    getQuery(): { sql: string; params: unknown[] }
    mapResult(result: unknown, isFromBatch: boolean): unknown
  }
}
/** The result of a query in a batch: the same as outside of a batch. */
type ResultOf<Q> = Q extends { readonly _: { readonly result: infer Result } } ? Result : D1Result

/** One D1 database, and what this request has spent on it. */
export interface Database {
  /** Two base-36 digits: the start of the id of every account and key that lives here. */
  number: string
  /** Drizzle's builder: for queries on one table and simple joins. */
  orm: DrizzleD1Database
  /** SQL text with its values; `Row` is the shape of its rows. For set-based statements. Await it, or batch it. */
  query<Row = unknown>(text: string, ...values: unknown[]): TextQuery<Row>
  /** Runs all queries as one transaction and one round trip. Returns the result of each. */
  batch<const Queries extends readonly Query[]>(
    queries: Queries,
  ): Promise<{ -readonly [I in keyof Queries]: ResultOf<Queries[I]> }>
  /** The part of D1's own interface that is available: `prepare` and `batch`. */
  d1: D1Database
  cost: Cost
  /** Whether work that is done in chunks may begin another chunk; if not, the schedule does the rest. */
  hasQueriesLeft(): boolean
  /** Makes the next round trip fail and write nothing if this account is suspended or deleted (see `accountRejection`). */
  requireAccount(accountId: string): void
  /** Makes each later round trip wait for its turn. */
  takeTurns(turn: Turn): void
  /**
   * Sends later round trips to a replica, for calls that only read. The replica's state is at least as new as every state
   * that this request has seen, and as this bookmark. A bookmark of another database is ignored.
   */
  useReplicas(bookmark?: string): void
  /** The bookmark of the newest state that this request has seen; undefined if no round trip has succeeded. */
  bookmark(): string | undefined
}

/** A bookmark in the form that callers get: the number of the database, `-`, and D1's bookmark. D1's bookmarks sort by age. */
export const BOOKMARK = /^[0-9a-z]{2}-[0-9a-f-]{1,128}$/

/** The number of the database that holds this account or key, or '' if the id contains no number. */
export const numberOf = (id: string): string => /^[a-z]+_([0-9a-z]{2})/.exec(id)?.[1] ?? ''

/** Opens the database that holds this account or key, or returns null if there is no such database. */
export const databaseOf = (env: Env, id: string): Database | null => open(env, Number.parseInt(numberOf(id), 36))

/**
 * Opens every database that has a binding: `DB`, `DB_1` … `DB_1295`. Numbers may be missing. If one is open already
 * (`opened`), it is part of the result, and the cost of all databases counts as its cost. They also share the allowance.
 */
export const databases = (env: Env, opened?: Database, allowance?: Allowance): Database[] =>
  Object.keys(env)
    .map((name) => (name === 'DB' ? 0 : Number(/^DB_([1-9]\d*)$/.exec(name)?.[1])))
    .filter((number) => number < 36 ** 2)
    .sort((a, b) => a - b)
    .map((number) => open(env, number, opened?.cost, allowance))
    .filter((db) => db !== null)
    .map((db) => (db.number === opened?.number ? opened : db))

function open(env: Env, number: number, cost?: Cost, allowance?: Allowance): Database | null {
  const bindings = env as unknown as Record<string, D1Database | undefined>
  const d1 = bindings[number === 0 ? 'DB' : `DB_${number}`]
  return d1 ? openDatabase(d1, number.toString(36).padStart(2, '0'), cost, allowance) : null
}

/** Turns a query of Drizzle's builder into a D1 statement. */
export const toStatement = (
  { d1 }: Database,
  query: { toSQL(): { sql: string; params: unknown[] } },
): D1PreparedStatement => {
  const { sql, params } = query.toSQL()
  return d1.prepare(sql).bind(...params)
}

/** SQL text with its values. Like a query of the builder, it runs when it is awaited, or as part of a batch. */
export class TextQuery<Row> extends QueryPromise<Row[]> {
  declare readonly _: { readonly result: Row[] }
  constructor(
    private readonly d1: D1Database,
    private readonly sql: string,
    private readonly params: unknown[],
  ) {
    super()
  }

  override async execute(): Promise<Row[]> {
    const statement = this.d1.prepare(this.sql).bind(...this.params)
    return (await statement.all<Row>()).results
  }

  prepare() {
    const { sql, params } = this
    return { getQuery: () => ({ sql, params }), mapResult: (result: unknown) => (result as D1Result<Row>).results }
  }
}

interface Statement {
  text: string
  values: unknown[]
}

/** Opens a database. Every round trip goes through one function, which counts its cost, for the builder and for SQL text. */
export function openDatabase(
  binding: D1Database,
  number = '00',
  cost: Cost = { trips: 0, queries: 0, read: 0, written: 0, ms: 0 },
  allowance: Allowance = { left: MAX_QUERIES },
): Database {
  let required: string | undefined
  let turn: Turn | undefined
  let replicas: D1DatabaseSession | undefined
  let newest = ''

  async function roundTrip(statements: Statement[]): Promise<D1Result[]> {
    const end = await turn?.()
    let price: number | undefined
    const guard = required === undefined ? [] : [{ text: FAIL_UNLESS_ACTIVE, values: [required] }]
    required = undefined
    const all = [...guard, ...statements]
    const start = performance.now()
    try {
      const results = await withRetries(all, () =>
        replicas ? send(replicas, all).catch(() => sendToPrimary(all)) : sendToPrimary(all),
      )
      price = priceOf(results)
      return results.slice(guard.length)
    } finally {
      cost.ms += performance.now() - start
      end?.(price)
    }
  }

  /** Also used after a replica fails: it may not have a new account or table yet. The request then stays on the primary. */
  function sendToPrimary(statements: Statement[]): Promise<D1Result[]> {
    replicas = undefined
    // a new session for each round trip: only the first round trip of a session is sure to go to the primary
    return send(binding.withSession('first-primary'), statements)
  }

  async function send(session: D1DatabaseSession, statements: Statement[]): Promise<D1Result[]> {
    cost.trips++
    cost.queries += statements.length
    allowance.left -= statements.length
    const all = statements.map(({ text, values }) => session.prepare(text).bind(...values))
    const results = all.length === 1 ? [await (all[0] as D1PreparedStatement).all()] : await session.batch(all)
    for (const { meta } of results) {
      cost.read += meta.rows_read
      cost.written += meta.rows_written
    }
    const bookmark = session.getBookmark() ?? ''
    if (bookmark > newest) newest = bookmark
    return results
  }

  const statements = new WeakMap<object, Statement>()
  function wrap(statement: Statement): D1PreparedStatement {
    const all = async () => (await roundTrip([statement]))[0] as D1Result
    const wrapper = {
      bind: (...values: unknown[]) => wrap({ ...statement, values }),
      all,
      run: all,
      // D1's own raw() does not return the cost; Drizzle expects the values in the order of the columns
      raw: async () => (await all()).results.map((row) => Object.values(row as object)),
    } as unknown as D1PreparedStatement
    statements.set(wrapper, statement)
    return wrapper
  }

  const d1 = {
    prepare: (text: string) => wrap({ text, values: [] }),
    batch: (wrappers: D1PreparedStatement[]) => roundTrip(wrappers.map((w) => statements.get(w) as Statement)),
  } as unknown as D1Database

  async function batch(queries: readonly Query[]): Promise<unknown[]> {
    const prepared = queries.map((query) => {
      if (!('prepare' in query))
        return { statement: statements.get(query) as Statement, map: (result: D1Result) => result }
      const built = query.prepare()
      const { sql, params } = built.getQuery()
      return { statement: { text: sql, values: params }, map: (result: D1Result) => built.mapResult(result, true) }
    })
    const results = await roundTrip(prepared.map(({ statement }) => statement))
    return prepared.map(({ map }, i) => map(results[i] as D1Result))
  }

  return {
    number,
    d1,
    orm: drizzle(d1, { casing: 'snake_case' }),
    query: (text, ...values) => new TextQuery(d1, text, values),
    batch: batch as Database['batch'],
    cost,
    hasQueriesLeft: () => allowance.left > 0,
    requireAccount(accountId) {
      required = accountId
    },
    takeTurns(next) {
      turn = next
    },
    useReplicas(bookmark = '') {
      // a replica waits until it reaches a bookmark, and would never reach one of another database
      const own = bookmark.startsWith(`${number}-`) ? bookmark.slice(number.length + 1) : ''
      replicas = binding.withSession(newest || own || 'first-unconstrained')
    },
    bookmark: () => (newest ? `${number}-${newest}` : undefined),
  }
}

/** The first statement of a guarded batch. It makes the batch fail if the account is suspended, deleted or unknown. */
const FAIL_UNLESS_ACTIVE = `SELECT CASE (SELECT iif(erased_at IS NULL, suspended_at IS NULL, 2) FROM accounts WHERE id = ?1)
  WHEN 1 THEN 1 WHEN 0 THEN json_extract('{}', 'account suspended') ELSE json_extract('{}', 'account gone') END`
