import type { Database } from '../db/client'
import { accountRejection, isAborted, isForeignKeyViolation, uniqueViolation } from '../db/errors'
import { contention, invalidCredential, merged, notFound } from '../http/errors'
import type { IdempotentRequest } from '../http/factory'
import { isKeyAlreadyUsed, type StoredResponse } from '../http/idempotency'
import { Problem } from '../http/problem-type'
import type { Origin, Outbox } from '../webhooks/events'
import { planMerge } from './merge'
import { emptyPlan, type Outcome, type Plan } from './plan'
import { planWrites } from './plan-writes'
import { COLUMNS, JOINS, type Prospect, type ProspectRow, toProspect, toRecord } from './prospect'
import type { NewFile } from './resume'
import type { MergeProspect } from './schema'
import type { Upload } from './upload'
import { commitPlan, readCandidates } from './write'
import { NO_CHANGE, type WriteRequest } from './write-request'

/** One prospect and the catalog's version; 404 if the account has none of this id, 410 if it was merged. One trip. */
export async function getProspect(
  db: Database,
  accountId: string,
  id: string,
): Promise<{ prospect: Prospect; catalogVersion: number }> {
  type Found = (ProspectRow | { id: null }) & { catalogVersion: number; mergedInto: string | null }
  const { results } = await db.d1.prepare(GET).bind(accountId, id).all<Found>()
  const row = results[0]
  if (!row) throw invalidCredential()
  const { catalogVersion, mergedInto, ...found } = row
  if (mergedInto !== null) throw merged({ mergedInto })
  if (found.id === null) throw notFound('prospect')
  return { prospect: toProspect(toRecord(found)), catalogVersion }
}

const GET = `
  SELECT ${COLUMNS}, a.catalog_version AS catalogVersion,
    (SELECT into_id FROM merges m WHERE m.account_id = ?1 AND m.id = ?2) AS mergedInto
  FROM accounts a
    LEFT JOIN prospects p ON p.account_id = a.id AND p.id = ?2 ${JOINS}
  WHERE a.id = ?1`

/** How often a write goes round again when others change what it was folded from. */
const MAX_ROUNDS = 40

/** On whose behalf something is written: an account, by one of its keys. */
export interface Actor {
  account: { id: string }
  key: { id: string }
}

/** How a call of one row is answered, and what lets it be repeated. */
export interface Idempotency {
  request: IdempotentRequest
  responseOf: ResponseOf
}
export type ResponseOf = (outcome: Outcome, catalogVersion: number) => StoredResponse

/** What of the caller's commits with the rows. */
export interface Progress {
  /** Statements for a commit that covers these rows, the next ones of those given, whatever becomes of each. */
  statementsFor(rows: WriteRequest[], plan: Pick<Plan, 'outcomes' | 'rejected'>): D1PreparedStatement[]
  /** They are all that is written: the rows are only tried. */
  isDryRun: boolean
  /** Whether another part of the rows may be begun; if not, the rest is left. */
  mayContinue(): boolean
}

export interface WriteResult {
  /** Of the rows that were not rejected. */
  outcomes: Outcome[]
  rejected: Plan['rejected']
  catalogVersion: number
  /** The answer's body, if it was kept. */
  storedBody?: string | undefined
  /** Keys of resumes that are nobody's any more: their bytes can go. */
  unreferencedKeys: string[]
  /** Ids of those whose resume is to be read. */
  resumesToRead: string[]
}

/**
 * The one write path: reads whom the rows reach, folds the rows into them, commits what changed. Every prospect is
 * made and changed here. A lost race writes nothing and goes round again, with fewer rows: rows of one chunk can be in
 * each other's way too (one takes an email that another gives up). Another `fold` gets all rows at once. Two trips; one
 * if nothing is to be written. The bytes that a row brings are stored in between, once it is known that they are to be
 * kept. Returns an outcome for each row that was not rejected. Throws what `fold` throws, 503 if the races go on, and
 * D1's error if `progress` ends the batch (`stopIf`).
 */
