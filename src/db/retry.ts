import { DatabaseUnavailable, fromD1 } from './errors'

/** How often a trip that only reads is made again where D1 was lost, beyond D1's own retries. */
const AGAIN = 2
/** How long it waits before, ms: up to twice as long by chance, and twice as long the next time. */
const WAIT = 50

/** Whether a statement only reads: it begins so, and no word in it writes. */
const isRead = (sql: string): boolean =>
  /^\s*(SELECT|WITH)\b/i.test(sql) && !/\b(INSERT|UPDATE|DELETE|REPLACE)\b/i.test(sql)

/**
 * Makes a trip of these statements, again if it only reads and D1 was lost for a moment. A write is never made again:
 * it may be done although nobody heard of it. Throws `DatabaseUnavailable` where D1 stays away.
 */
export async function makeTrip<T>(statements: { text: string }[], send: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await send()
    } catch (thrown) {
      const error = fromD1(thrown)
      const isPassing = error instanceof DatabaseUnavailable && error.isPassing
      if (!isPassing || tries === AGAIN || !statements.every(({ text }) => isRead(text))) throw error
    }
    await scheduler.wait(WAIT * 2 ** tries * (1 + Math.random()))
  }
}
