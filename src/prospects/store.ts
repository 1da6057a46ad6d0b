import type { Database } from '../db/client'
import { accountRejection, isAborted, isForeignKeyViolation, uniqueViolation } from '../db/errors'
import { contention, invalidCredential, merged, notFound } from '../http/errors'
import type { IdempotentRequest } from '../http/factory'
import { isKeyAlreadyUsed, type StoredResponse, storeResponse } from '../http/idempotency'
import { Problem } from '../http/problem-type'
import type { Origin, Outbox } from '../webhooks/events'
import { type ReadState, readCandidates } from './candidates'
import { type Commit, commitPlan, UPDATED_AT } from './commit'
import { fieldsUnless, learnFields, recallFields } from './custom-fields'
import { planMerge } from './merge'
import { emptyPlan, type Outcome, type Plan } from './plan'
import { matchRequest, planWrites } from './plan-writes'
import { COLUMNS, JOINS, type Prospect, type ProspectRow, toProspect, toRecord } from './prospect'
import type { MergeProspect } from './schema'
import type { Upload } from './upload'
import { NO_CHANGE, type WriteRequest } from './write-request'

/**
 * One prospect and the version of the catalog, in one round trip. Throws 404 if the account has no prospect with this id,
 * and 410 if the prospect was merged.
 */
export async function getProspect(
  db: Database,
  accountId: string,
  id: string,
): Promise<{ prospect: Prospect; catalogVersion: number }> {
  type Found = (ProspectRow | { id: null }) & {
    catalogVersion: number
    customFields: string | null
    mergedInto: string | null
  }
  const known = recallFields(accountId)
  const { results } = await db.d1.prepare(GET).bind(accountId, id, known.version).all<Found>()
  const row = results[0]
  if (!row) throw invalidCredential()
  const { catalogVersion, customFields, mergedInto, ...found } = row
  if (mergedInto !== null) throw merged({ mergedInto })
  if (found.id === null) throw notFound('prospect')
  const { fields } = learnFields(accountId, known, catalogVersion, customFields)
  return { prospect: toProspect(toRecord(found, fields)), catalogVersion }
}

// text: the columns of a prospect have subqueries
const GET = `
  SELECT ${COLUMNS}, a.catalog_version AS catalogVersion, ${fieldsUnless('?3')} AS customFields,
    (SELECT into_id FROM merges m WHERE m.account_id = ?1 AND m.id = ?2) AS mergedInto
  FROM accounts a
    LEFT JOIN prospects p ON p.account_id = a.id AND p.id = ?2 ${JOINS}
  WHERE a.id = ?1`

/** The account that a write belongs to, and the API key that it is made with. */
export interface Actor {
  account: { id: string }
  key: { id: string }
}

/** The response to a call with one request. It is made before the commit, and the commit then sets its `updatedAt`. */
export type ProspectResponse = StoredResponse & { body: { updatedAt: number } }

/** What the caller of `writeProspects` adds to each commit. */
export interface Progress {
  /** The caller's statements for one commit. `requests` are all that the commit covers, accepted or rejected, in order. */
  statementsFor(requests: WriteRequest[], plan: Pick<Plan, 'outcomes' | 'rejected'>): D1PreparedStatement[]
  /** Whether only the caller's statements are written: the requests are planned, and change nothing. */
  isDryRun: boolean
  /** Whether another commit may start. If not, the rest of the requests is left out. */
  mayContinue(): boolean
}

export interface WriteOptions<Response extends ProspectResponse = ProspectResponse> {
  source: Origin['source']
  outbox: Outbox
  /** Makes the response to the first request. */
  responseOf?: (outcome: Outcome, catalogVersion: number) => Response
  /** The commit also stores the response under this key. */
  idempotent?: IdempotentRequest | undefined
  /** The file that the only request brings. */
  upload?: Upload | undefined
  /** Another function that plans. It always gets all requests together. */
  plan?: typeof planWrites
  progress?: Progress
}

export interface WriteResult<Response extends ProspectResponse = ProspectResponse> {
  /** One for each accepted request, in order. */
  outcomes: Outcome[]
  rejected: Plan['rejected']
  /** If the options have `responseOf`. */
  response?: Response | undefined
  /** Keys of resumes that no prospect has any more: their bytes can be deleted. */
  unreferencedKeys: string[]
  /** Ids of the prospects whose resumes are to be read. */
  resumesToRead: string[]
}

/** How many races in a row a write can lose. */
const MAX_LOST_RACES = 40

/**
 * The one write path: every prospect is created and changed here. Each pass reads the candidates of the requests, plans
 * the changes and commits them, in two round trips, or one if there is nothing to write. A pass that loses a race writes
 * nothing, and the next one takes half as many requests, because two requests of one pass can also conflict with each other:
 * one takes the email that the other gives up.
 *
 * Throws what the plan throws, 503 if other writes keep winning the race, and D1's error if a statement of `progress`
 * stops the batch (`stopIf`).
 */
