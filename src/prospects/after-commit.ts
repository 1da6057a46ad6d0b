import { deleteObjects } from '../files/delete'
import { enqueueResumes } from '../queues/send'

/**
 * Does the work that is left after a commit: enqueues the resumes of these prospects (`resumesToRead`, ids), and deletes
 * objects that no row refers to any more (`unreferencedKeys`). Never throws: the schedule does what fails here.
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
  await deleteObjects(env, accountId, unreferencedKeys)
}
