// `npm run size` prints the size of the deployed Worker by dependency, and how long it takes to start on this machine.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const folder = mkdtempSync(join(tmpdir(), 'prospects-size-'))
const wrangler = (...args) =>
  execFileSync(process.execPath, ['node_modules/wrangler/bin/wrangler.js', ...args], { encoding: 'utf8' })
try {
  wrangler('deploy', '--dry-run', '--outdir', folder, '--metafile')
  const parts = partsOf(readFileSync(join(folder, 'index.js')), JSON.parse(read('bundle-meta.json')))
  console.log('| what | loaded | minified, KiB | gzipped, KiB |\n| --- | --- | ---: | ---: |')
  for (const row of parts.sort((a, b) => b[3] - a[3])) console.log(`| ${row.join(' | ')} |`)
  const startup = wrangler('check', 'startup', '--outfile', join(folder, 'startup.cpuprofile'))
  console.log(`\nstart-up on this machine: ${/Active: .*/.exec(startup)?.[0] ?? startup}`)
} finally {
  rmSync(folder, { recursive: true })
}

function read(name) {
  return readFileSync(join(folder, name), 'utf8')
}

/** The parts of the bundle. The metafile lists the source files in the bundle's order, with their lengths. */
function partsOf(code, { inputs, outputs }) {
  const [{ inputs: files }] = Object.values(outputs).filter(({ entryPoint }) => entryPoint)
  const lengths = Object.entries(files).map(([path, { bytesInOutput }]) => [path, bytesInOutput])
  const atStart = loadedAtStart(inputs)
  let at = code.lastIndexOf('export{') - lengths.reduce((sum, [, length]) => sum + length, 0)
  const texts = new Map()
  for (const [path, length] of lengths) {
    const part = `${nameOf(path)} | ${atStart.has(path) ? 'at start' : 'on first use'}`
    texts.set(part, [...(texts.get(part) ?? []), code.subarray(at, at + length)])
    at += length
  }
  const sizes = (bytes) => [bytes, gzipSync(bytes)].map(({ length }) => Number((length / 1024).toFixed(1)))
  const rows = [...texts].map(([part, all]) => [...part.split(' | '), ...sizes(Buffer.concat(all))])
  return [...rows, ['total', '', ...sizes(code)]]
}

/** The package of a source file. */
function nameOf(path) {
  if (path.endsWith('/pdfjs.js')) return 'pdf.js, from unpdf'
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'this service'
}

/** The source files that are loaded without a dynamic `import()`. */
function loadedAtStart(inputs) {
  const found = new Set()
  const visit = (path) => {
    if (found.has(path) || !inputs[path]) return
    found.add(path)
    for (const { path: next, kind } of inputs[path].imports) if (kind !== 'dynamic-import') visit(next)
  }
  visit('src/index.ts')
  return found
}
