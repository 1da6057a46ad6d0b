// `npm run dev` runs the service on this machine, with migrated databases, a demo account and the schedule.
// Flags: --port N, --persist-to DIR, --var NAME:value, --no-seed. All others go to wrangler.
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { openDemo } from './demo.mjs'
import { readFlags } from './flags.mjs'

process.chdir(join(import.meta.dirname, '..'))

let child
let stopping = false

/** With these, nothing leaves the machine, and nothing is written outside the project and the state folder. */
const LOCAL_ONLY = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true', // with the banner, wrangler asks npm for a newer version
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
  X_LOCAL_EXPLORER: 'false',
  X_LOCAL_OBSERVABILITY: 'false', // it stores a copy of every request
}

/** What wrangler prints whenever a Worker with a schedule starts. `tick` triggers the schedule here. */
const CRON_HINT = /.*Scheduled Workers are not automatically triggered[\s\S]*?test-cron-triggers-locally\S*\s*/

const FLAGS = {
  port: { type: 'string', default: '8787' },
  'persist-to': { type: 'string', default: '.wrangler/state' },
  var: { type: 'string', multiple: true, default: [] },
  'no-seed': { type: 'boolean', default: false },
}
/** This flag also goes to wrangler. Of several configurations, the first is the service's. */
const CONFIG = { config: { type: 'string', short: 'c', multiple: true, default: ['wrangler.toml'] } }
const { flags, forWrangler } = readFlags(FLAGS, CONFIG)
if (!/^\d+$/.test(flags.port)) end('--port takes a number.')

const folder = resolve(flags['persist-to'])
const [config] = flags.config
const memory = openMemory(join(folder, 'dev.json'))
const given = { ...readDevVars(), ...Object.fromEntries(flags.var.map((v) => v.split(/:(.*)/s))) }
/** Settings that neither a file nor a flag gives, so that they are generated here. */
const generated = {}
if (given.ENCRYPTION_KEY === undefined) {
  if (!memory.encryptionKey) memory.keep({ encryptionKey: `1.${randomBytes(32).toString('base64')}` })
  generated.ENCRYPTION_KEY = memory.encryptionKey
}
if (given.ADMIN_TOKEN === undefined) generated.ADMIN_TOKEN = randomBytes(24).toString('base64url')
const operator = generated.ADMIN_TOKEN ?? given.ADMIN_TOKEN

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
// a killed npm sends no signal
const parent = process.ppid
setInterval(() => process.ppid === parent || stop(), 500).unref()

await migrate()
await serve()

/** Stops the child, and so every process: with SIGTERM, and with SIGKILL after three seconds. */
function stop() {
  if (stopping) return
  stopping = true
  child?.kill('SIGTERM')
  setTimeout(killGroup, 3000).unref()
}

function killGroup() {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {} // the group is empty already
}

/** Exits. Unless the service was asked to stop, prints the reason and exits with `code`. */
function end(reason, code = 1) {
  if (!stopping) console.error(reason)
  process.exit(stopping ? 0 : code)
}

/**
 * Runs a Node program in a process group of its own and resolves to its exit code. The group is killed when the program
 * ends, and also when this process ends (scripts/parent-watchdog.mjs), so no process is left behind.
 */
function run(args, onOutput) {
  child = spawn(process.execPath, ['--no-warnings', '--import', './scripts/parent-watchdog.mjs', ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      ...LOCAL_ONLY,
      ...(process.stdout.isTTY && { FORCE_COLOR: '1' }),
      CLOUDFLARE_DEV_REGISTRY_PATH: join(folder, 'registry'),
    },
  })
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => onOutput(text, name))
  child.on('exit', killGroup)
  return new Promise((done) => child.on('close', (code) => done(code ?? 1)))
}

