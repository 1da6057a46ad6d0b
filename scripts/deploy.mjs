// `npm run deploy`: migrates every D1 database that wrangler.toml lists, then deploys. Flags go to `wrangler deploy`;
// `--config FILE` stands for wrangler.toml.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { unstable_readConfig as readConfig } from 'wrangler'

const flags = process.argv.slice(2)
const options = { config: { type: 'string', short: 'c', default: 'wrangler.toml' } }
const { config } = parseArgs({ args: flags, options, strict: false }).values

for (const { binding } of readConfig({ config }).d1_databases)
  wrangler('d1', 'migrations', 'apply', binding, '--remote', '--config', config)
wrangler('deploy', ...flags)

/** Ends with its exit code if that is not 0: nothing is deployed that a database is not ready for. */
function wrangler(...args) {
  const { status } = spawnSync('wrangler', args, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
