import { toResume } from '../resumes/resume'
import type { NewEvent } from '../webhooks/events'
import type { Change } from './change'
import { labelNames, PLAIN, type Prospect, type ProspectRecord, toProspect } from './prospect'

/** Fields whose changes events tell, but for the stage, whose moves have an event of their own. */
const TOLD = [
  ...PLAIN,
  'email',
  'phone',
  'labels',
  'sourceId',
  'jobIds',
  'createdByUserId',
  'updatedByUserId',
  'resume',
] as const satisfies (keyof Prospect)[]

const shown = (record: ProspectRecord, field: (typeof TOLD)[number]) =>
  field === 'labels'
    ? labelNames(record)
    : field === 'resume'
      ? record.resume && toResume(record.resume)
      : record[field]

/** Fields that differ; the stage counts as `currentStageId`. */
export function changedFields(before: ProspectRecord, after: ProspectRecord): (keyof Prospect)[] {
  const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b)
  return [
    ...TOLD.filter((field) => differs(before[field], after[field])),
    ...(before.stage?.id !== after.stage?.id ? (['currentStageId'] as const) : []),
  ]
}

/**
 * The events of a change (contract, "Webhooks"): a move, or a resume that was read, is told as
 * such, other fields beside it if they changed.
 */
export function eventsOf(
  before: ProspectRecord | null,
  after: ProspectRecord,
  fields: (keyof Prospect)[],
  { userId, muteWebhook, read }: Change,
): NewEvent[] {
  const prospect = toProspect(after)
  const event = (type: NewEvent['type'], data: object): NewEvent => ({
    type,
    prospectId: after.id,
    userId: userId ?? null,
    muted: muteWebhook,
    data: { prospect, ...data },
  })
  if (!before) return [event('prospect.created', {})]
  const told = TOLD.filter((field) => fields.includes(field) && !(field === 'resume' && read))
  const changes = Object.fromEntries(
    told.map((field) => [field, { from: shown(before, field), to: shown(after, field) }]),
  )
  const stageOf = ({ stage }: ProspectRecord) => stage && { id: stage.id, name: stage.name }
  return [
    ...(told.length > 0 ? [event('prospect.updated', { changes })] : []),
    ...(fields.includes('currentStageId')
      ? [event('prospect.stage_changed', { previousStage: stageOf(before), currentStage: stageOf(after) })]
      : []),
    ...(read ? [event('resume.parsed', {})] : []),
  ]
}
