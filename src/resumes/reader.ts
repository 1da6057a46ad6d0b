import { and, eq, isNull, lte, sql } from 'drizzle-orm'
import { type DocumentText, extractText, MAX_PAGES, readInParts, Unreadable } from 'resume-parser'
import { type Database, databaseOf } from '../db/client'
import { accounts, prospects, resumeReadings } from '../db/schema'
import { areLimitsOff } from '../http/limits'
import { logInfo } from '../http/log'
import { describeError } from '../http/problem'
import { Problem } from '../http/problem-type'
import type { Reading, StoredResume } from '../prospects/resume'
import { writeProspects } from '../prospects/store'
import { toResumeRequest } from '../prospects/write-request'
import { takeOverdue } from '../queues/lease'
import { parseMessages, ResumeMessage } from '../queues/messages'
import { enqueueResumes } from '../queues/send'
import { openOutbox } from '../webhooks/events'
import { extractedFrom } from './extracted'
import { countReading, delayOf } from './pace'

/** How long a resume is leased, ms: longer than the CPU time that a reader has (`limits` in wrangler.toml). */
const LEASE_TIME = 120_000
/** A resume fails if this many readers crashed while they read it. */
const MAX_TRIES = 2
/** How long the schedule waits before it enqueues a resume again, ms, and how many it enqueues in one run. */
const OVERDUE_AFTER = 10 * 60_000
const MAX_OVERDUE = 100

/**
 * Consumes messages of the resumes queue: leases each resume, reads it, and fills blanks of its prospect. If the account
 * has used much reading time, its resume is enqueued again with a delay instead. Throws if D1 or R2 is unavailable: the
 * queue then sends the message again.
 */
export async function consumeResumes(batch: MessageBatch<unknown>, env: Env): Promise<void> {
  for (const { body } of parseMessages(ResumeMessage, batch)) {
    const db = databaseOf(env, body.accountId)
    if (!db) continue
    const delay = areLimitsOff(env) ? 0 : Math.min(delayOf(body.accountId, Date.now()), OVERDUE_AFTER)
    if (delay > 0) await enqueueResumes(env, [body], delay)
    else await readOne(db, env, body)
  }
}

async function readOne(db: Database, env: Env, message: ResumeMessage): Promise<void> {
  const { accountId, prospectId } = message
  const start = Date.now()
  const leased = await leaseResume(db, message)
  if (!leased) return
  const { resume, tries, country } = leased
  const reading: Reading =
    tries >= MAX_TRIES
      ? ended('failed', `The file could not be read in ${MAX_TRIES} tries.`)
      : await readObject(db, env, message, leased)
  const extracted = reading.parsed ? extractedFrom(reading.parsed) : {}
  const request = toResumeRequest(prospectId, { key: resume.key, ...reading }, extracted, resume.muted, country)
  try {
    const actor = { account: { id: accountId }, key: { id: resume.keyId } }
    await writeProspects(db, actor, [request], { source: 'resume', outbox: openOutbox(env) })
  } catch (error) {
    // the prospect was erased or merged, or its account deleted
    if (!(error instanceof Problem && [401, 404, 410].includes(error.status))) throw error
  }
  const now = Date.now()
  countReading(accountId, now - start, now)
  const { status } = reading
  logInfo(env, { message: 'resume', accountId, prospectId, status, attempt: tries + 1, ms: now - start })
}

/** Lets waiting calls run first: a reading takes long, and they wait for each of its parts. */
const letCallsRun = () => scheduler.wait(0)

const ended = (status: 'unsupported' | 'failed', reason: string): Reading => ({ status, reason, parsed: null })

/** Reads the file. Throws only if D1 or R2 is unavailable. */
async function readObject(
  db: Database,
  env: Env,
  { accountId, prospectId }: ResumeMessage,
  { resume: { key, contentType }, country }: LeasedResume,
): Promise<Reading> {
  const object = await env.RESUMES.get(key)
  if (!object) return ended('failed', 'The file no longer exists.')
  const bytes = new Uint8Array(await object.arrayBuffer())
  // the try is counted first, because the file may crash this reader
  await db.orm
    .update(resumeReadings)
    .set({ tries: sql`${resumeReadings.tries} + 1` })
    .where(isReading(accountId, prospectId))
  try {
    const text = await extractText(bytes, contentType, letCallsRun)
    const parts = readInParts(text, country)
    for (;;) {
      await letCallsRun()
      const { done, value } = parts.next()
      if (done) return { status: 'parsed', reason: truncationReason(text), parsed: value }
    }
  } catch (error) {
    if (error instanceof Unreadable) return ended(error.status, error.reason)
    console.error(
      JSON.stringify({ level: 'error', message: 'resume not read', accountId, prospectId, ...describeError(error) }),
    )
    return ended('failed', 'The file could not be read.')
  }
}

/** How much of a long document was read, for people. Null if all of it was read. */
function truncationReason({ isCut, pages }: DocumentText): string | null {
  if (!isCut) return null
  return pages > MAX_PAGES ? `Only the first ${MAX_PAGES} pages were read.` : 'Only its beginning was read.'
}

interface LeasedResume {
  resume: StoredResume
  /** How many readers have begun to read it before. */
  tries: number
  /** The account's default country. */
  country: string
}

/** Leases a resume. Returns null if another reader has leased it, or if it is not waiting to be read. */
async function leaseResume(db: Database, { accountId, prospectId }: ResumeMessage): Promise<LeasedResume | null> {
  const now = Date.now()
  const until = now + LEASE_TIME
  const [[leased], [found]] = await db.batch([
    db.orm
      .update(resumeReadings)
      .set({ heldUntil: until, nextAt: until })
      .where(and(isReading(accountId, prospectId), lte(resumeReadings.heldUntil, now)))
      .returning({ tries: resumeReadings.tries }),
    db.orm
      .select({ resume: prospects.resume, country: accounts.defaultCountry })
      .from(prospects)
      .innerJoin(accounts, eq(accounts.id, prospects.accountId))
      .where(and(eq(prospects.accountId, accountId), eq(prospects.id, prospectId), isNull(accounts.erasedAt))),
  ])
  if (!leased || !found?.resume) return null
  return { tries: leased.tries, country: found.country, resume: JSON.parse(found.resume) }
}

const isReading = (accountId: string, prospectId: string) =>
  and(eq(resumeReadings.accountId, accountId), eq(resumeReadings.prospectId, prospectId))

/** Enqueues resumes that are overdue. */
export async function sweepResumes(db: Database, env: Env, now: number): Promise<void> {
  const overdue = { now, until: now + OVERDUE_AFTER, limit: MAX_OVERDUE }
  await enqueueResumes(env, await takeOverdue<ResumeMessage>(db, READINGS, overdue))
}

const READINGS = {
  name: 'resume_readings',
  key: 'account_id, prospect_id',
  returning: 'account_id AS accountId, prospect_id AS prospectId',
} as const
