import { newId } from '../db/ids'
import { MAX_CATALOG } from '../db/quotas'
import { catalogFull, invalidInput } from '../http/errors'
import type { InputError } from '../http/factory'
import { nameKey } from '../http/text'
import type { CustomFields } from './custom-fields'
import { areSmall, type CustomValue, type CustomValues, customTooLarge, toValue, withValues } from './custom-values'
import { EXTRACTED_FIELDS, TEXT_FIELDS, type TextField } from './field-names'
import { MAX_LABELS } from './labels'
import type { NamedItem, Plan, References } from './plan'
import type { Label, ProspectRecord, Stage } from './prospect'
import { isSameFile, type StoredResume } from './resume'
import { MAX_JOBS } from './schema'
import type { Change } from './write-request'

/** The account's item with this name. If the account has no such item, `add` makes it, and `known` gets it. */
function findOrAdd<T>(known: Map<string, T>, name: string, add: (nameKey: string) => T): T {
  const key = nameKey(name)
  const found = known.get(key) ?? add(key)
  known.set(key, found)
  return found
}

function addItem(items: NamedItem[], item: NamedItem): NamedItem {
  items.push(item)
  return item
}

/** A new prospect, without any values: it has an id and a stage. */
export const blank = (change: Change, references: References, now: number): ProspectRecord => ({
  id: newId('prs', now),
  ...(Object.fromEntries(
    [...TEXT_FIELDS, 'email', 'phone', 'sourceId'].map((field) => [field, null]),
  ) as unknown as Blank),
  stage: references.defaultStage,
  labels: [],
  jobIds: [],
  resume: null,
  custom: new Map(),
  aliases: { emails: [], phones: [] },
  createdByUserId: change.userId ?? null,
  updatedByUserId: null,
  version: 1,
  createdAt: now,
  updatedAt: now,
})

type Blank = Pick<ProspectRecord, TextField | 'email' | 'phone' | 'sourceId'>

/**
 * The record after the change: an absent field stays, null clears it, a value overwrites it. Adds new labels and sources to
 * the plan. Throws 409 if the catalog has no space for them, and 400 if the record would have too many labels or jobs.
 */
export function apply(
  before: ProspectRecord,
  change: Change,
  { references, plan, now }: { references: References; plan: Plan; now: number },
): ProspectRecord {
  const countNew = () => plan.labels.length + plan.sources.length
  const newBefore = countNew()
  const labelsOf = (names: string[]) =>
    names.map((name) => {
      const add = (key: string) => addItem(plan.labels, { id: newId('lbl', now), name, nameKey: key })
      return findOrAdd(references.labels, name, add)
    })
  const sourceIdOf = (name: string) =>
    findOrAdd(
      references.sourceNames,
      name,
      (key) => addItem(plan.sources, { id: newId('src', now), name, nameKey: key }).id,
    )
  const sourceId = change.newSourceName && !change.sourceId ? sourceIdOf(change.newSourceName) : change.sourceId
  const removed = new Set(change.removeLabels.map(nameKey))
  const notRemoved = (names: string[]) => names.filter((name) => !removed.has(nameKey(name)))
  const labels = [
    ...(change.labels ? labelsOf(notRemoved(change.labels)) : before.labels),
    ...labelsOf(notRemoved(change.addLabels)),
  ]
  if (countNew() > newBefore && references.catalogSize + countNew() > MAX_CATALOG) throw catalogFull()
  const jobIds = [...(change.jobIds ?? before.jobIds), ...(change.jobId ? [change.jobId] : [])]
  const after = {
    ...before,
    ...Object.fromEntries(
      TEXT_FIELDS.flatMap((field) => (change[field] === undefined ? [] : [[field, change[field]]])),
    ),
    ...(change.email !== undefined && { email: change.email }),
    ...(change.phone !== undefined && { phone: change.phone ? (change.phone.e164 ?? before.phone) : null }),
    ...(sourceId !== undefined && { sourceId }),
    stage: stageAfter(before.stage, change, references),
    labels: byId(
      [...new Map(labels.map(({ id, name }) => [id, { id, name }])).values()].filter(
        ({ name }) => !removed.has(nameKey(name)),
      ),
    ),
    jobIds: [...new Set(jobIds)].sort(),
    custom: change.customValues ? withValues(before.custom, change.customValues) : before.custom,
  }
  after.resume = resumeAfter(before, after, change, now)
  replaceIn(after, change.replace, references.customFields)
  requireFew(after, { labels: '/labels', jobs: change.jobId ? '/jobId' : '/jobIds', custom: '/custom' })
  return after
}

