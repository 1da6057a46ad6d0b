import type { Context } from 'hono'
import type { AppEnv } from './factory'
import { describeError } from './problem'

/** Lets work go on after the answer. What fails is logged, and that is all: what is left is in the database, for the schedule. */
export function inBackground(c: Context<AppEnv>, work: Promise<unknown>): void {
  const failed = (error: unknown) =>
    console.error(
      JSON.stringify({ level: 'error', message: 'background', requestId: c.get('requestId'), ...describeError(error) }),
    )
  c.executionCtx.waitUntil(work.catch(failed))
}
