import type { Database } from '../db/client'
import { isStopped } from '../db/errors'
import { newId } from '../db/ids'
import { isFull, stopIfOver } from '../db/quotas'
import { announce } from '../files/objects'
import { invalidCredential, notFound, unknownReference } from '../http/errors'
import type { Caller, IdempotentRequest } from '../http/factory'
import {
  claimKey,
  findUsedKey,
  isKeyAlreadyUsed,
  KeyAlreadyUsed,
  type StoredResponse,
  storeResponse,
} from '../http/idempotency'
import { sha256 } from '../http/key'
import { decodePageToken, isRead, type ListQuery, type Page, pageOf } from '../http/page'
import { Problem } from '../http/problem-type'
import { afterCommit } from '../prospects/after-commit'
import type { ImportMessage } from '../queues/messages'
import { tooManyImports } from './errors'
import { Inspector, MAX_UNKNOWN, unknownColumns } from './inspect'
import { type GivenBody, receive, skim } from './receive'
import type { FileType } from './records'
import type { StartImport } from './schema'
import { nextTurn } from './turns'

/** An import as callers see it. */
export interface Import {
  id: string
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled'
  /** For people: why it failed. */
  reason: string | null
  bytes: number
  /** How far it has come. */
  bytesDone: number
  /** Rows that were read: the sum of the following. */
  read: number
  created: number
  updated: number
  unchanged: number
  failed: number
  unknownColumns: string[]
  dryRun: boolean
  /** Unix ms. */
  createdAt: number
  finishedAt: number | null
}

/** How long a file is kept, ms. */
const KEPT_FOR = 7 * 24 * 60 * 60_000
/** When the schedule wakes somebody, if nobody has come yet, ms. */
const WAKE_AFTER = 15_000

/** What the file of an import is called in R2; triggers of `imports` know it too. */
export const fileOf = (accountId: string, importId: string) => `${accountId}/imports/${importId}`

/**
 * Stores a file of rows, as it comes, to be worked through: `wakeImporters` says so to somebody. Two trips. Throws 400 if
 * it cannot be read, 409 if too many are in progress, 413 if it is too large, 422 if the query names what the account does
 * not have.
 */
export async function startImport(
  db: Database,
  env: Env,
  caller: Caller,
  type: FileType,
  query: StartImport,
  given: GivenBody,
  repeatable: IdempotentRequest | undefined,
): Promise<StoredResponse & { body: Import }> {
  const { d1 } = db
  const accountId = caller.account.id
  const now = Date.now()
  const id = newId('imp', now)
  const file = fileOf(accountId, id)
  const { userId, stageId, pipelineId } = query
  const [found, made] = await d1.batch([
    d1.prepare(REFERENCES).bind(accountId, userId ?? null, stageId ?? null, pipelineId ?? null),
    ...(repeatable ? [findUsedKey(db, accountId, repeatable, now)] : []),
    announce(db, accountId, file, now),
  ])
  const known = found?.results[0] as Record<string, number> | undefined
  if (!known) throw invalidCredential()
  try {
    const inspector = new Inspector(type)
    if (repeatable && made?.results.length) {
      await skim(given.body, inspector)
      await complete(repeatable, inspector)
      throw new KeyAlreadyUsed()
    }
    if (known.isFull) throw tooManyImports()
    const named = { userId, stageId, pipelineId: stageId ? undefined : pipelineId }
    const missing = Object.entries(named).flatMap(([field, value]) =>
      value && !known[field] ? { in: 'query' as const, field, value } : [],
    )
    if (missing.length > 0) throw unknownReference(missing)
    await receive(env.RESUMES, file, given, inspector)
    if (repeatable) await complete(repeatable, inspector)
    return await keepImport(db, caller, id, query, inspector, repeatable)
  } catch (error) {
    // what fails otherwise may have been committed
    if (error instanceof Problem || isKeyAlreadyUsed(error))
      await afterCommit(env, accountId, { unreferencedKeys: [file] })
    throw error
  }
}

async function complete(repeatable: IdempotentRequest, inspector: Inspector): Promise<void> {
  const asked = `${repeatable.hash}\n${inspector.type}\n${await inspector.hash()}`
  repeatable.hash = await sha256(new TextEncoder().encode(asked))
}

