import { eq, sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { type Database, databaseOf, openDatabase } from '../db/client'
import { accounts, apiKeys } from '../db/schema'
import { admit } from './budget'
import { accountSuspended, insufficientScope, invalidCredential, missingCredential, notFound } from './errors'
import { type AppEnv, type Caller, factory, SCOPES, type Scope } from './factory'
import { hasRightChecksum, isKeyOf, keyIdOf, sameSecret } from './key'
import { areLimitsOff } from './limits'
import type { Problem } from './problem-type'
import { countCall, countGuess, rejectGuesser } from './rate-limit'
import { beginSession } from './session'

interface KnownKey extends Caller {
  hash: string
  /** Why calls with this key are rejected. Such a key is not remembered. */
  rejection: Problem | undefined
  /** Unix ms. */
  knownUntil: number
}

/** How long an isolate trusts what it read about a key, ms. A key that another isolate revoked is rejected after this time. */
const KNOWN_FOR = 30_000
const MAX_KNOWN = 5_000
const knownKeys = new Map<string, KnownKey>()

/**
 * Ids of keys that do not exist, and until when the isolate remembers them (Unix ms). A client may continue to send the
 * key of a deleted account. Only its first call counts as a guess and takes a round trip.
 */
const unknownKeys = new Map<string, number>()

/** Forgets the keys of an account, or one of them, so that a change takes effect in this isolate at once. */
export function forgetKeys(accountId: string, keyId?: string): void {
  for (const [id, { account }] of knownKeys) if (account.id === accountId && (keyId ?? id) === id) knownKeys.delete(id)
}

/**
 * Sets `caller` and `db`. Throws 401, or 429 if a limit is exceeded. A key that this isolate knows takes no round trip: the
 * first batch of the call checks that the account is still active. Other keys are looked up in the primary, because a
 * replica may not have a new key yet, or not know that a key was revoked.
 */
export const authenticate = factory.createMiddleware(async function authenticate(c, next) {
  const token = bearerToken(c)
  if (token === undefined) throw missingCredential()
  const keyId = keyIdOf(token) ?? ''
  const remembered = recall(keyId)
  if (!remembered) {
    rejectGuesser(c)
    if ((unknownKeys.get(keyId) ?? 0) > Date.now()) throw invalidCredential()
  }
  const db = databaseOf(c.env, keyId)
  if (db) c.set('db', db)
  const key = remembered ?? (db && hasRightChecksum(token) && (await lookUp(db, keyId)))
  if (!db || !key || !(await isKeyOf(key.hash, token))) {
    await countGuess(c)
    throw invalidCredential()
  }
  await countCall(c, keyId)
  if ((key.key.expiresAt ?? Number.POSITIVE_INFINITY) <= Date.now()) throw invalidCredential()
  if (key.rejection) throw key.rejection
  c.set('caller', { account: key.account, key: key.key })
  if (!areLimitsOff(c.env)) db.takeTurns(await admit(c, key.account.id))
  if (db.cost.trips === 0) db.requireAccount(key.account.id)
  beginSession(c)
  await next()
})

/** Throws 403 unless the key has this scope or a higher one. The OpenAPI document takes the scope from `scope`. */
export const requireScope = (scope: Scope) =>
  Object.assign(
    factory.createMiddleware(async function requireScope(c, next) {
      const granted = c.var.caller.key.scopes.map((s) => SCOPES.indexOf(s))
      if (Math.max(...granted) < SCOPES.indexOf(scope)) throw insufficientScope(scope)
      await next()
    }),
    { scope },
  )

/** Throws 401 unless the caller is the operator, and 404 if no `ADMIN_TOKEN` is configured. */
export const requireOperator = factory.createMiddleware(async function requireOperator(c, next) {
  if (!c.env.ADMIN_TOKEN) throw notFound('path')
  const token = bearerToken(c)
  if (token === undefined) throw missingCredential()
  rejectGuesser(c)
  if (!(await sameSecret(token, c.env.ADMIN_TOKEN))) {
    await countGuess(c)
    throw invalidCredential()
  }
  await countCall(c, 'operator')
  c.set('db', openDatabase(c.env.DB))
  beginSession(c)
  await next()
})

const bearerToken = (c: Context<AppEnv>) => /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1]

/** The key, if this isolate knows it. */
function recall(keyId: string): KnownKey | undefined {
  const key = knownKeys.get(keyId)
  if (key && key.knownUntil > Date.now()) return key
  knownKeys.delete(keyId)
}

/** Reads a key and its account. One round trip. */
async function lookUp(db: Database, keyId: string): Promise<KnownKey | undefined> {
  const [row] = await db.orm
    .select({
      hash: apiKeys.hash,
      name: apiKeys.name,
      scopes: apiKeys.scopes,
      expiresAt: apiKeys.expiresAt,
      revokedAt: apiKeys.revokedAt,
      accountId: sql<string>`accounts.id`.as('account_id'),
      defaultCountry: accounts.defaultCountry,
      suspendedAt: accounts.suspendedAt,
      erasedAt: accounts.erasedAt,
    })
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(eq(apiKeys.id, keyId))
  if (!row) return void remember(unknownKeys, keyId, Date.now() + KNOWN_FOR)
  const { hash, name, scopes, expiresAt, accountId, defaultCountry } = row
  const isInvalid = row.revokedAt !== null || row.erasedAt !== null
  const key: KnownKey = {
    account: { id: accountId, defaultCountry },
    key: { id: keyId, name, scopes, expiresAt },
    hash,
    rejection: isInvalid ? invalidCredential() : row.suspendedAt === null ? undefined : accountSuspended(),
    knownUntil: Date.now() + KNOWN_FOR,
  }
  if (key.rejection) return key
  remember(knownKeys, keyId, key)
  return key
}

/** Adds an entry, and removes the oldest one if there are too many. */
function remember<T>(entries: Map<string, T>, keyId: string, entry: T): void {
  if (entries.size >= MAX_KNOWN) entries.delete(entries.keys().next().value ?? '')
  entries.set(keyId, entry)
}
