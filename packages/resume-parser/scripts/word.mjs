// The parts of a resume as paragraphs of a Word document.
import {
  AlignmentType,
  Paragraph,
  Tab,
  Table,
  TableBorders,
  TableCell,
  TableRow,
  TabStopType,
  TextRun,
  WidthType,
} from 'docx'
import { printPeriod } from './content.mjs'

/** Converts inches to twentieths of a point. */
export const inch = (n) => Math.round(n * 1440)

/** A paragraph of texts. A text that begins with `*` is bold, one that begins with `/` is italic, and `\t` is a tab. */
export function line(parts, options = {}) {
  const runs = [parts].flat().flatMap((part) => {
    if (part === '\t') return new TextRun({ children: [new Tab()] })
    const mark = /^[*/]/.exec(part)?.[0]
    const texts = part.slice(mark ? 1 : 0).split('\n')
    return texts.map((text, i) => new TextRun({ text, bold: mark === '*', italics: mark === '/', break: i ? 1 : 0 }))
  })
  return new Paragraph({ children: runs, spacing: { after: 40 }, ...options })
}

export const bullet = (text) => line(text, { bullet: { level: 0 } })
export const centred = (parts, options = {}) => line(parts, { alignment: AlignmentType.CENTER, ...options })
/** A table without lines, from rows of cells of paragraphs. `widths` are in inches. */
export const layoutTable = (widths, rows, options = {}) =>
  new Table({
    width: { size: inch(widths.reduce((sum, width) => sum + width)), type: WidthType.DXA },
    columnWidths: widths.map(inch),
    borders: TableBorders.NONE,
    rows: rows.map(
      (cells) =>
        new TableRow({
          children: cells.map(
            (children, i) => new TableCell({ children, width: { size: inch(widths[i]), type: WidthType.DXA } }),
          ),
        }),
    ),
    ...options,
  })

const right = { tabStops: [{ type: TabStopType.RIGHT, position: inch(6.5) }] }
const joined = (between, ...parts) => parts.filter(Boolean).join(between)
const tabbed = (first, last) => line(last ? [first, '\t', last] : first, right)

/** As in html.mjs: for schools, the degree is the title. */
const ENTRIES = {
  titleRight: (e) => [tabbed(`*${e.title}`, e.when), line(joined(', ', e.company, e.place))],
  companyRight: (e) => [tabbed(`*${e.company}`, e.when), line(`/${joined(', ', e.title, e.place)}`)],
  companyPlace: (e) => [tabbed(`*${e.company}`, e.place), tabbed(`/${e.title}`, e.when)],
  piped: (e) => [line(`*${joined(' | ', e.title, e.company, e.when)}`)],
  comma: (e) => [line([`*${e.title}`, `, ${joined(', ', e.company, e.place)}`]), line(`/${e.when}`)],
  companyDash: (e) => [line([`*${e.company}`, ` – ${e.title}`, e.when ? ` (${e.when})` : ''])],
  datesFirst: (e) => [line([`${e.when}`, '\t', `*${joined(', ', e.title, e.company)}`])],
  stacked: (e) => [line(`*${e.title}`), line(joined(' – ', e.company, e.place)), line(e.when)],
  companyStacked: (e) => [line(`*${joined(', ', e.company, e.place)}`), line(e.title), line(e.when)],
}

function jobs(list, look) {
  const entry = ENTRIES[look.entry ?? 'titleRight']
  return list.flatMap(({ company, place, roles }) => {
    const printed = (role) => ({ ...role, company, place, when: printPeriod(role, look.dates) })
    const heads = (role) =>
      roles.length === 1 ? entry(printed(role)) : [tabbed(`/${role.title}`, printPeriod(role, look.dates))]
    const rest = roles.flatMap((role) => [...heads(role), ...(role.bullets ?? []).map(bullet)])
    return roles.length === 1 ? rest : [tabbed(`*${company}`, place), ...rest]
  })
}

const schools = (list, look) =>
  list.flatMap((one) => [
    ...ENTRIES[look.schoolEntry ?? look.entry ?? 'titleRight']({
      company: one.school,
      title: one.degree,
      place: one.place,
      when: printPeriod(one, look.schoolDates ?? look.dates),
    }),
    ...(one.notes ?? []).map(bullet),
  ])

const SKILLS = {
  commas: (items) => [line(items.join(', '))],
  dots: (items) => [line(items.join(' • '))],
  bullets: (items) => items.map(bullet),
  tabs: (items) =>
    Array.from({ length: Math.ceil(items.length / 3) }, (_, i) =>
      line(
        items.slice(3 * i, 3 * i + 3).flatMap((text, at) => (at ? ['\t', text] : [text])),
        {
          tabStops: [
            { type: TabStopType.LEFT, position: inch(2.2) },
            { type: TabStopType.LEFT, position: inch(4.4) },
          ],
        },
      ),
    ),
  table: (items) => [
    layoutTable(
      [2.1, 2.1, 2.1],
      Array.from({ length: Math.ceil(items.length / 3) }, (_, i) =>
        [0, 1, 2].map((at) => [line(items[3 * i + at] ?? '')]),
      ),
    ),
  ],
}

/** The content below the heading of a section. */
export function body(section, look) {
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
      return texts.map((text) => (section.plain ? line(text) : bullet(text)))
  }
}

/** Sections with their headings. `heading` makes a paragraph of a text. */
export const sections = (list, look, heading) =>
  list.flatMap((section) => [...(section.heading ? [heading(section.heading)] : []), ...body(section, look)])

/** The contact data as texts with their labels. */
export const contacts = (resume, between = ' ') =>
  resume.contact.map(({ label, text }) => (label ? `${label}${between}${text}` : text))
