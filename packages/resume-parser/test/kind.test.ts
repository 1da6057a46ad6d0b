import { array, assert, constantFrom, nat, property } from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { Sniffer } from '../src/kind'
import { ENCRYPTED } from './documents'

const PDF = 'application/pdf'
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const TEXT = 'text/plain'

const bytes = (...values: number[]) => Uint8Array.from(values)
const binary = (text: string) => Uint8Array.from(text, (ch) => ch.charCodeAt(0))
const utf16 = (text: string, order: 'le' | 'be') =>
  Uint8Array.from(
    [...text]
      .flatMap((ch) => [ch.charCodeAt(0) & 255, ch.charCodeAt(0) >> 8])
      .map((_, i, all) => {
        return all[order === 'le' ? i : i ^ 1] as number
      }),
  )
const zip = (...names: string[]) => zipSync(Object.fromEntries(names.map((name) => [name, strToU8(`<${name}/>`)])))
const words = 'Zoë Müller, licensed salesperson\r\n(212) 555-0123\r\n'
const docx = zip('[Content_Types].xml', '_rels/.rels', 'docProps/app.xml', 'word/document.xml', 'word/styles.xml')

const FILES: [what: string, file: Uint8Array, type: string | null][] = [
  ['nothing', bytes(), null],
  ['a NUL', bytes(0), null],

  ['a PDF', binary('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj'), PDF],
  ['a PDF after some other bytes', binary(`${'\0'.repeat(1019)}%PDF-`), PDF],
  ['a PDF that begins too late', binary(`${'\0'.repeat(1020)}%PDF-`), null],

  ['a DOCX', docx, DOCX],
  ['a DOCX whose body comes first', zip('word/document.xml', '[Content_Types].xml'), DOCX],
  ['a DOCX that lost its end', docx.subarray(0, docx.length - 120), DOCX],
  ['a DOCX that lost all but its beginning', zip('word/document.xml').subarray(0, 60), DOCX],
  ['a DOCX of Word Online', zip('[Content_Types].xml', 'word/document2.xml'), DOCX],
  ['an encrypted DOCX', ENCRYPTED, DOCX],
  ['a zip that contains an encrypted DOCX', zipSync({ '_rels/a': [ENCRYPTED, { level: 0 }] }), null],

  ['an XLSX', zip('[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml'), null],
  ['a PPTX', zip('[Content_Types].xml', '_rels/.rels', 'ppt/presentation.xml'), null],
  ['a JAR', zip('META-INF/MANIFEST.MF', 'Main.class'), null],
  ['an ODT', zip('mimetype', 'content.xml'), null],
  ['a zip without files', zip(), null],
  ['a zip that contains a DOCX', zipSync({ 'resume.docx': [docx, { level: 0 }] }), null],
  [
    'a zip with a file that names the body of a DOCX',
    zipSync({ '_rels/a': [strToU8(`${'-'.repeat(99)}word/document.xml`), { level: 0 }] }),
    null,
  ],

  ['ASCII', binary('Jane Doe\n'), TEXT],
  ['one letter', binary('x'), TEXT],
  ['UTF-8', strToU8(words), TEXT],
  ['UTF-8 with a byte order mark', strToU8(`\ufeff${words}`), TEXT],
  ['Windows-1252', binary(words), TEXT],
  ['UTF-16 LE with a byte order mark', utf16(`\ufeff${words}`, 'le'), TEXT],
  ['UTF-16 BE with a byte order mark', utf16(`\ufeff${words}`, 'be'), TEXT],
  ['UTF-16 LE without a byte order mark', utf16(words, 'le'), TEXT],
  ['UTF-16 BE without a byte order mark', utf16(words, 'be'), TEXT],
  ['UTF-16 in Cyrillic', utf16('\ufeffОльга Петрова', 'le'), TEXT],
  ['pages and tabs', binary('Jane\tDoe\f\n\x0b'), TEXT],
  ['text with %PDF after the first kilobyte', binary(`${'-'.repeat(2000)}%PDF-`), TEXT],

  ['a PNG', binary('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), null],
  ['a JPEG', binary('\xff\xd8\xff\xe0\0\x10JFIF\0'), null],
  ['a GIF', binary('GIF89a\x01\0\x01\0\x80\0\0'), null],
  ['a program', binary('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0'), null],
  ['a gzip', binary('\x1f\x8b\x08\0\0\0\0\0\0\x03'), null],
  ['an old Word document', binary('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0W\0o\0r\0d\0D\0'), null],
  ['RTF', binary('{\\rtf1\\ansi Jane Doe}'), null],
  ['HTML', binary('\n<!DOCTYPE html><p>Jane Doe'), null],
  ['HTML in UTF-16', utf16('\ufeff<html><p>Jane Doe', 'le'), null],
  ['XML', strToU8('\ufeff<?xml version="1.0"?><resume/>'), null],
  ['PostScript', binary('%!PS-Adobe-3.0\n'), null],
  ['a NUL in text', binary(`Jane Doe\0${'-'.repeat(5000)}`), null],
  ['many control characters', binary(`${'Jane Doe\x01'.repeat(100)}`), null],
  ['UTF-32', bytes(0xff, 0xfe, 0, 0, 0x4a, 0, 0, 0, 0x61, 0, 0, 0), null],
]

function typeOf(file: Uint8Array, cuts: number[] = []) {
  const sniffer = new Sniffer()
  const places = [0, ...cuts.map((cut) => cut % (file.length + 1)).sort((a, b) => a - b), file.length]
  for (const [i, end] of places.entries()) sniffer.push(file.subarray(places[i - 1] ?? 0, end))
  return sniffer.type
}

describe('detects the type of a file from its bytes', () => {
  test.each(FILES)('%s', (_what, file, type) => {
    expect(typeOf(file)).toBe(type)
  })

  test('for any chunks', () => {
    const cuts = array(nat({ max: 5000 }), { maxLength: 8 })
    assert(
      property(constantFrom(...FILES), cuts, ([, file, type], cuts) => typeOf(file, cuts) === type),
      { numRuns: 1000 },
    )
    for (const [, file, type] of FILES) expect(typeOf(file, [...file.keys()])).toBe(type)
  })
})
