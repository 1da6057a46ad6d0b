import type { Database } from '../db/client'
import { BYTE_ORDER_MARK, guardFormula, toCsv } from '../http/csv'
import type { Caller } from '../http/factory'
import type { Shown } from './custom-values'
import { type CsvColumn, csvColumnsOf, FIELD_NAMES, fieldsOf, type Selected } from './field-names'
import { listRecords, pick } from './list'
import { type ProspectRecord, toProspect } from './prospect'
import type { ExportProspects } from './schema'

/** The media types of an export. */
export const EXPORT_TYPES = ['text/csv', 'application/x-ndjson'] as const
export type ExportType = (typeof EXPORT_TYPES)[number]

/** How many prospects one round trip reads. The Worker holds one such page in memory. */
const PAGE = 250

const SOURCE_NAME = `, (SELECT x.name FROM sources x WHERE x.account_id = p.account_id AND x.id = p.source_id) AS sourceName`

/** A prospect in an export: labels and source by name and by id, and no resume. */
function toExported(record: ProspectRecord & { sourceName: string | null }) {
  const { resume: _, ...prospect } = toProspect(record)
  return { ...prospect, labelIds: record.labels.map(({ id }) => id), sourceName: record.sourceName }
}

const toCell = (value: Shown | null | undefined) =>
  typeof value === 'number' || typeof value === 'boolean'
    ? value
    : value === null || value === undefined
      ? ''
      : guardFormula(Array.isArray(value) ? value.join(', ') : value)

/** What an export has of each prospect. In CSV, each custom field has a column of its own, after the others. */
interface Columns {
  columns: CsvColumn[]
  /** Keys of custom fields. */
  custom: string[]
  /** The columns, and what was asked for of the custom fields. */
  names: string[]
}

/** For each media type: the start of the file, and the lines of a page. */
const FORMATS: Record<
  ExportType,
  { head(columns: Columns): string; lines(page: ReturnType<typeof toExported>[], columns: Columns): string }
> = {
  'text/csv': {
    head: ({ columns, custom }) =>
      `${BYTE_ORDER_MARK}${toCsv([[...columns, ...custom.map((key) => `custom.${key}`)]])}`,
    lines: (page, { columns, custom }) => {
      const rows = page.map((one) => {
        const values = new Map(Object.entries(one.custom))
        return [...columns.map((column) => toCell(one[column])), ...custom.map((key) => toCell(values.get(key)))]
      })
      return rows.length === 0 ? '' : toCsv(rows)
    },
  },
  'application/x-ndjson': {
    head: () => '',
    lines: (page, { names }) => page.map((one) => `${JSON.stringify(pick(one, names))}\n`).join(''),
  },
}

/**
 * All prospects that match, as a stream. It reads a page at a time, when the caller asks for more, in one round trip. A
 * prospect that exists during the whole export is in it exactly once. The first page is read before the stream starts, so
 * that errors get a response of their own.
 */
export async function exportProspects(
  db: Database,
  caller: Caller,
  query: ExportProspects,
  type: ExportType,
): Promise<ReadableStream<Uint8Array>> {
  const { head, lines } = FORMATS[type]
  const encoder = new TextEncoder()
  const pageAt = (pageToken: string | undefined) =>
    listRecords(
      db,
      caller,
      { ...query, limit: PAGE, total: false, ...(pageToken !== undefined && { pageToken }) },
      toExported,
      SOURCE_NAME,
    )
  let page = await pageAt(undefined)
  const fields: readonly Selected[] = query.fields ?? FIELD_NAMES
  const live = [...page.customFields.values()].filter(({ isDeleted }) => !isDeleted).map(({ key }) => key)
  const custom = live.filter((key) => fields.includes('custom') || fields.includes(`custom.${key}`))
  const inCsv = csvColumnsOf(fieldsOf(fields))
  const names = [...inCsv, ...fields.filter((name) => name.startsWith('custom'))]
  const columns = { columns: inCsv, custom: custom.sort(), names }
  let isFirst = true
  return new ReadableStream(
    {
      async pull(controller) {
        if (!isFirst) page = await pageAt(page.nextPageToken ?? undefined)
        controller.enqueue(encoder.encode((isFirst ? head(columns) : '') + lines(page.items, columns)))
        isFirst = false
        if (page.nextPageToken === null) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}
