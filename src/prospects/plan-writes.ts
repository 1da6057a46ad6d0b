import { invalidInput, merged, notFound, toInputError, type UnknownReference, unknownReference } from '../http/errors'
import type { InputError } from '../http/factory'
import { Problem } from '../http/problem-type'
import { apply, blank } from './apply'
import { changedFields, eventsOf } from './changed-fields'
import { type CustomValues, type ParsedCustom, parseCustom } from './custom-values'
import { emailTaken, versionMismatch } from './errors'
import { fillBlanks } from './fill'
import { findMatch, hasEmail, hasPhone, type Match, phonesOf } from './match'
import { emptyPlan, type Plan, type References } from './plan'
import type { ProspectRecord } from './prospect'
import { withStageIds } from './stage-names'
import type { Change, WriteRequest } from './write-request'

/** About how many bytes of events and responses one plan can have: a parameter of a D1 statement can have 2 MB. */
const MAX_BYTES = 500_000
/** About how many deliveries one plan can have. The more webhooks an account has, the fewer requests are written together. */
const MAX_DELIVERIES = 1_000

/**
 * Plans write requests, in order: which prospect each one is about, what it changes, and which events report that. A later
 * request sees the effects of earlier ones. Pure, except for new ids.
 *
 * Throws 404 if a request's id is unknown, 412 if its prospect has another version, 409 if another prospect has its email,
 * 422 if it refers to something unknown, and 400 if a custom value is wrong or its prospect would have too many labels or jobs.
 * A request with `mayBeRejected` goes to `rejected` instead.
 *
 * `candidates` has for each request: the prospect with its id, the one with its email, the two oldest with its phone, and
 * the oldest with its phone and no email. The emails and phones of merged duplicates count as the survivor's own. If an
 * earlier request takes a prospect out of the group with a phone, the next prospect of that group was not read: the plan
 * then ends before the next request with that phone. It also ends when it gets too large for one batch.
 */
export function planWrites(
  requests: WriteRequest[],
  candidates: ProspectRecord[],
  read: References,
  now: number,
): Plan {
  const current = new Map(candidates.map((record) => [record.id, record]))
  const references = { ...read, labels: new Map(read.labels), sourceNames: new Map(read.sourceNames) }
  const plan = emptyPlan()
  /** Phones of which an earlier request took a prospect out of the group. */
  const leftPhones = new Set<string>()
  let [bytes, deliveries] = [0, 0]
  const count = (shown: unknown) => {
    if (requests.length > 1) bytes += encoder.encode(JSON.stringify(shown)).length
  }
  for (const request of requests) {
    const phone = changeOf(request, current).phone?.e164 ?? null
    plan.isFull = bytes > MAX_BYTES || deliveries >= MAX_DELIVERIES
    if ((phone !== null && leftPhones.has(phone)) || plan.isFull) break
    const items = { labels: plan.labels.length, sources: plan.sources.length }
    let matched: Matched
    let after: ProspectRecord
    try {
      matched = matchRequest(request, current, references)
      after = recordAfter(matched, { references, plan, now })
    } catch (error) {
      if (!request.mayBeRejected || !(error instanceof Problem)) throw error
      // takes back the labels and sources that the rejected request would have created
      for (const { nameKey } of plan.labels.splice(items.labels)) references.labels.delete(nameKey)
      for (const { nameKey } of plan.sources.splice(items.sources)) references.sourceNames.delete(nameKey)
      plan.rejected.push({ request, problem: error })
      count(error.members)
      continue
    }
    const { match, change, writes, leftOut } = matched
    const before = match.record
    const fields = before ? changedFields(before, after) : []
    const isWritten = before === null || fields.length > 0
    plan.outcomes.push({
      record: isWritten ? after : before,
      created: before === null,
      changed: before !== null && isWritten,
      isCommitted: !isWritten && !plan.created.has(before.id) && !plan.updated.has(before.id),
      matchedBy: match.matchedBy,
      potentialDuplicateId: match.duplicate?.id ?? null,
      message: messageOf(change, match, writes),
      ...(leftOut.length > 0 && { leftOut }),
    })
    if (!isWritten) {
      count(before)
      continue
    }
    if (!change.replace && !change.reading) after.updatedByUserId = change.userId ?? null
    if (before) {
      after.version = before.version + 1
      const gainsEmail = before.email === null && after.email !== null
      for (const phone of phonesOf(before)) if (gainsEmail || !hasPhone(after, phone)) leftPhones.add(phone)
    }
    if (before?.resume?.key !== after.resume?.key) {
      if (before?.resume) plan.unreferencedKeys.push(before.resume.key)
      if (after.resume) plan.resumesToRead.push(after.id)
    }
    current.set(after.id, after)
    if (!before || plan.created.has(after.id)) plan.created.set(after.id, after)
    else plan.updated.set(after.id, after)
    for (const field of fields) plan.changed.add(field)
    const events = eventsOf(before, after, fields, change)
    plan.events.push(...events)
    deliveries += read.endpoints * events.filter(({ muted }) => !muted).length
    count(events)
  }
  return plan
}