export async function writeProspects<Response extends ProspectResponse>(
  db: Database,
  actor: Actor,
  requests: WriteRequest[],
  options: WriteOptions<Response>,
): Promise<WriteResult<Response>> {
  const { upload, progress } = options
  const result: WriteResult<Response> = { outcomes: [], rejected: [], unreferencedKeys: [], resumesToRead: [] }
  const mayContinue = () => !progress || progress.mayContinue()
  let left = requests
  let size = requests.length
  let lostRaces = 0
  try {
    while (lostRaces < MAX_LOST_RACES) {
      const part = left.slice(0, size)
      // the first commit claims the idempotency key for all of them
      const pass = await writeOnce(db, actor, part, left === requests ? options : { ...options, idempotent: undefined })
      if (pass) {
        result.outcomes.push(...pass.outcomes)
        result.rejected.push(...pass.rejected)
        result.unreferencedKeys.push(...pass.unreferencedKeys)
        result.resumesToRead.push(...pass.resumesToRead)
        result.response ??= pass.response
        const covered = pass.outcomes.length + pass.rejected.length
        left = left.slice(covered)
        if (left.length === 0 || !mayContinue()) return result
        lostRaces = 0
        size = pass.isFull ? covered : size * 2
      } else {
        lostRaces++
        if (!options.plan) size = Math.ceil(size / 2)
        if (!mayContinue()) break
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(lostRaces * 8, 250)))
      }
    }
    throw contention('Other requests keep changing this prospect.')
  } catch (error) {
    // after any other error, the commit may have succeeded, and then a prospect has the file
    const isUnwritten = error instanceof Problem || isKeyAlreadyUsed(error) || accountRejection(error)
    if (upload?.isStored && isUnwritten) await upload.discard()
    throw error
  }
}

/** One pass of the write path. Returns null, and writes nothing, if it lost a race. */
async function writeOnce<Response extends ProspectResponse>(
  db: Database,
  { account, key }: Actor,
  requests: WriteRequest[],
  { source, outbox, responseOf, idempotent, upload, plan: planAll = planWrites, progress }: WriteOptions<Response>,
): Promise<(WriteResult<Response> & Pick<Plan, 'isFull'>) | null> {
  const now = Date.now()
  const read = await readCandidates(db, account.id, { requests, idempotent, file: upload?.file, now })
  if (!read) throw invalidCredential()
  if (upload && !upload.isStored) await storeFile(upload, read)

  const plan = planAll(read.requests, read.candidates, read.references, now)
  const [first] = plan.outcomes
  const response = first && responseOf?.(first, read.references.catalogVersion)
  const covered = read.requests.slice(0, plan.outcomes.length + plan.rejected.length)
  const stored = response && { ...response, about: first.record.id, late: UPDATED_AT }
  const statements = [
    ...(stored ? storeResponse(db, account.id, idempotent, stored) : []),
    ...(progress?.statementsFor(covered, plan) ?? []),
  ]

  const written = progress?.isDryRun ? emptyPlan() : plan
  let updatedAt = new Map<string, number>()
  if (plan.events.length > 0 || statements.length > 0) {
    const committed = await tryCommit(db, outbox, {
      accountId: account.id,
      origin: { keyId: key.id, source },
      now,
      read,
      plan: written,
      claim: statements.length > 0 ? idempotent : undefined,
      statements,
    })
    if (!committed) return null
    await outbox.send(committed.committed)
    updatedAt = committed.updatedAt
  }

  const unusedFile = upload?.isStored && !refersTo(plan, upload.file.key) ? [upload.file.key] : []
  const timeOf = ({ record, isCommitted }: Outcome) =>
    isCommitted ? record.updatedAt : (updatedAt.get(record.id) ?? record.updatedAt)
  return {
    outcomes: plan.outcomes.map((outcome) => ({
      ...outcome,
      record: { ...outcome.record, updatedAt: timeOf(outcome) },
    })),
    rejected: plan.rejected,
    isFull: plan.isFull,
    response: response && { ...response, body: { ...response.body, updatedAt: timeOf(first) } },
    unreferencedKeys: [...written.unreferencedKeys, ...unusedFile],
    resumesToRead: written.resumesToRead,
  }
}

/** Stores the file of the only request, unless the request does not write, or its prospect has the file already. */
async function storeFile(upload: Upload, { requests: [request], candidates, references }: ReadState): Promise<void> {
  if (!request) return
  const current = new Map(candidates.map((record) => [record.id, record]))
  const { match, writes } = matchRequest(request, current, references)
  if (writes) await upload.store(match.record?.resume ?? null)
}

/** Commits, or returns null if another write came first. */
async function tryCommit(db: Database, outbox: Outbox, commit: Commit) {
  try {
    return await commitPlan(db, outbox, commit)
  } catch (error) {
    const isLostRace = isAborted(error) || isForeignKeyViolation(error) || uniqueViolation(error)
    if (isKeyAlreadyUsed(error) || !isLostRace) throw error
    return null
  }
}

const refersTo = ({ created, updated }: Plan, key: string) =>
  [...created.values(), ...updated.values()].some(({ resume }) => resume?.key === key)

/** Merges a duplicate into the prospect with this id. `planMerge` says which values win, and what it throws. */
export function mergeProspects<Response extends ProspectResponse>(
  db: Database,
  actor: Actor,
  id: string,
  { input, ...options }: Omit<WriteOptions<Response>, 'source' | 'plan'> & { input: MergeProspect },
): Promise<WriteResult<Response>> {
  const change = { ...NO_CHANGE, userId: input.userId }
  const requests = [id, input.duplicateId].map((each): WriteRequest => ({ target: { match: false, id: each }, change }))
  const plan: typeof planWrites = (_requests, candidates, references) => planMerge(id, input, candidates, references)
  return writeProspects(db, actor, requests, { ...options, source: 'merge', plan })
}
