import { describe, expect, test } from 'vitest'
import { extractText } from '../src/text/extract'
import { readFile } from './corpus'
import { at, JANE, PDF, pdf, pdfOf, refusal, stream, texts } from './documents'

const JANE_AT = at(72, 700, `(${JANE}) Tj`)

describe('a PDF printed by Chromium', () => {
  const read = async () => extractText(await readFile('./files/printed.pdf'), PDF)

  test('gives lines of words, with columns apart', async () => {
    expect((await read()).spans.map(({ page, text }) => [page, text])).toEqual([
      [1, 'MARIE-ÈVE O’CONNOR'],
      [1, 'Affluent office work ·'],
      [1, 'Bold'],
      [1, ', plain'],
      [1, 'SKILLS'],
      [1, 'Negotiation'],
      [1, 'Escrow'],
      [1, '2019 – 2021'],
      [1, 'REAL ESTATE'],
      [1, 'Agent'],
      [1, ', Acme Realty'],
      [1, 'Lorem ipsum dolor sit amet consectetur adipiscing elit sed do'],
      [1, 'eiusmod tempor incididunt.'],
      [2, 'The second page'],
    ])
  })

  test('gives position, size and weight of each span', async () => {
    const { spans, pages, isCut } = await read()
    expect({ pages, isCut }).toEqual({ pages: 2, isCut: false })
    const [name, , bold, plain, skills] = spans
    expect(name).toMatchObject({
      x: expect.closeTo(36),
      y: expect.closeTo(56.25),
      size: expect.closeTo(22),
      bold: true,
    })
    expect(name?.width).toBeCloseTo(294, 0)
    expect([bold?.bold, plain?.bold, skills?.bold]).toEqual([true, false, true])
    expect((bold?.x ?? 0) + (bold?.width ?? 0)).toBeCloseTo(plain?.x ?? 0, 0)
  })
})

