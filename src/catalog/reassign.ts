import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../db/client'
import { abortIf, isAborted } from '../db/errors'
import { accounts, moves } from '../db/schema'
import { notFound, unknownReference } from '../http/errors'
import { describeError } from '../http/problem'
import { Problem } from '../http/problem-type'
import { writeProspects } from '../prospects/store'
import { NO_CHANGE, type Replacement } from '../prospects/write-request'
import type { Outbox } from '../webhooks/events'
import { beingMoved, inUse, isDefault } from './errors'
import { eraseFieldValues } from './field-erase'
import { KINDS, type Kind } from './kinds'
import { deleteItem, type ItemKey } from './store'

/** What replaces an item. */
type Item = Extract<Replacement, { to: object }>['to']

/** How many prospects one chunk of a reassignment changes. */
const CHUNK = 100

/**
 * A reassignment under way (a row of `moves`): the prospects of `fromId` get `toId`, then `fromId` is deleted. For a deleted
 * field, `toId` is the last prospect whose value was erased.
 */
interface Reassignment {
  accountId: string
  kind: Kind['name'] | 'fields'
  fromId: string
  toId: string
  /** The key that asked for it. */
  keyId: string
}

/**
 * Records a reassignment: the prospects of an item get another item of its kind, and then the item is deleted.
 * `runReassignments` does the work. Reassignments form no chains: an earlier reassignment to this item gets the new target,
 * and if the new target is being reassigned itself, that reassignment's target replaces it. If the item is the default, the
 * target becomes the default. The target of a default stage must be a stage of the same pipeline.
 *
 * Throws 404 for an unknown item, 422 for an unknown target, and 409 if two items are reassigned to each other or if a
 * pipeline would lose its default stage.
 */
export async function startReassignment(
  db: Database,
  { kind, accountId, id }: ItemKey,
  toId: string,
  keyId: string,
): Promise<void> {
  const table = kind.name
  // SQL text: the table and the columns come from KINDS
  const isDefaultItem = kind.fields.isDefault ?? 'false'
  const pipelineId = table === 'stages' ? 'pipeline_id' : "''"
  const find = (id: string) => `SELECT id, ${isDefaultItem} AS isDefault, ${pipelineId} AS pipelineId
    FROM ${table} t WHERE account_id = ?1 AND id = ${id}`
  const targetOfSecond = `SELECT to_id FROM moves WHERE account_id = ?1 AND kind = '${table}' AND from_id = ?2`
  type Found = { id: string; isDefault: number; pipelineId: string }
  const [[from], [to]] = await db.batch([
    db.query<Found>(find('?2'), accountId, id),
    db.query<Found>(find(`coalesce((${targetOfSecond}), ?2)`), accountId, toId),
  ])
  if (!from) throw notFound(kind.noun)
  if (!to || toId === id) throw unknownReference([{ in: 'query', field: 'moveTo', value: toId }])
  if (from.isDefault && from.pipelineId !== to.pipelineId) throw isDefault({ noun: kind.noun, conflictsWith: id })
  const exists = (id: string) => `EXISTS (SELECT 1 FROM ${table} WHERE account_id = ?1 AND id = ${id})`
  const hasChanged = `?2 = ?3 OR EXISTS (${targetOfSecond}) OR NOT ${exists('?2')} OR NOT ${exists('?3')}`
  const leadHere = and(eq(moves.accountId, accountId), eq(moves.kind, table), eq(moves.toId, from.id))
  try {
    await db.batch([
      db.query(abortIf(hasChanged), accountId, to.id, from.id),
      ...(from.isDefault && kind.makeDefault ? [db.query(kind.makeDefault, accountId, to.id)] : []),
      db.orm.update(accounts).set({ catalogVersion: sql`catalog_version + 1` }).where(eq(accounts.id, accountId)),
      db.orm.update(moves).set({ toId: to.id }).where(leadHere),
      db.orm
        .insert(moves)
        .values({ accountId, kind: table, fromId: from.id, toId: to.id, keyId, triedAt: 1 })
        .onConflictDoUpdate({ target: [moves.accountId, moves.kind, moves.fromId], set: { toId: to.id } }),
    ])
  } catch (error) {
    if (!isAborted(error)) throw error
    throw beingMoved({ conflictsWith: toId })
  }
}

