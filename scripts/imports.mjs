// Which file may import which. `npm run lint` checks it. The reasons are in docs/design/architecture.md.
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

const SERVICE = {
  folder: 'src',
  /** The rooms, from top to bottom. A room imports only from rooms on lower lines. */
  layers: [
    ['index'],
    ['app', 'schedule'],
    ['mcp', 'openapi', 'docs'],
    ['imports', 'resumes', 'catalog', 'activities', 'accounts'],
    ['prospects'],
    ['webhooks'],
    ['queues', 'files'],
    ['http'],
    ['db'],
  ],
  /** The public modules of features: what another feature may import of them. */
  publicModules: [
    'prospects/after-commit',
    'prospects/custom-fields',
    'prospects/custom-values',
    'prospects/erase',
    'prospects/errors',
    'prospects/field-names',
    'prospects/labels',
    'prospects/matches',
    'prospects/openapi-schemas',
    'prospects/prospect',
    'prospects/responses',
    'prospects/resume',
    'prospects/resume-file',
    'prospects/schema',
    'prospects/store',
    'prospects/upload',
    'prospects/write-request',
    'webhooks/events',
  ],
  /** Rooms without features: all their modules are public. */
  publicRooms: ['app', 'queues', 'files', 'http', 'db'],
  /** These rooms put the features together, so they import any module. */
  composers: ['index', 'app', 'schedule', 'openapi', 'docs'],
  /** Modules that only some files may import. */
  restricted: [
    {
      modules: /^hono($|\/)/,
      files: /^(app|docs\/.*|http\/.*|openapi\/.*|\w+\/routes)\.ts$/,
      why: 'only routes know Hono: give a store what it needs, never the context',
    },
    {
      modules: /^(drizzle-orm($|\/)|db\/schema($|\/))/,
      files: /^(?!\w+\/routes\.ts$)/,
      why: 'routes call a store, which knows the tables',
    },
  ],
  /** Imports that break a law today. Remove a line when its import is gone. */
  exceptions: [
    // stays: the columns of prospects derive from the table of fields, which imports nothing
    'db/schema/prospects.ts imports prospects/field-names',
    // stays: the sample prospect derives from the same table
    'webhooks/samples.ts imports prospects/field-names',
  ],
}

const RESUME_PARSER = {
  folder: 'packages/resume-parser/src',
  layers: [['fields'], ['text'], ['kind'], ['types']],
  publicModules: ['text/span'],
  publicRooms: ['kind', 'types'],
  composers: [],
  restricted: [],
  exceptions: [],
}

/** The TypeScript files of a folder, and what each imports: packages by name, our modules by their path in the folder. */
function* importsIn(folder) {
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.ts') || file.endsWith('.d.ts')) continue
    const text = readFileSync(posix.join(folder, file), 'utf8')
    for (const [, from] of text.matchAll(/^(?:import|export)\b[^'"]*?'([^']+)'/gm)) {
      const isOurs = from.startsWith('.')
      yield { file, module: isOurs ? posix.join(posix.dirname(file), from) : from, isOurs }
    }
  }
}

const roomOf = (path) => path.split('/')[0].replace(/\.ts$/, '')

/** Which law an import breaks, or undefined. */
function lawBrokenBy({ file, module, isOurs }, { layers, publicModules, publicRooms, composers, restricted }) {
  const restriction = restricted.find(({ modules, files }) => modules.test(module) && !files.test(file))
  if (restriction) return restriction.why
  const [from, to] = [roomOf(file), roomOf(module)]
  if (!isOurs || from === to) return
  const [layer, below] = [from, to].map((room) => layers.findIndex((rooms) => rooms.includes(room)))
  if (layer === -1 || below === -1) return 'only rooms of the list import each other'
  if (below <= layer) return 'imports point down'
  const mayImport = composers.includes(from) || publicRooms.includes(to) || publicModules.includes(module)
  if (!mayImport) return 'a feature imports only the public modules of another'
}

const broken = [SERVICE, RESUME_PARSER].flatMap((rules) =>
  [...importsIn(rules.folder)].flatMap((each) => {
    const line = `${each.file} imports ${each.module}`
    const law = rules.exceptions.includes(line) ? undefined : lawBrokenBy(each, rules)
    return law ? [`${rules.folder}/${line}: ${law}`] : []
  }),
)
if (broken.length > 0) {
  console.error(broken.join('\n'))
  process.exitCode = 1
}
