import { wideEncoding } from '../kind'

/** The bytes that are decoded at a time, so that only the text that the caller keeps is in memory. */
const SLICE = 64 * 1024

/** A file or a part of one, in consecutive pieces. */
export type Pieces = Iterable<Uint8Array>

/** Decodes bytes slice by slice. Detects UTF-8, UTF-16 with or without a byte order mark, and Windows-1252. */
export function* decode(pieces: Pieces): Generator<string> {
  yield* decodeAs(wideEncodingOf(pieces) ?? (isUtf8(pieces) ? 'utf-8' : 'windows-1252'), pieces)
}

function* decodeAs(encoding: string, pieces: Pieces): Generator<string> {
  const decoder = new TextDecoder(encoding)
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += SLICE)
      yield decoder.decode(piece.subarray(at, at + SLICE), { stream: true })
  yield decoder.decode()
}

function wideEncodingOf(pieces: Pieces) {
  let [atEven, atOdd, length, head] = [0, 0, 0, '']
  for (const piece of pieces) {
    if (length < 2) head += String.fromCharCode(...piece.subarray(0, 2))
    for (let i = 0; i < piece.length; i++) if (piece[i] === 0) (length + i) & 1 ? atOdd++ : atEven++
    length += piece.length
  }
  return wideEncoding(head, atEven, atOdd, length)
}

/** Whether valid characters outnumber broken ones in UTF-8. ASCII does not count. */
function isUtf8(pieces: Pieces): boolean {
  let [wrong, right] = [0, 0]
  for (const text of decodeAs('utf-8', pieces))
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === 0xfffd) wrong++
      else if (code > 0x7f) right++
    }
  return wrong <= right
}
