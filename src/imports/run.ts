import { type Database, databaseOf } from '../db/client'
import { isStopped, stopIf } from '../db/errors'
import { logInfo } from '../http/log'
import { describeError } from '../http/problem'
import { areOthersActive } from '../http/share'
import { type Progress, type WriteResult, writeProspects } from '../prospects/store'
import type { WriteRequest } from '../prospects/write-request'
import { ImportMessage, parseMessages } from '../queues/messages'
import { openOutbox } from '../webhooks/events'
import { type ChunkSize, type FilePosition, MAX_CHUNK, type RecordChunk, readChunks, UnreadableFile } from './chunks'
import { MAX_UNKNOWN_COLUMNS } from './columns'
import { MAX_ROWS } from './errors'
import { endTurn, failImport, LEASE_TIME, type LeasedImport, leaseImport, requeueImport } from './lease'
import { type RowOutcome, rejectionErrors, type StoredRowError, skippedLines, warningsFor } from './row-errors'
import { parseRow } from './rows'
import { fileKey } from './store'

/** A turn ends after this many of the largest chunks, or after this time, ms. Then it is the turn of other accounts. */
const TURN_CHUNKS = 20
const TURN_TIME = 1_000
/** How much is written together while other accounts call this isolate, so that a commit takes about as long as their calls. */
const SHARED_CHUNK: ChunkSize = { records: 10, characters: 4 * 1024 }
/** An import fails after this many tries in a row without progress. If each try fails at once, this takes two hours. */
const MAX_TRIES = 10
/** How long an import waits after a failed try, ms. The wait doubles with each try, up to half an hour. */
const RETRY_AFTER = 15_000
const MAX_RETRY_AFTER = 30 * 60_000
/** About how many errors an import stores. Warnings are stored only up to half of it, so that there is space for the rest. */
const MAX_STORED_ERRORS = 10_000
/** How long an import is stored after its end, ms, and how many are deleted at a time. */
const KEPT_FOR = 30 * 24 * 60 * 60_000
const MAX_PURGED = 20

/**
 * Consumes messages of the imports queue: each gives one import its turn. Throws if D1 is unavailable: the queue then
 * sends the message again.
 */
export async function consumeImports(batch: MessageBatch<unknown>, env: Env): Promise<void> {
  for (const { body } of parseMessages(ImportMessage, batch)) {
    const db = databaseOf(env, body.accountId)
    if (!db) continue
    await runTurn(db, env, body)
    logInfo(env, { message: 'import', ...body, ...db.cost })
  }
}

/** Leases an import and writes some chunks of it, in two round trips each. Then it enqueues the account's next turn. */
async function runTurn(db: Database, env: Env, message: ImportMessage): Promise<void> {
  const leased = await leaseImport(db, message)
  if (!leased) return
  const { accountId, importId, format, tries } = leased
  if (tries > MAX_TRIES)
    return failImport(db, env, leased, `The import could not continue from line ${leased.line} in ${MAX_TRIES} tries.`)
  const end = Date.now() + TURN_TIME
  const mayContinue = () => Date.now() <= end && db.hasQueriesLeft()
  const sizeOf = () => chunkSize(leased)
  let left = TURN_CHUNKS
  let start = Date.now()
  try {
    const place = { byte: leased.bytesDone, line: leased.line }
    const file = { key: fileKey(accountId, importId), bytes: leased.bytes, format }
    for await (const chunk of readChunks(env.RESUMES, file, place, sizeOf)) {
      leased.read += chunk.records.length
      if (leased.read > MAX_ROWS) throw new UnreadableFile(`The file has more than ${MAX_ROWS} rows.`)
      const isWhole = await writeChunk(db, env, leased, chunk, mayContinue)
      if (isWhole && chunk.end.byte === leased.bytes) return endTurn(db, env, accountId)
      left -= sizeOf().records / MAX_CHUNK.records
      if (left <= 0 || !isWhole || !mayContinue()) break
      // lets waiting calls run first; while other accounts are active, waits as long as the chunk took
      const now = Date.now()
      await scheduler.wait(areOthersActive(accountId, now) ? Math.min(now - start, TURN_TIME) : 1)
      start = Date.now()
    }
  } catch (error) {
    // the cancellation, or the consumer that now has the import, enqueues the next turn
    if (isStopped(error)) return
    if (error instanceof UnreadableFile) return failImport(db, env, leased, error.message)
    console.error(JSON.stringify({ level: 'error', accountId, importId, tries, ...describeError(error) }))
    return requeueImport(db, env, leased, Math.min(RETRY_AFTER * 2 ** (tries - 1), MAX_RETRY_AFTER))
  }
  await requeueImport(db, env, leased)
}

/** How much of the import is written together now. */
const chunkSize = ({ accountId }: LeasedImport): ChunkSize =>
  areOthersActive(accountId, Date.now()) ? SHARED_CHUNK : MAX_CHUNK

/**
 * Writes the rows of a chunk. Each commit also stores the progress of the import and the errors of its rows, so each row
 * is written exactly once even if the consumer dies. Returns whether the whole chunk was written.
 */
