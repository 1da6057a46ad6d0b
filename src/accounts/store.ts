import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import { type Database, numberOf } from '../db/client'
import { abortIf, isAborted, isStopped } from '../db/errors'
import { newId } from '../db/ids'
import { stopIfOver } from '../db/quotas'
import { accounts, apiKeys, idempotencyKeys, pipelines, stages } from '../db/schema'
import { emptiest } from '../db/size'
import { notFound } from '../http/errors'
import type { IdempotentRequest, Scope } from '../http/factory'
import { claimKey, firstChoice, KeyAlreadyUsed, OPERATOR, storeResponse } from '../http/idempotency'
import { hashKey, newKey } from '../http/key'
import { decodePageToken, type ListQuery, type Page, pageOf } from '../http/page'
import { nameKey } from '../http/text'
import { lastAdminKey, tooManyKeys } from './errors'
import type { CreateAccount, CreateKey, UpdateAccount } from './schema'

/** The pipeline of a new account, and its stages. */
const PIPELINE = 'Recruiting'
const STAGES = ['New', 'Contacted', 'Interview', 'Offer', 'Hired']

export interface Account {
  id: string
  name: string
  defaultCountry: string
  suspended: boolean
  pipelineId: string
  createdAt: number
  updatedAt: number
}

export interface ApiKey {
  id: string
  name: string
  scopes: Scope[]
  expiresAt: number | null
  createdAt: number
}

/** A key with its secret, which only the response to its creation contains. */
export type NewApiKey = ApiKey & { key: string }

/** Chooses the database of a new account: the emptiest. A repeated call gets the database of the first call. */
export async function placeAccount(all: Database[], repeatable?: IdempotentRequest): Promise<Database> {
  const [first] = all as [Database]
  const db = await emptiest(all)
  if (!repeatable) return db
  const number = await firstChoice(first, OPERATOR, repeatable, db.number)
  const chosen = all.find((d) => d.number === number)
  // the database was added a moment ago, and this isolate has no binding for it yet
  if (!chosen) throw new KeyAlreadyUsed()
  return chosen
}

/** Creates an account with its pipeline and a first admin key, in one batch. */
export async function createAccount(
  db: Database,
  input: CreateAccount,
  repeatable?: IdempotentRequest,
): Promise<Account & { apiKey: NewApiKey }> {
  const now = Date.now()
  const times = { createdAt: now, updatedAt: now }
  const accountId = newId('acct', now, db.number)
  const pipelineId = newId('pipe', now)
  const stageRows = STAGES.map((name, position) => ({
    accountId,
    id: newId('stg', now),
    pipelineId,
    name,
    nameKey: nameKey(name),
    position,
    ...times,
  }))
  const account = { id: accountId, ...input, defaultPipelineId: pipelineId, ...times }
  const { row, apiKey } = await mintKey(accountId, {
    name: 'Admin',
    scopes: ['read', 'write', 'admin'],
    expiresAt: null,
  })
  const created = { ...toAccount({ ...account, suspendedAt: null }), apiKey }
  const response = { status: 201 as const, body: { ...created, apiKey: { ...apiKey, key: null } }, about: accountId }
  const pipeline = {
    accountId,
    id: pipelineId,
    name: PIPELINE,
    nameKey: nameKey(PIPELINE),
    position: 0,
    defaultStageId: stageRows[0]?.id ?? '',
    ...times,
  }
  await db.batch([
    ...claimKey(db, OPERATOR, repeatable, now),
    db.orm.insert(accounts).values(account),
    db.orm.insert(pipelines).values(pipeline),
    db.orm.insert(stages).values(stageRows),
    db.orm.insert(apiKeys).values(row),
    ...storeResponse(db, OPERATOR, repeatable, response),
  ])
  return created
}

/** Returns one account. Throws 404 if it does not exist. */
export async function getAccount(db: Database, id: string): Promise<Account> {
  const [row] = await db.orm.select().from(accounts).where(eq(accounts.id, id))
  if (!row) throw notFound('account')
  return toAccount(row)
}

