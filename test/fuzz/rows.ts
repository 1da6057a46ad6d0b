import fc from 'fast-check'
import { FIELDS } from '../../src/imports/columns'
import { encodeAs } from '../support/import-files'
import { bytesOf } from '../support/resume-files'
import { applyEdits, edits } from './cases'

/** Files of rows in every format, with random edits, and the options of their imports. */

const COLUMNS = [
  ...['First Name', 'lastName', 'Name', 'E-mail', 'email2', 'Cell', 'phone', 'Tags', 'label', 'notes', 'Comments'],
  ...['Company', 'position', 'ZIP', 'source', 'stageId', 'pipelineId', 'userId', 'jobId', 'update', 'muteWebhook'],
  ...['Stage', 'Pipeline', 'Phone 2', 'Address 1 - City', 'Home City', 'Labels', 'File As', 'Categories'],
  ...['License Status', 'id', 'version', 'createdAt', 'labelIds', 'error', 'Zodiac', '', ' ', '__proto__'],
  ...['Number', 'Select', 'custom.date', 'custom.multiselect', 'boolean', 'custom', 'custom.__proto__'],
  ...['constructor', "'=name", '=name', 'Fi"rst', 'N\0me', 'x'.repeat(300), '{"a":1}', 'a,b', 'a\nb'],
]
const USUAL_VALUES = [
  ...['Ann', 'Lee', 'Lee, Ann', 'Ludwig van Beethoven', 'ann@example.com', 'BOB@example.com', '(212) 555-0123'],
  ...[
    '+44 20 7946 0958 x5',
    'Hot, Cold',
    'Hot ::: * Cold',
    'Contacted',
    'licensed',
    'In Progress',
    'true',
    'no',
    '',
    ' ',
    '中',
    'say "hi"',
    '😀',
  ],
]
const UNUSUAL_VALUES = [
  ...['a@b', 'É.Ü@exämple.com', '123', 'x,'.repeat(150), 'null', '=1+1', "'=1+1", '"', '""', 'a\r\nb', 'a\rb'],
  ...['tab\there', '\0', '\x1b', '\ufeff', '\u202e', '\u0301', '\ud800', 'x'.repeat(101), 'x'.repeat(20_001)],
  ...['1e5', '-0', '2026-02-30', '2026-11-30', 'North', 'North,South', 'yes'],
  ...['9'.repeat(400), '1e999', 'stg_nope', 'prs_nope', '__proto__', '-', '%00', '\u2028', '{"a":1}'],
]
const JSON_VALUES = [
  ...[{ number: 1, select: 'North' }, { number: 'x', nope: {} }, JSON.parse('{"__proto__":{}}')],
  null,
  true,
  0,
  -1,
  1e300,
  [],
  ['Hot'],
  [['Hot']],
  {},
  { a: 1 },
  [null],
  Array(101).fill('x'),
]
/** Tokens that have a meaning for the parser. */
const TOKENS = [
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
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...USUAL_VALUES) },
    { weight: 1, arbitrary: fc.constantFrom(...strange) },
  )
