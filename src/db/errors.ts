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