/** A page of the accounts of all databases, newest first: merges one page from each database. One round trip to each. */
export async function listAccounts(all: Database[], { limit, pageToken }: ListQuery): Promise<Page<Account>> {
  const [after = 'acct_00~'] = (await decodePageToken('accounts', pageToken, 1)) ?? []
  const pages = await Promise.all(
    all.map((db) =>
      db.orm
        .select()
        .from(accounts)
        .where(and(isNull(accounts.erasedAt), lt(accounts.id, `acct_${db.number}${ageOf(String(after))}`)))
        .orderBy(desc(accounts.id))
        .limit(limit + 1),
    ),
  )
  const rows = pages.flat().sort((a, b) => (ageOf(a.id) < ageOf(b.id) ? 1 : -1))
  return pageOf(rows, limit, 'accounts', ({ id }) => [id], toAccount)
}

/** The part of an account's id after the number of its database. It sorts by the time of creation. */
const ageOf = (id: string) => id.slice('acct_00'.length)

/** Changes the given fields. Throws 404 if the account does not exist. */
export async function updateAccount(db: Database, id: string, input: UpdateAccount): Promise<Account> {
  const { suspended, ...fields } = input
  const now = Date.now()
  const [row] = await db.orm
    .update(accounts)
    .set({
      ...fields,
      ...(suspended !== undefined && { suspendedAt: suspended ? sql`coalesce(suspended_at, ${now})` : null }),
      updatedAt: now,
    })
    .where(and(eq(accounts.id, id), isNull(accounts.erasedAt)))
    .returning()
  if (!row) throw notFound('account')
  return toAccount(row)
}

/** Deletes the account's keys and marks the account for erasure (see `erase.ts`), in one batch. Throws 404. */
export async function deleteAccount(db: Database, id: string): Promise<void> {
  const now = Date.now()
  const [marked] = await db.batch([
    db.orm
      .update(accounts)
      .set({ erasedAt: now, updatedAt: now })
      .where(and(eq(accounts.id, id), isNull(accounts.erasedAt)))
      .returning({ id: accounts.id }),
    db.orm.delete(apiKeys).where(eq(apiKeys.accountId, id)),
    db.orm.delete(idempotencyKeys).where(and(eq(idempotencyKeys.accountId, OPERATOR), eq(idempotencyKeys.about, id))),
  ])
  if (marked.length === 0) throw notFound('account')
}

/**
 * How long a revoked key stays in the database, ms, and how many such keys an account has at most. Calls with a key that is
 * still in the database do not count as guesses.
 */
const REVOKED_LIFETIME = 30 * 24 * 60 * 60 * 1000
const MAX_REVOKED = 1000

/**
 * Creates a key. `storedFor` is the account, or the operator if the operator created it. Throws 404 if the account does
 * not exist, and 409 if it has too many keys; the operator can always create another.
 */
export async function createKey(
  db: Database,
  accountId: string,
  input: CreateKey,
  { repeatable, storedFor = accountId }: { repeatable: IdempotentRequest | undefined; storedFor?: string },
): Promise<NewApiKey> {
  const { row, apiKey } = await mintKey(accountId, input)
  const response = { status: 201 as const, body: { ...apiKey, key: null }, about: accountId }
  try {
    await db.batch([
      ...claimKey(db, storedFor, repeatable, row.createdAt),
      db.query(abortIf('NOT EXISTS (SELECT 1 FROM accounts WHERE id = ? AND erased_at IS NULL)'), accountId),
      db.query(DELETE_REVOKED, accountId, row.createdAt - REVOKED_LIFETIME),
      db.orm.insert(apiKeys).values(row),
      ...(storedFor === OPERATOR ? [] : [db.query(stopIfOver('api_keys'), accountId)]),
      ...storeResponse(db, storedFor, repeatable, response),
    ])
  } catch (error) {
    if (isAborted(error)) throw notFound('account')
    if (isStopped(error)) throw tooManyKeys()
    throw error
  }
  return apiKey
}

