import { type Database, databaseOf, numberOf } from '../db/client'
import { eventId } from '../db/ids'
import { logInfo } from '../http/log'
import { DeliveryMessage, parseMessages } from '../queues/messages'
import { enqueueDeliveries } from '../queues/send'
import { type Attempt, attemptRequest } from './attempt'
import { type Connections, hasTooManyLate, openConnections } from './connections'
import { rejectUrl } from './guard'
import { hostKey, isOverLimit } from './host-limit'
import { BATCH_TIME, type Lane, type LeasedDelivery, leaseDeliveries } from './lease'
import { type DeliveryOutcome, recordOutcomes } from './record-outcomes'

/** How long a delivery waits if this service cannot sign it, ms. */
const UNSIGNED_WAIT = 5 * 60_000
/** How often a message is retried while its account has too many late attempts. Then the schedule enqueues the delivery. */
const MAX_POSTPONED = 4

/** The end of the name of the queue for slow and untried endpoints (wrangler.toml). */
const SLOW_QUEUE = '-webhooks-slow'

/**
 * Consumes messages of the webhook queues. Two round trips for each database, whatever the number of messages, and more
 * for attempts that end after the batch. Throws if a database is unavailable: the queue then sends the messages of that
 * database again, and only those.
 */
export async function consumeDeliveries(
  batch: MessageBatch<unknown>,
  env: Env,
  context: Pick<ExecutionContext, 'waitUntil'>,
): Promise<void> {
  const { queue } = batch
  const { postponed = [], accepted = [] } = Object.groupBy(parseMessages(DeliveryMessage, batch), ({ body }) =>
    hasTooManyLate(queue, body.accountId) ? 'postponed' : 'accepted',
  )
  for (const { message } of postponed)
    if (message.attempts <= MAX_POSTPONED) message.retry({ delaySeconds: 2 ** message.attempts })
    else message.ack()
  const lane = queue.endsWith(SLOW_QUEUE) ? 'slow' : 'fast'
  const options = {
    connections: openConnections(queue),
    inBackground: (work: Promise<void>) => context.waitUntil(work),
  }
  const byDatabase = Map.groupBy(accepted, ({ body }) => numberOf(body.accountId))
  const results = await Promise.allSettled(
    [...byDatabase.values()].map(async (group) => {
      const bodies = group.map(({ body }) => body)
      const db = databaseOf(env, bodies[0]?.accountId ?? '')
      if (db) await deliver(db, env, bodies, lane, options)
      for (const { message } of group) message.ack()
    }),
  )
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/**
 * Leases the deliveries that are due, makes one attempt of each, and records the outcomes. All deliveries are of one
 * database. With `inBackground` it returns after a second at most: attempts that are running then end in the background,
 * and those that have not begun are enqueued again.
 */
export async function deliver(
  db: Database,
  env: Env,
  messages: DeliveryMessage[],
  lane: Lane,
  {
    connections = openConnections(lane),
    inBackground,
  }: { connections?: Connections; inBackground?: (work: Promise<void>) => void } = {},
): Promise<void> {
  const { leased, others } = await leaseDeliveries(db, messages, lane)
  if (others.length > 0) await enqueueDeliveries(env, others)
  const verified = new Set<string>()
  // a URL that the guard rejects gets no request, so it does not count towards the limit
  const isHeldBack = async (delivery: LeasedDelivery) =>
    !delivery.verified &&
    !verified.has(hostKey(delivery)) &&
    !rejectUrl(delivery.url, env) &&
    isOverLimit(env, hostKey(delivery))
  const outcomes: DeliveryOutcome[] = []
  let recording = Promise.resolve()
  const record = () => {
    recording = recording.then(async () => {
      const ended = outcomes.splice(0)
      if (ended.length > 0) await enqueueDeliveries(env, await recordOutcomes(db, ended))
    })
    return recording
  }
  const deliverOne = async (delivery: LeasedDelivery) => {
    const result = await connections.run(delivery.accountId, async () =>
      (await isHeldBack(delivery)) ? 'over limit' : attemptRequest(delivery, env),
    )
    if (result && result !== 'over limit') {
      logAttempt(env, delivery, result)
      if (result.error === null) verified.add(hostKey(delivery))
    }
    outcomes.push(toOutcome(delivery, result))
    // after the batch, each outcome is recorded at once: it does not wait for slower attempts
    if (connections.hasEnded()) await record()
  }
  const all = Promise.all(leased.map(deliverOne)).then(() => {})
  if (inBackground) {
    inBackground(all)
    const timer = setTimeout(connections.end, BATCH_TIME)
    await Promise.race([all, connections.ended])
    clearTimeout(timer)
  } else await all
  await record()
}

/** The outcome of an attempt. Null: it could not be signed. Undefined: it did not begin before the batch ended. */
function toOutcome(delivery: LeasedDelivery, result: Attempt | 'over limit' | null | undefined): DeliveryOutcome {
  if (result === undefined) return { delivery, postponedTo: Date.now() }
  if (result === 'over limit') return { delivery, postponedTo: null }
  if (result) return { delivery, attempt: result }
  return { delivery, postponedTo: Date.now() + UNSIGNED_WAIT, error: 'This service could not sign it.' }
}

/** Logs how an attempt ended. The line names the webhook by its id, never by its URL. */
function logAttempt(env: Env, { accountId, webhookId, eventSeq, nonce, tries }: LeasedDelivery, result: Attempt): void {
  const { statusCode: status, error, durationMs: ms } = result
  logInfo(env, {
    message: 'delivery',
    accountId,
    webhookId,
    eventId: eventId(eventSeq, nonce),
    attempt: tries + 1,
    ...(status === null ? { error } : { status }),
    ms,
  })
}
