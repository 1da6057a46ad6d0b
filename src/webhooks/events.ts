import * as z from 'zod'
import type { Database } from '../db/client'
import { randomText } from '../db/ids'
import { describeError } from '../http/problem'

/** What a webhook can ask for. */
export const EVENT_TYPES = [
  'prospect.created',
  'prospect.updated',
  'prospect.stage_changed',
  'prospect.deleted',
  'prospect.merged',
  'resume.parsed',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** Who makes a change: the key, and how it came in. */
export interface Origin {
  keyId: string
  source: 'api' | 'import' | 'resume' | 'merge'
}

/** An event to be recorded. `data` is the envelope's, its prospect as right after the write. */
export interface NewEvent {
  type: EventType
  prospectId: string
  /** The user that the write named. */
  userId: string | null
  muted: boolean
  data: object
}

/** A queue message: look whether this delivery is due. It carries no more, for D1 has the truth. */
export const WakeUp = z.object({ accountId: z.string(), webhookId: z.string(), eventSeq: z.int() })
export type WakeUp = z.infer<typeof WakeUp>

/**
 * The statements that append events to the log in commit order and make their deliveries, one for each enabled
 * webhook that asks for the type; they belong at the end of the batch that writes the prospects. The last one
 * returns the deliveries made. `updatedAt` is known only then, so the events' data take it from the rows.
 */
export function recordEvents(
  { d1 }: Database,
  accountId: string,
  { keyId, source }: Origin,
  now: number,
  events: NewEvent[],
): D1PreparedStatement[] {
  const rows = events.map((event) => ({ ...event, nonce: randomText(10), muted: event.muted ? 1 : 0 }))
  return [
    d1.prepare(APPEND).bind(accountId, now, JSON.stringify(rows), keyId, source),
    d1.prepare(DELIVER).bind(accountId, rows.length, now),
  ]
}

const APPEND = `
  INSERT INTO events (account_id, seq, nonce, type, prospect_id, muted, key_id, user_id, source, data)
  SELECT ?1, start.seq + e.key, e.value ->> 'nonce', e.value ->> 'type', p.id, e.value ->> 'muted', ?4,
    e.value ->> 'userId', ?5, json_set(e.value -> 'data', '$.prospect.updatedAt', p.updated_at)
  FROM (SELECT max(?2 * 1000, coalesce((SELECT max(seq) FROM events WHERE account_id = ?1), 0) + 1) AS seq) start
    CROSS JOIN json_each(?3) e
    CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = e.value ->> 'prospectId'`

const DELIVER = `
  INSERT INTO deliveries (account_id, webhook_id, event_seq, status, next_at)
  SELECT e.account_id, w.id, e.seq, 'pending', ?3
  FROM (SELECT account_id, seq, type, muted FROM events WHERE account_id = ?1 ORDER BY seq DESC LIMIT ?2) e
    CROSS JOIN webhooks w ON w.account_id = e.account_id
  WHERE e.muted = 0 AND w.disabled_at IS NULL AND w.deleted_at IS NULL
    AND (w.event_types = '[]' OR e.type IN (SELECT value FROM json_each(w.event_types)))
  RETURNING account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq`

/** The most messages of one `sendBatch`. */
const SEND_MOST = 100

/** Wakes the consumer for deliveries that are due. Never throws: the deliveries are in D1, whatever happens here. */
export async function wake(queue: Queue<WakeUp>, deliveries: WakeUp[]): Promise<void> {
  try {
    for (let i = 0; i < deliveries.length; i += SEND_MOST)
      await queue.sendBatch(deliveries.slice(i, i + SEND_MOST).map((body) => ({ body })))
  } catch (error) {
    console.error(
      JSON.stringify({
        level: 'error',
        message: 'deliveries not woken',
        count: deliveries.length,
        ...describeError(error),
      }),
    )
  }
}
