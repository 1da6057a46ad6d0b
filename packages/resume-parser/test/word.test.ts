import * as docx from 'docx'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { extractText } from '../src/text/extract'
import { DOCX, ENCRYPTED, JANE, paragraph, part, refusal, texts, word } from './documents'

describe('a Word document', () => {
  const CELL = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`
  const box = (text: string) => `<w:txbxContent>${paragraph(text)}</w:txbxContent>`
  const run = (inside: string) => `<w:p><w:r>${inside}</w:r></w:p>`

  test('reads a document written by the docx package', async () => {
    const { Document, HeadingLevel, Packer, Paragraph, Tab, TextRun } = docx
    const document = new Document({
      sections: [
        {
          headers: { default: new docx.Header({ children: [new Paragraph('Resume of Jane Doe')] }) },
          footers: { default: new docx.Footer({ children: [new Paragraph('References on request')] }) },
          children: [
            new Paragraph({ text: 'Jane Doe', heading: HeadingLevel.TITLE }),
            new Paragraph({ text: 'Experience', heading: HeadingLevel.HEADING_1 }),
            new Paragraph({
              children: [
                new TextRun({ text: 'Acme Realty', bold: true }),
                new TextRun(', Agent'),
                new TextRun({ children: [new Tab(), '2019 – 2021'] }),
              ],
            }),
            new Paragraph({ text: 'Sold many homes', bullet: { level: 0 } }),
          ],
        },
      ],
    })
    const { spans } = await extractText(new Uint8Array(await Packer.toArrayBuffer(document)), DOCX)
    expect(spans.map(({ text, bold }) => [text, bold])).toEqual([
      ['Resume of Jane Doe', false],
      ['Jane Doe', true],
      ['Experience', true],
      ['Acme Realty', true],
      [', Agent', false],
      ['2019 – 2021', false],
      ['• Sold many homes', false],
      ['References on request', false],
    ])
    const [, name, heading, company, title, dates] = spans
    expect([name?.size, heading?.size].every((size) => Number(size) > Number(company?.size))).toBe(true)
    expect(title?.y).toBe(company?.y)
    expect(title?.x).toBe((company?.x ?? 0) + (company?.width ?? 0))
    expect(dates?.x).toBeGreaterThan((title?.x ?? 0) + (title?.width ?? 0) + 10)
    expect(spans.map(({ y }) => y)).toEqual(spans.map(({ y }) => y).sort((a, b) => a - b))
  })

  test.each<[what: string, body: string, expected: string[]]>([
    ['tabs in a text', paragraph('Acme\t2019'), ['Acme', '2019']],
    ['many spaces', paragraph('Acme      2019'), ['Acme', '2019']],
    ['line breaks', run('<w:t>Acme</w:t><w:br/><w:t>Realty</w:t><w:cr/><w:t>Agent</w:t>'), ['Acme', 'Realty', 'Agent']],
    ['hyphens that stay', run('<w:t>555</w:t><w:noBreakHyphen/><w:t>0123</w:t>'), ['555-0123']],
    [
      'what was deleted or moved',
      `<w:p><w:del>${run('<w:delText>Old</w:delText><w:t>Old</w:t>')}</w:del><w:moveFrom>${paragraph('Old')}</w:moveFrom><w:ins><w:r><w:t>New</w:t></w:r></w:ins></w:p>`,
      ['New'],
    ],
    ['what is hidden', paragraph('Unseen', '', '<w:vanish/>'), []],
    ['field codes', run('<w:instrText>HYPERLINK</w:instrText><w:t>Acme</w:t>'), ['Acme']],
    [
      'a text box, once',
      run(
        `<w:t>Before </w:t><mc:AlternateContent><mc:Choice>${box('Boxed')}</mc:Choice><mc:Fallback>${box('Boxed')}</mc:Fallback></mc:AlternateContent><w:t>after</w:t>`,
      ),
      ['Boxed', 'Before after'],
    ],
    ['hyperlinks', '<w:p><w:hyperlink><w:r><w:t>acme.com</w:t></w:r></w:hyperlink></w:p>', ['acme.com']],
    ['entities', paragraph('Smith &amp; Sons &#8211; Realty'), ['Smith & Sons – Realty']],
  ])('%s', async (_what, body, expected) => {
    expect(await texts(word(paragraph(JANE) + body), DOCX)).toEqual([JANE, ...expected])
  })

  test('reads a document of Word Online, whose body has another name', async () => {
    const { 'word/document.xml': body, ...parts } = unzipSync(word(paragraph(JANE)))
    expect(await texts(zipSync({ ...parts, 'word/document2.xml': body as Uint8Array }), DOCX)).toEqual([JANE])
  })

  test('ignores tab stops and earlier looks in tracked changes', async () => {
    const was = '<w:rPrChange><w:rPr><w:b/><w:sz w:val="40"/></w:rPr></w:rPrChange>'
    const runs =
      '<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Acme</w:t></w:r><w:r><w:t xml:space="preserve"> Agent</w:t></w:r></w:p>'
    const body = [
      paragraph(JANE, '<w:tabs><w:tab w:val="right" w:pos="9000"/></w:tabs>', was),
      paragraph('Indented', '<w:ind w:left="720" w:hanging="360"/>'),
      runs,
    ]
    const { spans } = await extractText(word(body.join('')), DOCX)
    expect(spans.map(({ text, x, width, size, bold }) => [text, x, width, size, bold])).toEqual([
      [JANE, 72, 165, 11, false],
      ['Indented', 90, 44, 11, false],
      ['Acme', 72, 22, 11, true],
      ['Agent', 99.5, 27.5, 11, false],
    ])
  })

  test('is limited, even in one paragraph or one row', { tags: 'scale' }, async () => {
    const read = async (body: string) => {
      const { spans, isCut } = await extractText(word(body), DOCX)
      return { length: spans.reduce((sum, { text }) => sum + text.length, 0), isCut }
    }
    expect(await read(paragraph('word '.repeat(100_000)))).toEqual({ length: 300_000, isCut: true })
    const row = `<w:tblGrid>${'<w:gridCol w:w="9"/>'.repeat(60_000)}</w:tblGrid><w:tr>${CELL('x').repeat(60_000)}</w:tr>`
    expect(await read(`<w:tbl>${row}</w:tbl>`)).toEqual({ length: 50_000, isCut: true })
  })

  test('puts cells side by side and wraps their text', async () => {
    const grid = '<w:tblGrid><w:gridCol w:w="3000"/><w:gridCol w:w="3000"/><w:gridCol w:w="3000"/></w:tblGrid>'
    const rows = `<w:tr>${CELL('Skills')}${CELL('Negotiation, closing and a great many other things')}${CELL('Escrow')}</w:tr><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>${paragraph('Acme')}</w:tc>${CELL('2019')}</w:tr>`
    const { spans } = await extractText(word(`<w:tbl>${grid}${rows}</w:tbl>${paragraph(JANE)}`), DOCX)
    const [skills, first, second, escrow, acme, year, below] = spans
    expect(spans.map(({ text }) => text)).toEqual([
      'Skills',
      'Negotiation, closing and a',
      'great many other things',
      'Escrow',
      'Acme',
      '2019',
      JANE,
    ])
    expect([skills?.x, first?.x, second?.x, escrow?.x]).toEqual([72, 222, 222, 372])
    expect([first?.y, escrow?.y, year?.y]).toEqual([skills?.y, skills?.y, acme?.y])
    expect([year?.x, below?.x]).toEqual([372, 72])
    expect([second, acme, below].map((span) => Number(span?.y))).toEqual(
      [Number(first?.y) + 13.2, Number(second?.y) + 13.2, Number(acme?.y) + 13.2].map((y) => expect.closeTo(y)),
    )
  })

  test('applies styles', async () => {
    const style = (id: string, inside: string, attributes = '') =>
      `<w:style w:type="paragraph" w:styleId="${id}"${attributes}>${inside}</w:style>`
    const styles = [
      '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="18"/></w:rPr></w:rPrDefault></w:docDefaults>',
      style('Normal', '<w:rPr><w:sz w:val="20"/></w:rPr>', ' w:default="1"'),
      style('H', '<w:name w:val="heading 2"/><w:basedOn w:val="Normal"/>'),
      style('Strong', '<w:rPr><w:b/></w:rPr>'),
      style('Stronger', '<w:basedOn w:val="Strong"/><w:rPr><w:sz w:val="30"/></w:rPr>'),
      style('Round', '<w:basedOn w:val="Round"/>'),
    ].join('')
    const body = [
      paragraph(JANE),
      ...['H', 'Stronger', 'Round', 'Unknown'].map((id) => paragraph(id, `<w:pStyle w:val="${id}"/>`)),
      paragraph('Own', '<w:pStyle w:val="Stronger"/>', '<w:b w:val="0"/><w:sz w:val="24"/>'),
      paragraph('Run', '', '<w:rStyle w:val="Strong"/>'),
    ].join('')
    const file = word(body, { 'word/styles.xml': strToU8(part('styles', styles)) })
    expect((await extractText(file, DOCX)).spans.map(({ text, bold, size }) => [text, bold, size])).toEqual([
      [JANE, false, 10],
      ['H', true, 14],
      ['Stronger', true, 15],
      ['Round', false, 10],
      ['Unknown', false, 10],
      ['Own', false, 12],
      ['Run', true, 10],
    ])
  })

  test('begins pages at page breaks, once for a break that is marked twice', async () => {
    const broken =
      '<w:p><w:r><w:t>One</w:t><w:br w:type="page"/></w:r><w:r><w:lastRenderedPageBreak/><w:t>Two</w:t></w:r></w:p>'
    const { spans, pages } = await extractText(
      word(`${paragraph(JANE)}${broken}${run('<w:lastRenderedPageBreak/><w:t>Three</w:t>')}`),
      DOCX,
    )
    expect(spans.map(({ page, text }) => [page, text])).toEqual([
      [1, JANE],
      [1, 'One'],
      [2, 'Two'],
      [3, 'Three'],
    ])
    expect(pages).toBe(3)
  })
})

describe('an unreadable Word document has a reason', () => {
  const body = word(paragraph(JANE))
  const damaged = 'failed: The document is damaged.'
  /** The same file with a wrong length of its body's text. */
  const withWrongLength = (file: Uint8Array) => {
    const bytes = file.slice()
    const name = 'word/document.xml'
    const text = new TextDecoder('latin1').decode(bytes)
    new DataView(bytes.buffer).setUint32(text.indexOf(name) - 8, 10, true)
    return bytes
  }
  const large = word(paragraph(`${JANE}${' '.repeat(20_000_000)}`))

  test.each<[what: string, file: Uint8Array, expected: string]>([
    ['too large unpacked', large, 'failed: The document is too large when unpacked.'],
    ['too large, and it lies', withWrongLength(large), 'failed: The document is too large when unpacked.'],
    [
      'too many parts',
      zipSync(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`word/${i}`, new Uint8Array()]))),
      'failed: The document has too many parts.',
    ],
    [
      'a type of its own',
      zipSync({ 'word/document.xml': strToU8('<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>') }),
      'failed: The document declares a type of its own.',
    ],
    [
      'nested too deeply',
      word('<w:p>'.repeat(1000) + '</w:p>'.repeat(1000)),
      'failed: The document is nested too deeply.',
    ],
    ['half of it', body.slice(0, 250), damaged],
    ['no body', zipSync({ 'word/styles.xml': strToU8('<x/>') }), damaged],
    ['no XML', zipSync({ 'word/document.xml': strToU8('<x><y></x>') }), damaged],
    ['an entity it doesn’t have', word('&nbsp;'), damaged],
    ['noise', word('').map((byte, i) => (i > 120 && i < 160 ? byte ^ 255 : byte)), damaged],
    ['encrypted', body.map((byte, i) => (i === 6 ? byte | 1 : byte)), 'unsupported: The document is encrypted.'],
    ['encrypted by Word', ENCRYPTED, 'unsupported: The document is encrypted.'],
    ['nothing in it', word(paragraph('Jane')), 'unsupported: There is no text in it: it may be a scan.'],
  ])('%s', async (_what, file, expected) => {
    expect(await refusal(file, DOCX)).toBe(expected)
  })
})
