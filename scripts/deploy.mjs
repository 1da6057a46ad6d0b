// `npm run deploy`: creates what wrangler.toml names and the Cloudflare account lacks, makes the secrets that the Worker
// lacks, migrates every D1 database, and deploys. Nothing that is there is changed or made again, so that it goes on where
// it was ended. Flags: `--env NAME` deploys the same under other names (scripts/environment.mjs), `--dry-run` only builds,
// and fails at any warning; `--config FILE` stands for wrangler.toml. All others go to `wrangler deploy`.
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
import { parseArgs, parseEnv } from 'node:util'
import { unstable_readConfig as readConfig } from 'wrangler'
import { writeEnvironment } from './environment.mjs'

const OURS = {
  env: { type: 'string', short: 'e' },
  config: { type: 'string', short: 'c', default: 'wrangler.toml' },
  'dry-run': { type: 'boolean' },
}
const { values: flags, tokens } = parseArgs({ options: OURS, strict: false, tokens: true })
const ours = tokens.filter((token) => token.kind === 'option' && token.name in OURS)
const taken = ours.flatMap(({ index, inlineValue }) => (inlineValue === false ? [index, index + 1] : index))
const forWrangler = process.argv.slice(2).filter((_, index) => !taken.includes(index))

/** The secrets that are made for a Worker that has none, each in its form. */
const MAKE = {
  ADMIN_TOKEN: () => randomBytes(32).toString('base64url'),
  ENCRYPTION_KEY: () => `1.${randomBytes(32).toString('base64')}`,
}

// without `--` in front npm takes them for its own, and this would be another deploy than the one that was asked for
if (process.env.npm_config_env || process.env.npm_config_dry_run) end('Put `--` first: npm run deploy -- --dry-run')
if (flags.env === true) end('--env needs a name, as staging.')

const config = flags.env === undefined ? flags.config : writeEnvironment(flags.config, flags.env)
const { name: worker, vars, d1_databases, queues } = readConfig({ config })

if (flags['dry-run']) {
  const { output } = await wrangler(['deploy', '--dry-run', ...forWrangler])
  if (output.includes('WARNING')) end('The configuration has warnings.')
} else {
  // what does not build, or has a flag that is none, changes nothing
  await wrangler(['deploy', '--dry-run', ...forWrangler], { isQuiet: true })
  const [isSet] = await Promise.all([listSecrets(), createDatabases(), createQueues()])
  const secrets = openSecrets(isSet)
  for (const { binding } of d1_databases) await wrangler(['d1', 'migrations', 'apply', binding, '--remote'])
  const targets = await deploy(secrets)
  if (!isSet('PUBLIC_HOSTS') && !('PUBLIC_HOSTS' in secrets)) await putHosts(targets)
}

/** They are found by their names, here and by all of wrangler's commands, unless a `database_id` is given. */
async function createDatabases() {
  const { stdout } = await wrangler(['d1', 'list', '--json'], { isQuiet: true })
  const there = JSON.parse(stdout).map(({ name }) => name)
  for (const { database_name, database_id } of d1_databases)
    if (!database_id && !there.includes(database_name)) await create('d1', database_name)
}

/** Those that the Worker only receives from: others, and buckets, are created by `wrangler deploy`. */
async function createQueues() {
  const sentTo = queues.producers.map(({ queue }) => queue)
  const received = new Set(queues.consumers.flatMap((c) => [c.queue, c.dead_letter_queue ?? c.queue]))
  const { output } = await wrangler(['queues', 'list'], { isQuiet: true })
  const listed = output.split(/[│\s]+/)
  // the list is only the first page of them
  const isThere = async (queue) =>
    listed.includes(queue) || (await wrangler(['queues', 'info', queue], { isQuiet: true, mayFail: true })).status === 0
  const createMissing = async (queue) => (await isThere(queue)) || create('queues', queue)
  await Promise.all([...received].filter((queue) => !sentTo.includes(queue)).map(createMissing))
}

/** Wrangler would also say what to write into the configuration, where it is already. */
async function create(kind, name) {
  await wrangler([kind, 'create', name], { isQuiet: true })
  console.log(`Created ${name} (${kind}).`)
}

/** Resolves to whether a name is already set on the Worker, as a secret or by the configuration. */
async function listSecrets() {
  const { status, stdout, output } = await wrangler(['secret', 'list'], { isQuiet: true, mayFail: true })
  // whatever else may be the matter: where secrets cannot be seen, none is put in the place of one
  if (status !== 0 && !output.includes(`Worker "${worker}" not found`)) end(output)
  const set = status === 0 ? JSON.parse(stdout).map(({ name }) => name) : []
  return (name) => set.includes(name) || name in vars
}

/** What the Worker lacks of the file of secrets, which is theirs who deploy, and of those that are made. */
function openSecrets(isSet) {
  const file = join(dirname(config), '.secrets', `${worker}.env`)
  const kept = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  const lacking = Object.keys(MAKE).filter((name) => !isSet(name) && !kept[name])
  if (lacking.length > 0 && process.env.CI)
    console.warn(`The Worker has no ${lacking.join(' and no ')}: npx wrangler secret put NAME --name ${worker}`)
  else if (lacking.length > 0) {
    const made = Object.fromEntries(lacking.map((name) => [name, MAKE[name]()]))
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    appendFileSync(file, lacking.map((name) => `\n${name}=${made[name]}\n`).join(''), { mode: 0o600 })
    chmodSync(file, 0o600)
    console.log(
      `Made ${lacking.join(' and ')}, in ${file}: keep them elsewhere, for Cloudflare does not show them again.`,
    )
    Object.assign(kept, made)
  }
  return Object.fromEntries(Object.entries(kept).filter(([name, value]) => value !== '' && !isSet(name)))
}

/** The secrets come with the code that needs them. Resolves to the addresses that the Worker has, and what wakes it. */
async function deploy(secrets) {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'))
  process.on('exit', () => rmSync(folder, { recursive: true }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))
  const [given, told] = [join(folder, 'secrets.json'), join(folder, 'told')]
  writeFileSync(given, JSON.stringify(secrets), { mode: 0o600 })
  const withSecrets = Object.keys(secrets).length > 0 ? ['--secrets-file', given] : []
  const env = process.env.CI ? {} : { WRANGLER_OUTPUT_FILE_PATH: told }
  await wrangler(['deploy', ...withSecrets, ...forWrangler], { env })
  const lines = existsSync(told) ? readFileSync(told, 'utf8').trim().split('\n') : []
  return lines.flatMap((line) => JSON.parse(line).targets ?? [])
}

/** The host names among the Worker's addresses, to which it will send no webhook. */
async function putHosts(targets) {
  const hosts = targets.flatMap((target) => /^(?:https:\/\/)?([\w-]+(?:\.[\w-]+)+)(?=[/ ]|$)/.exec(target)?.[1] ?? [])
  if (hosts.length > 0) await wrangler(['secret', 'put', 'PUBLIC_HOSTS'], { input: hosts.join() })
}

/**
 * Runs wrangler and shows what it says, unless it `isQuiet`; it asks nothing. Resolves to its exit code and what it said.
 * Ends with that code if it is not 0, unless it `mayFail`.
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

function end(why, code = 1) {
  if (why) console.error(why)
  process.exit(code)
}