/**
 * Continues the reassignments, and the erasures of fields, of one account or of all accounts, in turns, for at most `chunks` chunks. The schedule does
 * the rest. Each prospect is changed by `writeProspects`, like any other write, and gets its own event. A failure is logged;
 * the next turn tries again.
 */
export async function runReassignments(db: Database, outbox: Outbox, accountId?: string, chunks = 50): Promise<void> {
  for (let left = chunks; left > 0 && db.hasQueriesLeft(); left--) {
    const [next] = await (accountId
      ? db.query<Reassignment>(NEXT_OF_ACCOUNT, Date.now(), accountId)
      : db.query<Reassignment>(NEXT_OF_ALL, Date.now()))
    if (!next) return
    try {
      const { kind } = next
      if (kind === 'fields') {
        const { accountId, fromId: fieldId, toId: after, keyId } = next
        await eraseFieldValues(db, { accountId, fieldId, after, keyId }, outbox)
      } else await runChunk(db, { ...next, kind }, outbox)
    } catch (error) {
      const { accountId, kind, fromId } = next
      console.error(
        JSON.stringify({ level: 'error', message: 'move', accountId, kind, fromId, ...describeError(error) }),
      )
    }
  }
}

/**
 * SQL text: it finds a row and updates it in one statement. It joins the row (FROM), because `IN` would read all
 * reassignments of the account again. `+tried_at` keeps SQLite from using the index `moves_tried`, which also has the
 * reassignments of other accounts.
 */
const nextOf = (longestAgo: string) => `
  UPDATE moves AS m SET tried_at = max(?1, m.tried_at + 1)
  FROM (SELECT account_id, kind, from_id FROM moves ${longestAgo} LIMIT 1) n
  WHERE m.account_id = n.account_id AND m.kind = n.kind AND m.from_id = n.from_id
  RETURNING account_id AS accountId, kind, from_id AS fromId, to_id AS toId, key_id AS keyId`
const NEXT_OF_ALL = nextOf('INDEXED BY moves_tried WHERE tried_at > 0 ORDER BY tried_at')
const NEXT_OF_ACCOUNT = nextOf('WHERE account_id = ?2 AND +tried_at > 0 ORDER BY +tried_at')

/** Changes some prospects of the item. If no prospect is left, deletes the item and ends the reassignment. */
async function runChunk(
  db: Database,
  { accountId, kind: name, fromId, toId, keyId }: Reassignment & { kind: Kind['name'] },
  outbox: Outbox,
) {
  const kind = KINDS.find((k) => k.name === name) as Kind
  const [prospects, [to]] = await db.batch([
    db.query<{ id: string }>(kind.selectProspects, accountId, fromId, CHUNK),
    db.query<Item>(
      REPLACEMENTS[name] ?? `SELECT id, name FROM ${name} WHERE account_id = ?1 AND id = ?2`,
      accountId,
      toId,
    ),
  ])
  if (to && prospects.length > 0) {
    const change = { ...NO_CHANGE, replace: { kind: name, from: fromId, to } }
    const requests = prospects.map(({ id }) => ({ target: { match: false as const, id }, change }))
    try {
      await writeProspects(db, { account: { id: accountId }, key: { id: keyId } }, requests, { source: 'api', outbox })
    } catch (error) {
      // some were erased or merged since they were read: the next chunk reads again
      if (!(error instanceof Problem && [404, 410].includes(error.status))) throw error
    }
    return
  }
  try {
    if (to) return await deleteItem(db, { kind, accountId, id: fromId })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // a prospect has begun to use the item again, or the item is a target itself: the next turn tries again
    if (error.code === inUse.code || error.code === beingMoved.code) return
  }
  // the item is gone or has become the default, or the target is gone
  await db.orm.delete(moves).where(and(eq(moves.accountId, accountId), eq(moves.kind, name), eq(moves.fromId, fromId)))
}

/** For kinds whose items are replaced by a stage: SQL that selects this stage with its pipeline. */
const REPLACEMENTS: { [name in Kind['name']]?: string } = {
  stages: 'SELECT id, name, pipeline_id AS pipelineId FROM stages WHERE account_id = ?1 AND id = ?2',
  pipelines: `SELECT s.id, s.name, s.pipeline_id AS pipelineId FROM pipelines p
    CROSS JOIN stages s ON s.account_id = p.account_id AND s.id = p.default_stage_id
    WHERE p.account_id = ?1 AND p.id = ?2`,
}
