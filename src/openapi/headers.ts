import * as z from 'zod'
import { BOOKMARK } from '../db/client'
import type { ResponseHeader } from '../http/openapi'

/** The headers of responses. A response that lists a `required` header always has it (see `headersNamed` for exceptions). */
export const HEADERS = {
  'X-Request-Id': {
    description:
      'Names the call. It is the id that the request sent, or a new one. Mention it when you report an error.',
    required: true,
    schema: { type: 'string' },
  },
  'Server-Timing': {
    description: 'What the call cost the database: milliseconds, round trips, rows read and written.',
    schema: { type: 'string' },
  },
  'X-D1-Bookmark': {
    description:
      'Names the state of the database that this response shows. Send it with a later read to see this state or a newer one.',
    schema: { type: 'string' },
  },
  'RateLimit-Policy': {
    description:
      'The limits (draft-ietf-httpapi-ratelimit-headers). `default`: a key may make `q` calls in `w` seconds. `cost`: all keys of the account together may use `q` ms of the database in `w` seconds. Absent while the service has no limits.',
    schema: { type: 'string' },
  },
  'Idempotent-Replayed': {
    description: '`true` if this is the stored response of an earlier call with the same `Idempotency-Key`.',
    schema: { const: 'true' },
  },
  ETag: { description: 'Names this version of the response.', required: true, schema: { type: 'string' } },
  'Content-Disposition': {
    description: 'The name of the file (RFC 6266).',
    required: true,
    schema: { type: 'string' },
  },
  Location: { description: 'The path of the new object.', required: true, schema: { type: 'string' } },
  'Retry-After': { description: 'How many seconds to wait.', required: true, schema: { type: 'integer' } },
  'WWW-Authenticate': {
    description: 'What is wrong with the credential (RFC 6750).',
    required: true,
    schema: { type: 'string' },
  },
} as const satisfies Record<ResponseHeader | string, object>

export type HeaderName = keyof typeof HEADERS

/** The headers of a response, by name. The response always has the `names`; those in `sometimes` become optional. */
export const headersNamed = (names: HeaderName[], sometimes: HeaderName[] = []) =>
  Object.fromEntries([
    ...names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    ...sometimes.map((name) => [
      name,
      'required' in HEADERS[name] ? { ...HEADERS[name], required: false } : { $ref: `#/components/headers/${name}` },
    ]),
  ])

// without an example: the page would send it with every call
export const IDEMPOTENCY_KEY = z.string().min(1).max(255).optional().meta({
  description:
    'Makes it safe to repeat the call for 24 hours: 1 to 255 printable ASCII characters, a new value for each new request.',
})

export const CONDITIONS = {
  'If-Match': z.string().optional().meta({
    description: 'An `ETag` or a `version`. The call is made only if the prospect still has this version.',
  }),
  'If-None-Match': z.string().optional().meta({
    description: 'An `ETag`. If it is still the current one, the response is a 304.',
  }),
}

export const BOOKMARK_HEADER = z.string().regex(BOOKMARK).optional().meta({
  description: 'The `X-D1-Bookmark` of an earlier response. The call then reads that state or a newer one.',
})
