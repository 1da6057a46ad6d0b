import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { expectDescribed, expectDescribedWebhook } from '../support/conformance.ts'

const started = new Set<number>()
const folders: string[] = []
const servers: (Server | NetServer)[] = []

/** Ends and removes whatever the tests of a file have left. */
export async function cleanUp() {
  for (const pid of [...started].flatMap((npm) => [npm, ...descendants(npm)])) {
    started.add(pid)
    signal(pid, 'SIGKILL')
  }
  await until('all processes to be gone', () => ![...started].some(isAlive))
  for (const server of servers) server.close()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** A new folder for a service's state. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'prospects-'))
  folders.push(folder)
  return folder
}

/** A new folder for a service's state, already migrated: a service starts on it in half the time. */
export function migratedFolder(): string {
  const folder = newFolder()
  cpSync(inject('migratedFolder'), folder, { recursive: true })
  return folder
}

const ROOT = join(import.meta.dirname, '../..')

/** A configuration: ours, and the block that a page of docs/operate adds for this binding. Returns its file. */
export function configWith(binding: string): string {
  const file = join(newFolder(), 'wrangler.toml')
  const pages = ['configure', 'scale'].map((page) => readFileSync(join(ROOT, `docs/operate/${page}.md`), 'utf8'))
  const blocks = pages.flatMap((page) => [...page.matchAll(/```toml\n(.*?)```/gs)])
  const [, added] = blocks.find(([, toml]) => toml?.includes(`"${binding}"`)) ?? []
  const whole = `${readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')}\n${added}`
    .replace('"src/index.ts"', JSON.stringify(join(ROOT, 'src/index.ts')))
    .replaceAll('"drizzle"', JSON.stringify(join(ROOT, 'drizzle')))
    .replace('"dist/assets"', JSON.stringify(join(ROOT, 'dist/assets')))
    .replace('node scripts/assets.mjs', `node ${join(ROOT, 'scripts/assets.mjs')}`)
  writeFileSync(file, whole)
  return file
}

/** Asks until the answer is truthy, and gives up after 60 s. */
export async function until<T>(what: string, ask: () => T | Promise<T>, details = () => ''): Promise<NonNullable<T>> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((again) => setTimeout(again, 50))) {
    const answer = await ask()
    if (answer) return answer
  }
  throw new Error(`Waited 60 s for ${what}. ${details()}`)
}

/**
 * Waits until no other service is starting; resolves to what lets the next one start. Wrangler looks for free ports some
 * time before it opens them, so that two at a time can take the same. Who was killed while starting is not waited for.
 */
async function waitForTurn(): Promise<() => void> {
  const turn = join(tmpdir(), 'prospects-is-starting')
  const pass = () => rmSync(turn, { recursive: true, force: true })
  for (;;) {
    try {
      mkdirSync(turn)
      return pass
    } catch {
      const since = statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
      if (Date.now() - since > 20_000) pass()
      await new Promise((again) => setTimeout(again, 50))
    }
  }
}

/** `npm run dev` on this port, or on a free one, when no other is starting. */
export async function spawnService(folder: string, flags: string[], port?: number) {
  const passOn = await waitForTurn()
  port ??= await freePort()
  const args = ['run', 'dev', '--', '--port', String(port), '--persist-to', folder, ...flags]
  const npm = spawn('npm', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const pid = npm.pid as number
  started.add(pid)
  let output = ''
  for (const stream of [npm.stdout, npm.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
      if (text.includes('The prospects API is at')) passOn()
    })
  npm.on('exit', passOn)
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    pid,
    output: () => output,
    /** Resolves to npm's exit code, or the signal that it died of. */
    exit: new Promise<number | string>((ended) => npm.on('exit', (code, by) => ended(code ?? String(by)))),
    hasEnded: () => hasEnded(npm),
    /** Every process that it consists of, npm first. From now on they are also cleaned up. */
    processes() {
      const all = [pid, ...descendants(pid)]
      for (const each of all) started.add(each)
      return all
    },
    /** SIGKILL for every process, and none is left. */
    async kill() {
      const all = this.processes()
      for (const each of all) signal(each, 'SIGKILL')
      await until('all processes to be gone', () => !all.some(isAlive))
    },
    /** Asks npm to end, and no process is left. */
    async stop() {
      const all = this.processes()
      signal(pid, 'SIGTERM')
      await until('all processes to be gone', () => !all.some(isAlive))
    },
  }
}

