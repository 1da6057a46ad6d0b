import { describeError } from '../http/problem'
import { type StoredEvent, toEnvelope } from './envelope'
import { rejectUrl } from './guard'
import { retryAfterOf } from './retry-schedule'
import { decryptSecret } from './secret'
import { signatureHeaders } from './sign'

/** How long an endpoint may take to respond, ms. */
export const TIMEOUT = 15_000
/** An endpoint that takes longer than this to respond is slow, ms. */
export const SLOW = 5_000
/** How much of a response's body is stored, bytes. The rest is not read. */
const MAX_RESPONSE = 16 * 1024

/** An event, and the endpoint that it is sent to. */
export interface WebhookRequest extends StoredEvent {
  webhookId: string
  url: string
  /** Encrypted. */
  secret: string
  /** JSON of `{secret, until}[]`: earlier secrets, encrypted, and the time until which each also signs (Unix ms). */
  oldSecrets: string
}

/** How an attempt ended. */
export interface Attempt {
  /** Unix ms. */
  attemptedAt: number
  durationMs: number
  /** Null if there was no response. */
  statusCode: number | null
  /** Null if the response was a 2xx. */
  error: string | null
  /** The first 16 KB of the response's body, as text. */
  responseBody: string | null
  /** The wait that the response asks for in `Retry-After`, ms; 0 if it asks for none. */
  retryAfter: number
  slow: boolean
}

/**
 * Sends a POST with the event's envelope, signed for this attempt. If this service cannot sign the request, it logs that and
 * returns null: the endpoint has not failed. Never throws.
 */
export async function attemptRequest(request: WebhookRequest, env: Env): Promise<Attempt | null> {
  const { accountId, webhookId, url } = request
  const attemptedAt = Date.now()
  const { id, body } = toEnvelope(request)
  let signature: Record<string, string>
  try {
    const current = [request.secret, ...validSecrets(request.oldSecrets, attemptedAt)]
    const owner = `${accountId} ${webhookId}`
    const secrets = await Promise.all(current.map((secret) => decryptSecret(secret, owner, env.ENCRYPTION_KEY)))
    signature = await signatureHeaders(secrets, id, attemptedAt, body)
  } catch (error) {
    const line = { level: 'error', message: 'not signed', accountId, webhookId, eventId: id }
    console.error(JSON.stringify({ ...line, ...describeError(error) }))
    return null
  }

  const ended = (result: Partial<Attempt>): Attempt => {
    const durationMs = Date.now() - attemptedAt
    const slow = durationMs > SLOW
    return {
      attemptedAt,
      durationMs,
      statusCode: null,
      error: null,
      responseBody: null,
      retryAfter: 0,
      slow,
      ...result,
    }
  }
  const rejected = rejectUrl(url, env)
  if (rejected) return ended({ error: rejected })
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT),
      headers: { ...signature, 'content-type': 'application/json', 'user-agent': 'Prospects-Webhooks/1' },
    })
    const { status: statusCode, ok, headers } = response
    const responseBody = await readStart(response.body)
    if (ok) return ended({ statusCode, responseBody })
    const retryAfter = retryAfterOf(headers.get('retry-after'), Date.now())
    return ended({ statusCode, error: `The endpoint responded with ${statusCode}.`, responseBody, retryAfter })
  } catch (error) {
    if (!(error instanceof Error && error.name === 'TimeoutError')) return ended({ error: 'No connection.' })
    return ended({ error: `No response in ${TIMEOUT / 1000} s.`, slow: true })
  }
}

/** The old secrets that still sign. */
const validSecrets = (oldSecrets: string, now: number): string[] =>
  (JSON.parse(oldSecrets) as { secret: string; until: number }[])
    .filter(({ until }) => until > now)
    .map(({ secret }) => secret)

/** The start of a response's body as text. The rest is not read, nor anything that comes after the timeout. */
async function readStart(body: ReadableStream<Uint8Array> | null): Promise<string | null> {
  if (!body) return null
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (let left = MAX_RESPONSE; left > 0; ) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value.subarray(0, left), { stream: true })
      left -= value.byteLength
    }
  } catch {} // the body was cut off, but the status counts
  await reader.cancel().catch(() => {})
  return text.replaceAll('\0', '\ufffd')
}
