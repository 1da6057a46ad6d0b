import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { app } from '../../src/app'
import type { Account, ApiResponse } from './api'
import { expectDescribed } from './conformance'

/**
 * Makes a function that calls a Worker with these additional bindings, with an account's key. It returns when the call's
 * work in the background has ended, or before that if `waits` is false.
 */
export const callsTo =
  ({ key }: Pick<Account, 'key'>, bindings: object = {}, waits = true) =>
  async <T = any>(method: string, path: string, body?: object | string, more: object = {}): Promise<ApiResponse<T>> => {
    const isText = typeof body === 'string'
    const request = new Request(`https://api.example.com${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body && !isText && { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body && { body: isText ? body : JSON.stringify(body) }),
    })
    const context = createExecutionContext()
    const response = await app.fetch(request, { ...env, ...bindings } as Env, context)
    const text = await response.text()
    expectDescribed(method, path, response, text)
    if (waits) await waitOnExecutionContext(context)
    const { status, headers } = response
    const isJson = /\bjson$/.test(headers.get('content-type') ?? '')
    return { status, headers, text, json: isJson && text ? JSON.parse(text) : undefined }
  }
