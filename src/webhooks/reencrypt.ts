import type { Database } from '../db/client'
import { logInfo } from '../http/log'
import { decryptSecret, encryptSecret, keyVersions } from './secret'

/** How many webhooks are written together, and how many times that happens in one run of the schedule. */
const PAGE = 100
const MAX_PAGES = 20

interface StoredSecrets {
  accountId: string
  id: string
  secret: string
  /** JSON of `{secret, until}[]`. */
  oldSecrets: string
}

/**
 * Re-encrypts secrets with the first key of `ENCRYPTION_KEY`, if another key of it encrypted them. Logs how many secrets it
 * wrote, and whether all are done: then the other keys can be removed. With one key it does nothing.
 */
export async function reencryptSecrets(
  { query, number, hasQueriesLeft }: Database,
  env: Env,
  now: number,
  pages = MAX_PAGES,
): Promise<void> {
  const [version, ...others] = keyVersions(env.ENCRYPTION_KEY)
  if (version === undefined || others.length === 0) return
  let after = { accountId: '', id: '' }
  let encrypted = 0
  let unreadable = 0
  let isWhole = false
  for (let left = pages; left > 0 && !isWhole && hasQueriesLeft(); left--) {
    const rows = await query<StoredSecrets>(UNDER_OTHER_KEYS, after.accountId, after.id, `${version}.`, PAGE)
    const changes = await Promise.all(rows.map((row) => reencrypt(row, env.ENCRYPTION_KEY, now).catch(() => null)))
    const written = await query(WRITE, JSON.stringify(changes.filter(Boolean)))
    encrypted += written.length
    unreadable += changes.filter((change) => !change).length
    isWhole = rows.length < PAGE
    after = rows.at(-1) ?? after
  }
  const message = 'webhook secrets re-encrypted'
  const line = { message, database: number, version, encrypted, unreadable, done: isWhole && unreadable === 0 }
  if (unreadable > 0) console.error(JSON.stringify({ level: 'error', ...line }))
  else logInfo(env, line)
}

/** A webhook's secrets before (`was`) and after. Old secrets that no longer sign are left out. */
async function reencrypt({ accountId, id, ...was }: StoredSecrets, ring: string, now: number) {
  const owner = `${accountId} ${id}`
  const again = async (stored: string) => encryptSecret(await decryptSecret(stored, owner, ring), owner, ring)
  const old = (JSON.parse(was.oldSecrets) as { secret: string; until: number }[]).filter(({ until }) => until > now)
  const oldSecrets = await Promise.all(old.map(async ({ secret, until }) => ({ secret: await again(secret), until })))
  return { accountId, id, was, secret: await again(was.secret), oldSecrets: JSON.stringify(oldSecrets) }
}

// text: it looks into JSON
const UNDER_OTHER_KEYS = `
  SELECT account_id AS accountId, id, secret, old_secrets AS oldSecrets FROM webhooks
  WHERE (account_id, id) > (?1, ?2) AND deleted_at IS NULL AND (substr(secret, 1, length(?3)) <> ?3
    OR EXISTS (SELECT 1 FROM json_each(old_secrets) WHERE substr(value ->> 'secret', 1, length(?3)) <> ?3))
  ORDER BY account_id, id LIMIT ?4`

/** Writes a webhook only if its secrets were not rotated or deleted meanwhile. Text: set-based. */
const WRITE = `
  UPDATE webhooks AS w SET secret = k.value ->> 'secret', old_secrets = k.value ->> 'oldSecrets' FROM json_each(?1) k
  WHERE w.account_id = k.value ->> 'accountId' AND w.id = k.value ->> 'id'
    AND w.secret = k.value ->> '$.was.secret' AND w.old_secrets = k.value ->> '$.was.oldSecrets'
  RETURNING 1 AS done`
