import { eventId } from '../../../src/db/ids'
import type { Sample } from './memory'
import type { Stored } from './stored'
import type { Tenant } from './tenants'

/** How a run ended: what its traffic knows, and what the service has stored. */
export interface Run {
  stored: Stored
  tenants: Tenant[]
  /** When the service ended, Unix ms. */
  endedAt: number
  /** The memory that the service took, each time that so many calls were made, since it was last started. */
  memory: Sample[]
}

/** How far what the clock said at two places may differ, ms. */
export const MARGIN = 1000

export const living = ({ tenants }: Run) => tenants.filter((t) => t.deletedAt === undefined)

export interface Event {
  id: string
  seq: number
  type: string
  prospect_id: string
  muted: number
  data: string
}

export const eventsOf = ({ stored }: Run, t: Tenant) =>
  stored
    .rows<Event & { nonce: string }>('SELECT * FROM events WHERE account_id = ? ORDER BY seq', t.id)
    .map((e) => ({ ...e, id: eventId(e.seq, e.nonce) }))

/** Each check: how many things it looked at, and what is wrong. */
export type Check = (run: Run) => Generator<string, number>
