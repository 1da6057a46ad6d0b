import { randomText } from '../db/ids'
import { storageUnavailable } from '../http/errors'
import type { Caller } from '../http/factory'
import { afterCommit } from './after-commit'
import type { NewFile } from './resume'
import type { GivenFile } from './resume-file'

/** A file and what stores its bytes, once it is known that a prospect will refer to them. */
export interface Upload {
  file: NewFile
  /**
   * Fills in what of `file` is known only then. False: it is the one that is `kept`, and is not stored again. Throws what
   * is wrong with the bytes, and 503 if R2 is away.
   */
  store(kept: NewFile | null): Promise<boolean>
  /** Deletes what was stored, where no prospect will refer to it after all. Never throws. */
  discard(): Promise<void>
}

/** A file that came in a body. */
export async function uploadOf(env: Env, caller: Caller, { bytes, ...named }: GivenFile): Promise<Upload> {
  const hash = await crypto.subtle.digest('SHA-256', bytes)
  const file = { ...identifyFile(caller), ...named, size: bytes.length, hash: new Uint8Array(hash).toHex() }
  return {
    file,
    async store() {
      await putFile(env, file.key, bytes)
      return true
    },
    discard: () => afterCommit(env, caller.account.id, { unreferencedKeys: [file.key] }),
  }
}

/** A key for a new object of the account, and the API key that it came by. */
export const identifyFile = ({ account, key }: Caller) => ({ key: `${account.id}/${randomText(26)}`, keyId: key.id })

/** Stores the bytes of a file; 503 if R2 is away. */
export async function putFile(
  env: Env,
  key: string,
  bytes: ReadableStream | ArrayBuffer | ArrayBufferView,
): Promise<void> {
  try {
    await env.RESUMES.put(key, bytes)
  } catch {
    throw storageUnavailable()
  }
}
