import { type Database, databaseOf } from '../db/client'
import { isStopped, stopIf } from '../db/errors'
import { logInfo } from '../http/log'
import { describeError } from '../http/problem'
import { type Progress, type WriteResult, writeProspects } from '../prospects/store'
import type { WriteRequest } from '../prospects/write-request'
import { openOutbox } from '../webhooks/events'
import { CHUNK, type Chunk, chunksOf, type FilePosition, UnreadableFile } from './chunks'
import { MAX_ROWS } from './errors'
import { type Format, MAX_UNKNOWN } from './inspect'
import { enqueueImports, ImportMessage, MESSAGE_COLUMNS, nextTurn, turnOf } from './messages'
import { errorsFor, type Outcome, type RowError, type RowOptions, readRow, warningsFor } from './rows'
import { fileOf } from './store'

/** How long a consumer has an import in hand after each commit, ms. Who is slower may find that another goes on. */
const LEASE_TIME = 10_000
/** How long a turn is: so many chunks, or ms, if D1 takes so many statements. Then other accounts have theirs. */
const CHUNKS = 20
const TIME = 1_000
/** Of how many deliveries one commit may be: where each row has fifty, fewer rows are written together. */
const DELIVERIES = 1_000
/** An import that so many consumers in turn got no further with is ended: where tries fail, after two hours. */
const TRIES = 10
/** How long the next waits after a try that failed, ms; twice as long after each more, up to half an hour. */
const RETRY_AFTER = 15_000
const RETRY_MOST = 30 * 60_000
/** Of how many errors an import keeps what they say; it counts them all. */
const MOST_KEPT = 10_000
/** How long an import is remembered after its end, ms, and how many are forgotten at a time. */
const KEPT_FOR = 30 * 24 * 60 * 60_000
const PURGE_MOST = 20
/** When the schedule looks at an import again, ms, and at how many at a time. */
const OVERDUE_AFTER = 60_000
const MAX_OVERDUE = 500
/** When it wakes somebody for what was handed on, ms. */
const HANDED_ON_FOR = 15_000

/** An import in hand. */
interface Job extends Omit<ImportMessage, 'from'> {
  keyId: string
  format: Format
  options: RowOptions & { dryRun: boolean }
  unknown: Set<string>
  bytes: number
  bytesDone: number
  line: number
  read: number
  tries: number
  country: string
  /** How many webhooks a row may be sent to. */
  endpoints: number
}

/**
 * Consumes wake-ups: goes on with imports that nobody else has in hand. A message that is none is dropped with a log
 * line. Throws where D1 is away: the message comes again.
 */
export async function runBatch({ messages }: MessageBatch<unknown>, env: Env): Promise<void> {
  for (const { id, body } of messages) {
    const { success, data } = ImportMessage.safeParse(body)
    if (!success) console.error(JSON.stringify({ level: 'error', error: 'not an import', messageId: id }))
    const db = success ? databaseOf(env, data.accountId) : null
    if (!success || !db) continue
    await runImport(db, env, data)
    logInfo(env, { message: 'import', ...data, ...db.cost })
  }
}

/** Gives an import its turn: writes some chunks of it, each at two trips, then leaves the next turn to a message. */
async function runImport(db: Database, env: Env, message: ImportMessage): Promise<void> {
  const job = await leaseImport(db, message)
  if (!job) return
  const { accountId, importId } = job
  if (job.tries > TRIES)
    return fail(db, env, job, `It could not be gone on with from line ${job.line}; it was tried many times.`)
  const end = Date.now() + TIME
  const mayContinue = () => Date.now() <= end && db.hasRoom()
  let left = CHUNKS
  try {
    const place = { byte: job.bytesDone, line: job.line }
    const file = fileOf(accountId, importId)
    const isSent = !job.options.dryRun && !job.options.muteWebhook
    const most = isSent ? Math.min(CHUNK, Math.ceil(DELIVERIES / job.endpoints)) : CHUNK
    for await (const chunk of chunksOf(env.RESUMES, file, job.format, place, job.bytes, most)) {
      job.read += chunk.records.length
      if (job.read > MAX_ROWS) throw new UnreadableFile(`It has more than ${MAX_ROWS} rows.`)
      const isWhole = await writeChunk(db, env, job, chunk, mayContinue)
      if (isWhole && chunk.end.byte === job.bytes) return void (await endTurn(db, env, accountId))
      if (--left === 0 || !isWhole || !mayContinue()) break
      // calls that came meanwhile go first
      await scheduler.wait(1)
    }
  } catch (error) {
    // cancelled, or another goes on with it: it has been seen to that the next has its turn
    if (isStopped(error)) return
    if (error instanceof UnreadableFile) return fail(db, env, job, error.message)
    console.error(JSON.stringify({ level: 'error', accountId, importId, tries: job.tries, ...describeError(error) }))
    return handOn(db, env, job, Math.min(RETRY_AFTER * 2 ** (job.tries - 1), RETRY_MOST))
  }
  await handOn(db, env, job)
}

