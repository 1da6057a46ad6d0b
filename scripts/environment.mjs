// An environment is the same service under other names: `staging-` in front of each. So there is only one configuration,
// and environments share no database, bucket or queue.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { unstable_readConfig as readConfig } from 'wrangler'

/**
 * Writes `wrangler.<environment>.json` next to the configuration `file` and returns its path. Every command of wrangler
 * takes it. It has no routes, because those belong to production: the environment is served at workers.dev.
 *
 * Throws if the environment's name is not 1 to 16 lower-case letters, digits and dashes.
 */
export function writeEnvironment(file, environment) {
  if (!/^[a-z][a-z\d-]{0,15}$/.test(environment)) throw new Error('--env takes a short name, such as staging.')
  const { configPath, userConfigPath, topLevelName, definedEnvironments, route, routes, ...settings } = readConfig({
    config: file,
  })
  // wrangler reports settings that are not set as empty objects
  for (const [key, value] of Object.entries(settings))
    if (typeof value === 'object' && Object.keys(value).length === 0) delete settings[key]
  const rename = (name) => name && `${environment}-${name}`
  const target = join(dirname(file), `wrangler.${environment}.json`)
  const renamed = {
    ...settings,
    name: rename(settings.name),
    workers_dev: true,
    d1_databases: settings.d1_databases.map(({ database_id, database_name, ...d1 }) => ({
      ...d1,
      database_name: rename(database_name),
    })),
    r2_buckets: settings.r2_buckets.map((bucket) => ({ ...bucket, bucket_name: rename(bucket.bucket_name) })),
    queues: {
      producers: settings.queues.producers.map((producer) => ({ ...producer, queue: rename(producer.queue) })),
      consumers: settings.queues.consumers.map((consumer) => ({
        ...consumer,
        queue: rename(consumer.queue),
        dead_letter_queue: rename(consumer.dead_letter_queue),
      })),
    },
    ratelimits: settings.ratelimits.map((limit) => ({
      ...limit,
      namespace_id: String(createHash('sha256').update(rename(limit.namespace_id)).digest().readUInt32BE() >>> 1),
    })),
  }
  writeFileSync(target, JSON.stringify(renamed, null, 2))
  return target
}
