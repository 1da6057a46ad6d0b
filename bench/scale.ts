// `npm run bench:scale` measures what each call costs D1 in one account of 10,000, 100,000 and 1,000,000 people, and how much
// disk they take. `-- 10000 100000` sets other sizes: a million people take about ten minutes to import.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LABELS, person, random } from './people.ts'
import { bundle, OPERATOR, startWorker } from './worker.ts'

const SIZES = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10_000, 100_000, 1_000_000]
/** The rows of one import. */
const IMPORT_ROWS = 100_000
/** How often each call is made. */
const REPEATS = 25
/** The size limit of a D1 database in bytes. */
const MAX_DATABASE = 10e9

const folder = mkdtempSync(join(tmpdir(), 'prospects-scale-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
execFileSync('node', ['scripts/migrate.mjs', folder], { cwd: join(import.meta.dirname, '..') })
const { origin } = await startWorker(await bundle(join(folder, 'bundle')), folder)

interface Cost {
  ms: number
  trips: number
  read: number
  written: number
}

/** Makes a request. Resolves to its response, and to what the response says that it cost D1. */
async function request(key: string, method: string, path: string, body?: unknown, type = 'application/json') {
  const headers = { authorization: `Bearer ${key}`, 'content-type': type }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(origin + path, { method, headers, ...(body !== undefined && { body: text }) })
  const received = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${received}`)
  const isJson = response.headers.get('content-type') === 'application/json'
  const timing = response.headers.get('server-timing') ?? ''
  const [ms = 0, trips = 0, read = 0, written = 0] = (timing.match(/[\d.]+/g) ?? []).map(Number)
  return { json: isJson ? JSON.parse(received) : null, cost: { ms, trips, read, written } }
}

const { json: account } = await request(OPERATOR, 'POST', '/admin/accounts', { name: 'Scale' })
const call = (method: string, path: string, body?: unknown, type?: string) =>
  request(account.apiKey.key, method, `/v1${path}`, body, type)

const withSource = (n: number) => ({ ...person(n), newSourceName: `Source ${n % 5}` })

/** Imports the people numbered `from` up to, but not including, `to`. */
async function fill(from: number, to: number) {
  for (let at = from; at < to; at += IMPORT_ROWS) {
    const people = Array.from({ length: Math.min(IMPORT_ROWS, to - at) }, (_, n) => JSON.stringify(withSource(at + n)))
    const { json } = await call('POST', '/imports', people.join('\n'), 'application/x-ndjson')
    for (let report = json; report.created < people.length; ) {
      await new Promise((again) => setTimeout(again, 500))
      report = (await call('GET', `/imports/${json.id}`)).json
      if (report.finishedAt && report.created < people.length) throw new Error(JSON.stringify(report))
    }
  }
}

const next = random(7)
const pick = <T>(all: T[]) => all[Math.floor(next() * all.length)] as T
const two = () => `${pick(LABELS)},${pick(LABELS)}`
const ten = LABELS.slice(0, 10).join(',')
const RAREST = 'label48'
let created = 2_000_000
const create = async () => (await call('POST', '/prospects', withSource(created++))).json.id

/** A stored person, with the first source and the rarest label of the account. */
interface Known extends ReturnType<typeof person> {
  id: string
  source: string
  label: { id: string; name: string }
}

/** The calls to measure. Those whose cost grows with the account name what it grows with. */
const CALLS: Record<string, (known: Known) => Promise<{ cost: Cost }>> = {
  'get by id': ({ id }) => call('GET', `/prospects/${id}`),
  'by email': ({ email }) => call('GET', `/prospects?email=${email}`),
  'by phone': ({ phone }) => call('GET', `/prospects?phone=${encodeURIComponent(phone)}`),
  'newest 25': () => call('GET', '/prospects?limit=25'),
  'newest 25 of a stage': () => call('GET', '/prospects?stage=New&limit=25'),
  'newest 25 of 2 labels (label sets)': () => call('GET', `/prospects?label=${two()}&limit=25`),
  'newest 25 of the 10 most frequent labels (label sets)': () => call('GET', `/prospects?label=${ten}&limit=25`),
  'newest 25 of 2 labels and a stage (label sets)': () => call('GET', `/prospects?label=${two()}&stage=New&limit=25`),
  'newest 25 of 2 labels, without total': () => call('GET', `/prospects?label=${two()}&limit=25&total=false`),
  'last changed 25': () => call('GET', '/prospects?sort=-updatedAt&limit=25'),
  'first 25 changed since, without total': () =>
    call('GET', '/prospects?sort=updatedAt&updatedSince=1&total=false&limit=25'),
  'newest 25 of 2 name words (what each matches)': ({ firstName, lastName }) =>
    call('GET', `/prospects?name=${firstName}%20${lastName}&limit=25`),
  'newest 25 of a source (who has it)': ({ source }) => call('GET', `/prospects?sourceId=${source}&limit=25`),
  'newest 25 of a source, without total': ({ source }) =>
    call('GET', `/prospects?sourceId=${source}&total=false&limit=25`),
  'export, first page': ({ label }) => call('GET', `/prospects/export?label=${label.name}`),
  'create, 3 labels': () => call('POST', '/prospects', withSource(created++)),
  'match, no update': ({ firstName, lastName, email }) => call('POST', '/prospects', { firstName, lastName, email }),
  'POST that updates': ({ firstName, lastName, email }) =>
    call('POST', '/prospects', { firstName, lastName, email, city: `City ${created++}`, update: true }),
  PATCH: ({ id }) => call('PATCH', `/prospects/${id}`, { city: `City ${created++}` }),
  'PATCH of the labels': ({ id }) => call('PATCH', `/prospects/${id}`, { labels: two() }),
  merge: async ({ id }) => call('POST', `/prospects/${id}/merge`, { duplicateId: await create() }),
  DELETE: async () => call('DELETE', `/prospects/${await create()}`),
  timeline: ({ id }) => call('GET', `/prospects/${id}/events?limit=25`),
  'feed, first 25': () => call('GET', '/events?limit=25'),
  'stages with counts': () => call('GET', '/stages?counts=true'),
  'labels with counts (label sets)': () => call('GET', '/labels?counts=true'),
  'sources with counts (who has them)': () => call('GET', '/sources?counts=true'),
  'rename of a label': ({ label }) =>
    call('PATCH', `/labels/${label.id}`, { name: created++ % 2 ? RAREST : RAREST.toUpperCase() }),
}

/** Queries the database's file directly. */
function query(sql: string): Record<string, number>[] {
  const files = join(folder, 'v3/d1/miniflare-D1DatabaseObject')
  const file = readdirSync(files).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)) as string
  const db = new DatabaseSync(join(files, file), { readOnly: true })
  const rows = db.prepare(sql).all() as Record<string, number>[]
  db.close()
  return rows
}

/** Makes each call `REPEATS` times. Resolves to the medians of round trips and rows, and the mean time. */
async function measure(people: number): Promise<[name: string, cost: Cost][]> {
  const source = (await call('GET', '/sources?limit=1')).json.items[0].id
  const labels: Known['label'][] = (await call('GET', '/labels?limit=1000')).json.items
  const label = labels.find(({ name }) => name.toLowerCase() === RAREST) as Known['label']
  const measured: [string, Cost][] = []
  for (const [name, send] of Object.entries(CALLS)) {
    const costs: Cost[] = []
    while (costs.length < REPEATS) {
      const one = person(Math.floor(next() * people))
      const { id } = (await call('GET', `/prospects?email=${one.email}`)).json.prospects[0]
      costs.push((await send({ ...one, id, source, label })).cost)
    }
    const median = (what: keyof Cost) => costs.map((cost) => cost[what]).sort((a, b) => a - b)[REPEATS >> 1] as number
    const ms = costs.reduce((sum, cost) => sum + cost.ms, 0) / REPEATS
    measured.push([name, { ms, trips: median('trips'), read: median('read'), written: median('written') }])
  }
  return measured
}

const found = new Map<string, Cost[]>(Object.keys(CALLS).map((name) => [name, []]))
let stored = 0
for (const people of SIZES) {
  const start = performance.now()
  await fill(stored, people)
  const seconds = (performance.now() - start) / 1000
  stored = people
  const [size] = query('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
  const [counters] = query('SELECT count(DISTINCT label_set) - 1 AS sets FROM label_set_counts')
  const each = (size?.bytes ?? 0) / people
  console.log(
    `${people} people, filled in ${seconds.toFixed(0)} s: ${counters?.sets} label sets, ${each.toFixed(0)} bytes each, ` +
      `${(MAX_DATABASE / each / 1e6).toFixed(1)} million in 10 GB`,
  )
  for (const [name, cost] of await measure(people)) found.get(name)?.push(cost)
}

const row = (...cells: unknown[]) => console.log(`| ${cells.join(' | ')} |`)
console.log(`\n${REPEATS} calls each at ${SIZES.join(', ')}; ${cpus().length} × ${cpus()[0]?.model}\n`)
row('call', 'round trips', 'rows read', 'rows written', 'D1 ms')
row('---', '---:', '---:', '---:', '---:')
for (const [name, costs] of found) {
  const at = (what: keyof Cost, digits = 0) => {
    const all = costs.map((cost) => cost[what].toFixed(digits))
    return new Set(all).size === 1 ? all[0] : all.join(', ')
  }
  row(name, at('trips'), at('read'), at('written'), at('ms', 1))
}
console.log('\nbytes per person, by table and index:')
for (const { name, bytes } of query(
  `SELECT name, sum(pgsize) / ${stored} AS bytes FROM dbstat WHERE aggregate = 1 GROUP BY name HAVING bytes > 0 ORDER BY 2 DESC`,
))
  console.log(`  ${String(name).padEnd(24)} ${bytes}`)
process.exit()
