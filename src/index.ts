import { eraseAccounts } from './accounts/erase'
import { app } from './app'
import { runMoves } from './catalog/move'
import { openDatabase } from './db/client'
import { purgeAnswers } from './http/idempotency'
import { deliverBatch } from './webhooks/deliver'
import { wake } from './webhooks/events'

export default {
  fetch: app.fetch,
  queue: deliverBatch,
  async scheduled(_controller, env) {
    const db = openDatabase(env.DB)
    await eraseAccounts(db)
    await purgeAnswers(db, Date.now())
    await wake(env.WEBHOOKS_QUEUE, await runMoves(db))
  },
} satisfies ExportedHandler<Env>
