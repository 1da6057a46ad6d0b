// `npm run bench:abuse`: the p99 of one account's calls while another account attacks, with each kind of call and with all
// kinds together, and how many times the p99 without an attack that is. It measures two services side by side: without
// limits (`RATE_LIMITS=off`) and with them. `-- --people=20000 --seconds=8` are the defaults; `--only=counts` runs the
// attacks with that word in their name. Linux only. The attacker, this process and the service share the processors. The
// simulators of D1 and R2 run in a process of their own, because in production they are apart from the Worker; with
// `--together`, they share one thread with it.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Attack, Attacked, Attacker } from './attacker.ts'
import { type Call, type Server, send } from './load.ts'
import { person, random } from './people.ts'
import { bundle, OPERATOR, type StartedWorker, startWorker } from './worker.ts'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '8' },
    only: { type: 'string', default: '' },
    together: { type: 'boolean', default: false },
  },
})
const [PEOPLE, SECONDS] = [Number(values.people), Number(values.seconds)]
/** Keys of each account: enough that the rate limit of a key is not reached. */
const KEYS = 20
/** How many calls the attacker makes at a time, and the other account. */
const ATTACKERS = 16
const OTHERS = 2
/** The pause of the other account between two calls, ms. */
const PAUSE = 10
/** An attack is over when this many calls in a row took at most this many ms each, or after `most` ms. */
const CALM = { calls: 10, ms: 15, most: 30_000 }

