// `npm run bench:deliveries` measures how many webhooks a second the service on this machine sends to 1, 10 and 50
// endpoints. Each round recovers 2,000 missed deliveries, so that the time to write them is not measured.
import { createServer } from 'node:http'
import { call, cleanUp, listen, newFolder, startService, until } from '../test/e2e/service.ts'

const DELIVERIES = 2000
const ROUNDS = 3
const OPERATOR = 'operator-of-the-bench'

let arrived = 0
const port = await listen(
  createServer((request, response) => {
    request.resume().on('end', () => {
      arrived++
      response.end()
    })
  }),
)
const flags = [
  '--no-seed',
  `--var=ADMIN_TOKEN:${OPERATOR}`,
  '--var=ALLOW_LOCAL_WEBHOOKS:true',
  '--var=RATE_LIMITS:off',
  '--var=LOG_LEVEL:error',
]
const service = await startService(newFolder(), flags)

async function round(endpoints: number): Promise<number> {
  const { json } = await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Bench' })
  const api = (method: string, path: string, body?: unknown) =>
    call(service.origin, json.apiKey.key, method, path, body)
  const url = `http://127.0.0.1:${port}/`
  const ids: string[] = []
  for (let i = 0; i < endpoints; i++) ids.push((await api('POST', '/v1/webhooks', { url, disabled: true })).json.id)
  for (let i = 0; i < DELIVERIES / endpoints; i++)
    await api('POST', '/v1/prospects', { firstName: 'Pat', lastName: `Doe ${i}` })
  for (const id of ids) await api('PATCH', `/v1/webhooks/${id}`, { disabled: false })
  arrived = 0
  const start = performance.now()
  await Promise.all(ids.map((id) => api('POST', `/v1/webhooks/${id}/recover`, { since: 0 })))
  await until('all deliveries', () => arrived >= DELIVERIES, service.output)
  return DELIVERIES / ((performance.now() - start) / 1000)
}

for (const endpoints of [1, 10, 50]) {
  const rates: number[] = []
  for (let i = 0; i < ROUNDS; i++) rates.push(await round(endpoints))
  const [low, median, high] = rates.sort((a, b) => a - b).map(Math.round)
  console.log(`${endpoints} endpoints: ${median} deliveries/s (${low} to ${high})`)
}
await cleanUp()
