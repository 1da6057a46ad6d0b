import { and, eq } from 'drizzle-orm'
import type { Database } from '../db/client'
import { imports } from '../db/schema'
import { type CustomFields, fieldsOf, parseFields } from '../prospects/custom-fields'
import { takeOverdue } from '../queues/lease'
import type { ImportMessage } from '../queues/messages'
import { enqueueImports } from '../queues/send'
import { MESSAGE_COLUMNS, nextTurn, turnOf } from './turns'

/** How long a lease lasts, ms. Each commit renews it. After it, another consumer may lease the import. */
export const LEASE_TIME = 10_000
/** If no consumer leases a re-enqueued import for this long, ms, the schedule enqueues it again. */
const REQUEUED_FOR = 15_000
/** How long the schedule waits before it enqueues an overdue import again, ms, and how many it enqueues in one run. */
const OVERDUE_AFTER = 60_000
const MAX_OVERDUE = 500

/** An import whose turn a consumer runs. */
export interface LeasedImport {
  accountId: string
  importId: string
  kind: 'file' | 'update' | 'erase'
  keyId: string
  /** JSON: how the file is read (`FileFormat`), or what is changed (`BulkChange`). */
  format: string
  options: { dryRun: boolean }
  /** Names of the unknown columns in the rows that were read. */
  unknown: Set<string>
  /** The size of the file. */
  bytes: number
  /** The byte and the line up to which the import is done, and the number of rows before them. */
  bytesDone: number
  line: number
  /** The id of the last prospect that is done, of those that match. */
  after: string | null
  read: number
  /** How many errors and warnings were recorded. */
  errors: number
  /** How many consumers have leased it since its last progress, this one included. */
  tries: number
  /** The account's default country. */
  country: string
  /** The account's custom fields. */
  customFields: CustomFields
}

/** Leases an import. Returns null if it cannot be leased now, or is no longer at the byte of the message. */
export async function leaseImport(
  { query }: Database,
  { accountId, importId, from }: ImportMessage,
): Promise<LeasedImport | null> {
  const now = Date.now()
  type Json = 'options' | 'unknown' | 'customFields'
  type Row = Omit<LeasedImport, Json> & Record<Json, string>
  const [row] = await query<Row>(LEASE, accountId, importId, now, now + LEASE_TIME, from)
  if (!row) return null
  return {
    ...row,
    options: JSON.parse(row.options),
    unknown: new Set(JSON.parse(row.unknown) as string[]),
    customFields: parseFields(row.customFields),
  }
}

/** Ends a turn and re-enqueues its import. After a failed try, the import waits for `wait` ms, and other imports go first. */
export async function requeueImport(
  db: Database,
  env: Env,
  { accountId, importId }: LeasedImport,
  wait = 0,
): Promise<void> {
  const now = Date.now()
  const held = wait
    ? { status: 'queued' as const, heldUntil: now + wait }
    : { status: 'running' as const, heldUntil: 0 }
  const [requeued, turn] = await db.batch([
    db.orm
      .update(imports)
      .set({ ...held, nextAt: now + wait + REQUEUED_FOR })
      .where(isRunning(accountId, importId))
      .returning({ accountId: imports.accountId, importId: imports.id, from: imports.bytesDone }),
    nextTurn(db, accountId, now),
  ])
  await enqueueImports(env, turn)
  if (wait) await enqueueImports(env, requeued, wait)
}

/** Fails an import that cannot continue, and ends its turn. `reason` is for people. */
export async function failImport(
  db: Database,
  env: Env,
  { accountId, importId }: LeasedImport,
  reason: string,
): Promise<void> {
  const now = Date.now()
  const [, turn] = await db.batch([
    db.orm
      .update(imports)
      .set({ status: 'failed', reason, finishedAt: now, nextAt: null })
      .where(isRunning(accountId, importId)),
    nextTurn(db, accountId, now),
  ])
  await enqueueImports(env, turn)
}

/** Ends the turn of an import that has completed. */
export async function endTurn(db: Database, env: Env, accountId: string): Promise<void> {
  await enqueueImports(env, await nextTurn(db, accountId, Date.now()))
}

const isRunning = (accountId: string, importId: string) =>
  and(eq(imports.accountId, accountId), eq(imports.id, importId), eq(imports.status, 'running'))

/** Enqueues imports that are overdue, if it is their turn. */
export async function sweepImports(db: Database, env: Env, now: number): Promise<void> {
  const overdue = { now, until: now + OVERDUE_AFTER, limit: MAX_OVERDUE }
  const found = await takeOverdue<ImportMessage & { hasTurn: number }>(db, IMPORTS, overdue)
  const turns = found.filter(({ hasTurn }) => hasTurn).map(({ hasTurn: _, ...message }) => message)
  await enqueueImports(env, turns)
}

/** SQL: whether an import can be leased at the time `now` (Unix ms). */
const hasTurn = (now: string) => `(held_until <= ${now} AND id = ${turnOf('imports.account_id', now)}
    AND EXISTS (SELECT 1 FROM accounts WHERE id = imports.account_id AND erased_at IS NULL AND suspended_at IS NULL))`

const IMPORTS = {
  name: 'imports',
  key: 'account_id, id',
  returning: `${MESSAGE_COLUMNS}, ${hasTurn('?1')} AS hasTurn`,
} as const

// text: it checks the turn, which names an index
const LEASE = `
  UPDATE imports SET status = 'running', tries = tries + 1, held_until = ?4, next_at = ?4
  WHERE account_id = ?1 AND id = ?2 AND bytes_done = ?5 AND ${hasTurn('?3')}
  RETURNING account_id AS accountId, id AS importId, kind, key_id AS keyId, format, options, unknown_columns AS unknown,
    bytes, bytes_done AS bytesDone, line, after, read, errors, tries, (SELECT default_country FROM accounts WHERE id = ?1) AS country,
    ${fieldsOf('?1')} AS customFields`
