// `npm run dev`: the service on this machine, with migrated databases, a demo account and the schedule.
// Flags: --port N, --persist-to DIR, --var NAME:value, --no-seed; all others are wrangler's own.
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs, parseEnv } from 'node:util'
import { openDemo } from './demo.mjs'

process.chdir(join(import.meta.dirname, '..'))

let child
let stopping = false

/** Nothing leaves the machine, and nothing is written outside of the project and the state folder. */
const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true', // it asks npm for a newer version
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
  X_LOCAL_EXPLORER: 'false',
  X_LOCAL_OBSERVABILITY: 'false', // it keeps a copy of every request
}

/** What wrangler says at each start of a Worker that has a schedule. We do trigger it. */
const CRON_HINT = /.*Scheduled Workers are not automatically triggered[\s\S]*?test-cron-triggers-locally\S*\s*/

const OURS = {
  port: { type: 'string', default: '8787' },
  'persist-to': { type: 'string', default: '.wrangler/state' },
  var: { type: 'string', multiple: true, default: [] },
  'no-seed': { type: 'boolean', default: false },
}
/** What we only look at. Of several configurations the first is the service's. */
const WRANGLERS = { config: { type: 'string', short: 'c', multiple: true, default: ['wrangler.toml'] } }
const { values: flags, tokens } = parseArgs({ options: { ...OURS, ...WRANGLERS }, strict: false, tokens: true })
const ours = tokens.filter((token) => token.kind === 'option' && token.name in OURS)
const taken = ours.flatMap(({ index, inlineValue }) => (inlineValue === false ? [index, index + 1] : index))
for (const { name, value } of ours)
  if (value === undefined && OURS[name].type === 'string') end(`--${name} needs a value.`)
if (!/^\d+$/.test(flags.port)) end('--port takes a number.')
const forWrangler = process.argv.slice(2).filter((_, index) => !taken.includes(index))

const folder = resolve(flags['persist-to'])
const [config] = flags.config
const memory = openMemory(join(folder, 'dev.json'))
const given = { ...readDevVars(), ...Object.fromEntries(flags.var.map((v) => v.split(/:(.*)/s))) }
const made = {}
if (given.ENCRYPTION_KEY === undefined) {
  if (!memory.encryptionKey) memory.keep({ encryptionKey: `1.${randomBytes(32).toString('base64')}` })
  made.ENCRYPTION_KEY = memory.encryptionKey
}
if (given.ADMIN_TOKEN === undefined) made.ADMIN_TOKEN = randomBytes(24).toString('base64url')
const operator = made.ADMIN_TOKEN ?? given.ADMIN_TOKEN

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
// npm can be killed without our being told
const parent = process.ppid
setInterval(() => process.ppid === parent || stop(), 500).unref()

await migrate()
await serve()

/** Ends the child, and with it everything: politely, and after three seconds by force. */
function stop() {
  if (stopping) return
  stopping = true
  child?.kill('SIGTERM')
  setTimeout(killGroup, 3000).unref()
}

function killGroup() {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {} // nobody is left in it
}

/** Says why there is no service, if that was not asked for, and ends. */
function end(why, code = 1) {
  if (!stopping) console.error(why)
  process.exit(stopping ? 0 : code)
}

/**
 * Runs a Node program in a process group of its own, which dies when its leader does, or when the leader sees that we
 * are gone: none of what it starts is left behind. Resolves to the exit code.
 */
function run(args, onOutput) {
  child = spawn(process.execPath, ['--no-warnings', '--import', './scripts/leash.mjs', ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      ...QUIET,
      ...(process.stdout.isTTY && { FORCE_COLOR: '1' }),
      CLOUDFLARE_DEV_REGISTRY_PATH: join(folder, 'registry'),
    },
  })
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => onOutput(text, name))
  child.on('exit', killGroup)
  return new Promise((done) => child.on('close', (code) => done(code ?? 1)))
}

/** Migrates the databases in the state folder, unless that was done with the same migrations and settings. */
async function migrate() {
  const files = readdirSync('drizzle').filter((name) => name.endsWith('.sql'))
  const wanted = [config, ...files.sort().map((name) => join('drizzle', name))].map((file) =>
    readFileSync(file, 'utf8'),
  )
  const digest = createHash('sha256').update(JSON.stringify(wanted)).digest('hex')
  if (memory.migrated === digest && existsSync(join(folder, 'v3/d1'))) return
  let output = ''
  const code = await run(['scripts/migrate.mjs', folder, config], (text) => {
    output += text
  })
  if (code !== 0 || stopping) end(`The migrations failed.\n${output}`, code)
  memory.keep({ migrated: digest })
}

/** Serves until told to stop. Passes on wrangler's log from when the service is ready, or when that takes long. */
async function serve() {
  let isLogging = false
  const startLogging = () => {
    isLogging = true
  }
  const vars = [...flags.var, ...Object.entries(made).map((entry) => entry.join(':'))].flatMap((v) => ['--var', v])
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
  const answer = await fetch(`${origin}/health`).catch(() => null)
  return answer?.status === 200
}

/** Runs what is scheduled, now and at the start of every minute; never twice at a time. */
async function tick(url) {
  try {
    const { status } = await fetch(url)
    if (status !== 200) throw new Error(`the answer was ${status}`)
  } catch (error) {
    if (!stopping) console.error(`The schedule did not run: ${error.message}`)
  }
  setTimeout(tick, 60_000 - (Date.now() % 60_000), url)
}

/** What there is, and how to ask for it. */
async function introduce(origin) {
  const lines = [`The prospects API is at ${origin}`]
  if (made.ADMIN_TOKEN) lines.push(`Operator token for /admin: ${operator}`)
  if (!operator) lines.push('Without an ADMIN_TOKEN /admin answers 404, and no demo account can be made.')
  if (flags['no-seed'] || !operator) return lines
  try {
    const { accountId, key } = await openDemo(origin, operator, memory)
    const curl = `curl -s '${origin}/v1/prospects?label=Hot&limit=5' -H 'Authorization: Bearer ${key}'`
    return [...lines, `Demo account ${accountId}, API key: ${key}`, '', 'Try it:', `  ${curl}`]
  } catch (error) {
    return [...lines, `The demo account is not complete: ${error.message}`]
  }
}

/** What starts on the same state folder have to know of each other. It holds a key, so that only we may read it. */
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

/** What `.dev.vars` sets, or `.env` where there is none, as wrangler has it. An empty value sets nothing. */
function readDevVars() {
  const file = ['.dev.vars', '.env'].find((name) => existsSync(name))
  const vars = file ? parseEnv(readFileSync(file, 'utf8')) : {}
  return Object.fromEntries(Object.entries(vars).filter(([, value]) => value !== ''))
}
