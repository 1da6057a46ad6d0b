// `npm run deploy` creates the databases and queues of wrangler.toml that do not exist yet, generates the secrets that the
// Worker lacks, migrates every D1 database, and deploys. It changes nothing that exists, so an interrupted deploy can be
// repeated. Flags: `--env NAME` deploys under other names (scripts/environment.mjs), `--dry-run` only builds and fails on
// any warning, `--config FILE` replaces wrangler.toml. All others go to `wrangler deploy`.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { unstable_readConfig as readConfig } from 'wrangler'
import { writeEnvironment } from './environment.mjs'
import { readFlags } from './flags.mjs'

const FLAGS = {
  env: { type: 'string', short: 'e' },
  config: { type: 'string', short: 'c', default: 'wrangler.toml' },
  'dry-run': { type: 'boolean' },
}
const { flags, forWrangler } = readFlags(FLAGS)

/** How each secret is generated for a Worker that lacks it. */
const GENERATE = {
  ADMIN_TOKEN: () => randomBytes(32).toString('base64url'),
  ENCRYPTION_KEY: () => `1.${randomBytes(32).toString('base64')}`,
}

// without `--`, npm takes these flags for its own, and this script would deploy something else than requested
if (process.env.npm_config_env || process.env.npm_config_dry_run) end('Put `--` first: npm run deploy -- --dry-run')

const config = flags.env === undefined ? flags.config : writeEnvironment(flags.config, flags.env)
const { name: worker, vars, d1_databases, queues } = readConfig({ config })

if (flags['dry-run']) {
  const { output } = await wrangler(['deploy', '--dry-run', ...forWrangler])
  if (output.includes('WARNING')) end('The configuration has warnings.')
} else {
  // a build that fails, or an unknown flag, ends the deploy before it changes anything
  await wrangler(['deploy', '--dry-run', ...forWrangler], { isQuiet: true })
  const [isSet] = await Promise.all([listSecrets(), createDatabases(), createQueues()])
  const secrets = openSecrets(isSet)
  for (const { binding } of d1_databases) await wrangler(['d1', 'migrations', 'apply', binding, '--remote'])
  const targets = await deploy(secrets)
  if (!isSet('PUBLIC_HOSTS') && !('PUBLIC_HOSTS' in secrets)) await putHosts(targets)
}

/** Creates the missing databases. Without a `database_id`, a database is found by its name, here and by wrangler. */
async function createDatabases() {
  const { stdout } = await wrangler(['d1', 'list', '--json'], { isQuiet: true })
  const existing = JSON.parse(stdout).map(({ name }) => name)
  for (const { database_name, database_id } of d1_databases)
    if (!database_id && !existing.includes(database_name)) await create('d1', database_name)
}

/** Creates the missing queues that the Worker only consumes. `wrangler deploy` creates the others, and the buckets. */
async function createQueues() {
  const produced = queues.producers.map(({ queue }) => queue)
  const consumed = new Set(queues.consumers.flatMap((c) => [c.queue, c.dead_letter_queue ?? c.queue]))
  const { output } = await wrangler(['queues', 'list'], { isQuiet: true })
  const listed = output.split(/[│\s]+/)
  // the list has only the first page of queues
  const exists = async (queue) =>
    listed.includes(queue) || (await wrangler(['queues', 'info', queue], { isQuiet: true, mayFail: true })).status === 0
  const createMissing = async (queue) => (await exists(queue)) || create('queues', queue)
  await Promise.all([...consumed].filter((queue) => !produced.includes(queue)).map(createMissing))
}

/** Creates a database or a queue. Wrangler's own output is not shown: it asks for lines that the configuration has. */
async function create(kind, name) {
  await wrangler([kind, 'create', name], { isQuiet: true })
  console.log(`Created ${name} (${kind}).`)
}

