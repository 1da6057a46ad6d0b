import { readFileSync } from 'node:fs'
import type { Check } from './run'

/** What a service takes, MiB; 0 where it cannot be told. */
export interface Sample {
  /** Resident memory of the runtime. The databases, queues and buckets of this machine are in it too. */
  resident: number
  /** What the Worker holds, once what it no longer needs is collected. */
  heap: number
}

/** How much more the second half of a run may take than the first: so much of it, and so many MiB. */
const GROWTH = { resident: [0.15, 40], heap: [0.15, 2] } as const

/** Of the runtimes among these processes the larger is the service's; the other passes requests on. */
export async function sampleMemory(processes: number[], inspector: number): Promise<Sample> {
  const resident = processes.map((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      return /^Name:\s+workerd$/m.test(status) ? Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024 : 0
    } catch {
      return 0 // it has just ended, or there is no /proc
    }
  })
  return { resident: Math.round(Math.max(0, ...resident)), heap: Math.round((await heapOf(inspector)) * 10) / 10 }
}

/** The heap of the Worker whose debugger listens here, collected, MiB. */
async function heapOf(port: number): Promise<number> {
  // nobody else is let in; Node's own kind of WebSocket takes headers
  const Socket = WebSocket as unknown as new (url: string, options: object) => WebSocket
  const socket = new Socket(`ws://127.0.0.1:${port}/ws`, { headers: { origin: 'http://localhost' } })
  return new Promise((done, fail) => {
    socket.addEventListener('error', () => fail(new Error('The debugger does not answer.')))
    socket.addEventListener('open', () => {
      socket.send('{"id": 1, "method": "HeapProfiler.collectGarbage"}')
      socket.send('{"id": 2, "method": "Runtime.getHeapUsage"}')
    })
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(String(data))
      if (id !== 2) return
      socket.close()
      done(result.usedSize / 2 ** 20)
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
