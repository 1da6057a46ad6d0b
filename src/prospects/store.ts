import type { Database } from '../db/client'
import { isAborted, isForeignKeyViolation, uniqueViolation } from '../db/errors'
import type { Caller } from '../http/auth'
import { notFound, Problem, unauthorized } from '../http/problem'
import type { Origin, WakeUp } from '../webhooks/events'
import { foldRows, type Outcome } from './fold'
import { parsePhone } from './phone'
import { COLUMNS, JOINS, type Prospect, type ProspectRow, toProspect, toRecord } from './prospect'
import type { CreateProspect } from './schema'
import { commitPlan, readReached } from './write'

/** One prospect; 404 if the account has none of this id. One trip. */
export async function getProspect(db: Database, accountId: string, id: string): Promise<Prospect> {
  const { results } = await db.d1.prepare(GET).bind(accountId, id).all<ProspectRow | { id: null }>()
  const row = results[0]
  if (!row) throw unauthorized('gone')
  if (row.id === null) throw notFound('prospect')
  return toProspect(toRecord(row))
}

const GET = `
  SELECT ${COLUMNS} FROM accounts a
    LEFT JOIN prospects p ON p.account_id = a.id AND p.id = ?2 ${JOINS}
  WHERE a.id = ?1`

/** How often a write goes round again when others change what it was folded from. */
const ROUNDS = 40

/**
 * The one write path: reads whom the rows reach, folds the rows into them, commits what changed. Every prospect is
 * made and changed here. A lost race writes nothing and goes round again, with fewer rows: rows of one chunk can be in
 * each other's way too (one takes an email that another gives up). Two trips; one if nothing is to be written.
 * Returns an outcome for each row, and the deliveries to wake the consumer for.
 */
export async function writeProspects(
  db: Database,
  { account, key }: Caller,
  source: Origin['source'],
  inputs: CreateProspect[],
): Promise<{ outcomes: Outcome[]; deliveries: WakeUp[] }> {
  const origin = { keyId: key.id, source }
  let rows = inputs.map((input) => ({
    input,
    phone: input.phone ? parsePhone(input.phone, account.defaultCountry) : null,
  }))
  const outcomes: Outcome[] = []
  const deliveries: WakeUp[] = []
  let size = rows.length
  for (let lost = 0; lost < ROUNDS; ) {
    const now = Date.now()
    const chunk = rows.slice(0, size)
    const read = await readReached(db, account.id, chunk)
    if (!read) throw unauthorized('gone')
    const plan = foldRows(chunk, read.people, read.references, now)
    try {
      if (plan.events.length > 0) deliveries.push(...(await commitPlan(db, account.id, origin, now, read, plan)))
    } catch (error) {
      if (!isAborted(error) && !isForeignKeyViolation(error) && !uniqueViolation(error)) throw error
      lost++
      size = Math.ceil(size / 2)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(lost * 4, 50)))
      continue
    }
    lost = 0
    size *= 2
    outcomes.push(...plan.outcomes)
    rows = rows.slice(plan.outcomes.length)
    if (rows.length === 0) return { outcomes, deliveries }
  }
  throw new Problem(
    503,
    'contention',
    'Others keep changing this prospect. Nothing was written; try again.',
    {},
    { 'retry-after': '1' },
  )
}
