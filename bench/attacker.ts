// The attacker of `bench/abuse.ts`, in a thread. On each connection it makes one call after another, whatever the response.
// When it is stopped, it reports the statuses of the responses.
import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

/** A call. `ID` and `WEBHOOK` in its path are replaced by ids of the attacker's, `UNIQUE` in its body by a new text. */
export interface Attack {
  method?: string
  path: string
  headers?: Record<string, string>
  body?: string
}

export interface Attacker {
  origin: string
  keys: string[]
  ids: string[]
  webhook: string
  attacks: Attack[]
  connections: number
}

/** How many responses were received, by status. */
export type Attacked = Record<string, number>

const { origin, keys, ids, webhook, attacks, connections } = workerData as Attacker
const agent = new Agent({ keepAlive: true })
const answered: Attacked = {}
let isStopped = false
let made = 0

const make = ({ method = 'GET', path, headers, body }: Attack, n: number) =>
  new Promise<void>((resolve) => {
    const text = body?.replaceAll('UNIQUE', `x${n}-${Date.now()}`)
    const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }
    const authorization = `Bearer ${keys[n % keys.length]}`
    const call = request(
      origin + path.replace('ID', ids[n % ids.length] ?? '').replace('WEBHOOK', webhook),
      { method, agent, headers: { authorization, 'content-type': 'application/json', ...length, ...headers } },
      (response) => {
        response.resume().on('close', () => {
          const status = response.statusCode ?? 0
          answered[status] = (answered[status] ?? 0) + 1
          resolve()
        })
      },
    )
    call.on('error', () => resolve()).end(text)
  })

async function attack() {
  while (!isStopped) {
    const n = made++
    await make(attacks[n % attacks.length] as Attack, n)
  }
}

parentPort?.on('message', () => {
  isStopped = true
  agent.destroy()
  parentPort?.postMessage(answered)
})
for (let i = 0; i < connections; i++) void attack()
