import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../db/client'
import { accounts, fields, moves } from '../db/schema'
import { Problem } from '../http/problem-type'
import { writeProspects } from '../prospects/store'
import { NO_CHANGE } from '../prospects/write-request'
import type { Outbox } from '../webhooks/events'

/** How many prospects one chunk looks at, and how many it changes. */
const LOOKED_AT = 1000
const CHUNK = 100

/**
 * Erases some values of a deleted field, in the order of the prospects; `after` is the last prospect that was looked at. Each
 * prospect is changed by `writeProspects`, and gets its own event. No prospect before `after` can get a value again, because
 * writes do not know the field any more. In the end the field itself is deleted, and its key can be used again.
 */
export async function eraseFieldValues(
  db: Database,
  { accountId, fieldId, after, keyId }: { accountId: string; fieldId: string; after: string; keyId: string },
  outbox: Outbox,
): Promise<void> {
  const [found] = await db.query<Found>(FIND, accountId, fieldId, after, LOOKED_AT, CHUNK)
  const ids: string[] = JSON.parse(found?.ids ?? '[]')
  if (found && ids.length > 0) {
    const change = { ...NO_CHANGE, replace: { kind: 'fields' as const, from: found.key } }
    const requests = ids.map((id) => ({ target: { match: false as const, id }, change }))
    try {
      await writeProspects(db, { account: { id: accountId }, key: { id: keyId } }, requests, { source: 'api', outbox })
    } catch (error) {
      // some were erased or merged since they were read: the next chunk reads again
      if (error instanceof Problem && [404, 410].includes(error.status)) return
      throw error
    }
  }
  const next = ids.length === CHUNK ? ids.at(-1) : found?.last
  const isMove = and(eq(moves.accountId, accountId), eq(moves.kind, 'fields'), eq(moves.fromId, fieldId))
  if (next) {
    await db.orm.update(moves).set({ toId: next }).where(isMove)
    return
  }
  await db.batch([
    db.orm.delete(fields).where(and(eq(fields.accountId, accountId), eq(fields.id, fieldId))),
    db.orm.delete(moves).where(isMove),
    db.orm.update(accounts).set({ catalogVersion: sql`catalog_version + 1` }).where(eq(accounts.id, accountId)),
  ])
}

interface Found {
  key: string
  /** JSON: the first prospects that have a value. */
  ids: string
  /** The last prospect that was looked at. Null if no prospect follows. */
  last: string | null
}

// text: it looks into JSON
const FIND = `
  SELECT f.key, (SELECT json_group_array(id) FROM (
      SELECT id FROM (SELECT id, custom FROM prospects WHERE account_id = ?1 AND id > ?3 ORDER BY id LIMIT ?4) p
      WHERE EXISTS (SELECT 1 FROM json_each(p.custom) v WHERE v.key = f.key) LIMIT ?5)) AS ids,
    (SELECT id FROM prospects WHERE account_id = ?1 AND id > ?3 ORDER BY id LIMIT 1 OFFSET ?4 - 1) AS last
  FROM fields f WHERE f.account_id = ?1 AND f.id = ?2`
