// The PDF themes of the half that is held back; as in first/themes.mjs.
import { toHtml } from '../html.mjs'
import { body, contacts, rows, sections, sheet, shown, tagline } from './parts.mjs'

const margin = (top, side) => ({ top, bottom: top, left: side, right: side })
const NONE = margin('0', '0')
const part = (resume, kinds) => {
  const isAside = ({ kind, aside }) => aside ?? kinds.includes(kind)
  return [resume.sections.filter(isAside), resume.sections.filter((section) => !isAside(section))]
}
const small = (text, side, align = 'center', font = 'Liberation Sans') =>
  `<div style="font-size:8px;width:100%;padding:0 ${side};font-family:${font};text-align:${align}">${text}</div>`
const PAGE = '<span class="pageNumber"></span>'
const PAGES = '<span class="totalPages"></span>'

/** What a profile of LinkedIn is saved as: a dark column at the left, durations behind the dates, pages numbered. */
export function linkedIn(resume) {
  const look = { entry: 'linkedIn', schoolEntry: 'linkedIn', skills: 'lines', lists: 'lines', ...resume.look }
  const [aside, main] = part(resume, ['skills', 'licenses', 'lines'])
  const css = `body{font-family:'Liberation Sans';font-size:10.5pt;position:relative} aside{position:absolute;left:0;top:0;width:2.55in;height:9.7in;background:#293e49;color:#e1e8eb;padding:.4in .3in;font-size:9.5pt}
aside h2{font-size:11.5pt;font-weight:normal;margin:1.2em 0 .4em} aside .ln{margin-bottom:.35em} main{margin-left:2.55in;padding:.4in .5in 0 .35in} h1{font-size:23pt;font-weight:normal} .tagline{font-size:11pt;margin:.1em 0}
.place{color:#666;margin-bottom:.3in} main h2{font-size:14pt;font-weight:normal;border-top:1px solid #ccc;padding-top:.12in;margin:.1in 0} .c{font-size:11.5pt} .firm .t,.e .t{font-size:11pt} .w,.p{color:#555;font-size:9.5pt} .e{margin-bottom:1em} ul{list-style:'• ';padding-left:.8em}`
  const rest = { ...resume, contact: resume.contact.filter(({ kind }) => kind !== 'address') }
  const place = resume.contact.find(({ kind }) => kind === 'address')
  const html = `<aside><h2 style="margin-top:0">Contact</h2>${rows(contacts(rest))}${sections(aside, look)}</aside>
<main><h1>${shown(resume)}</h1>${tagline(resume)}<div class="place">${toHtml(place?.text ?? '')}</div>${sections(main, look)}</main>`
  return {
    html: sheet(css, html),
    pdf: {
      margin: { ...NONE, top: '0.3in', bottom: '0.6in' },
      displayHeaderFooter: true,
      headerTemplate: '<span></span>',
      footerTemplate: small(`Page ${PAGE} of ${PAGES}`, '0.5in'),
    },
  }
}

/** What Indeed makes of a profile: one column, the place behind the company, years behind the skills. */
export function indeed(resume) {
  const look = { entry: 'indeed', schoolEntry: 'indeed', firm: 'each', skills: 'years', ...resume.look }
  const css = `body{font-family:${look.font ?? "'Open Sans'"};font-size:10pt} h1{font-size:22pt;color:#2d2d2d} h2{font-size:14pt;border-bottom:1px solid #d4d2d0;padding-bottom:.05in;margin:.2in 0 .1in} .t{font-weight:bold;font-size:11pt} .tagline{font-size:12pt}
.sub{color:#595959} ul{list-style:'•  '} li{margin:.1em 0} .head{margin-bottom:.2in}`
  const html = `<div class="head"><h1>${shown(resume)}</h1>${tagline(resume)}${rows(contacts(resume))}</div>${sections(resume.sections, look)}`
  return { html: sheet(css, html), pdf: { margin: margin('0.7in', '0.9in'), tagged: true } }
}

