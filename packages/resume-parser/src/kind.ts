import { DOCX, type ResumeType } from './types'

const HEAD = 1024
/** Bytes that are looked at together: a whole file that comes at once is not made a text of. */
const SLICE = 64 * 1024
/** The parts of a Word document, one of which comes first: a zip that merely holds a document begins with its name. */
const WORD_PART = /^PK.{28}(\[Content_Types\]\.xml|mimetype|(_rels|word|docProps|customXml)\/)/s
/** The body's entry, as a file in the zip (a header of 30 bytes before its name) or in the directory (46). */
const WORD_BODY = /PK(.{28}|.{44})word\/document\d?\.xml/s
const LONGEST_ENTRY = 46 + 'word/document2.xml'.length
/** An encrypted document is a stream of this name in an OLE file (MS-OFFCRYPTO, 2.3.4.4): it does not say of which kind. */
const OLE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
const ENCRYPTED = [...'EncryptedPackage'].join('\0')
/** Text, but not a plain one: what people see is not what is written. */
const MARKUP = /^\s*(<!doctype html|<html|<\?xml|\{\\rtf|%!PS)/i

const latin1 = new TextDecoder('latin1')

/**
 * Tells the type of a resume from its bytes while they pass by; how they are cut into chunks makes no difference.
 * Holds 1 KiB of what it has seen.
 */
export class Sniffer {
  #head = ''
  #tail = ''
  #isWord = false
  #length = 0
  /** How often each byte stands at an even place, then at an odd one: UTF-16 shows by its NULs. */
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

  /** The type of all that was pushed; null if resumes are not kept in it, or if there was nothing. */
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
 * Which UTF-16 a text is in, if any: by its mark, or by where its NULs stand, of which text in Latin letters has one
 * in two bytes. `head` is how it begins, byte by byte; `atEven` and `atOdd` are how many of its NULs stand there.
 */
export function wideEncoding(head: string, atEven: number, atOdd: number, length: number) {
  if (head.startsWith('\xff\xfe') || atOdd > length / 4) return 'utf-16le'
  if (head.startsWith('\xfe\xff') || atEven > length / 4) return 'utf-16be'
  return null
}

/** How many characters there are that no text holds: all below the space but tab, line ends, form feed and escape. */
const controls = (counts: Uint32Array): number =>
  counts.reduce((sum, count, byte) => (byte < 32 && (byte < 9 || byte > 13) && byte !== 27 ? sum + count : sum), 0)
