import * as z from 'zod'
import { describeError } from '../http/problem'

/** A queue message: look whether this delivery is due. It carries no more, for D1 has the truth. */
export const WakeUp = z.object({ accountId: z.string(), webhookId: z.string(), eventSeq: z.int() })
export type WakeUp = z.infer<typeof WakeUp>

/** A delivery to look after, and how: `slow` (or 1) by the queue of endpoints that take long; in `delaySeconds`. */
export interface Wake extends WakeUp {
  slow: boolean | number
  delaySeconds?: number
}

/** The most messages of one `sendBatch`, and of what `EVENTS_FEED` takes at a time. */
export const SEND_MOST = 100

/** Sends a queue message each. False, and a log line, where the queue is down: the deliveries are in D1 whatever happens here. */
export async function wake(env: Env, wakes: Wake[]): Promise<boolean> {
  try {
    for (const [slow, some] of Map.groupBy(wakes, (w) => Boolean(w.slow))) {
      const queue: Queue<WakeUp> = slow ? env.SLOW_WEBHOOKS_QUEUE : env.WEBHOOKS_QUEUE
      const messages = some.map(({ accountId, webhookId, eventSeq, delaySeconds = 0 }) => ({
        body: { accountId, webhookId, eventSeq },
        delaySeconds,
      }))
      for (let i = 0; i < messages.length; i += SEND_MOST) await queue.sendBatch(messages.slice(i, i + SEND_MOST))
    }
    return true
  } catch (error) {
    const message = 'deliveries not woken'
    console.error(JSON.stringify({ level: 'error', message, count: wakes.length, ...describeError(error) }))
    return false
  }
}

/** What a statement that writes deliveries returns of each: a `Wake`. */
export const WAKE = `account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq,
  (SELECT w.slow_since IS NOT NULL FROM webhooks w
   WHERE w.account_id = deliveries.account_id AND w.id = deliveries.webhook_id) AS slow`
