import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesOf } from '../src/fields/layout'
import { readResume } from '../src/fields/read'
import type { Span } from '../src/text/span'

test('for any spans, nothing is thrown, lists are bounded, and every source is an existing line', {
  tags: 'scale',
}, () => {
  const words = fc.constantFrom(
    'EXPERIENCE',
    'Education',
    'Skills',
    'Licenses',
    'Contact',
    'Agent',
    'Keller Williams',
    '2018 – Present',
    '01/2018 -',
    '(512) 555-0142',
    'jane@doe.com',
    'a, b; c',
    'Austin, TX',
    'linkedin.com/in/x',
    'DRE #01234567',
    'Rice University',
    'B.A.',
    '•',
    'Series 6, 63',
    '====',
  )
  const span = fc.record({
    page: fc.constantFrom(1, 1, 2, 3, 0, -1, 1.5),
    text: fc.oneof(words, words, fc.string({ unit: 'grapheme' })),
    x: fc.oneof(fc.constantFrom(40, 200, 500), fc.double()),
    y: fc.oneof(fc.integer({ min: 0, max: 800 }), fc.double()),
    width: fc.oneof(fc.constantFrom(30, 100), fc.double()),
    size: fc.oneof(fc.constantFrom(10, 12, 20), fc.double()),
    bold: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(span, { maxLength: 60 }), (spans) => {
      const text = { spans, pages: 3, isCut: false }
      const found = readResume(text, 'US')
      const places = new Set(linesOf(text).map((line) => `${line.page}.${line.line}`))
      const { name, city, state, postalCode, emails, phones, links, skills, work, education, licenses } = found
      for (const one of [
        name,
        city,
        state,
        postalCode,
        ...emails,
        ...phones,
        ...links,
        ...skills,
        ...work,
        ...education,
        ...licenses,
      ])
        if (one) expect(places).toContain(`${one.page}.${one.line}`)
      const sizes = [emails, phones, links, skills, work, education, licenses].map((list) => list.length)
      for (const [i, most] of [5, 5, 10, 60, 40, 20, 20].entries()) expect(sizes[i]).toBeLessThanOrEqual(most)
    }),
    { numRuns: 500 },
  )
})

test.each<[string, (i: number) => Partial<Span>]>([
  ['one row', () => ({ y: 100, text: 'a@' })],
  ['one place', () => ({ x: 0, y: 0 })],
  ['dates', (i) => ({ text: '2018 – 2019 – ', y: i % 800 })],
  ['headings', (i) => ({ text: 'Skills', y: i })],
  ['pages', (i) => ({ page: (i % 500) + 1, text: 'Agent, Compass, 2018 – ', y: i })],
  ['columns', (i) => ({ x: (i % 40) * 15, y: Math.floor(i / 40) * 12, text: 'ab' })],
  ['long words', () => ({ text: `${'a.'.repeat(500)}@${'b-'.repeat(300)}`, y: 3 })],
  ['brackets', (i) => ({ text: '((((((((1 ) ('.repeat(60), y: i % 700 })],
])('50,000 hostile spans in %s are read in bounded time', { tags: 'scale' }, (_, part) => {
  const spans = Array.from({ length: 50_000 }, (_, i) => ({
    page: 1,
    text: 'word',
    x: i % 600,
    y: i % 800,
    width: 20,
    size: 10,
    bold: false,
    ...part(i),
  }))
  expect(readResume({ spans, pages: 1, isCut: true }, 'US').emails.length).toBeLessThanOrEqual(5)
})
