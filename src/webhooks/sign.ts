/**
 * The headers that sign one attempt (Standard Webhooks 1.0): an HMAC-SHA256 of `id.timestamp.body` for each `whsec_` secret.
 * A receiver that knows one of the secrets can verify it. `at` is Unix ms; the header has seconds.
 */
export async function signatureHeaders(secrets: string[], id: string, at: number, body: string) {
  const timestamp = String(Math.floor(at / 1000))
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const raw = Uint8Array.fromBase64(secret.replace(/^whsec_/, ''))
      const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
      return `v1,${new Uint8Array(await crypto.subtle.sign('HMAC', key, signed)).toBase64()}`
    }),
  )
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
