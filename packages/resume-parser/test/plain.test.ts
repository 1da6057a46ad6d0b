import { strToU8 } from 'fflate'
import { describe, expect, test } from 'vitest'
import { extractText } from '../src/text/extract'
import { JANE, TEXT, texts } from './documents'

describe('plain text', () => {
  const wide = (text: string, isBig: boolean) => {
    const bytes = new DataView(new ArrayBuffer(2 * text.length))
    for (let i = 0; i < text.length; i++) bytes.setUint16(2 * i, text.charCodeAt(i), !isBig)
    return new Uint8Array(bytes.buffer)
  }
  const LINE = 'Zoë Müller, licensed salesperson'

  test.each<[what: string, file: Uint8Array]>([
    ['UTF-8', strToU8(LINE)],
    ['UTF-8 with its mark', strToU8(`\ufeff${LINE}`)],
    ['UTF-16 LE', wide(`\ufeff${LINE}`, false)],
    ['UTF-16 BE', wide(`\ufeff${LINE}`, true)],
    ['UTF-16 LE without its mark', wide(LINE, false)],
    ['UTF-16 BE without its mark', wide(LINE, true)],
    ['Windows-1252', Uint8Array.from(LINE, (ch) => ch.charCodeAt(0))],
  ])('decodes %s', async (_what, file) => {
    expect(await texts(file, TEXT)).toEqual([LINE])
  })

  test('keeps quotes and dashes of Windows-1252; one broken byte leaves UTF-8 detected', async () => {
    expect(await texts(Uint8Array.from([...strToU8(`${JANE} `), 0x91, 0x96, 0x92]), TEXT)).toEqual([`${JANE} ‘–’`])
    expect(await texts(Uint8Array.from([...strToU8(`${LINE} `), 0xff]), TEXT)).toEqual([`${LINE} \ufffd`])
  })

  test('is laid out in lines, columns and pages', async () => {
    const { spans, pages } = await extractText(strToU8(`${JANE}\r\n\r\n  Acme\t\t2019   NY  x\rAgent\n\fTwo`), TEXT)
    expect(spans.map(({ page, x, y, width, text }) => [page, x, y, width, text])).toEqual([
      [1, 0, 12, 180, JANE],
      [1, 12, 36, 24, 'Acme'],
      [1, 144, 36, 24, '2019'],
      [1, 186, 36, 30, 'NY x'],
      [1, 0, 48, 30, 'Agent'],
      [2, 0, 12, 18, 'Two'],
    ])
    expect({ pages, ...spans[0] }).toMatchObject({ pages: 2, size: 10, bold: false })
  })

  test.each([
    ['\ufb01rm o\ufb03ce', 'firm office'],
    ['co\u00adop\u200be\u200drate\ufeffs', 'cooperates'],
    ['New\u00a0York\u2003City', 'New York City'],
    ['Jose\u0301', 'Jos\u00e9'],
    ['a\u0007b \ue001 c', 'a b c'],
  ])('%j is kept as %j', async (given, expected) => {
    expect(await texts(strToU8(`${JANE}\n${given}`), TEXT)).toEqual([JANE, expected])
  })

  const QUOTED = ['> Jane Doe', '> > 512', '', '>   NY']
  const HEADERS = ['From: Bo <bo@b.com>', 'Subject: My resume', 'To: HR <hr@b.com>']
  test.each<[what: string, lines: string[], read: string[]]>([
    ['quoted mail', QUOTED, ['Jane Doe', '512', 'NY']],
    ['one quote', [JANE, '> 40 sales', 'NY'], [JANE, '> 40 sales', 'NY']],
    ['headers of a mail', ['Begin forwarded message:', '', ...HEADERS, '', JANE], [JANE]],
    ['what only reads like headers', [JANE, 'From: 04/2017', 'To: Present'], [JANE, 'From: 04/2017', 'To: Present']],
    ['a letter', ['Dear Ms. Roe,', '', 'I apply.', '', 'Kind regards,', 'Jane Doe', 'Skills'], ['Jane Doe', 'Skills']],
    ['a greeting', ['Hi there,', 'my resume', 'Jane Doe'], ['my resume', 'Jane Doe']],
    ['no greeting', ['Hello', 'Jane Doe', 'Thanks'], ['Hello', 'Jane Doe', 'Thanks']],
    ['the device', [JANE, 'Sent from my iPhone'], [JANE]],
  ])('removes the parts of a mail: %s', async (_what, lines, read) => {
    expect(await texts(strToU8([...lines, JANE].join('\n')), TEXT)).toEqual([...read, JANE])
  })

  test.each<[line: string, spans: [text: string, x: number, bold: boolean][]]>([
    [
      '*Agent*, Acme',
      [
        ['Agent', 0, true],
        [', Acme', 30, false],
      ],
    ],
    [
      '__Agent__ - _Acme_   *2019*',
      [
        ['Agent', 0, true],
        ['-', 36, false],
        ['Acme', 48, true],
        ['2019', 126, true],
      ],
    ],
    ['* Sold * and *kept', [['* Sold * and *kept', 0, false]]],
    ['jane_m_doe@x.com 2*3*4', [['jane_m_doe@x.com 2*3*4', 0, false]]],
    ['  -- Work History --', [['Work History', 12, true]]],
    ['[ SKILLS ]', [['SKILLS', 0, true]]],
    ['=== Skills', [['Skills', 0, true]]],
    ['Skills: -------', [['Skills', 0, true]]],
    ['- Skills', [['- Skills', 0, false]]],
    ['[2019 to now]', [['[2019 to now]', 0, false]]],
  ])('marked text in %j is bold', async (line, expected) => {
    const { spans } = await extractText(strToU8(`${line}\n${JANE}`), TEXT)
    expect(spans.slice(0, -1).map(({ text, x, bold }) => [text, x, bold])).toEqual(expected)
  })

  test('is limited in pages, spans and characters', async () => {
    for (const [more, read] of [
      [`\f${'x\n'.repeat(3)}`.repeat(40), 1 + 29 * 3],
      ['x\n'.repeat(60_000), 50_000],
      [`${'x'.repeat(1000)}\n`.repeat(400), 1 + 300],
      [`${' '.repeat(2_000_000)}x`, 1],
    ] as const) {
      const { spans, isCut } = await extractText(strToU8(`${JANE}\n${more}`), TEXT)
      expect({ read: spans.length, isCut }).toEqual({ read, isCut: true })
    }
  })
})
