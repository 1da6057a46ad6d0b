import type { Database } from '../db/client'
import { isUnavailable } from '../db/errors'
import { contention } from '../http/errors'
import type { IdempotentRequest } from '../http/factory'
import { isKeyAlreadyUsed } from '../http/idempotency'
import { Problem, problemBelow } from '../http/problem-type'
import {
  type Counts,
  findUnfinishedCall,
  type InputResult,
  type NewResult,
  resultsText,
  storeResults,
} from '../http/stored-results'
import { toErrors } from '../http/validate'
import type { Outbox } from '../webhooks/events'
import { UPDATED_AT } from './commit'
import { batchInterrupted, batchTooLarge, MAX_RESULTS } from './errors'
import type { Outcome, Plan } from './plan'
import { toWritten } from './responses'
import type { WriteBatch } from './schema'
import { type Actor, type Progress, type WriteResult, writeProspects } from './store'
import { rejectedRequest, toCreateRequest, type WriteRequest } from './write-request'

/** The inputs of a batch as write requests. An invalid input becomes a request that is rejected in its turn. */
export const toBatchRequests = ({ inputs, update }: WriteBatch, country: string): WriteRequest[] =>
  inputs.map((parsed) => {
    if ('issues' in parsed)
      return rejectedRequest(parsed.issues.flatMap((issue) => toErrors('body', issue, parsed.given)))
    const input = { ...parsed.input, update: parsed.input.update ?? update }
    return { ...toCreateRequest(input, country), mayBeRejected: true }
  })

interface BatchOptions {
  outbox: Outbox
  idempotent: IdempotentRequest | undefined
  requestId: string
}

/** What a batch has stored that stopped halfway: the results of its first inputs. */
interface Begun {
  results: InputResult[]
  counts: Counts
}
const NOTHING: Begun = { results: [], counts: { created: 0, updated: 0, unchanged: 0, failed: 0 } }

type Written = Pick<WriteResult, 'unreferencedKeys' | 'resumesToRead'> & { text: string }

/**
 * Writes the requests of a batch, in order, and returns the text of the response. Usually that is one commit. With an
 * idempotency key, each commit also stores the results of its inputs, so a repeated call continues after the last commit.
 *
 * Throws what `writeProspects` throws, `KeyAlreadyUsed` if the batch was completed before, and 503 if it stops halfway.
 */
export async function writeBatch(
  db: Database,
  actor: Actor,
  requests: WriteRequest[],
  options: BatchOptions,
): Promise<Written> {
  const writeRest = (begun: Begun) => writeAfter(begun, requests, { ...options, db, actor })
  try {
    return await writeRest(NOTHING)
  } catch (error) {
    const { idempotent } = options
    const isRepeated = idempotent && isKeyAlreadyUsed(error)
    const begun = isRepeated ? await findUnfinishedCall(db, actor.account.id, idempotent) : undefined
    if (!begun) throw error
    return await writeRest(begun)
  }
}

/** Writes the requests that come after those whose results are stored. */
async function writeAfter(
  begun: Begun,
  requests: WriteRequest[],
  { db, actor, outbox, idempotent, requestId }: BatchOptions & { db: Database; actor: Actor },
): Promise<Written> {
  const first = begun.results.length
  const rest = requests.slice(first)
  const results: Result[] = []
  let from = 0
  const statementsFor: Progress['statementsFor'] = (covered, plan) => {
    from = rest.indexOf(covered[0] as WriteRequest)
    const part = resultsOf(covered, plan, first + from, requestId)
    results.splice(from, results.length, ...part)
    if (sizeOf([...begun.results, ...results]) > MAX_RESULTS)
      for (const request of rest.slice(results.length)) request.rejected ??= batchTooLarge()
    if (!idempotent) return []
    const stored = { from: first + from, results: part, late: UPDATED_AT, counts: countAll(begun.counts, results) }
    return storeResults(db, actor.account.id, idempotent, { ...stored, isLast: results.length === rest.length })
  }
  try {
    const { outcomes, rejected, ...left } = await writeProspects(db, actor, rest, {
      source: 'api',
      outbox,
      idempotent: first === 0 ? idempotent : undefined,
      progress: {
        statementsFor,
        isDryRun: false,
        mayContinue: () => true,
      },
    })
    const done = resultsOf(rest, { outcomes, rejected }, first, requestId)
    return { ...left, text: resultsText([...begun.results, ...done], countAll(begun.counts, done)) }
  } catch (error) {
    const isContention = error instanceof Problem && error.code === contention.code
    throw first + from > 0 && (isContention || isUnavailable(error)) ? batchInterrupted() : error
  }
}

/** The result of an input, and how the input ended. */
interface Result extends NewResult {
  ended: keyof Counts
}

/** The results of the requests that were covered, the first of which is input number `from`. */
function resultsOf(
  covered: WriteRequest[],
  { outcomes, rejected }: Pick<Plan, 'outcomes' | 'rejected'>,
  from: number,
  requestId: string,
): Result[] {
  const problems = new Map(rejected.map(({ request, problem }) => [request, problem]))
  const written = outcomes.values()
  return covered.map((request, i): Result => {
    const problem = problems.get(request)
    if (problem) {
      const body = JSON.stringify(problemBelow(problem, `/inputs/${from + i}`).toBody(requestId))
      return { status: problem.status, body, about: null, isLate: false, ended: 'failed' }
    }
    const outcome = written.next().value as Outcome
    return {
      status: outcome.created ? 201 : 200,
      body: JSON.stringify(toWritten(outcome)),
      about: outcome.record.id,
      isLate: !outcome.isCommitted,
      ended: outcome.created ? 'created' : outcome.changed ? 'updated' : 'unchanged',
    }
  })
}

function countAll(before: Counts, results: Result[]): Counts {
  const counts = { ...before }
  for (const { ended } of results) counts[ended]++
  return counts
}

const sizeOf = (results: InputResult[]) => results.reduce((size, { body }) => size + body.length, 0)
