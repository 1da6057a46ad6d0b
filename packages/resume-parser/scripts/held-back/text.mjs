// The plain text of this half, in two forms: `wide` has the dates at the right, `narrow` a label before each line.
import { when } from './parts.mjs'

const joined = (between, ...parts) => parts.filter(Boolean).join(between)
const aside = (left, right, width = 76) => `${left.padEnd(Math.max(width - right.length, left.length + 2))}${right}`
const wrapped = (text, indent) => {
  const rows = ['']
  for (const word of text.split(' ')) {
    if (rows.at(-1).length + word.length > 70) rows.push('')
    rows.push(joined(' ', rows.pop(), word))
  }
  return rows.join(`\n${indent}`)
}

const FORMS = {
  wide: {
    heading: (text) => `${text.toUpperCase()} ${'_'.repeat(75 - text.length)}`,
    entry: (e) => [aside(joined(', ', e.company, e.place), e.when), `  ${e.title}`],
    bullet: (text) => `    * ${wrapped(text, '      ')}`,
    skills: (items) => items.join(' | '),
    contact: (texts) => texts.map((text) => text.padStart(38 + Math.ceil(text.length / 2))).join('\n'),
  },
  narrow: {
    heading: (text) => `== ${text} ==`,
    entry: (e) => [`[${e.when}] ${e.title}`, joined(' - ', e.company, e.place)],
    bullet: (text) => `~ ${wrapped(text, '  ')}`,
    skills: (items) => items.map((text) => `~ ${text}`).join('\n'),
    contact: (texts) => texts.join(' :: '),
  },
}

function body(section, form, look) {
  const entry = (e) => [...form.entry(e), ...(e.bullets ?? []).map(form.bullet)].join('\n')
  switch (section.kind) {
    case 'summary':
      return wrapped(section.text, '')
    case 'work':
    case 'unpaid':
      return section.jobs
        .flatMap(({ roles, ...one }) => roles.map((role) => entry({ ...one, ...role, when: when(role, look.dates) })))
        .join('\n\n')
    case 'education':
      return section.schools
        .map((one) =>
          entry({ ...one, company: one.school, title: one.degree, bullets: one.notes, when: when(one, look.dates) }),
        )
        .join('\n\n')
    case 'skills':
      return section.groups
        .map(([name, items]) => (name ? `${name}: ${items.join(', ')}` : form.skills(items)))
        .join('\n')
    default:
      return (section.items?.map(({ text }) => text) ?? section.texts).join('\n')
  }
}

export function text({ name, shownName, contact, sections, look }) {
  const form = FORMS[look.form]
  const head = [shownName ?? name, ...contact.map(({ label, text }) => joined(' ', label, text.replaceAll('\n', ', ')))]
  const parts = sections.map((section) => `${form.heading(section.heading)}\n\n${body(section, form, look)}`)
  return `${[form.contact(head), ...parts].join('\n\n')}\n`
}
