import fc from 'fast-check'
import { unzipSync, unzlibSync, zipSync } from 'fflate'
import { filesIn, readFile } from '../../packages/resume-parser/test/corpus'
import { pdf } from '../../packages/resume-parser/test/documents'
import { applyEdits, type Edit, edits } from './cases'

/** Resumes with random edits: of the file, or of the content that is compressed in it. */

/** Tokens of a format, from a list with two spaces between them. */
const tokensIn = (text: string) => text.trim().split(/\n| {2}/)
const PDF_TOKENS = [
  ...tokensIn(`
obj  endobj  endstream  xref  trailer  startxref  %%EOF  <<  >>  [  ]  (  )  /  0 R  1 0 R  /Length -1  /Length 999999999
/Count 99999  /Kids  /Parent 1 0 R  /Filter  /FlateDecode  /LZWDecode/ASCII85Decode  /Encrypt  /ObjStm  /Type/XRef  /Prev 0
/Root 9 0 R  /ToUnicode  /W[1 2 1]  -1  1e99  null  true  <FFFF>  %  BT  ET  Tj  /Fm Do  BI /W 9 ID x EI`),
  ...['stream\n', '\\', '\0'],
]
const XML_TOKENS = [
  ...tokensIn(`
<  >  </  />  &  &amp;  &#0;  &#xFFFFFFF;  &x;  <!--  -->  <![CDATA[  ]]>  <?xml ?>  "  <!DOCTYPE a [<!ENTITY x "y">]>  <w:p>
</w:p>  <w:r><w:t>  </w:t></w:r>  <w:tbl>  <w:tr>  <w:tc>  <w:gridSpan w:val="-1"/>  w:val="99999999999"  <w:tab/>  <w:br/>
<mc:AlternateContent>  <w:sectPr/>`),
  '<w:p>'.repeat(300),
]
const ZIP_TOKENS = ['PK\x03\x04', 'PK\x01\x02', 'PK\x05\x06', 'PK\x07\x08', '\0', '\xff\xff\xff\xff', '\x08', '../']
const TEXT_TOKENS = [
  ...tokensIn(`
EXPERIENCE  Skills:  a@b.co  (212) 555-0123  +  Austin, TX 78701  2019 - Present  |  -  >  https://x.co/  99/9999  licensed
Series 6, 63  <b>`),
  ...['\r', '\n', '\n\n', '\t', '\f', '\0', '\xa0', '\x95', '\xff', '\xfe\xff', '\xff\xfe', '\xef\xbb\xbf', '\xc3'],
  ...['\xed\xa0\x80', '=20=\n', ' '.repeat(200), 'x@'.repeat(500), '1 '.repeat(400), '('.repeat(500)],
]
/** Operators of the content of a page. */
const OPERATORS = tokensIn(`
BT  ET  q  Q  /F 10 Tf  /B 99999 Tf  /No 1 Tf  /F 0 Tf  0 0 Td  10 -20 TD  1e38 0 Td  -5 TL  T*  1 0 0 1 50 700 Tm
0 0 0 0 0 0 Tm  0 1 -1 0 9 9 Tm  (Ann Lee) Tj  (ann@example.com) Tj  <00FF> Tj  (\\777) Tj  (Austin, TX 78701) '
1 2 (Agent) "  [(EXP) -999999 (ERIENCE)] TJ  [null (x) /N] TJ  0 Tz  -100 Tz  3 Tr  9 Tr  1e9 Tc  5 Tw  1 0 0 1 0 0 cm
0 0 0 0 0 0 cm  /Fm Do  /P BMC  EMC  /P <</MCID 0>> BDC  99 Ts  (  )  <  <<  BI  ID  EI  0 0 9 9 re f  W n  /GS gs  Tj  1 2
(EXPERIENCE) Tj  (2019 - Present) Tj  (\\(212\\) 555-0123) Tj`)

const names = filesIn('../corpus/seen/')
  .filter((name) => !name.endsWith('.json'))
  .sort()
const endingIn = (ending: string) => names.filter((name) => name.endsWith(ending))
const tokensOf = (name: string) =>
  name.endsWith('.pdf') ? PDF_TOKENS : name.endsWith('.docx') ? ZIP_TOKENS : TEXT_TOKENS

/** A PDF with its streams decompressed, so that edits reach their content. Its cross-reference table is then wrong. */
function unpackedPdf(bytes: Uint8Array): Uint8Array {
  const packed = /<<([^<>]*)\/Filter\s*\/FlateDecode([^<>]*)>>\s*stream\r?\n(.*?)\r?\nendstream/gs
  const file = latin1(bytes).replaceAll(packed, (whole, before: string, after: string, stream: string) => {
    try {
      const content = latin1(unzlibSync(Buffer.from(stream, 'latin1')))
      const entries = `${before}${after}`.replace(/\/Length \d+/, `/Length ${content.length}`)
      return `<<${entries}>> stream\n${content}\nendstream`
    } catch {
      return whole
    }
  })
  return Buffer.from(file, 'latin1')
}
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** The ways to make a resume: an edited file, an edited PDF without compression, an edited part of a DOCX, or a page of operators. */
export type Document =
  | { file: string; edits: Edit[]; tail: string | null }
  | { unpacked: string; edits: Edit[] }
  | { part: number; of: string; edits: Edit[] }
  | { operators: string[]; edits: Edit[] }

const whole = fc.constantFrom(...endingIn('.txt'), ...endingIn('.txt'), ...names).chain((file) =>
  fc.record({
    file: fc.constant(file),
    edits: edits(tokensOf(file)),
    /** The file whose second half is appended. */
    tail: fc.oneof({ weight: 15, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...names) }),
  }),
)
export const documents: fc.Arbitrary<Document> = fc.oneof(
  { weight: 3, arbitrary: whole },
  fc.record({ unpacked: fc.constantFrom(...endingIn('.pdf')), edits: edits(PDF_TOKENS, 10) }),
  fc.record({ of: fc.constantFrom(...endingIn('.docx')), part: fc.nat(20), edits: edits(XML_TOKENS, 10) }),
  fc.record({
    operators: fc.array(fc.constantFrom(...OPERATORS), { maxLength: 80, size: 'large' }),
    edits: edits(PDF_TOKENS, 2),
  }),
)

const files = new Map<string, Uint8Array>()
async function bytesOf(name: string): Promise<Uint8Array> {
  const bytes = files.get(name) ?? (await readFile(name))
  files.set(name, bytes)
  return bytes
}

/** Makes the bytes of a resume. */
export async function bytesOfDocument(document: Document): Promise<Uint8Array<ArrayBuffer>> {
  const all = document.edits
  if ('file' in document) {
    const bytes = applyEdits(await bytesOf(document.file), all)
    const tail = document.tail ? await bytesOf(document.tail) : bytes.subarray(bytes.length)
    return new Uint8Array(Buffer.concat([bytes, tail.subarray(tail.length / 2)]))
  }
  if ('unpacked' in document) return applyEdits(unpackedPdf(await bytesOf(document.unpacked)), all)
  if ('operators' in document) return applyEdits(pdf([document.operators.join('\n')]), all)
  const parts = unzipSync(await bytesOf(document.of))
  // half of the cases edit the body
  const name = document.part % 2 ? 'word/document.xml' : Object.keys(parts)[document.part % Object.keys(parts).length]
  const members = Object.entries(parts).map(([part, bytes]) => [part, part === name ? applyEdits(bytes, all) : bytes])
  return new Uint8Array(zipSync(Object.fromEntries(members), { level: 1 }))
}
