import type { Database } from '../db/client'
import { type Progress, writeProspects } from '../prospects/store'
import type { WriteRequest } from '../prospects/write-request'
import { openOutbox } from '../webhooks/events'
import { advance, countsOf, storableErrors } from './advance'
import { type ChunkSize, type RecordChunk, readChunks, UnreadableFile } from './chunks'
import { MAX_UNKNOWN_COLUMNS } from './columns'
import { MAX_ROWS } from './errors'
import type { FileFormat } from './format'
import type { LeasedImport } from './lease'
import { type RowOutcome, rejectionErrors, type StoredRowError, skippedLines, warningsFor } from './row-errors'
import { parseRow, type RowOptions } from './rows'
import type { Part } from './run'
import { fileKey } from './store'

/** The options of the import of a file. */
type FileOptions = RowOptions & { dryRun: boolean }

/** The parts of a file, from where the import is. Throws `UnreadableFile` as `readChunks` does, or if it has too many rows. */
export async function* partsOfFile(
  db: Database,
  env: Env,
  leased: LeasedImport,
  sizeOf: () => ChunkSize,
): AsyncGenerator<Part> {
  const format: FileFormat = JSON.parse(leased.format)
  const file = { key: fileKey(leased.accountId, leased.importId), bytes: leased.bytes, format }
  const place = { byte: leased.bytesDone, line: leased.line }
  for await (const chunk of readChunks(env.RESUMES, file, place, sizeOf)) {
    leased.read += chunk.records.length
    if (leased.read > MAX_ROWS) throw new UnreadableFile(`The file has more than ${MAX_ROWS} rows.`)
    yield {
      isLast: chunk.end.byte === leased.bytes,
      write: (mayContinue) => writeRows(db, env, leased, { ...chunk, mayContinue }),
    }
  }
}

/**
 * Writes the rows of a chunk. Each commit also stores the progress of the import and the errors of its rows, so each row
 * is written exactly once even if the consumer dies. Returns whether the whole chunk was written.
 */
async function writeRows(
  db: Database,
  env: Env,
  leased: LeasedImport,
  { records, begin, end, mayContinue }: RecordChunk & { mayContinue: () => boolean },
): Promise<boolean> {
  const { accountId, keyId, unknown } = leased
  const format: FileFormat = JSON.parse(leased.format)
  const options = leased.options as FileOptions
  const items = records.map((record) => ({ ...record, ...parseRow(record, format, options, leased) }))
  for (const name of items.flatMap((item) => item.ignoredColumns))
    if (unknown.size < MAX_UNKNOWN_COLUMNS) unknown.add(name)
  const requests = items.map(({ request }) => request)
  const placeOf = ({ from, line }: (typeof items)[number]) => ({ byte: from, line })
  const statementsFor: Progress['statementsFor'] = (covered, { outcomes, rejected }) => {
    const first = Math.max(requests.indexOf(covered[0] as WriteRequest), 0)
    const part = items.slice(first, first + covered.length)
    const [head, next] = [part[0], items[first + part.length]]
    const problems = new Map(rejected.map(({ request, problem }) => [request, problem]))
    const written = outcomes.values()
    const errors = part.flatMap((item) => {
      const problem = problems.get(item.request)
      const found = problem ? rejectionErrors(item, problem) : warningsFor(item, written.next().value as RowOutcome)
      return found.map((error): StoredRowError => ({ ...error, from: item.from, to: item.to }))
    })
    const from = first === 0 || !head ? begin : placeOf(head)
    const to = next ? placeOf(next) : end
    const found = [...errors, ...skippedLines(format, { from, to, size: leased.bytes })]
    return advance(db, leased, {
      ...{ from: from.byte, to: to.byte, line: to.line },
      counts: countsOf(outcomes, rejected.length),
      errors: storableErrors(leased, found),
      isLast: to.byte === leased.bytes,
    })
  }
  const actor = { account: { id: accountId }, key: { id: keyId } }
  const progress = { statementsFor, isDryRun: options.dryRun, mayContinue }
  const { outcomes, rejected } = await writeProspects(db, actor, requests, {
    source: 'import',
    outbox: openOutbox(env),
    progress,
  })
  return outcomes.length + rejected.length === requests.length
}