/** Leaves an import to its account's next turn. After a try that failed, it waits so long, ms, and lets others pass. */
async function handOn(db: Database, env: Env, { accountId, importId }: Job, wait = 0): Promise<void> {
  const until = Date.now() + wait
  const statement = db.d1
    .prepare(REQUEUE)
    .bind(accountId, importId, ...(wait ? ['queued', until] : ['running', 0]), until + HANDED_ON_FOR)
  const handedOn = await endTurn(db, env, accountId, statement)
  if (wait) await enqueueImports(env, handedOn, wait)
}

/** Ends a turn, with what that writes, and sends the message for the account's next one. Returns the statement's rows. */
async function endTurn(db: Database, env: Env, accountId: string, statement?: D1PreparedStatement) {
  const next = nextTurn(db, accountId, Date.now())
  const results = await db.d1.batch<ImportMessage>(statement ? [statement, next] : [next])
  await enqueueImports(env, results.at(-1)?.results ?? [])
  return results[0]?.results ?? []
}

/**
 * Writes the rows of a chunk, and with each part of them that commits, how far that is and what became of them: so a row
 * is written once, whatever dies. Returns whether all of it is written.
 */
async function writeChunk(
  db: Database,
  env: Env,
  job: Job,
  { records, begin, end }: Chunk,
  mayContinue: () => boolean,
): Promise<boolean> {
  const { accountId, keyId, format, options, country, unknown } = job
  const items = records.map((record) => ({ ...record, ...readRow(record, format, options, country) }))
  for (const name of items.flatMap((item) => item.unknown)) if (unknown.size < MAX_UNKNOWN) unknown.add(name)
  const rows = items.map(({ row }) => row)
  const placeOf = ({ from, line }: (typeof items)[number]) => ({ byte: from, line })
  const statementsFor: Progress['statementsFor'] = (covered, { outcomes, rejected }) => {
    const first = Math.max(rows.indexOf(covered[0] as WriteRequest), 0)
    const part = items.slice(first, first + covered.length)
    const [head, next] = [part[0], items[first + part.length]]
    const problems = new Map(rejected.map(({ row, problem }) => [row, problem]))
    const written = outcomes.values()
    const errors = part.flatMap((item) => {
      const problem = problems.get(item.row)
      const found = problem ? errorsFor(item, problem) : warningsFor(item, written.next().value as Outcome)
      return found.map((error): StoredError => ({ ...error, from: item.from, to: item.to }))
    })
    const places = [first === 0 || !head ? begin : placeOf(head), next ? placeOf(next) : end] as const
    return advance(db, job, ...places, countsOf(outcomes, rejected.length), errors)
  }
  const actor = { account: { id: accountId }, key: { id: keyId } }
  const progress = { statementsFor, isDryRun: options.dryRun, mayContinue }
  const { outcomes, rejected } = await writeProspects(db, actor, 'import', rows, { outbox: openOutbox(env), progress })
  return outcomes.length + rejected.length === rows.length
}

/** An error as it is kept: with the bytes of its record. */
export interface StoredError extends RowError {
  from: number
  to: number
}

function countsOf(outcomes: WriteResult['outcomes'], failed: number) {
  const created = outcomes.filter((outcome) => outcome.created).length
  const updated = outcomes.filter((outcome) => outcome.changed).length
  return { created, updated, unchanged: outcomes.length - created - updated, failed }
}

/** The statements that move an import on from one place to another. They end the batch if it is no longer there. */
function advance(
  { d1 }: Database,
  { accountId, importId, bytes, unknown }: Job,
  from: FilePosition,
  to: FilePosition,
  { created, updated, unchanged, failed }: ReturnType<typeof countsOf>,
  errors: StoredError[],
): D1PreparedStatement[] {
  const now = Date.now()
  const counts = [created, updated, unchanged, failed]
  const isDone = to.byte === bytes
  const kept = JSON.stringify(errors)
  return [
    d1.prepare(STILL_THERE).bind(accountId, importId, from.byte),
    ...(errors.length > 0 ? [d1.prepare(KEEP_ERRORS).bind(accountId, importId, from.byte, kept, MOST_KEPT)] : []),
    d1
      .prepare(ADVANCE)
      .bind(
        accountId,
        importId,
        to.byte,
        to.line,
        ...counts,
        JSON.stringify([...unknown]),
        now + LEASE_TIME,
        isDone ? now : null,
        errors.length,
      ),
  ]
}

