import { app } from './app'
import { runBatch } from './imports/run'
import { logDeadLetters } from './queues/messages'
import { readBatch } from './resumes/reader'
import { runSchedule } from './schedule'
import { deliverBatch } from './webhooks/deliver'

export default {
  fetch: app.fetch,
  async queue(batch, env, context) {
    // the start of a queue's name is that of its environment (scripts/environment.mjs)
    if (batch.queue.endsWith('-dlq')) logDeadLetters(batch)
    else if (batch.queue.endsWith('-resumes')) await readBatch(batch, env)
    else if (batch.queue.endsWith('-imports')) await runBatch(batch, env)
    else await deliverBatch(batch, env, context)
  },
  async scheduled({ scheduledTime }, env) {
    await runSchedule(env, scheduledTime)
  },
} satisfies ExportedHandler<Env>
