// Resumes as plain text, and the encodings of the text.
import { printPeriod } from './content.mjs'

const joined = (between, ...parts) => parts.filter(Boolean).join(between)
const wrap = (text, width = 78, indent = '') => {
  const rows = ['']
  for (const word of text.split(' ')) {
    if (`${rows.at(-1)} ${word}`.length > width) rows.push(indent + word)
    else rows.push(joined(' ', rows.pop(), word))
  }
  return rows.join('\n')
}

const ENTRIES = {
  comma: (e) => [joined(', ', e.title, e.company, e.place), e.when],
  dash: (e) => [`${e.company} - ${e.title}${e.when ? ` (${e.when})` : ''}`],
  columns: (e) => [`${joined(', ', e.company, e.place).padEnd(52)}  ${e.when}`, e.title],
  piped: (e) => [joined(' | ', e.title, e.company, e.when)],
  stacked: (e) => [e.title, joined(', ', e.company, e.place), e.when],
}

function entries(list, look, dates) {
  const mark = look.mark ?? '- '
  return list.map((e) =>
    [
      ...ENTRIES[look.entry ?? 'comma']({ ...e, when: printPeriod(e, dates) }).filter(Boolean),
      ...(e.bullets ?? []).map((text) => wrap(mark + text, 76, ' '.repeat(mark.length))),
    ].join('\n'),
  )
}

function body(section, look) {
  switch (section.kind) {
    case 'summary':
      return wrap(section.text)
    case 'work':
    case 'unpaid':
      return entries(
        section.jobs.flatMap(({ roles, ...rest }) => roles.map((role) => ({ ...role, ...rest }))),
        look,
        look.dates,
      ).join('\n\n')
    case 'education':
      return entries(
        section.schools.map((one) => ({ ...one, company: one.school, title: one.degree, bullets: one.notes })),
        look,
        look.schoolDates ?? look.dates,
      ).join('\n')
    case 'skills':
      return section.groups
        .map(([name, items]) => {
          if (look.skills === 'bullets') return items.map((text) => `* ${text}`).join('\n')
          return wrap(`${name ? `${name}: ` : ''}${items.join(', ')}`)
        })
        .join('\n')
    default:
      return (section.items?.map(({ text }) => text) ?? section.texts).join('\n')
  }
}

const HEADINGS = {
  caps: (text) => text.toUpperCase(),
  dashes: (text) => `${text}\n${'-'.repeat(text.length)}`,
  equals: (text) => `${text.toUpperCase()}\n${'='.repeat(60)}`,
  stars: (text) => `*** ${text} ***`,
  colon: (text) => `${text}:`,
}

/** A resume as text. The contact data are on one line, or on a line each. */
export function plain(resume) {
  const { look = {} } = resume
  const contact = resume.contact.map(({ label, text }) => joined(' ', label, text))
  const head = [resume.shownName ?? resume.name, resume.tagline, contact.join(look.between ?? '\n')]
  const rest = resume.sections.map((section) => {
    const heading = section.heading ? `${HEADINGS[look.heading ?? 'caps'](section.heading)}\n` : ''
    return heading + body(section, look)
  })
  return `${[head.filter(Boolean).join('\n'), ...rest].join('\n\n')}\n`
}

/** The characters of Windows-1252 that differ from Latin-1: 0x80 to 0x9f. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

const ENCODINGS = {
  'utf-8': (text) => Buffer.from(text),
  'utf-8-bom': (text) => Buffer.from(`\ufeff${text}`),
  'utf-16le': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'windows-1252': (text) => Buffer.from([...text].map(toWindows)),
}

function toWindows(char) {
  const code = char.codePointAt(0)
  const at = WINDOWS.indexOf(char)
  if (at >= 0) return 0x80 + at
  if (code > 0xff) throw new Error(`not in Windows-1252: ${char}`)
  return code
}

/** The bytes of a text. `ending` ends its lines. */
export const encode = (text, encoding = 'utf-8', ending = '\n') => ENCODINGS[encoding](text.replaceAll('\n', ending))
