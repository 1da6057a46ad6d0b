import { unguardFormula } from '../http/csv'
import { invalidInput } from '../http/errors'
import type { InputError } from '../http/factory'
import type { FieldErrorCode } from '../http/field-errors'
import { shorten } from '../http/text'
import { type Column, columnsOf, type Field, MAX_COLUMNS, type Mapping } from './columns'
import { byteLength, decode, encodingOf } from './encoding'
import { importTooLarge, MAX_IMPORT, MAX_ROWS } from './errors'
import { type FileType, isBlank, linesIn, newlineOf, recordsIn, type Shape } from './records'

/** How much is looked at to know how a file is to be read, bytes. */
const HEAD = 64 * 1024

/** How a file is read, and where its rows begin. */
export interface Format extends Shape {
  /** Of a CSV, in order. */
  columns: Column[]
  /** What the caller says of columns. */
  mapping: Mapping
  /** Where the first row begins: byte and line. */
  start: number
  line: number
}

/** Looks at a file while it passes by, and holds its first 64 KiB. */
export class Inspector {
  size = 0
  #head = new Uint8Array(0)
  #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  #isUtf8 = true
  #hash = new crypto.DigestStream('SHA-256')
  #hashing = this.#hash.getWriter()
  #rows = 0
  #isQuoted = false
  #hasText = false

  constructor(readonly type: FileType) {}

  /** Throws 413 where it gets too large. */
  async push(chunk: Uint8Array): Promise<void> {
    this.size += chunk.length
    if (this.#head.length < HEAD) {
      const more = chunk.subarray(0, HEAD - this.#head.length)
      const head = new Uint8Array(this.#head.length + more.length)
      head.set(this.#head)
      head.set(more, this.#head.length)
      this.#head = head
    }
    this.#validate(() => this.#utf8.decode(chunk, { stream: true }))
    this.#count(chunk)
    if (this.size > MAX_IMPORT || this.#rows > MAX_ROWS + 1) throw importTooLarge()
    await this.#hashing.write(chunk)
  }

  /** SHA-256 of all that was pushed, hex. */
  async hash(): Promise<string> {
    await this.#hashing.close()
    return new Uint8Array(await this.#hash.digest).toHex()
  }

  /** How it is to be read. Throws what is wrong with it: it is empty, or has no columns for a name. */
  format(mapping: Mapping): Format {
    this.#validate(() => this.#utf8.decode())
    return formatOf(this.type, this.#head, this.#isUtf8, this.size > this.#head.length, mapping)
  }

  #validate(read: () => void) {
    if (!this.#isUtf8) return
    try {
      read()
    } catch {
      this.#isUtf8 = false
    }
  }

  /** Counts lines with something in them; of a CSV, those that end outside quotes. Not in UTF-16: NULs are in its letters. */
  #count(chunk: Uint8Array) {
    if (this.#head.subarray(0, 4).includes(0)) return
    for (const byte of chunk)
      if (byte === 0x22 && this.type === 'csv') this.#isQuoted = !this.#isQuoted
      else if (!BLANK.has(byte)) this.#hasText = true
      else if ((byte === 0x0a || byte === 0x0d) && !this.#isQuoted && this.#hasText) {
        this.#hasText = false
        this.#rows++
      }
  }
}

const DELIMITERS = [',', ';', '\t', '|']
/** What a line that says nothing consists of. */
const BLANK = new Set(new TextEncoder().encode(` \r\n${DELIMITERS.join('')}`))
/** What spreadsheets write in front of a CSV to say how it is separated. */
const SEPARATOR = /^"?sep=([,;\t|])"?(\r\n|\r|\n)/i
const NAMES: [Field, Field][] = [
  ['firstName', 'fullName'],
  ['lastName', 'fullName'],
]

function formatOf(type: FileType, head: Uint8Array, isUtf8: boolean, hasMore: boolean, mapping: Mapping): Format {
  const { encoding, mark } = encodingOf(head, isUtf8)
  const text = decode(head.subarray(mark), encoding, !hasMore)
  if (text.trim() === '') throw refuse('empty', 'The file is empty.')
  if (type === 'ndjson') {
    return { type, encoding, delimiter: '', newline: '\n', columns: [], mapping, start: mark, line: 1 }
  }
  const [said, separator] = SEPARATOR.exec(text) ?? ['']
  const rows = text.slice(said.length)
  const shape = { type, encoding, newline: newlineOf(rows) } as const
  const candidates = (separator ? [separator] : DELIMITERS).map((delimiter) => {
    const header = [...recordsIn(rows, { ...shape, delimiter }, !hasMore)].find((piece) => !isBlank(piece))
    const names = header?.cells.map((cell) => unguardFormula(cell.trim())) ?? []
    return { delimiter, header, columns: columnsOf(names.slice(0, MAX_COLUMNS + 1), mapping) }
  })
  const score = ({ columns }: (typeof candidates)[number]) =>
    columns.filter(({ field }) => field).length * 1000 + columns.length
  const best = candidates.reduce((a, b) => (score(b) > score(a) ? b : a))
  const { delimiter, header, columns } = best
  if (!header || header.isMalformed)
    throw refuse('no_header', `No line with the names of the columns was found in the first ${HEAD} bytes.`)
  if (columns.length > MAX_COLUMNS)
    throw refuse('too_many_columns', `The header names ${header.cells.length} columns; a file can have ${MAX_COLUMNS}.`)
  requireColumns(columns, mapping)
  const before = text.slice(0, said.length + header.end)
  return {
    ...shape,
    delimiter,
    columns,
    mapping,
    // half a character at the end of a file counts as a whole one
    start: Math.min(mark + byteLength(before, encoding), head.length),
    line: 1 + linesIn(before, shape.newline),
  }
}

/** 400 if there is no column for a part of the name, or if the caller speaks of a column that is not there. */
function requireColumns(columns: Column[], mapping: Mapping): void {
  const names = new Set(columns.map(({ name }) => name))
  const fields = new Set(columns.map(({ field }) => field))
  const quoted = (name: string) => JSON.stringify(shownName(name))
  const listed = shorten(`The columns are ${[...names].slice(0, MAX_UNKNOWN).map(quoted).join(', ')}.`, MAX_LISTED)
  const strange = Object.keys(mapping).filter((name) => !names.has(name))
  const missing = NAMES.filter((either) => !either.some((field) => fields.has(field)))
  const errors = [
    ...strange.map((name): InputError => {
      const message = `There is no column ${quoted(name)}. ${listed}`
      return { in: 'query', pointer: '/mapping', code: 'unknown_column', message }
    }),
    ...missing.map(([field]): InputError => {
      const message = `No column is known to be the ${field}; say which in \`mapping\`. ${listed}`
      return { in: 'body', pointer: `/${field}`, code: 'required', message }
    }),
  ]
  if (errors.length > 0) throw invalidInput(errors)
}

/** How much of a column's name is shown, and how much of the list of all columns, bytes. */
const MAX_NAME = 200
const MAX_LISTED = 600
/** The most unknown columns that are told. */
export const MAX_UNKNOWN = 100

/** Names of columns that mean nothing to us, and that the caller has said nothing about. */
export const unknownColumns = ({ columns }: Pick<Format, 'columns'>): string[] =>
  columns.filter(({ name, field }) => name !== '' && field === undefined).map(({ name }) => shownName(name))

/** A column's name as it is told. */
export const shownName = (name: string): string => shorten(name.replaceAll(/\p{Cc}/gu, ' '), MAX_NAME)

const refuse = (code: FieldErrorCode, message: string) => invalidInput([{ in: 'body', pointer: '', code, message }])
