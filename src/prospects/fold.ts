import { newId } from '../db/ids'
import { invalidInput, unknownReference } from '../http/problem'
import { nameKey } from '../http/text'
import type { NewEvent } from '../webhooks/events'
import { changedFields, eventsOf } from './changes'
import { findMatch, type Match } from './match'
import type { ParsedPhone } from './phone'
import type { Label, Prospect, ProspectRecord, Stage } from './prospect'
import { type CreateProspect, MAX_LABELS } from './schema'

/** One row to be folded: what the caller said, and what its phone turned out to be (null: none given). */
export interface Row {
  input: CreateProspect
  phone: ParsedPhone | null
}

/** What the account has of what rows refer to. */
export interface References {
  defaultStage: Stage
  stages: Map<string, Stage>
  /** Pipeline id → its default stage. */
  pipelines: Map<string, Stage>
  sources: Set<string>
  offices: Set<string>
  users: Set<string>
  jobs: Set<string>
  /** By name key. */
  labels: Map<string, Label>
  /** Name key → source id. */
  sourceNames: Map<string, string>
}

export interface Named extends Label {
  nameKey: string
}

/** What became of a row. */
export interface Outcome {
  record: ProspectRecord
  created: boolean
  matchedBy: Match['matchedBy']
  potentialDuplicateId: string | null
  message: string | null
}

/** What is to be written, and what each row's answer is. `outcomes` may be fewer than the rows: fold the rest later. */
export interface Plan {
  outcomes: Outcome[]
  created: Map<string, ProspectRecord>
  updated: Map<string, ProspectRecord>
  /** Fields that some update changes. */
  changed: Set<keyof Prospect>
  labels: Named[]
  sources: Named[]
  events: NewEvent[]
}

/**
 * Folds rows, in order, into the records that they reach: who is meant, what changes, which events say so. Later
 * rows see what earlier ones did. Pure but for new ids. 422 if a row names what is not there, 400 if a prospect
 * would have too many labels.
 *
 * `people` holds, for each row, whoever has its email, the two oldest who have its phone, and the oldest of those
 * who have no email. Where an earlier row took somebody out of such a group, the fold stops short: who is next in
 * it has not been read.
 */
export function foldRows(rows: Row[], people: ProspectRecord[], given: References, now: number): Plan {
  const known = new Map(people.map((p) => [p.id, p]))
  const references = { ...given, labels: new Map(given.labels), sourceNames: new Map(given.sourceNames) }
  const plan: Plan = {
    outcomes: [],
    created: new Map(),
    updated: new Map(),
    changed: new Set(),
    labels: [],
    sources: [],
    events: [],
  }
  const leftGroups = new Set<string>()
  for (const row of rows) {
    const { input } = row
    const phone = row.phone?.e164 ?? null
    if (phone !== null && leftGroups.has(phone)) break
    requireReferences(input, references)
    const match = findMatch(input.email ?? null, phone, [...known.values()])
    const before = match.record
    if (before && !input.update) {
      plan.outcomes.push(outcomeOf(row, match, before))
      continue
    }
    const labels = findOrMake(input.labels, 'lbl', plan.labels, references.labels, (label) => label, now)
    const [source] =
      input.newSourceName && !input.sourceId
        ? findOrMake([input.newSourceName], 'src', plan.sources, references.sourceNames, ({ id }) => id, now)
        : []
    const after = before
      ? update(before, row, labels, source, references)
      : create(row, labels, source, references, now)
    const fields = before ? changedFields(before, after) : []
    if (before && fields.length === 0) {
      plan.outcomes.push(outcomeOf(row, match, before))
      continue
    }
    if (before) {
      after.version = before.version + 1
      after.updatedByUserId = input.userId ?? null
      if (before.phone !== null && (after.phone !== before.phone || (before.email === null && after.email !== null)))
        leftGroups.add(before.phone)
    }
    known.set(after.id, after)
    if (!before || plan.created.has(after.id)) plan.created.set(after.id, after)
    else plan.updated.set(after.id, after)
    for (const field of fields) plan.changed.add(field)
    plan.events.push(...eventsOf(before, after, fields, input))
    plan.outcomes.push(outcomeOf(row, match, after))
  }
  return plan
}

