/** How the text of a file is written. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** Which encoding a file is in, by how it begins and by whether all of it is UTF-8, and how long its mark is, bytes. */
export function encodingOf(head: Uint8Array, isUtf8: boolean): { encoding: Encoding; mark: number } {
  const [a, b, c] = head
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: isUtf8 ? 'utf-8' : 'windows-1252', mark: 3 }
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', mark: 2 }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', mark: 2 }
  // without a mark, UTF-16 shows by its NULs, of which text in Latin letters has one in two bytes
  const nuls = (parity: number) => head.filter((byte, i) => byte === 0 && i % 2 === parity).length
  if (nuls(1) > head.length / 4) return { encoding: 'utf-16le', mark: 0 }
  if (nuls(0) > head.length / 4) return { encoding: 'utf-16be', mark: 0 }
  return { encoding: isUtf8 ? 'utf-8' : 'windows-1252', mark: 0 }
}

/** The text of bytes that begin where a character does. If there are more to come, half a character at the end is left out. */
export const decode = (bytes: Uint8Array, encoding: Encoding, isWhole: boolean): string =>
  new TextDecoder(encoding, { ignoreBOM: true, fatal: false }).decode(bytes, { stream: !isWhole })

/** How many bytes a text takes. */
export function byteLength(text: string, encoding: Encoding): number {
  if (encoding === 'windows-1252') return text.length
  return encoding === 'utf-8' ? new TextEncoder().encode(text).length : text.length * 2
}