describe('the text of a PDF', () => {
  const lines = (content: string, how: Parameters<typeof pdf>[1] = {}) => texts(pdf([JANE_AT + content], how), PDF)

  test.each<[what: string, content: string, expected: string[]]>([
    ['words that are only set apart', at(72, 600, '[(Acme) -250 (Realty)] TJ'), ['Acme Realty']],
    ['kerned letters', at(72, 600, '[(A) 80 (VA) -90 (TAR)] TJ'), ['AVATAR']],
    ['letters that are moved to one by one', at(72, 600, '(W) Tj 9.44 0 Td (e) Tj 5.56 0 Td (b) Tj'), ['Web']],
    ['spaced letters', at(72, 600, '4 Tc (REAL ESTATE) Tj'), ['REAL ESTATE']],
    ['letters with spaces between', at(72, 600, '(J A N E   D O E) Tj'), ['JANE DOE']],
    ['letters spaced a little', at(72, 600, '1.2 Tc (REAL ESTATE) Tj'), ['REAL ESTATE']],
    ['spaced words', at(72, 600, '3 Tw (Real estate) Tj'), ['Real estate']],
    ['columns', at(72, 600, '(Acme) Tj 200 0 Td (2019) Tj'), ['Acme', '2019']],
    ['columns set apart by spaces', at(72, 600, '(Acme          2019) Tj'), ['Acme', '2019']],
    ['lines', at(72, 600, "12 TL (Acme) Tj (Realty) '"), ['Acme', 'Realty']],
    [
      'lines told by their leading',
      at(72, 600, '(Acme) Tj 0 -12 TD (Realty) Tj T* (Agent) Tj'),
      ['Acme', 'Realty', 'Agent'],
    ],
    ['a smaller size in one word', at(72, 600, '(A) Tj /F 8 Tf 6.67 0 Td (CME) Tj'), ['ACME']],
    [
      'small capitals',
      at(72, 600, '/F 12 Tf (J) Tj /F 9 Tf 6 0 Td (ANE ) Tj /F 12 Tf 21.5 0 Td (D) Tj /F 9 Tf 8.67 0 Td (OE) Tj'),
      ['JANE DOE'],
    ],
    ['a smaller text after it', at(72, 600, '(Jane Doe) Tj /F 8 Tf 46 0 Td (Agent) Tj'), ['Jane Doe', 'Agent']],
    [
      'cells close to each other',
      at(72, 600, '(Inside Agent) Tj 60.4 0 Td (May 2022) Tj'),
      ['Inside Agent', 'May 2022'],
    ],
    ['what is turned', `BT /F 10 Tf 0 1 -1 0 72 600 Tm (Turned) Tj ET`, []],
    ['what is mirrored', `BT /F 10 Tf -1 0 0 1 72 600 Tm (Turned) Tj ET`, []],
    ['what is flipped', `BT /F 10 Tf 1 0 0 -1 72 600 Tm (Turned) Tj ET`, []],
    ['what is upside down', `BT /F 10 Tf -1 0 0 -1 72 600 Tm (Turned) Tj ET`, []],
    [
      'what is off the page',
      at(700, 600, '(Right) Tj') + at(72, -20, '(Below) Tj') + at(72, 800, '(Above) Tj') + at(-50, 600, '(Left) Tj'),
      [],
    ],
    [
      'what is moved onto it',
      `q 1 0 0 1 100 0 cm ${at(-50, 600, '(Left) Tj')} Q ${at(-50, 600, '(Left) Tj')}`,
      ['Left'],
    ],
    ['an OCR layer', at(72, 600, '3 Tr (Unseen) Tj'), ['Unseen']],
  ])('%s', async (_what, content, expected) => {
    expect(await lines(content)).toEqual([JANE, ...expected])
  })

  test.each<[operator: string, content: string, expected: { x?: number; y?: number; width?: number; size?: number }]>([
    ['a font', '(Acme Realty) Tj', { x: 72, y: 192, width: 56.68, size: 10 }],
    ['the space between letters', '2 Tc (Acme Realty) Tj', { width: 76.68 }],
    ['the space between words', '5 Tw (Acme Realty) Tj', { width: 61.68 }],
    ['a stretch', '200 Tz (Acme Realty) Tj', { width: 113.36, size: 10 }],
    ['a rise', '3 Ts (Acme Realty) Tj', { y: 189 }],
    ['a leading', '0 -20 TD T* (Acme Realty) Tj', { y: 232 }],
    ['a leading of its own', '15 TL T* (Acme Realty) Tj', { y: 207 }],
    ['a matrix', '2 0 0 3 90 500 Tm (Acme Realty) Tj', { x: 90, y: 292, width: 113.36, size: 30 }],
    ['a font in a state', '/G gs (Acme Realty) Tj', { size: 17 }],
    ['a negative size', '/F -10 Tf -1 0 0 -1 72 600 Tm (Acme Realty) Tj', { x: 72, size: 10, width: 56.68 }],
  ])('applies %s', async (_what, content, expected) => {
    const file = pdf([JANE_AT + at(72, 600, content)], { resources: '/ExtGState<</G<</Font[3 0 R 17]>>>>' })
    const { spans } = await extractText(file, PDF)
    for (const [key, value] of Object.entries(expected)) expect(spans[1]).toHaveProperty(key, expect.closeTo(value, 1))
  })

  test('detects bold fonts by their names', async () => {
    const names = [
      'Helvetica',
      'AAAAAA+Inter-SemiBold',
      'ABCDEF+CMBX12',
      'Lato-Black',
      'Garde-Demi',
      'ABCDEF+CMR10',
      'Calibri,Bold',
    ]
    const more = names.map((name) => `<</Type/Font/Subtype/Type1/BaseFont/${name}>>`)
    const resources = `/Font<</F 3 0 R${names.map((_, i) => `/F${i} ${5 + i} 0 R`).join('')}>>`
    const content = names.map((_, i) => at(72, 600 - 20 * i, `/F${i} 10 Tf (Font number ${i}) Tj`)).join('')
    const { spans } = await extractText(pdf([content], { more, page: `/Resources<<${resources}>>` }), PDF)
    expect(spans.map(({ bold }) => bold)).toEqual([false, true, true, true, true, false, true])
  })

  test('is found in forms, and on rotated and offset pages', async () => {
    const form = stream(
      at(0, 0, '(Acme Realty of New York City) Tj'),
      '/Subtype/Form/BBox[0 0 600 600]/Matrix[2 0 0 2 50 60]',
    )
    const of = async (content: string, page = '') => {
      const { spans } = await extractText(
        pdf([JANE_AT + content], { page, more: [form], resources: '/XObject<</X 5 0 R>>' }),
        PDF,
      )
      return spans.find(({ text }) => text === 'Acme Realty of New York City')
    }
    expect(await of('/X Do')).toMatchObject({ x: 50, y: 732, size: 20 })
    expect(await of('BT /F 10 Tf 0 1 -1 0 100 50 Tm (Acme Realty of New York City) Tj ET', '/Rotate 90')).toMatchObject(
      {
        x: 50,
        y: 100,
      },
    )
    expect(await of(at(172, 600, '(Acme Realty of New York City) Tj'), '/MediaBox[100 100 500 800]')).toMatchObject({
      x: 72,
      y: 200,
    })
  })

  test('a font in its own units has its visible size', async () => {
    const glyphs = '<</a 6 0 R>>'
    const font = `<</Type/Font/Subtype/Type3/FontMatrix[.05 0 0 .05 0 0]/FontBBox[0 0 12 240]/CharProcs${glyphs}/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[10]>>`
    const more = [font, stream('10 0 d0 0 0 8 9 re f')]
    const { spans } = await extractText(
      pdf([`${JANE_AT} BT /T 1 Tf 72 600 Td (aaa) Tj ET`], { more, page: '/Resources<</Font<</F 3 0 R/T 5 0 R>>>>' }),
      PDF,
    )
    expect(spans[1]).toMatchObject({ text: 'aaa', size: 12, width: 1.5 })
  })

  test('ends after thirty pages', async () => {
    const { spans, pages, isCut } = await extractText(pdf(Array(1000).fill(JANE_AT)), PDF)
    expect({ read: spans.length, last: spans.at(-1)?.page, pages, isCut }).toEqual({
      read: 30,
      last: 30,
      pages: 1000,
      isCut: true,
    })
  })

  test('is read if only the owner password is set', async () => {
    expect(await texts(await readFile('./files/locked-open.pdf'), PDF)).toEqual([JANE])
  })
})

