// The Word layouts of the second set; as in first/word.mjs.
import { AlignmentType, HeadingLevel, Paragraph, TextRun } from 'docx'
import { contacts, inch, layoutTable, line, sections } from '../word.mjs'

export { headed, styles } from '../first/word.mjs'

const MARGINS = { page: { margin: { top: inch(0.7), bottom: inch(0.7), left: inch(1), right: inch(1) } } }
const font = (name, size = 21) => ({ default: { document: { run: { font: name, size } } } })
const shown = ({ name, shownName }) => shownName ?? name

/** Two columns of running text under a head of one. */
export function columns(resume) {
  const { look = {} } = resume
  const heading = (text) => line(`*${text}`, { spacing: { before: 200, after: 40 } })
  const head = [
    new Paragraph({ children: [new TextRun({ text: shown(resume), size: 40, bold: true })] }),
    ...(resume.tagline ? [line(resume.tagline)] : []),
    line(contacts(resume).join(' | ')),
  ]
  return {
    styles: font(look.font ?? 'Calibri', 20),
    sections: [
      { properties: { ...MARGINS, type: 'continuous' }, children: head },
      {
        properties: { ...MARGINS, type: 'continuous', column: { count: 2, space: inch(0.4) } },
        children: sections(resume.sections, look, heading),
      },
    ],
  }
}

/** A table as head, the name left and contact right; headings in capitals by their font, at wide spacing. */
export function tableHead(resume) {
  const { look = {} } = resume
  const run = (text) => new TextRun({ text, allCaps: true, characterSpacing: 60, color: '1F5C7A', size: 24 })
  const heading = (text) => new Paragraph({ children: [run(text)], spacing: { before: 220, after: 60 } })
  const name = new Paragraph({ children: [new TextRun({ text: shown(resume), size: 44, smallCaps: true })] })
  const contact = contacts(resume).map((text) => line(text, { alignment: AlignmentType.RIGHT }))
  const left = resume.tagline ? [name, line(`/${resume.tagline}`)] : [name]
  const children = [layoutTable([3.5, 3], [[left, contact]]), ...sections(resume.sections, look, heading)]
  return { styles: font(look.font ?? 'Verdana', 18), sections: [{ properties: MARGINS, children }] }
}

/** Headings in the first column of a table, what they are of in the second. */
export function labels(resume) {
  const { look = {} } = resume
  const rows = resume.sections.map((section) => [
    [line(`*${section.heading}`)],
    sections([{ ...section, heading: '' }], look),
  ])
  const children = [
    new Paragraph({ text: shown(resume), heading: HeadingLevel.HEADING_1, alignment: AlignmentType.CENTER }),
    line(contacts(resume).join('  •  '), { alignment: AlignmentType.CENTER }),
    layoutTable([1.5, 5], rows),
  ]
  return { styles: font(look.font ?? 'Book Antiqua', 21), sections: [{ properties: MARGINS, children }] }
}

/** The headings run into the text, with a colon; italics in place of bold. */
export function runIn(resume) {
  const { look = {} } = resume
  const heading = (text) => line(`/${text}:`, { spacing: { before: 160 } })
  const children = [
    line(shown(resume), { alignment: AlignmentType.RIGHT }),
    ...contacts(resume).map((text) => line(text, { alignment: AlignmentType.RIGHT })),
    ...sections(resume.sections, look, heading),
  ]
  return { styles: font(look.font ?? 'Courier New', 20), sections: [{ properties: MARGINS, children }] }
}
