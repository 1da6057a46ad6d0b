// The parts of a resume as HTML, in the shapes of this half only.
import { printPeriod } from '../content.mjs'
import { toHtml } from '../html.mjs'

const joined = (between, ...parts) => parts.filter(Boolean).join(between)
const div = (name, ...inner) => `<div class="${name}">${inner.join('')}</div>`
const span = (name, text) => (text ? `<span class="${name}">${toHtml(text)}</span>` : '')

const monthsOf = (date, other) => {
  const [y, m = other] = date.split('-').map(Number)
  return 12 * y + m
}

/** As in `5 years 2 months`, counted to January 2025 for what goes on. */
export function spanOf(period) {
  const [from, until] = period.split('/')
  const months = monthsOf(until === 'now' ? '2025-01' : until, 12) - monthsOf(from, 1) + 1
  const parts = [
    [Math.floor(months / 12), 'year'],
    [months % 12, 'month'],
  ]
  return parts
    .filter(([count]) => count)
    .map(([count, word]) => `${count} ${word}${count > 1 ? 's' : ''}`)
    .join(' ')
}

/** A period; besides what `printPeriod` knows, `dates` is `{since, from, isUpper, hasSpan}`. */
export function when(entry, dates = {}) {
  if (entry.when !== undefined) return entry.when
  const isCurrent = entry.period.endsWith('/now')
  const printed = printPeriod(entry, dates)
  const text =
    dates.since && isCurrent
      ? `${dates.since} ${printPeriod({ period: entry.period.slice(0, -3) }, dates)}`
      : joined(' ', entry.period.startsWith('/') ? '' : dates.from, printed)
  const whole = dates.hasSpan && !entry.period.startsWith('/') ? `${text} (${spanOf(entry.period)})` : text
  return dates.isUpper ? whole.toUpperCase() : whole
}

/** The head of an entry; for schools, the degree is the title. */
const HEADS = {
  google: (e) =>
    div(
      'hd',
      joined(' — ', `<b>${toHtml(e.company)}</b>${e.place ? `, ${toHtml(e.place)}` : ''}`, span('t', e.title)),
    ) + div('w', toHtml(e.when)),
  above: (e) =>
    div('w', toHtml(e.when)) +
    div('hd', joined(' / ', span('t', e.title), span('c', joined(', ', e.company, e.place)))),
  latex: (e) => pairs([span('c', e.company), span('p', e.place)], [span('t', e.title), span('w', e.when)]),
  latexTitle: (e) => pairs([span('t', e.title), span('w', e.when)], [span('c', e.company), span('p', e.place)]),
  three: (e) =>
    `<table class="three"><tr><td>${span('c', e.company)}</td><td>${span('t', e.title)}</td><td>${span('w', e.when)}</td></tr></table>` +
    (e.place ? div('sub', span('p', e.place)) : ''),
  centred: (e) =>
    div('mid', span('t', e.title)) +
    div('mid', joined(' – ', span('c', e.company), span('p', e.place))) +
    div('mid', span('w', e.when)),
  sentence: (e) =>
    div(
      'hd',
      `${joined(', ', span('t', e.title), span('c', e.company), span('p', e.place))} ${span('w', e.when && `[${e.when}]`)}`,
    ),
  under: (e) =>
    div('hd', joined(' – ', span('t', e.title), span('c', e.company))) +
    div('sub', joined(' | ', span('w', e.when), span('p', e.place))),
  firmUnder: (e) =>
    div('hd', joined(' ', span('c', e.company), e.place && `(${toHtml(e.place)})`)) +
    div('sub', joined(', ', span('t', e.title), span('w', e.when))),
  comma: (e) =>
    div('hd', joined(', ', span('c', e.company), span('p', e.place))) +
    div('hd', joined(': ', span('t', e.title), span('w', e.when))),
  titleAlone: (e) =>
    div('hd', span('t', e.title)) +
    div(
      'sub',
      joined(
        ' ',
        span('c', e.company),
        e.when && `<i class="w">/ ${toHtml(e.when)}</i>`,
        e.place && `/ ${toHtml(e.place)}`,
      ),
    ),
  linkedIn: (e) =>
    [e.company && span('c', e.company), span('t', e.title), span('w', e.when), span('p', e.place)]
      .filter(Boolean)
      .map((text) => div('ln', text))
      .join(''),
  indeed: (e) =>
    div('hd', span('t', e.title)) +
    div('sub', joined(' - ', span('c', e.company), span('p', e.place))) +
    div('sub', span('w', e.when)),
  indeedNew: (e) =>
    div('hd', span('t', e.title)) +
    div('sub', joined('-', span('c', e.company), span('p', e.place))) +
    div('sub', span('w', e.when)),
  federal: (e) =>
    pairs([span('c', e.company), span('w', e.when)]) +
    (e.place ? div('sub', toHtml(e.place)) : '') +
    div('sub', span('t', e.title)),
}