/** The resume after the change. The same file changes nothing. A new file is `processing` until it is read. */
function resumeAfter(
  before: ProspectRecord,
  after: ProspectRecord,
  { resume, reading: read, muteWebhook }: Change,
  now: number,
): StoredResume | null {
  const kept = before.resume
  if (read) return kept && { ...kept, status: read.status, reason: read.reason, parsed: read.parsed }
  if (!resume) return resume === undefined ? kept : null
  if (isSameFile(kept, resume)) return kept
  const had = EXTRACTED_FIELDS.filter((field) => before[field] !== null || after[field] !== null)
  return { ...resume, uploadedAt: now, status: 'processing', reason: null, parsed: null, muted: muteWebhook, had }
}

/** Replaces one item of the catalog by another, wherever the record refers to it. For a field: erases its value. */
function replaceIn(record: ProspectRecord, replace: Change['replace'], fields: CustomFields): void {
  if (!replace) return
  if (replace.kind === 'fields') {
    record.custom = withValues(record.custom, [[replace.from, null]])
    return
  }
  const { kind, from, to } = replace
  const id = (given: string | null) => (given === from ? to.id : given)
  const at = kind === 'pipelines' ? record.stage?.pipelineId : record.stage?.id
  if ((kind === 'pipelines' || kind === 'stages') && at === from) record.stage = to as Stage
  if (kind === 'labels') {
    const labels = record.labels.map((label) => (label.id === from ? { id: to.id, name: to.name } : label))
    record.labels = byId([...new Map(labels.map((label) => [label.id, label])).values()])
  }
  if (kind === 'jobs') record.jobIds = [...new Set(record.jobIds.map((job) => id(job) as string))].sort()
  if (kind === 'sources') record.sourceId = id(record.sourceId)
  if (kind === 'offices') record.officeId = id(record.officeId)
  if (kind === 'users') {
    record.createdByUserId = id(record.createdByUserId)
    record.updatedByUserId = id(record.updatedByUserId)
    record.custom = replaceUser(record.custom, from, to.id, fields)
  }
}

function replaceUser(values: CustomValues, from: string, to: string, fields: CustomFields): CustomValues {
  const replaced = [...values].flatMap(([key, { stored }]) => {
    const field = fields.get(key)
    return field?.type === 'user' && stored === from ? [[key, toValue(field, to)] as [string, CustomValue]] : []
  })
  return withValues(values, replaced)
}

/** Throws 400 if a record has too many labels, jobs or custom values. The pointers name the fields that the error is about. */
export function requireFew(
  { labels, jobIds, custom }: ProspectRecord,
  pointers: { labels: string; jobs: string; custom: string },
): void {
  const tooMany = (pointer: string, most: number, what: string): InputError => ({
    in: 'body',
    pointer,
    code: 'too_many',
    message: `A prospect can have at most ${most} ${what}.`,
  })
  const errors = [
    ...(labels.length > MAX_LABELS ? [tooMany(pointers.labels, MAX_LABELS, 'labels')] : []),
    ...(jobIds.length > MAX_JOBS ? [tooMany(pointers.jobs, MAX_JOBS, 'jobs')] : []),
    ...(areSmall(custom) ? [] : [customTooLarge(pointers.custom)]),
  ]
  if (errors.length > 0) throw invalidInput(errors)
}

/** A `pipelineId` changes the stage only if the prospect is in another pipeline. So a repeated call resets no stage. */
function stageAfter(stage: Stage | null, { stageId, pipelineId }: Change, references: References): Stage | null {
  if (stageId) return references.stages.get(stageId) ?? stage
  if (pipelineId && pipelineId !== stage?.pipelineId) return references.pipelines.get(pipelineId) ?? stage
  return stage
}

/** Sorts labels as the database stores them. */
export const byId = (labels: Label[]) => [...labels].sort((a, b) => (a.id < b.id ? -1 : 1))
