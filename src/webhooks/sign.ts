/**
 * The headers that sign one attempt (Standard Webhooks 1.0): HMAC-SHA256 of `id.timestamp.body` under the decoded
 * `whsec_` secret. `at` is Unix ms; the header carries seconds.
 */
export async function signatureHeaders(secret: string, id: string, at: number, body: string) {
  const timestamp = String(Math.floor(at / 1000))
  const raw = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (ch) => ch.charCodeAt(0))
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`${id}.${timestamp}.${body}`))
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${btoa(String.fromCharCode(...new Uint8Array(mac)))}`,
  }
}
