import * as z from 'zod'
import { TITLES } from '../http/problem'
import { type HeaderName, headersNamed } from './headers'
import type { Route } from './mounted'
import type { Operation } from './operations'

/** Why a call is refused, as the API answers it. */
interface Refusal {
  means: string
  /** Members of the problem that only this one has. */
  members?: object
  header?: HeaderName
}

const ID = 'prs_01jd3v7x5c9q8m2k4n6p0r1s3t'
const typo = { in: 'query', pointer: '/lmit', code: 'unknown_parameter', message: 'There is no such parameter.' }
const missing = { in: 'body', pointer: '/lastName', code: 'required', message: 'This is required.' }
const unknown = {
  in: 'body',
  pointer: '/stageId',
  code: 'unknown_reference',
  message: 'There is no "stg_01jd3v7x5c9q8m2k4n6p0r1s3t" in this account.',
}

/** Every refusal, by status and `code`. */
const REFUSALS: Record<number, Record<string, Refusal>> = {
  400: {
    invalid_input: {
      means: 'The input is wrong; `errors` names everything that is.',
      members: { detail: `lastName: ${missing.message}`, errors: [missing] },
    },
    malformed_json: { means: 'The body is not JSON in UTF-8.' },
    bad_request: { means: 'The request cannot be read.' },
  },
  401: {
    missing_credential: { means: 'There is no credential.', header: 'WWW-Authenticate' },
    invalid_credential: {
      means: 'This credential is unknown, expired or revoked.',
      header: 'WWW-Authenticate',
    },
  },
  403: {
    insufficient_scope: { means: 'The key lacks the scope.', header: 'WWW-Authenticate' },
    account_suspended: { means: 'This account is suspended.' },
  },
  404: { not_found: { means: 'The account has no such thing.' } },
  405: { method_not_allowed: { means: 'The path has other methods, those in `Allow`.' } },
  409: {
    already_exists: { means: 'There is one with this name (a user: this email) already.', members: conflict('lbl') },
    email_taken: { means: 'Another prospect has this email.', members: conflict('prs') },
    merged: { means: 'The duplicate was merged into another prospect.', members: conflict('prs') },
    in_use: { means: 'Prospects use it, `prospectCount` of them.', members: { ...conflict('lbl'), prospectCount: 7 } },
    being_moved: { means: 'Prospects are being moved to it, or from it.', members: conflict('lbl') },
    is_default: { means: 'It is the default; make another one the default before.', members: conflict('pipe') },
    webhook_disabled: { means: 'The webhook is disabled. Enable it first.', members: conflict('whk') },
    too_many_secrets: { means: 'Ten secrets that were rotated away still sign.', members: conflict('whk') },
    last_admin_key: { means: 'It is the last admin key; make another before.', members: conflict('key') },
    too_many_imports: { means: 'The account has 20 imports in progress. Wait until one has ended.' },
    catalog_full: { means: 'The catalog holds 50,000 things, all kinds together. Delete some first.' },
    too_many_webhooks: {
      means: 'The account has 50 webhooks, or 1,000 with those deleted in the last thirty days.',
    },
    too_many_keys: { means: 'The account has 100 keys.' },
    still_running: { means: 'The same call is still running. Repeat it in a moment.' },
  },
  410: {
    merged: { means: 'The prospect was merged into another, `mergedInto`.', members: { mergedInto: ID } },
  },
  412: {
    precondition_failed: {
      means: '`If-Match` names another version; `version` is the one now.',
      members: { version: 3 },
    },
  },
  413: {
    body_too_large: { means: 'The body is larger than 1 MiB; than 8, where a resume can be part of it.' },
    resume_too_large: { means: 'The resume is larger than 5 MiB.' },
    import_too_large: { means: 'The file is larger than 100 MiB, or has more than 500,000 rows.' },
  },
  415: {
    unsupported_media_type: {
      means:
        'The body has another `Content-Type` than the call takes (JSON: `application/json`, in UTF-8), or a `Content-Encoding`.',
    },
  },
  422: {
    unknown_reference: {
      means: 'It names what the account does not have; `errors` says which.',
      members: { detail: `stageId: ${unknown.message}`, errors: [unknown] },
    },
    idempotency_key_reused: { means: 'Something else was asked under this `Idempotency-Key`.' },
  },
  429: {
    rate_limited: {
      means:
        'The key calls too often, or too many wrong keys come from its address. Wait as long as `Retry-After` says.',
      header: 'Retry-After',
    },
    too_costly: {
      means:
        'The account asks for more of its database than `RateLimit-Policy` allows (`cost`), or sends more than 16 MiB of bodies at once, all its keys together. The call has done nothing. Wait as long as `Retry-After` says.',
      header: 'Retry-After',
    },
  },
  500: { internal_error: { means: 'Something went wrong on our side; `requestId` names it.' } },
  503: {
    contention: { means: 'Others were first each time. Nothing was written; try again.', header: 'Retry-After' },
    database_unavailable: {
      means:
        'The database cannot be reached. The call was done whole or not at all; with an `Idempotency-Key` it is safe to repeat a POST.',
      header: 'Retry-After',
    },
    not_configured: {
      means: 'The service has no `ENCRYPTION_KEY`, and cannot keep secrets. Asking again does not help.',
    },
    storage_unavailable: { means: 'Files cannot be reached. Nothing was written; try again.', header: 'Retry-After' },
  },
}

