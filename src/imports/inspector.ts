import type { FileInspector } from '../files/store'
import type { CustomFields } from '../prospects/custom-fields'
import type { Mapping } from './columns'
import { importTooLarge, MAX_IMPORT, MAX_ROWS } from './errors'
import { TAIL_SIZE } from './footer'
import { detectFormat, type FileFormat, IS_BLANK } from './format'
import type { FileType } from './records'

/** The format of a file is detected from this many of its first bytes. */
const HEAD_SIZE = 64 * 1024

/** Checks the file of an import as it is uploaded, and keeps its first 64 KiB and its last 4 KiB. */
export class ImportInspector implements FileInspector {
  /** How many bytes have been uploaded. */
  size = 0
  #head = new Uint8Array(0)
  #tail = new Uint8Array(0)
  #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  #isUtf8 = true
  #digest = new crypto.DigestStream('SHA-256')
  #hashing = this.#digest.getWriter()
  #rows = 0
  #isQuoted = false
  #hasText = false

  constructor(readonly type: FileType) {}

  /** Throws 413 if the file gets too large. */
  async push(chunk: Uint8Array): Promise<void> {
    this.size += chunk.length
    if (this.#head.length < HEAD_SIZE) this.#head = concat(this.#head, chunk.subarray(0, HEAD_SIZE - this.#head.length))
    this.#tail = concat(this.#tail, chunk.subarray(-TAIL_SIZE)).slice(-TAIL_SIZE)
    this.#validateUtf8(() => this.#utf8.decode(chunk, { stream: true }))
    this.#countRows(chunk)
    if (this.size > MAX_IMPORT || this.#rows > MAX_ROWS + 1) throw importTooLarge()
    await this.#hashing.write(chunk)
  }

  /** SHA-256 of the file, hex. Call it once, after the last chunk. */
  async hash(): Promise<string> {
    await this.#hashing.close()
    return new Uint8Array(await this.#digest.digest).toHex()
  }

  /** Detects the format, after the last chunk. Throws 400 if the file is empty or has no columns for a name. */
  format(mapping: Mapping, customFields: CustomFields): FileFormat {
    this.#validateUtf8(() => this.#utf8.decode())
    const { type, size } = this
    const [head, tail] = [this.#head, this.#tail]
    const content = { head, hasMore: size > head.length, tail, size, isUtf8: this.#isUtf8 }
    return detectFormat({ type, ...content, mapping, customFields })
  }

  #validateUtf8(decodeMore: () => void) {
    if (!this.#isUtf8) return
    try {
      decodeMore()
    } catch {
      this.#isUtf8 = false
    }
  }

  /**
   * Counts the lines that are not blank. A line end inside the quotes of a CSV does not end a line. A file in UTF-16, where
   * every second byte of Latin text is NUL, is not counted here: its rows are counted when they are read.
   */
  #countRows(chunk: Uint8Array) {
    if (this.#head.subarray(0, 4).includes(0)) return
    let [isQuoted, hasText] = [this.#isQuoted, this.#hasText]
    for (const byte of chunk)
      if (byte === 0x22 && this.type === 'csv') isQuoted = !isQuoted
      else if (!IS_BLANK[byte]) hasText = true
      else if ((byte === 0x0a || byte === 0x0d) && !isQuoted && hasText) {
        hasText = false
        this.#rows++
      }
    this.#isQuoted = isQuoted
    this.#hasText = hasText
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
