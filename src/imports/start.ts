import type { Database } from '../db/client'
import { isStopped } from '../db/errors'
import { newId } from '../db/ids'
import { isFull, stopIfOver } from '../db/quotas'
import { imports } from '../db/schema'
import { announceObject } from '../files/announce'
import { deleteObjects } from '../files/delete'
import { putStream } from '../files/store'
import { invalidCredential, invalidInput, unknownReference } from '../http/errors'
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
import { Problem } from '../http/problem-type'
import type { StreamedBody } from '../http/streamed-body'
import { type CustomFields, learnFields, queryFields, recallFields } from '../prospects/custom-fields'
import { MAX_UNKNOWN_COLUMNS, type Mapping, shownName, unknownColumns } from './columns'
import { customKey, isCustom } from './custom-columns'
import { importTooLarge, MAX_IMPORT, tooManyImports } from './errors'
import { ImportInspector } from './inspector'
import type { FileType } from './records'
import type { StartImport } from './schema'
import { fileKey, type Import, toImport } from './store'

/** How long the file of an import is kept, ms. */
const FILE_KEPT_FOR = 7 * 24 * 60 * 60_000
/** If no consumer leases a new import for this long, ms, the schedule enqueues it. */
export const ENQUEUE_AFTER = 15_000

/** A call of `POST /v1/imports`. */
interface ImportRequest {
  type: FileType
  query: StartImport
  file: StreamedBody
  /** Undefined if the call has no `Idempotency-Key`. */
  repeatable: IdempotentRequest | undefined
}

/**
 * Stores the file of an import, and commits the import as queued. The caller enqueues it. Two round trips, one before the
 * file is read and one after it is stored. Throws 400 if the file cannot be read, 409 if too many imports are in progress,
 * 413 if the file is too large, 422 if the query has an id that the account does not have.
 */
export async function startImport(
  db: Database,
  env: Env,
  caller: Caller,
  { type, query, file, repeatable }: ImportRequest,
): Promise<StoredResponse & { body: Import }> {
  const accountId = caller.account.id
  const now = Date.now()
  const id = newId('imp', now)
  const key = fileKey(accountId, id)
  const { userId, stageId, pipelineId } = query
  const known = recallFields(accountId)
  const [[references], [catalog], , used] = await db.batch([
    db.query<References>(REFERENCES, accountId, userId ?? null, stageId ?? null, pipelineId ?? null),
    queryFields(db, accountId, known),
    announceObject(db, accountId, { key, now }),
    ...(repeatable ? [findUsedKey(db, accountId, repeatable, now)] : []),
  ])
  if (!references || !catalog) throw invalidCredential()
  const { fields: customFields } = learnFields(accountId, known, catalog.version, catalog.fields)
  try {
    const inspector = new ImportInspector(type)
    if (repeatable && used?.results.length) {
      for await (const chunk of file.body) await inspector.push(chunk)
      await completeHash(repeatable, inspector)
      throw new KeyAlreadyUsed()
    }
    if (references.isFull) throw tooManyImports()
    requireMapped(query.mapping, customFields)
    const ids = { userId, stageId, pipelineId: stageId ? undefined : pipelineId }
    const missing = Object.entries(ids).flatMap(([field, value]) =>
      value && !references[field as keyof typeof ids] ? { in: 'query' as const, field, value } : [],
    )
    if (missing.length > 0) throw unknownReference(missing)
    if (Number(file.length) > MAX_IMPORT) throw importTooLarge()
    await putStream(env, key, file, { inspector })
    if (repeatable) await completeHash(repeatable, inspector)
    return await commitImport(db, caller, id, { query, inspector, repeatable, customFields })
  } catch (error) {
    // after any other error the import may have been committed, so its file must stay
    if (error instanceof Problem || isKeyAlreadyUsed(error)) await deleteObjects(env, accountId, [key])
    throw error
  }
}

/** Throws 400 if the mapping names a custom field that the account does not have. */
function requireMapped(mapping: Mapping = {}, customFields: CustomFields): void {
  const isKnown = (key: string) => customFields.get(key)?.isDeleted === false
  const unknown = Object.values(mapping).find((field) => field && isCustom(field) && !isKnown(customKey(field)))
  if (!unknown) return
  const message = `There is no field ${shownName(unknown)}.`
  throw invalidInput([{ in: 'query', pointer: '/mapping', code: 'not_allowed', message }])
}

/** Adds the file, which was hashed as it arrived, to the hash of a repeatable call. */
async function completeHash(repeatable: IdempotentRequest, inspector: ImportInspector): Promise<void> {
  const hashed = `${repeatable.hash}\n${inspector.type}\n${await inspector.hash()}`
  repeatable.hash = await sha256(new TextEncoder().encode(hashed))
}

/** Commits an import whose file is stored. */
async function commitImport(
  db: Database,
  { account, key }: Caller,
  id: string,
  {
    query,
    inspector,
    repeatable,
    customFields,
  }: Pick<ImportRequest, 'query' | 'repeatable'> & { inspector: ImportInspector; customFields: CustomFields },
): Promise<StoredResponse & { body: Import }> {
  const now = Date.now()
  const { mapping = {}, ...rowOptions } = query
  const format = inspector.format(mapping, customFields)
  const options = JSON.stringify(rowOptions)
  const unknown = JSON.stringify(unknownColumns(format.columns).slice(0, MAX_UNKNOWN_COLUMNS))
  const body = toImport({
    ...{ id, kind: 'file', status: 'queued', reason: null, bytes: inspector.size, bytesDone: format.start },
    ...{ read: 0, created: 0, updated: 0, unchanged: 0, failed: 0, erased: 0, total: null, unknownColumns: unknown },
    ...{ options, createdAt: now, finishedAt: null },
  })
  const response = { status: 202, headers: { location: `/v1/imports/${id}` }, body } as const
  const insert = db.orm.insert(imports).values({
    ...{ accountId: account.id, id, keyId: key.id, format: JSON.stringify(format), options, unknownColumns: unknown },
    ...{ bytes: body.bytes, bytesDone: body.bytesDone, line: format.line },
    ...{ nextAt: now + ENQUEUE_AFTER, createdAt: now },
  })
  // the upload may have taken long enough for the account to be suspended or deleted
  db.requireAccount(account.id)
  try {
    await db.batch([
      ...claimKey(db, account.id, repeatable, now),
      insert,
      // other imports may have been started during the upload
      db.query(stopIfOver('imports'), account.id),
      announceObject(db, account.id, { key: fileKey(account.id, id), now, keptFor: FILE_KEPT_FOR }),
      ...storeResponse(db, account.id, repeatable, { ...response, about: id }),
    ])
  } catch (error) {
    throw isStopped(error) ? tooManyImports() : error
  }
  return response
}

/** Flags, 0 or 1: whether the account has each id of the query, and whether it has too many imports for another one. */
type References = Record<'userId' | 'stageId' | 'pipelineId' | 'isFull', number>

// text: four independent look-ups in one statement
const REFERENCES = `
  SELECT EXISTS (SELECT 1 FROM users WHERE account_id = a.id AND id = ?2) AS userId,
    EXISTS (SELECT 1 FROM stages WHERE account_id = a.id AND id = ?3) AS stageId,
    EXISTS (SELECT 1 FROM pipelines WHERE account_id = a.id AND id = ?4) AS pipelineId,
    ${isFull('imports', 'a.id')} AS isFull
  FROM accounts a WHERE a.id = ?1`