const pairs = (...rows) =>
  `<table class="pairs">${rows
    .filter((row) => row.some(Boolean))
    .map(([first, last]) => `<tr><td>${first}</td><td>${last}</td></tr>`)
    .join('')}</table>`

const bulletsOf = (texts = []) =>
  texts.length ? `<ul>${texts.map((text) => `<li>${toHtml(text)}</li>`).join('')}</ul>` : ''
const restOf = (e) =>
  (e.details ?? []).map((text) => div('detail', toHtml(text))).join('') +
  (e.text ? `<p>${toHtml(e.text)}</p>` : '') +
  bulletsOf(e.bullets)

function entry(e, style) {
  if (style === 'left')
    return `<table class="left"><tr><td class="w">${toHtml(e.when).replace(/ ?([–—-]) ?/, ' $1<br>')}</td><td>${span('t', e.title)}<br>${joined(', ', span('c', e.company), span('p', e.place))}${restOf(e)}</td></tr></table>`
  if (style === 'leftPlace')
    return `<table class="left"><tr><td>${span('c', e.company)}<br>${e.place ? `${span('p', e.place)}<br>` : ''}${span('w', e.when)}</td><td>${div('hd', span('t', e.title))}${restOf(e)}</td></tr></table>`
  return div('e', HEADS[style](e), restOf(e))
}

/** One table with rules for all entries, from and to in cells of their own. */
function ruledTable(list, heads) {
  const cells = (e) => [
    ...(e.when.includes('|') ? e.when.split('|') : ['', e.when]),
    joined(', ', e.company, e.place),
    e.title,
  ]
  const row = (tag, texts) => `<tr>${texts.map((text) => `<${tag}>${toHtml(text ?? '')}</${tag}>`).join('')}</tr>`
  return `<table class="ruled">${row('th', heads)}${list.map((e) => row('td', cells(e)) + (e.bullets?.length ? `<tr><td colspan="4">${bulletsOf(e.bullets)}</td></tr>` : '')).join('')}</table>`
}

function jobs(list, look) {
  const style = look.entry ?? 'latexTitle'
  const entryOf = ({ roles, ...one }, role) => ({ ...one, ...role, when: when(role, look.dates) })
  if (style === 'ruled')
    return ruledTable(
      list.flatMap((one) => one.roles.map((role) => entryOf(one, role))),
      ['From', 'To', 'Employer', 'Position'],
    )
  return list
    .map((one) => {
      if (one.roles.length === 1 || look.firm === 'each')
        return one.roles.map((role) => entry(entryOf(one, role), style)).join('')
      const isLinkedIn = style === 'linkedIn'
      const total = `${one.roles.at(-1).period.split('/')[0]}/${one.roles[0].period.split('/')[1]}`
      const head = isLinkedIn
        ? div('ln', span('c', one.company)) + div('ln', spanOf(total))
        : pairs([span('c', one.company), span('p', one.place)])
      const roles = one.roles.map((role) => {
        const e = { ...entryOf(one, role), company: '', place: isLinkedIn ? one.place : '' }
        if (isLinkedIn) return entry(e, style)
        if (look.firm === 'dates')
          return div('e', div('hd', `${span('w', e.when)} &nbsp; ${span('t', e.title)}`), restOf(e))
        return div('e', pairs([span('t', e.title), span('w', e.when)]), restOf(e))
      })
      return div('firm', head, ...roles)
    })
    .join('')
}