const encoder = new TextEncoder()

/** What a request changes. A resume that was read changes only blank fields of its prospect. */
function changeOf({ target, change }: WriteRequest, current: Map<string, ProspectRecord>): Change {
  const { reading } = change
  return reading && !target.match
    ? fillBlanks({ ...change, reading }, current.get(target.id), [...current.values()])
    : change
}

/** The prospect that a request is about, and what the request changes. */
interface Matched {
  match: Match
  change: Change
  /** What is wrong with the custom values that are left out. */
  leftOut: InputError[]
  /** Whether the request writes: a request that matches a prospect does so only with `update`. */
  writes: boolean
}

/**
 * Finds the prospect that a request is about. `current` has the candidates by id, after the earlier requests. Throws the
 * problem that the request was rejected with earlier, and 400, 404, 409, 410, 412 or 422 as `planWrites` does.
 */
export function matchRequest(
  request: WriteRequest,
  current: Map<string, ProspectRecord>,
  references: References,
): Matched {
  const { target, givenIn, rejected, leavesOut } = request
  if (rejected) throw rejected
  const asked = changeOf(request, current)
  // before the prospect is looked for, as all other fields are checked
  if (asked.custom !== undefined && !leavesOut) requireCustom(asked.custom, null, references)
  const match = findTarget(request, asked, current, references.merges)
  const { record } = match
  const isSurvivor = target.match && record !== null && record.id === references.merges.get(target.id ?? '')
  const unknown: UnknownReference[] = []
  const own = record ? withoutAliases(asked, record, isSurvivor ? ['email', 'phone'] : [match.matchedBy]) : asked
  const { custom, ...change } = withStageIds(own, record, references)
  const leftOut: InputError[] = []
  if (custom !== undefined) {
    const current = record?.custom ?? new Map()
    const parsed = leavesOut ? tryCustom(custom, current, references) : requireCustom(custom, current, references)
    change.customValues = parsed.changes
    if (leavesOut) leftOut.push(...parsed.errors, ...parsed.unknown.map(toInputError))
    else unknown.push(...parsed.unknown)
  }
  requireReferences(change, references, givenIn, unknown)
  return { match, change, leftOut, writes: !target.match || target.update || record === null }
}

/** Throws 400 or 422 if a change is not valid, whatever prospect it is about. */
export function requireValid(change: Change, references: References): void {
  const custom = change.custom === undefined ? undefined : requireCustom(change.custom, null, references)
  requireReferences(change, references, undefined, custom?.unknown ?? [])
}

type GivenCustom = NonNullable<Change['custom']> | null

/** What a `custom` changes, and what is wrong with it. */
const tryCustom = (custom: GivenCustom, current: CustomValues | null, { customFields, users }: References) =>
  parseCustom(custom, customFields, current, users)

/** What a `custom` changes. Throws 400 with everything that is wrong with it. */
function requireCustom(custom: GivenCustom, current: CustomValues | null, references: References): ParsedCustom {
  const parsed = tryCustom(custom, current, references)
  if (parsed.errors.length > 0) throw invalidInput(parsed.errors)
  return parsed
}

/** The prospect after the request. Adds the labels and sources that the request creates to the plan. */
function recordAfter(
  { match: { record }, change, writes }: Matched,
  context: { references: References; plan: Plan; now: number },
): ProspectRecord {
  if (record && !writes) return record
  return apply(record ?? blank(change, context.references, context.now), change, context)
}

