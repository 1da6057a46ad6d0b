import { MAX_CATALOG } from '../db/quotas'
import type { InputError, Scope } from './factory'
import { CALLS, COST, type Limit, MAX_BODY, MAX_BODY_WITH_RESUME, policyOf } from './limits'
import { boundErrors, problemType } from './problem-type'
import { shorten } from './text'

/** The problems that several features share. Each feature declares its own in its `errors.ts`. */

/** The most that `detail` and messages quote of a pointer or a value, bytes. */
const MAX_QUOTED = 100
/** The most errors that `detail` has a sentence for. */
const MAX_SENTENCES = 100

const sentencesOf = (errors: InputError[]) =>
  errors
    .slice(0, MAX_SENTENCES)
    .map((e) => `${shorten(e.pointer.slice(1), MAX_QUOTED) || e.in}: ${e.message}`)
    .join(' ')

export const invalidInput = problemType<InputError[]>({
  status: 400,
  code: 'invalid_input',
  means: 'The input is invalid. `errors` lists everything that is wrong with it.',
  detail: sentencesOf,
  members: (errors) => ({ errors: boundErrors(errors) }),
  example: [{ in: 'body', pointer: '/lastName', code: 'required', message: 'This is required.' }],
})

/** An id in a request that the account does not have. `in` is the part of the request, by default the body. */
export interface UnknownReference {
  field: string
  value: string
  in?: InputError['in'] | undefined
}

/** The entry of `errors` about an unknown reference. */
export const toInputError = (reference: UnknownReference): InputError => ({
  in: reference.in ?? 'body',
  pointer: `/${reference.field}`,
  code: 'unknown_reference',
  message: `There is no ${JSON.stringify(shorten(reference.value, MAX_QUOTED))} in this account.`,
})

export const unknownReference = problemType<UnknownReference[]>({
  status: 422,
  code: 'unknown_reference',
  means: 'The request names an object that the account does not have. `errors` lists each one.',
  detail: (references) => sentencesOf(references.map(toInputError)),
  members: (references) => ({ errors: boundErrors(references.map(toInputError)) }),
  example: [{ field: 'stageId', value: 'stg_01jd3v7x5c9q8m2k4n6p0r1s3t' }],
})

export const malformedJson = problemType({
  status: 400,
  code: 'malformed_json',
  detail: 'The body is not JSON in UTF-8.',
})

export const badRequest = problemType<string>({
  status: 400,
  code: 'bad_request',
  means: 'The request cannot be read.',
  detail: (reason) => reason,
  example: 'The request cannot be read.',
})

export const missingCredential = problemType({
  status: 401,
  code: 'missing_credential',
  detail: 'The request has no credential. Send `Authorization: Bearer <key>`.',
  headers: () => ({ 'www-authenticate': 'Bearer' }),
})

export const invalidCredential = problemType({
  status: 401,
  code: 'invalid_credential',
  detail: 'This credential is unknown, expired or revoked.',
  // RFC 6750, section 3
  headers: () => ({ 'www-authenticate': 'Bearer error="invalid_token"' }),
})

