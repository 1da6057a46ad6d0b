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
  return { body: c.req.raw.body ?? new Blob([]).stream(), length: declaredLength(c) }
}

/** The declared length of a body, bytes; undefined if there is none. `Transfer-Encoding` overrides it (RFC 9112, 6.3). */
export function declaredLength(c: Context<AppEnv>): number | undefined {
  const length = c.req.header('transfer-encoding') ? undefined : c.req.header('content-length')
  return length === undefined ? undefined : Number(length)
}
