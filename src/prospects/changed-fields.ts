import type { NewEvent } from '../webhooks/events'
import { changedKeys } from './custom-values'
import { REPORTED_FIELDS, type ReportedField } from './field-names'
import { labelNames, type Prospect, type ProspectRecord, toProspect } from './prospect'
import { toResume } from './resume'
import type { Change } from './write-request'

const shown = (record: ProspectRecord, field: Exclude<ReportedField, 'custom'>) =>
  field === 'labels'
    ? labelNames(record)
    : field === 'resume'
      ? record.resume && toResume(record.resume)
      : record[field]

/** The values of custom fields that differ: each is reported as a field of its own. */
const customChanges = (before: ProspectRecord, after: ProspectRecord): [string, { from: unknown; to: unknown }][] =>
  changedKeys(before.custom, after.custom).map((key) => [
    `custom.${key}`,
    { from: before.custom.get(key)?.shown ?? null, to: after.custom.get(key)?.shown ?? null },
  ])

/** The fields that differ. A change of the stage is reported as `currentStageId`. */
export function changedFields(before: ProspectRecord, after: ProspectRecord): (keyof Prospect)[] {
  const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b)
  return [
    ...REPORTED_FIELDS.filter((field) =>
      field === 'custom' ? changedKeys(before.custom, after.custom).length > 0 : differs(before[field], after[field]),
    ),
    ...(before.stage?.id !== after.stage?.id ? (['currentStageId'] as const) : []),
  ]
}

/**
 * The events of a change. A new stage and a resume that was read have events of their own; `prospect.updated` reports the
 * other fields that changed.
 */
export function eventsOf(
  before: ProspectRecord | null,
  after: ProspectRecord,
  fields: (keyof Prospect)[],
  { userId, muteWebhook, reading }: Change,
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
  const reported = REPORTED_FIELDS.filter((field) => fields.includes(field) && !(field === 'resume' && reading))
  const changes = Object.fromEntries(
    reported.flatMap((field): [string, { from: unknown; to: unknown }][] =>
      field === 'custom'
        ? customChanges(before, after)
        : [[field, { from: shown(before, field), to: shown(after, field) }]],
    ),
  )
  const stageOf = ({ stage }: ProspectRecord) => stage && { id: stage.id, name: stage.name }
  return [
    ...(reported.length > 0 ? [event('prospect.updated', { changes })] : []),
    ...(fields.includes('currentStageId')
      ? [event('prospect.stage_changed', { previousStage: stageOf(before), currentStage: stageOf(after) })]
      : []),
    ...(reading ? [event('resume.parsed', {})] : []),
  ]
}