export const insufficientScope = problemType<Scope>({
  status: 403,
  code: 'insufficient_scope',
  means: 'The key does not have the scope that this call needs.',
  detail: (scope) => `This call needs a key with the scope "${scope}".`,
  headers: (scope) => ({ 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` }),
  example: 'write',
})

export const accountSuspended = problemType({
  status: 403,
  code: 'account_suspended',
  detail: 'This account is suspended.',
})

/** The input is the noun of what was not found. The problem is the same for an object of another account. */
export const notFound = problemType<string>({
  status: 404,
  code: 'not_found',
  means: 'The account has no such object.',
  detail: (noun) => `There is no such ${noun}.`,
  example: 'object',
})

/** The input lists the methods that the path takes. */
export const methodNotAllowed = problemType<string[]>({
  status: 405,
  code: 'method_not_allowed',
  detail: 'This path does not take this method. `Allow` lists the methods that it takes.',
  members: () => ({}),
  headers: (methods) => ({ allow: methods.join(', ') }),
  example: ['GET', 'POST'],
})

export const stillRunning = problemType({
  status: 409,
  code: 'still_running',
  detail: 'The first call with this `Idempotency-Key` is still running. Try again in a moment.',
})

export const catalogFull = problemType({
  status: 409,
  code: 'catalog_full',
  detail: `The catalog of an account has at most ${MAX_CATALOG.toLocaleString('en')} items, all kinds together. Delete some first.`,
})

export const merged = problemType<{ mergedInto: string }>({
  status: 410,
  code: 'merged',
  detail: 'This prospect was merged into another one. `mergedInto` is its id.',
  example: { mergedInto: 'prs_01jd3v7x5c9q8m2k4n6p0r1s3t' },
})

const MIB = 1024 * 1024

/** The input is how many bytes the body of this call may have. */
export const bodyTooLarge = problemType<number>({
  status: 413,
  code: 'body_too_large',
  means: `The body is larger than ${MAX_BODY / MIB} MiB; for calls that take a resume, larger than ${MAX_BODY_WITH_RESUME / MIB} MiB.`,
  detail: (max) => `A body may have at most ${max / MIB} MiB.`,
  example: MAX_BODY,
})

/** The input is a sentence that says how to send the body. */
export const unsupportedMediaType = problemType<string>({
  status: 415,
  code: 'unsupported_media_type',
  means:
    'The body has a `Content-Type` that this call does not take (JSON calls take `application/json` in UTF-8), or a `Content-Encoding`.',
  detail: (advice) => advice,
  example: 'Send the body as application/json, in UTF-8.',
})

export const idempotencyKeyReused = problemType({
  status: 422,
  code: 'idempotency_key_reused',
  detail: 'This `Idempotency-Key` was used for a different request. Use a new key for each request.',
})

export const rateLimited = problemType<Limit>({
  status: 429,
  code: 'rate_limited',
  means:
    'The key calls too often, or too many wrong credentials come from its address. Wait for the seconds in `Retry-After`.',
  detail: (limit) =>
    `At most ${limit.quota} ${limit === CALLS ? 'calls' : 'wrong credentials'} are allowed in ${limit.window} seconds.`,
  members: () => ({}),
  headers: (limit) => ({ 'retry-after': String(limit.window), 'ratelimit-policy': policyOf(limit) }),
  example: CALLS,
})

/** What an account has too much of, and after how many seconds a call may succeed. */
interface Excess {
  /** The limit, as in "At most … are allowed". */
  limit: string
  retryAfter: number
  policy?: string
}

export const tooCostly = problemType<Excess>({
  status: 429,
  code: 'too_costly',
  means:
    'The account uses more database time than `RateLimit-Policy` allows (`cost`), or sends more request bodies at once than one account may. All keys of the account count together. The call did nothing. Wait for the seconds in `Retry-After`.',
  detail: ({ limit }) => `At most ${limit} are allowed, for all keys of the account together.`,
  members: () => ({}),
  headers: ({ retryAfter, policy }) => ({
    'retry-after': String(retryAfter),
    ...(policy !== undefined && { 'ratelimit-policy': policy }),
  }),
  example: {
    limit: `${COST.quota} ms of the database in ${COST.window} seconds`,
    retryAfter: COST.window,
    policy: policyOf(COST),
  },
})

export const internalError = problemType({
  status: 500,
  code: 'internal_error',
  detail: 'Something went wrong in the service. Report the `requestId`.',
})

/** The input is a sentence that says what kept changing. */
export const contention = problemType<string>({
  status: 503,
  code: 'contention',
  means: 'Other requests kept changing the same data. Nothing was written. Try again.',
  detail: (reason) => `${reason} Nothing was written. Try again.`,
  headers: () => ({ 'retry-after': '1' }),
  example: 'Other requests keep changing the same data.',
})

/** The seconds to wait before a retry, after the database or the file storage could not be reached. */
const AFTER_OUTAGE = { 'retry-after': '5' }

/** The write may have been committed, with only its response lost. */
export const databaseUnavailable = problemType({
  status: 503,
  code: 'database_unavailable',
  detail:
    'The database cannot be reached. The call was done completely or not at all. Try again; send a POST again with the same `Idempotency-Key`.',
  headers: () => AFTER_OUTAGE,
})

export const storageUnavailable = problemType({
  status: 503,
  code: 'storage_unavailable',
  detail: 'The file storage cannot be reached. Nothing was written. Try again.',
  headers: () => AFTER_OUTAGE,
})
