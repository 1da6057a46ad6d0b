import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'

/** A call to repeat. */
export interface Call {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  body?: unknown
}

/** The server to call, the headers to send, and the process whose CPU time is counted. */
export interface Server {
  origin: string
  pid: number
  headers: Record<string, string>
}

/** The result of one round: calls per second, median and 99th percentile in ms, and the server's CPU time per call in ms. */
export interface Round {
  rate: number
  p50: number
  p99: number
  cpu: number
}

/** The default number of connections. */
const CONNECTIONS = 8

/**
 * Makes calls for some seconds; each connection makes one call at a time. Throws if a response is not a 2xx. Uses Node's
 * own client, because autocannon measures whole milliseconds only.
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
      const sentAt = performance.now()
      await send(agent, server, nextCall())
      times.push(performance.now() - sentAt)
    }
  }
  await Promise.all(Array.from({ length: connections }, connection))
  const elapsed = (performance.now() - start) / 1000
  agent.destroy()
  times.sort((a, b) => a - b)
  const at = (part: number) => times[Math.floor(times.length * part)] ?? Number.NaN
  return { rate: times.length / elapsed, p50: at(0.5), p99: at(0.99), cpu: (cpuOf(server.pid) - before) / times.length }
}

/** Makes one call and resolves to the text of its response. Rejects if that is not a 2xx. */
export function send(agent: Agent, { origin, headers }: Server, { method, path, body }: Call): Promise<string> {
  const text = body === undefined ? '' : JSON.stringify(body)
  const length = text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}
  return new Promise((resolve, reject) => {
    const call = request(origin + path, { method, agent, headers: { ...headers, ...length } }, (response) => {
      let received = ''
      response.setEncoding('utf8')
      response.on('data', (piece) => {
        received += piece
      })
      response.on('end', () => {
        if (response.statusCode && response.statusCode < 300) return resolve(received)
        reject(new Error(`${method} ${origin}${path}: ${response.statusCode} ${received.slice(0, 500)}`))
      })
    })
    call.on('error', reject).end(text)
  })
}

/** The CPU time of a process in ms. Linux counts it in hundredths of a second. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
