// The PDF themes of the seen half. A theme takes a resume and returns `{html, pdf}`, where `pdf` is for page.pdf().
import { body, contacts, page, sections, title, toHtml } from '../html.mjs'

const INCH = { top: '0.8in', bottom: '0.8in', left: '0.9in', right: '0.9in' }
const NONE = { top: '0', bottom: '0', left: '0', right: '0' }
const split = (resume, kinds) => [
  resume.sections.filter(({ kind, aside }) => aside ?? kinds.includes(kind)),
  resume.sections.filter(({ kind, aside }) => !(aside ?? kinds.includes(kind))),
]

/** One column, the name and the contact line in the middle, small capitals over a rule. */
export function classic(resume) {
  const { look = {} } = resume
  const css = `body{font-family:${look.font ?? "'Liberation Serif'"};font-size:${look.size ?? '10.5pt'}} header{text-align:center;margin-bottom:1em}
h1{font-size:20pt;font-weight:${look.nameWeight ?? 'bold'}} h2{font-size:12pt;font-variant:small-caps;border-bottom:1px solid #444;margin-bottom:.4em}
.t,.c{font-weight:bold} .sub .t,.sub .c{font-weight:normal;font-style:italic} .tagline{font-style:italic}`
  const between = look.between ?? ' | '
  const html = `<header>${title(resume)}<div>${contacts(resume).join(between)}</div></header>${sections(resume.sections, look)}`
  return { html: page(css, html), pdf: { margin: INCH } }
}

/** A coloured sidebar at the left, written before the rest. */
export function sidebarLeft(resume) {
  const { look = {} } = resume
  const [aside, main] = split(resume, ['skills', 'licenses', 'lines'])
  const css = `body{font-family:${look.font ?? 'Lato'};font-size:9.5pt} .grid2{display:grid;grid-template-columns:2.5in 1fr;min-height:10.9in}
aside{background:${look.color ?? '#22384f'};color:#fff;padding:.5in .3in} main{padding:.5in .5in .3in .4in} aside h1{font-size:19pt;line-height:1.1}
aside h2{font-size:11pt;margin:1.2em 0 .4em;letter-spacing:.05em} main h2{color:${look.color ?? '#22384f'};font-size:14pt;margin-bottom:.4em}
.t{font-weight:bold} .sub{color:#555} .pill{background:#fff3;} aside .contact div{margin:.3em 0;overflow-wrap:anywhere} .label{opacity:.7}
.full{background:#fff3} .full span{background:#fff} aside .columns{columns:1}`
  const contact = `<h2>${look.contactHeading ?? 'Contact'}</h2><div class="contact">${contacts(resume)
    .map((one) => `<div>${one}</div>`)
    .join('')}</div>`
  const name = look.nameInMain ? '' : title(resume)
  const html = `<div class="grid2"><aside>${name}${contact}${sections(aside, look)}</aside>
<main>${look.nameInMain ? title(resume) : ''}${sections(main, look)}</main></div>`
  return { html: page(css, html), pdf: { margin: NONE } }
}

/** The main column first, a light sidebar at the right. */
export function sidebarRight(resume) {
  const { look = {} } = resume
  const [aside, main] = split(resume, ['skills', 'licenses', 'education', 'lines'])
  const css = `body{font-family:${look.font ?? "'Open Sans'"};font-size:9pt} header{padding:.5in .6in .2in;border-bottom:3px solid ${look.color ?? '#b5533c'}}
h1{font-size:26pt;font-weight:300;text-transform:${look.caps ?? 'none'}} .tagline{color:${look.color ?? '#b5533c'};font-size:12pt}
.cols{display:flex} main{width:5.4in;padding:.25in .3in .3in .6in} aside{width:3.1in;padding:.25in .5in .3in .3in;background:#f5f2ee}
h2{font-size:11pt;text-transform:uppercase;color:${look.color ?? '#b5533c'};margin-bottom:.4em} .t,.c{font-weight:600} .sub .c,.sub .t{font-weight:400} .columns{columns:1}`
  const contact = `<h2>${look.contactHeading ?? 'Contact'}</h2><section>${contacts(resume)
    .map((one) => `<div>${one}</div>`)
    .join('')}</section>`
  const html = `<header>${title(resume)}</header><div class="cols"><main>${sections(main, look)}</main><aside>${contact}${sections(aside, look)}</aside></div>`
  return { html: page(css, html), pdf: { margin: NONE } }
}

/** Two columns of the same width under a header: employment at the left, everything else at the right. */
export function twoColumns(resume) {
  const { look = {} } = resume
  const [right, left] = split(resume, ['skills', 'licenses', 'education', 'lines', 'unpaid'])
  const css = `body{font-family:${look.font ?? 'Roboto'};font-size:9.5pt} header{margin-bottom:.25in} h1{font-size:22pt}
.cols{display:grid;grid-template-columns:1fr 1fr;gap:.4in} h2{font-size:12pt;border-bottom:2px solid #2a7f62;margin-bottom:.4em} .t{font-weight:bold}
.c{color:#2a7f62} .columns{columns:2}`
  const html = `<header>${title(resume)}<div>${contacts(resume).join(look.between ?? ' &nbsp;•&nbsp; ')}</div></header>
<div class="cols"><div>${sections(left, look)}</div><div>${sections(right, look)}</div></div>`
  return { html: page(css, html), pdf: { margin: { ...INCH, left: '0.6in', right: '0.6in' } } }
}

