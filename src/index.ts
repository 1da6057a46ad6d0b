import { eraseAccounts } from './accounts/erase'
import { app } from './app'
import { runMoves } from './catalog/move'
import { openDatabase } from './db/client'
import { purgeAnswers } from './http/idempotency'
import { describeError } from './http/problem'
import { deliverBatch } from './webhooks/deliver'
import { wake } from './webhooks/events'

export default {
  fetch: app.fetch,
  queue: deliverBatch,
  async scheduled(_controller, env) {
    const db = openDatabase(env.DB)
    const steps = {
      eraseAccounts: () => eraseAccounts(db),
      runMoves: () => runMoves(db, wake(env.WEBHOOKS_QUEUE)),
      purgeAnswers: () => purgeAnswers(db, Date.now()),
    }
    for (const [step, run] of Object.entries(steps))
      await run().catch((error) => console.error(JSON.stringify({ level: 'error', step, ...describeError(error) })))
  },
} satisfies ExportedHandler<Env>
