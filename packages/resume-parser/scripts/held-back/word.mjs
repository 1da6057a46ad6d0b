// The Word layouts of the half that is held back; as in first/word.mjs.
import {
  BorderStyle,
  ExternalHyperlink,
  Footer,
  Header,
  HeadingLevel,
  PageNumber,
  Paragraph,
  ShadingType,
  Tab,
  Table,
  TableCell,
  TableRow,
  TabStopType,
  Textbox,
  TextRun,
  WidthType,
} from 'docx'
import { bullet, centred, contacts, inch, layoutTable, line } from '../word.mjs'
import { when } from './parts.mjs'

const margins = (all) => ({
  page: { margin: { top: inch(all), bottom: inch(all), left: inch(all), right: inch(all) } },
})
const font = (name, size = 21) => ({ default: { document: { run: { font: name, size } } } })
const shown = ({ name, shownName }) => shownName ?? name
const joined = (between, ...parts) => parts.filter(Boolean).join(between)
const RIGHT = { tabStops: [{ type: TabStopType.RIGHT, position: inch(6.9) }] }
const tabbed = (first, last) => line(last ? [first, '\t', last] : first, RIGHT)
const hung = (first, rest) =>
  line([first, '\t', ...rest], {
    tabStops: [{ type: TabStopType.LEFT, position: inch(1.8) }],
    indent: { left: inch(1.8), hanging: inch(1.8) },
  })

/** As in parts.mjs: for schools the degree is the title. */
const ENTRIES = {
  firmTab: (e) => [tabbed(`*${joined(', ', e.company, e.place)}`, e.when), line(`/${e.title}`)],
  titleTab: (e) => [tabbed(`*${e.title}`, `/${e.when}`), line(joined(' | ', e.company, e.place))],
  plain: (e) => [line(`*${e.company}`), line([`${e.title}, ${e.when}`]), ...(e.place ? [line(`/${e.place}`)] : [])],
  rows: (e) => [hung(e.when, [`*${e.title}`]), hung('', [joined(', ', e.company, e.place)])],
  above: (e) => [line(e.when.toUpperCase()), line([`*${e.title}`, `, ${joined(', ', e.company, e.place)}`])],
  dashes: (e) => [line([`*${e.company}`, e.place ? ` (${e.place})` : '', ` – ${e.title} – ${e.when}`])],
  below: (e) => [line(`*${e.title} at ${e.company}`), line(`/${joined(' • ', e.when, e.place)}`)],
}

function jobs(list, look) {
  const style = look.entry ?? 'titleTab'
  return list.flatMap(({ company, place, roles }) => {
    const printed = (role) => ({ ...role, company, place, when: when(role, look.dates) })
    if (roles.length === 1) return [...ENTRIES[style](printed(roles[0])), ...(roles[0].bullets ?? []).map(bullet)]
    const heads = (role) =>
      style === 'rows'
        ? hung(when(role, look.dates), [`/${role.title}`])
        : tabbed(`/${role.title}`, when(role, look.dates))
    return [
      tabbed(`*${company}`, place),
      ...roles.flatMap((role) => [heads(role), ...(role.bullets ?? []).map(bullet)]),
    ]
  })
}

const schools = (list, look) =>
  list.flatMap((one) => [
    ...ENTRIES[look.schoolEntry ?? look.entry ?? 'titleTab']({
      company: one.school,
      title: one.degree,
      place: one.place,
      when: when(one, look.schoolDates ?? look.dates),
    }),
    ...(one.notes ?? []).map(bullet),
  ])

const rowsOf = (items, count) =>
  Array.from({ length: Math.ceil(items.length / count) }, (_, i) => items.slice(count * i, count * i + count))

