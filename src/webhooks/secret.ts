import { notConfigured } from './errors'

/**
 * Webhook secrets at rest: AES-256-GCM under `ENCRYPTION_KEY`, stored as `<version>.<iv>.<ciphertext>` in base64.
 * The version says which key of the ring encrypted it, so that a new key can be put in front of the old. The owner
 * (account and webhook id) is authenticated with it: a secret copied to another row does not decrypt.
 */

const bytes = (base64: string) => Uint8Array.from(atob(base64), (ch) => ch.charCodeAt(0))
const base64 = (data: Uint8Array) => btoa(String.fromCharCode(...data))
const utf8 = (text: string) => new TextEncoder().encode(text)

/** A new secret, as Standard Webhooks writes it: `whsec_` and 32 random bytes in base64. */
export const newSecret = (): string => `whsec_${base64(crypto.getRandomValues(new Uint8Array(32)))}`

/** Encrypts with the ring's first key. 503 where the service has none. */
export async function encryptSecret(secret: string, owner: string, ring: string | undefined): Promise<string> {
  const [first] = keysOf(ring)
  if (!first) throw notConfigured()
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const key = await importKey(first.key)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(owner) }, key, utf8(secret))
  return `${first.version}.${base64(iv)}.${base64(new Uint8Array(sealed))}`
}

/** Decrypts with the key that encrypted. Throws if the ring has lost it, or the text is not of this owner. */
export async function decryptSecret(stored: string, owner: string, ring: string | undefined): Promise<string> {
  const [version, iv, sealed] = stored.split('.')
  const entry = keysOf(ring).find((k) => k.version === version)
  if (!entry || !iv || !sealed) throw new Error(`ENCRYPTION_KEY has no version ${version}`)
  const key = await importKey(entry.key)
  const params = { name: 'AES-GCM', iv: bytes(iv), additionalData: utf8(owner) }
  return new TextDecoder().decode(await crypto.subtle.decrypt(params, key, bytes(sealed)))
}

/** The versions of a ring's keys, the one that encrypts first. */
export const versionsIn = (ring: string | undefined): string[] => keysOf(ring).map(({ version }) => version)

const importKey = (key: string) => crypto.subtle.importKey('raw', bytes(key), 'AES-GCM', false, ['encrypt', 'decrypt'])

const keysOf = (ring: string | undefined) =>
  [...(ring ?? '').matchAll(/(\w+)\.([A-Za-z0-9+/]{43}=)/g)].map(([, version = '', key = '']) => ({ version, key }))
