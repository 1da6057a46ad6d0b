import type { Context } from 'hono'
import { type Database, databaseOf } from '../db/client'
import { turnsInBackground } from './budget'
import type { AppEnv } from './factory'
import { areLimitsOff } from './limits'
import { describeError } from './problem'

/** Lets work continue after the response. A failure is only logged: the schedule finds the unfinished work in the database. */
export function inBackground(c: Context<AppEnv>, work: Promise<unknown>): void {
  const failed = (error: unknown) =>
    console.error(
      JSON.stringify({ level: 'error', message: 'background', requestId: c.get('requestId'), ...describeError(error) }),
    )
  c.executionCtx.waitUntil(work.catch(failed))
}

/** Opens the account's database for work after the response. The account pays for it, but it is not part of the call's cost. */
export function databaseForLater(c: Context<AppEnv>): Database {
  const { id } = c.var.caller.account
  const db = databaseOf(c.env, id) as Database
  if (!areLimitsOff(c.env)) db.takeTurns(turnsInBackground(id))
  return db
}
