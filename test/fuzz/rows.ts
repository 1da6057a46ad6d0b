import fc from 'fast-check'
import { FIELDS } from '../../src/imports/columns'
import { encodeAs } from '../support/import-files'
import { bytesOf } from '../support/resume-files'
import { edited, edits } from './cases'

/** Files of rows in every way of writing them, spoilt here and there, and what is asked of their imports. */

const COLUMNS = [
  ...['First Name', 'lastName', 'Name', 'E-mail', 'email2', 'Cell', 'phone', 'Tags', 'label', 'notes', 'Comments'],
  ...['Company', 'position', 'ZIP', 'source', 'stageId', 'pipelineId', 'userId', 'jobId', 'update', 'muteWebhook'],
  ...['License Status', 'id', 'version', 'createdAt', 'labelIds', 'error', 'Zodiac', '', ' ', '__proto__'],
  ...['constructor', "'=name", '=name', 'Fi"rst', 'N\0me', 'x'.repeat(300), '{"a":1}', 'a,b', 'a\nb'],
]
const PLAIN = [
  ...['Ann', 'Lee', 'Lee, Ann', 'Ludwig van Beethoven', 'ann@example.com', 'BOB@example.com', '(212) 555-0123'],
  ...['+44 20 7946 0958 x5', 'Hot, Cold', 'licensed', 'In Progress', 'true', 'no', '', ' ', '中', 'say "hi"', '😀'],
]
const STRANGE = [
  ...['a@b', 'É.Ü@exämple.com', '123', 'x,'.repeat(150), 'null', '=1+1', "'=1+1", '"', '""', 'a\r\nb', 'a\rb'],
  ...['tab\there', '\0', '\x1b', '\ufeff', '\u202e', '\u0301', '\ud800', 'x'.repeat(101), 'x'.repeat(20_001)],
  ...['9'.repeat(400), '1e999', 'stg_nope', 'prs_nope', '__proto__', '-', '%00', '\u2028', '{"a":1}'],
]
const NO_TEXTS = [null, true, 0, -1, 1e300, [], ['Hot'], [['Hot']], {}, { a: 1 }, [null], Array(101).fill('x')]
/** What means something to who takes a file apart. */
const PIECES = [
  ...[
    '"',
    ',',
    ';',
    '\t',
    '|',
    '\r',
    '\n',
    '\0',
    "'",
    '=',
    '{',
    '}',
    '[',
    ':',
    '\\',
    '""',
    '\r\n',
    ',"',
    '",',
    '{"a":',
  ],
  ...[
    '\x1a',
    '\x80',
    '\x9d',
    '\xff',
    '\xef\xbb\xbf',
    '\xff\xfe',
    '\xfe\xff',
    '\xc3',
    '\xed\xa0\x80',
    '\xf4\x90\x80\x80',
  ],
  ...['\\u0000', '\\ud800', '[['.repeat(30), 'x'],
]

const often = <const T>(usual: T, ...others: T[]) => fc.constantFrom(usual, usual, usual, usual, ...others)
const rarely = <T, U>(strange: fc.Arbitrary<T>, usual: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 1, arbitrary: strange }, { weight: 40, arbitrary: usual })

