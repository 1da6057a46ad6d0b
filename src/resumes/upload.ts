import { MAX_RESUME, RESUME_TYPES, type ResumeType, Sniffer } from 'resume-parser'
import { randomText } from '../db/ids'
import type { Caller, InputError } from '../http/factory'
import { invalidInput, type Problem, storageUnavailable } from '../http/problem'
import { afterCommit } from './after-commit'
import { isSameFile, type NewFile } from './resume'
import { type GivenFile, rejectType, resumeTooLarge } from './schema'

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
  const file = { ...begin(caller), ...named, size: bytes.length, hash: new Uint8Array(hash).toHex() }
  return {
    file,
    async store() {
      await put(env, file.key, bytes)
      return true
    },
    discard: () => afterCommit(env, caller.account.id, { unreferencedKeys: [file.key] }),
  }
}

/** How long an upload may take, ms: far less than a key is announced for. */
const UPLOAD_TIME = 10 * 60_000

/** The body of a request, and what its headers and its query say of it. */
interface GivenStream {
  body: ReadableStream<Uint8Array>
  /** In bytes; undefined: it is not declared, so that the file is held in memory, for R2 asks for it. */
  length: number | undefined
  /** Undefined: the bytes alone say what it is. */
  claimed: string | undefined
  fileName: string | undefined
}

/** A file that is the body of a request: it is looked at as it is streamed to R2. */
export function streamedUpload(env: Env, caller: Caller, { body, length, claimed, fileName }: GivenStream): Upload {
  const file: NewFile = { ...begin(caller), fileName: '', contentType: 'text/plain', size: 0, hash: '' }
  const sniffer = new Sniffer()
  const digest = new crypto.DigestStream('SHA-256')
  const hashing = digest.getWriter()
  let kept: NewFile | null = null
  let isKept = false
  let refused: Problem | undefined
  const refuse = (problem: Problem) => {
    refused = problem
    throw problem
  }
  // the last piece is held back until it is known what the file is: R2 keeps nothing of one that ends too early
  let last: Uint8Array | undefined
  const look = new TransformStream<Uint8Array, Uint8Array>({
    async transform(chunk, controller) {
      file.size += chunk.byteLength
      if (file.size > MAX_RESUME) refuse(resumeTooLarge())
      sniffer.push(chunk)
      await hashing.write(chunk)
      if (last) controller.enqueue(last)
      last = chunk
    },
    async flush(controller) {
      const found = sniffer.type
      const wrong = rejectType(found, claimed ?? found ?? '', file.size)
      if (wrong) refuse(invalidInput([toError(wrong.params.code, wrong.message)]))
      file.contentType = found as ResumeType
      file.fileName = fileName ?? `resume.${RESUME_TYPES[file.contentType]}`
      await hashing.close()
      file.hash = new Uint8Array(await digest.digest).toHex()
      isKept = isSameFile(kept, file)
      if (isKept) throw new Error('This file is kept.')
      if (last) controller.enqueue(last)
    },
  })
  return {
    file,
    async store(before) {
      kept = before
      const looked = body.pipeThrough(look, { signal: AbortSignal.timeout(UPLOAD_TIME) })
      try {
        const whole = length === undefined ? new Response(looked).arrayBuffer() : undefined
        await put(env, file.key, (await whole) ?? looked.pipeThrough(new FixedLengthStream(length as number)))
      } catch (error) {
        if (!isKept) throw refused ?? error
      }
      return !isKept
    },
    discard: () => afterCommit(env, caller.account.id, { unreferencedKeys: [file.key] }),
  }
}

const toError = (code: string, message: string): InputError =>
  code === 'type_mismatch'
    ? { in: 'header', pointer: '/Content-Type', code, message }
    : { in: 'body', pointer: '', code, message }

const begin = ({ account, key }: Caller) => ({ key: `${account.id}/${randomText(26)}`, keyId: key.id })

async function put(env: Env, key: string, bytes: ReadableStream | ArrayBuffer | ArrayBufferView): Promise<void> {
  try {
    await env.RESUMES.put(key, bytes)
  } catch {
    throw storageUnavailable('The file could not be stored. Nothing was written; try again.')
  }
}
