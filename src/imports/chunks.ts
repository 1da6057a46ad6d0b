import { byteLength, decode } from './encoding'
import type { Format } from './inspect'
import { isBlank, linesIn, type Piece, recordsIn } from './records'

/** How much of a file is read at a time, bytes: the most that a record may hold. */
const BLOCK = 1024 * 1024
/** The most records that are written together: so few that a call of somebody else's hardly waits for them. */
export const CHUNK = 250
/**
 * The most characters that all of them but the last may hold: no parameter of D1's gets over its 2 MB, though a byte of a
 * file may become three, and a letter six when it is searched. And the most records that are looked at, blank ones too.
 */
const CHUNK_TEXT = 64 * 1024
const CHUNK_LOOK = 5000

/** A place in a file: a byte, and the line that it is in. */
export interface FilePosition {
  byte: number
  line: number
}

/** A record and where it is: from this byte up to that. */
export interface LocatedRecord extends Pick<Piece, 'cells' | 'isMalformed'> {
  line: number
  from: number
  to: number
}

/** Records that follow each other, and where they begin and end; blank ones are left out, and all may be. */
export interface Chunk {
  records: LocatedRecord[]
  begin: FilePosition
  end: FilePosition
}

/** Thrown where a file cannot be read on; it says why, for people. */
export class UnreadableFile extends Error {}

/**
 * What a file holds from a place on, in chunks of at most so many records. Reads a block at a time, as it is asked for. Throws
 * `Unreadable` if the file is gone, or if a record is larger than a block.
 */
export async function* chunksOf(
  bucket: R2Bucket,
  key: string,
  format: Format,
  from: FilePosition,
  size: number,
  most = CHUNK,
): AsyncGenerator<Chunk> {
  let { byte, line } = from
  if (byte >= size) yield { records: [], begin: from, end: from }
  while (byte < size) {
    const length = Math.min(BLOCK, size - byte)
    const object = await bucket.get(key, { range: { offset: byte, length } })
    if (!object) throw new UnreadableFile('The file is not there any more.')
    const isWhole = byte + length === size
    const text = decode(new Uint8Array(await object.arrayBuffer()), format.encoding, isWhole)
    const start = byte
    let begin = { byte, line }
    let records: LocatedRecord[] = []
    let [characters, looked] = [0, 0]
    for (const piece of recordsIn(text, format, isWhole)) {
      const written = text.slice(piece.start, piece.end)
      const to = Math.min(byte + byteLength(written, format.encoding), size)
      if (!isBlank(piece)) records.push({ cells: piece.cells, isMalformed: piece.isMalformed, line, from: byte, to })
      byte = to
      line += linesIn(written, format.newline)
      characters += written.length
      if (records.length === most || characters > CHUNK_TEXT || ++looked === CHUNK_LOOK) {
        yield { records, begin, end: { byte, line } }
        begin = { byte, line }
        records = []
        characters = looked = 0
      }
    }
    if (byte === start)
      throw new UnreadableFile(`What begins in line ${line} is larger than ${BLOCK} bytes: is a quote not closed?`)
    if (records.length > 0 || byte > begin.byte) yield { records, begin, end: { byte, line } }
  }
}