function conflict(prefix: string) {
  return { conflictsWith: `${prefix}_01jd3v7x5c9q8m2k4n6p0r1s3t` }
}

/** What is wrong with a field, by the `code` in `errors`. */
const ERRORS = {
  required: 'It is missing, or empty.',
  wrong_type: 'It has another type.',
  wrong_format: 'It is not written as it has to be.',
  not_allowed: 'It is none of the values that are allowed.',
  too_small: 'A number, or a list, that is too small.',
  too_large: 'A number, or a list, that is too large.',
  too_long: 'A text that is too long.',
  too_many: 'More than there can be: of labels, of jobs, of values in JSON.',
  out_of_range: 'A number or a time outside of its bounds.',
  control_character: 'A text with a control character or half of a character.',
  duplicate: 'Two that have to differ do not.',
  unknown_field: 'There is no such field.',
  unknown_parameter: 'There is no such query parameter.',
  unknown_reference: 'The account has nothing of this id (422).',
  invalid_page_token: 'It is no `nextPageToken` of this list with these parameters.',
  url_refused: 'Nothing is sent to such a URL.',
  empty: 'A file that holds nothing.',
  no_header: 'A file whose first line does not name its columns.',
  too_many_columns: 'A file with more than 500 columns, or a line of one with more keys.',
  unknown_column: 'The file has no such column.',
  type_mismatch: 'A file that is of another type than it is said to be.',
  more_errors: 'The last entry of `errors`: there are more errors than it lists.',
  invalid: 'It is wrong in another way; `message` says how.',
}

const text = (description: string, example: string) => z.string().meta({ description, example })
/** A code, one of these or of others that are to come. */
const codeOf = (codes: string[], example: string) =>
  z.string().meta({ description: 'Stable; for programs. There may be more.', example, 'x-extensible-enum': codes })

export const ProblemSchema = z
  .looseObject({
    type: text('`about:blank`: `code` says more.', 'about:blank'),
    title: text('What the status means.', 'Bad Request'),
    status: z.int().meta({ description: 'The status again.', example: 400 }),
    detail: text('For people.', 'lastName: This is required.'),
    code: codeOf([...new Set(Object.values(REFUSALS).flatMap((codes) => Object.keys(codes)))], 'invalid_input'),
    requestId: text('Name it when you ask us.', '0b9c1b1e-4c5e-4a57-9c0f-0f6a5f0b8a1d'),
    errors: z
      .array(
        z.object({
          in: z.enum(['body', 'query', 'path', 'header']),
          pointer: text('JSON Pointer into that part.', '/lastName'),
          code: codeOf(Object.keys(ERRORS), 'required'),
          message: text('For people.', 'This is required.'),
        }),
      )
      .optional()
      .meta({
        description:
          'Everything that is wrong with the input (400, 422): at most 100 entries. The last one has the code `more_errors` if there are more errors.',
      }),
    conflictsWith: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'The id of what it conflicts with (409); null if that has just gone.' }),
    prospectCount: z.int().optional().meta({ description: 'How many use what cannot be deleted (409 `in_use`).' }),
    mergedInto: z.string().optional().meta({ description: 'Who answers for a merged duplicate (410).' }),
    version: z.int().optional().meta({ description: "The prospect's version now (412)." }),
  })
  .meta({ id: 'Problem', description: 'An error (RFC 9457).' })