export async function writeProspects(
  db: Database,
  { account, key }: Actor,
  source: Origin['source'],
  rows: WriteRequest[],
  {
    outbox,
    repeat,
    upload,
    fold = planWrites,
    progress,
  }: {
    outbox: Outbox
    repeat?: Idempotency | undefined
    upload?: Upload | undefined
    fold?: typeof planWrites
    progress?: Progress
  },
): Promise<WriteResult> {
  const origin = { keyId: key.id, source }
  const outcomes: Outcome[] = []
  const rejected: Plan['rejected'] = []
  const unreferencedKeys: string[] = []
  const resumesToRead: string[] = []
  let stored: NewFile | undefined
  const mayContinue = () => !progress || progress.mayContinue()
  let left = rows
  let size = rows.length
  try {
    for (let lost = 0; lost < MAX_ROUNDS; ) {
      const now = Date.now()
      const read = await readCandidates(db, account.id, left.slice(0, size), repeat?.request, upload?.file, now)
      if (!read) throw invalidCredential()
      const { rows: chunk } = read
      const { catalogVersion } = read.references
      let plan = fold(chunk, read.people, read.references, now)
      if (upload && !stored && refersTo(plan, upload.file)) {
        const before = read.people.find(({ id }) => id === plan.outcomes[0]?.record.id)
        if (await upload.store(before?.resume ?? null)) stored = upload.file
        // what the bytes are is known only now: they may be the ones that are there
        plan = fold(chunk, read.people, read.references, now)
      }
      const [first] = plan.outcomes
      const kept = repeat &&
        first && {
          repeatable: repeat.request,
          answer: repeat.responseOf(first, catalogVersion),
          about: first.record.id,
        }
      const covered = plan.outcomes.length + plan.rejected.length
      const beside = progress?.statementsFor(chunk.slice(0, covered), plan)
      let body: string | undefined
      try {
        if (plan.events.length > 0 || kept || beside) {
          const written = progress?.isDryRun ? emptyPlan() : plan
          const committed = await commitPlan(db, outbox, account.id, origin, now, read, written, kept, beside)
          await outbox.send(committed)
          body = committed.kept
        }
      } catch (error) {
        if (isKeyAlreadyUsed(error)) throw error
        if (!isAborted(error) && !isForeignKeyViolation(error) && !uniqueViolation(error)) throw error
        lost++
        if (fold === planWrites) size = Math.ceil(size / 2)
        if (!mayContinue()) break
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(lost * 8, 250)))
        continue
      }
      lost = 0
      size *= 2
      outcomes.push(...plan.outcomes)
      rejected.push(...plan.rejected)
      unreferencedKeys.push(...plan.unreferencedKeys)
      resumesToRead.push(...plan.resumesToRead)
      if (stored && !refersTo(plan, stored)) unreferencedKeys.push(stored.key)
      left = left.slice(covered)
      if (left.length === 0 || !mayContinue())
        return { outcomes, rejected, catalogVersion, storedBody: body, unreferencedKeys, resumesToRead }
    }
    throw contention('Other requests keep changing this prospect.')
  } catch (error) {
    // what fails otherwise may have been committed
    if (stored && (error instanceof Problem || isKeyAlreadyUsed(error) || accountRejection(error)))
      await upload?.discard()
    throw error
  }
}

const refersTo = ({ created, updated }: Plan, { key }: NewFile) =>
  [...created.values(), ...updated.values()].some(({ resume }) => resume?.key === key)

/** Merges a duplicate into the prospect with this id; see `foldMerge` for what wins and what it refuses. */
export function mergeProspects(
  db: Database,
  caller: Actor,
  id: string,
  input: MergeProspect,
  options: { outbox: Outbox; repeat: Idempotency | undefined },
): Promise<WriteResult> {
  const change = { ...NO_CHANGE, userId: input.userId }
  const rows = [id, input.duplicateId].map((each): WriteRequest => ({ target: { match: false, id: each }, change }))
  const fold: typeof planWrites = (_rows, people, references) => planMerge(id, input, people, references)
  return writeProspects(db, caller, 'merge', rows, { ...options, fold })
}