/** Resolves to a function that says whether the Worker has a secret or a variable of a name. */
async function listSecrets() {
  const { status, stdout, output } = await wrangler(['secret', 'list'], { isQuiet: true, mayFail: true })
  // if the secrets cannot be listed for another reason, stop: a new secret could overwrite an existing one
  if (status !== 0 && !output.includes(`Worker "${worker}" not found`)) end(output)
  const set = status === 0 ? JSON.parse(stdout).map(({ name }) => name) : []
  return (name) => set.includes(name) || name in vars
}

/**
 * The secrets to send with this deploy: those of the operator's file `.secrets/<Worker>.env` that the Worker lacks, and
 * those that are generated now. Generated secrets are added to the file.
 */
function openSecrets(isSet) {
  const file = join(dirname(config), '.secrets', `${worker}.env`)
  const kept = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  const missing = Object.keys(GENERATE).filter((name) => !isSet(name) && !kept[name])
  if (missing.length > 0 && process.env.CI)
    console.warn(`The Worker has no ${missing.join(' and no ')}: npx wrangler secret put NAME --name ${worker}`)
  else if (missing.length > 0) {
    const made = Object.fromEntries(missing.map((name) => [name, GENERATE[name]()]))
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    appendFileSync(file, missing.map((name) => `\n${name}=${made[name]}\n`).join(''), { mode: 0o600 })
    chmodSync(file, 0o600)
    console.log(
      `Made ${missing.join(' and ')}, in ${file}. Keep a copy elsewhere: Cloudflare does not show them again.`,
    )
    Object.assign(kept, made)
  }
  return Object.fromEntries(Object.entries(kept).filter(([name, value]) => value !== '' && !isSet(name)))
}

/** Deploys the code together with its secrets. Resolves to the Worker's targets: its addresses, queues and schedules. */
async function deploy(secrets) {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'))
  process.on('exit', () => rmSync(folder, { recursive: true }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))
  const [secretsFile, outputFile] = [join(folder, 'secrets.json'), join(folder, 'output')]
  writeFileSync(secretsFile, JSON.stringify(secrets), { mode: 0o600 })
  const withSecrets = Object.keys(secrets).length > 0 ? ['--secrets-file', secretsFile] : []
  const env = process.env.CI ? {} : { WRANGLER_OUTPUT_FILE_PATH: outputFile }
  await wrangler(['deploy', ...withSecrets, ...forWrangler], { env })
  const lines = existsSync(outputFile) ? readFileSync(outputFile, 'utf8').trim().split('\n') : []
  return lines.flatMap((line) => JSON.parse(line).targets ?? [])
}

/** Sets `PUBLIC_HOSTS` to the host names among the Worker's targets: the Worker sends no webhook to them. */
async function putHosts(targets) {
  const hosts = targets.flatMap((target) => /^(?:https:\/\/)?([\w-]+(?:\.[\w-]+)+)(?=[/ ]|$)/.exec(target)?.[1] ?? [])
  if (hosts.length > 0) await wrangler(['secret', 'put', 'PUBLIC_HOSTS'], { input: hosts.join() })
}

/**
 * Runs wrangler without questions and prints its output, unless `isQuiet`. Resolves to its exit code, its stdout and all
 * of its output. If the code is not 0, the deploy ends with it, unless `mayFail`.
 */
function wrangler(args, { isQuiet = false, mayFail = false, input = '', env = {} } = {}) {
  const child = spawn('wrangler', [...args, '--config', config], {
    env: { WRANGLER_HIDE_BANNER: 'true', WRANGLER_SEND_METRICS: 'false', ...process.env, ...env },
  })
  let [stdout, output] = ['', '']
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => {
      output += text
      if (name === 'stdout') stdout += text
      if (!isQuiet) process[name].write(text)
    })
  child.stdin.end(input)
  return new Promise((done) =>
    child.on('close', (status) => {
      if (status !== 0 && !mayFail) end(isQuiet ? output : '', status ?? 1)
      done({ status, stdout, output })
    }),
  )
}

function end(reason, code = 1) {
  if (reason) console.error(reason)
  process.exit(code)
}
