import { eventId } from '../db/ids'

/** The parts of an event's envelope. */
export interface StoredEvent {
  accountId: string
  eventSeq: number
  nonce: string
  type: string
  /** JSON. */
  data: string
}

/** When an event was committed, ISO 8601. */
export const timestampOf = (seq: number): string => new Date(Math.floor(seq / 1000)).toISOString()

/** The body in which an event is sent, `{id, type, timestamp, accountId, data}` as JSON, and its id. */
export function toEnvelope({ accountId, eventSeq, nonce, type, data }: StoredEvent): { id: string; body: string } {
  const id = eventId(eventSeq, nonce)
  const head = JSON.stringify({ id, type, timestamp: timestampOf(eventSeq), accountId })
  return { id, body: `${head.slice(0, -1)},"data":${data}}` }
}
