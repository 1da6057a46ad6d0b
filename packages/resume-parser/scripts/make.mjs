// `npm run resumes:make [name…]` makes the resumes of the corpus, and the truth next to each.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Document, Packer } from 'docx'
import { unzipSync, zipSync } from 'fflate'
import { chromium } from 'playwright-core'
import { truthOf } from './content.mjs'
import { resumes as first } from './first/resumes.mjs'
import * as firstThemes from './first/themes.mjs'
import * as firstWord from './first/word.mjs'
import { resumes as heldBack } from './held-back/resumes.mjs'
import * as heldBackThemes from './held-back/themes.mjs'
import * as heldBackWord from './held-back/word.mjs'
import { encode, plain } from './plain.mjs'
import { resumes as second } from './second/resumes.mjs'
import * as secondThemes from './second/themes.mjs'
import * as secondWord from './second/word.mjs'

const FIXTURES = join(import.meta.dirname, '../corpus')
const TODAY = '2025-01-15'
const only = process.argv.slice(2)

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
const tab = await browser.newPage()

/** Sets a fixed date, so that the same resume is always the same file. */
const fixDates = (pdf) =>
  Buffer.from(
    pdf
      .toString('latin1')
      .replaceAll(/\(D:\d{8}/g, `(D:${TODAY.replaceAll('-', '')}`)
      .replaceAll(/(\(D:\d{8})\d{6}/g, '$1120000'),
    'latin1',
  )

async function print(theme, resume) {
  const { html, pdf } = theme(resume)
  await tab.setContent(html, { waitUntil: 'load' })
  return fixDates(await tab.pdf({ format: 'Letter', printBackground: true, tagged: false, ...pdf }))
}

/** The names of hyperlinks and text boxes are random. They are replaced by counted ones. */
function fixNames(files) {
  const names = new Map()
  const count = (_, before, name) => {
    if (!names.has(name)) names.set(name, names.size + 1)
    return `${before}Named${names.get(name)}`
  }
  for (const [path, bytes] of Object.entries(files)) {
    if (!/\.(?:xml|rels)$/.test(path)) continue
    const xml = Buffer.from(bytes).toString()
    const fixed = xml.replaceAll(/("rId|<v:shape id=")([\w-]{18,})(?=")/g, count)
    if (fixed !== xml) files[path] = Buffer.from(fixed)
  }
}

/** Packs a document with the same dates and names each time, also in its properties and in the zip. */
async function pack(layout, resume) {
  const files = unzipSync(await Packer.toBuffer(new Document(layout(resume))))
  fixNames(files)
  const properties = Buffer.from(files['docProps/core.xml']).toString()
  files['docProps/core.xml'] = Buffer.from(properties.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, `${TODAY}T12:00:00Z`))
  return zipSync(files, { mtime: `${TODAY}T12:00:00` })
}

/** The file of a resume: its extension and its bytes. `layout` is like `pdf:classic`, `docx:styles` or `txt:utf-8`. */
async function fileOf(resume, themes, word) {
  const [format, name] = resume.layout.split(':')
  if (format === 'pdf') return [format, await print(themes[name], resume)]
  if (format === 'docx') return [format, await pack(word[name], resume)]
  return [format, encode(resume.text ?? plain(resume), name, resume.ending)]
}

for (const folder of ['seen', 'held-back']) {
  if (!only.length) rmSync(join(FIXTURES, folder), { recursive: true, force: true })
  mkdirSync(join(FIXTURES, folder), { recursive: true })
}

async function makeAll(resumes, folder, themes, word) {
  const target = join(FIXTURES, folder)
  for (const resume of resumes) {
    if (only.length && !only.includes(resume.file)) continue
    const [extension, bytes] = await fileOf(resume, themes, word)
    writeFileSync(join(target, `${resume.file}.${extension}`), bytes)
    const truth = resume.truth ?? truthOf(resume)
    writeFileSync(join(target, `${resume.file}.json`), `${JSON.stringify(truth, null, 2)}\n`)
    console.log(`${folder}/${resume.file}.${extension}  ${(bytes.length / 1024).toFixed(0)} KiB  ${resume.layout}`)
  }
}

await makeAll(first, 'seen', firstThemes, firstWord)
await makeAll(second, 'seen', secondThemes, secondWord)
await makeAll(heldBack, 'held-back', heldBackThemes, heldBackWord)
await browser.close()
