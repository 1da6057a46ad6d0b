import { and, eq, sql } from 'drizzle-orm'
import { type Database, toStatement } from '../db/client'
import { abortIf, isAborted } from '../db/errors'
import { merges, prospects } from '../db/schema'
import { merged, notFound, unknownReference } from '../http/errors'
import type { Caller } from '../http/factory'
import { redactStoredResponses } from '../http/idempotency'
import { type Committed, committedIn, FIND_PROSPECT, type Outbox, recordEvents } from '../webhooks/events'
import { versionMismatch } from './errors'
import type { EraseProspect } from './schema'

/**
 * Erases a prospect in one batch: its row (triggers delete its labels, jobs and words), the duplicates that were merged into
 * it, and its personal data in events, in the responses of endpoints and in stored responses. Events that are not delivered
 * yet are sent with their id and type, without personal data. Throws 404, 410 for a merged duplicate, 412 if the prospect
 * has none of the versions, and 422 if the user is unknown. Returns what the outbox sends, and the key of the resume.
 */
export async function eraseProspect(
  db: Database,
  outbox: Outbox,
  { account, key }: Caller,
  id: string,
  { userId, muteWebhook }: EraseProspect,
  ifVersions: number[] | undefined,
): Promise<Committed & { unreferencedKeys: string[] }> {
  const { d1 } = db
  const deleted = {
    type: 'prospect.deleted',
    prospectId: id,
    userId,
    muted: muteWebhook,
    data: { prospect: { id } },
  } as const
  try {
    const results = await d1.batch([
      d1.prepare(ABORT_UNLESS_FOUND).bind(account.id, id, userId, ifVersions ? JSON.stringify(ifVersions) : null),
      d1.prepare(REDACT_EVENTS).bind(account.id, id),
      d1.prepare(DELETE_ENDPOINT_RESPONSES).bind(account.id, id),
      toStatement(db, db.orm.delete(merges).where(and(eq(merges.accountId, account.id), eq(merges.intoId, id)))),
      toStatement(
        db,
        db.orm
          .delete(prospects)
          .where(and(eq(prospects.accountId, account.id), eq(prospects.id, id)))
          .returning({ unreferencedKeys: sql<string | null>`resume ->> 'key'`.as('unreferencedKeys') }),
      ),
      redactStoredResponses(db, account.id, id),
      ...recordEvents(db, outbox, {
        accountId: account.id,
        origin: { keyId: key.id, source: 'api' },
        now: Date.now(),
        events: [deleted],
      }),
    ])
    const gone = results.flatMap((r) => r.results as { unreferencedKeys?: string | null }[])
    return { ...committedIn(results), unreferencedKeys: gone.flatMap(({ unreferencedKeys }) => unreferencedKeys ?? []) }
  } catch (error) {
    if (!isAborted(error)) throw error
    const { results } = await d1
      .prepare(FIND_PROSPECT)
      .bind(account.id, id)
      .all<{ mergedInto: string | null; version: number | null }>()
    const { mergedInto = null, version = null } = results[0] ?? {}
    if (mergedInto !== null) throw merged({ mergedInto })
    if (version !== null && ifVersions && !ifVersions.includes(version)) throw versionMismatch({ version })
    if (version !== null && userId) throw unknownReference([{ in: 'query', field: 'userId', value: userId }])
    throw notFound('prospect')
  }
}

// text: a guard ends the batch
const ABORT_UNLESS_FOUND = abortIf(`NOT EXISTS (SELECT 1 FROM prospects WHERE account_id = ?1 AND id = ?2)
  OR (?3 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE account_id = ?1 AND id = ?3))
  OR (?4 IS NOT NULL AND (SELECT version FROM prospects WHERE account_id = ?1 AND id = ?2)
    NOT IN (SELECT value FROM json_each(?4)))`)

// text: the database rewrites JSON
const REDACT_EVENTS = `
  UPDATE events SET data = json_set(json_remove(data, '$.changes'), '$.prospect',
    json_object('id', data ->> '$.prospect.id', 'erased', json('true'))), same_as = NULL
  WHERE account_id = ?1 AND prospect_id = ?2`

/** Responses of endpoints can quote the events that they were sent. Text: the subquery names an index. */
const DELETE_ENDPOINT_RESPONSES = `
  UPDATE attempts SET answer = NULL WHERE answer IS NOT NULL AND (account_id, webhook_id, event_seq) IN (
    SELECT w.account_id, w.id, e.seq
    FROM events e INDEXED BY events_prospect CROSS JOIN webhooks w ON w.account_id = e.account_id
    WHERE e.account_id = ?1 AND e.prospect_id = ?2)`
