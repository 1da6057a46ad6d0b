import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import { priceOf } from './price'
import { makeTrip } from './retry'

/** What one request has cost D1 so far: round trips, statements, rows read and written, and milliseconds spent waiting. */
export interface Cost {
  trips: number
  /** Statements that were sent, those that were sent again too. */
  queries: number
  read: number
  written: number
  ms: number
}

/** Waits until a trip may begin. Returns what to call when it has ended: its price (`priceOf`), none if it failed. */
export type Turn = () => Promise<(price?: number) => void>

/** How many statements an invocation may still begin with, of all its databases together. */
export interface Allowance {
  left: number
}

/** D1 takes 1,000 of an invocation, and what is begun has to be ended. */
const QUERIES = 900

/** One D1 database and what has been spent on it: `d1` for SQL text and batches, `orm` for everything else. */
export interface Database {
  /** Two base-36 digits: the start of every account's and key's id in it. */
  number: string
  d1: D1Database
  orm: DrizzleD1Database
  cost: Cost
  /** Whether work in chunks may begin another: the schedule goes on with what is left. */
  hasRoom(): boolean
  /** Makes the next trip fail (see `accountRefusal`), and write nothing, if this account is suspended or gone. */
  requireAccount(accountId: string): void
  /** Makes each trip from now on take its turn. */
  takeTurns(turn: Turn): void
  /**
   * Lets a replica answer from now on, one that is no older than what was seen so far and than this bookmark (one of
   * another database says nothing of this one). For calls that only read: all else sees and changes the newest state.
   */
  useReplicas(bookmark?: string): void
  /** Names the newest state that was seen; undefined if no trip has succeeded. */
  bookmark(): string | undefined
}

/** A bookmark as we hand it out: the number of the database, then D1's own, which sort as the states that they name. */
export const BOOKMARK = /^[0-9a-z]{2}-[0-9a-f-]{1,128}$/

/** The number of the database that holds this account or key, or '' if the id names none. */
export const numberOf = (id: string): string => /^[a-z]+_([0-9a-z]{2})/.exec(id)?.[1] ?? ''

/** Opens the database that holds this account or key (its id names it), or null if there is no such database. */
export const databaseOf = (env: Env, id: string): Database | null => open(env, Number.parseInt(numberOf(id), 36))

/**
 * Opens every database that is bound: `DB`, `DB_1` … `DB_1295`, of which some may be missing. One that is open already
 * stands for itself, and all share its cost. They share an allowance if there is one.
 */
export const databases = (env: Env, opened?: Database, allowance?: Allowance): Database[] =>
  Array.from({ length: 36 ** 2 }, (_, number) => open(env, number, opened?.cost, allowance))
    .filter((db) => db !== null)
    .map((db) => (db.number === opened?.number ? opened : db))

function open(env: Env, number: number, cost?: Cost, allowance?: Allowance): Database | null {
  const bindings = env as unknown as Record<string, D1Database | undefined>
  const d1 = bindings[number === 0 ? 'DB' : `DB_${number}`]
  return d1 ? openDatabase(d1, number.toString(36).padStart(2, '0'), cost, allowance) : null
}

/** Bytes that a database can hold before it is nearly full: D1 stops at 10 GB. */
const NEARLY_FULL = 9e9

/** How many bytes a database holds. One trip. */
const sizeOf = async ({ d1 }: Database): Promise<number> => (await d1.prepare('SELECT 1').all()).meta.size_after

/**
 * The database that holds the fewest bytes: one that is nearly full comes after all that are not, one that is away comes
 * last. One trip each, at the same time; none where there is no choice.
 */
export async function emptiest(all: Database[]): Promise<Database> {
  const away = Number.POSITIVE_INFINITY
  const sizes = all.length > 1 ? await Promise.all(all.map((db) => sizeOf(db).catch(() => away))) : [0]
  return all[sizes.indexOf(Math.min(...sizes))] as Database
}

