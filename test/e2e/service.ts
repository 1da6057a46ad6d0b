import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { expectDescribed, expectDescribedWebhook } from '../support/conformance.ts'
import { descendants, isAlive, signal } from './processes.ts'
import type { Serve } from './serve.ts'

const started = new Set<number>()
const folders: string[] = []
const servers: (Server | NetServer)[] = []

/** Ends every process that the tests of a file have started, and removes their folders. */
export async function cleanUp() {
  for (const pid of [...started].flatMap((npm) => [npm, ...descendants(npm)])) {
    started.add(pid)
    signal(pid, 'SIGKILL')
  }
  await until('all processes to be gone', () => ![...started].some(isAlive))
  started.clear()
  for (const server of servers.splice(0)) server.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Makes a new folder, for the state of a service. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'prospects-'))
  folders.push(folder)
  return folder
}

/** Makes a new folder for the state of a service whose databases are migrated already. */
export function migratedFolder(): string {
  const folder = newFolder()
  cpSync(inject('migratedFolder'), folder, { recursive: true })
  return folder
}

const ROOT = join(import.meta.dirname, '../..')

/**
 * Writes a configuration: wrangler.toml for the built Worker, and the block that a page of docs/operate adds for this
 * binding. Returns its path.
 */
export function configWith(binding: string): string {
  const file = join(newFolder(), 'wrangler.toml')
  const pages = ['configure', 'scale'].map((page) => readFileSync(join(ROOT, `docs/operate/${page}.md`), 'utf8'))
  const blocks = pages.flatMap((page) => [...page.matchAll(/```toml\n(.*?)```/gs)])
  const [, added] = blocks.find(([, toml]) => toml?.includes(`"${binding}"`)) ?? []
  const whole = `${readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')}\n${added}`
    .replace('main = "src/index.ts"', `main = ${JSON.stringify(inject('built').script)}\nno_bundle = true`)
    .replace('minify = true\n', '')
    .replaceAll('"drizzle"', JSON.stringify(join(ROOT, 'drizzle')))
    .replace('"dist/assets"', JSON.stringify(join(ROOT, 'dist/assets')))
    .replace('[build]\ncommand = "node scripts/assets.mjs"\n', '')
  writeFileSync(file, whole)
  return file
}

/** Flags of `npm run dev` that serve the built Worker: a start without a build takes half the time. */
export const builtFlags = () => ['--config=wrangler.toml', '--no-bundle', '--minify=false', inject('built').script]

/** Calls `ask` until it returns a truthy value, and returns that. Throws after 100 s: before the test's own limit. */
export async function until<T>(what: string, ask: () => T | Promise<T>, details = () => ''): Promise<NonNullable<T>> {
  for (const end = Date.now() + 100_000; Date.now() < end; await new Promise((again) => setTimeout(again, 50))) {
    const found = await ask()
    if (found) return found
  }
  throw new Error(`Waited 100 s for ${what}. ${details()}`)
}

/**
 * Waits until no other `npm run dev` is starting; resolves to a function that lets the next one start. Wrangler looks for
 * free ports some time before it opens them, so two that start together can take the same port. After 20 s the next one
 * starts in any case: the one before was killed.
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

/** Follows a process that serves on a port: its output, its end and its processes. `schedule` is the path of its schedule. */
function follow(child: ChildProcess, port: number, schedule = '/cdn-cgi/handler/scheduled') {
  const pid = child.pid as number
  const origin = `http://127.0.0.1:${port}`
  started.add(pid)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  return {
    port,
    origin,
    pid,
    output: () => output,
    /** Resolves to the exit code of the first process, or the signal that ended it. */
    exit: new Promise<number | string>((ended) => child.on('exit', (code, by) => ended(code ?? String(by)))),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    /** Triggers the schedule, and waits until it has run. */
    async tick() {
      const { status } = await fetch(origin + schedule)
      if (status !== 200) throw new Error(`The schedule returned ${status}.`)
    },
    /** The ids of all its processes, the first process first. `cleanUp` ends them too. */
    processes() {
      const all = [pid, ...descendants(pid)]
      for (const each of all) started.add(each)
      return all
    },
    /** Sends SIGKILL to every process, and waits until none is left. */
    async kill() {
      const all = this.processes()
      for (const each of all) signal(each, 'SIGKILL')
      await until('all processes to be gone', () => !all.some(isAlive))
    },
    /** Sends SIGTERM to the first process, and waits until no process is left. */
    async stop() {
      const all = this.processes()
      signal(pid, 'SIGTERM')
      await until('all processes to be gone', () => !all.some(isAlive))
    },
  }
}

