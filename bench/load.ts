import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'

/** A call that is made again and again. */
export interface Call {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  body?: unknown
}

/** Who is called: as what, and the process whose CPU is counted. */
export interface Server {
  origin: string
  pid: number
  headers: Record<string, string>
}

/** One round. Times in ms: what half and 99 of 100 calls took at the most, and CPU of the server for each. */
export interface Round {
  rate: number
  p50: number
  p99: number
  cpu: number
}

/** How many connections are open else. */
const CONNECTIONS = 8

/**
 * Makes calls for some seconds, on each connection one after another. Throws if one is not answered with 2xx. Node's
 * own client: autocannon knows whole milliseconds only.
 */
export async function load(
  server: Server,
  nextCall: () => Call,
  seconds: number,
  connections = CONNECTIONS,
): Promise<Round> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times: number[] = []
  const before = cpuOf(server.pid)
  const start = performance.now()
  const connection = async () => {
    while (performance.now() - start < seconds * 1000) {
      const asked = performance.now()
      await send(agent, server, nextCall())
      times.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: connections }, connection))
  const took = (performance.now() - start) / 1000
  agent.destroy()
  times.sort((a, b) => a - b)
  const at = (part: number) => times[Math.floor(times.length * part)] ?? Number.NaN
  return { rate: times.length / took, p50: at(0.5), p99: at(0.99), cpu: (cpuOf(server.pid) - before) / times.length }
}

/** Makes one call, and resolves to what is answered. */
export function send(agent: Agent, { origin, headers }: Server, { method, path, body }: Call): Promise<string> {
  const text = body === undefined ? '' : JSON.stringify(body)
  const length = text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}
  return new Promise((resolve, reject) => {
    const call = request(origin + path, { method, agent, headers: { ...headers, ...length } }, (response) => {
      let answer = ''
      response.setEncoding('utf8')
      response.on('data', (piece) => {
        answer += piece
      })
      response.on('end', () => {
        if (response.statusCode && response.statusCode < 300) return resolve(answer)
        reject(new Error(`${method} ${origin}${path}: ${response.statusCode} ${answer.slice(0, 500)}`))
      })
    })
    call.on('error', reject).end(text)
  })
}

/** What a process has used of the processor, ms: Linux counts in hundredths of a second. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
