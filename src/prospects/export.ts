import type { Database } from '../db/client'
import { BYTE_ORDER_MARK, guardFormula, toCsv } from '../http/csv'
import type { Caller } from '../http/factory'
import { CSV_COLUMNS } from './field-names'
import { listRecords } from './list'
import { type ProspectRecord, toProspect } from './prospect'
import type { ExportProspects } from './schema'

/** What prospects are exported as. */
export const EXPORT_TYPES = ['text/csv', 'application/x-ndjson'] as const
export type ExportType = (typeof EXPORT_TYPES)[number]

/** How many are read in one trip: as much as is held in memory. */
const PAGE = 250

const SOURCE_NAME = `, (SELECT x.name FROM sources x WHERE x.account_id = p.account_id AND x.id = p.source_id) AS sourceName`

/** A prospect as it is exported: with names beside ids, and ids beside names. */
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

/** How each type begins, and how it writes a page. */
const FORMATS: Record<ExportType, { head: string; lines(page: ReturnType<typeof toExported>[]): string }> = {
  'text/csv': {
    head: `${BYTE_ORDER_MARK}${toCsv([[...CSV_COLUMNS]])}`,
    lines: (page) =>
      page.length === 0 ? '' : toCsv(page.map((one) => CSV_COLUMNS.map((column) => toCell(one[column])))),
  },
  'application/x-ndjson': {
    head: '',
    lines: (page) => page.map((one) => `${JSON.stringify(one)}\n`).join(''),
  },
}

/**
 * Everybody who matches, as a stream that reads a page a trip, no sooner than it is asked for. Whoever is there
 * throughout comes once. The first page is read before it begins, so that what is refused is refused properly.
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
  let isFirst = true
  return new ReadableStream(
    {
      async pull(controller) {
        if (!isFirst) page = await pageAt(page.nextPageToken ?? undefined)
        controller.enqueue(encoder.encode((isFirst ? head : '') + lines(page.items)))
        isFirst = false
        if (page.nextPageToken === null) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}
