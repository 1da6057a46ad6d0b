import { createFactory } from 'hono/factory'
import type { Database } from '../db/client'
import type { FieldErrorCode } from './field-errors'

/** What a key may do; each includes those before it. */
export const SCOPES = ['read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Whose key it is, and which. */
export interface Caller {
  account: { id: string; defaultCountry: string }
  key: { id: string; name: string; scopes: Scope[]; expiresAt: number | null }
}

/** A POST that was sent with an `Idempotency-Key`; `hash` is of what it asks. */
export interface IdempotentRequest {
  key: string
  hash: string
}

/** One thing wrong with a request. `pointer` is a JSON Pointer (RFC 6901) into the part that `in` names. */
export interface InputError {
  in: 'body' | 'query' | 'path' | 'header'
  pointer: string
  code: FieldErrorCode
  message: string
}

/** What routes find on the context: `db` and `caller` set by `authenticate`, `repeatable` by `idempotent`. */
export interface AppEnv {
  Bindings: Env
  Variables: {
    requestId: string
    db: Database
    caller: Caller
    repeatable?: IdempotentRequest
    /** What is wrong with the headers; `validate` tells it with the rest. */
    headerErrors?: InputError[]
    /** The `code` of the problem that is answered. */
    problem?: string
  }
}

export const factory = createFactory<AppEnv>()
