import { eraseAccounts } from './accounts/erase'
import { app } from './app'
import { runReassignments } from './catalog/reassign'
import { type Database, databases } from './db/client'
import { watchSize } from './db/size'
import { sweepObjects } from './files/objects'
import { purgeStoredResponses } from './http/idempotency'
import { runStep } from './http/log'
import { purgeImports, runBatch, sweepImports } from './imports/run'
import { readBatch, sweepReadings } from './resumes/reader'
import { deliverBatch, logDeadLetters } from './webhooks/deliver'
import { openOutbox } from './webhooks/events'
import { openLimit } from './webhooks/limit'
import { sweepFeed } from './webhooks/queue-feed'
import { runRecoveries } from './webhooks/recover'
import { reencryptSecrets } from './webhooks/reencrypt'
import { purgeDeliveries, sweepDeliveries } from './webhooks/sweep'

export default {
  fetch: app.fetch,
  async queue(batch, env, context) {
    // each environment has its own word in front (scripts/environment.mjs)
    if (batch.queue.endsWith('-dlq')) logDeadLetters(batch)
    else if (batch.queue.endsWith('-resumes')) await readBatch(batch, env)
    else if (batch.queue.endsWith('-imports')) await runBatch(batch, env)
    else await deliverBatch(batch, env, context)
  },
  async scheduled({ scheduledTime }, env) {
    // databases are swept side by side; what they send themselves they send in turns
    const oneAtATime = openLimit(1)
    // deliveries have a share of what D1 takes, and all else the rest, each minute another step first
    const [forDeliveries, forTheRest] = [400, 500].map((left) => databases(env, undefined, { left })) as [
      Database[],
      Database[],
    ]
    const minute = Math.floor(scheduledTime / 60_000)
    const sweep = async (db: Database, i: number) => {
      const own = forDeliveries[i] as Database
      await runStep(env, own, 'sweepDeliveries', () => sweepDeliveries(own, env, oneAtATime))
      const steps = Object.entries({
        sweepFeed: () => sweepFeed(db, env),
        eraseAccounts: () => eraseAccounts(db),
        sweepObjects: () => sweepObjects(db, env, Date.now()),
        sweepReadings: () => sweepReadings(db, env, Date.now()),
        sweepImports: () => sweepImports(db, env, Date.now()),
        runMoves: () => runReassignments(db, openOutbox(env, undefined, db)),
        runRecoveries: () => runRecoveries(db, env),
        reencryptSecrets: () => reencryptSecrets(db, env, Date.now()),
        purgeAnswers: () => purgeStoredResponses(db, Date.now()),
        purgeDeliveries: () => purgeDeliveries(db, Date.now()),
        purgeImports: () => purgeImports(db, Date.now()),
        watchSize: () => watchSize(db),
      })
      const first = minute % steps.length
      for (const [step, run] of [...steps.slice(first), ...steps.slice(0, first)]) await runStep(env, db, step, run)
    }
    await Promise.all(forTheRest.map(sweep))
  },
} satisfies ExportedHandler<Env>
