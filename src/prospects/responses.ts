import { etagOf } from '../http/etag'
import type { Outcome } from './plan'
import { toProspect } from './prospect'

/** The response to a change: the prospect, with a message about what was not written as given. */
export const changeResponse = ({ record, message }: Outcome, catalogVersion: number) => ({
  status: 200 as const,
  headers: { etag: etagOf(record.version, catalogVersion) },
  body: { ...toProspect(record), message },
})

/** The response to a POST: also which prospect matched. */
export const createResponse = (outcome: Outcome, catalogVersion: number) => ({
  status: outcome.created ? (201 as const) : (200 as const),
  headers: {
    etag: etagOf(outcome.record.version, catalogVersion),
    ...(outcome.created && { location: `/v1/prospects/${outcome.record.id}` }),
  },
  body: toWritten(outcome),
})

/** The prospect after a POST, and how the POST matched it. */
export const toWritten = ({ record, message, created, matchedBy, potentialDuplicateId }: Outcome) => ({
  ...toProspect(record),
  message,
  created,
  matchedBy,
  potentialDuplicateId,
})
