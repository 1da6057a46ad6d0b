import { type Database, databaseOf } from '../db/client'
import { describeError } from '../http/problem'
import { dropObjects } from './objects'
import { wakeReader } from './wake'

/**
 * What a committed write has left to be done: bytes that are nobody's any more go, and a new resume is read. Never
 * throws: what is not done now is in the database, for the schedule.
 */
export async function settle(env: Env, accountId: string, dropped: string[], toRead?: string): Promise<void> {
  if (toRead !== undefined) await wakeReader(env, [{ accountId, prospectId: toRead }])
  if (dropped.length === 0) return
  // a database of its own: what goes on in the background is not the call's cost
  const db = databaseOf(env, accountId) as Database
  await dropObjects(db, env, accountId, dropped).catch((error) =>
    console.error(JSON.stringify({ level: 'error', message: 'objects not deleted', ...describeError(error) })),
  )
}
