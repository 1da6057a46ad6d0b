import { app } from './app'
import { consumeImports } from './imports/run'
import { logDeadLetters } from './queues/messages'
import { consumeResumes } from './resumes/reader'
import { runSchedule } from './schedule'
import { consumeDeliveries } from './webhooks/deliver'

export default {
  fetch: app.fetch,
  async queue(batch, env, context) {
    // names of queues begin with the name of the environment (scripts/environment.mjs), so only the ends are compared
    if (batch.queue.endsWith('-dlq')) logDeadLetters(batch)
    else if (batch.queue.endsWith('-resumes')) await consumeResumes(batch, env)
    else if (batch.queue.endsWith('-imports')) await consumeImports(batch, env)
    else await consumeDeliveries(batch, env, context)
  },
  async scheduled({ scheduledTime }, env) {
    await runSchedule(env, scheduledTime)
  },
} satisfies ExportedHandler<Env>