const SKILLS = {
  commas: (items) => [line(items.join(', '))],
  pipes: (items) => [line(items.join(' | '))],
  dots: (items) => [line(items.join(' · '))],
  stops: (items) => [line(`${items.join('. ')}.`)],
  bullets: (items) => items.map(bullet),
  lines: (items) => items.map((text) => line(text)),
  twoColumns: (items) => [
    layoutTable(
      [3.4, 3.4],
      rowsOf(items, 2).map((pair) => [0, 1].map((at) => [pair[at] ? bullet(pair[at]) : line('')])),
    ),
  ],
}

function body(section, look) {
  const texts = section.items?.map(({ text }) => text) ?? section.texts ?? []
  switch (section.kind) {
    case 'summary':
      return [line(section.text)]
    case 'work':
    case 'unpaid':
      return jobs(section.jobs, look)
    case 'education':
      return schools(section.schools, look)
    case 'skills':
      return section.groups.flatMap(([name, items]) =>
        name ? [line([`*${name}: `, items.join(', ')])] : SKILLS[look.skills ?? 'commas'](items),
      )
    default:
      return texts.map((text) => (look.lists === 'lines' || section.plain ? line(text) : bullet(text)))
  }
}

const sections = (list, look, heading) => list.flatMap((section) => [heading(section.heading), ...body(section, look)])

/** The contact data, mail and web as hyperlinks, with something between. */
const linked = (resume, between, options = {}) =>
  new Paragraph({
    children: resume.contact.flatMap(({ kind, label, text }, i) => [
      ...(i ? [new TextRun(between)] : []),
      ...(label ? [new TextRun(`${label} `)] : []),
      kind === 'email'
        ? new ExternalHyperlink({ link: `mailto:${text}`, children: [new TextRun({ text, style: 'Hyperlink' })] })
        : new TextRun({ text: text.replaceAll('\n', ', ') }),
    ]),
    ...options,
  })

/** Everything at tab stops: the dates at the right margin; the name in small capitals, a line under each heading. */
export function tabbedLines(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    new Paragraph({
      children: [new TextRun({ text, smallCaps: true, bold: true, size: 26 })],
      spacing: { before: 160, after: 40 },
      border: { bottom: { style: BorderStyle.SINGLE, size: 4, color: '808080' } },
    })
  const children = [
    new Paragraph({ children: [new TextRun({ text: shown(resume), smallCaps: true, size: 40 })] }),
    ...(resume.tagline ? [line(`/${resume.tagline}`)] : []),
    linked(resume, '  ~  '),
    ...sections(resume.sections, look, heading),
  ]
  return { styles: font(look.font ?? 'Cambria', 21), sections: [{ properties: margins(0.8), children }] }
}

/** A table of two columns and a row for the name: the left one grey, with all that is short. */
export function sidebarTable(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    new Paragraph({
      children: [new TextRun({ text: text.toUpperCase(), bold: true, color: '2E5E4E', characterSpacing: 30 })],
      spacing: { before: 180, after: 60 },
    })
  const isAside = ({ kind }) => ['skills', 'licenses', 'lines', 'education'].includes(kind)
  const left = [
    heading(look.contactHeading ?? 'Contact'),
    ...contacts(resume).map((text) => line(text)),
    ...sections(resume.sections.filter(isAside), look, heading),
  ]
  const right = sections(
    resume.sections.filter((section) => !isAside(section)),
    look,
    heading,
  )
  const cell = (children, width, more = {}) =>
    new TableCell({ children, width: { size: inch(width), type: WidthType.DXA }, ...more })
  const name = [
    new Paragraph({ children: [new TextRun({ text: shown(resume), size: 48, bold: true })] }),
    ...(resume.tagline ? [line(resume.tagline)] : []),
  ]
  const table = new Table({
    width: { size: inch(7), type: WidthType.DXA },
    columnWidths: [inch(2.3), inch(4.7)],
    rows: [
      new TableRow({ children: [cell(name, 7, { columnSpan: 2 })] }),
      new TableRow({
        children: [cell(left, 2.3, { shading: { type: ShadingType.CLEAR, fill: 'E8ECEA' } }), cell(right, 4.7)],
      }),
    ],
  })
  return { styles: font(look.font ?? 'Arial', 19), sections: [{ properties: margins(0.7), children: [table] }] }
}

