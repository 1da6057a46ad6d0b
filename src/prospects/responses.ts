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
export const createResponse = ({ record, message, changed: _, ...match }: Outcome, catalogVersion: number) => ({
  status: match.created ? (201 as const) : (200 as const),
  headers: {
    etag: etagOf(record.version, catalogVersion),
    ...(match.created && { location: `/v1/prospects/${record.id}` }),
  },
  body: { ...toProspect(record), message, ...match },
})