export type Service = ReturnType<typeof follow>

/** Starts `npm run dev` on this port, or on a free one, when no other is starting. */
export async function spawnService(folder: string, flags: string[], port?: number): Promise<Service> {
  const passOn = await waitForTurn()
  port ??= await freePort()
  const args = ['run', 'dev', '--', '--port', String(port), '--persist-to', folder, ...flags]
  const npm = spawn('npm', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  npm.stdout.on('data', (text) => String(text).includes('The prospects API is at') && passOn())
  npm.on('exit', passOn)
  return follow(npm, port)
}

/** Starts `npm run dev`, and waits until it is healthy. It may still be filling the demo account, unless `--no-seed`. */
export async function startService(folder: string, flags: string[] = []): Promise<Service> {
  let service = await spawnService(folder, flags)
  for (;;) {
    await until('npm run dev to serve or to end', async () => service.hasEnded() || isHealthy(service), service.output)
    if (!service.hasEnded()) break
    // a connection of another program has taken a port that wrangler had found free
    if (!service.output().includes('Address already in use'))
      throw new Error(`npm run dev has ended:\n${service.output()}`)
    service = await spawnService(folder, flags)
  }
  service.processes()
  return service
}

/** While a build has failed the port is open, but no response comes. */
const isHealthy = ({ origin }: Service) =>
  fetch(`${origin}/health`, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  )

/** The operator's token of every service that `startBuilt` starts. */
export const OPERATOR = 'operator-of-the-tests'

/**
 * Starts the Worker that global-setup.ts has built, on this port or on a free one, and waits until it is healthy. It starts
 * several times as fast as `npm run dev`. Each test triggers the schedule itself.
 */
export async function startBuilt(folder: string, vars: Serve['vars'] = {}, port?: number): Promise<Service> {
  const encryptionKey = `1.${btoa('0123456789abcdef0123456789abcdef')}`
  const serve: Serve = {
    ...inject('built'),
    folder,
    port: port ?? (await freePort()),
    vars: { ADMIN_TOKEN: OPERATOR, ENCRYPTION_KEY: encryptionKey, ...vars },
  }
  const args = ['--import', './scripts/parent-watchdog.mjs', 'test/e2e/serve.ts', JSON.stringify(serve)]
  const child = spawn(process.execPath, ['--no-warnings', ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const service = follow(child, serve.port, '/cdn-cgi/local/scheduled')
  await until('the Worker to serve', () => isHealthy(service), service.output)
  service.processes()
  return service
}

/** Makes a call with a JSON body and a bearer token. Resolves to the status, whatever it is, and the parsed body. */
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

/** The headers of a request to a Node server. */
export const headersOf = ({ headers }: IncomingMessage) => new Headers(headers as Record<string, string>)

/** A webhook that an endpoint has received. */
export interface Arrival {
  headers: IncomingHttpHeaders
  body: string
  json: any
}

/**
 * Opens an endpoint for webhooks, and checks each webhook against the OpenAPI document. `respond` returns the status and
 * the body of the response, or null to close the connection. Resolves to the URL.
 */
export async function openEndpoint(
  respond: (arrival: Arrival) => Promise<[number, string?] | null> | [number, string?] | null,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('')
    expectDescribedWebhook(headersOf(request), body)
    const answer = await respond({ headers: request.headers, body, json: JSON.parse(body) })
    if (answer) response.writeHead(answer[0]).end(answer[1])
    else request.socket.destroy()
  })
  return `http://127.0.0.1:${await listen(server)}/hook`
}

/** Opens an endpoint that accepts every webhook, and keeps what it receives. */
export async function openReceiver() {
  const received: Arrival[] = []
  const url = await openEndpoint((arrival) => {
    received.push(arrival)
    return [200]
  })
  return { url, received }
}

/** Opens a server on a free port of loopback, until `cleanUp`. Resolves to the port. */
export async function listen(server: Server | NetServer): Promise<number> {
  servers.push(server)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return (server.address() as AddressInfo).port
}

/** Finds a port that is not in use, below the ports of outgoing connections: one of those could take it meanwhile. */
export function freePort(): Promise<number> {
  const port = 10_000 + Math.floor(Math.random() * 20_000)
  const server = createServer()
  return new Promise((free) =>
    server.on('error', () => free(freePort())).listen(port, () => server.close(() => free(port))),
  )
}
