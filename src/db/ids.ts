import { encodeTime, monotonicFactory, TIME_LEN, TIME_MAX } from 'ulid'

/** The prefix of an id: the kind of object that it identifies. */
export type IdPrefix =
  | 'acct'
  | 'key'
  | 'pipe'
  | 'stg'
  | 'lbl'
  | 'src'
  | 'off'
  | 'usr'
  | 'job'
  | 'prs'
  | 'whk'
  | 'imp'
  | 'fld'

const ALPHABET = '0123456789abcdefghijklmnopqrstuv'

/** `length` random characters of 5 bits each, from the platform's secure source. */
export const randomText = (length: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => ALPHABET[byte & 31]).join('')

const newUlids = () => monotonicFactory(() => (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 256)
let ulids = { at: 0, next: newUlids() }

/**
 * A new id: `prefix_` and a ULID in lower case. Ids sort by `at` (Unix ms). Those of the same time sort in the order in which
 * they were made, one directly after the other. Accounts and keys have the number of their `database` after the prefix.
 */
export function newId(prefix: IdPrefix, at: number, database = ''): string {
  // a generator never goes back in time, and the id must have the time `at`
  if (ulids.at !== at) ulids = { at, next: newUlids() }
  return `${prefix}_${database}${ulids.next(at).toLowerCase()}`
}

/** A text below every id that was made at `at` (Unix ms) or later, and above every earlier one. */
export const idAt = (prefix: IdPrefix, at: number): string =>
  `${prefix}_${encodeTime(Math.min(at, TIME_MAX), TIME_LEN).toLowerCase()}`

/** An event's public id: its `seq` (11 base-32 digits, so that ids sort as events were committed) and its nonce. */
export const eventId = (seq: number, nonce: string): string => `evt_${seq.toString(32).padStart(11, '0')}${nonce}`

/** The `seq` in an event's id, or null if the id is malformed. */
export const seqOf = (id: string): number | null =>
  /^evt_[0-9a-v]{21}$/.test(id) ? Number.parseInt(id.slice(4, 15), 32) : null
