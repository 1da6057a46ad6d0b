import { invalidInput, unknownReference } from '../http/errors'
import { byId, requireFew } from './apply'
import { changedFields } from './changed-fields'
import { duplicateMerged } from './errors'
import { emptyPlan, type Plan, type References } from './plan'
import { getRecord } from './plan-writes'
import { type ProspectRecord, toProspect } from './prospect'
import type { MergeProspect } from './schema'

/**
 * Folds a duplicate into a survivor: the survivor's values win, its blanks are filled, labels and jobs are joined.
 * Pure. 400 if they are one, 404 or 410 for the survivor, 422 if there is no such duplicate, 409 if it was merged into
 * somebody else. A merge that was done before changes nothing.
 */
export function planMerge(
  id: string,
  { duplicateId, userId, muteWebhook }: MergeProspect,
  people: ProspectRecord[],
  { merges, users }: References,
): Plan {
  if (duplicateId === id)
    throw invalidInput([
      { in: 'body', pointer: '/duplicateId', code: 'not_allowed', message: 'This is the same prospect.' },
    ])
  const known = new Map(people.map((p) => [p.id, p]))
  const survivor = getRecord(id, known, merges)
  const duplicate = known.get(duplicateId)
  const mergedInto = merges.get(duplicateId)
  const unknown = [
    ...(duplicate || mergedInto ? [] : [{ field: 'duplicateId', value: duplicateId }]),
    ...(userId && !users.has(userId) ? [{ field: 'userId', value: userId }] : []),
  ]
  if (unknown.length > 0) throw unknownReference(unknown)
  const plan = emptyPlan()
  const outcome = (record: ProspectRecord, changed: boolean) =>
    // one for the row of each of the two
    [record, record].map((r) => ({
      record: r,
      created: false,
      changed,
      matchedBy: null,
      potentialDuplicateId: null,
      message: null,
    }))
  if (mergedInto === survivor.id) return { ...plan, outcomes: outcome(survivor, false) }
  if (mergedInto || !duplicate) throw duplicateMerged({ conflictsWith: mergedInto })
  const after = join(survivor, duplicate)
  requireFew(after, '/duplicateId', '/duplicateId')
  after.version = survivor.version + 1
  after.updatedByUserId = userId ?? null
  return {
    ...plan,
    outcomes: outcome(after, true),
    updated: new Map([[after.id, after]]),
    changed: new Set(changedFields(survivor, after)),
    merged: [{ record: duplicate, into: survivor.id }],
    resumesToRead: survivor.resume === null && after.resume?.status === 'processing' ? [after.id] : [],
    unreferencedKeys: survivor.resume && duplicate.resume ? [duplicate.resume.key] : [],
    events: [
      {
        type: 'prospect.merged',
        prospectId: after.id,
        userId: userId ?? null,
        muted: muteWebhook,
        data: { prospect: toProspect(after), mergedId: duplicate.id },
      },
    ],
  }
}

function join(survivor: ProspectRecord, duplicate: ProspectRecord): ProspectRecord {
  const filled = Object.fromEntries(
    Object.entries(survivor).map(([field, value]) => [field, value ?? duplicate[field as keyof ProspectRecord]]),
  ) as unknown as ProspectRecord
  const labels = new Map([...survivor.labels, ...duplicate.labels].map((label) => [label.id, label]))
  return {
    ...filled,
    labels: byId([...labels.values()]),
    jobIds: [...new Set([...survivor.jobIds, ...duplicate.jobIds])].sort(),
    createdByUserId: survivor.createdByUserId,
  }
}
