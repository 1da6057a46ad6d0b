import { DOCX, type ResumeType } from './types'

const HEAD = 1024
/** The bytes that are examined at a time, so that a file that arrives in one chunk is not copied as a whole. */
const SLICE = 64 * 1024
/**
 * Parts of a Word document, one of which comes first in the zip. A zip that merely contains a document begins with that
 * document's name instead.
 */
const WORD_PART = /^PK.{28}(\[Content_Types\]\.xml|mimetype|(_rels|word|docProps|customXml)\/)/s
/**
 * The entry of the document's body. Its header has 30 bytes before the name in the zip itself, and 46 in the directory
 * of the zip.
 */
const WORD_BODY = /PK(.{28}|.{44})word\/document\d?\.xml/s
const LONGEST_ENTRY = 46 + 'word/document2.xml'.length
/**
 * An encrypted document is an OLE file with a stream of this name (MS-OFFCRYPTO, 2.3.4.4). The file does not say which
 * kind of document it is.
 */
const OLE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
const ENCRYPTED = [...'EncryptedPackage'].join('\0')
/** Markup, which is text but not plain text: readers see something else than the file has. */
const MARKUP = /^\s*(<!doctype html|<html|<\?xml|\{\\rtf|%!PS)/i

const latin1 = new TextDecoder('latin1')

/**
 * Detects the type of a resume from its bytes while they pass. The size of the chunks makes no difference. Stores 1 KiB
 * of the file.
 */
export class Sniffer {
  #head = ''
  #tail = ''
  #isWord = false
  #length = 0
  /** How often each byte is at an even position, then at an odd one. The NULs show UTF-16. */
  #counts = new Uint32Array(512)

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SLICE) this.#look(bytes.subarray(at, at + SLICE))
  }

  #look(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length; i++) {
      const place = ((this.#length + i) & 1) * 256 + (chunk[i] as number)
      this.#counts[place] = (this.#counts[place] as number) + 1
    }
    this.#length += chunk.length
    if (this.#head.length < HEAD) this.#head += latin1.decode(chunk.subarray(0, HEAD - this.#head.length))
    const isOle = OLE.startsWith(this.#head.slice(0, OLE.length))
    if (!this.#isWord && (isOle || 'PK'.startsWith(this.#head.slice(0, 2)))) {
      const seen = this.#tail + latin1.decode(chunk)
      this.#isWord = isOle ? seen.includes(ENCRYPTED) : WORD_BODY.test(seen)
      this.#tail = seen.slice(-LONGEST_ENTRY)
    }
  }

  /**
   * The type of all bytes that were pushed; null if resumes are not accepted in that type, or if nothing was pushed.
   */
  get type(): ResumeType | null {
    if (this.#head.includes('%PDF-')) return 'application/pdf'
    if (this.#isWord && (WORD_PART.test(this.#head) || this.#head.startsWith(OLE))) return DOCX
    return this.#isText ? 'text/plain' : null
  }

  get #isText(): boolean {
    if (this.#length === 0 || MARKUP.test(this.#head.replaceAll(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)|\0/g, '')))
      return false
    const [even, odd] = [this.#counts.subarray(0, 256), this.#counts.subarray(256)]
    const [atEven, atOdd] = [even[0] as number, odd[0] as number]
    if (this.#length % 2 === 0 && wideEncoding(this.#head, atEven, atOdd, this.#length))
      return Math.min(atEven, atOdd) <= this.#length / 1000
    return atEven + atOdd === 0 && controls(even) + controls(odd) <= this.#length / 100
  }
}

/**
 * The UTF-16 encoding of a text, or null if it is in another encoding. It is detected from the byte order mark, or from
 * the positions of NULs: in Latin text, one byte of two is NUL. `head` has the first bytes as Latin-1; `atEven` and
 * `atOdd` count the NULs.
 */
export function wideEncoding(head: string, atEven: number, atOdd: number, length: number) {
  if (head.startsWith('\xff\xfe') || atOdd > length / 4) return 'utf-16le'
  if (head.startsWith('\xfe\xff') || atEven > length / 4) return 'utf-16be'
  return null
}

/**
 * The number of control characters that no text has: all below the space except tab, line ends, form feed and escape.
 */
const controls = (counts: Uint32Array): number =>
  counts.reduce((sum, count, byte) => (byte < 32 && (byte < 9 || byte > 13) && byte !== 27 ? sum + count : sum), 0)
