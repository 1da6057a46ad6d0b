import type { Context } from 'hono'
import { databases, openDatabase } from '../db/client'
import type { AppEnv } from './factory'

/** How long a successful read is shared, from its start, ms. */
const FRESH_FOR = 1000
const PROBE = "SELECT count(*) FROM accounts WHERE id = ''"

/** The last read by this isolate, for each environment. It may still be running. */
const reads = new WeakMap<Env, { startedAt: number; done: Promise<unknown> }>()

/**
 * Reads from every database, at most once a second in each isolate: callers within that second share the read. Throws
 * D1's error if one fails; the next caller then reads again.
 */
export async function readDatabases(c: Context<AppEnv>): Promise<void> {
  const last = reads.get(c.env)
  if (last && Date.now() - last.startedAt < FRESH_FOR) return void (await last.done)
  c.set('db', openDatabase(c.env.DB))
  const done = Promise.all(databases(c.env, c.var.db).map((db) => db.query(PROBE)))
  reads.set(c.env, { startedAt: Date.now(), done })
  // other callers share the read, so it must finish even if this caller disconnects
  c.executionCtx.waitUntil(done.catch(() => reads.delete(c.env)))
  await done
}
