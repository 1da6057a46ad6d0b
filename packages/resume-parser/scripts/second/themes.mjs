// The PDF themes of the second set; as in first/themes.mjs.
import { body, contacts, page, sections, title, toHtml } from '../html.mjs'

export { classic, hanging, sidebarLeft } from '../first/themes.mjs'

const MARGIN = { top: '0.7in', bottom: '0.7in', left: '0.8in', right: '0.8in' }
const NONE = { top: '0', bottom: '0', left: '0', right: '0' }
const lineOf = (resume, between) => contacts(resume).join(between)
const rowsOf = (resume) =>
  contacts(resume)
    .map((one) => `<div>${one}</div>`)
    .join('')

/** A line with dots along the entries, the dates above each title. */
export function timeline(resume) {
  const look = { entry: 'datesAbove', ...resume.look }
  const css = `body{font-family:${look.font ?? 'Lato'};font-size:10pt} header{display:flex;justify-content:space-between;align-items:flex-end;margin-bottom:.2in}
h1{font-size:30pt;font-weight:300} header .contact{text-align:right;font-size:9pt} h2{font-size:14pt;color:#c2571a;font-weight:300;margin-bottom:.4em}
.work .e,.education .e{border-left:2px solid #c2571a;padding:0 0 .6em .25in;margin:0 0 0 .06in;position:relative}
.work .e::before,.education .e::before{content:'';position:absolute;left:-.07in;top:.03in;width:.12in;height:.12in;border-radius:50%;background:#c2571a}
.d{color:#888;font-size:8.5pt} .t{font-weight:bold}`
  const html = `<header><div>${title(resume)}</div><div class="contact">${rowsOf(resume)}</div></header>${sections(resume.sections, look)}`
  return { html: page(css, html), pdf: { margin: MARGIN } }
}

/** Each section a box, the boxes in two columns. */
export function cards(resume) {
  const look = { entry: 'dotted', ...resume.look }
  const css = `body{font-family:${look.font ?? 'Carlito'};font-size:10pt} header{text-align:center;margin-bottom:.15in} h1{font-size:24pt}
.cards{columns:2;column-gap:.2in} section{border:1px solid #9ab;border-radius:6px;break-inside:avoid;padding-bottom:.08in}
h2{background:#e3edf4;font-size:11pt;padding:.04in .12in;margin-bottom:.06in} section>:not(h2){margin:0 .12in .06in} section>ul{padding-left:.15in} .t{font-weight:bold}`
  const html = `<header>${title(resume)}<div>${lineOf(resume, ' &nbsp;⋅&nbsp; ')}</div></header><div class="cards">${sections(resume.sections, look)}</div>`
  return { html: page(css, html), pdf: { margin: MARGIN } }
}

/** The name at the left and the contact data at the right of the head, headings in the middle between two rules. */
export function ruled(resume) {
  const look = { entry: 'companyPlace', ...resume.look }
  const css = `body{font-family:${look.font ?? "'PT Serif'"};font-size:10pt} .head td:last-child{text-align:right;width:45%} h1{font-size:21pt;font-weight:normal}
h2{font-size:10.5pt;text-align:center;text-transform:uppercase;border-top:1px solid #333;border-bottom:1px solid #333;padding:.03in 0;margin:.12in 0 .1in} .c{font-weight:bold} .t{font-style:italic}`
  const html = `<table class="head"><tr><td>${title(resume)}</td><td>${rowsOf(resume)}</td></tr></table>${sections(resume.sections, look)}`
  return { html: page(css, html), pdf: { margin: MARGIN } }
}

/** A form as European agencies have them: every line with its label, right-aligned, at the left. */
export function form(resume) {
  const look = { entry: 'labelled', schoolEntry: 'labelled', ...resume.look }
  const css = `body{font-family:${look.font ?? "'Liberation Sans'"};font-size:9.5pt} .form td{padding:.05in .12in} .form td:first-child{width:1.9in;text-align:right;color:#2a4b8d;border-right:1px solid #2a4b8d}
h1{display:inline;font-size:9.5pt} .e{margin-bottom:.12in} .cv{font-size:18pt;color:#2a4b8d;margin-bottom:.15in}`
  const personal = [
    ['Name', title(resume)],
    ...resume.contact.map(({ kind, label, text }) => [
      label ?? { email: 'E-mail', phone: 'Telephone', address: 'Address', link: 'Website' }[kind] ?? 'Other',
      toHtml(text),
    ]),
  ]
  const rows = [...personal, ...resume.sections.map((section) => [toHtml(section.heading), body(section, look)])]
  const html = `<div class="cv">Curriculum Vitae</div><table class="form">${rows.map(([label, text]) => `<tr><td>${label}</td><td>${text}</td></tr>`).join('')}</table>`
  return { html: page(css, html), pdf: { margin: MARGIN, format: 'A4' } }
}

