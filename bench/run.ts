// `npm run bench` makes the same calls about the same people to four servers: this service, the least that a Worker on D1
// can do (the baseline), Directus, and the baseline in Fastify with SQLite in one process. It prints a table and ratios.
// The defaults are `-- --people=100000 --rounds=5 --seconds=2`; `--without=directus,fastify` leaves servers out.
// It installs Directus, Fastify, better-sqlite3 and the Node 20 that they need under node_modules/.bench. Linux only: CPU
// time is read from /proc.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { cpus, version as kernel, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { freePort, until } from '../test/e2e/service.ts'
import { fill, makeCollections, settings, TOKEN } from './directus.ts'
import { type Call, load, type Round, type Server, send } from './load.ts'
import { LABELS, type Person, person, random } from './people.ts'
import { bundle, OPERATOR, startWorker } from './worker.ts'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    without: { type: 'string', default: '' },
  },
})
const [PEOPLE, ROUNDS, SECONDS] = [Number(values.people), Number(values.rounds), Number(values.seconds)]
const VERSIONS = { directus: '12.4.0', fastify: '5.12.8', 'better-sqlite3': '12.11.1', node: '20.20.2' }
const WITHOUT = values.without.split(',')
/** The packages that the other servers need. */
const COMPARED = [
  ...(WITHOUT.includes('directus') && WITHOUT.includes('fastify') ? [] : (['node'] as const)),
  ...(WITHOUT.includes('fastify') ? [] : (['fastify', 'better-sqlite3'] as const)),
  ...(WITHOUT.includes('directus') ? [] : (['directus'] as const)),
]
const MODULES = join(import.meta.dirname, '../node_modules/.bench')
const NODE = join(MODULES, 'node_modules/node/bin/node')

/** A server to measure, and how each call of the bench is made to it. */
interface Contestant {
  name: string
  server: Server
  calls: { [Name in (typeof CALLS)[number]]: () => Call }
}
const CALLS = [
  'get by id',
  'find by email',
  'newest 25 of 2 labels, total',
  'create, 3 labels',
  'update',
  'list by 2 name words',
] as const

const folder = mkdtempSync(join(tmpdir(), 'prospects-bench-'))
const started: ChildProcess[] = []
const agent = new Agent({ keepAlive: true })

