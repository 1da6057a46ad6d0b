import type { Database } from '../db/client'
import { stopIf } from '../db/errors'
import type { WriteResult } from '../prospects/store'
import { LEASE_TIME, type LeasedImport } from './lease'
import type { StoredRowError } from './row-errors'

/** About how many errors an import stores. Warnings are stored only up to half of it, so that there is space for the rest. */
const MAX_STORED_ERRORS = 10_000

/** How many rows or prospects ended in each way. */
export interface Counts {
  created?: number
  updated?: number
  unchanged?: number
  failed?: number
  erased?: number
}

/** A step of an import: from one position to another. */
interface Step {
  from: number
  to: number
  /** The line of a file at which the step ends. */
  line?: number
  /** The id of the prospect at which the step ends. */
  after?: string | undefined
  counts: Counts
  errors: StoredRowError[]
  /** Whether the import ends here. */
  isLast: boolean
}

/** How requests that were planned ended. */
export function countsOf(outcomes: WriteResult['outcomes'], failed: number): Counts {
  const created = outcomes.filter((outcome) => outcome.created).length
  const updated = outcomes.filter((outcome) => outcome.changed).length
  return { created, updated, unchanged: outcomes.length - created - updated, failed }
}

/** Those of the errors for which there is space. */
export function storableErrors(leased: LeasedImport, found: StoredRowError[]): StoredRowError[] {
  const stored = leased.errors < MAX_STORED_ERRORS / 2 ? found : found.filter(({ refused }) => refused)
  leased.errors += stored.length
  return stored.toSorted((a, b) => a.line - b.line)
}

/** The statements that advance an import. They stop the batch (`isStopped`) if it is not at the first position, or not running. */
export function advance({ d1 }: Database, leased: LeasedImport, step: Step): D1PreparedStatement[] {
  const { accountId, importId, unknown } = leased
  const { from, to, line = leased.line, after = leased.after, isLast, errors } = step
  const { created = 0, updated = 0, unchanged = 0, failed = 0, erased = 0 } = step.counts
  const now = Date.now()
  const ended = [created, updated, unchanged, failed, erased]
  return [
    d1.prepare(STOP_IF_MOVED).bind(accountId, importId, from),
    ...(errors.length > 0
      ? [d1.prepare(STORE_ERRORS).bind(accountId, importId, from, JSON.stringify(errors), MAX_STORED_ERRORS)]
      : []),
    d1
      .prepare(ADVANCE)
      .bind(
        ...[accountId, importId, to, line, after, ...ended, JSON.stringify([...unknown]), now + LEASE_TIME],
        ...[isLast ? now : null, errors.length],
      ),
  ]
}

const STOP_IF_MOVED = stopIf(`NOT EXISTS
  (SELECT 1 FROM imports WHERE account_id = ?1 AND id = ?2 AND status = 'running' AND bytes_done = ?3)`)

// text: it adds to columns and sets others by a condition
const ADVANCE = `
  UPDATE imports SET bytes_done = ?3, line = ?4, after = ?5, read = read + ?6 + ?7 + ?8 + ?9 + ?10,
    created = created + ?6, updated = updated + ?7, unchanged = unchanged + ?8, failed = failed + ?9,
    erased = erased + ?10, unknown_columns = ?11, tries = 0, status = iif(?13 IS NULL, status, 'completed'),
    held_until = ?12, next_at = iif(?13 IS NULL, ?12, NULL), finished_at = ?13, errors = errors + ?14
  WHERE account_id = ?1 AND id = ?2`

// text: it inserts what it selects
const STORE_ERRORS = `
  INSERT INTO import_errors (account_id, import_id, bytes_from, errors)
  SELECT account_id, id, ?3, ?4 FROM imports WHERE account_id = ?1 AND id = ?2 AND errors < ?5`
