/** What D1 says in an error or in what it wraps. Drizzle's own messages are left out: they quote bound values. */
const messages = (error: unknown): string => {
  if (!(error instanceof Error)) return ''
  const own = error.message.startsWith('D1_') ? error.message : ''
  return `${own}\n${messages(error.cause)}`
}

/** The table whose unique key refused a row, or null if this error is another one. */
export const uniqueViolation = (error: unknown): string | null =>
  /UNIQUE constraint failed: (\w+)\./.exec(messages(error))?.[1] ?? null

/** Whether a row named something that is not there (any more). */
export const isForeignKeyViolation = (error: unknown): boolean =>
  messages(error).includes('FOREIGN KEY constraint failed')

/** SQL that ends a batch, so that nothing of it is written, if `condition` is true. Only triggers may RAISE in SQLite. */
export const abortIf = (condition: string): string => `SELECT CASE WHEN ${condition} THEN json('lost race') END`

/** Whether a batch was ended by `abortIf`. */
export const isAborted = (error: unknown): boolean => messages(error).includes('malformed JSON')

/** SQL that ends a batch likewise, but for good: `isStopped` tells it from a lost race, which goes round again. */
export const stopIf = (condition: string): string =>
  `SELECT CASE WHEN ${condition} THEN json_extract('{}', 'stopped') END`

/** Whether a batch was ended by `stopIf`. */
export const isStopped = (error: unknown): boolean => messages(error).includes("'stopped'")

/** Why a trip was refused for its account's sake, or null if this error is another one. */
export const accountRefusal = (error: unknown): 'suspended' | 'gone' | null =>
  (/account (suspended|gone)/.exec(messages(error))?.[1] as 'suspended' | 'gone' | undefined) ?? null

/**
 * What D1 says when it lost a connection or itself, where asking again soon helps. See
 * https://developers.cloudflare.com/d1/observability/debug-d1/.
 */
const LOST =
  /Network connection lost|reset because its code was updated|Internal error .*caused object to be reset|transient issue on remote node|client disconnected/
/** What it says when there is too much to do, or a reason of its own: asking again at once makes it worse, or no better. */
const AWAY = /is overloaded|exceeded timeout|exceeded its (memory|CPU time) limit|internal error/i
/** SQLite's own reasons end with a code. These say nothing of the statement. */
const NOT_OF_SQLITE = /^D1_ERROR(?!.*SQLITE_(?!BUSY|IOERR|NOMEM|INTERRUPT))/s

/** D1 could not be asked, or its answer did not come: what was to be written is written whole, or not at all. */
export class DatabaseUnavailable extends Error {
  constructor(
    message: string,
    /** Whether asking again soon helps, if nothing is done twice by it. */
    readonly isPassing: boolean,
  ) {
    super(message)
  }
}

/** What a trip to D1 has thrown, as `DatabaseUnavailable` if D1 is the reason, and not what it was asked. */
export function fromD1(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { message } = error
  const isPassing = LOST.test(message)
  if (!isPassing && !AWAY.test(message) && !NOT_OF_SQLITE.test(message)) return error
  // an answer that cannot be read is quoted, and may hold anything
  const own = message.replace(/, got: .*/s, '')
  return new DatabaseUnavailable(own.startsWith('D1_') ? own : `D1_ERROR: ${own}`, isPassing)
}

/** Whether D1 is away. Drizzle wraps what a trip has thrown. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable || (error instanceof Error && isUnavailable(error.cause))