/** Logs an alarm if a database is nearly full: its accounts have to shrink, for they stay where they are. */
export async function watchSize(db: Database): Promise<void> {
  const size = await sizeOf(db)
  if (size > NEARLY_FULL)
    console.error(JSON.stringify({ level: 'error', alarm: 'database nearly full', database: db.number, size }))
}

/** A query of Drizzle's as a statement of D1's, so that both can be in one batch. */
export const toStatement = (
  { d1 }: Database,
  query: { toSQL(): { sql: string; params: unknown[] } },
): D1PreparedStatement => {
  const { sql, params } = query.toSQL()
  return d1.prepare(sql).bind(...params)
}

interface Statement {
  text: string
  values: unknown[]
}

/** Counts what every statement costs, whether it comes from Drizzle or from us. */
export function openDatabase(
  binding: D1Database,
  number = '00',
  cost: Cost = { trips: 0, queries: 0, read: 0, written: 0, ms: 0 },
  allowance: Allowance = { left: QUERIES },
): Database {
  let required: string | undefined
  let turn: Turn | undefined
  let replicas: D1DatabaseSession | undefined
  let seen = ''

  async function trip(statements: Statement[]): Promise<D1Result[]> {
    const end = await turn?.()
    let price: number | undefined
    const guard = required === undefined ? [] : [{ text: STOP_IF_GONE, values: [required] }]
    required = undefined
    const all = [...guard, ...statements]
    const start = performance.now()
    try {
      const results = await makeTrip(all, () =>
        replicas ? send(replicas, all).catch(() => sendToPrimary(all)) : sendToPrimary(all),
      )
      price = priceOf(results)
      return results.slice(guard.length)
    } finally {
      cost.ms += performance.now() - start
      end?.(price)
    }
  }

  /** Also where a replica failed, which may not know of a new account or table yet; the call then stays here. */
  function sendToPrimary(statements: Statement[]): Promise<D1Result[]> {
    replicas = undefined
    // a session a trip: only the first trip of one is sure to go to the primary
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
    const now = session.getBookmark() ?? ''
    if (now > seen) seen = now
    return results
  }

  const statements = new WeakMap<object, Statement>()
  function counted(statement: Statement): D1PreparedStatement {
    const all = async () => (await trip([statement]))[0] as D1Result
    const wrapper = {
      bind: (...values: unknown[]) => counted({ ...statement, values }),
      all,
      run: all,
      // D1's own raw() says nothing of the cost; Drizzle wants values in column order
      raw: async () => (await all()).results.map((row) => Object.values(row as object)),
    } as unknown as D1PreparedStatement
    statements.set(wrapper, statement)
    return wrapper
  }

  const d1 = {
    prepare: (text: string) => counted({ text, values: [] }),
    batch: (wrappers: D1PreparedStatement[]) => trip(wrappers.map((w) => statements.get(w) as Statement)),
  } as unknown as D1Database

  const requireAccount = (accountId: string) => {
    required = accountId
  }
  const takeTurns = (next: Turn) => {
    turn = next
  }
  const useReplicas = (bookmark = '') => {
    // a replica waits until it has come to a bookmark, and would never come to that of another database
    const own = bookmark.startsWith(`${number}-`) ? bookmark.slice(number.length + 1) : ''
    replicas = binding.withSession(seen || own || 'first-unconstrained')
  }
  const bookmark = () => (seen ? `${number}-${seen}` : undefined)
  const orm = drizzle(d1, { casing: 'snake_case' })
  const hasRoom = () => allowance.left > 0
  return { number, d1, orm, cost, hasRoom, requireAccount, takeTurns, useReplicas, bookmark }
}

/** It rides in front of the trip that it guards, as one more statement of its batch. */
const STOP_IF_GONE = `SELECT CASE (SELECT iif(erased_at IS NULL, suspended_at IS NULL, 2) FROM accounts WHERE id = ?1)
  WHEN 1 THEN 1 WHEN 0 THEN json_extract('{}', 'account suspended') ELSE json_extract('{}', 'account gone') END`
