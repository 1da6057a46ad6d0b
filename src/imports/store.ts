import { and, eq, inArray, notInArray } from 'drizzle-orm'
import type { Database } from '../db/client'
import { imports } from '../db/schema'
import { notFound } from '../http/errors'
import { decodePageToken, fitsInPage, type ListQuery, type Page, pageOf } from '../http/page'
import type { ImportMessage } from '../queues/messages'
import { nextTurn } from './turns'

/** An import as the API shows it. */
export interface Import {
  id: string
  kind: 'file' | 'update' | 'erase'
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled'
  /** Why it failed, for people. */
  reason: string | null
  /** The size of the file, and how much of it has been processed, bytes. 0 without a file. */
  bytes: number
  bytesDone: number
  /** How many rows or prospects have been processed: the sum of the next five. */
  read: number
  created: number
  updated: number
  unchanged: number
  failed: number
  erased: number
  /** How many prospects matched at the start; null for a file. */
  total: number | null
  unknownColumns: string[]
  dryRun: boolean
  /** Unix ms. */
  createdAt: number
  finishedAt: number | null
}

/** The key of an import's file in R2. The triggers of `imports` build the same key. */
export const fileKey = (accountId: string, importId: string) => `${accountId}/imports/${importId}`

/** The condition for one import of an account. */
export const isImport = (accountId: string, id: string) => and(eq(imports.accountId, accountId), eq(imports.id, id))

const IN_PROGRESS: Import['status'][] = ['queued', 'running']

/** The row of an import. `unknownColumns` and `options` are JSON. */
interface ImportRow extends Omit<Import, 'unknownColumns' | 'dryRun'> {
  unknownColumns: string
  options: string
}

/** An import from its row. */
export const toImport = ({ options, unknownColumns, createdAt, finishedAt, ...row }: ImportRow): Import => ({
  ...row,
  unknownColumns: JSON.parse(unknownColumns),
  dryRun: JSON.parse(options).dryRun,
  createdAt,
  finishedAt,
})

/** An import. Throws 404 if the account has no such import. */
export async function getImport(db: Database, accountId: string, id: string): Promise<Import> {
  const [row] = await db.query<ImportRow>(GET, accountId, id)
  if (!row) throw notFound('import')
  return toImport(row)
}

/** A page of imports, newest first. */
export async function listImports(
  db: Database,
  accountId: string,
  { limit, pageToken }: ListQuery,
): Promise<Page<Import>> {
  type ListedRow = Omit<ImportRow, 'unknownColumns'> & { unknownColumns: string | null }
  const [before = '~'] = (await decodePageToken('imports', pageToken, 1)) ?? []
  const rows = await db.query<ListedRow>(LIST, accountId, before, limit + 1)
  const present = ({ unknownColumns, ...row }: ListedRow) =>
    unknownColumns === null ? null : toImport({ ...row, unknownColumns })
  return pageOf(rows, limit, 'imports', ({ id }) => [id], present)
}

// text: the list reads long values only as far as they fit into the page (`fitsInPage`), and GET shows the same columns
const selectImport = (unknownColumns: string) => `
  SELECT id, kind, status, reason, bytes, iif(kind = 'file', bytes_done, 0) AS bytesDone, read, created, updated, unchanged,
    failed, erased, total,
    ${unknownColumns} AS unknownColumns, options, created_at AS createdAt, finished_at AS finishedAt`
const GET = `${selectImport('unknown_columns')} FROM imports WHERE account_id = ?1 AND id = ?2`

const BYTES = 'octet_length(unknown_columns)'
const PAGE = 'FROM imports WHERE account_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3'
const IS_READ = fitsInPage(BYTES, 'id', `SELECT id AS key, ${BYTES} AS bytes ${PAGE}`, 'ORDER BY key DESC', '?3')
const LIST = `${selectImport(`iif(${IS_READ}, unknown_columns, NULL)`)} ${PAGE}`

/**
 * Cancels an import that is in progress; the rows that it has written stay. Deletes an import that has ended. Returns the
 * key of its file, for the caller to delete, and the message of the account's next turn, for the caller to enqueue. Throws
 * 404 if the account has no such import.
 */
export async function deleteImport(
  db: Database,
  accountId: string,
  id: string,
): Promise<{ file: string; next: ImportMessage[] }> {
  const now = Date.now()
  const isThis = isImport(accountId, id)
  const returning = { id: imports.id }
  const [[deleted], [cancelled], next] = await db.batch([
    db.orm
      .delete(imports)
      .where(and(isThis, notInArray(imports.status, IN_PROGRESS)))
      .returning(returning),
    db.orm
      .update(imports)
      .set({ status: 'cancelled', finishedAt: now, nextAt: null })
      .where(and(isThis, inArray(imports.status, IN_PROGRESS)))
      .returning(returning),
    nextTurn(db, accountId, now),
  ])
  if (!deleted && !cancelled) throw notFound('import')
  return { file: fileKey(accountId, id), next }
}
