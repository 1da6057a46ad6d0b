import type { Database } from '../db/client'
import { logInfo } from '../http/log'
import { decryptSecret, encryptSecret, versionsIn } from './secret'

/** Rows that are written together, and how often in a run of the schedule. */
const PAGE = 100
const PAGES_MOST = 20

interface Stored {
  accountId: string
  id: string
  secret: string
  oldSecrets: string
}

/**
 * While `ENCRYPTION_KEY` has other keys behind the first: encrypts with the first what they have encrypted, and logs how
 * much is left for the next run. When nothing is, they can go. With one key there is nothing to look for.
 */
export async function reencryptSecrets(
  { d1, number, hasRoom }: Database,
  env: Env,
  now: number,
  pages = PAGES_MOST,
): Promise<void> {
  const [version, ...others] = versionsIn(env.ENCRYPTION_KEY)
  if (version === undefined || others.length === 0) return
  let after = { accountId: '', id: '' }
  let encrypted = 0
  let unreadable = 0
  let isWhole = false
  for (let left = pages; left > 0 && !isWhole && hasRoom(); left--) {
    const page = d1.prepare(UNDER_OTHERS).bind(after.accountId, after.id, `${version}.`, PAGE)
    const { results } = await page.all<Stored>()
    const changes = await Promise.all(results.map((row) => reencrypt(row, env.ENCRYPTION_KEY, now).catch(() => null)))
    const written = await d1
      .prepare(WRITE)
      .bind(JSON.stringify(changes.filter(Boolean)))
      .all()
    encrypted += written.results.length
    unreadable += changes.filter((change) => !change).length
    isWhole = results.length < PAGE
    after = results.at(-1) ?? after
  }
  const message = 'webhook secrets encrypted anew'
  const line = { message, database: number, version, encrypted, unreadable, done: isWhole && unreadable === 0 }
  if (unreadable > 0) console.error(JSON.stringify({ level: 'error', ...line }))
  else logInfo(env, line)
}

/** A row as it is and as it is to be; those of its old secrets that sign no more are left out. */
async function reencrypt({ accountId, id, ...was }: Stored, ring: string, now: number) {
  const owner = `${accountId} ${id}`
  const anew = async (stored: string) => encryptSecret(await decryptSecret(stored, owner, ring), owner, ring)
  const old = (JSON.parse(was.oldSecrets) as { secret: string; until: number }[]).filter(({ until }) => until > now)
  const oldSecrets = await Promise.all(old.map(async ({ secret, until }) => ({ secret: await anew(secret), until })))
  return { accountId, id, was, secret: await anew(was.secret), oldSecrets: JSON.stringify(oldSecrets) }
}

const UNDER_OTHERS = `
  SELECT account_id AS accountId, id, secret, old_secrets AS oldSecrets FROM webhooks
  WHERE (account_id, id) > (?1, ?2) AND deleted_at IS NULL AND (substr(secret, 1, length(?3)) <> ?3
    OR EXISTS (SELECT 1 FROM json_each(old_secrets) WHERE substr(value ->> 'secret', 1, length(?3)) <> ?3))
  ORDER BY account_id, id LIMIT ?4`

/** What was rotated or deleted meanwhile stays so. */
const WRITE = `
  UPDATE webhooks AS w SET secret = k.value ->> 'secret', old_secrets = k.value ->> 'oldSecrets' FROM json_each(?1) k
  WHERE w.account_id = k.value ->> 'accountId' AND w.id = k.value ->> 'id'
    AND w.secret = k.value ->> '$.was.secret' AND w.old_secrets = k.value ->> '$.was.oldSecrets'
  RETURNING 1 AS done`
