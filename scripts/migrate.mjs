// `node scripts/migrate.mjs DIR [CONFIG]` applies the pending migrations to every local D1 database of a configuration.
// DIR is the state folder. `wrangler d1 migrations apply` does the same, but restarts the database for each step and takes
// twice as long.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { getPlatformProxy, unstable_readConfig as readConfig, unstable_splitSqlQuery as splitSql } from 'wrangler'

const [folder, config = 'wrangler.toml'] = process.argv.slice(2)
const { env, dispose } = await getPlatformProxy({
  configPath: config,
  persist: { path: join(folder, 'v3') },
  remoteBindings: false,
})
try {
  for (const { binding, migrations_dir } of readConfig({ config }).d1_databases)
    await migrate(env[binding], resolve(dirname(config), migrations_dir))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  await dispose()
}

/** Applies each migration as one batch, with its row in wrangler's own table, so that a failed one leaves nothing behind. */
async function migrate(db, migrations) {
  await db
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`,
    )
    .run()
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all()
  const applied = new Set(results.map(({ name }) => name))
  const pending = readdirSync(migrations).filter((name) => name.endsWith('.sql') && !applied.has(name))
  for (const name of pending.sort()) {
    const statements = splitSql(readFileSync(join(migrations, name), 'utf8')).map((sql) => db.prepare(sql))
    const record = db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name)
    await db.batch([...statements, record]).catch((error) => {
      throw new Error(`${join(migrations, name)}: ${error.message}`)
    })
  }
}