/** As LaTeX sets it: the name in large small capitals, a rule under each heading, en dashes and ligatures. */
export function latex(resume) {
  const look = { entry: 'latex', schoolEntry: 'latex', ...resume.look }
  const css = `body{font-family:${look.font ?? "'Linux Libertine O'"};font-size:${look.size ?? '10.5pt'};text-rendering:geometricPrecision} header{text-align:center;margin-bottom:.12in} h1{font-size:25pt;font-weight:normal;font-variant:small-caps}
h2{font-size:13pt;font-weight:normal;font-variant:small-caps;border-bottom:.6px solid #000;margin-bottom:.06in} .c{font-weight:bold} .t,.pairs tr+tr .w{font-style:italic} section{margin-bottom:.1in} li{margin:.02in 0} ul{list-style:${look.mark ?? "'• '"}}`
  const html = `<header><h1>${shown(resume)}</h1>${tagline(resume)}<div>${contacts(resume).join(look.between ?? ' | ')}</div></header>${sections(resume.sections, look)}`
  return { html: sheet(css, html), pdf: { margin: margin('0.55in', '0.65in') } }
}

/** A teacher's: underlined headings, dates in a column at the left, the name and the page's number at every foot. */
export function vitae(resume) {
  const look = { entry: 'left', schoolEntry: 'left', ...resume.look }
  const css = `body{font-family:${look.font ?? "'Liberation Serif'"};font-size:${look.size ?? '12pt'}} h1{font-size:16pt;text-align:center} .head{text-align:center;margin-bottom:.25in} h2{font-size:12pt;text-decoration:underline;text-transform:${look.caps ?? 'uppercase'};margin-bottom:.08in}
.left>tbody>tr>td:first-child{width:1.45in;padding-right:.15in} .left .t{font-weight:bold} ul{list-style:${look.mark ?? "'– '"}} section{margin-bottom:.2in}`
  const html = `<div class="head"><h1>${shown(resume)}</h1>${tagline(resume)}${rows(contacts(resume))}</div>${sections(resume.sections, look)}`
  return {
    html: sheet(css, html),
    pdf: {
      margin: margin('0.95in', '1in'),
      displayHeaderFooter: true,
      headerTemplate: look.head ? small(toHtml(look.head), '1in', 'right', 'Liberation Serif') : '<span></span>',
      footerTemplate: small(`${toHtml(look.foot ?? resume.name)} – ${PAGE}`, '1in', 'right', 'Liberation Serif'),
    },
  }
}

/** As an application to the government wants it: hours, pay and supervisors, much text. */
export function federal(resume) {
  const look = { entry: 'federal', schoolEntry: 'federal', ...resume.look }
  const css = `body{font-family:${look.font ?? "'Liberation Sans'"};font-size:10.5pt} h1{font-size:14pt} h2{font-size:11pt;text-transform:uppercase;border-top:2px solid #000;border-bottom:1px solid #000;padding:.03in 0;margin-bottom:.08in} .c,.t{font-weight:bold} .detail{font-size:9.5pt} .e{margin-bottom:.15in}`
  const html = `<h1>${shown(resume)}</h1>${rows(contacts(resume))}<br>${sections(resume.sections, look)}`
  return { html: sheet(css, html), pdf: { margin: margin('0.8in', '0.9in') } }
}

/** A dark column at the right with icons; the first and the last name stand above each other. */
export function darkRight(resume) {
  const look = { entry: 'above', schoolEntry: 'above', labels: 'icons', ...resume.look }
  const [aside, main] = part(resume, ['skills', 'licenses', 'lines', 'education'])
  const color = look.color ?? '#30343f'
  const css = `body{font-family:${look.font ?? 'Inter'};font-size:9pt} .all{display:flex;min-height:10.9in} main{flex:1;padding:.55in .4in .3in .55in} aside{width:2.7in;background:${color};color:#fff;padding:.55in .3in}
h1{font-size:34pt;line-height:1;font-weight:800;color:${color};text-transform:uppercase} .tagline{letter-spacing:.15em;margin:.1in 0 .25in} h2{font-size:11pt;text-transform:uppercase;letter-spacing:.12em;margin-bottom:.1in} main h2{color:${color}} aside .ln{margin-bottom:.07in;overflow-wrap:anywhere}
.t{font-weight:700} .w{font-size:8pt;color:#777;text-transform:uppercase} aside .w{color:#ccc} aside .tag{border-color:#fff}`
  const name = shown(resume).replace(/ (?=\S+$)/, '<br>')
  const html = `<div class="all"><main><h1>${name}</h1>${tagline(resume)}${sections(main, look)}</main><aside><section><h2>${look.contactHeading ?? 'Contact'}</h2>${rows(contacts(resume, look.labels))}</section>${sections(aside, look)}</aside></div>`
  return { html: sheet(css, html), pdf: { margin: NONE } }
}

