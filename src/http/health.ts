import type { Context } from 'hono'
import { databases, openDatabase } from '../db/client'
import type { AppEnv } from './factory'

/** How long a good read counts, from its start, ms. */
const FRESH_FOR = 1000
const READ = "SELECT count(*) FROM accounts WHERE id = ''"

/** The last read of this isolate, which may be in flight. */
const reads = new WeakMap<Env, { startedAt: number; done: Promise<unknown> }>()

/**
 * Reads every database, at most once a second in an isolate: callers within a second of a read share it. Throws what
 * D1 throws; the next caller then reads again.
 */
export async function readDatabases(c: Context<AppEnv>): Promise<void> {
  const last = reads.get(c.env)
  if (last && Date.now() - last.startedAt < FRESH_FOR) return void (await last.done)
  c.set('db', openDatabase(c.env.DB))
  const done = Promise.all(databases(c.env, c.var.db).map(({ d1 }) => d1.prepare(READ).all()))
  reads.set(c.env, { startedAt: Date.now(), done })
  // those who share it wait for it even if this caller goes away
  c.executionCtx.waitUntil(done.catch(() => reads.delete(c.env)))
  await done
}
