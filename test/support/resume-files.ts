import { env } from 'cloudflare:workers'
import { type Account, send } from './api'

/** A resume whose email and phone are extracted as `sure`. */
export const CV = 'Resume of Pat Doe\nE-mail: pat@example.com\nPhone: (212) 555-0123\nlicensed since 2015\n'

export const bytesOf = (text: string) => new TextEncoder().encode(text)

/** A file as the field `resume` of a body. */
export const asField = (text: string | Uint8Array, given: object = {}) => ({
  fileName: 'cv.txt',
  contentType: 'text/plain',
  content: (typeof text === 'string' ? bytesOf(text) : text).toBase64(),
  ...given,
})

/** Uploads a resume as the body of a request. */
export const upload = (
  { key }: Pick<Account, 'key'>,
  id: string,
  body: string | Uint8Array | ReadableStream = CV,
  { type = 'text/plain', query = '', headers = {} }: { type?: string; query?: string; headers?: object } = {},
) =>
  send('PUT', `/v1/prospects/${id}/resume${query}`, {
    key,
    body,
    headers: { ...(type && { 'content-type': type }), ...headers },
  })

/** The keys of the objects that an account has in R2. */
export const objectsOf = async ({ id }: Pick<Account, 'id'>): Promise<string[]> =>
  (await env.RESUMES.list({ prefix: `${id}/` })).objects.map(({ key }) => key)
