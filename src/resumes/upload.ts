import { MAX_RESUME, RESUME_TYPES, type ResumeType, Sniffer } from 'resume-parser'
import { deleteObjects } from '../files/delete'
import { type FileInspector, putStream } from '../files/store'
import { invalidInput } from '../http/errors'
import type { Caller, InputError } from '../http/factory'
import type { FieldErrorCode } from '../http/field-errors'
import type { StreamedBody } from '../http/streamed-body'
import { resumeTooLarge } from '../prospects/errors'
import { isSameFile, type NewFile } from '../prospects/resume'
import { rejectType } from '../prospects/resume-file'
import { identifyFile, type Upload } from '../prospects/upload'

/** How long a resume may take to arrive, ms. */
const MAX_UPLOAD_TIME = 10 * 60_000

/** A resume that is the body of a request, with the media type and the name that the request gives it. */
interface IncomingResume extends StreamedBody {
  /** The declared media type; undefined if only the bytes say what the file is. */
  declaredType: ResumeType | undefined
  fileName: string | undefined
}

/** Thrown at the end of an upload if the prospect has the same file already. Then the file is not stored. */
class SameFile extends Error {}

/** The upload of a resume that is the body of a request. It is checked while it is streamed to R2. */
export function streamedUpload(
  env: Env,
  caller: Caller,
  { declaredType, fileName, ...incoming }: IncomingResume,
): Upload {
  const file: NewFile = { ...identifyFile(caller), fileName: '', contentType: 'text/plain', size: 0, hash: '' }
  const sniffer = new Sniffer()
  const digest = new crypto.DigestStream('SHA-256')
  const hashing = digest.getWriter()
  const inspectorFor = (present: NewFile | null): FileInspector => ({
    async push(chunk) {
      file.size += chunk.byteLength
      if (file.size > MAX_RESUME) throw resumeTooLarge()
      sniffer.push(chunk)
      await hashing.write(chunk)
    },
    async finish() {
      const type = sniffer.type
      const wrong = rejectType(type, declaredType ?? type ?? '', file.size)
      if (wrong) throw invalidInput([toError(wrong.params.code, wrong.message)])
      file.contentType = type as ResumeType
      file.fileName = fileName ?? `resume.${RESUME_TYPES[file.contentType]}`
      await hashing.close()
      file.hash = new Uint8Array(await digest.digest).toHex()
      if (isSameFile(present, file)) throw new SameFile()
    },
  })
  const upload: Upload = {
    file,
    isStored: false,
    async store(present) {
      try {
        await putStream(env, file.key, incoming, { inspector: inspectorFor(present), maxTime: MAX_UPLOAD_TIME })
        upload.isStored = true
      } catch (error) {
        if (!(error instanceof SameFile)) throw error
      }
    },
    discard: () => deleteObjects(env, caller.account.id, [file.key]),
  }
  return upload
}

const toError = (code: FieldErrorCode, message: string): InputError =>
  code === 'type_mismatch'
    ? { in: 'header', pointer: '/Content-Type', code, message }
    : { in: 'body', pointer: '', code, message }
