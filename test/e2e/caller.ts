import { setTimeout as sleep } from 'node:timers/promises'
import { expectDescribed } from '../support/conformance'

/** A call to a service that may die during the call. */
export interface Asked {
  method: string
  path: string
  key: string
  /** Text and bytes are sent as they are, any other body as JSON. */
  body?: unknown
  headers?: Record<string, string>
  /** How long to wait for the response, ms. */
  timeout?: number
}

export interface Answered {
  status: number
  json: any
  bytes: Buffer
  headers: Headers
}

/**
 * Makes a call. Resolves to null if no response came from the service itself: the call may have been carried out or not.
 * Resolves to undefined if no process listened: the call was not carried out.
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
    if (!response.headers.has('x-request-id')) return null // from a proxy of a dying service
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

/** Repeats a call until a response comes whose status is not among `again`, as a good client does. */
export async function insist(origin: () => string, asked: Asked, again: number[] = [503]): Promise<Answered> {
  for (;;) {
    const answer = await ask(origin(), asked)
    if (answer && !again.includes(answer.status)) return answer
    await sleep(50)
  }
}
