// `npm run bench:resumes`: reads the resumes of test/fixtures/resumes and prints how well, for each half, and how long
// it takes. With `-- --show`, each miss and each false find of the half that may be looked at; with names of resumes
// behind it, of those only.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { extname, join } from 'node:path'
import { build } from 'esbuild'
import { FIELDS, type Field, rate, type Score, score, type Truth } from './score.ts'

const FIXTURES = join(import.meta.dirname, '../test/fixtures/resumes')
const SEEN = 'seen'
const TYPES: Record<string, string> = {
  '.pdf': 'application/pdf',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.txt': 'text/plain',
}

type Scored = { file: string; scores: Record<Field, Score>; ms: number; mb: number }

const args = process.argv.slice(2)
const shows = args.includes('--show')
const only = args.filter((arg) => !arg.startsWith('--'))

/** The project's own reading, in one file: its modules name each other without extensions. */
async function loadReading() {
  const folder = mkdtempSync(join(import.meta.dirname, '../node_modules/.resumes-'))
  try {
    const outfile = join(folder, 'reading.mjs')
    const contents = `export { extractText } from './src/resumes/text/extract'; export { readResume } from './src/resumes/fields/read'`
    const stdin = { contents, resolveDir: join(import.meta.dirname, '..') }
    await build({ stdin, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' })
    return await import(outfile)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function readHalf(half: string): Promise<Scored[]> {
  const folder = join(FIXTURES, half)
  const scored: Scored[] = []
  for (const file of readdirSync(folder).sort()) {
    const extension = extname(file)
    const type = TYPES[extension]
    const name = file.slice(0, -extension.length)
    if (!type || (only.length && !only.includes(name))) continue
    const truth: Truth = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
    const bytes = new Uint8Array(readFileSync(join(folder, file)))
    const start = performance.now()
    const found = readResume(await extractText(bytes, type), 'US')
    const ms = performance.now() - start
    scored.push({ file, scores: score(truth, found), ms, mb: process.memoryUsage().rss / 2 ** 20 })
  }
  return scored
}

function show({ file, scores }: Scored) {
  const missed = FIELDS.flatMap((field) => scores[field].missed.map((text) => `  missed ${field}: ${text}`))
  const wrong = FIELDS.flatMap((field) => scores[field].wrong.map((text) => `  false  ${field}: ${text}`))
  if (missed.length + wrong.length) console.log([file, ...missed, ...wrong].join('\n'))
}

const cell = (n: number) => (Number.isNaN(n) ? '–' : n.toFixed(3)).padStart(7)

function print(half: string, scored: Scored[]) {
  console.log(`\n${half}: ${scored.length} resumes`)
  console.log(`${''.padEnd(18)} precision  recall      F1  truths`)
  for (const field of FIELDS) {
    const { precision, recall, f1, truths } = rate(scored.map(({ scores }) => scores[field]))
    console.log(`${field.padEnd(18)}   ${cell(precision)} ${cell(recall)} ${cell(f1)} ${String(truths).padStart(7)}`)
  }
  const times = scored.map(({ ms }) => ms).sort((a, b) => a - b)
  const slowest = scored.find(({ ms }) => ms === times.at(-1))
  const largest = scored.reduce((worst, one) => (one.mb > worst.mb ? one : worst))
  console.log(
    `time a document: median ${times[times.length >> 1]?.toFixed(1)} ms, worst ${slowest?.ms.toFixed(1)} ms (${slowest?.file})`,
  )
  console.log(`resident memory at the worst: ${largest.mb.toFixed(0)} MiB (after ${largest.file})`)
}

const { extractText, readResume } = await loadReading()
const halves = shows || only.length ? [SEEN] : [SEEN, 'held-back']
for (const half of halves) {
  const scored = await readHalf(half)
  if (shows) scored.forEach(show)
  if (scored.length) print(half, scored)
}
