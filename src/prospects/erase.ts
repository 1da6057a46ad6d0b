import type { Database } from '../db/client'
import { abortIf, isAborted } from '../db/errors'
import { merged, notFound, unknownReference } from '../http/errors'
import type { Caller } from '../http/factory'
import { redactStoredResponses } from '../http/idempotency'
import { type Committed, committedIn, FIND_PROSPECT, type Origin, type Outbox, recordEvents } from '../webhooks/events'
import { versionMismatch } from './errors'
import type { EraseProspect } from './schema'
import type { Actor } from './store'

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
): Promise<Erased> {
  const { d1 } = db
  const versions = ifVersions ? JSON.stringify(ifVersions) : null
  try {
    return erasedBy(
      await d1.batch([
        d1.prepare(ABORT_UNLESS_FOUND).bind(account.id, id, userId, versions),
        ...eraseStatements(db, outbox, account.id, [id], { keyId: key.id, source: 'api', userId, muteWebhook }),
      ]),
    )
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

/**
 * Erases prospects in one batch, and adds the caller's statements to it. Returns null, and writes nothing, if one of the
 * prospects has another version by now.
 */
export async function eraseProspects(
  db: Database,
  outbox: Outbox,
  { account, key }: Actor,
  { prospects, userId, muteWebhook, source, statements }: Erasures,
): Promise<Erased | null> {
  const { d1 } = db
  const ids = prospects.map(({ id }) => id)
  try {
    return erasedBy(
      await d1.batch([
        d1.prepare(ABORT_IF_CHANGED).bind(account.id, JSON.stringify(prospects)),
        ...statements,
        ...eraseStatements(db, outbox, account.id, ids, { keyId: key.id, source, userId, muteWebhook }),
      ]),
    )
  } catch (error) {
    if (isAborted(error)) return null
    throw error
  }
}
interface Erasures extends EraseProspect, Pick<Origin, 'source'> {
  prospects: { id: string; version: number }[]
  statements: D1PreparedStatement[]
}

/** What is left to do after an erasure: what the outbox sends, and keys of resumes. */
type Erased = Committed & { unreferencedKeys: string[] }

/** The statements that erase prospects and report that. They come last in a batch. `erasedBy` reads their results. */
function eraseStatements(
  db: Database,
  outbox: Outbox,
  accountId: string,
  ids: string[],
  { userId, muteWebhook, ...origin }: EraseProspect & Origin,
): D1PreparedStatement[] {
  const events = ids.map((id) => ({
    ...{ type: 'prospect.deleted' as const, prospectId: id, userId, muted: muteWebhook },
    data: { prospect: { id } },
  }))
  return [
    ...ERASE.map((text) => db.d1.prepare(text).bind(accountId, JSON.stringify(ids))),
    redactStoredResponses(db, accountId, ids),
    ...recordEvents(db, outbox, { accountId, origin, now: Date.now(), events }),
  ]
}

function erasedBy(results: D1Result[]): Erased {
  const gone = results.flatMap((r) => r.results as { unreferencedKeys?: string | null }[])
  return { ...committedIn(results), unreferencedKeys: gone.flatMap(({ unreferencedKeys }) => unreferencedKeys ?? []) }
}

const ABORT_IF_CHANGED = abortIf(`json_array_length(?2) <> (SELECT count(*) FROM json_each(?2) k
  CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = k.value ->> 'id' AND p.version = k.value ->> 'version')`)

// text: a guard ends the batch
const ABORT_UNLESS_FOUND = abortIf(`NOT EXISTS (SELECT 1 FROM prospects WHERE account_id = ?1 AND id = ?2)
  OR (?3 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE account_id = ?1 AND id = ?3))
  OR (?4 IS NOT NULL AND (SELECT version FROM prospects WHERE account_id = ?1 AND id = ?2)
    NOT IN (SELECT value FROM json_each(?4)))`)

const IDS = '(SELECT value FROM json_each(?2))'
/** Erases the data of the prospects with the ids in `?2`. Text: lists as JSON. Responses of endpoints can quote the events. */
const ERASE = [
  `UPDATE events INDEXED BY events_prospect SET data = json_set(json_remove(data, '$.changes'), '$.prospect',
      json_object('id', data ->> '$.prospect.id', 'erased', json('true'))), same_as = NULL
    WHERE account_id = ?1 AND prospect_id IN ${IDS}`,
  `UPDATE attempts SET answer = NULL WHERE answer IS NOT NULL AND (account_id, webhook_id, event_seq) IN (
    SELECT w.account_id, w.id, e.seq
    FROM json_each(?2) k CROSS JOIN events e INDEXED BY events_prospect ON e.account_id = ?1 AND e.prospect_id = k.value
      CROSS JOIN webhooks w ON w.account_id = e.account_id)`,
  `DELETE FROM merges INDEXED BY merges_into WHERE account_id = ?1 AND into_id IN ${IDS}`,
  `DELETE FROM prospects WHERE account_id = ?1 AND id IN ${IDS} RETURNING resume ->> 'key' AS unreferencedKeys`,
]
