import { eraseAccounts } from './accounts/erase'
import { app } from './app'
import { openDatabase } from './db/client'
import { deliverBatch } from './webhooks/deliver'

export default {
  fetch: app.fetch,
  queue: deliverBatch,
  scheduled: (_controller, env) => eraseAccounts(openDatabase(env.DB)),
} satisfies ExportedHandler<Env>
