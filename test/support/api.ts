import { env, exports } from 'cloudflare:workers'
import type { Prospect } from '../../src/prospects/prospect'
import { expectDescribed } from './conformance'

/** A response: its status, headers and text, and the text parsed as JSON. */
export interface ApiResponse<T = any> {
  status: number
  headers: Headers
  text: string
  json: T
}

const ORIGIN = 'https://api.example.com'

/** Sends one request to the Worker under test. */
export async function send<T = any>(
  method: string,
  path: string,
  { key, body, headers = {} }: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<ApiResponse<T>> {
  const raw = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
  const response = await exports.default.fetch(
    new Request(ORIGIN + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && !raw && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
    }),
  )
  // not `text()`, because it warns about types that it does not know as text
  const text = new TextDecoder().decode(await response.arrayBuffer())
  expectDescribed(method, path, response, text)
  let json: any
  try {
    json = JSON.parse(text)
  } catch {}
  return { status: response.status, headers: response.headers, text, json }
}

/** Sends a request as the operator. */
export const operator = <T = any>(method: string, path: string, body?: unknown) =>
  send<T>(method, path, { key: env.ADMIN_TOKEN, body })

/** Creates an account, and returns it with functions that call the API with its key. Every test has its own. */
export async function newAccount(input: object = {}) {
  const { json } = await operator('POST', '/admin/accounts', { name: 'Test', ...input })
  const key: string = json.apiKey.key
  const call = <T = any>(method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    send<T>(method, path, { key, body, ...(headers && { headers }) })
  return {
    id: json.id as string,
    pipelineId: json.pipelineId as string,
    apiKey: json.apiKey as { id: string; key: string; scopes: string[] },
    key,
    call,
    get: <T = any>(path: string) => call<T>('GET', path),
    post: <T = any>(path: string, body?: unknown) => call<T>('POST', path, body),
    /** Creates or matches a prospect, by default with the name Pat Doe. */
    prospect: (body: object = {}) =>
      call<
        Prospect & {
          message: string | null
          created: boolean
          matchedBy: string | null
          potentialDuplicateId: string | null
        }
      >('POST', '/v1/prospects', { firstName: 'Pat', lastName: 'Doe', ...body }),
    list: (query = '') =>
      call<{ prospects: Prospect[]; totalCount: number; nextPageToken: string | null }>(
        'GET',
        `/v1/prospects?${query}`,
      ),
  }
}

export type Account = Awaited<ReturnType<typeof newAccount>>

/** What a request cost, from `Server-Timing`. */
export function costOf({ headers }: ApiResponse) {
  const [, trips, read, written] = /trips=(\d+) read=(\d+) written=(\d+)/.exec(headers.get('server-timing') ?? '') ?? []
  return { trips: Number(trips), read: Number(read), written: Number(written) }
}