// SQL text: it reads the time limit for the deletion from the same table
const DELETE_REVOKED = `
  DELETE FROM api_keys WHERE account_id = ?1 AND revoked_at <= max(?2, coalesce(
    (SELECT revoked_at FROM api_keys WHERE account_id = ?1 AND revoked_at IS NOT NULL
      ORDER BY revoked_at DESC LIMIT 1 OFFSET ${MAX_REVOKED}), 0))`

/** A page of the account's keys, newest first, without the revoked ones. */
export async function listKeys(
  db: Database,
  accountId: string,
  { limit, pageToken }: ListQuery,
): Promise<Page<ApiKey>> {
  const [after] = (await decodePageToken('api-keys', pageToken, 1)) ?? []
  const rows = await db.orm
    .select()
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.accountId, accountId),
        isNull(apiKeys.revokedAt),
        after === undefined ? undefined : lt(apiKeys.id, String(after)),
      ),
    )
    .orderBy(desc(apiKeys.id))
    .limit(limit + 1)
  return pageOf(rows, limit, 'api-keys', ({ id }) => [id], toApiKey)
}

/** Revokes a key. Throws 404, and 409 for the last admin key that works: without it, the account could not create keys. */
export async function revokeKey(db: Database, accountId: string, keyId: string): Promise<void> {
  const [revoked, active] = await db.batch([
    db.query(REVOKE, accountId, keyId, Date.now()),
    db.query(FIND_ACTIVE, accountId, keyId),
  ])
  if (revoked.length > 0) return
  if (active.length === 0) throw notFound('key')
  throw lastAdminKey({ conflictsWith: keyId })
}

const isAdmin = (scopes: string) => `EXISTS (SELECT 1 FROM json_each(${scopes}) WHERE value = 'admin')`

// SQL text: both queries name an index on the account. By the id alone, the cost of the call would reveal whether another
// account has this key.
const REVOKE = `
  UPDATE api_keys INDEXED BY api_keys_account SET revoked_at = ?3
  WHERE account_id = ?1 AND id = ?2 AND revoked_at IS NULL AND (
    expires_at < ?3 OR NOT ${isAdmin('scopes')} OR EXISTS (
      SELECT 1 FROM api_keys o WHERE o.account_id = ?1 AND o.id <> ?2 AND o.revoked_at IS NULL
        AND coalesce(o.expires_at, ?3 + 1) > ?3 AND ${isAdmin('o.scopes')}))
  RETURNING id`

const FIND_ACTIVE = `
  SELECT 1 FROM api_keys INDEXED BY api_keys_account WHERE account_id = ?1 AND id = ?2 AND revoked_at IS NULL`

async function mintKey(accountId: string, { name, scopes, expiresAt }: CreateKey) {
  const createdAt = Date.now()
  const id = newId('key', createdAt, numberOf(accountId))
  const key = newKey(id)
  const apiKey: NewApiKey = { id, key, name, scopes, expiresAt, createdAt }
  return { apiKey, row: { id, accountId, name, scopes, expiresAt, createdAt, hash: await hashKey(key) } }
}

const toAccount = (
  row: Pick<
    typeof accounts.$inferSelect,
    'id' | 'name' | 'defaultCountry' | 'suspendedAt' | 'defaultPipelineId' | 'createdAt' | 'updatedAt'
  >,
): Account => ({
  id: row.id,
  name: row.name,
  defaultCountry: row.defaultCountry,
  suspended: row.suspendedAt !== null,
  pipelineId: row.defaultPipelineId,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

const toApiKey = ({ id, name, scopes, expiresAt, createdAt }: typeof apiKeys.$inferSelect): ApiKey => ({
  id,
  name,
  scopes,
  expiresAt,
  createdAt,
})
