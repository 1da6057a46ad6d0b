import type { QueuedDelivery } from '../queues/send'

/** SQL: the columns that a statement on `deliveries` returns, so that each row is a `QueuedDelivery`. */
export const QUEUED_COLUMNS = `account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq,
  (SELECT w.slow_since IS NOT NULL FROM webhooks w
   WHERE w.account_id = deliveries.account_id AND w.id = deliveries.webhook_id) AS slow,
  (SELECT v.source = 'import' FROM events v
   WHERE v.account_id = deliveries.account_id AND v.seq = deliveries.event_seq) AS bulk`

/** The deliveries to enqueue among the results of a batch. */
export const queuedIn = (results: D1Result[]): QueuedDelivery[] =>
  results.flatMap(({ results }) => results as QueuedDelivery[]).filter(({ webhookId }) => webhookId)
