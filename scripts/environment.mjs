// Another environment is the same service under other names: `staging-` in front of each. So there is one configuration to
// keep, and none of what one environment has can be another's.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { unstable_readConfig as readConfig } from 'wrangler'

/**
 * Writes `wrangler.<environment>.json` beside a configuration, for any of wrangler's commands, and returns its name. It
 * has no routes, for they are the other's: it is reached at workers.dev.
 */
export function writeEnvironment(file, environment) {
  if (!/^[a-z][a-z\d-]{0,15}$/.test(environment)) throw new Error('--env takes a short name, as staging.')
  const { configPath, userConfigPath, topLevelName, definedEnvironments, route, routes, ...settings } = readConfig({
    config: file,
  })
  // what is not set
  for (const [key, value] of Object.entries(settings))
    if (typeof value === 'object' && Object.keys(value).length === 0) delete settings[key]
  const own = (name) => name && `${environment}-${name}`
  const written = join(dirname(file), `wrangler.${environment}.json`)
  const other = {
    ...settings,
    name: own(settings.name),
    workers_dev: true,
    d1_databases: settings.d1_databases.map(({ database_id, database_name, ...d1 }) => ({
      ...d1,
      database_name: own(database_name),
    })),
    r2_buckets: settings.r2_buckets.map((bucket) => ({ ...bucket, bucket_name: own(bucket.bucket_name) })),
    queues: {
      producers: settings.queues.producers.map((producer) => ({ ...producer, queue: own(producer.queue) })),
      consumers: settings.queues.consumers.map((consumer) => ({
        ...consumer,
        queue: own(consumer.queue),
        dead_letter_queue: own(consumer.dead_letter_queue),
      })),
    },
    ratelimits: settings.ratelimits.map((limit) => ({
      ...limit,
      namespace_id: String(createHash('sha256').update(own(limit.namespace_id)).digest().readUInt32BE() >>> 1),
    })),
  }
  writeFileSync(written, JSON.stringify(other, null, 2))
  return written
}
