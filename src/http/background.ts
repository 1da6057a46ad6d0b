import type { Context } from 'hono'
import { type Database, databaseOf } from '../db/client'
import { turnsInBackground } from './budget'
import type { AppEnv } from './factory'
import { isOff } from './limits'
import { describeError } from './problem'

/** Lets work go on after the answer. What fails is logged, and that is all: what is left is in the database, for the schedule. */
export function inBackground(c: Context<AppEnv>, work: Promise<unknown>): void {
  const failed = (error: unknown) =>
    console.error(
      JSON.stringify({ level: 'error', message: 'background', requestId: c.get('requestId'), ...describeError(error) }),
    )
  c.executionCtx.waitUntil(work.catch(failed))
}

/** The account's database for what goes on after the answer: that is not this call's cost, but its account pays for it. */
export function databaseForLater(c: Context<AppEnv>): Database {
  const { id } = c.var.caller.account
  const db = databaseOf(c.env, id) as Database
  if (!isOff(c.env)) db.takeTurns(turnsInBackground(id))
  return db
}
