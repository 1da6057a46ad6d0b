import { createFactory } from 'hono/factory'
import type { Database } from '../db/client'
import type { Caller } from './auth'
import type { Repeatable } from './idempotency'

/** What routes find on the context: `db` and `caller` set by `authenticate`, `repeatable` by `idempotent`. */
export interface AppEnv {
  Bindings: Env
  Variables: { requestId: string; db: Database; caller: Caller; repeatable?: Repeatable }
}

export const factory = createFactory<AppEnv>()
