import { randomText } from '../db/ids'

/**
 * An API key reads `pro_<id>_<secret><checksum>`. `id` is the key's public id without `key_`: two digits of the database,
 * then a ULID. `secret` is 52 characters of 5 random bits. `checksum` is the CRC-32 of everything before it, in 7 base-36
 * digits: a mistyped key is rejected without a look-up, and secret scanners recognize a key.
 */
const KEY = /^(pro_([0-9a-z]{28})_[0-9a-v]{52})([0-9a-z]{7})$/

/** A new secret for the key with this public id. */
export function newKey(keyId: string): string {
  const body = `pro_${keyId.slice('key_'.length)}_${randomText(52)}`
  return body + checksum(body)
}

/** The public id of a key, or null if the text does not look like a key. */
export function keyIdOf(key: string): string | null {
  const [, , id] = KEY.exec(key) ?? []
  return id ? `key_${id}` : null
}

/** Whether the checksum of a key is right. */
export function hasRightChecksum(key: string): boolean {
  const [, body, , sum] = KEY.exec(key) ?? []
  return body !== undefined && sum === checksum(body)
}

/** The hash of a key that is stored: SHA-256, hex. */
export const hashKey = (key: string): Promise<string> => sha256(new TextEncoder().encode(key))

/** SHA-256, hex. */
export async function sha256(data: BufferSource): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data)).toHex()
}

/** Whether `hash` is the stored hash of this key. Takes the same time wherever the two hashes differ. */
export async function isKeyOf(hash: string, key: string): Promise<boolean> {
  const given = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))
  return crypto.subtle.timingSafeEqual(new Uint8Array(given), Uint8Array.fromHex(hash))
}

/** Whether two secrets are equal. Takes the same time wherever the two differ. */
export async function sameSecret(given: string, expected: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [given, expected].map((s) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(s))),
  )
  return crypto.subtle.timingSafeEqual(a as ArrayBuffer, b as ArrayBuffer)
}

/** CRC-32 (ISO-HDLC, as in zip), 7 base-36 digits. */
function checksum(text: string): string {
  let crc = 0xffffffff
  for (const byte of new TextEncoder().encode(text)) crc = (crc >>> 8) ^ (REMAINDERS[(crc ^ byte) & 0xff] as number)
  return (~crc >>> 0).toString(36).padStart(7, '0')
}

/** The CRC-32 remainder of each byte. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  return crc
})
