import { storageUnavailable } from '../http/errors'
import { Problem } from '../http/problem-type'
import { importTooLarge, MAX_IMPORT } from './errors'
import type { Inspector } from './inspect'

/** How long a file may take to come, ms: less than its key is announced for. */
const UPLOAD_TIME = 30 * 60_000
/** R2 takes a stream of unknown length in parts of one size, bytes; one is held in memory. */
export const PART = 8 * 1024 * 1024

/** The body of a request, and its length if that is declared, bytes. */
export interface GivenBody {
  body: ReadableStream<Uint8Array>
  length: number | undefined
}

/** Stores a file as it comes, and shows it to the inspector. Throws 413 if it is too large, 503 if R2 is away. */
export async function receive(
  bucket: R2Bucket,
  key: string,
  { body, length }: GivenBody,
  inspector: Inspector,
): Promise<void> {
  if (Number(length) > MAX_IMPORT) throw importTooLarge()
  let broken: unknown
  const look = new TransformStream<Uint8Array, Uint8Array>({
    async transform(chunk, controller) {
      await inspector.push(chunk).catch((error) => {
        broken = error
        throw error
      })
      controller.enqueue(chunk)
    },
  })
  const looked = body.pipeThrough(look, { signal: AbortSignal.timeout(UPLOAD_TIME) })
  try {
    if (length === undefined) await putParts(bucket, key, looked)
    else await bucket.put(key, looked.pipeThrough(new FixedLengthStream(length)))
  } catch (error) {
    if (error instanceof Problem) throw error
    throw broken ?? storageUnavailable()
  }
}

/** Shows a file to the inspector, and keeps nothing of it. */
export async function skim(body: ReadableStream<Uint8Array>, inspector: Inspector): Promise<void> {
  for await (const chunk of body) await inspector.push(chunk)
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
        const more = chunk.subarray(at, at + PART - filled)
        if (filled + more.length > part.length) part = grown(part, filled + more.length)
        part.set(more, filled)
        filled += more.length
        at += more.length
        if (filled === PART) await flush()
      }
    if (!upload) return void (await bucket.put(key, part.subarray(0, filled)))
    if (filled > 0) await flush()
    await upload.complete(parts)
  } catch (error) {
    await upload?.abort().catch(() => {})
    throw error
  }
}

/** A part that holds so many bytes or more, and what was in it. */
function grown(part: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(PART, Math.max(size, 2 * part.length)))
  larger.set(part)
  return larger
}
