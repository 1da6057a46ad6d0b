// `npm run bench:import` measures how many rows a second an import writes on this machine, what 1,000 rows cost D1, and how
// long a GET takes meanwhile. For comparison, it POSTs the same rows one by one and in batches of 250, and prints the best rate
// of 1 to 64 clients. The default is 10,000 rows; `npm run bench:import -- 100000` for more. Linux only: memory and CPU are read from /proc.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load, type Server, send } from './load.ts'
import { type Person, person } from './people.ts'
import { bundle, OPERATOR, startWorker } from './worker.ts'

const ROWS = Number(process.argv[2] ?? 10_000)
/** For POSTs: the seconds of each round, and the numbers of clients to try, by the number of rows in a call. */
const SECONDS = 4
const CLIENTS = { 1: [1, 4, 16, 64], 250: [1, 4] }

const folder = mkdtempSync(join(tmpdir(), 'prospects-bench-'))
execFileSync('node', ['scripts/migrate.mjs', folder], { cwd: join(import.meta.dirname, '..') })
const { origin, pid, log } = await startWorker(await bundle(join(folder, 'bundle')), folder, { LOG_LEVEL: 'info' })
const agent = new Agent({ keepAlive: true })

/** The n-th person as a record of the file. A second import with another `city` updates the person. */
const record = (n: number, city: string) => ({ ...person(n), newSourceName: `Source ${n % 5}`, city })
type PersonRecord = ReturnType<typeof record>
const toCsv = (all: PersonRecord[]) =>
  [Object.keys(all[0] ?? {}), ...all.map((one) => Object.values({ ...one, labels: one.labels.join(' , ') }))]
    .map((cells) => cells.map((cell) => `"${cell}"`).join(','))
    .join('\n')
const people = (from: number, many: number, city: string) =>
  Array.from({ length: many }, (_, n) => record(from + n, city))

async function newAccount(): Promise<Server> {
  const operator = { origin, pid, headers: { authorization: `Bearer ${OPERATOR}` } }
  const account = JSON.parse(
    await send(agent, operator, { method: 'POST', path: '/admin/accounts', body: { name: 'Bench' } }),
  )
  return { origin, pid, headers: { authorization: `Bearer ${account.apiKey.key}` } }
}

/** The memory of workerd in MiB: the Worker and the simulators of D1, R2 and Queues. */
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/**
 * Imports a CSV. Resolves to the import's counts, its rows per second from the request to the end, its costs, the times of
 * GETs meanwhile in ms, and the most memory used in MiB.
 */
async function importAll(server: Server, body: string) {
  const logged = log.length
  const start = performance.now()
  const headers = { ...server.headers, 'content-type': 'text/csv' }
  const sent = await fetch(`${origin}/v1/imports?update=true`, { method: 'POST', headers, body })
  const { id } = (await sent.json()) as { id: string }
  const waits: number[] = []
  let peakMemory = 0
  for (;;) {
    const sentAt = performance.now()
    const done = JSON.parse(await send(agent, server, { method: 'GET', path: `/v1/imports/${id}` }))
    waits.push(performance.now() - sentAt)
    peakMemory = Math.max(peakMemory, memory())
    if (done.finishedAt) {
      const seconds = (performance.now() - start) / 1000
      // the consumer's last line comes after its last commit
      await new Promise((again) => setTimeout(again, 100))
      const costs = log.slice(logged).flatMap((line) => (line.includes('"import"') ? [JSON.parse(line)] : []))
      const per1000 = (what: 'trips' | 'read' | 'written') =>
        costs.reduce((sum, cost) => sum + cost[what], 0) / (done.read / 1000)
      waits.sort((a, b) => a - b)
      const [median = 0, worst = 0] = [waits[waits.length >> 1], waits.at(-1)]
      return { ...done, rate: done.read / seconds, per1000, median, worst, memory: peakMemory }
    }
    await new Promise((again) => setTimeout(again, 20))
  }
}

/**
 * POSTs people with a number of clients, `size` in each call. Resolves to the rows per second. If `known` is not 0, it posts
 * that many people again and again, in each lap with another `city`.
 */
async function postAll(
  server: Server,
  { from, known, cityOf, size, clients }: Round & { size: number; clients: number },
): Promise<number> {
  let n = 0
  const nextRecord = (): Person & { update: boolean } => {
    const lap = known ? Math.floor(n / known) : 0
    return { ...record(from + (known ? n++ % known : n++), cityOf(lap)), update: true }
  }
  const next = () =>
    size === 1
      ? { method: 'POST' as const, path: '/v1/prospects', body: nextRecord() }
      : {
          method: 'POST' as const,
          path: '/v1/prospects/batch',
          body: { inputs: Array.from({ length: size }, nextRecord) },
        }
  return (await load(server, next, SECONDS, clients)).rate * size
}
interface Round {
  from: number
  known: number
  cityOf: (lap: number) => string
}

const round = (n: number) => n.toFixed(n < 20 ? 1 : 0)
const server = await newAccount()
console.log(`memory before: ${round(memory())} MiB`)
const kinds = [
  ['all new', 'Here'],
  ['all known, no change', 'Here'],
  ['all known, updated', 'There'],
] as const
for (const [what, city] of kinds) {
  const { rate, per1000, median, worst, memory, ...done } = await importAll(server, toCsv(people(0, ROWS, city)))
  const { created, updated, unchanged, failed } = done
  console.log(`import of ${ROWS}, ${what}: ${round(rate)} rows/s`)
  console.log(`  ${created} created, ${updated} updated, ${unchanged} unchanged, ${failed} rejected`)
  const costs = [
    `${round(per1000('trips'))} round trips`,
    `${round(per1000('read'))} rows read`,
    `${round(per1000('written'))} written`,
  ]
  console.log(`  for 1,000 rows: ${costs.join(', ')}`)
  console.log(
    `  a GET meanwhile: median ${round(median)} ms, worst ${round(worst)} ms; memory ${round(memory)} MiB at most`,
  )
}
const KNOWN = 2000
for (const [what, city] of kinds)
  for (const [size, tried] of Object.entries(CLIENTS)) {
    const rates: [clients: number, rate: number][] = []
    for (const clients of tried) {
      const own = await newAccount()
      const isNew = what === 'all new'
      if (!isNew) await importAll(own, toCsv(people(0, KNOWN, 'Here')))
      const cityOf = (lap: number) => (what === 'all known, updated' ? `There ${lap}` : city)
      const who = { from: isNew ? 1_000_000 : 0, known: isNew ? 0 : KNOWN, cityOf }
      rates.push([clients, await postAll(own, { ...who, size: Number(size), clients })])
    }
    const [clients, rate] = rates.reduce((a, b) => (b[1] > a[1] ? b : a))
    const how = size === '1' ? 'one by one' : `in batches of ${size}`
    console.log(`${how}, ${what}: ${round(rate)} rows/s at best, with ${clients} clients`)
  }
rmSync(folder, { recursive: true, force: true })
process.exit()
