import { and, desc, eq, isNull, lt } from 'drizzle-orm'
import { type Database, toStatement } from '../db/client'
import { newId } from '../db/ids'
import { webhooks } from '../db/outbox'
import type { Repeatable } from '../http/factory'
import { claim, keep } from '../http/idempotency'
import { decodePageToken, type ListQuery, type Page, pageOf } from '../http/page'
import { notFound } from '../http/problem'
import type { CreateWebhook } from './schema'
import { encryptSecret, newSecret } from './secret'

/** An endpoint as it is shown: without its secret. */
export interface Webhook {
  id: string
  url: string
  eventTypes: string[]
  description: string | null
  disabled: boolean
  createdAt: number
  updatedAt: number
}

/** Registers an endpoint. Its secret is in this answer and never again. */
export async function createWebhook(
  db: Database,
  accountId: string,
  input: CreateWebhook,
  encryptionKey: string,
  repeatable?: Repeatable,
): Promise<Webhook & { secret: string }> {
  const now = Date.now()
  const id = newId('whk', now)
  const secret = newSecret()
  const row = {
    accountId,
    id,
    url: input.url,
    eventTypes: input.eventTypes,
    description: input.description ?? null,
    secret: await encryptSecret(secret, `${accountId} ${id}`, encryptionKey),
    disabledAt: input.disabled ? now : null,
    createdAt: now,
    updatedAt: now,
  }
  const answer = { status: 201 as const, headers: locationOf(id), body: { ...toWebhook(row), secret: null } }
  await db.d1.batch([
    ...claim(db, accountId, repeatable, now),
    toStatement(db, db.orm.insert(webhooks).values(row)),
    ...keep(db, accountId, repeatable, answer, id),
  ])
  return { ...toWebhook(row), secret }
}

/** Where an endpoint is read. */
export const locationOf = (id: string) => ({ location: `/v1/webhooks/${id}` })

/** A page of endpoints, newest first. */
export async function listWebhooks(db: Database, accountId: string, query: ListQuery): Promise<Page<Webhook>> {
  const [after] = (await decodePageToken('webhooks', query.pageToken, 1)) ?? []
  const rows = await db.orm
    .select()
    .from(webhooks)
    .where(and(inAccount(accountId), after === undefined ? undefined : lt(webhooks.id, String(after))))
    .orderBy(desc(webhooks.id))
    .limit(query.limit + 1)
  return pageOf(rows, query.limit, 'webhooks', toWebhook)
}

/** One endpoint; 404 if the account has none of this id. */
export async function getWebhook(db: Database, accountId: string, id: string): Promise<Webhook> {
  const [row] = await db.orm
    .select()
    .from(webhooks)
    .where(and(inAccount(accountId), eq(webhooks.id, id)))
  if (!row) throw notFound('webhook')
  return toWebhook(row)
}

/** Ends an endpoint: nothing more is sent to it, and its secret is gone. */
export async function deleteWebhook(db: Database, accountId: string, id: string): Promise<void> {
  const now = Date.now()
  const gone = await db.orm
    .update(webhooks)
    .set({ deletedAt: now, updatedAt: now, secret: '' })
    .where(and(inAccount(accountId), eq(webhooks.id, id)))
    .returning({ id: webhooks.id })
  if (gone.length === 0) throw notFound('webhook')
}

const inAccount = (accountId: string) => and(eq(webhooks.accountId, accountId), isNull(webhooks.deletedAt))

const toWebhook = (
  row: Pick<typeof webhooks.$inferSelect, Exclude<keyof Webhook, 'disabled'> | 'disabledAt'>,
): Webhook => ({
  id: row.id,
  url: row.url,
  eventTypes: row.eventTypes,
  description: row.description,
  disabled: row.disabledAt !== null,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})
