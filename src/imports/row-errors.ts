import type { Database } from '../db/client'
import { BYTE_ORDER_MARK, guardFormula, toCsv, unguardFormula } from '../http/csv'
import { notFound, storageUnavailable } from '../http/errors'
import { decodePageToken, type ListQuery, type Page, pageOf } from '../http/page'
import { decode } from './encoding'
import type { Format } from './inspect'
import { recordsIn } from './records'
import type { RowError } from './rows'
import type { StoredError } from './run'
import { fileOf } from './store'

/** A page of what is wrong with rows of an import, in the order of the file. 404 if the account has none of this id. */
export async function listErrors(
  { d1 }: Database,
  accountId: string,
  importId: string,
  { limit, pageToken }: ListQuery,
): Promise<Page<RowError>> {
  const scope = ['import errors', importId]
  const [byte = 0, n = -1] = (await decodePageToken(scope, pageToken, 2)) ?? []
  type Listed = { byte: number; n: number; error: string }
  const [found, listed] = await d1.batch([
    d1.prepare('SELECT 1 FROM imports WHERE account_id = ?1 AND id = ?2').bind(accountId, importId),
    d1.prepare(PAGE).bind(accountId, importId, byte, n, limit + 1),
  ])
  if (!found?.results.length) throw notFound('import')
  const present = ({ error }: Listed): RowError => {
    const { from: _, to: __, ...shown } = JSON.parse(error) as StoredError
    return shown
  }
  return pageOf((listed?.results ?? []) as Listed[], limit, scope, ({ byte, n }) => [byte, n], present)
}

const PAGE = `
  SELECT e.bytes_from AS byte, j.key AS n, j.value AS error
  FROM import_errors e CROSS JOIN json_each(e.errors) j
  WHERE e.account_id = ?1 AND e.import_id = ?2 AND e.bytes_from >= ?3 AND (e.bytes_from > ?3 OR j.key > ?4)
  ORDER BY e.bytes_from, j.key LIMIT ?5`

/**
 * The rows that were refused, as the file has them, with one more column that says why: to be mended and sent again. A
 * CSV becomes one in UTF-8 with commas, NDJSON stays that. 404 if the account has no such import, or no longer its file.
 */
export async function rejectedRows(
  db: Database,
  env: Env,
  accountId: string,
  importId: string,
): Promise<{ type: Format['type']; body: ReadableStream<Uint8Array> }> {
  const { results } = await db.d1
    .prepare('SELECT format FROM imports WHERE account_id = ?1 AND id = ?2')
    .bind(accountId, importId)
    .all<{ format: string }>()
  if (!results[0]) throw notFound('import')
  const format: Format = JSON.parse(results[0].format)
  const file = fileOf(accountId, importId)
  const kept = await env.RESUMES.head(file).catch(() => {
    throw storageUnavailable()
  })
  if (!kept) throw notFound('file. The file of an import is deleted after 7 days')
  const pieces = textOf(db, env.RESUMES, file, format, accountId, importId)
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
    },
    { highWaterMark: 0 },
  )
  return { type: format.type, body }
}

async function* textOf(
  { d1 }: Database,
  bucket: R2Bucket,
  file: string,
  format: Format,
  accountId: string,
  importId: string,
): AsyncGenerator<string> {
  const write = format.type === 'csv' ? csvWriter(format) : jsonLine
  if (format.type === 'csv')
    yield `${BYTE_ORDER_MARK}${write(
      format.columns.map(({ name }) => name),
      COLUMN,
    )}`
  for (let after = -1; ; ) {
    const { results } = await d1
      .prepare(STORED)
      .bind(accountId, importId, after)
      .all<{ byte: number; errors: string }>()
    for (const { byte, errors } of results) {
      after = byte
      const refused = (JSON.parse(errors) as StoredError[]).filter((error) => error.refused)
      const [first, last] = [refused[0], refused.at(-1)]
      if (!first || !last) continue
      const object = await bucket.get(file, { range: { offset: first.from, length: last.to - first.from } })
      if (!object) return
      const bytes = new Uint8Array(await object.arrayBuffer())
      let text = ''
      for (const [from, of] of Map.groupBy(refused, (error) => error.from)) {
        const record = bytes.subarray(from - first.from, (of[0] as StoredError).to - first.from)
        const { cells = [] } = recordsIn(decode(record, format.encoding, true), format, true).next().value ?? {}
        text += write(
          cells,
          of.map(({ column, field, message }) => [column ?? field, message].filter(Boolean).join(': ')).join(' '),
        )
      }
      yield text
    }
    if (results.length === 0) return
  }
}

/** What the column that says why is called. An import leaves it out. */
const COLUMN = 'error'

/** Cells beyond the header stand behind the error, so that those before keep their columns. */
function csvWriter({ columns }: Format) {
  const isKept = (_: unknown, i: number) => columns[i]?.name !== COLUMN
  return (cells: string[], error: string) => {
    const own = columns.map((_column, i) => cells[i] ?? '').filter(isKept)
    const row = [...own, error, ...cells.slice(columns.length)].map((cell) => guardFormula(unguardFormula(cell)))
    return toCsv([row])
  }
}

/** The line as it is, with the error put in front of what the object has; what is no object stays. */
const jsonLine = ([line = '']: string[], error: string): string => {
  const first = `${JSON.stringify(COLUMN)}:${JSON.stringify(error)}`
  return `${line.replace(/^(\s*\{)(?=\s*(\})?)/, (_, open, isEmpty) => `${open}${first}${isEmpty ? '' : ','}`)}\n`
}

const STORED = `
  SELECT bytes_from AS byte, errors FROM import_errors
  WHERE account_id = ?1 AND import_id = ?2 AND bytes_from > ?3 ORDER BY bytes_from LIMIT 10`
