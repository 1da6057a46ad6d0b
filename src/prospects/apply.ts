import { newId } from '../db/ids'
import { MAX_CATALOG } from '../db/quotas'
import { catalogFull, invalidInput } from '../http/errors'
import type { InputError } from '../http/factory'
import { nameKey } from '../http/text'
import { EXTRACTED_FIELDS, TEXT_FIELDS, type TextField } from './field-names'
import { MAX_LABELS } from './labels'
import type { NamedItem, Plan, References } from './plan'
import type { Label, ProspectRecord, Stage } from './prospect'
import { isSameFile, type StoredResume } from './resume'
import { MAX_JOBS } from './schema'
import type { Change } from './write-request'

/** What the account has under these names; what it lacks is put on the list of what to make. */
function findOrMake<T>(
  names: string[],
  prefix: 'lbl' | 'src',
  made: NamedItem[],
  known: Map<string, T>,
  keep: (made: NamedItem) => T,
  now: number,
): T[] {
  return names.map((name) => {
    const key = nameKey(name)
    const found = known.get(key)
    if (found !== undefined) return found
    const fresh = { id: newId(prefix, now), name, nameKey: key }
    made.push(fresh)
    known.set(key, keep(fresh))
    return keep(fresh)
  })
}

/** A prospect who is new: nothing but an id and a stage. */
export const blank = (change: Change, references: References, now: number): ProspectRecord => ({
  id: newId('prs', now),
  ...(Object.fromEntries(
    [...TEXT_FIELDS, 'email', 'phone', 'sourceId'].map((field) => [field, null]),
  ) as unknown as Blank),
  stage: references.defaultStage,
  labels: [],
  jobIds: [],
  resume: null,
  aliases: { emails: [], phones: [] },
  createdByUserId: change.userId ?? null,
  updatedByUserId: null,
  version: 1,
  createdAt: now,
  updatedAt: now,
})

type Blank = Pick<ProspectRecord, TextField | 'email' | 'phone' | 'sourceId'>

/** The record after the change: absent leaves alone, null clears, present overwrites. */
export function apply(
  before: ProspectRecord,
  change: Change,
  references: References,
  plan: Plan,
  now: number,
): ProspectRecord {
  const made = () => plan.labels.length + plan.sources.length
  const madeBefore = made()
  const find = (names: string[]) => findOrMake(names, 'lbl', plan.labels, references.labels, (made) => made, now)
  const [source] =
    change.newSourceName && !change.sourceId
      ? findOrMake([change.newSourceName], 'src', plan.sources, references.sourceNames, ({ id }) => id, now)
      : [change.sourceId]
  const removed = new Set(change.removeLabels.map(nameKey))
  const kept = (names: string[]) => names.filter((name) => !removed.has(nameKey(name)))
  const labels = [...(change.labels ? find(kept(change.labels)) : before.labels), ...find(kept(change.addLabels))]
  if (made() > madeBefore && references.catalogSize + made() > MAX_CATALOG) throw catalogFull()
  const jobIds = [...(change.jobIds ?? before.jobIds), ...(change.jobId ? [change.jobId] : [])]
  const after = {
    ...before,
    ...Object.fromEntries(
      TEXT_FIELDS.flatMap((field) => (change[field] === undefined ? [] : [[field, change[field]]])),
    ),
    ...(change.email !== undefined && { email: change.email }),
    ...(change.phone !== undefined && { phone: change.phone ? (change.phone.e164 ?? before.phone) : null }),
    ...(source !== undefined && { sourceId: source }),
    stage: stageAfter(before.stage, change, references),
    labels: byId(
      [...new Map(labels.map(({ id, name }) => [id, { id, name }])).values()].filter(
        ({ name }) => !removed.has(nameKey(name)),
      ),
    ),
    jobIds: [...new Set(jobIds)].sort(),
  }
  after.resume = resumeAfter(before, after, change, now)
  replaceIn(after, change.replace)
  requireFew(after, '/labels', change.jobId ? '/jobId' : '/jobIds')
  return after
}

/** The same file again changes nothing; another is still to be read. */
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

/** Puts one thing of the catalog in the place of another, wherever the record still names it. */
function replaceIn(record: ProspectRecord, replace: Change['replace']): void {
  if (!replace) return
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
  }
}

/** 400 if a record has more labels or jobs than it can; the pointers say which field gave them. */
export function requireFew({ labels, jobIds }: ProspectRecord, labelsFrom: string, jobsFrom: string): void {
  const tooMany = (pointer: string, most: number, what: string): InputError => ({
    in: 'body',
    pointer,
    code: 'too_many',
    message: `A prospect can have at most ${most} ${what}.`,
  })
  const errors = [
    ...(labels.length > MAX_LABELS ? [tooMany(labelsFrom, MAX_LABELS, 'labels')] : []),
    ...(jobIds.length > MAX_JOBS ? [tooMany(jobsFrom, MAX_JOBS, 'jobs')] : []),
  ]
  if (errors.length > 0) throw invalidInput(errors)
}

/** A pipeline moves only those who are not in it, so that repeating a call resets nobody. */
function stageAfter(stage: Stage | null, { stageId, pipelineId }: Change, references: References): Stage | null {
  if (stageId) return references.stages.get(stageId) ?? stage
  if (pipelineId && pipelineId !== stage?.pipelineId) return references.pipelines.get(pipelineId) ?? stage
  return stage
}

/** Labels in the order in which a set of them is stored. */
export const byId = (labels: Label[]) => [...labels].sort((a, b) => (a.id < b.id ? -1 : 1))
