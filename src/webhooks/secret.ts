import { notConfigured } from './errors'

/*
 * How webhook secrets are stored: encrypted with AES-256-GCM, as `<version>.<iv>.<ciphertext>` in base64. `ENCRYPTION_KEY` is
 * a ring of keys. The version names the key that encrypted the secret, so a new key can be put in front of the old ones.
 * The owner (account and webhook id) is authenticated too: a secret that is copied to another row does not decrypt.
 */

const utf8 = (text: string) => new TextEncoder().encode(text)

/** A new secret, as Standard Webhooks writes it: `whsec_` and 32 random bytes in base64. */
export const newSecret = (): string => `whsec_${crypto.getRandomValues(new Uint8Array(32)).toBase64()}`

/** Encrypts with the first key of the ring. 503 if the ring is empty. */
export async function encryptSecret(secret: string, owner: string, ring: string | undefined): Promise<string> {
  const [first] = keysOf(ring)
  if (!first) throw notConfigured()
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const key = await importKey(first.key)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(owner) }, key, utf8(secret))
  return `${first.version}.${iv.toBase64()}.${new Uint8Array(sealed).toBase64()}`
}

/** Decrypts with the key that encrypted. Throws if the ring no longer has it, or if the secret has another owner. */
export async function decryptSecret(stored: string, owner: string, ring: string | undefined): Promise<string> {
  const [version, iv, sealed] = stored.split('.')
  const entry = keysOf(ring).find((k) => k.version === version)
  if (!entry || !iv || !sealed) throw new Error(`ENCRYPTION_KEY has no version ${version}`)
  const key = await importKey(entry.key)
  const params = { name: 'AES-GCM', iv: Uint8Array.fromBase64(iv), additionalData: utf8(owner) }
  return new TextDecoder().decode(await crypto.subtle.decrypt(params, key, Uint8Array.fromBase64(sealed)))
}

/** The versions of the keys of a ring. The first one encrypts. */
export const keyVersions = (ring: string | undefined): string[] => keysOf(ring).map(({ version }) => version)

const importKey = (key: string) =>
  crypto.subtle.importKey('raw', Uint8Array.fromBase64(key), 'AES-GCM', false, ['encrypt', 'decrypt'])

const keysOf = (ring: string | undefined) =>
  [...(ring ?? '').matchAll(/(\w+)\.([A-Za-z0-9+/]{43}=)/g)].map(([, version = '', key = '']) => ({ version, key }))