/** Migrates the databases in the state folder, unless they were migrated before with the same files and configuration. */
async function migrate() {
  const files = readdirSync('drizzle').filter((name) => name.endsWith('.sql'))
  const inputs = [config, ...files.sort().map((name) => join('drizzle', name))].map((file) =>
    readFileSync(file, 'utf8'),
  )
  const digest = createHash('sha256').update(JSON.stringify(inputs)).digest('hex')
  if (memory.migrated === digest && existsSync(join(folder, 'v3/d1'))) return
  let output = ''
  const code = await run(['scripts/migrate.mjs', folder, config], (text) => {
    output += text
  })
  if (code !== 0 || stopping) end(`The migrations failed.\n${output}`, code)
  memory.keep({ migrated: digest })
}

/** Serves until it is stopped. Prints wrangler's log once the service is ready, or after 20 s if it is not. */
async function serve() {
  let isLogging = false
  const startLogging = () => {
    isLogging = true
  }
  const vars = [...flags.var, ...Object.entries(generated).map((entry) => entry.join(':'))].flatMap((v) => ['--var', v])
  const fixed = ['--port', flags.port, '--persist-to', folder, '--show-interactive-dev-session=false']
  const args = ['node_modules/wrangler/wrangler-dist/cli.js', 'dev', ...fixed, ...vars, ...forWrangler]
  run(args, (text, name) => {
    if (name === 'stderr') process.stderr.write(text.replace(CRON_HINT, ''))
    else if (isLogging) process.stdout.write(text)
  }).then((code) => end(`wrangler ended with ${code}.`, code))

  const slow = setTimeout(startLogging, 20_000)
  const { ip, port } = await new Promise((ready) => child.on('message', (message) => ready(JSON.parse(message))))
  const origin = `http://${ip}:${port}`
  while (!(await isHealthy(origin))) await new Promise((again) => setTimeout(again, 500))
  clearTimeout(slow)
  tick(`${origin}/cdn-cgi/handler/scheduled`)
  const lines = await introduce(origin)
  if (!stopping) console.log(`\n${lines.join('\n')}\n`)
  startLogging()
}

async function isHealthy(origin) {
  const response = await fetch(`${origin}/health`).catch(() => null)
  return response?.status === 200
}

/** Triggers the schedule now and at the start of every minute. A run that is still going on delays the next. */
async function tick(url) {
  try {
    const { status } = await fetch(url)
    if (status !== 200) throw new Error(`the response was ${status}`)
  } catch (error) {
    if (!stopping) console.error(`The schedule did not run: ${error.message}`)
  }
  setTimeout(tick, 60_000 - (Date.now() % 60_000), url)
}

/** The lines to print at the start: the addresses, the keys and an example. */
async function introduce(origin) {
  const lines = [`The prospects API is at ${origin}`]
  if (generated.ADMIN_TOKEN) lines.push(`Operator token for /admin: ${operator}`)
  if (!operator) lines.push('Without an ADMIN_TOKEN, /admin returns 404 and there is no demo account.')
  if (flags['no-seed'] || !operator) return lines
  try {
    const { accountId, key } = await openDemo(origin, operator, memory)
    const curl = `curl -s '${origin}/v1/prospects?label=Hot&limit=5' -H 'Authorization: Bearer ${key}'`
    return [...lines, `Demo account ${accountId}, API key: ${key}`, '', 'Try it:', `  ${curl}`]
  } catch (error) {
    return [...lines, `The demo account is not complete: ${error.message}`]
  }
}

/** What one start on a state folder keeps for the next. The file holds a key, so only its owner may read it. */
function openMemory(file) {
  mkdirSync(folder, { recursive: true })
  return {
    ...(existsSync(file) && JSON.parse(readFileSync(file, 'utf8'))),
    keep(news) {
      Object.assign(this, news)
      writeFileSync(`${file}.new`, JSON.stringify(this, null, 2), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    },
  }
}

/** The variables of `.dev.vars`, or of `.env` if there is no `.dev.vars`, as in wrangler. An empty value sets nothing. */
function readDevVars() {
  const file = ['.dev.vars', '.env'].find((name) => existsSync(name))
  const vars = file ? parseEnv(readFileSync(file, 'utf8')) : {}
  return Object.fromEntries(Object.entries(vars).filter(([, value]) => value !== ''))
}