describe('an unreadable PDF has a reason', () => {
  const image = stream('\0'.repeat(900), '/Subtype/Image/Width 30/Height 30/BitsPerComponent 8/ColorSpace/DeviceGray')

  test.each<[what: string, file: () => Uint8Array | Promise<Uint8Array>, expected: string]>([
    [
      'a scan',
      () => pdf(['/X Do'], { more: [image], resources: '/XObject<</X 5 0 R>>' }),
      'unsupported: There is no text in it: it may be a scan.',
    ],
    ['a password', () => readFile('./files/locked.pdf'), 'unsupported: The PDF is encrypted.'],
    ['noise', () => new TextEncoder().encode(`%PDF-1.4\n${'noise '.repeat(1000)}`), 'failed: The PDF is damaged.'],
    [
      'its first half',
      async () => (await readFile('./files/printed.pdf')).slice(0, 9000),
      'failed: The PDF is damaged.',
    ],
    [
      'pages in a circle',
      () => pdfOf('<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[2 0 R]/Count 9>>'),
      'failed: The PDF is damaged.',
    ],
    ['too many bytes', () => new Uint8Array(5 * 1024 * 1024 + 1), 'failed: The file is larger than 5 MB.'],
  ])('%s', async (_what, file, expected) => {
    expect(await refusal(await file(), PDF)).toBe(expected)
  })

  test('reads the text before a lost end', async () => {
    const whole = pdf([JANE_AT])
    const text = new TextDecoder('latin1').decode(whole)
    expect(await texts(whole.slice(0, text.indexOf('startxref')), PDF)).toEqual([JANE])
  })
})

