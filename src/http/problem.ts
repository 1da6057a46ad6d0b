import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { accountRejection, isUnavailable } from '../db/errors'
import { MAX_CATALOG } from '../db/quotas'
import type { AppEnv, InputError } from './factory'
import { shorten } from './text'

/** What statuses are called. */
export const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The most that a problem holds: entries of `errors`; bytes of a text; bytes of `errors` as JSON. */
const MAX_ERRORS = 100
const MAX_TEXT = 1000
const MAX_ERRORS_SIZE = 56_000
/** The most of a pointer that `detail` quotes, and the most of a value that a message quotes, bytes. */
const MAX_QUOTED = 100

/**
 * An answer that is an error, RFC 9457. `code` is stable, `detail` is for people; `members` are further
 * members of the body, such as the id of what a request conflicts with. However large what it is made of, its
 * response stays under 64 KB.
 */
export class Problem extends Error {
  readonly detail: string
  readonly members: Record<string, unknown>
  constructor(
    readonly status: ContentfulStatusCode,
    readonly code: string,
    detail: string,
    { errors, ...members }: { errors?: InputError[]; [member: string]: unknown } = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(`${status} ${code}`)
    this.detail = shorten(detail, MAX_TEXT)
    this.members = errors ? { ...members, errors: boundErrors(errors) } : members
  }
}

/**
 * The first errors, at most `max` of them, each shortened. If that is not all of them, the last one says so, with the
 * code `more_errors`.
 */
export function boundErrors(errors: InputError[], max = MAX_ERRORS): InputError[] {
  const bounded: InputError[] = []
  let size = 0
  for (const error of errors) {
    const shortened = {
      ...error,
      // half an escape would be no pointer
      pointer: shorten(error.pointer, MAX_TEXT).replace(/~…$/, '…'),
      message: shorten(error.message, MAX_TEXT),
    }
    size += new TextEncoder().encode(JSON.stringify(shortened)).length
    if (size > MAX_ERRORS_SIZE || (bounded.length === max - 1 && errors.length > max))
      return [...bounded, { in: error.in, pointer: '', code: 'more_errors', message: 'There are more errors.' }]
    bounded.push(shortened)
  }
  return bounded
}

/** A problem with everything that is wrong with the request, of which `detail` says the first in sentences. */
function inputProblem(status: 400 | 422, code: string, errors: InputError[]): Problem {
  const detail = errors
    .slice(0, MAX_ERRORS)
    .map((e) => `${shorten(e.pointer.slice(1), MAX_QUOTED) || e.in}: ${e.message}`)
    .join(' ')
  return new Problem(status, code, detail, { errors })
}

/** 400 with everything that is wrong with the request. */
export const invalidInput = (errors: InputError[]): Problem => inputProblem(400, 'invalid_input', errors)

/** 422 for fields that name something which the account does not have. */
export const unknownReference = (
  fields: { field: string; value: string }[],
  where: InputError['in'] = 'body',
): Problem =>
  inputProblem(
    422,
    'unknown_reference',
    fields.map(({ field, value }) => ({
      in: where,
      pointer: `/${field}`,
      code: 'unknown_reference',
      message: `There is no ${JSON.stringify(shorten(value, MAX_QUOTED))} in this account.`,
    })),
  )

/** 404; the same whether the thing is another account's or never was. */
export const notFound = (what: string): Problem => new Problem(404, 'not_found', `There is no such ${what}.`)

/** 410: merged into another, who answers for it now. */
export const goneInto = (mergedInto: string): Problem =>
  new Problem(410, 'merged', 'This prospect was merged into another.', { mergedInto })

/** 401 (RFC 6750): nothing more than that there was no credential, or a bad one. */
export const unauthorized = (given: boolean): Problem =>
  new Problem(
    401,
    given ? 'invalid_credential' : 'missing_credential',
    given ? 'This credential is unknown, expired or revoked.' : 'Send `Authorization: Bearer <key>`.',
    {},
    { 'www-authenticate': given ? 'Bearer error="invalid_token"' : 'Bearer' },
  )

/** 415: the body is of another type, or encoded. */
export const unsupportedMediaType = (detail: string): Problem => new Problem(415, 'unsupported_media_type', detail)

/** 412: `If-Match` names another version. */
export const hasChanged = (version: number): Problem =>
  new Problem(412, 'precondition_failed', 'The prospect has changed since.', { version })

/** 503: others were first each time. Nothing was written, and the call can be repeated. */
export const contention = (detail: string): Problem =>
  new Problem(503, 'contention', `${detail} Nothing was written; try again.`, {}, { 'retry-after': '1' })

/** Seconds after which a call is worth repeating where what we stand on is away. */
const AWAY = { 'retry-after': '5' }

/** 503: D1 is away. It may be so that the call was done, and only its answer was lost. */
function databaseUnavailable(): Problem {
  const detail = 'The database cannot be reached. The call was done whole or not at all; try again.'
  return new Problem(503, 'database_unavailable', detail, {}, AWAY)
}

/** 503: R2 is away. */
export const storageUnavailable = (detail: string): Problem => new Problem(503, 'storage_unavailable', detail, {}, AWAY)

/** 409 if the account's catalog has no space for what a call adds. */
export const catalogFull = (): Problem =>
  new Problem(409, 'catalog_full', `The catalog of an account holds at most ${MAX_CATALOG} things. Delete some first.`)

export const accountSuspended = (): Problem => new Problem(403, 'account_suspended', 'This account is suspended.')

/** Renders a problem as `application/problem+json`. */
export function renderProblem(c: Context<AppEnv>, problem: Problem): Response {
  const { status, code, detail, members, headers } = problem
  c.set('problem', code)
  const body = {
    type: 'about:blank',
    title: TITLES[status],
    status,
    detail,
    code,
    requestId: c.get('requestId'),
    ...members,
  }
  return c.body(JSON.stringify(body), status, { ...headers, 'content-type': 'application/problem+json' })
}

/**
 * Hono's `onError`. Where the database is away it is a 503. What nobody expected is a 500 that says nothing but its request id; the log line has where it
 * happened, and no message that may hold personal data: bound values are not part of D1's errors, names are.
 */
export function onError(error: Error, c: Context<AppEnv>): Response {
  // Drizzle wraps what is thrown before its trip
  const problem = [error, error.cause].find((each) => each instanceof Problem)
  if (problem) return renderProblem(c, problem)
  const rejection = accountRejection(error)
  if (rejection) return renderProblem(c, rejection === 'suspended' ? accountSuspended() : unauthorized(true))
  if (error instanceof HTTPException && error.status < 500)
    return renderProblem(c, new Problem(error.status as ContentfulStatusCode, 'bad_request', error.message))
  console.error(JSON.stringify({ level: 'error', requestId: c.get('requestId'), ...describeError(error) }))
  return renderProblem(
    c,
    isUnavailable(error)
      ? databaseUnavailable()
      : new Problem(500, 'internal_error', 'Something went wrong on our side.'),
  )
}

/** What may be logged of an error: its kind, D1's own message and where it was thrown, never a value of a request. */
export function describeError(error: unknown): { error: string; cause?: string; at?: string[] } {
  if (!(error instanceof Error)) return { error: typeof error }
  const stack = error.stack ?? ''
  const d1 = [error, error.cause].find((e): e is Error => e instanceof Error && e.message.startsWith('D1_'))
  return {
    error: error.name,
    ...(d1 && { cause: d1.message }),
    // a stack begins with the message
    at: stack
      .slice(stack.indexOf(error.message) + error.message.length)
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8)
      .map((line) => line.trim()),
  }
}
