// The parts of a resume as HTML, each in the variants that themes choose from.
import { printPeriod } from './content.mjs'

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
export const toHtml = (text) => text.replaceAll(/[&<>"]/g, (char) => ESCAPES[char]).replaceAll('\n', '<br>')

const div = (name, ...inner) => `<div class="${name}">${inner.join('')}</div>`
const span = (name, text) => (text ? `<span class="${name}">${toHtml(text)}</span>` : '')
const joined = (between, ...parts) => parts.filter(Boolean).join(between)
const bulletsOf = ({ bullets = [] }) =>
  bullets.length ? `<ul>${bullets.map((text) => `<li>${toHtml(text)}</li>`).join('')}</ul>` : ''

/** Each entry has a title, a company, a place, dates and bullets. For schools, the degree is the title. */
const ENTRIES = {
  titleRight: (e) =>
    div('row', span('t', e.title), span('d', e.when)) +
    div('sub', joined(', ', span('c', e.company), span('p', e.place))),
  companyRight: (e) =>
    div('row', span('c', e.company), span('d', e.when)) + div('row sub', span('t', e.title), span('p', e.place)),
  companyPlace: (e) =>
    div('row', span('c', e.company), span('p', e.place)) + div('row sub', span('t', e.title), span('d', e.when)),
  piped: (e) =>
    div('line', joined(' | ', span('t', e.title), span('c', e.company), span('p', e.place), span('d', e.when))),
  companyPiped: (e) => div('line', joined(' | ', span('c', e.company), span('t', e.title), span('d', e.when))),
  dash: (e) =>
    div('line', `${span('c', e.company)} — ${span('t', e.title)} ${span('d', e.when && `(${e.when})`)}`) +
    (e.place ? div('sub', span('p', e.place)) : ''),
  comma: (e) =>
    div('line', joined(', ', span('t', e.title), span('c', e.company), span('p', e.place))) +
    div('sub', span('d', e.when)),
  commaRight: (e) =>
    div('row', `<span>${joined(', ', span('t', e.title), span('c', e.company))}</span>`, span('d', e.when)) +
    (e.place ? div('sub', span('p', e.place)) : ''),
  stacked: (e) =>
    div('line', span('t', e.title)) +
    div('sub', joined(', ', span('c', e.company), span('p', e.place))) +
    div('sub', span('d', e.when)),
  companyStacked: (e) =>
    div('line', joined(', ', span('c', e.company), span('p', e.place))) +
    div('sub', span('t', e.title)) +
    div('sub', span('d', e.when)),
  datesFirst: (e) => div('line', `${span('d', e.when)}: ${joined(', ', span('t', e.title), span('c', e.company))}`),
  datesAbove: (e) =>
    div('sub', span('d', e.when)) +
    div('line', span('t', e.title)) +
    div('sub', joined(' · ', span('c', e.company), span('p', e.place))),
  at: (e) =>
    div('line', `${span('t', e.title)} at ${span('c', e.company)}`) +
    div('sub', joined(' | ', span('d', e.when), span('p', e.place))),
  bracketed: (e) =>
    div(
      'row',
      `<span>${span('t', e.title)} (${joined(', ', span('c', e.company), span('p', e.place))})</span>`,
      span('d', e.when),
    ),
  dotted: (e) =>
    div('line', span('t', e.title)) +
    div('sub', joined(' • ', span('c', e.company), span('p', e.place), span('d', e.when))),
  companyDates: (e) =>
    div('line', `${span('c', e.company)} ${span('p', e.place && `(${e.place})`)} · ${span('d', e.when)}`) +
    div('sub', span('t', e.title)),
  slashed: (e) =>
    div('row', `<span>${joined(' / ', span('c', e.company), span('t', e.title))}</span>`, span('d', e.when)),
  labelled: (e, words) =>
    [
      [words[0], e.company],
      [words[1], e.title],
      ['Dates', e.when],
      ['Location', e.place],
    ]
      .filter(([, text]) => text)
      .map(([label, text]) => div('line', `<b>${label}:</b> ${toHtml(text)}`))
      .join(''),
}

function entry(e, style, words) {
  const bullets = bulletsOf(e)
  if (style === 'datesLeft')
    return `<table class="e"><tr><td class="left d">${toHtml(e.when)}</td><td><div class="t">${toHtml(e.title ?? '')}</div>
<div class="sub">${joined(', ', span('c', e.company), span('p', e.place))}</div>${bullets}</td></tr></table>`
  if (style === 'datesColumn')
    return `<table class="e"><tr><td><div class="t">${joined(', ', span('t', e.title), span('c', e.company))}</div>${bullets}</td>
<td class="right d">${toHtml(e.when)}<br>${toHtml(e.place ?? '')}</td></tr></table>`
  return div('e', ENTRIES[style](e, words), bullets)
}

const gridRow = (tag, cells) => `<tr>${cells.map((cell) => `<${tag}>${toHtml(cell ?? '')}</${tag}>`).join('')}</tr>`

/** A table with a row of headings; `style` names its columns. */
function grid(entries, style, words) {
  const columns = {
    grid: [
      [words[0], (e) => joined(', ', e.company, e.place)],
      [words[1], (e) => e.title],
      ['Dates', (e) => e.when],
    ],
    gridDatesFirst: [
      ['Period', (e) => e.when],
      [words[1], (e) => e.title],
      [words[0], (e) => e.company],
    ],
  }[style]
  const body = entries
    .map((e) =>
      gridRow(
        'td',
        columns.map(([, cell]) => cell(e)),
      ),
    )
    .join('')
  return `<table class="grid">${gridRow(
    'th',
    columns.map(([head]) => head),
  )}${body}</table>`
}

function jobs(list, look) {
  const style = look.entry ?? 'titleRight'
  const words = ['Employer', 'Position']
  const asEntry = ({ company, place }, role) => ({ ...role, company, place, when: printPeriod(role, look.dates) })
  if (style.startsWith('grid'))
    return grid(
      list.flatMap((one) => one.roles.map((role) => asEntry(one, role))),
      style,
      words,
    )
  return list
    .map((one) => {
      if (one.roles.length === 1) return entry(asEntry(one, one.roles[0]), style, words)
      const roles = one.roles.map((role) => {
        const row = div('row sub', span('t', role.title), span('d', printPeriod(role, look.dates)))
        return div('e', row, bulletsOf(role))
      })
      return div('firm', div('row', span('c', one.company), span('p', one.place)), ...roles)
    })
    .join('')
}

function schools(list, look) {
  const style = look.schoolEntry ?? look.entry ?? 'titleRight'
  const entries = list.map((one) => ({
    company: one.school,
    title: one.degree,
    place: one.place,
    bullets: one.notes,
    when: printPeriod(one, look.schoolDates ?? look.dates),
  }))
  const words = ['School', 'Degree']
  return style.startsWith('grid') ? grid(entries, style, words) : entries.map((e) => entry(e, style, words)).join('')
}

const listOf = (name, items) => `<ul class="${name}">${items.map((text) => `<li>${toHtml(text)}</li>`).join('')}</ul>`

/** Variants of the skills of one group. */
const SKILLS = {
  commas: (items) => `<p>${toHtml(items.join(', '))}</p>`,
  commasAndStop: (items) => `<p>${toHtml(`${items.join(', ')}.`)}</p>`,
  semicolons: (items) => `<p>${toHtml(items.join('; '))}</p>`,
  dots: (items) => `<p>${toHtml(items.join(' • '))}</p>`,
  pipes: (items) => `<p>${toHtml(items.join(' | '))}</p>`,
  bullets: (items) => listOf('', items),
  lines: (items) => items.map((text) => div('line', toHtml(text))).join(''),
  columns: (items) => listOf('columns', items),
  pills: (items) => div('pills', ...items.map((text) => span('pill', text)).join(' ')),
  bars: (items) =>
    items
      .map((text, i) =>
        div('bar', span('', text), `<span class="full"><span style="width:${60 + ((i * 37) % 40)}%"></span></span>`),
      )
      .join(''),
  stars: (items) =>
    items
      .map((text, i) => div('row', span('', text), span('stars', '●●●●●'.slice(0, 3 + (i % 3)).padEnd(5, '○'))))
      .join(''),
  table: (items) => {
    const rows = Array.from({ length: Math.ceil(items.length / 3) }, (_, i) => items.slice(3 * i, 3 * i + 3))
    return `<table class="thirds">${rows.map((row) => gridRow('td', row)).join('')}</table>`
  },
}

function skillGroups(groups, look) {
  return groups
    .map(([name, items]) => {
      if (!name) return SKILLS[look.skills ?? 'commas'](items)
      if (look.skills === 'bullets' || look.skills === 'columns')
        return div('line', `<b>${toHtml(name)}</b>`) + SKILLS[look.skills](items)
      return div('line', `<b>${toHtml(name)}:</b> ${toHtml(items.join(', '))}`)
    })
    .join('')
}

/** The content below the heading of a section. */
export function body(section, look) {
  const texts = section.items?.map(({ text }) => text) ?? section.texts ?? []
  switch (section.kind) {
    case 'summary':
      return `<p>${toHtml(section.text)}</p>`
    case 'work':
    case 'unpaid':
      return jobs(section.jobs, look)
    case 'education':
      return schools(section.schools, look)
    case 'skills':
      return skillGroups(section.groups, look)
    default:
      return section.plain || look.lists === 'lines'
        ? texts.map((text) => div('line', toHtml(text))).join('')
        : listOf('', texts)
  }
}

/** Sections with their headings, in `tag`. */
export const sections = (list, look, tag = 'h2') =>
  list
    .map((section) => {
      const heading = section.heading ? `<${tag}>${toHtml(section.heading)}</${tag}>` : ''
      return `<section class="${section.kind}">${heading}${body(section, look)}</section>`
    })
    .join('\n')

const LABELS = {
  bare: {},
  words: { email: 'Email:', phone: 'Phone:', address: 'Address:', link: 'LinkedIn:' },
  short: { email: 'E:', phone: 'T:', address: 'A:', link: 'W:' },
  dashed: { email: 'E-mail', phone: 'Mobile', address: 'Address', link: 'Web' },
  icons: { email: '✉', phone: '☎', address: '⌂', link: '⚭' },
}

/** The contact data as HTML, each with its own label or else with that of the look. */
export function contacts(resume, labels = resume.look?.labels ?? 'bare') {
  return resume.contact.map((item) => {
    const label = item.label ?? LABELS[labels][item.kind]
    return `${label ? `<span class="label">${toHtml(label)}</span> ` : ''}<span class="value">${toHtml(item.text)}</span>`
  })
}

/** The printed name and the tagline. */
export const title = ({ name, shownName, tagline }, tag = 'h1') =>
  `<${tag}>${toHtml(shownName ?? name)}</${tag}>${tagline ? div('tagline', toHtml(tagline)) : ''}`

/** A page of HTML around `inner`, with the styles that all themes share. */
export const page = (css, inner) => `<!doctype html><html lang="en"><meta charset="utf-8"><style>
*{box-sizing:border-box} body{margin:0;color:#222;font-size:10pt;line-height:1.35} h1,h2,h3,p,ul{margin:0;padding:0}
ul{padding-left:1.3em} p{margin:.2em 0} .row{display:flex;justify-content:space-between;gap:1em}
.d,.p{white-space:nowrap} .e,.firm{margin-bottom:.7em} .firm .e{margin:.2em 0} section{margin-bottom:1em} h2{break-after:avoid}
table{border-collapse:collapse;width:100%} td,th{vertical-align:top;text-align:left} .e td{padding:0}
.columns{columns:3} .pills{display:flex;flex-wrap:wrap;gap:.4em} .pill{padding:.1em .6em;border-radius:1em;background:#e4e9f0}
.bar{margin-bottom:.3em} .full{display:block;height:5px;background:#ddd} .full span{display:block;height:5px;background:#678}
${css}</style><body>${inner}</body></html>`
