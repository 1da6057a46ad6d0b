import type { Context } from 'hono'
import type { AppEnv } from './factory'
import { requireUnencoded } from './validate'

/** The body of a request, when that body is a file. */
export interface StreamedBody {
  body: ReadableStream<Uint8Array>
  /** The declared length, bytes; undefined if the request declares none. */
  length: number | undefined
}

/** The body of a request as a stream; empty if there is none. Throws 415 if it has a `Content-Encoding`. */
export function streamedBody(c: Context<AppEnv>): StreamedBody {
  requireUnencoded(c)
  const declared = c.req.header('content-length')
  return {
    body: c.req.raw.body ?? new Blob([]).stream(),
    length: declared === undefined ? undefined : Number(declared),
  }
}