/** The codes of an operation's refusals, by status. */
function codesOf({ schemas, scope, byOperator, canBeRepeated, path }: Route, operation: Operation) {
  const codes: Record<number, string[]> = { ...operation.refusals, 500: ['internal_error'] }
  const add = (status: number, ...more: string[]) => {
    codes[status] = [...more, ...(codes[status] ?? [])]
  }
  if (!operation.isFile) add(503, 'database_unavailable')
  if (schemas.json) add(400, 'malformed_json')
  add(400, 'invalid_input')
  if (scope || byOperator) {
    add(401, 'missing_credential', 'invalid_credential')
    add(429, 'rate_limited')
  }
  if (scope || (byOperator && schemas.json)) add(429, 'too_costly')
  if (scope) add(403, 'insufficient_scope', 'account_suspended')
  if (path.includes(':id') || byOperator) add(404, 'not_found')
  if (schemas.json) add(413, 'body_too_large')
  if (schemas.json) add(415, 'unsupported_media_type')
  if (canBeRepeated) {
    add(409, 'still_running')
    add(422, 'idempotency_key_reused')
  }
  return Object.entries(codes)
    .filter(([, some]) => some.length > 0)
    .map(([status, some]) => [Number(status), some] as const)
}

/** Wrong input where there is no body. */
const WITHOUT_BODY = { detail: `lmit: ${typo.message}`, errors: [typo] }

/** What a 404 means to the operator: that one may not be there either. */
const OF_OPERATOR = {
  NoOperator: 'The service has no operator: it has no `ADMIN_TOKEN`.',
  NoAccount: 'There is no such account, or the service has no operator: it has no `ADMIN_TOKEN`.',
}

/** An answer that refuses, and its name: several operations have the same. */
function toResponse(status: number, codes: string[], route: Route): [name: string, response: object] {
  const { schemas, byOperator, path } = route
  const ofOperator = path.includes(':id') ? 'NoAccount' : 'NoOperator'
  const isOfOperator = status === 404 && byOperator
  const refusals = codes.map((code) => {
    const refusal = REFUSALS[status]?.[code]
    if (!refusal) throw new Error(`Nothing says what ${status} ${code} means`)
    return {
      code,
      ...refusal,
      ...(isOfOperator && { means: OF_OPERATOR[ofOperator] }),
      ...(code === 'invalid_input' && !schemas.json && { members: WITHOUT_BODY }),
    }
  })
  const named = refusals.flatMap(({ header }) => header ?? [])
  const always = refusals.every(({ header }) => header)
  const headers = [...new Set(named)]
  return [
    isOfOperator
      ? ofOperator
      : codes.map((code) => code.replaceAll(/(?:^|_)(.)/g, (_, c) => c.toUpperCase())).join('Or'),
    {
      description: refusals.map(({ code, means }) => `\`${code}\`: ${means}`).join('\n\n'),
      headers: headersNamed(
        ['X-Request-Id', ...(always ? headers : [])],
        ['Server-Timing', 'X-D1-Bookmark', 'RateLimit-Policy', ...(always ? [] : headers)],
      ),
      content: {
        'application/problem+json': {
          schema: ProblemSchema,
          examples: Object.fromEntries(
            refusals.map(({ code, means, members }) => [
              code,
              {
                summary: means,
                value: {
                  type: 'about:blank',
                  title: TITLES[status],
                  status,
                  detail: means,
                  code,
                  requestId: '0b9c1b1e-4c5e-4a57-9c0f-0f6a5f0b8a1d',
                  ...members,
                },
              },
            ]),
          ),
        },
      },
    },
  ]
}

/** Every refusal of an operation, by status; what it refers to is added to `shared`. */
export const errorsOf = (route: Route, operation: Operation, shared: Record<string, object>) =>
  Object.fromEntries(
    codesOf(route, operation).map(([status, codes]) => {
      const [name, response] = toResponse(status, codes, route)
      shared[name] = response
      return [status, { $ref: `#/components/responses/${name}` }]
    }),
  )

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

/** Every code and what it means, as tables in Markdown. */
export const CODES = table(
  ['status', '`code`', 'means'],
  Object.entries(REFUSALS).flatMap(([status, codes]) =>
    Object.entries(codes).map(([code, { means }]) => [status, `\`${code}\``, means]),
  ),
)
export const ERROR_CODES = table(
  ['`code`', 'means'],
  Object.entries(ERRORS).map(([code, means]) => [`\`${code}\``, means]),
)
