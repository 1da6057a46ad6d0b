import { type Database, databaseOf } from '../db/client'
import { isStopped } from '../db/errors'
import { logInfo } from '../http/log'
import { describeError } from '../http/problem'
import { Problem } from '../http/problem-type'
import { areOthersActive } from '../http/share'
import { ImportMessage, parseMessages } from '../queues/messages'
import { type ChunkSize, MAX_CHUNK, UnreadableFile } from './chunks'
import { endTurn, failImport, type LeasedImport, leaseImport, requeueImport } from './lease'
import { partsOfMatches } from './write-matches'
import { partsOfFile } from './write-rows'

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

/** A part of an import: rows of a file, or prospects that match. */
export interface Part {
  /** Whether the import ends with this part. */
  isLast: boolean
  /** Writes the part. Returns whether all of it was written; the next turn writes the rest. */
  write(mayContinue: () => boolean): Promise<boolean>
}

/** Leases an import and writes some parts of it, in two or three round trips each. Then it enqueues the account's next turn. */
async function runTurn(db: Database, env: Env, message: ImportMessage): Promise<void> {
  const leased = await leaseImport(db, message)
  if (!leased) return
  const { accountId, importId, tries } = leased
  if (tries > MAX_TRIES)
    return failImport(
      db,
      env,
      leased,
      `It could not continue from ${leased.kind === 'file' ? 'line' : 'prospect'} ${leased.line} in ${MAX_TRIES} tries.`,
    )
  const end = Date.now() + TURN_TIME
  const mayContinue = () => Date.now() <= end && db.hasQueriesLeft()
  const sizeOf = () => chunkSize(leased)
  let left = TURN_CHUNKS
  let start = Date.now()
  try {
    const partsOf = leased.kind === 'file' ? partsOfFile : partsOfMatches
    for await (const part of partsOf(db, env, leased, sizeOf)) {
      const isWhole = await part.write(mayContinue)
      if (isWhole && part.isLast) return endTurn(db, env, accountId)
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
    // a custom field of the filters was deleted
    if (error instanceof Problem && error.status === 400) return failImport(db, env, leased, error.detail)
    console.error(JSON.stringify({ level: 'error', accountId, importId, tries, ...describeError(error) }))
    return requeueImport(db, env, leased, Math.min(RETRY_AFTER * 2 ** (tries - 1), MAX_RETRY_AFTER))
  }
  await requeueImport(db, env, leased)
}

/** How much of the import is written together now. */
const chunkSize = ({ accountId }: LeasedImport): ChunkSize =>
  areOthersActive(accountId, Date.now()) ? SHARED_CHUNK : MAX_CHUNK

/** Deletes imports that ended a month ago, with their errors, in at most `chunks` chunks. The next run deletes the rest. */
export async function purgeImports(db: Database, now: number, chunks = 20): Promise<void> {
  for (let left = chunks; left > 0 && db.hasQueriesLeft(); left--) {
    const purged = await db.query(PURGE, now - KEPT_FOR, MAX_PURGED)
    if (purged.length < MAX_PURGED) return
  }
}

// text: it names an index
const PURGE = `
  DELETE FROM imports WHERE (account_id, id) IN
    (SELECT account_id, id FROM imports INDEXED BY imports_finished WHERE finished_at < ?1 ORDER BY finished_at LIMIT ?2)
  RETURNING id`
