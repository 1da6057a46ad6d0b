import { createFactory } from 'hono/factory'
import type { Database } from '../db/client'
import type { Caller } from './auth'

/** What routes find on the context. `db` and `caller` are set by `authenticate`. */
export interface AppEnv {
  Bindings: Env
  Variables: { requestId: string; db: Database; caller: Caller }
}

export const factory = createFactory<AppEnv>()