/** The name and the contact data in the header of the first page; name and page in that of the others. */
export function firstHeader(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    new Paragraph({ text, heading: HeadingLevel.HEADING_2, spacing: { before: 240, after: 80 } })
  const first = new Header({
    children: [
      centred(`*${shown(resume)}`),
      ...(resume.tagline ? [centred(`/${resume.tagline}`)] : []),
      linked(resume, '   ', { alignment: 'center' }),
    ],
  })
  const number = new TextRun({ children: [`${resume.name} – page `, PageNumber.CURRENT] })
  const rest = new Header({ children: [new Paragraph({ children: [number], alignment: 'right' })] })
  return {
    styles: font(look.font ?? 'Garamond', 24),
    sections: [
      {
        properties: { ...margins(1), titlePage: true },
        headers: { first, default: rest },
        children: sections(resume.sections, look, heading),
      },
    ],
  }
}

/** As someone types who knows no styles: line breaks in one paragraph, bullets and gaps by hand. */
export function typed(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    new Paragraph({
      children: [new TextRun({ text: `${text}:`, bold: true, underline: {} })],
      spacing: { before: 200 },
    })
  const block = (rows) =>
    new Paragraph({
      children: rows.flatMap(([text, isBold], i) => [
        new TextRun({
          children: text.split('\t').flatMap((part, at) => (at ? [new Tab(), part] : [part])),
          bold: isBold,
          break: i ? 1 : 0,
        }),
      ]),
      spacing: { after: 120 },
    })
  const blockOf = (e) =>
    block([
      [`${joined(', ', e.company, e.place)}\t\t${e.when}`, true],
      [e.title, false],
      ...(e.bullets ?? []).map((text) => [`   •  ${text}`, false]),
    ])
  const own = (section) => {
    if (section.kind === 'work' || section.kind === 'unpaid')
      return section.jobs.flatMap(({ company, place, roles }) =>
        roles.map((role) => blockOf({ ...role, company, place, when: when(role, look.dates) })),
      )
    if (section.kind === 'education')
      return section.schools.map((one) =>
        blockOf({
          company: one.school,
          title: one.degree,
          place: one.place,
          bullets: one.notes,
          when: when(one, look.schoolDates ?? look.dates),
        }),
      )
    return body(section, { lists: 'lines', ...look })
  }
  const head = [shown(resume), ...(resume.tagline ? [resume.tagline] : []), ...contacts(resume)]
  const children = [
    block(head.map((text, i) => [text.replaceAll('\n', ', '), i === 0])),
    ...resume.sections.flatMap((section) => [heading(section.heading), ...own(section)]),
  ]
  return { styles: font(look.font ?? 'Times New Roman', 24), sections: [{ properties: margins(1), children }] }
}

/** The name and the contact data in boxes of text, as designs for sale have them. */
export function boxes(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    new Paragraph({
      children: [new TextRun({ text: text.toUpperCase(), color: 'FFFFFF', bold: true })],
      shading: { type: ShadingType.CLEAR, fill: '6B4E71' },
      spacing: { before: 200, after: 80 },
    })
  const name = [
    new Paragraph({ children: [new TextRun({ text: shown(resume), size: 44 })] }),
    ...(resume.tagline ? [line(resume.tagline)] : []),
  ]
  const box = (children, width, height) => new Textbox({ style: { width, height }, children })
  const children = [
    box(name, '4in', '0.8in'),
    box(
      contacts(resume).map((text) => line(text)),
      '3in',
      '0.9in',
    ),
    ...sections(resume.sections, look, heading),
  ]
  return { styles: font(look.font ?? 'Century Gothic', 19), sections: [{ properties: margins(0.75), children }] }
}