/** Text that flows through two columns as in a newspaper, sections broken where the column ends. */
export function newspaper(resume) {
  const look = { entry: 'companyStacked', ...resume.look }
  const css = `body{font-family:${look.font ?? 'Caladea'};font-size:9.5pt} header{text-align:center;border-bottom:4px double #333;padding-bottom:.1in;margin-bottom:.15in} h1{font-size:28pt;font-variant:small-caps}
.flow{columns:2;column-gap:.35in;column-rule:1px solid #999} h2{font-size:12pt;font-style:italic} .c{font-weight:bold} .columns{columns:1}`
  const html = `<header>${title(resume)}<div>${lineOf(resume, ' — ')}</div></header><div class="flow">${sections(resume.sections, look)}</div>`
  return { html: page(css, html), pdf: { margin: MARGIN } }
}

/** A pale sidebar at the left that is written after everything else; the name is in the main column. */
export function asideLast(resume) {
  const { look = {} } = resume
  const isAside = ({ kind, aside }) => aside ?? ['skills', 'licenses', 'education', 'lines'].includes(kind)
  const css = `body{font-family:${look.font ?? "'Open Sans'"};font-size:9pt;position:relative} main{margin-left:2.7in;padding:.5in .6in .3in .3in} h1{font-size:25pt;color:#0b6e4f}
aside{position:absolute;left:0;top:0;width:2.6in;min-height:10.9in;padding:.6in .25in;background:#eaf4f0} h2{font-size:11.5pt;color:#0b6e4f;margin-bottom:.3em} .t{font-weight:bold}
aside .row{display:block} aside .d,aside .p{white-space:normal;display:block} .columns{columns:1}`
  const html = `<main>${title(resume)}${sections(
    resume.sections.filter((section) => !isAside(section)),
    look,
  )}</main><aside>${rowsOf(resume)}<br>${sections(resume.sections.filter(isAside), look)}</aside>`
  return { html: page(css, html), pdf: { margin: NONE } }
}

/** A4, the dates and places in a column at the right. */
export function datesRight(resume) {
  const look = { entry: 'datesColumn', ...resume.look }
  const css = `body{font-family:${look.font ?? 'Roboto'};font-size:9.5pt} h1{font-size:19pt;text-align:right} .tagline,.contact{text-align:right} .contact{border-bottom:1px solid #888;padding-bottom:.08in;margin-bottom:.15in}
h2{font-size:10pt;font-weight:bold;color:#8a1c3b} .right{width:1.5in;text-align:right;color:#555;white-space:nowrap} div.t{font-weight:bold}`
  const html = `${title(resume)}<div class="contact">${lineOf(resume, ' · ')}</div>${sections(resume.sections, look)}`
  return { html: page(css, html), pdf: { margin: { ...MARGIN, left: '1.1in', right: '1.1in' }, format: 'A4' } }
}

/** As typed: one width for all letters, headings in underlined capitals. */
export function typewriter(resume) {
  const { look = {} } = resume
  const css = `body{font-family:${look.font ?? "'Liberation Mono'"};font-size:9pt} h1{font-size:9pt;text-transform:uppercase;text-align:center} header{text-align:center;margin-bottom:2em}
h2{font-size:9pt;font-weight:normal;text-decoration:underline;text-transform:uppercase} ul{list-style:'- '}`
  const html = `<header>${title(resume)}${rowsOf(resume)}</header>${sections(resume.sections, look)}`
  return { html: page(css, html), pdf: { margin: { ...MARGIN, left: '1in', right: '1in' } } }
}

/** The name at the right on a stripe, headings at the right margin, skills in three columns at the top. */
export function stripe(resume) {
  const look = { entry: 'companyDates', ...resume.look }
  const css = `body{font-family:${look.font ?? "'Liberation Sans Narrow'"};font-size:10.5pt} header{background:#f0c94b;padding:.35in .7in;text-align:right} h1{font-size:27pt} main{padding:.2in .7in}
h2{font-size:13pt;text-align:right;color:#666;border-bottom:2px solid #f0c94b} .c{font-weight:bold;text-transform:uppercase} .contact span{white-space:nowrap}`
  const html = `<header>${title(resume)}<div class="contact">${lineOf(resume, ' &nbsp; ')}</div></header><main>${sections(resume.sections, look)}</main>`
  return { html: page(css, html), pdf: { margin: NONE } }
}

/** Several pages with a running head of name and number, headings in spaced small capitals. */
export function academic(resume) {
  const { look = {} } = resume
  const css = `body{font-family:${look.font ?? 'Vollkorn'};font-size:11pt;line-height:1.5} h1{font-size:17pt;font-weight:normal;text-align:center} .tagline{text-align:center} .contact{text-align:center;margin-bottom:.25in}
h2{font-size:12pt;font-weight:normal;font-variant:small-caps;letter-spacing:.12em;margin:.8em 0 .4em} .t{font-style:italic} section{margin-bottom:1.2em}`
  const html = `${title(resume)}<div class="contact">${lineOf(resume, '<br>')}</div>${sections(resume.sections, look)}`
  const head = `<div style="font-size:8px;width:100%;padding:0 .8in;display:flex;justify-content:space-between"><span>${toHtml(look.head ?? resume.name)}</span><span>Curriculum Vitae, p. <span class="pageNumber"></span></span></div>`
  return {
    html: page(css, html),
    pdf: {
      margin: { ...MARGIN, top: '1in' },
      displayHeaderFooter: true,
      headerTemplate: head,
      footerTemplate: '<span></span>',
    },
  }
}
