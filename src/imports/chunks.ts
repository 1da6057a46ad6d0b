import { byteLength, decode } from './encoding'
import type { FileFormat } from './format'
import { countLines, isBlank, parseRecords, type TextRecord } from './records'

/** How much of a file is read at a time, bytes. No record may be larger. */
const BLOCK_SIZE = 1024 * 1024
/** How much is written together. Calls of other accounts wait for the write. */
export interface ChunkSize {
  /** The most records. */
  records: number
  /** A chunk ends after the record that makes it longer than this many characters. */
  characters: number
}

/**
 * The largest chunk. D1 allows 2 MB for each parameter of a statement, and text grows: a byte of the file can become three
 * in UTF-8, and a letter six in the search index.
 */
export const MAX_CHUNK: ChunkSize = { records: 250, characters: 64 * 1024 }
/** The most records, blank ones included, that are parsed for one chunk. */
const MAX_CHUNK_PARSED = 5000

/** A position in a file: the byte, and the number of its line, starting at 1. */
export interface FilePosition {
  byte: number
  line: number
}

/** A record of a file: its line, and its bytes. `from` is the first byte, and `to` is the byte after the last one. */
export interface FileRecord extends Pick<TextRecord, 'cells' | 'isMalformed'> {
  line: number
  from: number
  to: number
}

/** Consecutive records without the blank ones, possibly none, and where the chunk begins and ends in the file. */
export interface RecordChunk {
  records: FileRecord[]
  begin: FilePosition
  end: FilePosition
}

/** Thrown if the rest of a file cannot be imported. The message becomes the `reason` of the import. */
export class UnreadableFile extends Error {}

/**
 * Reads the records of a file in chunks, starting at a position. Asks `sizeOf` for the size of each chunk. The last chunk
 * ends at the end of the file, behind the footer. It reads a block of the file only when it needs the block. Throws
 * `UnreadableFile` if R2 does not have the file, or if a record is larger than a block.
 */
export async function* readChunks(
  bucket: R2Bucket,
  { key, bytes, format }: { key: string; bytes: number; format: FileFormat },
  from: FilePosition,
  sizeOf = () => MAX_CHUNK,
): AsyncGenerator<RecordChunk> {
  let { byte, line } = from
  const rowsEnd = format.end ?? bytes
  const position = () => ({ byte: byte === rowsEnd ? bytes : byte, line })
  if (byte >= rowsEnd) yield { records: [], begin: from, end: { byte: bytes, line } }
  while (byte < rowsEnd) {
    const length = Math.min(BLOCK_SIZE, rowsEnd - byte)
    const object = await bucket.get(key, { range: { offset: byte, length } })
    if (!object) throw new UnreadableFile('The file no longer exists.')
    const isWhole = byte + length === rowsEnd
    const text = decode(new Uint8Array(await object.arrayBuffer()), format.encoding, isWhole)
    const start = byte
    let begin = { byte, line }
    let records: FileRecord[] = []
    let [characters, parsed] = [0, 0]
    let size = sizeOf()
    for (const record of parseRecords(text, format, isWhole)) {
      const source = text.slice(record.start, record.end)
      const to = Math.min(byte + byteLength(source, format.encoding), rowsEnd)
      const { cells, isMalformed } = record
      if (!isBlank(record)) records.push({ cells, isMalformed, line, from: byte, to })
      byte = to
      line += countLines(source, format.newline)
      characters += source.length
      if (records.length >= size.records || characters > size.characters || ++parsed === MAX_CHUNK_PARSED) {
        yield { records, begin, end: position() }
        begin = { byte, line }
        records = []
        characters = parsed = 0
        size = sizeOf()
      }
    }
    if (byte === start)
      throw new UnreadableFile(`The record in line ${line} is larger than ${BLOCK_SIZE} bytes. Is a quote not closed?`)
    if (records.length > 0 || byte > begin.byte) yield { records, begin, end: position() }
  }
}
