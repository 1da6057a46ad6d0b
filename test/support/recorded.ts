import { EVENT_DATA } from '../../src/webhooks/event-data'
import type { EventType } from '../../src/webhooks/schema'
import type { Account } from './api'
import { rows } from './d1'

/** An event of the log, with its whole data. */
export interface RecordedEvent {
  type: EventType
  prospectId: string
  muted: number
  keyId: string
  userId: string | null
  source: string
  data: {
    prospect: Record<string, unknown>
    changes?: Record<string, { from: unknown; to: unknown }>
    previousStage?: unknown
    currentStage?: unknown
  }
}

/** The account's events in commit order. */
export async function eventsOf({ id }: Account): Promise<RecordedEvent[]> {
  const events = await rows<Omit<RecordedEvent, 'data'> & { data: string }>(
    `SELECT type, prospect_id AS prospectId, muted, key_id AS keyId, user_id AS userId, source,
       ${EVENT_DATA} AS data
     FROM events e WHERE account_id = ? ORDER BY seq`,
    id,
  )
  return events.map((event) => ({ ...event, data: JSON.parse(event.data) }))
}
