import { env } from 'cloudflare:workers'
import fc from 'fast-check'

/** What the kinds of fuzzing share: how many cases there are, what they are drawn with, and how bytes are spoilt. */

/** With the same seed the same cases come again; a failure names it. */
export const SEED = env.FUZZ_SEED === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(env.FUZZ_SEED)

/** How many of all cases (`FUZZ_CASES`) a kind has that is due so much of them, 0 to 1. */
export const shareOf = (part: number): number => Math.ceil(Number(env.FUZZ_CASES) * part)

const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

/** A change of bytes: somewhere, what is put there, and how much of what is there goes. */
export interface Edit {
  does: 'put' | 'flip' | 'drop' | 'copy' | 'cut'
  /** 0: the beginning, to 1: the end. */
  at: number
  /** Where `copy` takes from. */
  from: number
  /** Bytes. */
  length: number
  /** Latin-1, and how often. */
  put: string
  times: number
}

/** Anywhere: beginnings and ends are not likelier, for what is spoilt there is refused at once. */
const PLACE = fc.noBias(fc.nat(999_999)).map((n) => n / 1_000_000)
const KINDS = ['put', 'put', 'put', 'flip', 'flip', 'flip', 'drop', 'drop', 'copy', 'copy', 'cut'] as const
/** A few changes; `pieces` (Latin-1) are what means something in files of the kind. */
export const edits = (pieces: string[], maxLength = 4): fc.Arbitrary<Edit[]> =>
  fc.array(
    fc.record({
      does: fc.constantFrom(...KINDS),
      at: PLACE,
      from: PLACE,
      length: fc.oneof({ weight: 5, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.nat(5000) }),
      put: fc.oneof(
        fc.constantFrom(...pieces),
        fc.string({ unit: fc.nat(255).map((n) => String.fromCharCode(n)), maxLength: 6 }),
      ),
      times: fc.oneof({ weight: 80, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(70_000) }),
    }),
    { maxLength },
  )

/** Bytes after some changes of them. */
export const edited = (bytes: Uint8Array, changes: Edit[]): Uint8Array<ArrayBuffer> =>
  changes.reduce((old, change) => {
    const place = Math.floor(change.at * old.length)
    return joined(old.subarray(0, place), ...behind(old, place, change))
  }, joined(bytes))

/** What then stands from a place on. */
function behind(old: Uint8Array, place: number, { does, from, length, put, times }: Edit): Uint8Array[] {
  const tail = old.subarray(place)
  const start = Math.floor(from * old.length)
  const bit = 1 << (length % 8)
  const changed = {
    put: () => [latin1(put.repeat(times)), tail.subarray(length % 3)],
    flip: () => [tail.subarray(0, 1).map((byte) => byte ^ bit), tail.subarray(1)],
    drop: () => [tail.subarray(length)],
    copy: () => [old.subarray(start, start + length), tail],
    cut: () => [],
  }
  return changed[does]()
}
