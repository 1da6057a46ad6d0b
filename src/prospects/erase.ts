import type { Database } from '../db/client'
import { abortIf, isAborted } from '../db/errors'
import { merged, notFound, unknownReference } from '../http/errors'
import type { Caller } from '../http/factory'
import { redactStoredResponses } from '../http/idempotency'
import { type Committed, committedIn, type Outbox, recordEvents, WHOSE } from '../webhooks/events'
import { versionMismatch } from './errors'
import type { EraseProspect } from './schema'

/**
 * Erases a person in one batch: the row (triggers take its labels, jobs and words along), the duplicates merged into
 * it, and what its events and kept answers say of it. Events not delivered yet go out under their id and type, without
 * the person. 404, or 410 for a merged duplicate; 412 if it has none of the versions; 422 if the user is not there.
 * Returns what is to be sent to tell of it, and the key of its resume.
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
      d1.prepare(STOP_IF_UNKNOWN).bind(account.id, id, userId, ifVersions ? JSON.stringify(ifVersions) : null),
      ...[REDUCE_EVENTS, FORGET_ANSWERS, FORGET_DUPLICATES, DELETE].map((sql) => d1.prepare(sql).bind(account.id, id)),
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
      .prepare(WHOSE)
      .bind(account.id, id)
      .all<{ mergedInto: string | null; version: number | null }>()
    const { mergedInto = null, version = null } = results[0] ?? {}
    if (mergedInto !== null) throw merged({ mergedInto })
    if (version !== null && ifVersions && !ifVersions.includes(version)) throw versionMismatch({ version })
    if (version !== null && userId) throw unknownReference([{ in: 'query', field: 'userId', value: userId }])
    throw notFound('prospect')
  }
}

const STOP_IF_UNKNOWN = abortIf(`NOT EXISTS (SELECT 1 FROM prospects WHERE account_id = ?1 AND id = ?2)
  OR (?3 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE account_id = ?1 AND id = ?3))
  OR (?4 IS NOT NULL AND (SELECT version FROM prospects WHERE account_id = ?1 AND id = ?2)
    NOT IN (SELECT value FROM json_each(?4)))`)

const REDUCE_EVENTS = `
  UPDATE events SET data = json_set(json_remove(data, '$.changes'), '$.prospect',
    json_object('id', data ->> '$.prospect.id', 'erased', json('true'))), same_as = NULL
  WHERE account_id = ?1 AND prospect_id = ?2`

/** What endpoints answered may quote what they were sent. */
const FORGET_ANSWERS = `
  UPDATE attempts SET answer = NULL WHERE answer IS NOT NULL AND (account_id, webhook_id, event_seq) IN (
    SELECT w.account_id, w.id, e.seq
    FROM events e INDEXED BY events_prospect CROSS JOIN webhooks w ON w.account_id = e.account_id
    WHERE e.account_id = ?1 AND e.prospect_id = ?2)`

const FORGET_DUPLICATES = 'DELETE FROM merges WHERE account_id = ?1 AND into_id = ?2'

const DELETE = `DELETE FROM prospects WHERE account_id = ?1 AND id = ?2 RETURNING resume ->> 'key' AS unreferencedKeys`
