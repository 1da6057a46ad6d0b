import { invalidInput, unknownReference } from '../http/errors'
import { byId, requireFew } from './apply'
import { changedFields } from './changed-fields'
import type { CustomFields } from './custom-fields'
import { withValues } from './custom-values'
import { duplicateMerged } from './errors'
import { emptyPlan, type Plan, type References } from './plan'
import { getRecord } from './plan-writes'
import { type ProspectRecord, toProspect } from './prospect'
import type { MergeProspect } from './schema'

/**
 * Plans the merge of a duplicate into the prospect with this id, the survivor. The survivor keeps its values, gets the
 * duplicate's values where it has none, and gets the labels and jobs of both. A merge that was done before changes nothing.
 * Pure. Throws 400 if both ids are the same or the survivor would have too many labels, jobs or custom values, 404 or 410 for the survivor,
 * 422 if the duplicate or the user is unknown, and 409 if the duplicate was merged into another prospect.
 */
export function planMerge(
  id: string,
  { duplicateId, userId, muteWebhook }: MergeProspect,
  candidates: ProspectRecord[],
  { merges, users, customFields }: References,
): Plan {
  if (duplicateId === id)
    throw invalidInput([
      { in: 'body', pointer: '/duplicateId', code: 'not_allowed', message: 'This is the same prospect.' },
    ])
  const current = new Map(candidates.map((record) => [record.id, record]))
  const survivor = getRecord(id, current, merges)
  const duplicate = current.get(duplicateId)
  const mergedInto = merges.get(duplicateId)
  const unknown = [
    ...(duplicate || mergedInto ? [] : [{ field: 'duplicateId', value: duplicateId }]),
    ...(userId && !users.has(userId) ? [{ field: 'userId', value: userId }] : []),
  ]
  if (unknown.length > 0) throw unknownReference(unknown)
  const plan = emptyPlan()
  const outcome = (record: ProspectRecord, changed: boolean) =>
    // the merge has two write requests, one for each prospect
    [record, record].map((r) => ({
      record: r,
      created: false,
      changed,
      isCommitted: !changed,
      matchedBy: null,
      potentialDuplicateId: null,
      message: null,
    }))
  if (mergedInto === survivor.id) return { ...plan, outcomes: outcome(survivor, false) }
  if (mergedInto || !duplicate) throw duplicateMerged({ conflictsWith: mergedInto })
  const after = join(survivor, duplicate, customFields)
  requireFew(after, { labels: '/duplicateId', jobs: '/duplicateId', custom: '/duplicateId' })
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

function join(survivor: ProspectRecord, duplicate: ProspectRecord, fields: CustomFields): ProspectRecord {
  const filled = Object.fromEntries(
    Object.entries(survivor).map(([field, value]) => [field, value ?? duplicate[field as keyof ProspectRecord]]),
  ) as unknown as ProspectRecord
  const labels = new Map([...survivor.labels, ...duplicate.labels].map((label) => [label.id, label]))
  // a value of a deleted field would be erased with the duplicate, but not with the survivor
  const custom = [...duplicate.custom].filter(([key]) => !survivor.custom.has(key) && !fields.get(key)?.isDeleted)
  return {
    ...filled,
    custom: withValues(survivor.custom, custom),
    labels: byId([...labels.values()]),
    jobIds: [...new Set([...survivor.jobIds, ...duplicate.jobIds])].sort(),
    createdByUserId: survivor.createdByUserId,
  }
}
