import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import { strToU8, zipSync } from 'fflate'
import type { ResumeType } from 'resume-parser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  at,
  DOCX,
  JANE,
  PDF,
  paragraph,
  part,
  pdf,
  stream,
  TEXT,
  word,
} from '../../packages/resume-parser/test/documents'
import { newFolder } from './service'

/** The most heap that reading a resume may take, bytes: half of what an isolate has. */
const HEAP = 64e6
/** The limits of V8, MB. Garbage that is not collected yet counts too. */
const LIMITS = { maxOldGenerationSizeMb: 40, maxYoungGenerationSizeMb: 6 }

const MIB = 1024 * 1024
/** The largest upload, and the largest unpacked size of a document, bytes. */
const LARGEST = 5 * MIB
const UNPACKED = 8 * MIB - 1000

const READER = `
  import { parentPort, workerData } from 'node:worker_threads'
  import { extractText, readResume, Sniffer } from 'resume-parser'
  const { bytes, type } = workerData
  // pdf.js does not await all of its promises; workerd only logs those that reject
  process.on('unhandledRejection', () => {})
  const sniffer = new Sniffer()
  sniffer.push(bytes)
  extractText(bytes, type).then(
    (text) => (readResume(text, 'US'), text.isCut ? 'in part' : 'whole'),
    ({ status, stack }) => status ?? stack,
  ).then((ended) => parentPort.postMessage({ ended, type: sniffer.type }))`

const folder = newFolder()
const reader = join(folder, 'reader.mjs')

