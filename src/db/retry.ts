import { DatabaseUnavailable, fromD1 } from './errors'

/** How often a round trip that only reads is repeated after a transient error, in addition to D1's own retries. */
const RETRIES = 2
/** The wait before the first retry, ms. A random factor of 1 to 2 is applied, and each further retry waits twice as long. */
const WAIT = 50

/** Whether a statement only reads: it begins like a query, and has no keyword that writes. */
const onlyReads = (sql: string): boolean =>
  /^\s*(SELECT|WITH)\b/i.test(sql) && !/\b(INSERT|UPDATE|DELETE|REPLACE)\b/i.test(sql)

/**
 * Sends these statements. After a transient error, sends them again if all of them only read. Never repeats a write, which
 * may have been committed even though no result came back. Throws `DatabaseUnavailable` if D1 stays unavailable.
 */
export async function withRetries<T>(statements: { text: string }[], send: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await send()
    } catch (thrown) {
      const error = fromD1(thrown)
      const isTransient = error instanceof DatabaseUnavailable && error.isTransient
      if (!isTransient || tries === RETRIES || !statements.every(({ text }) => onlyReads(text))) throw error
    }
    await scheduler.wait(WAIT * 2 ** tries * (1 + Math.random()))
  }
}
