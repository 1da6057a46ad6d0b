import { storageUnavailable } from '../http/errors'
import { Problem } from '../http/problem-type'
import type { StreamedBody } from '../http/streamed-body'

/** How long a file may take to arrive, ms. This must be less than `ANNOUNCED_FOR` (`announce.ts`). */
const MAX_UPLOAD_TIME = 30 * 60_000
/** A stream of unknown length is uploaded to R2 in parts of this many bytes. The Worker holds one part in memory. */
export const PART_SIZE = 8 * 1024 * 1024

/** Checks a file while it is streamed to R2. If a method throws, the upload ends and R2 stores nothing. */
export interface FileInspector {
  push(chunk: Uint8Array): Promise<void>
  /** Called after the last chunk. */
  finish?(): Promise<void>
}

/** Stores bytes under a key. Throws 503 if R2 is unavailable. */
export async function putObject(env: Env, key: string, bytes: ArrayBufferView): Promise<void> {
  await env.RESUMES.put(key, bytes).catch(rejectAsUnavailable)
}

/**
 * Streams a file to R2, through the inspector. `maxTime` (ms) is how long the file may take to arrive. Throws what the
 * inspector or the stream of the body throws, and 503 if R2 is unavailable.
 */
export async function putStream(
  env: Env,
  key: string,
  { body, length }: StreamedBody,
  { inspector, maxTime = MAX_UPLOAD_TIME }: { inspector: FileInspector; maxTime?: number },
): Promise<void> {
  let rejection: unknown
  const check = async (step: Promise<void> | undefined) => {
    try {
      await step
    } catch (error) {
      rejection = error
      throw error
    }
  }
  // the last chunk is held back until `finish` succeeds: if the stream ends without it, R2 stores nothing
  let last: Uint8Array | undefined
  const inspection = new TransformStream<Uint8Array, Uint8Array>({
    async transform(chunk, controller) {
      await check(inspector.push(chunk))
      if (last) controller.enqueue(last)
      last = chunk
    },
    async flush(controller) {
      await check(inspector.finish?.())
      if (last) controller.enqueue(last)
    },
  })
  const inspected = body.pipeThrough(inspection, { signal: AbortSignal.timeout(maxTime) })
  try {
    if (length === undefined) await putParts(env.RESUMES, key, inspected)
    else await env.RESUMES.put(key, inspected.pipeThrough(new FixedLengthStream(length)))
  } catch (error) {
    throw rejection ?? (error instanceof Problem ? error : storageUnavailable())
  }
}

/** An object in R2, or a range of its bytes; null if R2 has no such object. Throws 503 if R2 is unavailable. */
export const getObject = (env: Env, key: string, range?: R2Range): Promise<R2ObjectBody | null> =>
  env.RESUMES.get(key, range && { range }).catch(rejectAsUnavailable)

/** Whether R2 has an object. Throws 503 if R2 is unavailable. */
export const hasObject = async (env: Env, key: string): Promise<boolean> =>
  (await env.RESUMES.head(key).catch(rejectAsUnavailable)) !== null

const rejectAsUnavailable = (): never => {
  throw storageUnavailable()
}

async function putParts(bucket: R2Bucket, key: string, stream: ReadableStream<Uint8Array>): Promise<void> {
  let part = new Uint8Array(0)
  let filled = 0
  let upload: R2MultipartUpload | undefined
  const parts: R2UploadedPart[] = []
  const flush = async () => {
    upload ??= await bucket.createMultipartUpload(key)
    parts.push(await upload.uploadPart(parts.length + 1, part.subarray(0, filled)))
    filled = 0
  }
  try {
    for await (const chunk of stream)
      for (let at = 0; at < chunk.length; ) {
        const piece = chunk.subarray(at, at + PART_SIZE - filled)
        if (filled + piece.length > part.length) part = enlarge(part, filled + piece.length)
        part.set(piece, filled)
        filled += piece.length
        at += piece.length
        if (filled === PART_SIZE) await flush()
      }
    if (!upload) return void (await bucket.put(key, part.subarray(0, filled)))
    if (filled > 0) await flush()
    await upload.complete(parts)
  } catch (error) {
    await upload?.abort().catch(() => {})
    throw error
  }
}

/** A copy of a part with room for at least `size` bytes. The size doubles, so that a small file takes little memory. */
function enlarge(part: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(PART_SIZE, Math.max(size, 2 * part.length)))
  larger.set(part)
  return larger
}
