import { describe, expect, test } from 'vitest'
import { type Dialect, detectNewline, parseRecords } from '../../src/imports/records'

const CSV: Dialect = { type: 'csv', encoding: 'utf-8', delimiter: ',', newline: '\n' }
const cellsIn = (text: string, dialect: Partial<Dialect> = {}, isWhole = true) =>
  [...parseRecords(text, { ...CSV, ...dialect }, isWhole)].map(({ cells, isMalformed }) =>
    isMalformed ? ['!', ...cells] : cells,
  )

test.each<[what: string, text: string, records: string[][]]>([
  [
    'cells',
    'a,b\nc,d\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['no line end at the end', 'a,b', [['a', 'b']]],
  [
    'CRLF',
    'a,b\r\n"c","d"\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['empty cells and lines', ',\n\n,,x\n', [['', ''], [''], ['', '', 'x']]],
  ['quoted delimiters, line ends and quotes', '"a,""b""","c\nd"\n', [['a,"b"', 'c\nd']]],
  ['an empty quoted cell', '"",x\n', [['', 'x']]],
  ['spaces after a quote', '"a"  ,b\n', [['a', 'b']]],
  ['a quote within a cell', 'Al "Bo" Ray,5"\n', [['Al "Bo" Ray', '5"']]],
  [
    'a cell that continues after its closing quote',
    '"Bob" Ray,b\nc,d\n',
    [
      ['!', '"Bob" Ray', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'a quote that is not closed',
    'a,b\n"c,d\ne,f\n',
    [
      ['a', 'b'],
      ['!', '"c', 'd'],
      ['e', 'f'],
    ],
  ],
  [
    'a misplaced quote in a record of two lines',
    '"a\nb"x,c\nd,e\n',
    [
      ['!', '"a'],
      ['b"x', 'c'],
      ['d', 'e'],
    ],
  ],
])('%s', (_, text, records) => expect(cellsIn(text)).toEqual(records))

test('records have their start and end, without gaps between them', () => {
  const text = 'a,"b\nc"\r\n\n"x"y,z\n"open\nlast'
  const pieces = [...parseRecords(text, CSV, true)]
  expect(pieces.map(({ start, end }) => text.slice(start, end))).toEqual([
    'a,"b\nc"\r\n',
    '\n',
    '"x"y,z\n',
    '"open\n',
    'last',
  ])
})

test('every line with a misplaced quote is one record, however many such lines there are', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => (i % 10 ? `Al${i},Lee` : `"Bob" Q${i},Lee`))
  const records = cellsIn(lines.join('\n'))
  expect(records.length).toBe(5000)
  expect(records.filter(([mark]) => mark === '!').length).toBe(500)
})

describe('if more text follows, a last record', () => {
  test.each<[what: string, text: string]>([
    ['half a line', 'c,d'],
    ['a quote that is not closed yet', '"c,d\ne,f\n'],
    ['a quote that may be the first of two', '"c,d"'],
    ['half a line end', 'c,d\r'],
    ['half a line end after a quote', '"c"\r'],
  ])('with %s is left out', (_, text) => expect(cellsIn(`a,b\n${text}`, {}, false)).toEqual([['a', 'b']]))

  test('that ends with its line is returned', () =>
    expect(cellsIn('a,b\n"c"\n', {}, false)).toEqual([['a', 'b'], ['c']]))
})

test('NDJSON has one record for each line, whatever the line contains', () => {
  const dialect = { type: 'ndjson', delimiter: '' } as const
  expect(cellsIn('{"a":"\\"x"}\r\n\n["b\n', dialect)).toEqual([['{"a":"\\"x"}'], [''], ['["b']])
})

test('records are split by the delimiter and the line end of the dialect', () => {
  expect(cellsIn('a;"b;c"\rd,e;\r', { delimiter: ';', newline: '\r' })).toEqual([
    ['a', 'b;c'],
    ['d,e', ''],
  ])
})

test.each([
  ['a,b\nc', '\n'],
  ['a,b\r\nc', '\n'],
  ['a,b\rc', '\r'],
  ['"a\nb",c\rd', '\r'],
  ['"a\rb",c\nd', '\n'],
  ['a', '\n'],
])('the lines of %j end with %j', (text, newline) => expect(detectNewline(text)).toBe(newline))
