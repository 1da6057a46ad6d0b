import { type Database, databaseOf, numberOf } from '../db/client'
import { eventId } from '../db/ids'
import { logInfo } from '../http/log'
import { type Attempt, attempt, TIMEOUT } from './attempt'
import { rejectUrl } from './guard'
import { hostKey, isOverLimit } from './host-limit'
import { DeliveryMessage, enqueueDeliveries } from './messages'
import { type Claimed, type Outcome, record } from './record'
import { isFull, openShare, type Share } from './share'
import { DATA } from './snapshot'

/** How long a batch holds its lane, ms: attempts that take longer end in the background. */
const BATCH_LASTS = 1000
/** How long a delivery is claimed, ms: as long as its batch and an attempt can take, and claiming and recording. */
const CLAIM_LASTS = BATCH_LASTS + TIMEOUT + 10_000
/** How long a delivery waits if this service cannot send it, ms. */
const UNSENT_WAIT = 5 * 60_000
/** How often a message of an account that is at its limit comes again, each time later. The schedule does the rest. */
const ROUNDS = 4

/** How the name of the queue of endpoints that take long ends (wrangler.toml). */
const SLOW_QUEUE = '-webhooks-slow'

/**
 * Consumes wake-ups: claims those deliveries that are still due, sends each, and records how it ended. Two trips a
 * database however many messages, and one more for attempts that outlast the batch, as they end. A message that is not a
 * wake-up is dropped with a log line. Throws where a database is away: its messages come again, those of others do not.
 */
export async function deliverBatch(
  batch: MessageBatch<unknown>,
  env: Env,
  context: Pick<ExecutionContext, 'waitUntil'>,
): Promise<void> {
  const messages = batch.messages.flatMap((message) => {
    const { success, data } = DeliveryMessage.safeParse(message.body)
    if (!success) console.error(JSON.stringify({ level: 'error', error: 'not a wake-up', messageId: message.id }))
    return success ? [{ message, wakeUp: data }] : []
  })
  const [free = [], full = []] = [false, true].map((is) =>
    messages.filter(({ wakeUp }) => isFull(batch.queue, wakeUp.accountId) === is),
  )
  for (const { message } of full)
    if (message.attempts <= ROUNDS) message.retry({ delaySeconds: 2 ** message.attempts })
    else message.ack()
  const lane = batch.queue.endsWith(SLOW_QUEUE) ? 'slow' : 'fast'
  const share = openShare(batch.queue)
  const byDatabase = Map.groupBy(free, ({ wakeUp }) => numberOf(wakeUp.accountId))
  const groups = await Promise.allSettled(
    [...byDatabase.values()].map(async (group) => {
      const wakeUps = group.map(({ wakeUp }) => wakeUp)
      const db = databaseOf(env, wakeUps[0]?.accountId ?? '')
      if (db) await deliver(db, env, wakeUps, lane, share, (work) => context.waitUntil(work))
      for (const { message } of group) message.ack()
    }),
  )
  for (const group of groups) if (group.status === 'rejected') throw group.reason
}

/** Alarms: messages that no consumer could handle. The schedule finds what they were about in the database. */
export function logDeadLetters({ queue, messages }: MessageBatch<unknown>): void {
  console.error(JSON.stringify({ level: 'error', alarm: 'dead letters', queue, count: messages.length }))
}

/**
 * Delivers what is due of these, all of one database. In the fast lane and in the slow one, endpoints that belong to
 * the other are handed over. With `inBackground` it takes a second at most: what is under way then goes on there, and
 * what has not begun is handed on.
 */
export async function deliver(
  db: Database,
  env: Env,
  wakeUps: DeliveryMessage[],
  lane: 'fast' | 'slow' | 'any',
  share: Share = openShare(lane),
  inBackground?: (work: Promise<unknown>) => void,
): Promise<void> {
  const { claimed, others } = await claim(db, wakeUps, lane)
  if (others.length > 0) await enqueueDeliveries(env, others)
  const verified = new Set<string>()
  // a URL that the guard rejects is not sent to, so it is not counted
  const isHeldBack = async (delivery: Claimed) =>
    !delivery.verified &&
    !verified.has(hostKey(delivery)) &&
    !rejectUrl(delivery.url, env) &&
    isOverLimit(env, hostKey(delivery))
  const outcomes: Outcome[] = []
  let recorded = Promise.resolve()
  const recordThose = () => {
    recorded = recorded.then(async () => {
      const ended = outcomes.splice(0)
      if (ended.length > 0) await enqueueDeliveries(env, await record(db, ended))
    })
    return recorded
  }
  const all = Promise.all(
    claimed.map(async (delivery) => {
      const result = await share.run(delivery.accountId, async () =>
        (await isHeldBack(delivery)) ? 'over limit' : attempt(delivery, env),
      )
      if (result && result !== 'over limit') {
        logAttempt(env, delivery, result)
        if (result.error === null) verified.add(hostKey(delivery))
      }
      outcomes.push(toOutcome(delivery, result))
      // who was quick does not wait for who is slow
      if (share.hasEnded()) await recordThose()
    }),
  )
  if (inBackground) {
    inBackground(all)
    const end = setTimeout(share.end, BATCH_LASTS)
    await Promise.race([all, share.ended])
    clearTimeout(end)
  } else await all
  await recordThose()
}

