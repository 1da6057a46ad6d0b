import { Buffer } from 'node:buffer'
import { deflateSync } from 'node:zlib'
import { strToU8, type Zippable, zipSync } from 'fflate'
import { extractText } from '../src/text/extract'
import type { ResumeType } from '../src/types'

export const PDF = 'application/pdf'
export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
export const TEXT = 'text/plain'

/** A line long enough to be a document. */
export const JANE = 'Jane Doe, licensed salesperson'

/** The texts of a document's spans. */
export const texts = async (file: Uint8Array, type: ResumeType) =>
  (await extractText(file, type)).spans.map(({ text }) => text)

/** The reason why a document cannot be read: `failed: The PDF is damaged.` */
export const refusal = (file: Uint8Array, type: ResumeType): Promise<string> =>
  extractText(file, type).then(
    () => 'read',
    ({ status, reason }) => `${status}: ${reason}`,
  )

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))

/** The recognisable part of a Word document with a password. */
export const ENCRYPTED = latin1(
  `\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1${'\0'.repeat(2000)}${[...'EncryptedPackage'].join('\0')}${'\0\x9b'.repeat(500)}`,
)

/** A deflated stream of a PDF. `entries` are added to its dictionary. */
export function stream(content: string | Uint8Array, entries = ''): string {
  const packed = deflateSync(typeof content === 'string' ? latin1(content) : content)
  return `<<${entries}/Filter/FlateDecode/Length ${packed.length}>>stream\n${packed.toString('latin1')}\nendstream`
}

/** A PDF of these objects, numbered from 1. The first is its catalog. */
export function pdfOf(...objects: string[]): Uint8Array {
  let file = '%PDF-1.7\n'
  const entries = objects.map((object, i) => {
    const entry = `${String(file.length).padStart(10, '0')} 00000 n \n`
    file += `${i + 1} 0 obj\n${object}\nendobj\n`
    return entry
  })
  const size = objects.length + 1
  return latin1(
    `${file}xref\n0 ${size}\n0000000000 65535 f \n${entries.join('')}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF`,
  )
}

/**
 * A PDF of US letter pages with these contents. Fonts are F (plain) and B (bold). `resources` and `page` are inserted
 * into the dictionaries; `more` are further objects, numbered from 5.
 */
export function pdf(contents: string[], { resources = '', page = '', more = [] as string[] } = {}): Uint8Array {
  const first = 5 + more.length
  return pdfOf(
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Count ${contents.length}/Kids[${contents.map((_, i) => `${first + 2 * i} 0 R`).join(' ')}]/MediaBox[0 0 612 792]/Resources<<${resources}/Font<</F 3 0 R/B 4 0 R>>>>>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>',
    ...more,
    ...contents.flatMap((content, i) => [
      `<</Type/Page/Parent 2 0 R/Contents ${first + 2 * i + 1} 0 R${page}>>`,
      stream(content),
    ]),
  )
}

/** Text operators that write plain text of 10 points at a position, in points from the left and from the bottom. */
export const at = (x: number, y: number, operators: string) => `BT /F 10 Tf ${x} ${y} Td ${operators} ET `

/** A Word document with this body and these further parts. */
export const word = (body: string, parts: Zippable = {}) =>
  zipSync(
    {
      '[Content_Types].xml': strToU8('<Types/>'),
      'word/document.xml': strToU8(part('document', `<w:body>${body}</w:body>`)),
      ...parts,
    },
    { level: 1 },
  )

/** A part of a Word document, such as `w:document`, with this content. */
export const part = (name: string, inside: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><w:${name} xmlns:w="w" xmlns:mc="mc">${inside}</w:${name}>`

/** A paragraph with one run. `properties` are the paragraph's, `run` the run's. */
export const paragraph = (text: string, properties = '', run = '') =>
  `<w:p><w:pPr>${properties}</w:pPr><w:r><w:rPr>${run}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`
