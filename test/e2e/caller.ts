import { setTimeout as sleep } from 'node:timers/promises'
import { expectDescribed } from '../support/conformance'

/** A call by somebody who reckons with a service that dies. */
export interface Asked {
  method: string
  path: string
  key: string
  /** Sent as JSON, unless it is text or bytes. */
  body?: unknown
  headers?: Record<string, string>
  /** How long an answer is waited for, ms. */
  timeout?: number
}

export interface Answered {
  status: number
  json: any
  bytes: Buffer
  headers: Headers
}

/**
 * Makes a call. Null if there was no answer, so that it may have been done or not: what does not come from the service
 * itself is of the process around it, as it dies. Undefined if nobody was there to be asked.
 */
export async function ask(
  origin: string,
  { method, path, key, body, headers = {}, timeout = 5000 }: Asked,
): Promise<Answered | null | undefined> {
  const isJson = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)
  try {
    const response = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(isJson && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string) }),
      signal: AbortSignal.timeout(timeout),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    if (!response.headers.has('x-request-id')) return null
    expectDescribed(method, path, response, bytes.toString())
    const text = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '') && bytes.toString()
    const json = text && JSON.parse(text)
    return { status: response.status, json, bytes, headers: response.headers }
  } catch (error) {
    if (error instanceof TypeError && (error.cause as NodeJS.ErrnoException)?.code === 'ECONNREFUSED') return
    if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError')) return null
    throw error
  }
}

/** Asks again until there is an answer that does not ask for that, as a good client does. */
export async function insist(origin: () => string, asked: Asked, again: number[] = [503]): Promise<Answered> {
  for (;;) {
    const answer = await ask(origin(), asked)
    if (answer && !again.includes(answer.status)) return answer
    await sleep(50)
  }
}