const cell = <T>(strange: T[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...PLAIN) }, { weight: 1, arbitrary: fc.constantFrom(...strange) })
const partsOf = <T>(strange: T[]) => ({
  // mostly there are some for a name: without them a file is refused at once
  columns: fc
    .tuple(often(['Name'], ['First Name', 'last_name'], []), fc.array(fc.constantFrom(...COLUMNS), { maxLength: 6 }))
    .map(([name, more]) => [...name, ...more]),
  rows: fc.array(fc.array(cell(strange), { maxLength: 9 }), { maxLength: 8, size: 'medium' }),
  /** Whether rows may have more cells than there are columns. */
  wide: often(false, true),
  /** So that some are of several chunks. */
  times: rarely(fc.constant(40), fc.constant(1)),
  newline: often('\n', '\r\n', '\r', '\n\n'),
  ends: fc.boolean(),
  encoding: often('utf-8', 'utf-16le', 'utf-16be', 'windows-1252'),
  mark: fc.boolean(),
  changes: rarely(edits(PIECES, 40), edits(PIECES)),
})
const csv = fc.record({
  ...partsOf<string>(STRANGE),
  type: rarely(fc.constant('application/x-ndjson'), fc.constant('text/csv')),
  delimiter: often(',', ';', '\t', '|'),
  quoted: often('needed', 'all', 'none'),
  separator: often('', 'sep=;\n', '"sep=,"\r\n'),
})
const ndjson = fc.record({
  ...partsOf<unknown>([...STRANGE, ...NO_TEXTS]),
  type: rarely(fc.constant('text/csv'), fc.constant('application/x-ndjson')),
})
/** A file that was exported. */
const exported = fc.record({
  exported: fc.constant(true),
  type: fc.constantFrom('text/csv', 'application/x-ndjson'),
  columns: fc.constant<string[]>([]),
  changes: edits(PIECES, 8),
})
type Csv = typeof csv extends fc.Arbitrary<infer T> ? T : never
/** How a file is written, and as what it is sent. */
type Made = Csv | (typeof ndjson extends fc.Arbitrary<infer T> ? T : never)
export type Rows = Made | (typeof exported extends fc.Arbitrary<infer T> ? T : never)
export const rows: fc.Arbitrary<Rows> = fc.oneof(csv, ndjson, exported)

function textOf(file: Made): string {
  const { columns, wide, times, newline, ends } = file
  const own = file.rows.map((row: unknown[]) => (wide ? row : row.slice(0, columns.length)))
  const many = Array.from({ length: times }, () => own).flat()
  const isCsv = 'delimiter' in file
  const lines = isCsv
    ? [columns, ...many].map((row) => (row as string[]).map((text) => written(text, file)).join(file.delimiter))
    : many.map((row) => JSON.stringify(Object.fromEntries(row.map((value, i) => [columns[i] ?? `extra ${i}`, value]))))
  return `${isCsv ? file.separator : ''}${lines.join(newline)}${ends ? newline : ''}`
}

function written(text: string, { quoted, delimiter }: Csv): string {
  const isNeeded = /["\r\n]/.test(text) || text.includes(delimiter)
  return quoted === 'all' || (quoted === 'needed' && isNeeded) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The bytes of a file. `exports` are by their type. */
export function bytesOfRows(file: Rows, exports: Record<string, string>): Uint8Array<ArrayBuffer> {
  if ('exported' in file) return edited(bytesOf(exports[file.type] ?? ''), file.changes)
  const { encoding, mark, changes } = file
  const text = `${mark && encoding !== 'windows-1252' ? '\ufeff' : ''}${textOf(file)}`
  return edited(encoding === 'utf-8' ? bytesOf(text) : encodeAs(text, encoding), changes)
}

const flag = fc.constantFrom('true', 'false', undefined)
/** What is asked of an import. */
export const asked = fc.record({
  update: flag,
  dryRun: flag,
  muteWebhook: flag,
  labels: rarely(fc.constantFrom(',', 'x'.repeat(65), 'a\0'), fc.constantFrom('Hot', 'Hot,Cold', undefined)),
  stageId: rarely(fc.constant('stg_nope'), fc.constant(undefined)),
  /** What columns are, by where they stand; or what is no mapping. */
  mapping: rarely(
    fc.constantFrom('{}', '[]', 'x', '{"Name":1}', '{"Nobody":"notes"}', 'null', '{"__proto__":"notes"}'),
    fc.array(fc.tuple(fc.nat(6), fc.constantFrom(...FIELDS, null)), { maxLength: 2 }),
  ),
})
export type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never

/** The query that asks it, of a file with these columns. */
export function searchOf({ mapping, ...flags }: Asked, columns: string[]): string {
  const search = new URLSearchParams(JSON.parse(JSON.stringify(flags)))
  if (typeof mapping === 'string') search.set('mapping', mapping)
  else {
    const mapped = mapping.flatMap(([i, field]) => (columns[i]?.trim() ? [[columns[i].trim(), field] as const] : []))
    if (mapped.length > 0) search.set('mapping', JSON.stringify(Object.fromEntries(mapped)))
  }
  return `?${search}`
}
