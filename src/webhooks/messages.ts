import * as z from 'zod'
import { describeError } from '../http/problem'

/** A queue message: look whether this delivery is due. It carries no more, for D1 has the truth. */
export const DeliveryMessage = z.object({ accountId: z.string(), webhookId: z.string(), eventSeq: z.int() })
export type DeliveryMessage = z.infer<typeof DeliveryMessage>

/**
 * A delivery to look after, and how: `slow` (or 1) by the queue of endpoints that take long; else, `bulk`, by the queue of
 * what imports write; in `delaySeconds`.
 */
export interface QueuedDelivery extends DeliveryMessage {
  slow: boolean | number
  bulk?: boolean | number
  delaySeconds?: number
}

/** The most messages of one `sendBatch`. */
const MAX_BATCH = 100

/**
 * Sends a queue message each. Returns those whose queue is down, with a log line (they are in D1, whatever happens
 * here), and how many messages the fuller queue holds.
 */
export async function enqueueDeliveries(
  env: Env,
  wakes: QueuedDelivery[],
): Promise<{ failed: QueuedDelivery[]; backlog: number }> {
  const failed: QueuedDelivery[] = []
  let backlog = 0
  const queueOf = ({ slow, bulk }: QueuedDelivery): Queue<DeliveryMessage> =>
    slow ? env.SLOW_WEBHOOKS_QUEUE : bulk ? env.BULK_WEBHOOKS_QUEUE : env.WEBHOOKS_QUEUE
  for (const [queue, some] of Map.groupBy(wakes, queueOf)) {
    const messages = some.map(({ accountId, webhookId, eventSeq, delaySeconds = 0 }) => ({
      body: { accountId, webhookId, eventSeq },
      delaySeconds,
    }))
    let sent = 0
    try {
      for (; sent < messages.length; sent += MAX_BATCH) {
        const answer: Partial<QueueSendBatchResponse> | undefined = await queue.sendBatch(
          messages.slice(sent, sent + MAX_BATCH),
        )
        backlog = Math.max(backlog, answer?.metadata?.metrics.backlogCount ?? 0)
      }
    } catch (error) {
      failed.push(...some.slice(sent))
      const message = 'deliveries not woken'
      console.error(JSON.stringify({ level: 'error', message, count: some.length - sent, ...describeError(error) }))
    }
  }
  return { failed, backlog }
}

/** The wakes among what the statements of a batch return. */
export const queuedIn = (results: D1Result[]): QueuedDelivery[] =>
  results.flatMap((r) => r.results as QueuedDelivery[]).filter(({ webhookId }) => webhookId)

/** What a statement that writes deliveries returns of each: a `Wake`. */
export const QUEUED_COLUMNS = `account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq,
  (SELECT w.slow_since IS NOT NULL FROM webhooks w
   WHERE w.account_id = deliveries.account_id AND w.id = deliveries.webhook_id) AS slow,
  (SELECT v.source = 'import' FROM events v
   WHERE v.account_id = deliveries.account_id AND v.seq = deliveries.event_seq) AS bulk`