/** A form of tables with rules, one for each position, a label in every left cell. */
export function forms(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    new Paragraph({ text, heading: HeadingLevel.HEADING_3, spacing: { before: 200, after: 80 } })
  const form = (pairs) => [
    new Table({
      width: { size: inch(6.5), type: WidthType.DXA },
      columnWidths: [inch(1.4), inch(5.1)],
      rows: pairs
        .filter(([, texts]) => texts.length && texts[0])
        .map(
          ([label, texts]) =>
            new TableRow({
              children: [
                new TableCell({ children: [line(`*${label}`)], width: { size: inch(1.4), type: WidthType.DXA } }),
                new TableCell({
                  children: texts.map((text) => line(text)),
                  width: { size: inch(5.1), type: WidthType.DXA },
                }),
              ],
            }),
        ),
    }),
    line(''),
  ]
  const own = (section) => {
    if (section.kind === 'work')
      return section.jobs.flatMap(({ company, place, roles }) =>
        roles.flatMap((role) =>
          form([
            ['Employer', [company]],
            ['Location', [place]],
            ['Job title', [role.title]],
            ['Dates', [when(role, look.dates)]],
            ['Duties', role.bullets ?? []],
          ]),
        ),
      )
    if (section.kind === 'education')
      return section.schools.flatMap((one) =>
        form([
          ['School', [one.school]],
          ['Location', [one.place]],
          ['Degree', [one.degree]],
          ['Dates', [when(one, look.schoolDates ?? look.dates)]],
        ]),
      )
    return body(section, look)
  }
  const labels = { email: 'Email', phone: 'Phone', address: 'Address', link: 'Web', note: 'Other' }
  const children = [
    new Paragraph({ text: 'Personal Information', heading: HeadingLevel.HEADING_3 }),
    ...form([
      ['Name', [shown(resume)]],
      ...resume.contact.map(({ kind, label, text }) => [label ?? labels[kind], [text]]),
    ]),
    ...resume.sections.flatMap((section) => [heading(section.heading), ...own(section)]),
  ]
  return { styles: font(look.font ?? 'Tahoma', 20), sections: [{ properties: margins(1), children }] }
}

/** Word's own title and headings, dates above each title; the contact data at the foot of every page. */
export function footed(resume) {
  const { look = {} } = resume
  const heading = (text) =>
    new Paragraph({ text, heading: HeadingLevel.HEADING_1, spacing: { before: 240, after: 60 } })
  const children = [
    new Paragraph({ text: shown(resume), heading: HeadingLevel.TITLE }),
    ...(resume.tagline ? [new Paragraph({ text: resume.tagline, style: 'Subtitle' })] : []),
    ...sections(resume.sections, { entry: 'above', schoolEntry: 'above', ...look }, heading),
  ]
  const footer = new Footer({ children: [linked(resume, ' | ', { alignment: 'center' })] })
  return {
    styles: font(look.font ?? 'Calibri', 22),
    sections: [{ properties: margins(0.9), footers: { default: footer }, children }],
  }
}

/** Letters of one size and no rules: headings in bold at the left, everything else indented. */
export function indented(resume) {
  const { look = {} } = resume
  const heading = (text) => line(`*${text}`, { spacing: { before: 200, after: 40 } })
  const head = [
    new Paragraph({
      children: [new TextRun({ text: shown(resume), bold: true, allCaps: true, size: 28 })],
      alignment: 'center',
    }),
    ...(resume.tagline ? [centred(resume.tagline)] : []),
    layoutTable(
      [3.4, 3.4],
      rowsOf(contacts(resume), 2).map((pair) => [[line(pair[0])], [line(pair[1] ?? '', { alignment: 'right' })]]),
    ),
  ]
  return {
    styles: font(look.font ?? 'Book Antiqua', 21),
    sections: [{ properties: margins(0.85), children: [...head, ...sections(resume.sections, look, heading)] }],
  }
}
