import { type DocumentText, extractText, MAX_PAGES, readResume, Unreadable } from 'resume-parser'
import { type Database, databaseOf } from '../db/client'
import { isOff } from '../http/limits'
import { logInfo } from '../http/log'
import { describeError } from '../http/problem'
import { Problem } from '../http/problem-type'
import type { Reading, StoredResume } from '../prospects/resume'
import { writeProspects } from '../prospects/store'
import { toResumeRequest } from '../prospects/write-request'
import { openOutbox } from '../webhooks/events'
import { extractedFrom } from './extracted'
import { enqueueReadings, ResumeMessage } from './messages'
import { countReading, waitFor } from './pace'

/** How long one consumer has a resume in hand, ms: more than its time to compute (`limits` in wrangler.toml). */
const LEASE_TIME = 120_000
/** A resume that took so many consumers down is not read again. */
const MAX_TRIES = 2
/** When the schedule wakes somebody again, ms, and how many at a time. */
const OVERDUE_AFTER = 10 * 60_000
const MAX_OVERDUE = 100

/**
 * Consumes wake-ups: reads the resumes that nobody else has in hand, and fills blanks of their prospects. Those of an
 * account that has had many read just now wait, and let others pass. A message that is none is dropped with a log line. Throws where D1 or R2 is away: the message comes again.
 */
export async function readBatch({ messages }: MessageBatch<unknown>, env: Env): Promise<void> {
  for (const { id, body } of messages) {
    const { success, data } = ResumeMessage.safeParse(body)
    if (!success) console.error(JSON.stringify({ level: 'error', error: 'not a resume to read', messageId: id }))
    const db = success ? databaseOf(env, data.accountId) : null
    if (!success || !db) continue
    const wait = isOff(env) ? 0 : Math.min(waitFor(data.accountId, Date.now()), OVERDUE_AFTER)
    if (wait > 0) await enqueueReadings(env, [data], wait)
    else await readOne(db, env, data)
  }
}

async function readOne(db: Database, env: Env, { accountId, prospectId }: ResumeMessage): Promise<void> {
  const start = Date.now()
  const held = await leaseReading(db, accountId, prospectId)
  if (!held) return
  const { resume, tries, country } = held
  const result: Reading =
    tries >= MAX_TRIES
      ? ended('failed', 'It could not be read: reading it was given up twice.')
      : await readObject(db, env, accountId, prospectId, resume, country)
  const said = result.parsed ? extractedFrom(result.parsed) : {}
  const row = toResumeRequest(prospectId, { key: resume.key, ...result }, said, resume.muted, country)
  try {
    const actor = { account: { id: accountId }, key: { id: resume.keyId } }
    await writeProspects(db, actor, 'resume', [row], { outbox: openOutbox(env) })
  } catch (error) {
    // erased or merged meanwhile
    if (!(error instanceof Problem && [401, 404, 410].includes(error.status))) throw error
  }
  const { status } = result
  const now = Date.now()
  countReading(accountId, now - start, now)
  logInfo(env, { message: 'resume', accountId, prospectId, status, attempt: tries + 1, ms: now - start })
}

const ended = (status: 'unsupported' | 'failed', reason: string): Reading => ({ status, reason, parsed: null })

async function readObject(
  db: Database,
  env: Env,
  accountId: string,
  prospectId: string,
  { key, contentType }: StoredResume,
  country: string,
): Promise<Reading> {
  const object = await env.RESUMES.get(key)
  if (!object) return ended('failed', 'The file is not there any more.')
  const bytes = new Uint8Array(await object.arrayBuffer())
  // before it can take this consumer down
  await db.d1.prepare(COUNT).bind(accountId, prospectId).run()
  try {
    const text = await extractText(bytes, contentType)
    return { status: 'parsed', reason: truncationReason(text), parsed: readResume(text, country) }
  } catch (error) {
    if (error instanceof Unreadable) return ended(error.status, error.reason)
    console.error(
      JSON.stringify({ level: 'error', message: 'resume not read', accountId, prospectId, ...describeError(error) }),
    )
    return ended('failed', 'The file could not be read.')
  }
}

/** For people: what of a document that goes on was read. */
function truncationReason({ isCut, pages }: DocumentText): string | null {
  if (!isCut) return null
  return pages > MAX_PAGES ? `Only the first ${MAX_PAGES} pages were read.` : 'Only its beginning was read.'
}

/** Takes a resume that is to be read, unless another has it in hand. */
async function leaseReading({ d1 }: Database, accountId: string, prospectId: string) {
  const now = Date.now()
  const [held, found] = await d1.batch([
    d1.prepare(LEASE).bind(accountId, prospectId, now, now + LEASE_TIME),
    d1.prepare(READ).bind(accountId, prospectId),
  ])
  const row = found?.results[0] as { resume: string; country: string } | undefined
  if (!held?.results.length || !row) return null
  const { tries } = held.results[0] as { tries: number }
  return { tries, country: row.country, resume: JSON.parse(row.resume) as StoredResume }
}

/** Wakes readers for what has waited for too long. */
export async function sweepReadings({ d1 }: Database, env: Env, now: number): Promise<void> {
  const { results } = await d1
    .prepare(OVERDUE)
    .bind(now, now + OVERDUE_AFTER, MAX_OVERDUE)
    .all<ResumeMessage>()
  if (results.length > 0) await enqueueReadings(env, results)
}

const LEASE = `
  UPDATE resume_readings SET held_until = ?4, next_at = ?4 WHERE account_id = ?1 AND prospect_id = ?2 AND held_until <= ?3
  RETURNING tries`

const READ = `
  SELECT p.resume, a.default_country AS country FROM accounts a CROSS JOIN prospects p ON p.account_id = a.id
  WHERE a.id = ?1 AND a.erased_at IS NULL AND p.id = ?2`

const COUNT = 'UPDATE resume_readings SET tries = tries + 1 WHERE account_id = ?1 AND prospect_id = ?2'

const OVERDUE = `
  UPDATE resume_readings SET next_at = ?2 WHERE (account_id, prospect_id) IN
    (SELECT account_id, prospect_id FROM resume_readings INDEXED BY resume_readings_due
     WHERE next_at <= ?1 ORDER BY next_at LIMIT ?3)
  RETURNING account_id AS accountId, prospect_id AS prospectId`
