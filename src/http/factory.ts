import { createFactory } from 'hono/factory'
import type { Database } from '../db/client'
import type { FieldErrorCode } from './field-errors'

/** The scopes of keys. Each includes those before it. */
export const SCOPES = ['read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** The account and the key of a call. */
export interface Caller {
  account: { id: string; defaultCountry: string }
  key: { id: string; name: string; scopes: Scope[]; expiresAt: number | null }
}

/** A POST with an `Idempotency-Key`. `hash` is the SHA-256 of its URL and body, hex. */
export interface IdempotentRequest {
  key: string
  hash: string
}

/** One error in a request. `pointer` is a JSON Pointer (RFC 6901) into the part that `in` names. */
export interface InputError {
  in: 'body' | 'query' | 'path' | 'header'
  pointer: string
  code: FieldErrorCode
  message: string
}

/** The types of Hono's context. `authenticate` sets `db` and `caller`, `idempotent` sets `repeatable`. */
export interface AppEnv {
  Bindings: Env
  Variables: {
    requestId: string
    db: Database
    caller: Caller
    repeatable?: IdempotentRequest
    /** Errors in the headers; `validate` reports them with the others. */
    headerErrors?: InputError[]
    /** The `code` of the problem in the response, for the log. */
    problem?: string
  }
}

export const factory = createFactory<AppEnv>()
