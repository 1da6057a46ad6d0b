// `npm run bench:resumes` parses the resumes of the corpus. It prints, for each half, precision and recall of each
// field and of the values that would fill a prospect's blanks, and the time. `-- --show` lists each miss and each false
// value, in the half that may be looked at; add names of resumes to show only those.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { extname, join } from 'node:path'
import { build } from 'esbuild'
import type { ParsedResume } from '../src/fields/parsed.ts'
import { FILLED, type Filled, scoreFilled } from './filled.ts'
import { FIELDS, type Field, rate, type Score, score, sumOf, type Truth } from './score.ts'

const FIXTURES = join(import.meta.dirname, '../corpus')
const SEEN = 'seen'
const TYPES: Record<string, string> = {
  '.pdf': 'application/pdf',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.txt': 'text/plain',
}

type Scored = { file: string; scores: Record<Field, Score>; filled: Record<Filled, Score>; ms: number; mb: number }

const args = process.argv.slice(2)
const shows = args.includes('--show')
const only = args.filter((arg) => !arg.startsWith('--'))

/** Bundles and loads the parser. Its modules import each other without file extensions, which Node does not resolve. */
async function loadReading() {
  const folder = mkdtempSync(join(import.meta.dirname, '../../../node_modules/.resumes-'))
  try {
    const outfile = join(folder, 'reading.mjs')
    const contents = `export { extractText, readResume } from 'resume-parser'
      export { extractedFrom } from './src/resumes/extracted'
      export { toResumeRequest } from './src/prospects/write-request'
      export { fillBlanks } from './src/prospects/fill'`
    const stdin = { contents, resolveDir: join(import.meta.dirname, '../../..') }
    await build({ stdin, outfile, bundle: true, platform: 'node', format: 'esm' })
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
    const filled = scoreFilled(truth, filledFrom(found))
    scored.push({ file, scores: score(truth, found), filled, ms, mb: process.memoryUsage().rss / 2 ** 20 })
  }
  return scored
}

/** The values that a resume would fill into a prospect without any. */
function filledFrom(parsed: ParsedResume) {
  const blank = { ...Object.fromEntries(FILLED.map((field) => [field, null])), id: 'blank', resume: { key: 'read' } }
  const read = { key: 'read', status: 'parsed', reason: null, parsed }
  const { change } = toResumeRequest(blank.id, read, extractedFrom(parsed), false, 'US')
  const { phone, ...filled } = fillBlanks(change, blank, [])
  return { ...filled, phone: phone?.e164 }
}

function show({ file, scores, filled }: Scored) {
  const missed = FIELDS.flatMap((field) => scores[field].missed.map((text) => `  missed ${field}: ${text}`))
  const wrong = FIELDS.flatMap((field) => scores[field].wrong.map((text) => `  false  ${field}: ${text}`))
  const filledWrong = FILLED.flatMap((field) => filled[field].wrong.map((text) => `  FILLED ${field}: ${text}`))
  if (missed.length + wrong.length) console.log([file, ...missed, ...wrong, ...filledWrong].join('\n'))
}

const cell = (n: number) => (Number.isNaN(n) ? '–' : n.toFixed(3)).padStart(7)

function print(half: string, scored: Scored[]) {
  console.log(`\n${half}: ${scored.length} resumes`)
  console.log(`${''.padEnd(18)} precision  recall      F1  truths`)
  for (const field of FIELDS) {
    const { precision, recall, f1, truths } = rate(scored.map(({ scores }) => scores[field]))
    console.log(`${field.padEnd(18)}   ${cell(precision)} ${cell(recall)} ${cell(f1)} ${String(truths).padStart(7)}`)
  }
  console.log(`\nfilled into blanks     filled   wrong`)
  for (const field of FILLED) {
    const { right, wrong } = sumOf(scored.map(({ filled }) => filled[field]))
    console.log(
      `${field.padEnd(18)}   ${String(right.length + wrong.length).padStart(8)} ${String(wrong.length).padStart(7)}`,
    )
  }
  const times = scored.map(({ ms }) => ms).sort((a, b) => a - b)
  const slowest = scored.find(({ ms }) => ms === times.at(-1))
  const largest = scored.reduce((worst, one) => (one.mb > worst.mb ? one : worst))
  console.log(
    `time a document: median ${times[times.length >> 1]?.toFixed(1)} ms, worst ${slowest?.ms.toFixed(1)} ms (${slowest?.file})`,
  )
  console.log(`resident memory at the worst: ${largest.mb.toFixed(0)} MiB (after ${largest.file})`)
}

const { extractText, fillBlanks, readResume, extractedFrom, toResumeRequest } = await loadReading()
const halves = (shows || only.length ? [SEEN] : [SEEN, 'held-back']).filter((half) => existsSync(join(FIXTURES, half)))
for (const half of halves) {
  const scored = await readHalf(half)
  if (shows) scored.forEach(show)
  if (scored.length) print(half, scored)
}