async function writeChunk(
  db: Database,
  env: Env,
  leased: LeasedImport,
  { records, begin, end }: RecordChunk,
  mayContinue: () => boolean,
): Promise<boolean> {
  const { accountId, keyId, format, options, country, unknown } = leased
  const items = records.map((record) => ({ ...record, ...parseRow(record, format, options, country) }))
  for (const name of items.flatMap((item) => item.ignoredColumns))
    if (unknown.size < MAX_UNKNOWN_COLUMNS) unknown.add(name)
  const requests = items.map(({ request }) => request)
  const placeOf = ({ from, line }: (typeof items)[number]) => ({ byte: from, line })
  const statementsFor: Progress['statementsFor'] = (covered, { outcomes, rejected }) => {
    const first = Math.max(requests.indexOf(covered[0] as WriteRequest), 0)
    const part = items.slice(first, first + covered.length)
    const [head, next] = [part[0], items[first + part.length]]
    const problems = new Map(rejected.map(({ request, problem }) => [request, problem]))
    const written = outcomes.values()
    const errors = part.flatMap((item) => {
      const problem = problems.get(item.request)
      const found = problem ? rejectionErrors(item, problem) : warningsFor(item, written.next().value as RowOutcome)
      return found.map((error): StoredRowError => ({ ...error, from: item.from, to: item.to }))
    })
    const from = first === 0 || !head ? begin : placeOf(head)
    const to = next ? placeOf(next) : end
    const found = [...errors, ...skippedLines(format, { from, to, size: leased.bytes })]
    const stored = leased.errors < MAX_STORED_ERRORS / 2 ? found : found.filter(({ refused }) => refused)
    leased.errors += stored.length
    const inOrder = stored.toSorted((a, b) => a.line - b.line)
    return advance(db, leased, { from, to, counts: countsOf(outcomes, rejected.length), errors: inOrder })
  }
  const actor = { account: { id: accountId }, key: { id: keyId } }
  const progress = { statementsFor, isDryRun: options.dryRun, mayContinue }
  const { outcomes, rejected } = await writeProspects(db, actor, requests, {
    source: 'import',
    outbox: openOutbox(env),
    progress,
  })
  return outcomes.length + rejected.length === requests.length
}

function countsOf(outcomes: WriteResult['outcomes'], failed: number) {
  const created = outcomes.filter((outcome) => outcome.created).length
  const updated = outcomes.filter((outcome) => outcome.changed).length
  return { created, updated, unchanged: outcomes.length - created - updated, failed }
}

/**
 * The statements that advance an import from one position in its file to another, with the counts and the errors of the
 * rows between them. They stop the batch if the import is not at the first position, or not running.
 */
function advance(
  { d1 }: Database,
  { accountId, importId, bytes, unknown }: LeasedImport,
  {
    from,
    to,
    counts: { created, updated, unchanged, failed },
    errors,
  }: { from: FilePosition; to: FilePosition; counts: ReturnType<typeof countsOf>; errors: StoredRowError[] },
): D1PreparedStatement[] {
  const now = Date.now()
  const finishedAt = to.byte === bytes ? now : null
  const places = [to.byte, to.line, created, updated, unchanged, failed] as const
  return [
    d1.prepare(STOP_IF_MOVED).bind(accountId, importId, from.byte),
    ...(errors.length > 0
      ? [d1.prepare(STORE_ERRORS).bind(accountId, importId, from.byte, JSON.stringify(errors), MAX_STORED_ERRORS)]
      : []),
    d1
      .prepare(ADVANCE)
      .bind(
        ...[accountId, importId, ...places, JSON.stringify([...unknown]), now + LEASE_TIME, finishedAt],
        errors.length,
      ),
  ]
}

/** Deletes imports that ended a month ago, with their errors, in at most `chunks` chunks. The next run deletes the rest. */
export async function purgeImports(db: Database, now: number, chunks = 20): Promise<void> {
  for (let left = chunks; left > 0 && db.hasQueriesLeft(); left--) {
    const purged = await db.query(PURGE, now - KEPT_FOR, MAX_PURGED)
    if (purged.length < MAX_PURGED) return
  }
}

const STOP_IF_MOVED = stopIf(`NOT EXISTS
  (SELECT 1 FROM imports WHERE account_id = ?1 AND id = ?2 AND status = 'running' AND bytes_done = ?3)`)

// text: it adds to columns and sets others by a condition
const ADVANCE = `
  UPDATE imports SET bytes_done = ?3, line = ?4, read = read + ?5 + ?6 + ?7 + ?8, created = created + ?5,
    updated = updated + ?6, unchanged = unchanged + ?7, failed = failed + ?8, unknown_columns = ?9, tries = 0,
    status = iif(?11 IS NULL, status, 'completed'), held_until = ?10, next_at = iif(?11 IS NULL, ?10, NULL),
    finished_at = ?11, errors = errors + ?12
  WHERE account_id = ?1 AND id = ?2`

// text: it inserts what it selects
const STORE_ERRORS = `
  INSERT INTO import_errors (account_id, import_id, bytes_from, errors)
  SELECT account_id, id, ?3, ?4 FROM imports WHERE account_id = ?1 AND id = ?2 AND errors < ?5`

// text: it names an index
const PURGE = `
  DELETE FROM imports WHERE (account_id, id) IN
    (SELECT account_id, id FROM imports INDEXED BY imports_finished WHERE finished_at < ?1 ORDER BY finished_at LIMIT ?2)
  RETURNING id`