/** As Google Docs begins one: the contact data at the right of the name, skills and awards in a narrow right column. */
export function docs(resume) {
  const look = { entry: 'google', schoolEntry: 'google', ...resume.look }
  const [aside, main] = part(resume, ['skills', 'licenses', 'lines'])
  const color = look.color ?? '#2079c7'
  const css = `body{font-family:${look.font ?? "'Open Sans'"};font-size:9.5pt} .all>tbody>tr>td{padding:0} .all>tbody>tr>td:first-child{width:4.9in;padding-right:.45in} h1{font-size:34pt;line-height:1.1;font-weight:700} .contact{padding-top:.1in} .contact a,.strong{font-weight:bold;color:${color};text-decoration:none}
h2{font-size:9pt;color:${color};text-transform:uppercase;margin:.2in 0 .06in} .hd{font-size:11pt} .t{font-style:italic} .w{font-size:8pt;color:#666;text-transform:uppercase;margin:.02in 0 .05in} aside{font-size:9pt}`
  const html = `<table class="all"><tr><td><h1>${shown(resume)}</h1>${tagline(resume)}</td><td class="contact">${rows(contacts(resume))}</td></tr><tr><td>${sections(main, look)}</td><td>${sections(aside, look)}</td></tr></table>`
  return { html: sheet(css, html), pdf: { margin: margin('0.6in', '0.7in'), tagged: true } }
}

/** As Word begins one: the name with a light first part, bars between the contact data, dates small above or below. */
export function office(resume) {
  const look = { entry: 'above', schoolEntry: 'above', ...resume.look }
  const color = look.color ?? '#1d824c'
  const css = `body{font-family:${look.font ?? 'Carlito'};font-size:11pt;color:#595959} h1{font-size:33pt;font-weight:300;text-transform:uppercase;text-align:${look.align ?? 'center'};color:#777} h1 b{color:#333} .contact,.tagline{text-align:${look.align ?? 'center'}} .contact{border-bottom:1px solid #aaa;padding-bottom:.15in;margin-bottom:.2in}
h2{font-size:14pt;color:#262626;text-transform:uppercase} .hd{font-size:13pt} .hd .t{color:${color};font-weight:bold} .w{font-size:10.5pt;font-weight:bold;text-transform:uppercase;letter-spacing:.02em} section{margin-bottom:.2in}`
  const [first, ...last] = shown(resume).split(' ')
  const html = `<h1>${first} <b>${last.join(' ')}</b></h1>${tagline(resume)}<div class="contact">${contacts(resume).join(look.between ?? ' &nbsp;·&nbsp; ')}</div>${sections(resume.sections, look)}`
  return { html: sheet(css, html), pdf: { margin: margin('0.8in', '1in') } }
}

/** A form of tables with rules: personal data, employment and schools, all in cells. */
export function application(resume) {
  const look = { entry: 'ruled', schoolEntry: 'ruled', dates: {}, ...resume.look }
  const css = `body{font-family:${look.font ?? "'Liberation Sans Narrow'"};font-size:10.5pt} h2{font-size:11pt;background:#cfcfcf;border:1px solid #444;border-bottom:none;padding:.03in .08in} .ruled th{font-size:9pt} section{margin-bottom:.15in} section.skills,section.summary{border:1px solid #444;padding-bottom:.05in} section.skills h2,section.summary h2{border-width:0 0 1px} section.skills>:not(h2),section.summary>p{padding:0 .08in} section.skills ul{padding-left:.3in}`
  const labels = { email: 'E-mail', phone: 'Telephone', address: 'Address', link: 'Web page', note: 'Other' }
  const personal = [
    ['Name', shown(resume)],
    ...resume.contact.map(({ kind, label, text }) => [label ?? labels[kind], toHtml(text)]),
  ]
  const html = `<table class="ruled" style="margin-bottom:.15in">${personal.map(([label, text]) => `<tr><td style="width:1.5in"><b>${toHtml(label)}</b></td><td>${text}</td></tr>`).join('')}</table>${sections(resume.sections, look)}`
  return { html: sheet(css, html), pdf: { margin: margin('0.6in', '0.6in') } }
}

