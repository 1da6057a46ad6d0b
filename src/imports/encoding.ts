/** The encodings of files that an import can read. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/**
 * Detects the encoding of a file from its first bytes, and from whether the whole file is valid UTF-8. `mark` is the
 * length of the byte order mark, bytes.
 */
export function detectEncoding(head: Uint8Array, isUtf8: boolean): { encoding: Encoding; mark: number } {
  const [a, b, c] = head
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: isUtf8 ? 'utf-8' : 'windows-1252', mark: 3 }
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', mark: 2 }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', mark: 2 }
  // without a mark, UTF-16 is recognised by its NULs: in Latin text every second byte is a NUL
  const nuls = (parity: number) => head.filter((byte, i) => byte === 0 && i % 2 === parity).length
  if (nuls(1) > head.length / 4) return { encoding: 'utf-16le', mark: 0 }
  if (nuls(0) > head.length / 4) return { encoding: 'utf-16be', mark: 0 }
  return { encoding: isUtf8 ? 'utf-8' : 'windows-1252', mark: 0 }
}

/**
 * Decodes bytes that begin at the start of a character. `isWhole` is false if more bytes follow: then an incomplete
 * character at the end is left out.
 */
export const decode = (bytes: Uint8Array, encoding: Encoding, isWhole: boolean): string =>
  new TextDecoder(encoding, { ignoreBOM: true, fatal: false }).decode(bytes, { stream: !isWhole })

/** The number of bytes that a text takes in an encoding. */
export function byteLength(text: string, encoding: Encoding): number {
  if (encoding === 'windows-1252') return text.length
  return encoding === 'utf-8' ? new TextEncoder().encode(text).length : text.length * 2
}
