import * as z from 'zod'
import * as accountErrors from '../accounts/errors'
import * as catalogErrors from '../catalog/errors'
import * as httpErrors from '../http/errors'
import { FIELD_ERRORS } from '../http/field-errors'
import { type Operation, text, textOrNull } from '../http/openapi'
import type { DocumentedProblem } from '../http/problem-type'
import * as importErrors from '../imports/errors'
import * as prospectErrors from '../prospects/errors'
import * as webhookErrors from '../webhooks/errors'
import { HEADERS, type HeaderName, headersNamed } from './headers'
import type { Route } from './mounted'

const isProblemType = (value: unknown): value is DocumentedProblem => typeof value === 'function' && 'means' in value

/** Every problem of the API, by status and code. */
export const PROBLEMS = [httpErrors, accountErrors, catalogErrors, importErrors, prospectErrors, webhookErrors]
  .flatMap((module): unknown[] => Object.values(module))
  .filter(isProblemType)
  .sort((a, b) => a.status - b.status || a.code.localeCompare(b.code))

const REQUEST_ID = '0b9c1b1e-4c5e-4a57-9c0f-0f6a5f0b8a1d'

/** A code: one of these, or a new one in the future. */
const codeOf = (codes: string[], example: string) =>
  z.string().meta({ description: 'Stable, for programs. New codes may be added.', example, 'x-extensible-enum': codes })

const ProblemSchema = z
  .looseObject({
    type: text('Always `about:blank`: `code` tells the kinds of problems apart.', 'about:blank'),
    title: text('The name of the status.', 'Bad Request'),
    status: z.int().meta({ description: 'The status of the response.', example: 400 }),
    detail: text('What happened and what to do, for people.', 'lastName: This is required.'),
    code: codeOf([...new Set(PROBLEMS.map(({ code }) => code))], 'invalid_input'),
    requestId: text('Names the call. Mention it when you report an error.', REQUEST_ID),
    errors: z
      .array(
        z.object({
          in: z.enum(['body', 'query', 'path', 'header']).meta({ description: 'The part of the request.' }),
          pointer: text('JSON Pointer into that part.', '/lastName'),
          code: codeOf(Object.keys(FIELD_ERRORS), 'required'),
          message: text('For people.', 'This is required.'),
        }),
      )
      .optional()
      .meta({
        description:
          'Everything that is wrong with the input (400, 422): at most 100 entries. If there are more errors, the last entry has the code `more_errors`.',
      }),
    conflictsWith: textOrNull(
      'Id of the object that the request conflicts with (409). Null if it no longer exists.',
    ).optional(),
    prospectCount: z.int().optional().meta({
      description: 'How many prospects use the item (409 `in_use`), or match the filters (409 `count_differs`).',
    }),
    mergedInto: z.string().optional().meta({ description: 'Id of the prospect that this one was merged into (410).' }),
    version: z.int().optional().meta({ description: 'The current version of the prospect (412).' }),
  })
  .meta({ id: 'Problem', description: 'An error (RFC 9457).' })

/** The problems of an operation: those that it declares, and those that follow from its route. */
function problemsOf({ schemas, scope, byOperator, canBeRepeated, path }: Route, operation: Operation) {
  const isLimited = scope || byOperator
  return [
    ...(schemas.json ? [httpErrors.malformedJson] : []),
    httpErrors.invalidInput,
    ...(isLimited ? [httpErrors.missingCredential, httpErrors.invalidCredential, httpErrors.rateLimited] : []),
    ...(scope || (byOperator && schemas.json) ? [httpErrors.tooCostly] : []),
    ...(scope ? [httpErrors.insufficientScope, httpErrors.accountSuspended] : []),
    ...(path.includes(':id') || byOperator ? [httpErrors.notFound] : []),
    ...(schemas.json ? [httpErrors.bodyTooLarge, httpErrors.unsupportedMediaType] : []),
    ...(canBeRepeated ? [httpErrors.stillRunning, httpErrors.idempotencyKeyReused] : []),
    ...(operation.errors ?? []),
    ...(operation.isFile ? [] : [httpErrors.databaseUnavailable]),
    httpErrors.internalError,
  ]
}

/** The example of `invalid_input` for calls without a body: a query parameter that does not exist. */
const invalidQuery = httpErrors.invalidInput([
  { in: 'query', pointer: '/lmit', code: 'unknown_parameter', message: 'There is no such parameter.' },
])

/** What a 404 means for an operator's call, by the name of the response. Without `ADMIN_TOKEN`, these paths do not exist. */
const OPERATOR_NOT_FOUND = {
  NoOperator: 'The service has no operator, because it has no `ADMIN_TOKEN`.',
  NoAccount: 'There is no such account, or the service has no operator, because it has no `ADMIN_TOKEN`.',
}

const headerNames = Object.keys(HEADERS) as HeaderName[]
/** The headers that this problem adds to a response. `RateLimit-Policy` is left out, because other responses have it too. */
const headersOf = (problem: DocumentedProblem) =>
  headerNames.filter((name) => name !== 'RateLimit-Policy' && name.toLowerCase() in problem.example().headers)

/** The response for these problems, which have the same status, and the name under which operations share it. */
function toResponse(problems: DocumentedProblem[], { schemas, byOperator, path }: Route): [name: string, object] {
  const operatorName =
    byOperator && problems.includes(httpErrors.notFound) ? (path.includes(':id') ? 'NoAccount' : 'NoOperator') : null
  const meansOf = ({ means }: DocumentedProblem) => (operatorName ? OPERATOR_NOT_FOUND[operatorName] : means)
  const headers = [...new Set(problems.flatMap(headersOf))]
  const allHaveHeaders = problems.every((problem) => headersOf(problem).length > 0)
  const toExample = (problem: DocumentedProblem) =>
    problem === httpErrors.invalidInput && !schemas.json ? invalidQuery : problem.example()
  return [
    operatorName ?? problems.map(({ code }) => code.replaceAll(/(?:^|_)(.)/g, (_, c) => c.toUpperCase())).join('Or'),
    {
      description: problems.map((problem) => `\`${problem.code}\`: ${meansOf(problem)}`).join('\n\n'),
      headers: headersNamed(
        ['X-Request-Id', ...(allHaveHeaders ? headers : [])],
        ['Server-Timing', 'X-D1-Bookmark', 'RateLimit-Policy', ...(allHaveHeaders ? [] : headers)],
      ),
      content: {
        'application/problem+json': {
          schema: ProblemSchema,
          examples: Object.fromEntries(
            problems.map((problem) => [
              problem.code,
              { summary: meansOf(problem), value: toExample(problem).toBody(REQUEST_ID) },
            ]),
          ),
        },
      },
    },
  ]
}

/** References to the error responses of an operation, by status. Writes the responses themselves into `shared`. */
export function errorsOf(route: Route, operation: Operation, shared: Record<string, object>) {
  const byStatus = Map.groupBy(problemsOf(route, operation), ({ status }) => status)
  return Object.fromEntries(
    [...byStatus].map(([status, problems]) => {
      const [name, response] = toResponse(problems, route)
      shared[name] = response
      return [status, { $ref: `#/components/responses/${name}` }]
    }),
  )
}

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

/** Every code and what it means, as tables in Markdown. */
export const CODES = table(
  ['status', '`code`', 'means'],
  PROBLEMS.map(({ status, code, means }) => [String(status), `\`${code}\``, means]),
)
export const ERROR_CODES = table(
  ['`code`', 'means'],
  Object.entries(FIELD_ERRORS).map(([code, means]) => [`\`${code}\``, means]),
)