describe('a PDF with endless work exceeds the budget', { tags: 'scale' }, () => {
  const tooMuch = 'failed: The PDF unpacks to far more than a resume has.'
  const mega = (content: string, times: number) =>
    stream(new Uint8Array(times * 1024 * 1024).fill(content.charCodeAt(0)))
  /** Forms that each draw the next form twice. */
  const doubling = (content: string, group: string) =>
    Array.from({ length: 40 }, (_, i) =>
      stream(
        i < 39 ? '/X Do /X Do' : content,
        `/Subtype/Form/BBox[0 0 612 792]${group}/Resources<</Font<</F 3 0 R>>/XObject<</X ${6 + i} 0 R>>>>`,
      ),
    )
  const drawing = { resources: '/XObject<</X 5 0 R>>' }
  const widths =
    '[<</Type/Font/Subtype/CIDFontType2/BaseFont/X/W[0 2000000000 500]/FontDescriptor<</FontName/X/Flags 4>>>>]'
  const map = `begincmap 1 begincodespacerange <000000><ffffff> endcodespacerange 9 beginbfrange ${'<000000> <ffffff> <0041> '.repeat(999)} endbfrange endcmap`

  test.each<[what: string, file: () => Uint8Array]>([
    ['a page that unpacks to 100 MB', () => pdf([''], { more: [mega(' ', 100)], page: '/Contents 5 0 R' })],
    [
      'Brotli',
      () => pdf([''], { more: ['<</Filter/BrotliDecode/Length 4>>stream\nbomb\nendstream'], page: '/Contents 5 0 R' }),
    ],
    [
      'a page that is 2 MB a hundred times over',
      () => pdf([''], { more: [mega(' ', 2)], page: `/Contents[${'5 0 R '.repeat(100)}]` }),
    ],
    ['a million lines', () => pdf(['0 0 m 9 9 l S '.repeat(400_000)])],
    ['a million states', () => pdf(['q '.repeat(200_000)])],
    ['forms in forms', () => pdf(['/X Do'], { more: doubling('0 0 m 9 9 l S', ''), ...drawing })],
    [
      'groups in groups',
      () => pdf(['/X Do'], { more: doubling('0 0 m 9 9 l S', '/Group<</S/Transparency>>'), ...drawing }),
    ],
    [
      'a range of widths',
      () =>
        pdf([`BT /W 9 Tf (x) Tj ET`], {
          more: [`<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts${widths}>>`],
          page: '/Resources<</Font<</W 5 0 R>>>>',
        }),
    ],
    [
      'ranges of characters',
      () =>
        pdf([`BT /W 9 Tf (x) Tj ET`], {
          more: ['<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>', stream(map)],
          page: '/Resources<</Font<</W 5 0 R>>>>',
        }),
    ],
  ])('%s', async (_what, file) => {
    expect(await refusal(file(), PDF)).toBe(tooMuch)
  })

  test('reads the text before the budget ends', async () => {
    const { spans, pages, isCut } = await extractText(pdf([JANE_AT, '0 0 m 9 9 l S '.repeat(400_000), JANE_AT]), PDF)
    expect(spans.map(({ text }) => text)).toEqual([JANE])
    expect({ pages, isCut }).toEqual({ pages: 3, isCut: true })
  })

  test('the next PDF has the whole budget', async () => {
    await refusal(pdf(['q '.repeat(200_000)]), PDF)
    expect(await texts(pdf([JANE_AT]), PDF)).toEqual([JANE])
  })
})
