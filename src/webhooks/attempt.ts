import { describeError } from '../http/problem'
import { type StoredEvent, toEnvelope } from './envelope'
import { rejectUrl } from './guard'
import { retryAfterOf } from './schedule'
import { decryptSecret } from './secret'
import { signatureHeaders } from './sign'

/** How long an endpoint may take to answer, ms. */
export const TIMEOUT = 15_000
/** Who takes longer than this is slow, ms. */
export const SLOW = 5_000
/** How much of an answer is kept, bytes; the rest is not read. */
const ANSWER_MOST = 16 * 1024

/** What is sent: an event, and the endpoint that it goes to. */
export interface Sendable extends StoredEvent {
  webhookId: string
  url: string
  secret: string
  /** JSON of `{secret, until}[]`. */
  oldSecrets: string
}

/** How an attempt ended. */
export interface Attempt {
  /** Unix ms. */
  attemptedAt: number
  durationMs: number
  /** Null if no answer came. */
  statusCode: number | null
  /** Null if it was a 2xx. */
  error: string | null
  /** The first 16 KB of the answer, as text. */
  answer: string | null
  /** ms; 0 if it asked for nothing. */
  retryAfter: number
  slow: boolean
}

/**
 * One attempt: a POST of the envelope, signed anew. Null, and a log line, if this service cannot sign: that is not the
 * endpoint's failure. Never throws.
 */
export async function attempt(sendable: Sendable, env: Env): Promise<Attempt | null> {
  const { accountId, webhookId, url } = sendable
  const attemptedAt = Date.now()
  const { id, body } = toEnvelope(sendable)
  let signature: Record<string, string>
  try {
    const current = [sendable.secret, ...livingSecrets(sendable.oldSecrets, attemptedAt)]
    const owner = `${accountId} ${webhookId}`
    const secrets = await Promise.all(current.map((secret) => decryptSecret(secret, owner, env.ENCRYPTION_KEY)))
    signature = await signatureHeaders(secrets, id, attemptedAt, body)
  } catch (error) {
    const what = { level: 'error', message: 'not signed', accountId, webhookId, eventId: id }
    console.error(JSON.stringify({ ...what, ...describeError(error) }))
    return null
  }

  const ended = (statusCode: number | null, error: string | null, answer: string | null = null, retryAfter = 0) => {
    const durationMs = Date.now() - attemptedAt
    return { attemptedAt, durationMs, statusCode, error, answer, retryAfter, slow: durationMs > SLOW }
  }
  const refused = rejectUrl(url, env)
  if (refused) return ended(null, refused)
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT),
      headers: { ...signature, 'content-type': 'application/json', 'user-agent': 'Prospects-Webhooks/1' },
    })
    const answer = await readStart(response.body)
    const retryAfter = retryAfterOf(response.headers.get('retry-after'), Date.now())
    return ended(
      response.status,
      response.ok ? null : `The endpoint answered ${response.status}.`,
      answer,
      response.ok ? 0 : retryAfter,
    )
  } catch (error) {
    if (!(error instanceof Error && error.name === 'TimeoutError')) return ended(null, 'No connection.')
    return { ...ended(null, `No answer in ${TIMEOUT / 1000} s.`), slow: true }
  }
}

/** Secrets that were rotated away less than a day ago. */
const livingSecrets = (oldSecrets: string, now: number): string[] =>
  (JSON.parse(oldSecrets) as { secret: string; until: number }[])
    .filter(({ until }) => until > now)
    .map(({ secret }) => secret)

/** The start of an answer as text; what comes after it is not read, nor what comes after the timeout. */
async function readStart(body: ReadableStream<Uint8Array> | null): Promise<string | null> {
  if (!body) return null
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (let left = ANSWER_MOST; left > 0; ) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value.subarray(0, left), { stream: true })
      left -= value.byteLength
    }
  } catch {} // it was cut off: the status has come, and counts
  await reader.cancel().catch(() => {})
  return text.replaceAll('\0', '\ufffd')
}
