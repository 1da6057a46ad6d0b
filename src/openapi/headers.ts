import * as z from 'zod'
import { BOOKMARK } from '../db/client'

/** Headers of answers; one that is `required` is there wherever it is declared, unless said otherwise. */
export const HEADERS = {
  'X-Request-Id': {
    description: 'Names this call; tell it when you ask us. It is the one that the call sent, or a new one.',
    required: true,
    schema: { type: 'string' },
  },
  'Server-Timing': {
    description: 'What the call cost the database: milliseconds, round trips, rows read and written.',
    schema: { type: 'string' },
  },
  'X-D1-Bookmark': {
    description:
      'Names the state of the database that this answer shows, where it could be read. Send it with a call that reads, and that shows no older one.',
    schema: { type: 'string' },
  },
  'RateLimit-Policy': {
    description:
      'The limits (draft-ietf-httpapi-ratelimit-headers): `q` calls of a key in `w` seconds; in `cost`, `q` ms of the database for all keys of the account. It is not there while there are no limits.',
    schema: { type: 'string' },
  },
  'Idempotent-Replayed': { description: '`true` if the call had been made before.', schema: { const: 'true' } },
  ETag: { description: 'Names this state of what is answered.', required: true, schema: { type: 'string' } },
  'Content-Disposition': {
    description: 'The name to save it under (RFC 6266).',
    required: true,
    schema: { type: 'string' },
  },
  Location: { description: 'Where it is read.', required: true, schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait.', required: true, schema: { type: 'integer' } },
  'WWW-Authenticate': {
    description: 'What is wrong with the credential (RFC 6750).',
    required: true,
    schema: { type: 'string' },
  },
} as const

export type HeaderName = keyof typeof HEADERS

/** The headers of an answer, by name; those that are only `sometimes` there are not required. */
export const headersNamed = (names: HeaderName[], sometimes: HeaderName[] = []) =>
  Object.fromEntries([
    ...names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    ...sometimes.map((name) => [
      name,
      'required' in HEADERS[name] ? { ...HEADERS[name], required: false } : { $ref: `#/components/headers/${name}` },
    ]),
  ])

// no example: the page would send it with each call
export const IDEMPOTENCY_KEY = z.string().min(1).max(255).optional().meta({
  description:
    'Lets the call be repeated for 24 hours: 1 to 255 printable ASCII characters, another one for each thing that is asked.',
})

export const CONDITIONS = {
  'If-Match': z.string().optional().meta({ description: 'An `ETag`, or a version: only if it is still so.' }),
  'If-None-Match': z.string().optional().meta({ description: 'An `ETag`: only if it is no longer so.' }),
}

export const SEEN = z.string().regex(BOOKMARK).optional().meta({
  description: 'The header of this name of an earlier answer: reads that state, or a newer one.',
})

/** The headers of a webhook. */
export const SIGNED = z.object({
  'webhook-id': z.string().meta({ description: "The event's id: the same however often it comes." }),
  'webhook-timestamp': z.string().meta({ description: 'When this attempt was signed, in Unix seconds.' }),
  'webhook-signature': z.string().meta({ description: '`v1,` and a signature; several, separated by spaces.' }),
})
