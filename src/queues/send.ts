import { describeError } from '../http/problem'
import type { DeliveryMessage, ImportMessage, ResumeMessage } from './messages'

/** The most messages that one `sendBatch` takes. */
const MAX_BATCH = 100

/** The body of the messages of each queue, by the name of its binding. */
interface Bodies {
  WEBHOOKS_QUEUE: DeliveryMessage
  SLOW_WEBHOOKS_QUEUE: DeliveryMessage
  BULK_WEBHOOKS_QUEUE: DeliveryMessage
  IMPORTS_QUEUE: ImportMessage
  RESUMES_QUEUE: ResumeMessage
}

/**
 * Sends messages, a hundred at a time. Never throws: a failure is logged, and the schedule finds the work in D1. Returns
 * how many were `sent`, always the first ones, and how many messages the queue then holds (`backlog`).
 */
async function sendMessages<Name extends keyof Bodies>(
  env: Env,
  name: Name,
  messages: MessageSendRequest<Bodies[Name]>[],
): Promise<{ sent: number; backlog: number }> {
  const queue: Queue<Bodies[Name]> = env[name]
  let [sent, backlog] = [0, 0]
  try {
    for (; sent < messages.length; sent += MAX_BATCH) {
      const response = await queue.sendBatch(messages.slice(sent, sent + MAX_BATCH))
      // the local queue and the tests' queues return nothing
      backlog = response?.metadata?.metrics.backlogCount ?? 0
    }
  } catch (error) {
    const count = messages.length - sent
    console.error(
      JSON.stringify({ level: 'error', message: 'messages not sent', queue: name, count, ...describeError(error) }),
    )
  }
  return { sent, backlog }
}

/** Enqueues imports. Their messages arrive after `wait` ms. Never throws (see `sendMessages`). */
export async function enqueueImports(env: Env, imports: ImportMessage[], wait = 0): Promise<void> {
  await sendMessages(env, 'IMPORTS_QUEUE', delayed(imports, wait))
}

/** Enqueues resumes. Their messages arrive after `wait` ms. Never throws (see `sendMessages`). */
export async function enqueueResumes(env: Env, resumes: ResumeMessage[], wait = 0): Promise<void> {
  await sendMessages(env, 'RESUMES_QUEUE', delayed(resumes, wait))
}

const delayed = <Body>(bodies: Body[], wait: number) =>
  bodies.map((body) => ({ body, delaySeconds: Math.ceil(wait / 1000) }))

/** A delivery to enqueue. Flags come from SQL, so they may be 0 and 1. */
export interface QueuedDelivery extends DeliveryMessage {
  /** Whether its endpoint is slow or untried. The delivery then goes to `SLOW_WEBHOOKS_QUEUE`, even if `bulk` is true. */
  slow: boolean | number
  /** Whether an import made its event. The delivery then goes to `BULK_WEBHOOKS_QUEUE`. */
  bulk?: boolean | number
  delaySeconds?: number
}

/**
 * Enqueues deliveries, each in the queue of its kind. Never throws (see `sendMessages`). Returns those that could not be
 * sent, and how many messages the fullest of the queues holds.
 */
export async function enqueueDeliveries(
  env: Env,
  deliveries: QueuedDelivery[],
): Promise<{ failed: QueuedDelivery[]; backlog: number }> {
  const failed: QueuedDelivery[] = []
  let fullest = 0
  for (const [name, group] of Map.groupBy(deliveries, queueOf)) {
    const messages = group.map(({ accountId, webhookId, eventSeq, delaySeconds = 0 }) => ({
      body: { accountId, webhookId, eventSeq },
      delaySeconds,
    }))
    const { sent, backlog } = await sendMessages(env, name, messages)
    failed.push(...group.slice(sent))
    fullest = Math.max(fullest, backlog)
  }
  return { failed, backlog: fullest }
}

const queueOf = ({ slow, bulk }: QueuedDelivery) =>
  slow ? 'SLOW_WEBHOOKS_QUEUE' : bulk ? 'BULK_WEBHOOKS_QUEUE' : 'WEBHOOKS_QUEUE'
