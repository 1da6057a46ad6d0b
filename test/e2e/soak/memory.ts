import { readFileSync } from 'node:fs'
import type { Check } from './run'

/** What a service takes, MiB. */
export interface Sample {
  /** Resident memory of the runtime. The databases, queues and buckets of this machine are in it too. */
  resident: number
  /** What the Worker holds, once what it no longer needs is collected. */
  heap: number
}

/**
 * How much more the second half of a run may take than the first: so much of it, and so many MiB. The runtime collects
 * late what thirty Workers, most of them its own, no longer need, so that resident memory climbs for minutes.
 */
const GROWTH = { resident: [0.5, 40], heap: [0.15, 4] } as const

/**
 * What a service of these processes takes. Of their runtimes the larger is the service's; the other passes requests on.
 * `resident` is 0 where there is no /proc. Null if the debugger, which listens on this port, does not answer.
 */
export async function sampleMemory(processes: number[], inspector: number): Promise<Sample | null> {
  const resident = processes.map((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      return /^Name:\s+workerd$/m.test(status) ? Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024 : 0
    } catch {
      return 0 // it has just ended
    }
  })
  const heap = await heapOf(inspector)
  if (heap === null) return null
  return { resident: Math.round(Math.max(0, ...resident)), heap: Math.round(heap * 10) / 10 }
}

/** The heap of the Worker whose debugger listens here, collected, MiB; null if it does not answer. */
async function heapOf(port: number): Promise<number | null> {
  // nobody else is let in; Node's own kind of WebSocket takes headers
  const Socket = WebSocket as unknown as new (url: string, options: object) => WebSocket
  const socket = new Socket(`ws://127.0.0.1:${port}/ws`, { headers: { origin: 'http://localhost' } })
  return new Promise((done) => {
    socket.addEventListener('error', () => done(null))
    socket.addEventListener('close', () => done(null))
    socket.addEventListener('open', () => {
      socket.send('{"id": 1, "method": "HeapProfiler.collectGarbage"}')
      socket.send('{"id": 2, "method": "Runtime.getHeapUsage"}')
    })
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(String(data))
      if (id !== 2) return
      done(result.usedSize / 2 ** 20)
      socket.close()
    })
  })
}

const middle = (of: number[]) => of.sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0

/** Of two halves of a run as many calls each, the second takes no more memory than the first. */
export const flat: Check = function* ({ memory }) {
  const half = Math.floor(memory.length / 2)
  for (const [of, [part, more]] of Object.entries(GROWTH) as [keyof Sample, readonly [number, number]][]) {
    const [first, second] = [memory.slice(0, half), memory.slice(half)].map((m) =>
      middle(m.map((sample) => sample[of])),
    )
    if (Number(second) > Number(first) * (1 + part) + more)
      yield `${of}: from ${first} MiB in the first half to ${second} in the second`
  }
  return memory.length
}
