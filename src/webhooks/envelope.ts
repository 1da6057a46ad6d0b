import { eventId } from '../db/ids'

/** The parts of an event's envelope. */
export interface StoredEvent {
  accountId: string
  eventSeq: number
  nonce: string
  type: string
  /** JSON. */
  data: string
  /** 1 for a sample event. */
  test?: number
}

/** The `source` of sample events. No response shows it. */
export const TEST_SOURCE = 'test'

/** When an event was committed, ISO 8601. */
export const timestampOf = (seq: number): string => new Date(Math.floor(seq / 1000)).toISOString()

/**
 * The body in which an event is sent, `{id, type, timestamp, accountId, data}` as JSON, and its id. A sample event also has
 * `test: true`.
 */
export function toEnvelope({ accountId, eventSeq, nonce, type, data, test }: StoredEvent): {
  id: string
  body: string
} {
  const id = eventId(eventSeq, nonce)
  const head = JSON.stringify({ id, type, timestamp: timestampOf(eventSeq), accountId, ...(test && { test: true }) })
  return { id, body: `${head.slice(0, -1)},"data":${data}}` }
}
