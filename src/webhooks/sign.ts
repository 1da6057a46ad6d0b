/**
 * The headers that sign one attempt (Standard Webhooks 1.0): HMAC-SHA256 of `id.timestamp.body` under each decoded
 * `whsec_` secret, so that a receiver who knows one of them can verify. `at` is Unix ms; the header carries seconds.
 */
export async function signatureHeaders(secrets: string[], id: string, at: number, body: string) {
  const timestamp = String(Math.floor(at / 1000))
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const raw = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (ch) => ch.charCodeAt(0))
      const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
      return `v1,${btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign('HMAC', key, signed))))}`
    }),
  )
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
