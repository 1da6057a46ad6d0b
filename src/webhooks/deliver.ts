import { type Database, databaseOf, numberOf } from '../db/client'
import { eventId } from '../db/ids'
import { logInfo } from '../http/log'
import { type Attempt, attempt, SLOW, TIMEOUT } from './attempt'
import { type Limit, openLimit } from './limit'
import { type Claimed, type Outcome, record } from './record'
import { LONGEST_CLAIM } from './schedule'
import { WakeUp, wake } from './wake'

/** How many attempts run at a time: a Worker has six connections, and a waiting one would use up its time. */
const AT_ONCE = 6
/** What claiming and recording may take, ms: a claim lasts for the batch at its slowest and so much more. */
const MARGIN = 10_000
/** How long a delivery waits if this service cannot send it, ms. */
const UNSENT_WAIT = 5 * 60_000

/** How the name of the queue of endpoints that take long ends (wrangler.toml). */
const SLOW_QUEUE = '-webhooks-slow'

/**
 * Consumes wake-ups: claims those deliveries that are still due, sends each, and records how it ended. Two trips a
 * database, three if an endpoint is slow, however many messages. A message that is not a wake-up is dropped with a log
 * line. Throws where a database is away: its messages come again, those of others do not.
 */
export async function deliverBatch(batch: MessageBatch<unknown>, env: Env): Promise<void> {
  const messages = batch.messages.flatMap((message) => {
    const { success, data } = WakeUp.safeParse(message.body)
    if (!success) console.error(JSON.stringify({ level: 'error', error: 'not a wake-up', messageId: message.id }))
    return success ? [{ message, wakeUp: data }] : []
  })
  const lane = batch.queue.endsWith(SLOW_QUEUE) ? 'slow' : 'fast'
  const share = { limit: openLimit(AT_ONCE), of: messages.length }
  const byDatabase = Map.groupBy(messages, ({ wakeUp }) => numberOf(wakeUp.accountId))
  const groups = await Promise.allSettled(
    [...byDatabase.values()].map(async (group) => {
      const wakeUps = group.map(({ wakeUp }) => wakeUp)
      const db = databaseOf(env, wakeUps[0]?.accountId ?? '')
      if (db) await deliver(db, env, wakeUps, lane, share)
      for (const { message } of group) message.ack()
    }),
  )
  for (const group of groups) if (group.status === 'rejected') throw group.reason
}

/** Alarms: messages that no consumer could handle. The schedule finds what they were about in the database. */
export function logDeadLetters({ queue, messages }: MessageBatch<unknown>): void {
  console.error(JSON.stringify({ level: 'error', alarm: 'dead letters', queue, count: messages.length }))
}

/** What the databases of a batch share: the connections, and so the time of the whole batch. */
interface Share {
  limit: Limit
  /** Deliveries of all of them. */
  of: number
}

/**
 * Delivers what is due of these, all of one database. In the fast lane and in the slow one, endpoints that belong to
 * the other are handed over; so is what is left of an endpoint's in the fast lane once it has been slow.
 */
export async function deliver(
  db: Database,
  env: Env,
  wakeUps: WakeUp[],
  lane: 'fast' | 'slow' | 'any',
  { limit, of }: Share = { limit: openLimit(AT_ONCE), of: wakeUps.length },
): Promise<void> {
  const { claimed, misplaced } = await claim(db, wakeUps, lane, of)
  if (misplaced.length > 0) await wake(env, misplaced)
  const slow = new Set<string>()
  const outcomes: Outcome[] = []
  const work = async (delivery: Claimed) => {
    if (lane === 'fast' && slow.has(delivery.webhookId)) {
      outcomes.push({ delivery, postponedTo: Date.now() })
      return
    }
    const result = await attempt(delivery, env)
    logAttempt(env, delivery, result)
    if (result?.slow) slow.add(delivery.webhookId)
    outcomes.push(
      result
        ? { delivery, attempt: result }
        : { delivery, postponedTo: Date.now() + UNSENT_WAIT, error: 'This service could not sign it.' },
    )
  }
  const recordThose = async () => {
    const ended = outcomes.splice(0)
    if (ended.length > 0) await wake(env, await record(db, ended))
  }
  const all = Promise.all(claimed.map((delivery) => limit(() => work(delivery))))
  // who was quick does not wait for who is slow
  let timer: ReturnType<typeof setTimeout> | undefined
  await Promise.race([all, new Promise((late) => (timer = setTimeout(late, SLOW)))])
  clearTimeout(timer)
  await recordThose()
  await all
  await recordThose()
}

/** Says how an attempt ended, and of where it went no more than the webhook's id. `error`: why there is no status. */
function logAttempt(env: Env, { accountId, webhookId, eventSeq, nonce, tries }: Claimed, result: Attempt | null): void {
  if (!result) return
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

/** Takes the deliveries that are due, whose webhook is enabled and in this lane, and that nobody else holds. */
async function claim({ d1 }: Database, wakeUps: WakeUp[], lane: 'fast' | 'slow' | 'any', of: number) {
  const keys = JSON.stringify(wakeUps)
  const now = Date.now()
  const lease = now + Math.min(Math.ceil(of / AT_ONCE) * TIMEOUT + MARGIN, LONGEST_CLAIM)
  const slow = { fast: 0, slow: 1, any: null }[lane]
  const [held, found] = await d1.batch<Omit<Claimed, 'lease'> & { due: number }>([
    d1.prepare(TAKE).bind(keys, now, lease, slow),
    d1.prepare(READ).bind(keys, now),
  ])
  const isHeld = new Set(held?.results.map(keyOf))
  const rows = found?.results ?? []
  return {
    claimed: rows.filter((row) => isHeld.delete(keyOf(row))).map((row): Claimed => ({ ...row, lease })),
    misplaced: rows.filter(({ due }) => due),
  }
}

const keyOf = ({ accountId, webhookId, eventSeq }: WakeUp) => `${accountId} ${webhookId} ${eventSeq}`

const KEYS = `
  (SELECT value ->> 'accountId' AS account_id, value ->> 'webhookId' AS webhook_id, value ->> 'eventSeq' AS event_seq
   FROM json_each(?1)) k`
const KEY = 'd.account_id = k.account_id AND d.webhook_id = k.webhook_id AND d.event_seq = k.event_seq'
const SENDABLE = `w.account_id = k.account_id AND w.id = k.webhook_id AND w.disabled_at IS NULL AND w.deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = k.account_id AND a.erased_at IS NULL)`
/** A queue counts whole seconds, so that a message can come almost one too early. */
const DUE = "d.status = 'pending' AND d.next_at <= ?2 + 1000"

const TAKE = `
  UPDATE deliveries AS d SET next_at = ?3
  FROM ${KEYS}
  WHERE ${KEY} AND ${DUE}
    AND EXISTS (SELECT 1 FROM webhooks w WHERE ${SENDABLE} AND (?4 IS NULL OR (w.slow_since IS NOT NULL) = ?4))
  RETURNING account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq`

const READ = `
  SELECT k.account_id AS accountId, k.webhook_id AS webhookId, k.event_seq AS eventSeq, d.tries, ${DUE} AS due,
    w.url, w.secret, w.old_secrets AS oldSecrets, w.slow_since IS NOT NULL AS slow, w.failing_since IS NOT NULL AS failing,
    e.nonce, e.type, e.data, e.source = 'import' AS bulk
  FROM ${KEYS}
    CROSS JOIN webhooks w ON ${SENDABLE}
    CROSS JOIN deliveries d ON ${KEY}
    CROSS JOIN events e ON e.account_id = k.account_id AND e.seq = k.event_seq`
