import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { convertV4MiniflareOptions, Miniflare, type MiniflareOptions } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'

const ROOT = join(import.meta.dirname, '..')

export interface StartedWorker {
  origin: string
  /** The lines logged so far. */
  log: string[]
  /** The process of workerd: it runs the Worker and the simulator of Queues, and those of D1 and R2 unless they are apart. */
  pid: number
  end(): Promise<void>
}

/** Builds the Worker as it is deployed, as one minified file in `folder`. Resolves to its text. */
export async function bundle(folder: string): Promise<string> {
  await promisify(execFile)('wrangler', ['deploy', '--dry-run', '--outdir', folder], { cwd: ROOT })
  return readFileSync(join(folder, 'index.js'), 'utf8')
}

/**
 * Runs a Worker with the bindings of wrangler.toml and its state in `folder`. Requests go to workerd's own port, because
 * the proxies of `wrangler dev` and Miniflare would take longer than the calls that are measured. With `isApart`, a process
 * of its own runs the simulators of D1 and R2.
 */
export async function startWorker(
  script: string,
  folder: string,
  bindings: Partial<Record<'LOG_LEVEL' | 'RATE_LIMITS', string>> = {},
  isApart = false,
): Promise<StartedWorker> {
  const { assets: _, ...options } = unstable_getMiniflareWorkerOptions(join(ROOT, 'wrangler.toml')).workerOptions
  const storage = isApart ? new Miniflare({ ...NO_WORKER, ...sharedIn(folder) } as MiniflareOptions) : undefined
  await storage?.ready
  const before = children()
  const log: string[] = []
  const converted = convertV4MiniflareOptions({
    ...options,
    name: 'bench',
    modules: [{ type: 'ESModule', path: 'index.js', contents: script }],
    modulesRoot: '/',
    bindings: {
      ADMIN_TOKEN: OPERATOR,
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'error',
      ENCRYPTION_KEY: `1.${btoa('0123456789abcdef0123456789abcdef')}`,
      ...bindings,
    },
    handleStructuredLogs: ({ message }) => log.push(message),
    resourcePersistencePath: join(folder, 'v3'),
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  } as V4Options)
  const miniflare = new Miniflare({ ...converted, ...(storage && sharedIn(folder)) } as MiniflareOptions)
  const url = await miniflare.unsafeGetDirectURL('bench')
  const pid = children().find((child) => !before.includes(child))
  if (pid === undefined) throw new Error('workerd did not start.')
  const end = async () => {
    await miniflare.dispose()
    await storage?.dispose()
  }
  return { origin: url.origin, log, pid, end }
}

type V4Options = Parameters<typeof convertV4MiniflareOptions>[0]

const NO_WORKER = convertV4MiniflareOptions({
  name: 'storage',
  modules: true,
  script: 'export default { fetch: () => new Response(null, { status: 404 }) }',
} as V4Options)

/** Makes the process that starts first run the simulators of D1 and R2 for all processes with this folder. */
const sharedIn = (folder: string) => ({
  enableDevRegistry: true,
  unsafeEnableSharedStorage: true,
  unsafeDevRegistryPath: join(folder, 'registry'),
  resourcePersistencePath: join(folder, 'v3'),
  isolatedResourcePersistencePath: join(folder, 'isolated'),
})

export const OPERATOR = 'operator-of-the-bench'

/** The child processes of this process. */
const children = (): number[] =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)
