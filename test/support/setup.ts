import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, expect } from 'vitest'
import { statementsThatScan, tooLargeValues } from './watched-d1'

// Test files share a worker. Each file starts with empty databases, buckets and queues. A large database can survive the
// first reset, so it is reset again.
const databases = [env.DB, env.OLD_DB, env.SECOND_DB, env.THIRD_DB]
const tablesOf = (db: D1Database) =>
  db.prepare("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").all()
for (let isEmpty = false; !isEmpty; ) {
  await reset()
  isEmpty = (await Promise.all(databases.map(tablesOf))).every(({ results }) => results.length === 0)
}

// a deployment with more databases lists them in wrangler.toml; the tests use one, or bind their own
for (const name of Object.keys(env)) if (/^DB_\d+$/.test(name)) Reflect.deleteProperty(env, name)

// one batch takes half as long as `applyD1Migrations`, and this happens before each file
await env.DB.batch(env.MIGRATIONS.flatMap(({ queries }) => queries.map((sql) => env.DB.prepare(sql))))

afterAll(async () => {
  expect(tooLargeValues(), 'the product binds no value that D1 rejects').toEqual([])
  expect(await statementsThatScan(), 'no statement of the product scans a table').toEqual([])
})
