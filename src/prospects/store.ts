import type { Database } from '../db/client'
import { accountRefusal, isAborted, isForeignKeyViolation, uniqueViolation } from '../db/errors'
import type { Repeatable } from '../http/factory'
import { type Answer, isRepeated } from '../http/idempotency'
import { contention, goneInto, notFound, Problem, unauthorized } from '../http/problem'
import type { NewFile } from '../resumes/resume'
import type { Upload } from '../resumes/upload'
import type { Origin, Outbox } from '../webhooks/events'
import { NO_CHANGE, type Row } from './change'
import { foldRows } from './fold'
import { foldMerge } from './merge'
import { emptyPlan, type Outcome, type Plan } from './plan'
import { COLUMNS, JOINS, type Prospect, type ProspectRow, toProspect, toRecord } from './prospect'
import type { MergeProspect } from './schema'
import { commitPlan, readReached } from './write'

/** One prospect and the catalog's version; 404 if the account has none of this id, 410 if it was merged. One trip. */
export async function getProspect(
  db: Database,
  accountId: string,
  id: string,
): Promise<{ prospect: Prospect; catalogVersion: number }> {
  type Found = (ProspectRow | { id: null }) & { catalogVersion: number; mergedInto: string | null }
  const { results } = await db.d1.prepare(GET).bind(accountId, id).all<Found>()
  const row = results[0]
  if (!row) throw unauthorized(true)
  const { catalogVersion, mergedInto, ...found } = row
  if (mergedInto !== null) throw goneInto(mergedInto)
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
const ROUNDS = 40

/** On whose behalf something is written: an account, by one of its keys. */
export interface Actor {
  account: { id: string }
  key: { id: string }
}

/** How a call of one row is answered, and what lets it be repeated. */
export interface Repeat {
  repeatable: Repeatable
  answerOf: AnswerOf
}
export type AnswerOf = (outcome: Outcome, catalogVersion: number) => Answer

/** What of the caller's commits with the rows. */
export interface Progress {
  /** Statements for a commit that covers these rows, the next ones of those given, whatever becomes of each. */
  of(rows: Row[], plan: Pick<Plan, 'outcomes' | 'refused'>): D1PreparedStatement[]
  /** They are all that is written: the rows are only tried. */
  alone: boolean
  /** Whether another part of the rows may be begun; if not, the rest is left. */
  mayGoOn(): boolean
}

export interface Written {
  /** Of the rows that were not refused. */
  outcomes: Outcome[]
  refused: Plan['refused']
  catalogVersion: number
  /** The answer's body, if it was kept. */
  kept?: string | undefined
  /** Keys of resumes that are nobody's any more: their bytes can go. */
  dropped: string[]
  /** Ids of those whose resume is to be read. */
  toRead: string[]
}

/**
 * The one write path: reads whom the rows reach, folds the rows into them, commits what changed. Every prospect is
 * made and changed here. A lost race writes nothing and goes round again, with fewer rows: rows of one chunk can be in
 * each other's way too (one takes an email that another gives up). Another `fold` gets all rows at once. Two trips; one
 * if nothing is to be written. The bytes that a row brings are stored in between, once it is known that they are to be
 * kept. Returns an outcome for each row that was not refused. Throws what `fold` throws, 503 if the races go on, and
 * D1's error if `progress` ends the batch (`stopIf`).
 */
export async function writeProspects(
  db: Database,
  { account, key }: Actor,
  source: Origin['source'],
  rows: Row[],
  {
    outbox,
    repeat,
    upload,
    fold = foldRows,
    progress,
  }: {
    outbox: Outbox
    repeat?: Repeat | undefined
    upload?: Upload | undefined
    fold?: typeof foldRows
    progress?: Progress
  },
): Promise<Written> {
  const origin = { keyId: key.id, source }
  const outcomes: Outcome[] = []
  const refused: Plan['refused'] = []
  const dropped: string[] = []
  const toRead: string[] = []
  let stored: NewFile | undefined
  const mayGoOn = () => !progress || progress.mayGoOn()
  let left = rows
  let size = rows.length
  try {
    for (let lost = 0; lost < ROUNDS; ) {
      const now = Date.now()
      const read = await readReached(db, account.id, left.slice(0, size), repeat?.repeatable, upload?.file, now)
      if (!read) throw unauthorized(true)
      const { rows: chunk } = read
      const { catalogVersion } = read.references
      let plan = fold(chunk, read.people, read.references, now)
      if (upload && !stored && keeps(plan, upload.file)) {
        const before = read.people.find(({ id }) => id === plan.outcomes[0]?.record.id)
        if (await upload.store(before?.resume ?? null)) stored = upload.file
        // what the bytes are is known only now: they may be the ones that are there
        plan = fold(chunk, read.people, read.references, now)
      }
      const [first] = plan.outcomes
      const kept = repeat &&
        first && {
          repeatable: repeat.repeatable,
          answer: repeat.answerOf(first, catalogVersion),
          about: first.record.id,
        }
      const covered = plan.outcomes.length + plan.refused.length
      const beside = progress?.of(chunk.slice(0, covered), plan)
      let body: string | undefined
      try {
        if (plan.events.length > 0 || kept || beside) {
          const written = progress?.alone ? emptyPlan() : plan
          const committed = await commitPlan(db, outbox, account.id, origin, now, read, written, kept, beside)
          await outbox.send(committed)
          body = committed.kept
        }
      } catch (error) {
        if (isRepeated(error)) throw error
        if (!isAborted(error) && !isForeignKeyViolation(error) && !uniqueViolation(error)) throw error
        lost++
        if (fold === foldRows) size = Math.ceil(size / 2)
        if (!mayGoOn()) break
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(lost * 8, 250)))
        continue
      }
      lost = 0
      size *= 2
      outcomes.push(...plan.outcomes)
      refused.push(...plan.refused)
      dropped.push(...plan.dropped)
      toRead.push(...plan.toRead)
      if (stored && !keeps(plan, stored)) dropped.push(stored.key)
      left = left.slice(covered)
      if (left.length === 0 || !mayGoOn()) return { outcomes, refused, catalogVersion, kept: body, dropped, toRead }
    }
    throw contention('Others keep changing this prospect.')
  } catch (error) {
    // what fails otherwise may have been committed
    if (stored && (error instanceof Problem || isRepeated(error) || accountRefusal(error))) await upload?.discard()
    throw error
  }
}

const keeps = ({ created, updated }: Plan, { key }: NewFile) =>
  [...created.values(), ...updated.values()].some(({ resume }) => resume?.key === key)

/** Merges a duplicate into the prospect with this id; see `foldMerge` for what wins and what it refuses. */
export function mergeProspects(
  db: Database,
  caller: Actor,
  id: string,
  input: MergeProspect,
  options: { outbox: Outbox; repeat: Repeat | undefined },
): Promise<Written> {
  const change = { ...NO_CHANGE, userId: input.userId }
  const rows = [id, input.duplicateId].map((each): Row => ({ target: { match: false, id: each }, change }))
  const fold: typeof foldRows = (_rows, people, references) => foldMerge(id, input, people, references)
  return writeProspects(db, caller, 'merge', rows, { ...options, fold })
}
