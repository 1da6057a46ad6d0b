import { env } from 'cloudflare:workers'
import fc from 'fast-check'

/** What all fuzz tests share: the number of cases, the seed, and random edits of bytes. */

/** The same seed makes the same cases. A failure names it. */
export const SEED = env.FUZZ_SEED === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(env.FUZZ_SEED)

/** The number of cases of a test that gets this part (0 to 1) of all cases (`FUZZ_CASES`). */
export const shareOf = (part: number): number => Math.ceil(Number(env.FUZZ_CASES) * part)

const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

/** A random edit of bytes. */
export interface Edit {
  kind: 'insert' | 'flip bit' | 'drop' | 'copy' | 'truncate'
  /** Where: from 0, the start, to 1, the end. */
  at: number
  /** Where `copy` takes its bytes from, 0 to 1. */
  from: number
  /** Bytes. */
  length: number
  /** The text that `insert` inserts, in Latin-1, and how often. */
  text: string
  times: number
}

/** Any position. All are equally likely, because a file that is broken at its start or end is rejected at once. */
const POSITION = fc.noBias(fc.nat(999_999)).map((n) => n / 1_000_000)
const KINDS: Edit['kind'][] = [
  ...(['insert', 'insert', 'insert', 'flip bit', 'flip bit', 'flip bit'] as const),
  ...(['drop', 'drop', 'copy', 'copy', 'truncate'] as const),
]
/** A few edits. `tokens` (Latin-1) are texts that have a meaning in files of the format. */
export const edits = (tokens: string[], maxLength = 4): fc.Arbitrary<Edit[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      at: POSITION,
      from: POSITION,
      length: fc.oneof({ weight: 5, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.nat(5000) }),
      text: fc.oneof(
        fc.constantFrom(...tokens),
        fc.string({ unit: fc.nat(255).map((n) => String.fromCharCode(n)), maxLength: 6 }),
      ),
      times: fc.oneof({ weight: 80, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(70_000) }),
    }),
    { maxLength },
  )

/** Applies edits to bytes, one after the other. */
export const applyEdits = (bytes: Uint8Array, all: Edit[]): Uint8Array<ArrayBuffer> =>
  all.reduce((before, edit) => {
    const position = Math.floor(edit.at * before.length)
    return joined(before.subarray(0, position), ...editedTail(before, position, edit))
  }, joined(bytes))

/** What an edit puts in place of the bytes from a position to the end. */
function editedTail(before: Uint8Array, position: number, { kind, from, length, text, times }: Edit): Uint8Array[] {
  const tail = before.subarray(position)
  const start = Math.floor(from * before.length)
  const bit = 1 << (length % 8)
  const tails = {
    insert: () => [latin1(text.repeat(times)), tail.subarray(length % 3)],
    'flip bit': () => [tail.subarray(0, 1).map((byte) => byte ^ bit), tail.subarray(1)],
    drop: () => [tail.subarray(length)],
    copy: () => [before.subarray(start, start + length), tail],
    truncate: () => [],
  }
  return tails[kind]()
}
