import { MAX_RESUME, RESUME_TYPES, type ResumeType, Sniffer } from 'resume-parser'
import { invalidInput } from '../http/errors'
import type { Caller, InputError } from '../http/factory'
import type { FieldErrorCode } from '../http/field-errors'
import type { Problem } from '../http/problem-type'
import { afterCommit } from '../prospects/after-commit'
import { resumeTooLarge } from '../prospects/errors'
import { isSameFile, type NewFile } from '../prospects/resume'
import { rejectType } from '../prospects/resume-file'
import { identifyFile, putFile, type Upload } from '../prospects/upload'

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
  const file: NewFile = { ...identifyFile(caller), fileName: '', contentType: 'text/plain', size: 0, hash: '' }
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
        await putFile(env, file.key, (await whole) ?? looked.pipeThrough(new FixedLengthStream(length as number)))
      } catch (error) {
        if (!isKept) throw refused ?? error
      }
      return !isKept
    },
    discard: () => afterCommit(env, caller.account.id, { unreferencedKeys: [file.key] }),
  }
}

const toError = (code: FieldErrorCode, message: string): InputError =>
  code === 'type_mismatch'
    ? { in: 'header', pointer: '/Content-Type', code, message }
    : { in: 'body', pointer: '', code, message }