/** Installs the other servers if they are not installed yet, with the Node that they run on. */
function install() {
  if (COMPARED.every((name) => existsSync(join(MODULES, 'node_modules', name)))) return
  mkdirSync(MODULES, { recursive: true })
  const add = (packages: string[], PATH: string) =>
    execFileSync('npm', ['install', '--prefix', MODULES, '--no-audit', '--no-fund', ...packages], {
      env: { ...process.env, PATH },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  const [node, ...packages] = COMPARED.map((name) => `${name}@${VERSIONS[name]}`)
  add([node as string], process.env.PATH ?? '')
  add(packages, `${join(NODE, '..')}:${process.env.PATH}`)
}

/** Imports people into a new account of this service. Resolves to the account's id, its key and the prospects' ids. */
async function importPeople(origin: string, people: Person[]) {
  const request = async (token: string, path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) }
    const response = await fetch(origin + path, { ...init, headers })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    return response
  }
  const json = { 'content-type': 'application/json' }
  const created = await request(OPERATOR, '/admin/accounts', {
    method: 'POST',
    headers: json,
    body: '{"name":"Bench"}',
  })
  const account = (await created.json()) as { id: string; apiKey: { key: string } }
  const { key } = account.apiKey
  const ndjson = 'application/x-ndjson'
  const body = people.map((one) => JSON.stringify(one)).join('\n')
  const accepted = await request(key, '/v1/imports', { method: 'POST', headers: { 'content-type': ndjson }, body })
  const { id } = (await accepted.json()) as { id: string }
  for (let created = 0; created < people.length; await new Promise((again) => setTimeout(again, 500))) {
    const report = (await (await request(key, `/v1/imports/${id}`)).json()) as { status: string; created: number }
    if (report.status === 'completed' && report.created < people.length) throw new Error(JSON.stringify(report))
    created = report.created
  }
  const exported = await (await request(key, '/v1/prospects/export', { headers: { accept: ndjson } })).text()
  return { accountId: account.id, key, ids: exported.match(/(?<=^\{"id":")\w+/gm) as string[] }
}

/** Calls about random people, the same ones in each run. */
function callsOn(
  base: string,
  ids: string[],
  query: (what: { email: string } | { labels: string[] } | { words: string[] }) => string,
  body: (one: Person) => unknown = (one) => one,
): Contestant['calls'] {
  const next = random(7)
  const pick = <T>(all: T[]) => all[Math.floor(next() * all.length)] as T
  const anyone = () => Math.floor(next() * PEOPLE)
  let created = 2_000_000
  let cities = 0
  return {
    'get by id': () => ({ method: 'GET', path: `${base}/${pick(ids)}` }),
    'find by email': () => ({ method: 'GET', path: `${base}?${query({ email: person(anyone()).email })}` }),
    'newest 25 of 2 labels, total': () => ({
      method: 'GET',
      path: `${base}?${query({ labels: [pick(LABELS), pick(LABELS)] })}`,
    }),
    'create, 3 labels': () => ({ method: 'POST', path: base, body: body(person(created++)) }),
    update: () => ({ method: 'PATCH', path: `${base}/${pick(ids)}`, body: { city: `City ${cities++}` } }),
    'list by 2 name words': () => {
      const { firstName, lastName } = person(anyone())
      return { method: 'GET', path: `${base}?${query({ words: [firstName, lastName].map((w) => w.toLowerCase()) })}` }
    },
  }
}

const ownQuery = (what: { email?: string; labels?: string[]; words?: string[] }) =>
  what.email
    ? `email=${what.email}`
    : what.labels
      ? `label=${what.labels.join(',')}&limit=25`
      : `name=${what.words?.join('%20')}&limit=25`

const directusQuery = (what: { email?: string; labels?: string[]; words?: string[] }) => {
  const filter = what.email
    ? { email: { _eq: what.email } }
    : what.labels
      ? { labels: { labels_id: { name: { _in: what.labels } } } }
      : {
          _and: what.words?.map((word) => ({
            _or: [{ first_name: { _istarts_with: word } }, { last_name: { _istarts_with: word } }],
          })),
        }
  const list = what.email ? '' : '&sort=-created_at&limit=25&meta=filter_count'
  return `fields=*,labels.labels_id.name${list}&filter=${encodeURIComponent(JSON.stringify(filter))}`
}

/** The body of a create for Directus, which takes labels by id. */
const toDirectus = ({ firstName, lastName, labels, ...rest }: Person) => ({
  first_name: firstName,
  last_name: lastName,
  ...rest,
  stage: 'New',
  labels: labels.map((name) => ({ labels_id: LABELS.indexOf(name) + 1 })),
})

async function startNode(args: string[], env: Record<string, string>, origin: string, path: string) {
  const server = spawn(NODE, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
  started.push(server)
  await until(`${args[0]} to respond`, () =>
    fetch(origin + path).then(
      () => true,
      () => false,
    ),
  )
  return server.pid as number
}

async function contestants(): Promise<Contestant[]> {
  const people = Array.from({ length: PEOPLE }, (_, n) => person(n))
  const [ownFolder, baselineFolder] = [join(folder, 'own'), join(folder, 'baseline')]
  execFileSync('node', ['scripts/migrate.mjs', ownFolder], { cwd: join(import.meta.dirname, '..') })
  const script = await bundle(join(folder, 'bundle'))
  const filling = await startWorker(script, ownFolder)
  const { accountId, key, ids } = await importPeople(filling.origin, people)
  await filling.end()
  cpSync(ownFolder, baselineFolder, { recursive: true })

  const headers = { authorization: `Bearer ${key}` }
  const baselineHeaders = { 'x-account': accountId }
  const own = await startWorker(script, ownFolder)
  const entryPoints = [join(import.meta.dirname, 'baseline-worker.js')]
  const built = await build({ entryPoints, bundle: true, write: false, format: 'esm', minify: true })
  const baselineScript = built.outputFiles[0]?.text ?? ''
  const baseline = await startWorker(baselineScript, baselineFolder)
  const found: Contestant[] = [
    {
      name: 'baseline',
      server: { ...baseline, headers: baselineHeaders },
      calls: callsOn('/v1/prospects', ids, ownQuery),
    },
    { name: 'prospects', server: { ...own, headers }, calls: callsOn('/v1/prospects', ids, ownQuery) },
  ]
  if (!WITHOUT.includes('directus')) {
    const port = await freePort()
    const env = settings(folder, port)
    const cli = join(MODULES, 'node_modules/directus/cli.js')
    const origin = `http://127.0.0.1:${port}`
    execFileSync(NODE, [cli, 'bootstrap'], { env: { ...process.env, ...env }, stdio: 'ignore' })
    const pid = await startNode([cli, 'start'], env, origin, '/server/ping')
    await makeCollections(origin)
    const theirs = fill(folder, people)
    const server = { origin, pid, headers: { authorization: `Bearer ${TOKEN}` } }
    found.push({ name: 'directus', server, calls: callsOn('/items/prospects', theirs, directusQuery, toDirectus) })
  }
  if (!WITHOUT.includes('fastify')) {
    const files = join(baselineFolder, 'v3/d1/miniflare-D1DatabaseObject')
    const file = readdirSync(files).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)) as string
    const copy = join(folder, 'fastify.sqlite')
    for (const end of ['', '-wal']) if (existsSync(join(files, file + end))) cpSync(join(files, file + end), copy + end)
    const port = await freePort()
    const origin = `http://127.0.0.1:${port}`
    const args = [join(import.meta.dirname, 'baseline-server.mjs'), MODULES, copy, String(port)]
    const pid = await startNode(args, {}, origin, '/')
    found.push({
      name: 'fastify',
      server: { origin, pid, headers: baselineHeaders },
      calls: callsOn('/v1/prospects', ids, ownQuery),
    })
  }
  return found
}

const median = (all: number[]) => all.sort((a, b) => a - b)[all.length >> 1] as number

async function measure(all: Contestant[]) {
  const [baseline, ours] = all as [Contestant, Contestant]
  for (const call of CALLS) {
    const rounds = new Map<string, Round[]>(all.map(({ name }) => [name, []]))
    for (const { server, calls } of all) for (let i = 0; i < 5; i++) await send(agent, server, calls[call]())
    for (let round = 0; round < ROUNDS; round++)
      for (const { name, server, calls } of all) rounds.get(name)?.push(await load(server, calls[call], SECONDS))
    const of = (name: string, what: keyof Round) => median((rounds.get(name) ?? []).map((one) => one[what]))
    console.log(`\n${call}`)
    for (const { name } of all) {
      const [rate, p50, p99, cpu] = (['rate', 'p50', 'p99', 'cpu'] as const).map((what) => of(name, what)) as [
        number,
        number,
        number,
        number,
      ]
      const spread = (rounds.get(name) ?? []).map((one) => one.cpu).sort((a, b) => a - b)
      console.log(
        `  ${name.padEnd(10)} ${rate.toFixed(0).padStart(6)}/s  p50 ${p50.toFixed(2).padStart(8)} ms  p99 ${p99.toFixed(2).padStart(8)} ms  CPU ${cpu.toFixed(2).padStart(7)} ms (${spread[0]?.toFixed(2)} to ${spread.at(-1)?.toFixed(2)})`,
      )
    }
    const ratios = (rounds.get(ours.name) ?? []).map((one, i) => one.cpu / (rounds.get(baseline.name)?.[i]?.cpu ?? 1))
    const times = [
      `CPU ${median(ratios).toFixed(2)}× the baseline's (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
    ]
    for (const { name } of all.slice(2))
      times.push(`${(of(ours.name, 'rate') / of(name, 'rate')).toFixed(1)}× as many calls as ${name}`)
    console.log(`  ${times.join('; ')}`)
  }
}

install()
console.log(
  `${PEOPLE} people, median of ${ROUNDS} rounds of ${SECONDS} s each; ${cpus().length} × ${cpus()[0]?.model}, ${kernel()}`,
)
const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../node_modules', name, 'package.json'), 'utf8')).version
console.log(
  [
    `here: workerd ${versionOf('workerd')}, miniflare ${versionOf('miniflare')}, node ${process.versions.node}`,
    ...COMPARED.map((name) => `${name} ${VERSIONS[name]}`),
  ].join(', '),
)
try {
  await measure(await contestants())
} finally {
  for (const server of started) server.kill()
  rmSync(folder, { recursive: true, force: true })
}
process.exit()
