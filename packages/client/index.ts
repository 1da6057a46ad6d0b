import createClient, { type ClientOptions } from 'openapi-fetch'
import type { paths } from './schema.d.ts'

export type { components, operations, paths, webhooks } from './schema.d.ts'

/**
 * The Prospects API with the types of its document: `api.GET('/v1/prospects', {params: {query: {label: ['Hot']}}})`.
 * Each call resolves to `{data, error, response}`: `error` is the problem (RFC 9457) of an answer that is no 2xx.
 * `baseUrl` is the service, as `https://api.example.com`; `options` are those of openapi-fetch, as another `fetch`.
 */
export const createProspectsClient = (
  baseUrl: string,
  key: string,
  options: Omit<ClientOptions, 'baseUrl' | 'headers'> = {},
) => createClient<paths>({ ...options, baseUrl, headers: { authorization: `Bearer ${key}` } })
