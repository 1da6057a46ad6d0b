import { type Database, databaseOf } from '../db/client'
import { describeError } from '../http/problem'
import { dropObjects } from './objects'
import { wakeReader } from './wake'

/**
 * What a committed write has left to be done: objects that are nobody's any more go (`dropped`, by their keys), and new
 * resumes are read (`toRead`, by their prospects' ids). Never throws: what is not done now is in the database, for the
 * schedule.
 */
export async function settle(
  env: Env,
  accountId: string,
  { dropped, toRead = [] }: { dropped: string[]; toRead?: string[] },
): Promise<void> {
  if (toRead.length > 0)
    await wakeReader(
      env,
      toRead.map((prospectId) => ({ accountId, prospectId })),
    )
  if (dropped.length === 0) return
  // a database of its own: what goes on in the background is not the call's cost
  const db = databaseOf(env, accountId) as Database
  await dropObjects(db, env, accountId, dropped).catch((error) =>
    console.error(JSON.stringify({ level: 'error', message: 'objects not deleted', ...describeError(error) })),
  )
}
