import * as z from 'zod'
import { describeError } from '../http/problem'

/** A queue message: go on with this import. It carries no more, for D1 has the truth. */
export const RunImport = z.object({ accountId: z.string(), importId: z.string() })
export type RunImport = z.infer<typeof RunImport>

/** Sends a queue message each, at most 100, `wait` ms late. Never throws: the schedule finds them in the database. */
export async function wakeImporters(env: Env, imports: RunImport[], wait = 0): Promise<void> {
  const delaySeconds = Math.ceil(wait / 1000)
  try {
    await env.IMPORTS_QUEUE.sendBatch(imports.map((body) => ({ body, delaySeconds })))
  } catch (error) {
    const message = 'importers not woken'
    console.error(JSON.stringify({ level: 'error', message, count: imports.length, ...describeError(error) }))
  }
}