/** `null`: it could not be signed. `undefined`: its turn has not come. */
function toOutcome(delivery: Claimed, result: Attempt | 'over limit' | null | undefined): Outcome {
  if (result === undefined) return { delivery, postponedTo: Date.now() }
  if (result === 'over limit') return { delivery, postponedTo: null }
  if (result) return { delivery, attempt: result }
  return { delivery, postponedTo: Date.now() + UNSENT_WAIT, error: 'This service could not sign it.' }
}

/** Says how an attempt ended, and of where it went no more than the webhook's id. `error`: why there is no status. */
function logAttempt(env: Env, { accountId, webhookId, eventSeq, nonce, tries }: Claimed, result: Attempt): void {
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

/**
 * Takes the deliveries that are due, whose webhook is enabled and in this lane, and that nobody else holds. `others` have
 * come to the wrong lane, or within the second before they are due: a queue counts whole seconds.
 */
async function claim({ d1 }: Database, wakeUps: DeliveryMessage[], lane: 'fast' | 'slow' | 'any') {
  const keys = JSON.stringify(wakeUps)
  const now = Date.now()
  const lease = now + CLAIM_LASTS
  const slow = { fast: 0, slow: 1, any: null }[lane]
  const [held, found] = await d1.batch<Omit<Claimed, 'lease'> & { dueIn: number | null }>([
    d1.prepare(TAKE).bind(keys, now, lease, slow),
    d1.prepare(READ).bind(keys, now),
  ])
  const isHeld = new Set(held?.results.map(keyOf))
  const rows = found?.results ?? []
  return {
    claimed: rows.filter((row) => isHeld.delete(keyOf(row))).map((row): Claimed => ({ ...row, lease })),
    others: rows
      .filter(({ dueIn }) => dueIn !== null && dueIn <= 1000)
      .map((row) => ({ ...row, delaySeconds: (row.dueIn ?? 0) > 0 ? 1 : 0 })),
  }
}

const keyOf = ({ accountId, webhookId, eventSeq }: DeliveryMessage) => `${accountId} ${webhookId} ${eventSeq}`

const KEYS = `
  (SELECT value ->> 'accountId' AS account_id, value ->> 'webhookId' AS webhook_id, value ->> 'eventSeq' AS event_seq
   FROM json_each(?1)) k`
const KEY = 'd.account_id = k.account_id AND d.webhook_id = k.webhook_id AND d.event_seq = k.event_seq'
const SENDABLE = `w.account_id = k.account_id AND w.id = k.webhook_id AND w.disabled_at IS NULL AND w.deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = k.account_id AND a.erased_at IS NULL)`

const TAKE = `
  UPDATE deliveries AS d SET next_at = ?3
  FROM ${KEYS}
  WHERE ${KEY} AND d.status = 'pending' AND d.next_at <= ?2
    AND EXISTS (SELECT 1 FROM webhooks w WHERE ${SENDABLE} AND (?4 IS NULL OR (w.slow_since IS NOT NULL) = ?4))
  RETURNING account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq`

const READ = `
  SELECT k.account_id AS accountId, k.webhook_id AS webhookId, k.event_seq AS eventSeq, d.attempts, d.tries,
    iif(d.status = 'pending', d.next_at - ?2, NULL) AS dueIn,
    w.url, w.secret, w.old_secrets AS oldSecrets, w.slow_since IS NOT NULL AS slow, w.failing_since IS NOT NULL AS failing,
    w.verified_at IS NOT NULL OR EXISTS (SELECT 1 FROM webhooks v INDEXED BY webhooks_verified
      WHERE v.account_id = w.account_id AND v.host = w.host AND v.verified_at IS NOT NULL) AS verified,
    e.nonce, e.type, ${DATA} AS data, e.source = 'import' AS bulk
  FROM ${KEYS}
    CROSS JOIN webhooks w ON ${SENDABLE}
    CROSS JOIN deliveries d ON ${KEY}
    CROSS JOIN events e ON e.account_id = k.account_id AND e.seq = k.event_seq`
