import createClient, { type ClientOptions } from 'openapi-fetch'
import type { paths } from './schema.d.ts'

export type { components, operations, paths, webhooks } from './schema.d.ts'

/**
 * A client of the Prospects API, typed by its OpenAPI document:
 * `api.GET('/v1/prospects', {params: {query: {label: ['Hot']}}})`.
 *
 * Each call resolves to `{data, error, response}`. If the response is not a 2xx, `error` is its problem (RFC 9457).
 * `baseUrl` is the service's origin, such as `https://api.example.com`. `options` are those of openapi-fetch, such as
 * another `fetch`.
 */
export const createProspectsClient = (
  baseUrl: string,
  key: string,
  options: Omit<ClientOptions, 'baseUrl' | 'headers'> = {},
) => createClient<paths>({ ...options, baseUrl, headers: { authorization: `Bearer ${key}` } })