beforeAll(async () => {
  const stdin = { contents: READER, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' as const }
  await build({ stdin, outfile: reader, bundle: true, platform: 'node', format: 'esm' })
})

afterAll(() => rmSync(folder, { recursive: true }))

/** Reads a file in its own isolate. Resolves to the result, and to the peak of the heap in bytes, with the file. */
async function readAlone(bytes: Uint8Array<ArrayBuffer>, type: ResumeType) {
  const worker = new Worker(reader, {
    workerData: { bytes, type },
    transferList: [bytes.buffer],
    resourceLimits: LIMITS,
  })
  const read = new Promise<{ ended: string; type: string | null }>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  let peak = 0
  let isOver = false
  const over = read.finally(() => {
    isOver = true
  })
  while (!isOver) {
    const used = await Promise.race([worker.getHeapStatistics().catch(() => null), over.then(() => null)])
    if (used) peak = Math.max(peak, used.used_heap_size + used.external_memory)
    // without a pause, measuring would take as much of the processor as reading
    await sleep(2)
  }
  await worker.terminate()
  return { ...(await read), peak }
}

/** Repeats a unit until `size` bytes are full. */
function fill(unit: string | Uint8Array, size = LARGEST): Uint8Array<ArrayBuffer> {
  const bytes = typeof unit === 'string' ? strToU8(unit) : unit
  const filled = new Uint8Array(size - (size % bytes.length))
  for (let i = 0; i < filled.length; i += bytes.length) filled.set(bytes, i)
  return filled
}
const text = (unit: string, size = UNPACKED) => unit.repeat(Math.floor(size / strToU8(unit).length))
const many = (n: number, of: (i: number) => string) => Array.from({ length: n }, (_, i) => of(i)).join('')
const utf16 = (unit: string) => fill(new Uint8Array(Uint16Array.from(unit, (ch) => ch.charCodeAt(0)).buffer))

const run = (inside: string) => `<w:r>${inside}</w:r>`
const docx = (body: string, parts = {}) => new Uint8Array(word(paragraph(JANE) + body, parts))
const table = (rows: string) => `<w:tbl><w:tblGrid>${'<w:gridCol w:w="9"/>'.repeat(60)}</w:tblGrid>${rows}</w:tbl>`

const JANE_AT = at(72, 700, `(${JANE}) Tj`)
const small = (operators: string) => `${JANE_AT} BT /F .001 Tf 72 600 Td ${operators} ET`
const page = (content: string, entries = '', more: string[] = []) =>
  new Uint8Array(pdf([content], { page: entries, more }))
const damaged = (after: string) => {
  const whole = new TextDecoder('latin1').decode(page(JANE_AT))
  return strToU8(`${whole.slice(0, whole.indexOf('xref\n'))}${after}trailer<</Root 1 0 R>>`).slice(0, LARGEST)
}
/** The objects of a font whose file has this many bytes. */
const font = (size: number) => [
  '<</Type/Font/Subtype/TrueType/BaseFont/X/FontDescriptor 6 0 R>>',
  '<</Type/FontDescriptor/FontName/X/Flags 4/FontFile2 7 0 R>>',
  stream(fill('\0\x01', size)),
]

test.each<[what: string, type: ResumeType, file: () => Uint8Array<ArrayBuffer>, ended: string]>([
  ['Cyrillic', TEXT, () => fill('Привет мир, это длинный текст '), 'in part'],
  ['Chinese', TEXT, () => fill('中文简历'), 'in part'],
  ['emoji between letters', TEXT, () => fill('a😀'), 'in part'],
  ['UTF-16 in Cyrillic', TEXT, () => utf16('\ufeffПривет мир\n'), 'in part'],
  ['UTF-16 in Latin', TEXT, () => utf16('abc\tdef\n'), 'in part'],
  ['Latin-1', TEXT, () => fill(Uint8Array.of(0xe9, 0xe8, 0x20, 0xfc, 0x41, 10)), 'in part'],
  ['a letter a line', TEXT, () => fill('д\n'), 'in part'],
  ['empty lines', TEXT, () => fill('\n'), 'unsupported'],
  ['pages', TEXT, () => fill('a\f'), 'in part'],
  ['tabs', TEXT, () => fill('д\t'), 'in part'],
  ['columns', TEXT, () => fill('д   '), 'in part'],
  ['bold words', TEXT, () => fill('*д* _ж_ '), 'in part'],
  ['ligatures', TEXT, () => fill('\ufb03'), 'in part'],
  ['quoted mail', TEXT, () => fill('> д\n'), 'in part'],

  ['paragraphs', DOCX, () => docx(text(paragraph('Привет мир'))), 'in part'],
  ['one text', DOCX, () => docx(paragraph(text('Привет '))), 'failed'],
  ['one text of tabs', DOCX, () => docx(paragraph(text('д\t'))), 'failed'],
  ['one text of entities', DOCX, () => docx(paragraph(text('д&lt;'))), 'failed'],
  [
    'runs of one line',
    DOCX,
    () => docx(`<w:p>${text(run('<w:b/><w:t>д</w:t>') + run('<w:t>д</w:t>'))}</w:p>`),
    'in part',
  ],
  ['tabs of one line', DOCX, () => docx(`<w:p>${run(text('<w:t>a</w:t><w:tab/>'))}</w:p>`), 'in part'],
  [
    'cells',
    DOCX,
    () => docx(table(`<w:tr>${text(`<w:tc>${paragraph('д')}</w:tc>`, UNPACKED - 2000)}</w:tr>`)),
    'in part',
  ],
  [
    'tables in tables',
    DOCX,
    () => docx(text('<w:tbl><w:tr><w:tc>'.repeat(50) + '</w:tc></w:tr></w:tbl>'.repeat(50))),
    'whole',
  ],
  ['attributes', DOCX, () => docx(`<w:p ${many(700_000, (i) => `a${i}="" `)}/>`), 'failed'],
  ['one comment', DOCX, () => docx(`<!--${text('д')}-->`), 'failed'],
  [
    'styles',
    DOCX,
    () =>
      docx('', {
        'word/styles.xml': strToU8(
          part(
            'styles',
            many(230_000, (i) => `<w:style w:styleId="${i}"/>`),
          ),
        ),
      }),
    'whole',
  ],
  [
    'headers',
    DOCX,
    () =>
      docx(
        '',
        Object.fromEntries(
          Array.from({ length: 1900 }, (_, i) => [
            `word/header${i}.xml`,
            strToU8(part('hdr', text(paragraph('Привет мир'), 4000))),
          ]),
        ),
      ),
    'in part',
  ],
  ['what unpacks to 16 MiB', DOCX, () => docx('', { 'word/header1.xml': new Uint8Array(16 * MIB) }), 'failed'],
  [
    'what is not packed',
    DOCX,
    () =>
      new Uint8Array(
        zipSync(
          { 'word/document.xml': strToU8(part('document', text(paragraph('Привет мир'), LARGEST - 1000))) },
          { level: 0 },
        ),
      ),
    'in part',
  ],

  [
    'a page that unpacks to 100 MiB',
    PDF,
    () => page(JANE_AT, '/Contents 5 0 R', [stream(fill(' ', 100 * MIB))]),
    'failed',
  ],
  ['letters one by one', PDF, () => page(small('.1 0 Td (x) Tj '.repeat(52_000))), 'in part'],
  ['lines', PDF, () => page(`${JANE_AT} ${'0 0 m 9 9 l S '.repeat(400_000)}`), 'in part'],
  ['one string', PDF, () => page(small(`(${'xyz abc d'.repeat(MIB)}) Tj`)), 'in part'],
  ['one string in hexadecimal', PDF, () => page(small(`<${'61'.repeat(LARGEST)}> Tj`)), 'in part'],
  ['strings', PDF, () => page(small(many(9000, (i) => `(${i}${'x'.repeat(1000)}) Tj `))), 'in part'],
  ['spaced letters', PDF, () => page(small(`[${'(a)1'.repeat(2 * MIB)}] TJ`)), 'in part'],
  ['keys of a dictionary', PDF, () => page(JANE_AT, `/X<<${many(500_000, (i) => `/${i.toString(36)} 0`)}>>`), 'failed'],
  ['dictionaries', PDF, () => page(JANE_AT, `/X[${'<<>>'.repeat(MIB)}]`), 'failed'],
  ['a long name', PDF, () => page(JANE_AT, `/X/${'x'.repeat(LARGEST - 2000)}`), 'failed'],
  ['a damaged file of objects', PDF, () => damaged(many(290_000, (i) => `${i + 9} 0 obj\n`)), 'failed'],
  ['a damaged file of one line', PDF, () => damaged('abc '.repeat(1.2 * MIB)), 'failed'],
  ['pages', PDF, () => new Uint8Array(pdf(Array(15_000).fill(''))), 'failed'],
  [
    'a large font',
    PDF,
    () => page(`${JANE_AT} BT /W 9 Tf (x) Tj ET`, '/Resources<</Font<</W 5 0 R/F 3 0 R>>>>', font(7 * MIB)),
    'whole',
  ],
])('reads %s in %s within 64 MB of heap', async (_what, type, file, ended) => {
  const read = await readAlone(file(), type)
  expect(read).toMatchObject({ ended, type })
  expect(read.peak).toBeLessThan(HEAP)
})
