import { randomText } from '../db/ids'
import { deleteObjects } from '../files/delete'
import { putObject } from '../files/store'
import type { Caller } from '../http/factory'
import { isSameFile, type NewFile } from './resume'
import type { GivenFile } from './resume-file'

/** A new resume. The write path stores its bytes once it is clear that the request writes. */
export interface Upload {
  file: NewFile
  /** Whether `store` has stored the bytes. */
  isStored: boolean
  /**
   * Stores the bytes. If they are streamed, this also sets the type, size, hash and name of `file`. Stores nothing if the file is
   * the same as the prospect's present one. Throws 400 or 413 if the bytes are not a resume, 503 if R2 is unavailable.
   */
  store(present: NewFile | null): Promise<void>
  /** Deletes the stored bytes, if no prospect refers to them after all. Never throws. */
  discard(): Promise<void>
}

/** The upload of a file that a JSON body contains. */
export async function uploadOf(env: Env, caller: Caller, { bytes, ...named }: GivenFile): Promise<Upload> {
  const hash = await crypto.subtle.digest('SHA-256', bytes)
  const file = { ...identifyFile(caller), ...named, size: bytes.length, hash: new Uint8Array(hash).toHex() }
  const upload: Upload = {
    file,
    isStored: false,
    async store(present) {
      if (isSameFile(present, file)) return
      await putObject(env, file.key, bytes)
      upload.isStored = true
    },
    discard: () => deleteObjects(env, caller.account.id, [file.key]),
  }
  return upload
}

/** A new object's key in R2, and the id of the API key that uploads the file. */
export const identifyFile = ({ account, key }: Caller) => ({ key: `${account.id}/${randomText(26)}`, keyId: key.id })
