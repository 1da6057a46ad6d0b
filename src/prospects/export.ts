import type { Database } from '../db/client'
import { BYTE_ORDER_MARK, guardFormula, toCsv } from '../http/csv'
import type { Caller } from '../http/factory'
import { type CsvColumn, csvColumnsOf, FIELD_NAMES } from './field-names'
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

const toCell = (value: string | number | string[] | null) =>
  typeof value === 'number'
    ? value
    : value === null
      ? ''
      : guardFormula(Array.isArray(value) ? value.join(', ') : value)

/** For each media type: the start of the file, and the lines of a page. */
const FORMATS: Record<
  ExportType,
  { head(columns: CsvColumn[]): string; lines(page: ReturnType<typeof toExported>[], columns: CsvColumn[]): string }
> = {
  'text/csv': {
    head: (columns) => `${BYTE_ORDER_MARK}${toCsv([columns])}`,
    lines: (page, columns) =>
      page.length === 0 ? '' : toCsv(page.map((one) => columns.map((column) => toCell(one[column])))),
  },
  'application/x-ndjson': {
    head: () => '',
    lines: (page, columns) => page.map((one) => `${JSON.stringify(pick(one, columns))}\n`).join(''),
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
  const columns = csvColumnsOf(query.fields ?? FIELD_NAMES)
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
