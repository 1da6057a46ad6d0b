import * as z from 'zod'
import type { Database } from '../db/client'
import { describeError } from '../http/problem'

/**
 * A queue message: this import has a turn from this byte on. It carries no more, for D1 has the truth. It means nothing
 * once the import has gone on from there, so that two of one turn are one.
 */
export const ImportMessage = z.object({ accountId: z.string(), importId: z.string(), from: z.number() })
export type ImportMessage = z.infer<typeof ImportMessage>

/** The most messages that go in one `sendBatch`. */
const MOST_SENT = 100

/** Sends a queue message each, `wait` ms late. Never throws: the schedule finds them in the database. */
export async function enqueueImports(env: Env, imports: ImportMessage[], wait = 0): Promise<void> {
  const delaySeconds = Math.ceil(wait / 1000)
  const messages = imports.map((body) => ({ body, delaySeconds }))
  try {
    for (let i = 0; i < messages.length; i += MOST_SENT)
      await env.IMPORTS_QUEUE.sendBatch(messages.slice(i, i + MOST_SENT))
  } catch (error) {
    const message = 'importers not woken'
    console.error(JSON.stringify({ level: 'error', message, count: imports.length, ...describeError(error) }))
  }
}

/**
 * SQL: whose turn it is among an account's imports at a time: the leased one, or else the oldest. One that waits to be
 * tried again (it is `queued`, and held) lets the others pass. It reads the account's imports in progress.
 */
export const turnOf = (account: string, now: string): string => `
  (SELECT t.id FROM imports t INDEXED BY imports_in_progress
    WHERE t.account_id = ${account} AND t.finished_at IS NULL AND (t.status = 'running' OR t.held_until <= ${now})
    ORDER BY t.held_until > ${now} DESC, t.id LIMIT 1)`

/** The columns of an import that make its message. */
export const MESSAGE_COLUMNS = 'account_id AS accountId, id AS importId, bytes_done AS "from"'

/** What finds the message for the account's next turn: none if an import is in hand, whose consumer will send it. */
export const nextTurn = ({ d1 }: Database, accountId: string, now: number): D1PreparedStatement =>
  d1.prepare(NEXT).bind(accountId, now)

const NEXT = `
  SELECT ${MESSAGE_COLUMNS} FROM imports WHERE account_id = ?1 AND id = ${turnOf('?1', '?2')} AND held_until <= ?2`