function schools(list, look) {
  const style = look.schoolEntry ?? look.entry ?? 'latexTitle'
  const entries = list.map((one) => ({
    company: one.school,
    title: one.degree,
    place: one.place,
    bullets: one.notes,
    when: when(one, { ...(look.schoolDates ?? look.dates), hasSpan: false }),
  }))
  if (style === 'ruled')
    return ruledTable(
      entries.map((e) => ({ ...e, when: e.when ?? '' })),
      ['From', 'To', 'School', 'Degree'],
    )
  if (style === 'linkedIn')
    return entries
      .map((e) =>
        div('e', div('ln', span('c', e.company)), div('ln', toHtml(joined(' · ', e.title, e.when && `(${e.when})`)))),
      )
      .join('')
  return entries.map((e) => entry(e, style)).join('')
}

const LEVELS = ['Advanced', 'Expert', 'Intermediate', 'Proficient']
const rowsOf = (items, count) =>
  Array.from({ length: Math.ceil(items.length / count) }, (_, i) => items.slice(count * i, count * i + count))
const tableOf = (rows) =>
  `<table class="cells">${rows.map((row) => `<tr>${row.map((text) => `<td>${text}</td>`).join('')}</tr>`).join('')}</table>`

const SKILLS = {
  commas: (items) => `<p>${toHtml(items.join(', '))}</p>`,
  stops: (items) => `<p>${toHtml(items.map((text) => `${text}.`).join(' '))}</p>`,
  pipes: (items) => `<p>${toHtml(items.join('  |  '))}</p>`,
  slashes: (items) => `<p>${toHtml(items.join(' / '))}</p>`,
  rounds: (items) => `<p>${toHtml(items.join(' · '))}</p>`,
  bullets: (items) => bulletsOf(items),
  lines: (items) => items.map((text) => div('ln', toHtml(text))).join(''),
  checks: (items) =>
    tableOf(
      rowsOf(
        items.map((text) => `✓ ${toHtml(text)}`),
        2,
      ),
    ),
  twoColumns: (items) =>
    tableOf(
      rowsOf(
        items.map((text) => `• ${toHtml(text)}`),
        2,
      ),
    ),
  fourColumns: (items) => tableOf(rowsOf(items.map(toHtml), 4)),
  downColumns: (items) => tableOf([rowsOf(items, Math.ceil(items.length / 3)).map(bulletsOf)]),
  levels: (items) => tableOf(items.map((text, i) => [toHtml(text), LEVELS[i % 4]])),
  levelsDash: (items) => bulletsOf(items.map((text, i) => `${text} – ${LEVELS[i % 4]}`)),
  years: (items) => bulletsOf(items.map((text, i) => `${text} (${2 + ((i * 3) % 7)} years)`)),
  dots: (items) =>
    items
      .map((text, i) =>
        div(
          'rate',
          `<span>${toHtml(text)}</span>`,
          `<span>${'<i class="on"></i>'.repeat(3 + (i % 3))}${'<i></i>'.repeat(2 - (i % 3))}</span>`,
        ),
      )
      .join(''),
  marks: (items) =>
    items.map((text, i) => div('ln', `${toHtml(text)} ${'★★★★★'.slice(0, 3 + (i % 3)).padEnd(5, '☆')}`)).join(''),
  bars: (items) =>
    items
      .map((text, i) => div('gauge', toHtml(text), `<s><u style="width:${55 + ((i * 29) % 45)}%"></u></s>`))
      .join(''),
  percents: (items) =>
    items
      .map((text, i) => div('rate', `<span>${toHtml(text)}</span>`, `<span>${70 + ((i * 7) % 30)}%</span>`))
      .join(''),
  tags: (items) => div('tags', items.map((text) => span('tag', text)).join(' ')),
}

function skills(groups, look) {
  const style = look.skills ?? 'commas'
  if (look.groups === 'table' && groups[0][0])
    return tableOf(groups.map(([name, items]) => [`<b>${toHtml(name)}</b>`, toHtml(items.join(', '))]))
  return groups
    .map(([name, items]) => {
      if (!name) return SKILLS[style](items)
      if (look.groups === 'above') return div('group', toHtml(name)) + SKILLS[style](items)
      return div('ln', `<b>${toHtml(name)}:</b> ${toHtml(items.join(', '))}`)
    })
    .join('')
}

