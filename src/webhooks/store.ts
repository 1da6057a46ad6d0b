import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import type { Database } from '../db/client'
import { abortIf, isAborted, isStopped, stopIf } from '../db/errors'
import { newId } from '../db/ids'
import { stopIfOver } from '../db/quotas'
import { webhooks } from '../db/schema'
import { contention, notFound } from '../http/errors'
import type { IdempotentRequest } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import { decodePageToken, type ListQuery, type Page, pageOf } from '../http/page'
import { MAX_OLD_SECRETS, MAX_WITH_DELETED, tooManySecrets, tooManyWebhooks } from './errors'
import { hostOf } from './guard'
import { CANCEL_PENDING } from './record-outcomes'
import type { CreateWebhook, UpdateWebhook } from './schema'
import { encryptSecret, newSecret } from './secret'

/** An endpoint as callers see it, without its secret. Times are Unix ms. */
export interface Webhook {
  id: string
  url: string
  eventTypes: string[]
  description: string | null
  disabled: boolean
  disabledAt: number | null
  /** `requested`: by the account. `gone`: it responded with 410. `failing`: it failed for five days. */
  disabledReason: 'requested' | 'gone' | 'failing' | null
  /** When it first failed after its last success. */
  failingSince: number | null
  createdAt: number
  updatedAt: number
}

/** How long an old secret still signs after a rotation, ms. */
const OLD_SECRET_SIGNS_FOR = 24 * 60 * 60 * 1000

type Row = typeof webhooks.$inferSelect

const STOP_IF_TOO_MANY_WITH_DELETED = stopIf(
  `(SELECT count(*) FROM webhooks WHERE account_id = ?1) > ${MAX_WITH_DELETED}`,
)

/** The value of `ENCRYPTION_KEY`, and the request to store the response for, if it has an `Idempotency-Key`. */
interface SecretOptions {
  encryptionKey: string
  repeatable: IdempotentRequest | undefined
}

/** Registers an endpoint. Only this result shows its secret. 409 if the account has too many. */
export async function createWebhook(
  db: Database,
  accountId: string,
  input: CreateWebhook,
  { encryptionKey, repeatable }: SecretOptions,
): Promise<Webhook & { secret: string }> {
  const now = Date.now()
  const id = newId('whk', now)
  const secret = newSecret()
  const row: Row = {
    accountId,
    id,
    url: input.url,
    host: hostOf(input.url),
    verifiedAt: null,
    eventTypes: input.eventTypes,
    description: input.description ?? null,
    secret: await encryptSecret(secret, `${accountId} ${id}`, encryptionKey),
    oldSecrets: [],
    disabledAt: input.disabled ? now : null,
    disabledReason: input.disabled ? 'requested' : null,
    failingSince: null,
    failedAt: null,
    slowSince: now,
    waitingSince: null,
    recoverFrom: null,
    deletedAt: null,
    createdAt: now,
    updatedAt: now,
  }
  const response = { status: 201 as const, headers: locationOf(id), body: { ...toWebhook(row), secret: null } }
  try {
    await db.batch([
      ...claimKey(db, accountId, repeatable, now),
      db.orm.insert(webhooks).values(row),
      db.query(stopIfOver('webhooks'), accountId),
      db.query(STOP_IF_TOO_MANY_WITH_DELETED, accountId),
      ...storeResponse(db, accountId, repeatable, { ...response, about: id }),
    ])
  } catch (error) {
    throw isStopped(error) ? tooManyWebhooks() : error
  }
  return { ...toWebhook(row), secret }
}

/** The `Location` header with the path of an endpoint. */
export const locationOf = (id: string) => ({ location: `/v1/webhooks/${id}` })

/** A page of endpoints, the newest first. */
export async function listWebhooks(db: Database, accountId: string, query: ListQuery): Promise<Page<Webhook>> {
  const [after] = (await decodePageToken('webhooks', query.pageToken, 1)) ?? []
  const rows = await db.orm
    .select()
    .from(webhooks)
    .where(and(inAccount(accountId), after === undefined ? undefined : lt(webhooks.id, String(after))))
    .orderBy(desc(webhooks.id))
    .limit(query.limit + 1)
  return pageOf(rows, query.limit, 'webhooks', ({ id }) => [id], toWebhook)
}

/** One endpoint. 404 if the account has no such endpoint. */
export async function getWebhook(db: Database, accountId: string, id: string): Promise<Webhook> {
  return toWebhook(await findWebhook(db, accountId, id))
}

/** An endpoint's row. 404 if the account has no such endpoint. */
async function findWebhook(db: Database, accountId: string, id: string): Promise<Row> {
  const [row] = await db.orm.select().from(webhooks).where(isEndpoint(accountId, id))
  if (!row) throw notFound('webhook')
  return row
}

/**
 * Changes an endpoint. A call that changes nothing writes nothing. Disabling it cancels its pending deliveries. Enabling it
 * or changing its URL resets its failures. A new URL is slow until it has responded quickly. 404 if the account has no such
 * endpoint.
 */
