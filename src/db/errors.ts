/** D1's own messages in an error and in its causes. Drizzle's messages are left out, because they quote bound values. */
const messages = (error: unknown): string => {
  if (!(error instanceof Error)) return ''
  const own = error.message.startsWith('D1_') ? error.message : ''
  return `${own}\n${messages(error.cause)}`
}

/** The table whose unique key rejected a row, or null if this is another error. */
export const uniqueViolation = (error: unknown): string | null =>
  /UNIQUE constraint failed: (\w+)\./.exec(messages(error))?.[1] ?? null

/** Whether a row referred to a row that does not exist. */
export const isForeignKeyViolation = (error: unknown): boolean =>
  messages(error).includes('FOREIGN KEY constraint failed')

/**
 * SQL that fails if `condition` is true, so that its batch writes nothing. `isAborted` recognizes the error: the batch lost
 * a race, and its caller reads again. It is a JSON error because SQLite allows RAISE only in triggers.
 */
export const abortIf = (condition: string): string => `SELECT CASE WHEN ${condition} THEN json('lost race') END`

/** Whether `abortIf` ended a batch. */
export const isAborted = (error: unknown): boolean => messages(error).includes('malformed JSON')

/** SQL that ends a batch in the same way, but for good: the caller does not try again. `isStopped` recognizes the error. */
export const stopIf = (condition: string): string =>
  `SELECT CASE WHEN ${condition} THEN json_extract('{}', 'stopped') END`

/** Whether `stopIf` ended a batch. */
export const isStopped = (error: unknown): boolean => messages(error).includes("'stopped'")

/** Why `requireAccount` rejected a round trip, or null if this is another error. */
export const accountRejection = (error: unknown): 'suspended' | 'gone' | null =>
  (/account (suspended|gone)/.exec(messages(error))?.[1] as 'suspended' | 'gone' | undefined) ?? null

/**
 * Messages of D1 after which a retry soon helps: it lost a connection, or it restarted. See
 * https://developers.cloudflare.com/d1/observability/debug-d1/.
 */
const TRANSIENT =
  /Network connection lost|reset because its code was updated|Internal error .*caused object to be reset|transient issue on remote node|client disconnected/
/** Messages of D1 after which an immediate retry does not help or even harms: D1 is overloaded or at a limit. */
const OVERLOADED = /is overloaded|exceeded timeout|exceeded its (memory|CPU time) limit|internal error/i
/** Messages of D1 that are not about the statement. SQLite's own messages end with a code; most codes are about the statement. */
const NOT_OF_STATEMENT = /^D1_ERROR(?!.*SQLITE_(?!BUSY|IOERR|NOMEM|INTERRUPT))/s

/** D1 could not be reached, or its response did not arrive. A write was committed whole or not at all. */
export class DatabaseUnavailable extends Error {
  constructor(
    message: string,
    /** Whether a retry soon helps. Only statements that can safely be repeated are retried. */
    readonly isTransient: boolean,
  ) {
    super(message)
  }
}

/** Turns an error of a round trip into `DatabaseUnavailable` if D1 is the cause, and not the statement. */
export function fromD1(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { message } = error
  const isTransient = TRANSIENT.test(message)
  if (!isTransient && !OVERLOADED.test(message) && !NOT_OF_STATEMENT.test(message)) return error
  // a response that cannot be parsed is quoted, and may hold personal data
  const own = message.replace(/, got: .*/s, '')
  return new DatabaseUnavailable(own.startsWith('D1_') ? own : `D1_ERROR: ${own}`, isTransient)
}

/** Whether D1 could not be reached. Drizzle wraps what a round trip throws, so the causes count too. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable || (error instanceof Error && isUnavailable(error.cause))