/** Commits an import whose file is stored. */
async function keepImport(
  db: Database,
  { account, key }: Caller,
  id: string,
  { mapping = {}, ...asked }: StartImport,
  inspector: Inspector,
  repeatable: IdempotentRequest | undefined,
): Promise<StoredResponse & { body: Import }> {
  const now = Date.now()
  const format = inspector.format(mapping)
  const options = JSON.stringify(asked)
  const columns = JSON.stringify(unknownColumns(format).slice(0, MAX_UNKNOWN))
  const body = toImport({
    ...{ id, status: 'queued', reason: null, bytes: inspector.size, bytesDone: format.start },
    ...{ read: 0, created: 0, updated: 0, unchanged: 0, failed: 0, unknownColumns: columns },
    ...{ options, createdAt: now, finishedAt: null },
  })
  const answer = { status: 202, headers: { location: `/v1/imports/${id}` }, body } as const
  const row = [JSON.stringify(format), options, columns, body.bytes, body.bytesDone, format.line, now + WAKE_AFTER, now]
  // a file can take long to come
  db.requireAccount(account.id)
  try {
    await db.d1.batch([
      ...claimKey(db, account.id, repeatable, now),
      db.d1.prepare(INSERT).bind(account.id, id, key.id, ...row),
      // while this file came others may have come too
      db.d1.prepare(stopIfOver('imports')).bind(account.id),
      announce(db, account.id, fileOf(account.id, id), now, KEPT_FOR),
      ...storeResponse(db, account.id, repeatable, { ...answer, about: id }),
    ])
  } catch (error) {
    throw isStopped(error) ? tooManyImports() : error
  }
  return answer
}

/** What of what the query names the account has. */
const REFERENCES = `
  SELECT EXISTS (SELECT 1 FROM users WHERE account_id = a.id AND id = ?2) AS userId,
    EXISTS (SELECT 1 FROM stages WHERE account_id = a.id AND id = ?3) AS stageId,
    EXISTS (SELECT 1 FROM pipelines WHERE account_id = a.id AND id = ?4) AS pipelineId,
    ${isFull('imports', 'a.id')} AS isFull
  FROM accounts a WHERE a.id = ?1`

const INSERT = `
  INSERT INTO imports (account_id, id, key_id, format, options, unknown_columns, bytes, bytes_done, line, next_at, created_at)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`

interface ImportRow extends Omit<Import, 'unknownColumns' | 'dryRun'> {
  unknownColumns: string
  options: string
}

const shown = (unknownColumns: string) => `
  SELECT id, status, reason, bytes, bytes_done AS bytesDone, read, created, updated, unchanged, failed,
    ${unknownColumns} AS unknownColumns, options, created_at AS createdAt, finished_at AS finishedAt`

const toImport = ({ options, unknownColumns, createdAt, finishedAt, ...row }: ImportRow): Import => ({
  ...row,
  unknownColumns: JSON.parse(unknownColumns),
  dryRun: JSON.parse(options).dryRun,
  createdAt,
  finishedAt,
})

const GET = `${shown('unknown_columns')} FROM imports WHERE account_id = ?1 AND id = ?2`

/** An import; 404 if the account has none of this id. */
export async function getImport({ d1 }: Database, accountId: string, id: string): Promise<Import> {
  const { results } = await d1.prepare(GET).bind(accountId, id).all<ImportRow>()
  if (!results[0]) throw notFound('import')
  return toImport(results[0])
}

/** A page of imports, newest first. */
export async function listImports(
  { d1 }: Database,
  accountId: string,
  { limit, pageToken }: ListQuery,
): Promise<Page<Import>> {
  const [before = '~'] = (await decodePageToken('imports', pageToken, 1)) ?? []
  const { results } = await d1
    .prepare(LIST)
    .bind(accountId, before, limit + 1)
    .all<Omit<ImportRow, 'unknownColumns'> & { unknownColumns: string | null }>()
  const present = ({ unknownColumns, ...row }: (typeof results)[number]) =>
    unknownColumns === null ? null : toImport({ ...row, unknownColumns })
  return pageOf(results, limit, 'imports', ({ id }) => [id], present)
}

const BYTES = 'octet_length(unknown_columns)'
const PAGE = 'FROM imports WHERE account_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3'
const IS_READ = isRead(BYTES, 'id', `SELECT id AS key, ${BYTES} AS bytes ${PAGE}`, 'ORDER BY key DESC', '?3')
const LIST = `${shown(`iif(${IS_READ}, unknown_columns, NULL)`)} ${PAGE}`

/**
 * Ends an import that has not ended, whatever it has written, or forgets one that has. Its file goes: returns what that
 * is called, and the message for the account's next turn. 404 if the account has none of this id.
 */
export async function deleteImport(
  db: Database,
  accountId: string,
  id: string,
): Promise<{ file: string; next: ImportMessage[] }> {
  const now = Date.now()
  const [forgotten, cancelled, next] = await db.batch([
    db.query(FORGET, accountId, id),
    db.query(CANCEL, accountId, id, now),
    nextTurn(db, accountId, now),
  ])
  if (forgotten.length === 0 && cancelled.length === 0) throw notFound('import')
  return { file: fileOf(accountId, id), next }
}

const FORGET = `
  DELETE FROM imports WHERE account_id = ?1 AND id = ?2 AND status NOT IN ('queued', 'running') RETURNING id`

const CANCEL = `
  UPDATE imports SET status = 'cancelled', finished_at = ?3, next_at = NULL
  WHERE account_id = ?1 AND id = ?2 AND status IN ('queued', 'running') RETURNING id`
