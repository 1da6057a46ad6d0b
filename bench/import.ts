// `npm run bench:import`: how many rows a second the service on this machine imports, beside the same rows POSTed one by
// one, and how long single calls wait meanwhile. 10,000 rows; `npm run bench:import -- 100000` for more.
import { call, cleanUp, newFolder, startService } from '../test/e2e/service.ts'

const ROWS = Number(process.argv[2] ?? 10_000)
/** Of those POSTed one by one, and how many clients do so at best. */
const SINGLES = 2000
const CLIENTS = [1, 4, 16, 64]
const OPERATOR = 'operator-of-the-bench'
const flags = ['--no-seed', `--var=ADMIN_TOKEN:${OPERATOR}`, '--var=RATE_LIMITS:off']
const service = await startService(newFolder(), flags)

const person = (n: number, city: string) => ({
  firstName: 'Pat',
  lastName: `Doe ${n}`,
  email: `p${n}@example.com`,
  phone: `(212) 555-${String(n % 10_000).padStart(4, '0')}`,
  labels: `Label ${n % 7}, All`,
  newSourceName: `Source ${n % 5}`,
  title: 'Agent',
  company: `Realty ${n % 50}`,
  city,
})
const people = (rows: number, city: string) => Array.from({ length: rows }, (_, n) => person(n, city))
const toCsv = (all: ReturnType<typeof people>) =>
  [Object.keys(all[0] ?? {}), ...all.map(Object.values)]
    .map((cells) => cells.map((cell) => `"${cell}"`).join(','))
    .join('\n')

async function newAccount() {
  const { json } = await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Bench' })
  return json.apiKey.key as string
}

/** Imports people; the rows per second from the request to the end, and the slowest single call meanwhile, ms. */
async function importAll(key: string, body: string) {
  const start = performance.now()
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'text/csv' }
  const sent = await fetch(`${service.origin}/v1/imports?update=true`, { method: 'POST', headers, body })
  const { id } = (await sent.json()) as { id: string }
  const waits: number[] = []
  for (;;) {
    const asked = performance.now()
    const { json } = await call(service.origin, key, 'GET', `/v1/imports/${id}`)
    waits.push(performance.now() - asked)
    if (json.finishedAt) {
      waits.sort((a, b) => a - b)
      const seconds = (performance.now() - start) / 1000
      return { ...json, rate: json.read / seconds, median: waits[waits.length >> 1] ?? 0, worst: waits.at(-1) ?? 0 }
    }
    await new Promise((again) => setTimeout(again, 20))
  }
}

/** POSTs people one by one, so many at a time; the rows per second. */
async function postAll(key: string, all: ReturnType<typeof people>, clients: number): Promise<number> {
  const start = performance.now()
  const queue = all.values()
  const client = async () => {
    for (const body of queue) await call(service.origin, key, 'POST', '/v1/prospects', { ...body, update: true })
  }
  await Promise.all(Array.from({ length: clients }, client))
  return all.length / ((performance.now() - start) / 1000)
}

const round = Math.round
const key = await newAccount()
for (const [what, body] of [
  ['all new', toCsv(people(ROWS, 'Here'))],
  ['all known, no change', toCsv(people(ROWS, 'Here'))],
  ['all known, updated', toCsv(people(ROWS, 'There'))],
] as const) {
  const { rate, median, worst, created, updated, unchanged, failed } = await importAll(key, body)
  const counts = `${created} created, ${updated} updated, ${unchanged} unchanged, ${failed} refused`
  console.log(
    `import, ${what}: ${round(rate)} rows/s (${counts}); a GET meanwhile takes ${round(median)} ms, at worst ${round(worst)} ms`,
  )
}
for (const [what, city] of [
  ['all new', 'Here'],
  ['all known, no change', 'Here'],
  ['all known, updated', 'There'],
] as const) {
  const rates: [clients: number, rate: number][] = []
  for (const clients of CLIENTS) {
    const own = await newAccount()
    if (what !== 'all new') await importAll(own, toCsv(people(SINGLES, 'Here')))
    rates.push([clients, await postAll(own, people(SINGLES, city), clients)])
  }
  const [clients, rate] = rates.reduce((a, b) => (b[1] > a[1] ? b : a))
  console.log(`one by one, ${what}: ${round(rate)} rows/s at best, with ${clients} clients`)
}
await cleanUp()
