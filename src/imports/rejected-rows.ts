import { and, eq, gt } from 'drizzle-orm'
import type { Database } from '../db/client'
import { importErrors, imports } from '../db/schema'
import { getObject, hasObject } from '../files/store'
import { BYTE_ORDER_MARK, guardFormula, toCsv, unguardFormula } from '../http/csv'
import { notFound } from '../http/errors'
import { decode } from './encoding'
import { fileDeleted } from './errors'
import type { FileFormat } from './format'
import { parseRecords } from './records'
import type { StoredRowError } from './row-errors'
import { fileKey, isImport } from './store'

/** The column that holds the errors of a row. An import ignores it. */
const ERROR_COLUMN = 'error'
/** How many rows of `import_errors` are read in one round trip. Each has the errors of one commit. */
const COMMITS_READ = 10

/**
 * The rejected rows as the file has them, with one more column that holds their errors. Callers can correct the rows and
 * import them again. The rows of a CSV are returned in UTF-8 with commas, and those of NDJSON as NDJSON. Throws 404 if the
 * account has no such import, or if its file has been deleted.
 */
export async function rejectedRows(
  db: Database,
  env: Env,
  accountId: string,
  importId: string,
): Promise<{ type: FileFormat['type']; body: ReadableStream<Uint8Array> }> {
  const [stored] = await db.orm.select({ format: imports.format }).from(imports).where(isImport(accountId, importId))
  if (!stored) throw notFound('import')
  const format: FileFormat = JSON.parse(stored.format)
  if (!(await hasObject(env, fileKey(accountId, importId)))) throw fileDeleted()
  const texts = writeRejectedRows(db, env, { accountId, importId, format })
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await texts.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
    },
    { highWaterMark: 0 },
  )
  return { type: format.type, body }
}

async function* writeRejectedRows(
  { orm }: Database,
  env: Env,
  { accountId, importId, format }: { accountId: string; importId: string; format: FileFormat },
): AsyncGenerator<string> {
  const write = format.type === 'csv' ? csvWriter(format) : writeJsonLine
  if (format.type === 'csv') {
    const names = format.columns.map(({ name }) => name)
    yield `${BYTE_ORDER_MARK}${write(names, ERROR_COLUMN)}`
  }
  for (let after = -1; ; ) {
    const isNext = and(
      eq(importErrors.accountId, accountId),
      eq(importErrors.importId, importId),
      gt(importErrors.bytesFrom, after),
    )
    const commits = await orm
      .select({ byte: importErrors.bytesFrom, errors: importErrors.errors })
      .from(importErrors)
      .where(isNext)
      .orderBy(importErrors.bytesFrom)
      .limit(COMMITS_READ)
    for (const { byte, errors } of commits) {
      after = byte
      const rejections = (JSON.parse(errors) as StoredRowError[]).filter(({ refused }) => refused)
      const [first, last] = [rejections[0], rejections.at(-1)]
      if (!first || !last) continue
      const range = { offset: first.from, length: last.to - first.from }
      const object = await getObject(env, fileKey(accountId, importId), range)
      if (!object) return
      const bytes = new Uint8Array(await object.arrayBuffer())
      let text = ''
      for (const [from, errorsOfRow] of Map.groupBy(rejections, (error) => error.from)) {
        const { to } = errorsOfRow[0] as StoredRowError
        const source = decode(bytes.subarray(from - first.from, to - first.from), format.encoding, true)
        const { cells = [] } = parseRecords(source, format, true).next().value ?? {}
        text += write(cells, errorsOfRow.map(describe).join(' '))
      }
      yield text
    }
    if (commits.length === 0) return
  }
}

const describe = ({ column, field, message }: StoredRowError) => [column ?? field, message].filter(Boolean).join(': ')

/** Writes records as CSV. The errors come right after the columns of the header, and cells beyond the header follow them. */
function csvWriter({ columns }: FileFormat) {
  const isKept = (_cell: unknown, i: number) => columns[i]?.name !== ERROR_COLUMN
  return (cells: string[], error: string) => {
    const inColumns = columns.map((_column, i) => cells[i] ?? '').filter(isKept)
    const row = [...inColumns, error, ...cells.slice(columns.length)].map((cell) => guardFormula(unguardFormula(cell)))
    return toCsv([row])
  }
}

/** Writes the line with the errors as the first member of its object. A line that is not an object stays as it is. */
const writeJsonLine = ([line = '']: string[], error: string): string => {
  const member = `${JSON.stringify(ERROR_COLUMN)}:${JSON.stringify(error)}`
  return `${line.replace(/^(\s*\{)(?=\s*(\})?)/, (_, open, isEmpty) => `${open}${member}${isEmpty ? '' : ','}`)}\n`
}
