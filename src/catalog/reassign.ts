import type { Database } from '../db/client'
import { abortIf, isAborted } from '../db/errors'
import { notFound, unknownReference } from '../http/errors'
import type { Caller } from '../http/factory'
import { describeError } from '../http/problem'
import { Problem } from '../http/problem-type'
import { writeProspects } from '../prospects/store'
import { NO_CHANGE, type Replacement } from '../prospects/write-request'
import type { Outbox } from '../webhooks/events'
import { beingMoved, isDefault } from './errors'
import { KINDS, type Kind } from './kinds'
import { deleteItem } from './store'

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
 * Where moves meet, they become one: what was going to the first goes to the other, and what goes to an item that is
 * being moved away goes where that goes. A default hands that on: a pipeline to any other, a stage to another of its
 * pipeline. 404 if there is no such item, 422 if there is no such target, 409 if two are moved to each other, or if a
 * default stage would leave its pipeline without one.
 */
export async function startReassignment(
  { d1 }: Database,
  kind: Kind,
  { account, key }: Caller,
  id: string,
  toId: string,
): Promise<void> {
  const pipelineOf = kind.name === 'stages' ? 'pipeline_id' : "''"
  const read = (
    which: string,
  ) => `SELECT id, ${kind.shows.isDefault ?? 'false'} AS isDefault, ${pipelineOf} AS pipelineId
    FROM ${kind.name} t WHERE account_id = ?1 AND id = ${which}`
  const movedOn = `SELECT to_id FROM moves WHERE account_id = ?1 AND kind = '${kind.name}' AND from_id = ?2`
  type Found = { id: string; isDefault: number; pipelineId: string }
  const [found, target] = await d1.batch<Found>([
    d1.prepare(read('?2')).bind(account.id, id),
    d1.prepare(read(`coalesce((${movedOn}), ?2)`)).bind(account.id, toId),
  ])
  const [from, to] = [found?.results[0], target?.results[0]]
  if (!from) throw notFound(kind.noun)
  if (!to || toId === id) throw unknownReference([{ in: 'query', field: 'moveTo', value: toId }])
  if (from.isDefault && from.pipelineId !== to.pipelineId) throw isDefault({ noun: kind.noun, conflictsWith: id })
  const there = (which: string) => `EXISTS (SELECT 1 FROM ${kind.name} WHERE account_id = ?1 AND id = ${which})`
  const at = (sql: string) => d1.prepare(sql).bind(account.id, to.id, from.id)
  try {
    await d1.batch([
      at(abortIf(`?2 = ?3 OR EXISTS (${movedOn}) OR NOT ${there('?2')} OR NOT ${there('?3')}`)),
      ...(from.isDefault && kind.makeDefault ? [d1.prepare(kind.makeDefault).bind(account.id, to.id)] : []),
      d1.prepare('UPDATE accounts SET catalog_version = catalog_version + 1 WHERE id = ?1').bind(account.id),
      at(`UPDATE moves SET to_id = ?2 WHERE account_id = ?1 AND kind = '${kind.name}' AND to_id = ?3`),
      d1
        .prepare(
          `INSERT INTO moves (account_id, kind, from_id, to_id, key_id, tried_at) VALUES (?1, ?2, ?3, ?4, ?5, 1)
           ON CONFLICT (account_id, kind, from_id) DO UPDATE SET to_id = excluded.to_id`,
        )
        .bind(account.id, kind.name, from.id, to.id, key.id),
    ])
  } catch (error) {
    if (!isAborted(error)) throw error
    throw beingMoved({ conflictsWith: toId })
  }
}

/**
 * Goes on with the moves that are under way, of one account or of all, in turns, for at most `chunks` chunks; the
 * schedule does the rest. Every prospect is moved through the one write path, with an event of its own. One that fails is logged, and tried again in
 * its turn.
 */
export async function runReassignments(db: Database, outbox: Outbox, accountId?: string, chunks = 50): Promise<void> {
  const next = db.d1.prepare(accountId ? NEXT_OF_ACCOUNT : NEXT_OF_ALL)
  for (let left = chunks; left > 0 && db.hasRoom(); left--) {
    const move = (await next.bind(Date.now(), ...(accountId ? [accountId] : [])).all<Move>()).results[0]
    if (!move) return
    try {
      await moveChunk(db, move, outbox)
    } catch (error) {
      const { accountId, kind, fromId } = move
      console.error(
        JSON.stringify({ level: 'error', message: 'move', accountId, kind, fromId, ...describeError(error) }),
      )
    }
  }
}

/** Those of an account are found by it, whatever others have under way; by `IN` all of its moves would be read again. */
const nextMove = (longestAgo: string) => `
  UPDATE moves AS m SET tried_at = max(?1, m.tried_at + 1)
  FROM (SELECT account_id, kind, from_id FROM moves ${longestAgo} LIMIT 1) n
  WHERE m.account_id = n.account_id AND m.kind = n.kind AND m.from_id = n.from_id
  RETURNING account_id AS accountId, kind, from_id AS fromId, to_id AS toId, key_id AS keyId`
const NEXT_OF_ALL = nextMove('INDEXED BY moves_tried WHERE tried_at > 0 ORDER BY tried_at')
const NEXT_OF_ACCOUNT = nextMove('WHERE account_id = ?2 AND +tried_at > 0 ORDER BY +tried_at')

/** Moves some of those who use the item; when nobody does, ends the move and the item. */
async function moveChunk(
  db: Database,
  { accountId, kind: name, fromId, toId, keyId }: Move,
  outbox: Outbox,
): Promise<void> {
  const kind = KINDS.find((k) => k.name === name) as Kind
  const [users, target] = await db.d1.batch<Replacement['to']>([
    db.d1.prepare(kind.users).bind(accountId, fromId, CHUNK),
    db.d1
      .prepare(TARGETS[name] ?? `SELECT id, name FROM ${name} WHERE account_id = ?1 AND id = ?2`)
      .bind(accountId, toId),
  ])
  const to = target?.results[0]
  if (to && users && users.results.length > 0) {
    const change = { ...NO_CHANGE, replace: { kind: name, from: fromId, to } }
    const rows = users.results.map(({ id }) => ({ target: { match: false as const, id }, change }))
    try {
      await writeProspects(db, { account: { id: accountId }, key: { id: keyId } }, 'api', rows, { outbox })
    } catch (error) {
      // some were erased or merged since: the next chunk reads anew
      if (!(error instanceof Problem && [404, 410].includes(error.status))) throw error
    }
    return
  }
  try {
    if (to) return await deleteItem(db, kind, accountId, fromId)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // somebody has begun to use it again, or what goes with it is waited for
    if (error.code === 'in_use' || error.code === 'being_moved') return
  }
  // gone, made the default meanwhile, or with nowhere to go
  await db.d1
    .prepare('DELETE FROM moves WHERE account_id = ?1 AND kind = ?2 AND from_id = ?3')
    .bind(accountId, name, fromId)
    .run()
}

/** What prospects get in the place of the item, where that is more than its id and name: the stage they go to. */
const TARGETS: { [name in Kind['name']]?: string } = {
  stages: 'SELECT id, name, pipeline_id AS pipelineId FROM stages WHERE account_id = ?1 AND id = ?2',
  pipelines: `SELECT s.id, s.name, s.pipeline_id AS pipelineId FROM pipelines p
    CROSS JOIN stages s ON s.account_id = p.account_id AND s.id = p.default_stage_id
    WHERE p.account_id = ?1 AND p.id = ?2`,
}
