import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { InputError } from './factory'
import { shorten } from './text'

/** The titles of problems: the phrase of each status, as RFC 9457 requires for the type `about:blank`. */
const TITLES: Record<number, string> = {
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

/** The bounds of a problem: entries of `errors`; bytes of one text; bytes of `errors` as JSON. */
const MAX_ERRORS = 100
const MAX_TEXT = 1000
const MAX_ERRORS_SIZE = 56_000

/** An error response (RFC 9457): made by a problem type, thrown anywhere below a route, rendered by `onError`. */
export class Problem extends Error {
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly detail: string
  /** Members of the body that only this type has, such as the id of the conflicting object. */
  readonly members: Record<string, unknown>
  /** Headers of the response, in lower case. */
  readonly headers: Record<string, string>

  constructor(fields: Pick<Problem, 'status' | 'code' | 'detail' | 'members' | 'headers'>) {
    super(`${fields.status} ${fields.code}`)
    this.status = fields.status
    this.code = fields.code
    this.detail = shorten(fields.detail, MAX_TEXT)
    this.members = fields.members
    this.headers = fields.headers
  }

  /** The body of the response. */
  toBody(requestId: string) {
    const { status, detail, code, members } = this
    return { type: 'about:blank', title: TITLES[status], status, detail, code, requestId, ...members }
  }
}

/** The same problem, about a part of the input: the pointers of its errors begin with `pointer`. */
export const problemBelow = (problem: Problem, pointer: string): Problem =>
  new Problem({
    ...problem,
    members: {
      ...problem.members,
      ...(Array.isArray(problem.members.errors) && {
        errors: problem.members.errors.map((error: InputError) => ({
          ...error,
          pointer: `${pointer}${error.pointer}`,
        })),
      }),
    },
  })

/** What the reference of the API says about a kind of problem. */
export interface DocumentedProblem {
  readonly status: ContentfulStatusCode
  readonly code: string
  /** When it happens and what to do. */
  readonly means: string
  readonly example: () => Problem
}

/** A kind of problem: call it to make a problem. */
export interface ProblemType<Input = void> extends DocumentedProblem {
  (input: Input): Problem
}

type Declaration<Input> = {
  status: ContentfulStatusCode
  /** Stable and snake_case. */
  code: string
  /** What happened and what to do, for people. */
  detail: string | ((input: Input) => string)
  /** What the reference says, if `detail` is too specific for it. */
  means?: string
  /** The members of the body. By default, the members of `input` if it is an object. */
  members?: (input: Input) => Record<string, unknown>
  /** The headers of the response, in lower case. */
  headers?: (input: Input) => Record<string, string>
} & ([undefined] extends [Input] ? { example?: undefined } : { example: Input })

/** Declares a kind of problem: its code, status and texts are stated here and nowhere else. */
export function problemType<Input = void>(declaration: Declaration<Input>): ProblemType<Input> {
  const { status, code, detail, members = ownMembers, headers = () => ({}), example } = declaration
  const create = (input: Input) =>
    new Problem({
      status,
      code,
      detail: typeof detail === 'string' ? detail : detail(input),
      members: members(input),
      headers: headers(input),
    })
  const toExample = () => create(example as Input)
  return Object.assign(create, { status, code, means: declaration.means ?? toExample().detail, example: toExample })
}

const ownMembers = (input: unknown) => (typeof input === 'object' ? { ...input } : {})

/**
 * The first errors, at most `max` of them, each shortened. If some are left out, the last entry has the code
 * `more_errors`.
 */
export function boundErrors(errors: InputError[], max = MAX_ERRORS): InputError[] {
  const bounded: InputError[] = []
  let size = 0
  for (const error of errors) {
    const shortened = {
      ...error,
      // a JSON Pointer cannot end in half an escape
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
