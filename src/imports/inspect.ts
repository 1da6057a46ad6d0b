import type { InputError } from '../http/factory'
import { invalidInput, Problem } from '../http/problem'
import { type Column, type Field, fieldOf, type Mapping } from './columns'
import { byteLength, decode, encodingOf } from './encoding'
import { unguardFormula } from './export'
import { type FileType, isBlank, linesIn, recordsIn, type Shape } from './records'

/** The most that the body of an import may hold, bytes, and the most rows. */
export const MAX_IMPORT = 100 * 1024 * 1024
export const MAX_ROWS = 500_000
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

/** 413 for a file over `MAX_IMPORT` or `MAX_ROWS`. */
export const importTooLarge = () =>
  new Problem(413, 'import_too_large', `A file may hold at most ${MAX_IMPORT} bytes and ${MAX_ROWS} rows.`)

/** Looks at a file while it passes by, and holds its first 64 KiB. */
export class Inspector {
  size = 0
  #head = new Uint8Array(0)
  #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  #isUtf8 = true
  #hash = new crypto.DigestStream('SHA-256')
  #hashing = this.#hash.getWriter()
  #lines = 0
  #isQuoted = false

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
    if (this.size > MAX_IMPORT || this.#lines > MAX_ROWS + 1) throw importTooLarge()
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

  /** Counts line ends; in a CSV, those that are not in quotes. */
  #count(chunk: Uint8Array) {
    for (const byte of chunk) {
      if (byte === 0x22 && this.type === 'csv') this.#isQuoted = !this.#isQuoted
      else if (byte === 0x0a && !this.#isQuoted) this.#lines++
    }
  }
}

const DELIMITERS = [',', ';', '\t', '|']
const NAMES: [Field, Field][] = [
  ['firstName', 'fullName'],
  ['lastName', 'fullName'],
]

function formatOf(type: FileType, head: Uint8Array, isUtf8: boolean, hasMore: boolean, mapping: Mapping): Format {
  const { encoding, mark } = encodingOf(head, isUtf8)
  const text = decode(head.subarray(mark), encoding, !hasMore)
  const newline = text.includes('\n') ? '\n' : '\r'
  const shape = { type, encoding, delimiter: ',', newline } as const
  if (text.trim() === '') throw refuse('empty', 'The file is empty.')
  if (type === 'ndjson') return { ...shape, newline: '\n', columns: [], mapping, start: mark, line: 1 }
  const candidates = DELIMITERS.map((delimiter) => {
    const pieces = recordsIn(text, { ...shape, delimiter }, !hasMore)
    const header = pieces.find((piece) => !isBlank(piece))
    const columns = header?.cells.map((cell): Column => {
      const name = unguardFormula(cell.trim())
      return { name, field: fieldOf(name, mapping) ?? null }
    })
    return { delimiter, header, columns: columns ?? [] }
  })
  const score = ({ columns }: (typeof candidates)[number]) =>
    columns.filter(({ field }) => field !== null).length * 1000 + columns.length
  const best = candidates.reduce((a, b) => (score(b) > score(a) ? b : a))
  const { delimiter, header, columns } = best
  if (!header || header.isMalformed) throw refuse('no_header', 'No line with the names of the columns was found.')
  requireColumns(columns, mapping)
  const before = text.slice(0, header.end)
  return {
    ...shape,
    delimiter,
    columns,
    mapping,
    start: mark + byteLength(before, encoding),
    line: 1 + linesIn(before, newline),
  }
}

/** 400 if there is no column for a part of the name, or if the caller speaks of a column that is not there. */
function requireColumns(columns: Column[], mapping: Mapping): void {
  const names = new Set(columns.map(({ name }) => name))
  const fields = new Set(columns.map(({ field }) => field))
  const quoted = (name: string) => JSON.stringify(name.slice(0, MAX_NAME))
  const listed = `The columns are ${[...names].slice(0, MAX_UNKNOWN).map(quoted).join(', ')}.`
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

/** How much of a column's name is told. */
export const MAX_NAME = 100
/** The most unknown columns that are told. */
export const MAX_UNKNOWN = 100

/** Names of columns that mean nothing to us, and that the caller has said nothing about. */
export const unknownColumns = ({ columns, mapping }: Format): string[] =>
  columns
    .filter(({ name }) => name !== '' && fieldOf(name, mapping) === undefined)
    .map(({ name }) => name.slice(0, MAX_NAME))
    .slice(0, MAX_UNKNOWN)

const refuse = (code: string, message: string) => invalidInput([{ in: 'body', pointer: '', code, message }])
