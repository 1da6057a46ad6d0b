import * as z from 'zod'
import { describeError } from '../http/problem'

/** A queue message: look whether this prospect's resume is to be read. It carries no more, for D1 has the truth. */
export const ResumeMessage = z.object({ accountId: z.string(), prospectId: z.string() })
export type ResumeMessage = z.infer<typeof ResumeMessage>

/** Sends a queue message each, at most 100, `wait` ms late. Never throws: the schedule finds them in the database. */
export async function enqueueReadings(env: Env, readings: ResumeMessage[], wait = 0): Promise<void> {
  const delaySeconds = Math.ceil(wait / 1000)
  try {
    await env.RESUMES_QUEUE.sendBatch(readings.map((body) => ({ body, delaySeconds })))
  } catch (error) {
    const message = 'readers not woken'
    console.error(JSON.stringify({ level: 'error', message, count: readings.length, ...describeError(error) }))
  }
}
