import { wideEncoding } from '../kind'

/** Bytes that are decoded at a time: what is held of a text is what its reader keeps of it. */
const SLICE = 64 * 1024

/** A file or a part of one, as it came: the pieces follow one another. */
export type Pieces = Iterable<Uint8Array>

/** The text of bytes in UTF-8, UTF-16 with or without its mark, or Windows-1252, whichever they are; slice by slice. */
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

/** Whether no more characters are broken in UTF-8 than are whole, those of ASCII left out. */
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
