import type { Database } from '../db/client'
import type { Caller } from '../http/auth'
import { notFound, Problem, unknownReference } from '../http/problem'
import { type Change, NO_CHANGE } from '../prospects/change'
import type { Label } from '../prospects/prospect'
import { writeProspects } from '../prospects/store'
import type { WakeUp } from '../webhooks/events'
import { KINDS, type Kind } from './kinds'
import { deleteItem, isTheDefault } from './store'

/** How many prospects one chunk of a move changes. */
const CHUNK = 100

/** A move under way: whoever uses `fromId` is to use `toId`, then `fromId` goes. */
interface Move {
  accountId: string
  kind: Kind['name']
  fromId: string
  toId: string
  /** Whose key asked for it. */
  keyId: string
}

/**
 * Says that whoever uses one item is to use another of its kind, and that the first is to go then; `runMoves` does it.
 * A default hands that on: a pipeline to any other, a stage to another of its pipeline. 404 if there is no such item,
 * 422 if there is no such target, 409 if a default stage would leave its pipeline without one.
 */
export async function startMove(
  { d1 }: Database,
  kind: Kind,
  { account, key }: Caller,
  id: string,
  toId: string,
): Promise<void> {
  const pipelineOf = kind.name === 'stages' ? 'pipeline_id' : "''"
  const read = `SELECT ${kind.shows.isDefault ?? 'false'} AS isDefault, ${pipelineOf} AS pipelineId
    FROM ${kind.name} t WHERE account_id = ?1 AND id = ?2`
  type Found = { isDefault: number; pipelineId: string }
  const [found, target] = await d1.batch<Found>([
    d1.prepare(read).bind(account.id, id),
    d1.prepare(read).bind(account.id, toId),
  ])
  const [from, to] = [found?.results[0], target?.results[0]]
  if (!from) throw notFound(kind.noun)
  if (!to || toId === id) throw unknownReference([{ field: 'moveTo', value: toId }], 'query')
  if (from.isDefault && from.pipelineId !== to.pipelineId) throw isTheDefault(kind, id)
  await d1.batch([
    ...(from.isDefault && kind.makeDefault ? [d1.prepare(kind.makeDefault).bind(account.id, toId)] : []),
    d1.prepare('UPDATE accounts SET catalog_version = catalog_version + 1 WHERE id = ?1').bind(account.id),
    d1
      .prepare(
        `INSERT INTO moves (account_id, kind, from_id, to_id, key_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (account_id, kind, from_id) DO UPDATE SET to_id = excluded.to_id`,
      )
      .bind(account.id, kind.name, id, toId, key.id, Date.now()),
  ])
}

/**
 * Goes on with the moves that are under way, oldest first, for at most `chunks` chunks; the schedule does the rest.
 * Every prospect is moved through the one write path: an event each. Returns the deliveries to wake the consumer for.
 */
export async function runMoves(db: Database, chunks = 50): Promise<WakeUp[]> {
  const deliveries: WakeUp[] = []
  for (let left = chunks; left > 0; left--) {
    const move = (await db.d1.prepare(NEXT).all<Move>()).results[0]
    const kind = KINDS.find(({ name }) => name === move?.kind)
    if (!move || !kind) break
    deliveries.push(...(await moveChunk(db, kind, move)))
  }
  return deliveries
}

const NEXT = `
  SELECT account_id AS accountId, kind, from_id AS fromId, to_id AS toId, key_id AS keyId
  FROM moves INDEXED BY moves_created WHERE created_at > 0 ORDER BY created_at LIMIT 1`

/** Moves some of those who use the item; when nobody does, ends the move and the item. */
async function moveChunk(db: Database, kind: Kind, move: Move): Promise<WakeUp[]> {
  const { accountId, fromId, toId, keyId } = move
  const [users, target] = await db.d1.batch<{ id: string; name: string }>([
    db.d1.prepare(kind.users).bind(accountId, fromId, CHUNK),
    db.d1.prepare(`SELECT id, name FROM ${kind.name} WHERE account_id = ?1 AND id = ?2`).bind(accountId, toId),
  ])
  const to = target?.results[0]
  if (to && users && users.results.length > 0) {
    const change = { ...NO_CHANGE, ...changeOf(kind.name, fromId, to) }
    const rows = users.results.map(({ id }) => ({ target: { match: false as const, id }, change }))
    const caller = { account: { id: accountId }, key: { id: keyId } }
    try {
      return (await writeProspects(db, caller, 'api', rows)).deliveries
    } catch (error) {
      // some were erased or merged since: the next chunk reads anew
      if (error instanceof Problem && [404, 410].includes(error.status)) return []
      throw error
    }
  }
  try {
    if (to) await deleteItem(db, kind, accountId, fromId)
  } catch (error) {
    // somebody uses it again, or it is gone
    if (error instanceof Problem && error.code === 'in_use') return []
    if (!(error instanceof Problem)) throw error
  }
  await db.d1.batch([
    db.d1
      .prepare('UPDATE moves SET to_id = ?4 WHERE account_id = ?1 AND kind = ?2 AND to_id = ?3')
      .bind(accountId, kind.name, fromId, toId),
    db.d1
      .prepare('DELETE FROM moves WHERE account_id = ?1 AND kind = ?2 AND from_id = ?3')
      .bind(accountId, kind.name, fromId),
  ])
  return []
}

/** What makes a prospect use another item of a kind. */
function changeOf(kind: Kind['name'], from: string, to: Label): Partial<Change> {
  if (kind === 'stages') return { stageId: to.id }
  if (kind === 'pipelines') return { pipelineId: to.id }
  if (kind === 'sources') return { sourceId: to.id }
  if (kind === 'offices') return { officeId: to.id }
  return { replace: { kind, from, to } }
}