/** What stands under the heading of a section. */
export function body(section, look) {
  const texts = section.items?.map(({ text }) => text) ?? section.texts ?? []
  switch (section.kind) {
    case 'summary':
      return section.text
        .split('\n')
        .map((text) => `<p>${toHtml(text)}</p>`)
        .join('')
    case 'work':
    case 'unpaid':
      return jobs(section.jobs, look)
    case 'education':
      return schools(section.schools, look)
    case 'skills':
      return skills(section.groups, look)
    default:
      return section.plain || look.lists === 'lines'
        ? texts.map((text) => div('ln', toHtml(text))).join('')
        : bulletsOf(texts)
  }
}

/** A heading with a space between its letters, as it is typed. */
const spread = (text) =>
  text
    .split(' ')
    .map((word) => [...word].join(' '))
    .join(' \u00a0 ')

/** Sections with their headings. */
export const sections = (list, look, tag = 'h2') =>
  list
    .map((section) => {
      const heading = look.isSpread ? spread(section.heading.toUpperCase()) : section.heading
      return `<section class="${section.kind}"><${tag}>${toHtml(heading)}</${tag}>${body(section, look)}</section>`
    })
    .join('\n')

/** Font Awesome's, as templates of the web have them. */
const ICONS = { phone: '\uf095', email: '\uf0e0', address: '\uf041', link: '\uf0ac', note: '\uf0da' }
const LABELS = {
  bare: {},
  words: { email: 'Email:', phone: 'Cell:', address: 'Address:', link: 'Web:' },
  letters: { email: 'e', phone: 'p', address: 'a', link: 'in' },
  marks: { email: 'E |', phone: 'M |', address: 'A |', link: 'L |' },
}

/** The contact data, each as HTML; an address of the web or of mail is a hyperlink, too. */
export function contacts(resume, labels = resume.look?.labels ?? 'bare') {
  return resume.contact.map(({ kind, text, label, after }) => {
    const icon = labels === 'icons' ? `<i class="fa">${ICONS[kind]}</i> ` : ''
    const word = label ?? LABELS[labels]?.[kind]
    const target = { email: `mailto:${text}`, link: text.startsWith('http') ? text : `https://${text}` }[kind]
    const shown = target ? `<a href="${toHtml(target)}">${toHtml(text)}</a>` : toHtml(text)
    return `${icon}${word ? `<span class="label">${toHtml(word)}</span> ` : ''}${shown}${after ? ` ${toHtml(after)}` : ''}`
  })
}

export const rows = (list) => list.map((one) => div('ln', one)).join('')
export const shown = ({ name, shownName }) => toHtml(shownName ?? name)
export const tagline = (resume) => (resume.tagline ? div('tagline', toHtml(resume.tagline)) : '')

/** A sheet of HTML around `inner`, with what all themes share. */
export const sheet = (css, inner) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Resume</title><style>
*{box-sizing:border-box} body{margin:0;color:#1d1d1d;line-height:1.3} h1,h2,h3,p,ul{margin:0;padding:0} ul{padding-left:1.4em} a{color:inherit}
table{border-collapse:collapse} .pairs,.three,.left,.ruled,.cells{width:100%} td,th{padding:0;vertical-align:top;text-align:left} .pairs td:last-child{text-align:right;white-space:nowrap}
.e,.left,.firm{margin-bottom:.6em} .firm .e{margin:.15em 0 .3em} section{margin-bottom:.9em} h2{break-after:avoid} .mid{text-align:center} .fa{font-family:FontAwesome;font-style:normal}
.three td{width:33%} .three td:nth-child(2){text-align:center} .three td:last-child{text-align:right} .cells td{padding-right:1em} .cells ul{padding-left:1.1em}
.rate{display:flex;justify-content:space-between} .rate i{display:inline-block;width:.6em;height:.6em;border-radius:50%;border:1px solid currentColor;margin-left:.2em} .rate .on{background:currentColor}
.gauge s{display:block;height:4px;background:#0002;margin:.1em 0 .4em} .gauge u{display:block;height:4px;background:currentColor}
.tags{line-height:2} .tag{border:1px solid #999;border-radius:3px;padding:.1em .5em;white-space:nowrap} .ruled td,.ruled th{border:1px solid #444;padding:.04in .08in} .group{font-weight:bold;margin-top:.3em}
${css}</style><body>${inner}</body></html>`
