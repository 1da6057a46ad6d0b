import { merged, notFound, unknownReference } from '../http/errors'
import { Problem } from '../http/problem-type'
import { apply, blank } from './apply'
import { changedFields, eventsOf } from './changed-fields'
import { emailTaken, versionMismatch } from './errors'
import { fillBlanks } from './fill'
import { findMatch, hasEmail, hasPhone, type Match, phonesOf } from './match'
import { emptyPlan, type Plan, type References } from './plan'
import type { ProspectRecord } from './prospect'
import type { Change, Target, WriteRequest } from './write-request'

/** How much of events one plan may hold, roughly: a parameter of D1's may have 2 MB. */
const MOST_BYTES = 500_000

/**
 * Folds rows, in order, into the records that they reach: who is meant, what changes, which events say so. Later
 * rows see what earlier ones did. Pure but for new ids.
 *
 * Throws what is wrong with a row, unless the others go on without it: 404 if its id names nobody, 412 if that one has another version, 409 if it takes
 * somebody else's email, 422 if it names what is not there, 400 if a prospect would have too many labels.
 *
 * `people` holds, for each row, whoever has its id or its email, the two oldest who have its phone, and the oldest of
 * those who have no email; what a merged duplicate was known by counts like a prospect's own. The fold stops short
 * where an earlier row took somebody out of such a group, by any phone that meant them, for who is next in it has not
 * been read, and where the plan gets too large for one batch.
 */
export function planWrites(rows: WriteRequest[], people: ProspectRecord[], given: References, now: number): Plan {
  const known = new Map(people.map((p) => [p.id, p]))
  const references = { ...given, labels: new Map(given.labels), sourceNames: new Map(given.sourceNames) }
  const plan = emptyPlan()
  const leftGroups = new Set<string>()
  let size = 0
  for (const row of rows) {
    const { target, change: given } = row
    const { reading } = given
    const asked =
      reading && !target.match ? fillBlanks({ ...given, reading }, known.get(target.id), [...known.values()]) : given
    const phone = asked.phone?.e164 ?? null
    if ((phone !== null && leftGroups.has(phone)) || size > MOST_BYTES) break
    const named = { labels: plan.labels.length, sources: plan.sources.length }
    let decided: Decision
    try {
      decided = decide(row, asked, known, references, plan, now)
    } catch (error) {
      if (!row.mayBeRejected || !(error instanceof Problem)) throw error
      for (const { nameKey } of plan.labels.splice(named.labels)) references.labels.delete(nameKey)
      for (const { nameKey } of plan.sources.splice(named.sources)) references.sourceNames.delete(nameKey)
      plan.rejected.push({ row, problem: error })
      continue
    }
    const { match, change, writes, after } = decided
    const before = match.record
    const fields = before ? changedFields(before, after) : []
    plan.outcomes.push({
      record: before && fields.length === 0 ? before : after,
      created: before === null,
      changed: before !== null && fields.length > 0,
      matchedBy: match.matchedBy,
      potentialDuplicateId: match.duplicate?.id ?? null,
      message: messageOf(change, match, writes),
    })
    if (before && fields.length === 0) continue
    if (!change.replace && !change.reading) after.updatedByUserId = change.userId ?? null
    if (before) {
      after.version = before.version + 1
      const gainsEmail = before.email === null && after.email !== null
      for (const phone of phonesOf(before)) if (gainsEmail || !hasPhone(after, phone)) leftGroups.add(phone)
    }
    if (before?.resume?.key !== after.resume?.key) {
      if (before?.resume) plan.unreferencedKeys.push(before.resume.key)
      if (after.resume) plan.resumesToRead.push(after.id)
    }
    known.set(after.id, after)
    if (!before || plan.created.has(after.id)) plan.created.set(after.id, after)
    else plan.updated.set(after.id, after)
    for (const field of fields) plan.changed.add(field)
    const events = eventsOf(before, after, fields, change)
    plan.events.push(...events)
    if (rows.length > 1) size += new TextEncoder().encode(JSON.stringify(events)).length
  }
  return plan
}

/** Whom a row is about, and the record after it. */
interface Decision {
  match: Match
  change: Change
  /** Whether the row may write: somebody known is updated only on request. */
  writes: boolean
  after: ProspectRecord
}

/** Puts what the row makes of labels and sources into the plan. Throws what is wrong with it. */
function decide(
  { target, givenIn, rejected }: WriteRequest,
  asked: Change,
  known: Map<string, ProspectRecord>,
  references: References,
  plan: Plan,
  now: number,
): Decision {
  if (rejected) throw rejected
  const match = findTarget(target, asked, known, references.merges)
  const isByMerge = target.match && match.record !== null && match.record.id === references.merges.get(target.id ?? '')
  const change = match.record
    ? withoutAliases(asked, match.record, isByMerge ? ['email', 'phone'] : [match.matchedBy])
    : asked
  requireReferences(change, references, givenIn)
  const before = match.record
  const writes = !target.match || target.update || before === null
  const after = writes ? apply(before ?? blank(change, references, now), change, references, plan, now) : before
  return { match, change, writes, after }
}

/** What somebody was found by as an alias is theirs already, and does not take the place of what they have now. */
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
  target: Target,
  change: Change,
  known: Map<string, ProspectRecord>,
  merges: References['merges'],
): Match {
  const people = [...known.values()]
  const record = target.match ? findRecord(target.id, known, merges) : getRecord(target.id, known, merges)
  if (!record) return findMatch(change.email ?? null, change.phone?.e164 ?? null, people)
  if (target.match && !target.update) return { record, matchedBy: null, duplicate: null }
  if (!target.match && target.ifVersions && !target.ifVersions.includes(record.version))
    throw versionMismatch({ version: record.version })
  const others = people.filter((p) => p.id !== record.id)
  const owner = change.email ? others.find((p) => hasEmail(p, change.email as string)) : undefined
  if (owner) throw emailTaken({ conflictsWith: owner.id })
  const duplicate = change.phone?.e164 ? findMatch(null, change.phone.e164, others).record : null
  return { record, matchedBy: null, duplicate }
}

/** Whoever has this id, or survived a merge of who had it. */
const findRecord = (id = '', known: Map<string, ProspectRecord>, merges: References['merges']) =>
  known.get(id) ?? known.get(merges.get(id) ?? '')

/** Whoever has this id; 410 if they were merged into another, 404 if there is nobody. */
export function getRecord(
  id: string,
  known: Map<string, ProspectRecord>,
  merges: References['merges'],
): ProspectRecord {
  const record = known.get(id)
  const mergedInto = merges.get(id)
  if (mergedInto !== undefined) throw merged({ mergedInto })
  if (!record) throw notFound('prospect')
  return record
}

/** 422 with every reference of the row that the account does not have. What is ignored is not looked at. */
function requireReferences(change: Change, r: References, givenIn: WriteRequest['givenIn']): void {
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
  ]
  if (missing.length > 0) throw unknownReference(missing)
}

/** What the caller should know: what became of the phone, and who else has it. */
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
