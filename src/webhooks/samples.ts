import { FIELD_NAMES, fieldOf } from '../prospects/field-names'
import type { DeliveredType } from './schema'

/** The prospect of the reference's examples. */
const prospect: Record<string, unknown> = Object.fromEntries(
  FIELD_NAMES.map((name) => [name, fieldOf(name).example ?? null]),
)
const { id, title, currentStage, currentStageId, createdAt } = prospect

const found = (value: unknown, line: number) => ({ value, page: 1, line, certainty: 'sure' })

const resume = {
  fileName: 'resume.pdf',
  contentType: 'application/pdf',
  size: 48_213,
  uploadedAt: createdAt,
  status: 'parsed',
  reason: null,
  parsed: {
    name: found('José Nerúda', 1),
    emails: [found(prospect.email, 2)],
    phones: [found(prospect.phone, 2)],
    city: null,
    state: null,
    postalCode: null,
    links: [],
    skills: [found('Negotiation', 4)],
    work: [],
    education: [],
    licenses: [],
  },
}

/** The `data` of a sample event, by type. It names nothing that an account has. */
export const SAMPLE_DATA: Record<DeliveredType, object> = {
  'prospect.created': { prospect },
  'prospect.updated': { prospect, changes: { title: { from: null, to: title } } },
  'prospect.stage_changed': { prospect, previousStage: null, currentStage: { id: currentStageId, name: currentStage } },
  'prospect.deleted': { prospect: { id } },
  'prospect.merged': { prospect, mergedId: 'prs_01jd3v7x5c9q8m2k4n6p0r1s3v' },
  'resume.parsed': { prospect: { ...prospect, resume } },
  ping: {},
}
