// Serves the Worker that global-setup.ts has built, until the process ends. The argument is a `Serve` as JSON. This is
// `npm run dev` without its build and its second runtime, which take most of the time of a start.
import { readFileSync } from 'node:fs'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'

/** What to serve. */
export interface Serve {
  /** The options of the Worker for Miniflare, from wrangler.toml. */
  options: object
  /** The file of the built Worker. */
  script: string
  /** The state folder, as of `npm run dev`. */
  folder: string
  port: number
  vars: Record<string, string>
}

const { options, script, folder, port, vars }: Serve = JSON.parse(process.argv[2] as string)
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    ...options,
    name: 'built',
    modules: [{ type: 'ESModule', path: 'index.js', contents: readFileSync(script, 'utf8') }],
    modulesRoot: '/',
    bindings: vars,
    host: '127.0.0.1',
    port,
    handleStructuredLogs: ({ message }) => console.log(message),
    resourcePersistencePath: `${folder}/v3`,
    unsafeTriggerHandlers: true,
  } as Parameters<typeof convertV4MiniflareOptions>[0]),
)
await miniflare.ready