/** Leases an import if it is its account's turn and it is still where the message says. */
async function leaseImport({ d1 }: Database, { accountId, importId, from }: ImportMessage): Promise<Job | null> {
  const now = Date.now()
  type Taken = Omit<Job, 'format' | 'options' | 'unknown'> & { format: string; options: string; unknown: string }
  const { results } = await d1
    .prepare(LEASE)
    .bind(accountId, importId, now, now + LEASE_TIME, from)
    .all<Taken>()
  const [taken] = results
  if (!taken) return null
  return {
    ...taken,
    format: JSON.parse(taken.format),
    options: JSON.parse(taken.options),
    unknown: new Set(JSON.parse(taken.unknown) as string[]),
  }
}

/** Ends an import that cannot be gone on with. */
async function fail(db: Database, env: Env, { accountId, importId }: Job, reason: string): Promise<void> {
  await endTurn(db, env, accountId, db.d1.prepare(FAIL).bind(accountId, importId, reason, Date.now()))
}

/** Forgets imports that ended a month ago, with what was wrong with their rows. */
export async function purgeImports({ d1 }: Database, now: number): Promise<void> {
  await d1
    .prepare(PURGE)
    .bind(now - KEPT_FOR, PURGE_MOST)
    .run()
}

/** Sends the messages of turns that nobody has had for too long. */
export async function sweepImports({ d1 }: Database, env: Env, now: number): Promise<void> {
  const { results } = await d1
    .prepare(OVERDUE)
    .bind(now, now + OVERDUE_AFTER, MAX_OVERDUE)
    .all<ImportMessage & { hasTurn: number }>()
  const turns = results.filter(({ hasTurn }) => hasTurn).map(({ hasTurn: _, ...message }) => message)
  await enqueueImports(env, turns)
}

/** Whether an import can be taken at a time. */
const hasTurn = (now: string) => `(held_until <= ${now} AND id = ${turnOf('imports.account_id', now)}
    AND EXISTS (SELECT 1 FROM accounts WHERE id = imports.account_id AND erased_at IS NULL AND suspended_at IS NULL))`

const LEASE = `
  UPDATE imports SET status = 'running', tries = tries + 1, held_until = ?4, next_at = ?4
  WHERE account_id = ?1 AND id = ?2 AND bytes_done = ?5 AND ${hasTurn('?3')}
  RETURNING account_id AS accountId, id AS importId, key_id AS keyId, format, options, unknown_columns AS unknown,
    bytes, bytes_done AS bytesDone, line, read, tries, (SELECT default_country FROM accounts WHERE id = ?1) AS country,
    (SELECT count(*) FROM webhooks INDEXED BY webhooks_live
     WHERE account_id = ?1 AND deleted_at IS NULL AND disabled_at IS NULL) AS endpoints`

const STILL_THERE = stopIf(`NOT EXISTS
  (SELECT 1 FROM imports WHERE account_id = ?1 AND id = ?2 AND status = 'running' AND bytes_done = ?3)`)

const ADVANCE = `
  UPDATE imports SET bytes_done = ?3, line = ?4, read = read + ?5 + ?6 + ?7 + ?8, created = created + ?5,
    updated = updated + ?6, unchanged = unchanged + ?7, failed = failed + ?8, unknown_columns = ?9, tries = 0,
    status = iif(?11 IS NULL, status, 'completed'), held_until = ?10, next_at = iif(?11 IS NULL, ?10, NULL),
    finished_at = ?11, errors = errors + ?12
  WHERE account_id = ?1 AND id = ?2`

const KEEP_ERRORS = `
  INSERT INTO import_errors (account_id, import_id, bytes_from, errors)
  SELECT account_id, id, ?3, ?4 FROM imports WHERE account_id = ?1 AND id = ?2 AND errors < ?5`

const REQUEUE = `
  UPDATE imports SET status = ?3, held_until = ?4, next_at = ?5
  WHERE account_id = ?1 AND id = ?2 AND status = 'running' RETURNING ${MESSAGE_COLUMNS}`

const FAIL = `
  UPDATE imports SET status = 'failed', reason = ?3, finished_at = ?4, next_at = NULL
  WHERE account_id = ?1 AND id = ?2 AND status = 'running'`

const PURGE = `
  DELETE FROM imports WHERE (account_id, id) IN
    (SELECT account_id, id FROM imports INDEXED BY imports_finished WHERE finished_at < ?1 ORDER BY finished_at LIMIT ?2)`

const OVERDUE = `
  UPDATE imports SET next_at = ?2 WHERE (account_id, id) IN
    (SELECT account_id, id FROM imports INDEXED BY imports_due WHERE next_at <= ?1 ORDER BY next_at LIMIT ?3)
  RETURNING ${MESSAGE_COLUMNS}, ${hasTurn('?1')} AS hasTurn`
