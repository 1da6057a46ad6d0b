// The Word layouts of the seen half. A layout takes a resume and returns what `new Document()` of docx takes.
import {
  BorderStyle,
  Footer,
  Header,
  HeadingLevel,
  PageNumber,
  Paragraph,
  ShadingType,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from 'docx'
import { printPeriod } from '../content.mjs'
import { body, centred, contacts, inch, layoutTable, line, sections } from '../word.mjs'

const MARGINS = { page: { margin: { top: inch(0.8), bottom: inch(0.8), left: inch(1), right: inch(1) } } }
const font = (name, size = 21) => ({ default: { document: { run: { font: name, size } } } })
const shown = ({ name, shownName }) => shownName ?? name

/** Word's own headings and title, the contact data in one line. */
export function styles(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    new Paragraph({ text, heading: HeadingLevel.HEADING_1, spacing: { before: 200, after: 60 } })
  const children = [
    new Paragraph({ text: shown(resume), heading: HeadingLevel.TITLE }),
    ...(resume.tagline ? [line(`/${resume.tagline}`)] : []),
    line(contacts(resume).join(look.between ?? ' | ')),
    ...sections(resume.sections, look, heading),
  ]
  return { styles: font(look.font ?? 'Calibri'), sections: [{ properties: MARGINS, children }] }
}

/** No styles at all: bold capitals for headings, the name in the middle. */
export function bare(resume) {
  const { look = {} } = resume
  const heading = (text) => line(`*${text.toUpperCase()}`, { spacing: { before: 240, after: 60 } })
  const children = [
    centred(`*${shown(resume)}`),
    ...contacts(resume).map((text) => centred(text)),
    ...(resume.tagline ? [centred(`/${resume.tagline}`)] : []),
    ...sections(resume.sections, look, heading),
  ]
  return { styles: font(look.font ?? 'Times New Roman', 24), sections: [{ properties: MARGINS, children }] }
}

/** The name and the contact data in the document's header, page numbers in its footer; headings with a rule. */
export function headed(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    line(`*${text}`, {
      spacing: { before: 240, after: 80 },
      border: { bottom: { style: BorderStyle.SINGLE, size: 6, color: '444444' } },
    })
  const header = new Header({
    children: [centred([`*${shown(resume)}`]), centred(contacts(resume).join(look.between ?? ' • '))],
  })
  const numbers = new TextRun({ children: ['Page ', PageNumber.CURRENT, ' of ', PageNumber.TOTAL_PAGES] })
  const footer = new Footer({ children: [new Paragraph({ children: [numbers] })] })
  const children = sections(resume.sections, look, heading)
  return {
    styles: font(look.font ?? 'Cambria', 22),
    sections: [{ properties: MARGINS, headers: { default: header }, footers: { default: footer }, children }],
  }
}

/** A table of two cells: contact, skills and licences at the left, the rest at the right. */
export function table(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    line(`*${text}`, { spacing: { before: 200, after: 60 }, shading: { type: ShadingType.CLEAR, fill: 'E7EDF3' } })
  const isAside = ({ kind }) => ['skills', 'licenses', 'lines'].includes(kind)
  const left = [
    heading('CONTACT'),
    ...contacts(resume, '\n').map((text) => line(text)),
    ...sections(resume.sections.filter(isAside), { ...look, skills: 'bullets' }, heading),
  ]
  const main = [
    line(`*${shown(resume)}`, { heading: HeadingLevel.TITLE }),
    ...sections(
      resume.sections.filter((section) => !isAside(section)),
      look,
      heading,
    ),
  ]
  return {
    styles: font(look.font ?? 'Arial', 19),
    sections: [{ properties: MARGINS, children: [layoutTable([2.1, 4.4], [[left, main]])] }],
  }
}

/** Employment as a table with rules and a row of headings. */
export function grid(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    new Paragraph({ text, heading: HeadingLevel.HEADING_2, spacing: { before: 200, after: 80 } })
  const cell = (text) => new TableCell({ children: [line(text)] })
  const tableOf = (section) =>
    new Table({
      width: { size: 100, type: WidthType.PERCENTAGE },
      rows: [
        ['*Dates', '*Employer', '*Position'],
        ...section.jobs.flatMap(({ company, roles }) =>
          roles.map((role) => [printPeriod(role, look.dates), company, role.title]),
        ),
      ].map((row) => new TableRow({ children: row.map(cell) })),
    })
  const children = [
    line(`*${shown(resume)}`, { heading: HeadingLevel.HEADING_1 }),
    ...contacts(resume).map((text) => line(text)),
    ...resume.sections.flatMap((section) => [
      heading(section.heading),
      ...(section.kind === 'work' ? [tableOf(section)] : body(section, look)),
    ]),
  ]
  return { styles: font(look.font ?? 'Georgia'), sections: [{ properties: MARGINS, children }] }
}