/**
 * The change without the email or phone by which the prospect was found, if it is an alias: that of a merged duplicate. An
 * alias does not replace the prospect's current email or phone.
 */
function withoutAliases(asked: Change, record: ProspectRecord, foundBy: Match['matchedBy'][]): Change {
  const change = { ...asked }
  const [email, phone] = [asked.email, asked.phone?.e164]
  const isAlias = {
    email: email && record.email !== null && record.email !== email && hasEmail(record, email),
    phone: phone && record.phone !== null && record.phone !== phone && hasPhone(record, phone),
  }
  for (const by of foundBy) if (by && isAlias[by]) delete change[by]
  return change
}

function findTarget(
  { target }: WriteRequest,
  change: Change,
  current: Map<string, ProspectRecord>,
  merges: References['merges'],
): Match {
  const candidates = [...current.values()]
  const record = target.match ? findRecord(target.id, current, merges) : getRecord(target.id, current, merges)
  if (!record) return findMatch(change.email ?? null, change.phone?.e164 ?? null, candidates)
  if (target.match && !target.update) return { record, matchedBy: null, duplicate: null }
  if (!target.match && target.ifVersions && !target.ifVersions.includes(record.version))
    throw versionMismatch({ version: record.version })
  const others = candidates.filter(({ id }) => id !== record.id)
  const owner = change.email ? others.find((other) => hasEmail(other, change.email as string)) : undefined
  if (owner) throw emailTaken({ conflictsWith: owner.id })
  const duplicate = change.phone?.e164 ? findMatch(null, change.phone.e164, others).record : null
  return { record, matchedBy: null, duplicate }
}

/** The prospect with this id, or the survivor of a merge of the prospect with this id. */
const findRecord = (id = '', current: Map<string, ProspectRecord>, merges: References['merges']) =>
  current.get(id) ?? current.get(merges.get(id) ?? '')

/** The prospect with this id. Throws 410 if it was merged into another, 404 if there is none. */
export function getRecord(
  id: string,
  current: Map<string, ProspectRecord>,
  merges: References['merges'],
): ProspectRecord {
  const record = current.get(id)
  const mergedInto = merges.get(id)
  if (mergedInto !== undefined) throw merged({ mergedInto })
  if (!record) throw notFound('prospect')
  return record
}

/**
 * Throws 422 with each reference that the account does not have, and with those that are `known` to be missing. Skips a
 * `pipelineId` that a `stageId` overrides.
 */
function requireReferences(
  change: Change,
  r: References,
  givenIn: WriteRequest['givenIn'],
  known: UnknownReference[],
): void {
  const unknown = (field: string, value: string | null | undefined, known: { has(id: string): boolean }) =>
    value && !known.has(value) ? [{ in: givenIn, field, value }] : []
  const missing = [
    ...unknown('stageId', change.stageId, r.stages),
    ...unknown('pipelineId', change.stageId ? null : change.pipelineId, r.pipelines),
    ...unknown('userId', change.userId, r.users),
    ...unknown('officeId', change.officeId, r.offices),
    ...unknown('sourceId', change.sourceId, r.sources),
    ...unknown('jobId', change.jobId, r.jobs),
    ...(change.jobIds ?? []).flatMap((id, i) =>
      r.jobs.has(id) ? [] : [{ in: givenIn, field: `jobIds/${i}`, value: id }],
    ),
    ...known,
  ]
  if (missing.length > 0) throw unknownReference(missing)
}

/** The message for the caller: what happened to the phone, and which other prospect has it. */
function messageOf({ phone }: Change, { record, duplicate }: Match, writes: boolean): string | null {
  const rejected = phone && phone.e164 === null
  const fate = !rejected
    ? ''
    : !record || (writes && !record.phone)
      ? ' It was left out.'
      : writes
        ? ' The one on record stays.'
        : ' It was ignored.'
  const shared =
    record && duplicate
      ? `Another prospect, ${duplicate.id}, has this phone too${writes ? '; it was written as given' : ''}.`
      : ''
  return [`${phone?.warning ?? ''}${fate}`, shared].filter(Boolean).join(' ') || null
}
