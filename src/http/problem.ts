import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { accountRejection, isUnavailable } from '../db/errors'
import { accountSuspended, badRequest, databaseUnavailable, internalError, invalidCredential } from './errors'
import type { AppEnv } from './factory'
import { Problem } from './problem-type'

/** Renders a problem as `application/problem+json`. */
export function renderProblem(c: Context<AppEnv>, problem: Problem): Response {
  c.set('problem', problem.code)
  return c.body(JSON.stringify(problem.toBody(c.get('requestId'))), problem.status, {
    ...problem.headers,
    'content-type': 'application/problem+json',
  })
}

/**
 * Hono's `onError`: renders the problem that was thrown. If the database cannot be reached, that is a 503. Any other
 * error is a 500 that reveals only its request id. The log line says where it was thrown, without the message, which may
 * hold personal data. D1's own messages are safe: they name tables and columns, not bound values.
 */
export function onError(error: Error, c: Context<AppEnv>): Response {
  // Drizzle wraps errors of round trips, even a 429 that is thrown before the round trip begins
  const problem = [error, error.cause].find((each) => each instanceof Problem)
  if (problem) return renderProblem(c, problem)
  const rejection = accountRejection(error)
  if (rejection) return renderProblem(c, rejection === 'suspended' ? accountSuspended() : invalidCredential())
  if (error instanceof HTTPException && error.status < 500) return renderProblem(c, badRequest(error.message))
  console.error(JSON.stringify({ level: 'error', requestId: c.get('requestId'), ...describeError(error) }))
  return renderProblem(c, isUnavailable(error) ? databaseUnavailable() : internalError())
}

/** What may be logged about an error: its name, D1's own message and where it was thrown. Never a value of a request. */
export function describeError(error: unknown): { error: string; cause?: string; at?: string[] } {
  if (!(error instanceof Error)) return { error: typeof error }
  const stack = error.stack ?? ''
  const d1 = [error, error.cause].find((e): e is Error => e instanceof Error && e.message.startsWith('D1_'))
  return {
    error: error.name,
    ...(d1 && { cause: d1.message }),
    // the stack begins with the message
    at: stack
      .slice(stack.indexOf(error.message) + error.message.length)
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8)
      .map((line) => line.trim()),
  }
}