export type Service = Awaited<ReturnType<typeof spawnService>>

/** `npm run dev`, healthy. With a demo account, unless `--no-seed` is among the flags, that may not be there yet. */
export async function startService(folder: string, flags: string[] = []): Promise<Service> {
  let service = await spawnService(folder, flags)
  await until(
    'the service to be healthy',
    async () => {
      // a connection of somebody else's has taken a port that wrangler had found free
      if (service.hasEnded() && service.output().includes('Address already in use'))
        service = await spawnService(folder, flags)
      if (service.hasEnded()) throw new Error(`npm run dev has ended:\n${service.output()}`)
      // while a build has failed the port is open, but nobody answers
      return fetch(`${service.origin}/health`, { signal: AbortSignal.timeout(2000) }).then(
        ({ ok }) => ok,
        () => false,
      )
    },
    () => service.output(),
  )
  service.processes()
  return service
}

/** A request as JSON, with a bearer token; any status is an answer. */
export async function call(origin: string, token: string, method: string, path: string, body?: unknown) {
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  expectDescribed(method, path, response, text)
  return { status: response.status, json: text && JSON.parse(text) }
}

/** The headers of a request to a server of Node's. */
export const headersOf = ({ headers }: IncomingMessage) => new Headers(headers as Record<string, string>)

/** A webhook that has arrived. */
export interface Arrival {
  headers: IncomingHttpHeaders
  body: string
  json: any
}

/**
 * An endpoint for webhooks. What arrives has to be as the document says; `answer` says what becomes of it: a status and a
 * body, or null to hang up. Resolves to its URL.
 */
export async function openEndpoint(
  answer: (arrival: Arrival) => Promise<[number, string?] | null> | [number, string?] | null,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('')
    expectDescribedWebhook(headersOf(request), body)
    const answered = await answer({ headers: request.headers, body, json: JSON.parse(body) })
    if (answered) response.writeHead(answered[0]).end(answered[1])
    else request.socket.destroy()
  })
  return `http://127.0.0.1:${await listen(server)}/hook`
}

/** An endpoint for webhooks that takes them all, and what it has received. */
export async function openReceiver() {
  const received: Arrival[] = []
  const url = await openEndpoint((arrival) => {
    received.push(arrival)
    return [200]
  })
  return { url, received }
}

/** Opens a server on a free port of loopback, until the tests of the file end. Resolves to the port. */
export async function listen(server: Server | NetServer): Promise<number> {
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return (server.address() as AddressInfo).port
}

/** A port that nobody listens on, below those that connections are made from: one of these could take it meanwhile. */
export function freePort(): Promise<number> {
  const port = 10_000 + Math.floor(Math.random() * 20_000)
  const server = createServer()
  return new Promise((free) =>
    server.on('error', () => free(freePort())).listen(port, () => server.close(() => free(port))),
  )
}

export function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name)
  } catch {} // it has ended already
}

/** Whether a process runs. One that has ended and that nobody has asked about (a zombie) does not. */
export const isAlive = (pid: number) => processTable().some((p) => p.pid === pid && !p.state.startsWith('Z'))

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

function descendants(pid: number): number[] {
  const all = processTable()
  const below = (parent: number): number[] =>
    all.filter((p) => p.parent === parent).flatMap((p) => [p.pid, ...below(p.pid)])
  return below(pid)
}

/** What runs on this machine; from `ps` where there is no /proc, and not the other way round: small images have no ps. */
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

/** `pid state ppid` of a process, or '' if it has just ended. Its name, in parentheses, can hold anything. */
function readStat(pid: string): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')}`
  } catch {
    return ''
  }
}
