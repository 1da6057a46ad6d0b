import type { Database } from '../db/client'
import { isStopped } from '../db/errors'
import { newId } from '../db/ids'
import { stopIfOver } from '../db/quotas'
import { imports } from '../db/schema'
import { invalidInput } from '../http/errors'
import type { Caller, IdempotentRequest } from '../http/factory'
import { claimKey, type StoredResponse, storeResponse } from '../http/idempotency'
import { countMatches } from '../prospects/matches'
import type { UpdateProspect } from '../prospects/schema'
import { NO_CHANGE, toUpdateRequest } from '../prospects/write-request'
import { countDiffers, tooManyImports } from './errors'
import type { StartBulk } from './schema'
import { ENQUEUE_AFTER } from './start'
import { type Import, toImport } from './store'
import type { BulkChange } from './write-matches'

/**
 * Commits a change of all prospects that match as a queued import. The caller enqueues it. Two round trips. Throws 409 if
 * another number of prospects matches than the caller expects or if too many imports are in progress, and 422 if the change
 * has an id that the account does not have.
 */
export async function startBulk(
  db: Database,
  caller: Caller,
  { filters, set, userId = null, muteWebhook, expectedCount, dryRun }: StartBulk,
  repeatable: IdempotentRequest | undefined,
): Promise<StoredResponse & { body: Import }> {
  const { account, key } = caller
  const now = Date.now()
  const request = toRequest(set as UpdateProspect | undefined, userId, account.defaultCountry)
  const pointer = set ? '/set' : ''
  const checked = { request, pointer, idempotent: repeatable, now }
  const { total, last } = await countMatches(db, caller, filters, checked)
  if (total !== expectedCount) throw countDiffers({ prospectCount: total })
  const id = newId('imp', now)
  const change: BulkChange = {
    ...{ filters, last },
    ...(set ? { set: set as UpdateProspect } : { erase: { userId, muteWebhook: muteWebhook ?? false } }),
  }
  const row = {
    ...{ id, kind: set ? ('update' as const) : ('erase' as const), total, createdAt: now },
    ...{ bytes: 0, bytesDone: 0, unknownColumns: '[]', options: JSON.stringify({ dryRun }) },
  }
  const body = toImport({
    ...row,
    ...{ status: 'queued', reason: null, finishedAt: null },
    ...{ read: 0, created: 0, updated: 0, unchanged: 0, failed: 0, erased: 0 },
  })
  const response = { status: 202, headers: { location: `/v1/imports/${id}` }, body } as const
  const stored = { ...row, accountId: account.id, keyId: key.id, format: JSON.stringify(change) }
  try {
    await db.batch([
      ...claimKey(db, account.id, repeatable, now),
      db.orm.insert(imports).values({ ...stored, line: 1, nextAt: now + ENQUEUE_AFTER }),
      db.query(stopIfOver('imports'), account.id),
      ...storeResponse(db, account.id, repeatable, { ...response, about: id }),
    ])
  } catch (error) {
    throw isStopped(error) ? tooManyImports() : error
  }
  return response
}

/** The change of one prospect. Throws 400 if its phone is not valid: no prospect would get it. */
function toRequest(set: UpdateProspect | undefined, userId: string | null, country: string) {
  const target = { match: false, id: '' } as const
  if (!set) return { target, change: { ...NO_CHANGE, userId } }
  const request = toUpdateRequest(target, set, country)
  if (request.change.phone?.e164 === null) {
    const message = 'This is not a valid phone number.'
    throw invalidInput([{ in: 'body', pointer: '/set/phone', code: 'invalid_phone', message }])
  }
  return request
}
