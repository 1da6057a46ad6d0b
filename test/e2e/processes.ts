import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Sends a signal to a process. A process that has ended already is no error. */
export function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name)
  } catch {} // it has ended already
}

/** Whether a process runs. A zombie does not: it has ended, and its parent has not read its status yet. */
export const isAlive = (pid: number) => processTable().some((p) => p.pid === pid && !p.state.startsWith('Z'))

/** The ids of all processes below a process. */
export function descendants(pid: number): number[] {
  const all = processTable()
  const below = (parent: number): number[] =>
    all.filter((p) => p.parent === parent).flatMap((p) => [p.pid, ...below(p.pid)])
  return below(pid)
}

/** All processes of this machine, from /proc, or from `ps` where there is no /proc. Small images have no `ps`. */
function processTable(): { pid: number; parent: number; state: string }[] {
  const lines = existsSync('/proc/self/stat')
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map(readStat)
    : execFileSync('ps', ['-A', '-o', 'pid=,stat=,ppid='], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => {
    const [pid, state, parent] = line.trim().split(/\s+/)
    return pid && state && parent ? [{ pid: Number(pid), state, parent: Number(parent) }] : []
  })
}

/** `pid state ppid` of a process, or '' if it has just ended. Its name, in parentheses, can hold any character. */
function readStat(pid: string): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')}`
  } catch {
    return ''
  }
}