/** 422 with every reference of the row that the account does not have. What is ignored is not looked at. */
function requireReferences(input: CreateProspect, r: References): void {
  const unknown = (field: keyof CreateProspect, known: { has(id: string): boolean }) => {
    const value = input[field]
    return typeof value === 'string' && !known.has(value) ? [{ field, value }] : []
  }
  const missing = [
    ...unknown('stageId', r.stages),
    ...(input.stageId ? [] : unknown('pipelineId', r.pipelines)),
    ...unknown('userId', r.users),
    ...unknown('officeId', r.offices),
    ...unknown('sourceId', r.sources),
    ...unknown('jobId', r.jobs),
  ]
  if (missing.length > 0) throw unknownReference(missing)
}

/** What the account has under these names; what it lacks is put on the list of what to make. */
function findOrMake<T>(
  names: string[],
  prefix: 'lbl' | 'src',
  made: Named[],
  known: Map<string, T>,
  keep: (made: Named) => T,
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

function create(
  row: Row,
  labels: Label[],
  source: string | undefined,
  references: References,
  now: number,
): ProspectRecord {
  const { input } = row
  const stage = input.pipelineId ? references.pipelines.get(input.pipelineId) : references.defaultStage
  return {
    id: newId('prs', now),
    ...profileOf(input),
    email: input.email ?? null,
    phone: row.phone?.e164 ?? null,
    stage: (input.stageId ? references.stages.get(input.stageId) : stage) ?? null,
    labels: byId(labels),
    jobIds: input.jobId ? [input.jobId] : [],
    officeId: input.officeId ?? null,
    sourceId: input.sourceId ?? source ?? null,
    createdByUserId: input.userId ?? null,
    updatedByUserId: input.userId ?? null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
}

const profileOf = (input: CreateProspect) => ({
  firstName: input.firstName,
  lastName: input.lastName,
  title: input.title ?? null,
  company: input.company ?? null,
  licenseStatus: input.licenseStatus ?? null,
  notes: input.notes ?? null,
  streetAddress: input.streetAddress ?? null,
  city: input.city ?? null,
  state: input.state ?? null,
  postalCode: input.postalCode ?? null,
})

/** The record after the row: absent leaves alone, null clears, present overwrites; labels and the job are added. */
function update(
  before: ProspectRecord,
  row: Row,
  newLabels: Label[],
  source: string | undefined,
  references: References,
): ProspectRecord {
  const { input } = row
  const given = (field: keyof CreateProspect) => input[field] !== undefined
  const profile = Object.fromEntries(
    Object.entries(profileOf(input)).filter(([field]) => given(field as keyof CreateProspect)),
  )
  const labels = byId([...new Map([...before.labels, ...newLabels].map((label) => [label.id, label])).values()])
  if (labels.length > MAX_LABELS)
    throw invalidInput([
      {
        in: 'body',
        pointer: '/labels',
        code: 'too_many',
        message: `A prospect can have at most ${MAX_LABELS} labels.`,
      },
    ])
  return {
    ...before,
    ...profile,
    ...(given('email') && { email: input.email ?? null }),
    ...(given('phone') && { phone: row.phone ? (row.phone.e164 ?? before.phone) : null }),
    ...(given('officeId') && { officeId: input.officeId ?? null }),
    ...(given('sourceId') && { sourceId: input.sourceId ?? null }),
    ...(source !== undefined && { sourceId: source }),
    stage: stageAfter(before, input, references),
    labels,
    jobIds: input.jobId ? [...new Set([...before.jobIds, input.jobId])].sort() : before.jobIds,
  }
}

/** A pipeline moves only those who are not in it, so that repeating a call resets nobody. */
function stageAfter({ stage }: ProspectRecord, { stageId, pipelineId }: CreateProspect, references: References) {
  if (stageId) return references.stages.get(stageId) ?? stage
  if (pipelineId && pipelineId !== stage?.pipelineId) return references.pipelines.get(pipelineId) ?? stage
  return stage
}

const byId = (labels: Label[]) => [...labels].sort((a, b) => (a.id < b.id ? -1 : 1))

function outcomeOf(row: Row, { record: before, matchedBy, duplicate }: Match, record: ProspectRecord): Outcome {
  const { input, phone } = row
  const kept = before && phone?.e164 === null ? (input.update ? ' The one on record stays.' : ' It was ignored.') : ''
  const left = !before && phone?.e164 === null ? ' It was left out.' : ''
  const shared =
    matchedBy === 'email' && duplicate
      ? `Another prospect, ${duplicate.id}, has this phone too${input.update ? '; it was written as given' : ''}.`
      : ''
  return {
    record,
    created: before === null,
    matchedBy,
    potentialDuplicateId: duplicate?.id ?? null,
    message: [`${phone?.warning ?? ''}${kept}${left}`, shared].filter(Boolean).join(' ') || null,
  }
}
