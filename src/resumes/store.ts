import { and, eq } from 'drizzle-orm'
import type { Database } from '../db/client'
import { accounts, merges, prospects } from '../db/schema'
import { getObject } from '../files/store'
import { merged, notFound } from '../http/errors'
import type { StoredResume } from '../prospects/resume'

/**
 * A prospect's resume, and its bytes as a stream. Throws 404 if there is no such prospect or resume, 410 if the prospect
 * was merged into another, 503 if R2 is unavailable. One round trip.
 */
export async function getResume(
  { orm }: Database,
  env: Env,
  accountId: string,
  id: string,
): Promise<{ resume: StoredResume; body: ReadableStream }> {
  const find = orm
    .select({ mergedInto: merges.intoId, id: prospects.id, resume: prospects.resume })
    .from(accounts)
    .leftJoin(merges, and(eq(merges.accountId, accounts.id), eq(merges.id, id)))
    .leftJoin(prospects, and(eq(prospects.accountId, accounts.id), eq(prospects.id, id)))
    .where(eq(accounts.id, accountId))
  // if an upload replaced the file after the first look-up, its object is gone, and a second look-up finds the new file
  for (let lookups = 0; lookups < 2; lookups++) {
    const [found] = await find
    if (found?.mergedInto) throw merged({ mergedInto: found.mergedInto })
    if (!found?.id) throw notFound('prospect')
    if (found.resume === null) throw notFound('resume')
    const resume: StoredResume = JSON.parse(found.resume)
    const object = await getObject(env, resume.key)
    if (object) return { resume, body: object.body }
  }
  throw notFound('resume')
}
