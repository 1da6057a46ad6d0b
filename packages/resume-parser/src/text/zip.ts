import { Unzip, UnzipInflate } from 'fflate'
import { Unreadable } from './unreadable'

const MAX_ENTRIES = 2000
const MAX_BYTES = 8 * 1024 * 1024
/** Deflate unpacks a byte to at most 1032 bytes, so a slice unpacks to at most 4 MiB before the size is checked. */
const SLICE = 4096

/**
 * Unpacks the files of a zip whose names match. Counts the unpacked bytes, because the sizes that a zip states are not
 * reliable. Each file is returned in the pieces in which it was unpacked.
 *
 * @throws {Unreadable} if the zip is encrypted, damaged, or too large.
 */
export function unzip(bytes: Uint8Array, wanted: RegExp): Map<string, Uint8Array[]> {
  // a document that Word encrypted is not a zip (see `Sniffer`)
  const isZip = bytes[0] === 0x50
  if (!isZip || (bytes[6] as number) & 1) throw new Unreadable('unsupported', 'The document is encrypted.')
  const files = new Map<string, Uint8Array[]>()
  let entries = 0
  let size = 0
  const unzipper = new Unzip((file) => {
    if (++entries > MAX_ENTRIES) throw new Unreadable('failed', 'The document has too many parts.')
    if (!wanted.test(file.name) || files.has(file.name)) return
    const chunks: Uint8Array[] = []
    files.set(file.name, chunks)
    file.ondata = (error, chunk) => {
      if (error) throw error
      size += chunk.length
      if (size > MAX_BYTES) throw new Unreadable('failed', 'The document is too large when unpacked.')
      chunks.push(chunk)
    }
    file.start()
  })
  unzipper.register(UnzipInflate)
  try {
    for (let at = 0; at < bytes.length; at += SLICE)
      unzipper.push(bytes.subarray(at, at + SLICE), at + SLICE >= bytes.length)
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable('failed', 'The document is damaged.')
  }
  return files
}
