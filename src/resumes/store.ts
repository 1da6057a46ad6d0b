import type { Database } from '../db/client'
import { merged, notFound, storageUnavailable } from '../http/errors'
import type { StoredResume } from '../prospects/resume'

/** The bytes of a prospect's resume, as a stream, and what is known of it. 404, or 410 for a merged duplicate. One trip. */
export async function getResume(
  { d1 }: Database,
  env: Env,
  accountId: string,
  id: string,
): Promise<{ resume: StoredResume; body: ReadableStream }> {
  // it may be replaced between the look-up and the read
  for (let again = 2; again > 0; again--) {
    const { results } = await d1
      .prepare(RESUME)
      .bind(accountId, id)
      .all<{ mergedInto: string | null; id: string | null; resume: string | null }>()
    const { mergedInto = null, id: found = null, resume: json = null } = results[0] ?? {}
    if (mergedInto !== null) throw merged({ mergedInto })
    if (found === null) throw notFound('prospect')
    if (json === null) throw notFound('resume')
    const resume: StoredResume = JSON.parse(json)
    const object = await getObject(env, resume.key)
    if (object) return { resume, body: object.body }
  }
  throw notFound('resume')
}

/** An object in R2, or null; 503 if R2 is away. */
async function getObject(env: Env, key: string): Promise<R2ObjectBody | null> {
  try {
    return await env.RESUMES.get(key)
  } catch {
    throw storageUnavailable()
  }
}

const RESUME = `
  SELECT (SELECT into_id FROM merges WHERE account_id = ?1 AND id = ?2) AS mergedInto, p.id, p.resume
  FROM accounts a LEFT JOIN prospects p ON p.account_id = a.id AND p.id = ?2
  WHERE a.id = ?1`