/** A table: the headings of the sections in the left column, their text in the right one. */
export function hanging(resume) {
  const { look = {} } = resume
  const css = `body{font-family:${look.font ?? 'Caladea'};font-size:10pt} h1{font-size:18pt;border-bottom:2px solid #333;padding-bottom:.1in}
.contact{margin:.1in 0 .2in} .hang>tbody>tr>td{padding:.08in 0;border-top:1px solid #bbb} .hang>tbody>tr>td:first-child{width:1.5in;font-weight:bold;padding-right:.2in}
.t{font-weight:bold} .sub .c{font-style:italic} .left{width:1.3in}`
  const rows = resume.sections
    .map((section) => `<tr><td>${toHtml(section.heading)}</td><td>${body(section, look)}</td></tr>`)
    .join('')
  const html = `${title(resume)}<div class="contact">${contacts(resume).join('<br>')}</div><table class="hang">${rows}</table>`
  return { html: page(css, html), pdf: { margin: INCH } }
}

/** A table: dates in a narrow left column, text at the right, headings in capitals over all of it. */
export function datesLeft(resume) {
  const look = { entry: 'datesLeft', ...resume.look }
  const css = `body{font-family:${look.font ?? 'Carlito'};font-size:11pt} h1{font-size:20pt;color:#1f4e79} .contact td{padding-right:.3in;font-size:10pt}
h2{font-size:11pt;text-transform:uppercase;color:#1f4e79;border-bottom:1px solid #1f4e79;margin-bottom:.5em} .left{width:1.6in;color:#555} div.t{font-weight:bold}`
  const cells = contacts(resume)
  const rows = Array.from({ length: Math.ceil(cells.length / 2) }, (_, i) => cells.slice(2 * i, 2 * i + 2))
  const contact = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')
  const html = `${title(resume)}<table class="contact">${contact}</table><br>${sections(resume.sections, look)}`
  return { html: page(css, html), pdf: { margin: INCH } }
}

/** Dense: headings on grey bands, everything in one line where it can be. */
export function bands(resume) {
  const look = { entry: 'piped', ...resume.look }
  const css = `body{font-family:${look.font ?? "'Liberation Sans'"};font-size:9pt} h1{font-size:16pt} h2{font-size:10pt;background:#d9d9d9;padding:.05in .1in;margin-bottom:.4em}
.line .t,.line .c{font-weight:bold} .row .t,.row .c{font-weight:bold} .contact{margin-bottom:.15in} .label{font-weight:bold}`
  const html = `${title(resume)}<div class="contact">${contacts(resume).join(look.between ?? ' | ')}</div>${sections(resume.sections, look)}`
  return { html: page(css, html), pdf: { margin: { top: '0.5in', bottom: '0.5in', left: '0.5in', right: '0.5in' } } }
}

/** A dark banner with the name and the contact data in it. */
export function banner(resume) {
  const { look = {} } = resume
  const color = look.color ?? '#5b2a86'
  const css = `body{font-family:${look.font ?? "'PT Sans'"};font-size:10pt} header{background:${color};color:#fff;padding:.4in .7in}
h1{font-size:28pt;line-height:1.1} .contact{display:flex;flex-wrap:wrap;gap:.05in .3in;margin-top:.1in} main{padding:.3in .7in}
h2{color:${color};font-size:13pt;font-weight:normal} .t,.c{font-weight:bold} .sub .c,.sub .t{font-weight:normal} .pill{border:1px solid ${color};background:none}`
  const contact = contacts(resume)
    .map((one) => `<span>${one}</span>`)
    .join('')
  const html = `<header>${title(resume)}<div class="contact">${contact}</div></header><main>${sections(resume.sections, look)}</main>`
  return { html: page(css, html), pdf: { margin: NONE } }
}

/** Several pages, each with the name at its head and `Page 2 of 3` at its foot. */
export function paged(resume) {
  const { look = {} } = resume
  const css = `body{font-family:${look.font ?? "'PT Serif'"};font-size:12pt;line-height:1.5} h1{font-size:22pt} .contact{margin-bottom:.3in}
h2{font-size:13pt;text-decoration:underline;margin:.6em 0 .4em} .t,.c{font-weight:bold} .sub .c,.sub .t{font-weight:normal;font-style:italic} section{margin-bottom:1.4em}`
  const html = `${title(resume)}<div class="contact">${contacts(resume)
    .map((one) => `<div>${one}</div>`)
    .join('')}</div>${sections(resume.sections, look)}`
  const small = 'font-size:8px;width:100%;padding:0 0.9in;font-family:Liberation Sans'
  return {
    html: page(css, html),
    pdf: {
      margin: { ...INCH, top: '1in', bottom: '1in' },
      displayHeaderFooter: true,
      headerTemplate: `<div style="${small};text-align:right">${toHtml(look.head ?? resume.name)}</div>`,
      footerTemplate: `<div style="${small};text-align:center">${look.foot ?? ''}Page <span class="pageNumber"></span> of <span class="totalPages"></span></div>`,
    },
  }
}

/** Much white, letter-spaced headings; the contact data at the very end of the page. */
export function spaced(resume) {
  const { look = {} } = resume
  const css = `body{font-family:${look.font ?? 'Cantarell'};font-size:9.5pt;min-height:9.2in;display:flex;flex-direction:column} main{flex:1}
h1{font-size:24pt;font-weight:normal;letter-spacing:.25em;text-transform:uppercase;text-align:center} .tagline{text-align:center;letter-spacing:.1em}
h2{font-size:10pt;letter-spacing:.3em;text-transform:uppercase;font-weight:normal;text-align:center;margin:1.2em 0 .6em} .t{font-weight:bold}
footer{border-top:1px solid #999;text-align:center;padding-top:.1in;font-size:9pt}`
  const html = `${title(resume)}<main>${sections(resume.sections, look)}</main><footer>${contacts(resume).join(look.between ?? ' &nbsp;/&nbsp; ')}</footer>`
  return { html: page(css, html), pdf: { margin: INCH } }
}