/** Coloured, round and full of icons: a band at the top, then a narrow and a wide column. */
export function poster(resume) {
  const look = { entry: 'titleAlone', schoolEntry: 'titleAlone', labels: 'icons', skills: 'dots', ...resume.look }
  const [aside, main] = part(resume, ['skills', 'licenses', 'lines', 'summary'])
  const color = look.color ?? '#d46a6a'
  const css = `body{font-family:${look.font ?? 'Dosis'};font-size:10.5pt} header{background:${color};color:#fff;padding:.4in .6in;display:flex;gap:.4in;align-items:center} .disc{width:1in;height:1in;border-radius:50%;border:3px solid #fff;font-size:26pt;line-height:.9in;text-align:center}
h1{font-size:30pt;font-weight:600} .all{display:grid;grid-template-columns:2.6in 1fr;gap:.35in;padding:.3in .6in} h2{font-size:14pt;color:${color};font-weight:600;border-left:5px solid ${color};padding-left:.1in;margin-bottom:.08in} .t{font-weight:700;font-size:11.5pt} aside .ln{margin-bottom:.05in}`
  const initials =
    look.initials ??
    resume.name
      .split(' ')
      .map((word) => word[0])
      .filter((letter) => /\p{Lu}/u.test(letter))
      .slice(0, 2)
      .join('')
  const html = `<header><div class="disc">${initials}</div><div><h1>${shown(resume)}</h1>${tagline(resume)}</div></header><div class="all"><aside><section>${rows(contacts(resume, look.labels))}</section>${sections(aside, look)}</aside><main>${sections(main, look)}</main></div>`
  return { html: sheet(css, html), pdf: { margin: NONE } }
}

/** White and still: headings with spaces typed between the letters, all in the middle of the page. */
export function still(resume) {
  const look = {
    entry: 'centred',
    schoolEntry: 'centred',
    skills: 'rounds',
    isSpread: true,
    lists: 'lines',
    ...resume.look,
  }
  const css = `body{font-family:${look.font ?? "'EB Garamond'"};font-size:11pt;text-align:center} h1{font-size:28pt;font-weight:normal;letter-spacing:.12em} .contact{border-top:1px solid #bbb;border-bottom:1px solid #bbb;padding:.06in 0;margin:.1in 0 .25in;font-size:10pt} h2{font-size:10.5pt;font-weight:normal;margin:.2in 0 .1in}
.t{font-weight:bold} .w{font-style:italic} ul{text-align:left;list-style:'· '} .e{margin-bottom:.15in}`
  const html = `<h1>${shown(resume)}</h1>${tagline(resume)}<div class="contact">${contacts(resume).join(look.between ?? ' &nbsp; ✦ &nbsp; ')}</div>${sections(resume.sections, look)}`
  return { html: sheet(css, html), pdf: { margin: margin('0.8in', '1.1in') } }
}

/** Dense and plain: the headings white on black, everything small, the contact data left and right of the name. */
export function dense(resume) {
  const look = { entry: 'three', schoolEntry: 'three', ...resume.look }
  const css = `body{font-family:${look.font ?? "'Liberation Sans'"};font-size:8.8pt;text-transform:${look.caps ?? 'none'}} .top{width:100%;margin-bottom:.1in} .top td{width:30%;vertical-align:bottom} .top td:nth-child(2){width:40%;text-align:center} .top td:last-child{text-align:right} h1{font-size:15pt} h2{font-size:9.5pt;background:#111;color:#fff;padding:.02in .08in;margin-bottom:.05in}
.c,.t{font-weight:bold} section{margin-bottom:.09in} ul{list-style:${look.mark ?? 'square'}} .sub .t{font-weight:normal}`
  const items = contacts(resume)
  const half = Math.ceil(items.length / 2)
  const html = `<table class="top"><tr><td>${rows(items.slice(0, half))}</td><td><h1>${shown(resume)}</h1>${tagline(resume)}</td><td>${rows(items.slice(half))}</td></tr></table>${sections(resume.sections, look)}`
  return { html: sheet(css, html), pdf: { margin: margin('0.45in', '0.5in') } }
}

