import { type Database, databaseOf } from '../db/client'
import { deleteObjects } from '../files/objects'
import { describeError } from '../http/problem'
import { enqueueResumes } from '../queues/send'

/**
 * What a committed write has left to be done: objects that are nobody's any more go (`unreferencedKeys`, by their keys), and new
 * resumes are read (`resumesToRead`, by their prospects' ids). Never throws: what is not done now is in the database, for the
 * schedule.
 */
export async function afterCommit(
  env: Env,
  accountId: string,
  { unreferencedKeys, resumesToRead = [] }: { unreferencedKeys: string[]; resumesToRead?: string[] },
): Promise<void> {
  if (resumesToRead.length > 0)
    await enqueueResumes(
      env,
      resumesToRead.map((prospectId) => ({ accountId, prospectId })),
    )
  if (unreferencedKeys.length === 0) return
  // a database of its own: what goes on in the background is not the call's cost
  const db = databaseOf(env, accountId) as Database
  await deleteObjects(db, env, accountId, unreferencedKeys).catch((error) =>
    console.error(JSON.stringify({ level: 'error', message: 'objects not deleted', ...describeError(error) })),
  )
}
