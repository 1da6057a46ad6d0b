import type { Database } from '../db/client'
import type { Problem } from '../http/problem-type'
import { afterCommit } from '../prospects/after-commit'
import { eraseProspects } from '../prospects/erase'
import { type Match, nextMatches } from '../prospects/matches'
import type { EraseProspect, ListFilters, UpdateProspect } from '../prospects/schema'
import { type Progress, writeProspects } from '../prospects/store'
import { toUpdateRequest, type WriteRequest } from '../prospects/write-request'
import { openOutbox } from '../webhooks/events'
import { advance, type Counts, countsOf, storableErrors } from './advance'
import type { ChunkSize } from './chunks'
import type { LeasedImport } from './lease'
import { rejectionErrors, type StoredRowError } from './row-errors'
import type { Part } from './run'

/** What a bulk change does, as `imports.format` stores it: to the prospects that match, up to the id of the last one. */
export interface BulkChange {
  filters: ListFilters
  last: string | null
  set?: UpdateProspect
  erase?: EraseProspect
}

/** How many prospects one commit erases. An erasure also writes the events of its prospect. */
const MAX_ERASED = 25

/** Prospects to change together. `position` is how many were done before. */
interface Matched {
  matches: Match[]
  position: number
  isLast: boolean
}

/** The parts of a bulk change, from where it is: the next prospects that match, by age. */
export async function* partsOfMatches(
  db: Database,
  env: Env,
  leased: LeasedImport,
  sizeOf: () => ChunkSize,
): AsyncGenerator<Part> {
  const change: BulkChange = JSON.parse(leased.format)
  const caller = { account: { id: leased.accountId, defaultCountry: leased.country } }
  const write = change.erase ? eraseMatches : updateMatches
  for (let [position, after, isLast] = [leased.bytesDone, leased.after, false]; !isLast; ) {
    const limit = change.erase ? Math.min(sizeOf().records, MAX_ERASED) : sizeOf().records
    const last = change.last ?? ''
    const page = last === '' ? NONE : await nextMatches(db, caller, change.filters, { after, last, limit })
    isLast = page.isEnd
    const matched = { matches: page.matches, position, isLast }
    yield { isLast, write: (mayContinue) => write(db, env, leased, { ...matched, change, mayContinue }) }
    position += page.matches.length
    after = page.matches.at(-1)?.id ?? after
  }
}
const NONE = { matches: [], isEnd: true }

type Change = Matched & { change: BulkChange; mayContinue: () => boolean }

/** Changes prospects. Each commit also stores the progress, so each prospect is changed once. Returns whether all are done. */
async function updateMatches(
  db: Database,
  env: Env,
  leased: LeasedImport,
  { matches, position, isLast, change, mayContinue }: Change,
): Promise<boolean> {
  const requests = matches.map(
    ({ id }): WriteRequest => ({
      ...toUpdateRequest({ match: false, id }, change.set as UpdateProspect, leased.country),
      mayBeRejected: true,
    }),
  )
  const statementsFor: Progress['statementsFor'] = (covered, { outcomes, rejected }) => {
    const first = Math.max(requests.indexOf(covered[0] as WriteRequest), 0)
    const errors = rejected.flatMap(({ request, problem }) => {
      const n = requests.indexOf(request)
      return errorsOf(matches[n]?.id ?? '', position + n, problem)
    })
    return step(db, leased, { matches, position, isLast }, [first, first + covered.length], {
      counts: countsOf(outcomes, rejected.length),
      errors,
    })
  }
  const actor = { account: { id: leased.accountId }, key: { id: leased.keyId } }
  const { outcomes, rejected, ...left } = await writeProspects(db, actor, requests, {
    source: 'import',
    outbox: openOutbox(env),
    progress: { statementsFor, isDryRun: leased.options.dryRun, mayContinue },
  })
  await afterCommit(env, leased.accountId, left)
  return outcomes.length + rejected.length === requests.length
}

/**
 * Erases prospects. The commit also stores the progress. Returns whether they were erased: if one of them changes meanwhile,
 * the next turn reads again which prospects match.
 */
async function eraseMatches(db: Database, env: Env, leased: LeasedImport, change: Change): Promise<boolean> {
  const { accountId, keyId, options } = leased
  const { length } = change.matches
  const statements = step(db, leased, change, [0, length], { counts: { erased: length }, errors: [] })
  if (options.dryRun || length === 0) {
    await db.batch(statements)
    return true
  }
  const outbox = openOutbox(env)
  const erase = { userId: null, muteWebhook: false, ...change.change.erase }
  const actor = { account: { id: accountId }, key: { id: keyId } }
  const erased = await eraseProspects(db, outbox, actor, {
    ...erase,
    ...{ prospects: change.matches, source: 'import' as const, statements },
  })
  if (!erased) return false
  await outbox.send(erased)
  await afterCommit(env, accountId, erased)
  return true
}

/** The statements that advance a bulk change by some of the matches: those from number `first` to `end`. */
function step(
  db: Database,
  leased: LeasedImport,
  { matches, position, isLast }: Matched,
  [first, end]: [number, number],
  done: { counts: Counts; errors: StoredRowError[] },
): D1PreparedStatement[] {
  return advance(db, leased, {
    ...{ from: position + first, to: position + end, line: position + end + 1 },
    after: matches[end - 1]?.id,
    counts: done.counts,
    errors: storableErrors(leased, done.errors),
    isLast: isLast && end === matches.length,
  })
}

/** The errors of a prospect that was rejected. `position` is how many prospects came before it. */
const errorsOf = (id: string, position: number, problem: Problem): StoredRowError[] =>
  rejectionErrors(
    {
      toError: ({ pointer, code, message }) => ({
        ...{ line: position + 1, column: null, field: pointer.split('/')[1] || null, code, message, refused: true },
        prospectId: id,
      }),
    },
    problem,
  ).map((error) => ({ ...error, from: position, to: position }))