const folder = mkdtempSync(join(tmpdir(), 'prospects-abuse-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const agent = new Agent({ keepAlive: true })
const wait = (ms: number) => new Promise((again) => setTimeout(again, ms))

const next = random(16)
const pick = (n: number) => Math.floor(next() * n)
const many = <T>(n: number, one: (n: number) => T) => Array.from({ length: n }, (_, i) => one(i))
const words = (n: number) => many(n, () => `${'abcdefghij'[pick(10)]}${pick(5000)}`).join(' ')
const ndjson = { 'content-type': 'application/x-ndjson' }

/** An expensive prospect: many words, long notes, and a set of labels that no other prospect has. */
const expensive = (n: number) => ({
  ...person(n),
  firstName: `A${n} ${words(10)}`.slice(0, 100),
  title: words(40).slice(0, 200),
  company: words(40).slice(0, 200),
  labels: many(10, () => `label ${pick(200)}`),
  notes: 'Long notes. '.repeat(160),
  newSourceName: `Source ${n % 50}`,
})

/** What the attacker calls. */
const ATTACKS: Record<string, Attack[]> = {
  'list of 1,000': [{ path: '/v1/prospects?limit=1000' }],
  'list of 1,000 by a word': [{ path: '/v1/prospects?limit=1000&name=a' }],
  'list of 1 by three words': [{ path: '/v1/prospects?name=a&title=b&company=c' }],
  'list of 1,000 by 10 labels': [{ path: `/v1/prospects?limit=1000&label=${many(10, (n) => `label%20${n}`)}` }],
  'list of 1,000 by change': [{ path: '/v1/prospects?limit=1000&sort=updatedAt&updatedSince=0' }],
  export: [{ path: '/v1/prospects/export', headers: { accept: 'application/x-ndjson' } }],
  counts: ['labels', 'sources', 'stages', 'pipelines', 'users', 'offices', 'jobs'].map((kind) => ({
    path: `/v1/${kind}?counts=true&limit=1000`,
  })),
  'feed of 1,000': [{ path: '/v1/events?limit=1000' }],
  timelines: [{ path: '/v1/prospects/ID/events?limit=1000' }],
  'deliveries of 1,000': [{ path: '/v1/webhooks/WEBHOOK/deliveries?limit=1000' }],
  'gets by id': [{ path: '/v1/prospects/ID' }],
  'creates of 100 new labels': [
    {
      method: 'POST',
      path: '/v1/prospects',
      body: JSON.stringify({
        ...expensive(0),
        email: 'UNIQUE@example.com',
        phone: null,
        labels: many(100, (n) => `UNIQUE ${n}`),
      }),
    },
  ],
  batches: [
    {
      method: 'POST',
      path: '/v1/prospects/batch',
      body: JSON.stringify({
        inputs: many(250, (n) => ({ ...expensive(n), email: `UNIQUE-${n}@example.com`, phone: null })),
      }),
    },
  ],
  imports: [
    {
      method: 'POST',
      path: '/v1/imports?update=true',
      headers: ndjson,
      body: many(1000, (n) => JSON.stringify(expensive(PEOPLE + n))).join('\n'),
    },
  ],
  resumes: [
    {
      method: 'PUT',
      path: '/v1/prospects/ID/resume?fileName=a.txt',
      headers: { 'content-type': 'text/plain' },
      body: `UNIQUE${' word'.repeat(1_000_000)}`,
    },
  ],
}

interface Filled {
  keys: string[]
  ids: string[]
  webhook: string
}

/** Makes an account with this many prospects, its keys, and a disabled webhook that gets their events. */
async function fill({ origin, pid }: StartedWorker, people: number, one: (n: number) => object): Promise<Filled> {
  const as = (key: string): Server => ({ origin, pid, headers: { authorization: `Bearer ${key}` } })
  const post = async (key: string, path: string, body: object) =>
    JSON.parse(await send(agent, as(key), { method: 'POST', path, body }))
  const { key } = (await post(OPERATOR, '/admin/accounts', { name: 'Abuse' })).apiKey
  const get = async (path: string) => JSON.parse(await send(agent, as(key), { method: 'GET', path }))
  const webhook = (await post(key, '/v1/webhooks', { url: 'https://hooks.invalid/', disabled: true })).id
  const body = many(people, (n) => JSON.stringify(one(n))).join('\n')
  const sent = await fetch(`${origin}/v1/imports`, { method: 'POST', headers: { ...as(key).headers, ...ndjson }, body })
  for (let report = (await sent.json()) as { id: string; finishedAt: number | null }; !report.finishedAt; ) {
    await wait(500)
    report = await get(`/v1/imports/${report.id}`)
  }
  const keys = [key]
  while (keys.length < KEYS) keys.push((await post(key, '/v1/api-keys', { name: 'More', scopes: ['admin'] })).key)
  const { prospects } = await get('/v1/prospects?limit=200')
  return { keys, ids: prospects.map(({ id }: { id: string }) => id), webhook }
}

/** The service, as an account calls it with one of its keys. */
const serverFor = ({ origin, pid }: StartedWorker, { keys }: Filled): Server => ({
  origin,
  pid,
  headers: { authorization: `Bearer ${keys[pick(keys.length)]}` },
})

/** How long each call took, ms. */
type Times = Record<'get' | 'create', number[]>

/** Calls of an account for `SECONDS`: it gets by id and creates in turn. */
async function use(worker: StartedWorker, account: Filled): Promise<Times> {
  const { ids } = account
  const times: Times = { get: [], create: [] }
  const timed = async (what: keyof Times, call: Call) => {
    const start = performance.now()
    await send(agent, serverFor(worker, account), call)
    times[what].push(performance.now() - start)
    await wait(PAUSE)
  }
  const end = performance.now() + SECONDS * 1000
  const inTurns = async () => {
    while (performance.now() < end) {
      const body = { ...person(pick(1e9)), phone: null, email: `${crypto.randomUUID()}@example.com` }
      await timed('get', { method: 'GET', path: `/v1/prospects/${ids[pick(ids.length)]}` })
      await timed('create', { method: 'POST', path: '/v1/prospects', body })
    }
  }
  await Promise.all(many(OTHERS, inTurns))
  return times
}

/** Waits until an attack has no effect any more. */
async function calmDown(worker: StartedWorker, account: Filled): Promise<void> {
  const end = performance.now() + CALM.most
  for (let quick = 0; quick < CALM.calls && performance.now() < end; await wait(PAUSE)) {
    const start = performance.now()
    await send(agent, serverFor(worker, account), { method: 'GET', path: `/v1/prospects/${account.ids[0]}` })
    quick = performance.now() - start <= CALM.ms ? quick + 1 : 0
  }
}

/** Measures the calls of an account while another attacks from a thread of its own. */
async function attacked(worker: StartedWorker, attacks: Attack[]): Promise<{ times: Times; answered: Attacked }> {
  await calmDown(worker, other)
  const workerData: Attacker = { origin: worker.origin, ...attacker, attacks, connections: ATTACKERS }
  const thread = new Worker(join(import.meta.dirname, 'attacker.ts'), { workerData })
  const ended = new Promise<Attacked>((resolve, reject) => thread.on('message', resolve).on('error', reject))
  await wait(500)
  const times = await use(worker, other)
  thread.postMessage('stop')
  const answered = await ended
  await thread.terminate()
  return { times, answered }
}

const script = await bundle(join(folder, 'bundle'))
const [plain, limited] = [join(folder, 'without'), join(folder, 'with')]
mkdirSync(plain)
execFileSync('node', ['scripts/migrate.mjs', plain], { cwd: join(import.meta.dirname, '..') })
const filling = await startWorker(script, plain)
const attacker = await fill(filling, PEOPLE, expensive)
const other = await fill(filling, 2000, person)
await filling.end()
cpSync(plain, limited, { recursive: true })
const workers = [
  await startWorker(script, plain, {}, !values.together),
  await startWorker(script, limited, { RATE_LIMITS: '' }, !values.together),
]

const p99 = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN
console.log(
  `${PEOPLE} people, ${SECONDS} s each, ${ATTACKERS} calls at a time; ${cpus().length} × ${cpus()[0]?.model}
p99 in ms of a get by id and a create of another account, and times the quiet one\n`,
)
const row = (...cells: string[]) => console.log(`| ${cells.join(' | ')} |`)
row('attack', 'without: get', 'create', 'answered', 'with: get', 'create', 'answered')
row('---', '---:', '---:', '---', '---:', '---:', '---')
const quiet: Times[] = []
for (const worker of workers) {
  await calmDown(worker, other)
  await use(worker, other)
  quiet.push(await use(worker, other))
}
row('none', ...quiet.flatMap(({ get, create }) => [p99(get).toFixed(0), p99(create).toFixed(0), '']))
const chosen = Object.entries(ATTACKS).filter(([name]) => name.includes(values.only))
if (chosen.length > 1) chosen.push(['all together', Object.values(ATTACKS).flat()])
for (const [name, attacks] of chosen) {
  const cells: string[] = []
  for (const [i, worker] of workers.entries()) {
    const { times, answered } = await attacked(worker, attacks)
    for (const what of ['get', 'create'] as const) {
      const ms = p99(times[what])
      cells.push(`${ms.toFixed(0)} (${(ms / p99(quiet[i]?.[what] ?? [])).toFixed(1)}×)`)
    }
    cells.push(
      Object.entries(answered)
        .map(([status, n]) => `${n} × ${status}`)
        .join(', '),
    )
  }
  row(name, ...cells)
}
process.exit()
