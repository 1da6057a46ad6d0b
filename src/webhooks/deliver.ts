import { type Database, databaseOf } from '../db/client'
import { eventId } from '../db/ids'
import { describeError } from '../http/problem'
import { timestampOf, WakeUp } from './events'
import { refuseUrl } from './guard'
import { decryptSecret } from './secret'
import { signatureHeaders } from './sign'

/** How long an endpoint may take to answer, ms. */
const TIMEOUT = 15_000
/** How many attempts run at a time: a Worker has six connections, and a waiting one would use up its time. */
const AT_ONCE = 6
/**
 * How long a consumer may hold a delivery before another may take it, ms: longer than a whole batch can last, which is
 * `max_batch_size` (18, wrangler.toml) / AT_ONCE × TIMEOUT.
 */
const CLAIM = 60_000

/** A delivery that this consumer holds. */
interface Claimed extends WakeUp {
  url: string
  secret: string
  nonce: string
  type: string
  data: string
}

/** How an attempt ended: `statusCode` null if no answer came; `error` null if it was a 2xx. */
interface Outcome extends WakeUp {
  statusCode: number | null
  error: string | null
}

/**
 * Consumes wake-ups: claims those deliveries that are still due, sends each, and records how it ended. Two trips a
 * database, however many messages. A message that is not a wake-up is dropped with a log line.
 */
export async function deliverBatch(batch: MessageBatch<unknown>, env: Env): Promise<void> {
  const wakeUps = batch.messages.flatMap(({ id, body }) => {
    const { success, data } = WakeUp.safeParse(body)
    if (!success) console.error(JSON.stringify({ level: 'error', error: 'not a wake-up', messageId: id }))
    return success ? [data] : []
  })
  const byDatabase = Map.groupBy(wakeUps, (w) => w.accountId.slice(0, 'acct_00'.length))
  for (const group of byDatabase.values()) {
    const db = databaseOf(env, group[0]?.accountId ?? '')
    if (!db) continue
    const claimed = await claim(db, group, Date.now())
    const outcomes: Outcome[] = []
    for (let i = 0; i < claimed.length; i += AT_ONCE)
      outcomes.push(...(await Promise.all(claimed.slice(i, i + AT_ONCE).map((delivery) => send(delivery, env)))))
    if (outcomes.length > 0) await record(db, outcomes)
  }
}

/** Takes the deliveries that are due, whose webhook is enabled, and that nobody else holds. */
async function claim({ d1 }: Database, wakeUps: WakeUp[], now: number): Promise<Claimed[]> {
  const keys = JSON.stringify(wakeUps)
  const [held, found] = await d1.batch<Claimed>([
    d1.prepare(TAKE).bind(keys, now, now + CLAIM),
    d1.prepare(READ).bind(keys),
  ])
  const isHeld = new Set(held?.results.map(keyOf))
  return found?.results.filter((delivery) => isHeld.delete(keyOf(delivery))) ?? []
}

const keyOf = ({ accountId, webhookId, eventSeq }: WakeUp) => `${accountId} ${webhookId} ${eventSeq}`

const KEYS = `
  (SELECT value ->> 'accountId' AS account_id, value ->> 'webhookId' AS webhook_id, value ->> 'eventSeq' AS event_seq
   FROM json_each(?1)) k`
const KEY = 'd.account_id = k.account_id AND d.webhook_id = k.webhook_id AND d.event_seq = k.event_seq'
const SENDABLE = `w.account_id = k.account_id AND w.id = k.webhook_id AND w.disabled_at IS NULL AND w.deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = k.account_id AND a.erased_at IS NULL)`

const TAKE = `
  UPDATE deliveries AS d SET next_at = ?3, attempts = attempts + 1
  FROM ${KEYS}
  WHERE ${KEY} AND d.status = 'pending' AND d.next_at <= ?2 AND EXISTS (SELECT 1 FROM webhooks w WHERE ${SENDABLE})
  RETURNING account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq`

const READ = `
  SELECT k.account_id AS accountId, k.webhook_id AS webhookId, k.event_seq AS eventSeq,
    w.url, w.secret, e.nonce, e.type, e.data
  FROM ${KEYS}
    CROSS JOIN webhooks w ON ${SENDABLE}
    CROSS JOIN events e ON e.account_id = k.account_id AND e.seq = k.event_seq`

/** One attempt: a POST of the envelope, signed anew. Never throws. */
async function send(delivery: Claimed, env: Env): Promise<Outcome> {
  const { accountId, webhookId, eventSeq, url, type, data } = delivery
  const outcome = (statusCode: number | null, error: string | null) => ({
    accountId,
    webhookId,
    eventSeq,
    statusCode,
    error,
  })
  try {
    const refused = refuseUrl(url, { allowLocal: env.ALLOW_LOCAL_WEBHOOKS === 'true' })
    if (refused) return outcome(null, refused)
    const id = eventId(eventSeq, delivery.nonce)
    const timestamp = timestampOf(eventSeq)
    const body = `${JSON.stringify({ id, type, timestamp, accountId }).slice(0, -1)},"data":${data}}`
    const secret = await decryptSecret(delivery.secret, `${accountId} ${webhookId}`, env.ENCRYPTION_KEY)
    const signature = await signatureHeaders(secret, id, Date.now(), body)
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT),
      headers: { ...signature, 'content-type': 'application/json', 'user-agent': 'Prospects-Webhooks/1' },
    })
    await response.body?.cancel().catch(() => {})
    return outcome(response.status, response.ok ? null : `The endpoint answered ${response.status}.`)
  } catch (error) {
    console.warn(JSON.stringify({ level: 'warn', delivery: `${webhookId} ${eventSeq}`, ...describeError(error) }))
    return outcome(
      null,
      error instanceof Error && error.name === 'TimeoutError' ? 'No answer in 15 s.' : 'No connection.',
    )
  }
}

/** Marks what arrived. What did not stays pending, and is due again when the claim ends. */
const record = ({ d1 }: Database, outcomes: Outcome[]) => d1.prepare(RECORD).bind(JSON.stringify(outcomes)).run()

const RECORD = `
  UPDATE deliveries AS d SET
    status = iif(o.error IS NULL, 'succeeded', d.status), next_at = iif(o.error IS NULL, NULL, d.next_at),
    last_status_code = o.status_code, last_error = o.error
  FROM (SELECT value ->> 'accountId' AS account_id, value ->> 'webhookId' AS webhook_id,
      value ->> 'eventSeq' AS event_seq, value ->> 'statusCode' AS status_code, value ->> 'error' AS error
    FROM json_each(?1)) o
  WHERE d.account_id = o.account_id AND d.webhook_id = o.webhook_id AND d.event_seq = o.event_seq`
