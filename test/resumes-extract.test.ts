import * as docx from 'docx'
import { describe, expect, test } from 'vitest'
import { extractText } from '../src/resumes/extract'
import { readFixture } from './fixtures'

const PDF = 'application/pdf'
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const TEXT = 'text/plain'
const texts = async (file: Uint8Array, type: typeof PDF | typeof DOCX | typeof TEXT) =>
  (await extractText(file, type)).spans.map(({ text }) => text)

describe('a PDF that Chromium printed', () => {
  const read = async () => extractText(await readFixture('printed.pdf'), PDF)

  test('is read line by line, words and columns apart, letters together', async () => {
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

  test('says where each piece stands, how large it is and whether it is bold', async () => {
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

test('plain text is read', async () => {
  expect(await texts(new TextEncoder().encode('Jane Doe\tLicensed salesperson\n'), TEXT)).toEqual([
    'Jane Doe',
    'Licensed salesperson',
  ])
})

test('a Word document is read', async () => {
  const doc = new docx.Document({ sections: [{ children: [new docx.Paragraph('Jane Doe, licensed salesperson')] }] })
  expect(await texts(new Uint8Array(await docx.Packer.toArrayBuffer(doc)), DOCX)).toEqual([
    'Jane Doe, licensed salesperson',
  ])
})
