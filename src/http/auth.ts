import { eq, sql } from 'drizzle-orm'
import type { Context } from 'hono'
import { type Database, databaseOf, openDatabase } from '../db/client'
import { accounts, apiKeys } from '../db/schema'
import { admit } from './budget'
import { accountSuspended, insufficientScope, invalidCredential, missingCredential, notFound } from './errors'
import { type AppEnv, type Caller, factory, SCOPES, type Scope } from './factory'
import { hasRightChecksum, isKeyOf, keyIdOf, sameSecret } from './key'
import { isOff } from './limits'
import type { Problem } from './problem-type'
import { countCall, countGuess, rejectGuesser } from './rate-limit'
import { beginSession } from './session'

interface KnownKey extends Caller {
  hash: string
  /** Why nothing is done for it. Such a key is not remembered. */
  refusal: Problem | undefined
  knownUntil: number
}

/** How long an isolate trusts what it read of a key, ms: a key revoked elsewhere is refused here within it. */
const KNOWN_FOR = 30_000
const MOST_KNOWN = 5_000
const known = new Map<string, KnownKey>()

/**
 * Ids of keys that were looked up and are not there, and until when that is remembered. A client may go on with the key
 * of a deleted account: the same key again is no other guess, and costs no trip.
 */
const notThere = new Map<string, number>()

/** Drops what this isolate remembers of keys of an account (all, or one), so that a change is in force here at once. */
export function forgetKeys(accountId: string, keyId?: string): void {
  for (const [id, { account }] of known) if (account.id === accountId && (keyId ?? id) === id) known.delete(id)
}

/**
 * Sets `caller` and `db`, or answers 401, or 429 (`limits`). With a key that this isolate knows it costs no trip:
 * whether the account is still there is asked beside the first statement of the call. Other keys are looked up in the
 * primary, for a replica may not know of a new one yet, nor that one was revoked.
 */
export const authenticate = factory.createMiddleware(async function authenticate(c, next) {
  const token = bearerToken(c)
  if (token === undefined) throw missingCredential()
  const keyId = keyIdOf(token) ?? ''
  const remembered = recall(keyId)
  if (!remembered) {
    rejectGuesser(c)
    if ((notThere.get(keyId) ?? 0) > Date.now()) throw invalidCredential()
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
  if (key.refusal) throw key.refusal
  c.set('caller', { account: key.account, key: key.key })
  if (!isOff(c.env)) db.takeTurns(await admit(c, key.account.id))
  if (db.cost.trips === 0) db.requireAccount(key.account.id)
  beginSession(c)
  await next()
})

/** Lets only keys through that have this scope or a higher one. The document of the API reads it from `scope`. */
export const requireScope = (scope: Scope) =>
  Object.assign(
    factory.createMiddleware(async function requireScope(c, next) {
      const held = c.var.caller.key.scopes.map((s) => SCOPES.indexOf(s))
      if (Math.max(...held) < SCOPES.indexOf(scope)) throw insufficientScope(scope)
      await next()
    }),
    { scope },
  )

/** Lets only the operator through. Without an `ADMIN_TOKEN` there is no operator, and nothing here to be found. */
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

function recall(keyId: string): KnownKey | undefined {
  const key = known.get(keyId)
  if (key && key.knownUntil > Date.now()) return key
  known.delete(keyId)
}

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
  if (!row) return void remember(notThere, keyId, Date.now() + KNOWN_FOR)
  const { hash, name, scopes, expiresAt, accountId, defaultCountry } = row
  const isOver = row.revokedAt !== null || row.erasedAt !== null
  const key: KnownKey = {
    account: { id: accountId, defaultCountry },
    key: { id: keyId, name, scopes, expiresAt },
    hash,
    refusal: isOver ? invalidCredential() : row.suspendedAt === null ? undefined : accountSuspended(),
    knownUntil: Date.now() + KNOWN_FOR,
  }
  if (key.refusal) return key
  remember(known, keyId, key)
  return key
}

/** The oldest entry makes room. */
function remember<T>(entries: Map<string, T>, keyId: string, entry: T): void {
  if (entries.size >= MOST_KNOWN) entries.delete(entries.keys().next().value ?? '')
  entries.set(keyId, entry)
}