const partsOf = <T>(strange: T[]) => ({
  // most files have a column for the name: others are rejected at once
  columns: fc
    .tuple(often(['Name'], ['First Name', 'last_name'], []), fc.array(fc.constantFrom(...COLUMNS), { maxLength: 6 }))
    .map(([name, more]) => [...name, ...more]),
  rows: fc.array(fc.array(cell(strange), { maxLength: 9 }), { maxLength: 8, size: 'medium' }),
  /** Whether rows may have more cells than the header. */
  wide: often(false, true),
  /** How often the rows are repeated, so that some files have several chunks. */
  times: rarely(fc.constant(40), fc.constant(1)),
  newline: often('\n', '\r\n', '\r', '\n\n'),
  /** Whether the last row ends with a line end. */
  ends: fc.boolean(),
  encoding: often('utf-8', 'utf-16le', 'utf-16be', 'windows-1252'),
  /** Whether the file starts with a byte order mark. */
  mark: fc.boolean(),
  edits: rarely(edits(TOKENS, 40), edits(TOKENS)),
})
const csv = fc.record({
  ...partsOf<string>(UNUSUAL_VALUES),
  type: rarely(fc.constant('application/x-ndjson'), fc.constant('text/csv')),
  delimiter: often(',', ';', '\t', '|'),
  quoted: often('needed', 'all', 'none'),
  separator: often('', 'sep=;\n', '"sep=,"\r\n'),
})
const ndjson = fc.record({
  ...partsOf<unknown>([...UNUSUAL_VALUES, ...JSON_VALUES]),
  type: rarely(fc.constant('text/csv'), fc.constant('application/x-ndjson')),
})
/** A file that the API exported. */
const exported = fc.record({
  exported: fc.constant(true),
  type: fc.constantFrom('text/csv', 'application/x-ndjson'),
  columns: fc.constant<string[]>([]),
  edits: edits(TOKENS, 8),
})
type Csv = typeof csv extends fc.Arbitrary<infer T> ? T : never
/** The content of a file, its format, and the media type that it is sent with. */
type GeneratedFile = Csv | (typeof ndjson extends fc.Arbitrary<infer T> ? T : never)
export type ImportFile = GeneratedFile | (typeof exported extends fc.Arbitrary<infer T> ? T : never)
export const importFiles: fc.Arbitrary<ImportFile> = fc.oneof(csv, ndjson, exported)

function textOf(file: GeneratedFile): string {
  const { columns, wide, times, newline, ends } = file
  const rowsOnce = file.rows.map((row: unknown[]) => (wide ? row : row.slice(0, columns.length)))
  const all = Array.from({ length: times }, () => rowsOnce).flat()
  const isCsv = 'delimiter' in file
  const lines = isCsv
    ? [columns, ...all].map((row) => (row as string[]).map((text) => writeCell(text, file)).join(file.delimiter))
    : all.map((row) => JSON.stringify(Object.fromEntries(row.map((value, i) => [columns[i] ?? `extra ${i}`, value]))))
  return `${isCsv ? file.separator : ''}${lines.join(newline)}${ends ? newline : ''}`
}

function writeCell(text: string, { quoted, delimiter }: Csv): string {
  const isNeeded = /["\r\n]/.test(text) || text.includes(delimiter)
  return quoted === 'all' || (quoted === 'needed' && isNeeded) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Makes the bytes of a file. `exports` has exported files, by their media type. */
export function bytesOfFile(file: ImportFile, exports: Record<string, string>): Uint8Array<ArrayBuffer> {
  if ('exported' in file) return applyEdits(bytesOf(exports[file.type] ?? ''), file.edits)
  const { encoding, mark } = file
  const text = `${mark && encoding !== 'windows-1252' ? '\ufeff' : ''}${textOf(file)}`
  return applyEdits(encoding === 'utf-8' ? bytesOf(text) : encodeAs(text, encoding), file.edits)
}

const flag = fc.constantFrom('true', 'false', undefined)
/** The options of an import. */
export const importOptions = fc.record({
  update: flag,
  dryRun: flag,
  muteWebhook: flag,
  labels: rarely(fc.constantFrom(',', 'x'.repeat(65), 'a\0'), fc.constantFrom('Hot', 'Hot,Cold', undefined)),
  stageId: rarely(fc.constant('stg_nope'), fc.constant(undefined)),
  /** The fields of columns, by their position; or an invalid mapping, as text. */
  mapping: rarely(
    fc.constantFrom('{}', '[]', 'x', '{"Name":1}', '{"Nobody":"notes"}', 'null', '{"__proto__":"notes"}'),
    fc.array(fc.tuple(fc.nat(6), fc.constantFrom(...FIELDS, null)), { maxLength: 2 }),
  ),
})
export type ImportOptions = typeof importOptions extends fc.Arbitrary<infer T> ? T : never

/** The query string of these options, for a file with these columns. */
export function searchOf({ mapping, ...flags }: ImportOptions, columns: string[]): string {
  const search = new URLSearchParams(JSON.parse(JSON.stringify(flags)))
  if (typeof mapping === 'string') search.set('mapping', mapping)
  else {
    const mapped = mapping.flatMap(([i, field]) => (columns[i]?.trim() ? [[columns[i].trim(), field] as const] : []))
    if (mapped.length > 0) search.set('mapping', JSON.stringify(Object.fromEntries(mapped)))
  }
  return `?${search}`
}