/** Headings at the left of their text, in colour; the contact data in a grey line under the name. */
export function gutter(resume) {
  const look = { entry: 'under', schoolEntry: 'under', ...resume.look }
  const color = look.color ?? '#b4532a'
  const css = `body{font-family:${look.font ?? 'Roboto'};font-size:9.8pt} h1{font-size:26pt;font-weight:500;color:${color}} .contact{background:#eee;padding:.05in .1in;margin:.08in 0 .15in;font-size:9pt} .row{display:grid;grid-template-columns:1.35in 1fr;gap:.2in;border-top:1px solid #ddd;padding:.1in 0} .row h2{font-size:10.5pt;text-align:right;color:${color};font-variant:all-small-caps}
.t{font-weight:bold} .sub{color:#666;font-size:9pt} ul{list-style:${look.mark ?? "'▪ '"}}`
  const html = `<h1>${shown(resume)}</h1>${tagline(resume)}<div class="contact">${contacts(resume).join(look.between ?? ' &nbsp;|&nbsp; ')}</div>${resume.sections.map((section) => `<div class="row"><h2>${toHtml(section.heading)}</h2><div>${body(section, look)}</div></div>`).join('')}`
  return { html: sheet(css, html), pdf: { margin: margin('0.6in', '0.75in') } }
}

/** As many websites make them: a thick line at the left of the name, headings underlined in colour, dates at the left. */
export function builder(resume) {
  const look = { entry: 'leftPlace', schoolEntry: 'leftPlace', ...resume.look }
  const color = look.color ?? '#0a5c8f'
  const css = `body{font-family:${look.font ?? "'PT Sans'"};font-size:10pt} header{border-left:8px solid ${color};padding-left:.2in;margin-bottom:.2in} h1{font-size:27pt;color:${color};line-height:1.1} h2{font-size:13pt;color:${color};border-bottom:2px solid ${color};margin-bottom:.1in} .left>tbody>tr>td:first-child{width:1.75in;padding-right:.2in;font-size:9pt}
.t{font-weight:bold} .left .c{font-weight:bold} .contact td{padding-right:.3in}`
  const items = contacts(resume)
  const pairsOf = Array.from({ length: Math.ceil(items.length / 2) }, (_, i) => items.slice(2 * i, 2 * i + 2))
  const html = `<header><h1>${shown(resume)}</h1>${tagline(resume)}<table class="contact">${pairsOf.map((pair) => `<tr>${pair.map((one) => `<td>${one}</td>`).join('')}</tr>`).join('')}</table></header>${sections(resume.sections, look)}`
  return { html: sheet(css, html), pdf: { margin: margin('0.7in', '0.8in') } }
}

/** The contact data at the foot of the first page and a line of name and page at the head of each. */
export function footed(resume) {
  const look = { entry: 'comma', schoolEntry: 'comma', ...resume.look }
  const css = `body{font-family:${look.font ?? 'Cantarell'};font-size:${look.size ?? '11pt'};line-height:1.45} h1{font-size:20pt;border-bottom:3px double #555} h2{font-size:12pt;font-weight:bold;margin-bottom:.06in} h2::after{content:':'} .c{font-weight:bold} .tagline{font-style:italic} .contact{margin:.08in 0 .2in}`
  const html = `<h1>${shown(resume)}</h1>${tagline(resume)}<div class="contact">${rows(contacts(resume))}</div>${sections(resume.sections, look)}`
  return {
    html: sheet(css, html),
    pdf: {
      margin: margin('0.9in', '1in'),
      displayHeaderFooter: true,
      headerTemplate: small(`${toHtml(look.head ?? resume.name)} &nbsp; | &nbsp; ${PAGE} / ${PAGES}`, '1in', 'left'),
      footerTemplate: small(toHtml(look.foot ?? ''), '1in'),
    },
  }
}