export async function updateWebhook(
  db: Database,
  accountId: string,
  id: string,
  { disabled, ...given }: UpdateWebhook,
): Promise<Webhook> {
  const row = await findWebhook(db, accountId, id)
  const now = Date.now()
  const change: Partial<Row> = Object.fromEntries(
    Object.entries(given).filter(
      ([field, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(row[field as keyof Row]),
    ),
  )
  if (disabled === true && row.disabledAt === null)
    Object.assign(change, { disabledAt: now, disabledReason: 'requested', recoverFrom: null })
  if (disabled === false && row.disabledAt !== null) Object.assign(change, { disabledAt: null, disabledReason: null })
  if (Object.keys(change).length === 0) return toWebhook(row)
  if (change.url !== undefined || change.disabledAt === null) change.failingSince = null
  if (change.url !== undefined) {
    change.slowSince = now
    change.host = hostOf(change.url)
  }
  // another call may have changed the host since the row was read
  const verifiedAt = sql`iif(${webhooks.host} IS ${change.host}, ${webhooks.verifiedAt}, NULL)`
  change.updatedAt = Math.max(now, row.updatedAt + 1)
  const [updated] = await db.batch([
    db.orm
      .update(webhooks)
      .set({ ...change, ...(change.url !== undefined && { verifiedAt }) })
      .where(isEndpoint(accountId, id))
      .returning({ id: webhooks.id }),
    ...(change.disabledAt ? [cancelPending(db, accountId, id, now)] : []),
  ])
  if (updated.length === 0) throw notFound('webhook')
  return toWebhook({ ...row, ...change })
}

/**
 * Gives an endpoint a new secret. Only this result shows it. The old secret also signs for 24 hours. 404 if the account has
 * no such endpoint, 409 if too many old secrets still sign.
 */
export async function rotateSecret(
  db: Database,
  accountId: string,
  id: string,
  { encryptionKey, repeatable }: SecretOptions,
): Promise<Webhook & { secret: string }> {
  const row = await findWebhook(db, accountId, id)
  const now = Date.now()
  const valid = row.oldSecrets.filter(({ until }) => until > now)
  if (valid.length >= MAX_OLD_SECRETS) throw tooManySecrets({ conflictsWith: id })
  const secret = newSecret()
  const change = {
    secret: await encryptSecret(secret, `${accountId} ${id}`, encryptionKey),
    oldSecrets: [{ secret: row.secret, until: now + OLD_SECRET_SIGNS_FOR }, ...valid],
    updatedAt: Math.max(now, row.updatedAt + 1),
  }
  const body = toWebhook({ ...row, ...change })
  try {
    await db.batch([
      ...claimKey(db, accountId, repeatable, now),
      db.query(ABORT_IF_ROTATED, accountId, id, row.secret),
      db.orm.update(webhooks).set(change).where(isEndpoint(accountId, id)),
      ...storeResponse(db, accountId, repeatable, { status: 200, body: { ...body, secret: null }, about: id }),
    ])
  } catch (error) {
    throw isAborted(error) ? contention('Other requests keep changing this webhook.') : error
  }
  return { ...body, secret }
}

const ABORT_IF_ROTATED = abortIf(
  'NOT EXISTS (SELECT 1 FROM webhooks WHERE account_id = ?1 AND id = ?2 AND secret = ?3)',
)

/** Deletes an endpoint: cancels its deliveries and deletes its secrets. The row is deleted after its last delivery. */
export async function deleteWebhook(db: Database, accountId: string, id: string): Promise<void> {
  const now = Date.now()
  const deleted = { deletedAt: now, updatedAt: now, secret: '', oldSecrets: [], recoverFrom: null }
  const [rows] = await db.batch([
    db.orm.update(webhooks).set(deleted).where(isEndpoint(accountId, id)).returning({ id: webhooks.id }),
    cancelPending(db, accountId, id, now),
  ])
  if (rows.length === 0) throw notFound('webhook')
}

const cancelPending = (db: Database, accountId: string, webhookId: string, now: number) =>
  db.query(CANCEL_PENDING, JSON.stringify([{ accountId, webhookId }]), now)

/** SQL: aborts a batch if the endpoint (account `?1`, id `?2`) is disabled or deleted. */
export const ABORT_IF_DISABLED = abortIf(`NOT EXISTS (SELECT 1 FROM webhooks
  WHERE account_id = ?1 AND id = ?2 AND disabled_at IS NULL AND deleted_at IS NULL)`)

/** A condition: the account's endpoints that are not deleted. */
const inAccount = (accountId: string) => and(eq(webhooks.accountId, accountId), isNull(webhooks.deletedAt))
/** A condition: the account's endpoint of this id, unless it is deleted. */
export const isEndpoint = (accountId: string, id: string) => and(inAccount(accountId), eq(webhooks.id, id))

/** An endpoint's row as callers see it. */
const toWebhook = (row: Row): Webhook => ({
  id: row.id,
  url: row.url,
  eventTypes: row.eventTypes,
  description: row.description,
  disabled: row.disabledAt !== null,
  disabledAt: row.disabledAt,
  disabledReason: row.disabledReason,
  failingSince: row.failingSince,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})
