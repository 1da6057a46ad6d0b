import type { Database, TextQuery } from '../db/client'
import type { ImportMessage } from '../queues/messages'

/**
 * SQL: the id of the import that has the turn in an account at the time `now` (Unix ms): the leased import, or else the
 * oldest. An import that waits for its next try is `queued` and held, so other imports go first. It reads all imports of
 * the account that are in progress.
 */
export const turnOf = (account: string, now: string): string => `
  (SELECT t.id FROM imports t INDEXED BY imports_in_progress
    WHERE t.account_id = ${account} AND t.finished_at IS NULL AND (t.status = 'running' OR t.held_until <= ${now})
    ORDER BY t.held_until > ${now} DESC, t.id LIMIT 1)`

/** SQL: the columns of an import that its message has. */
export const MESSAGE_COLUMNS = 'account_id AS accountId, id AS importId, bytes_done AS "from"'

/**
 * The query for the message of the account's next turn. It returns no row while an import is leased. The consumer of that
 * import enqueues the next turn.
 */
export const nextTurn = ({ query }: Database, accountId: string, now: number): TextQuery<ImportMessage> =>
  query(NEXT_TURN, accountId, now)

// text: it names an index
const NEXT_TURN = `
  SELECT ${MESSAGE_COLUMNS} FROM imports WHERE account_id = ?1 AND id = ${turnOf('?1', '?2')} AND held_until <= ?2`
