// Renders the documentation site: every page as HTML and as Markdown, the index of the search, llms.txt and llms-full.txt.
import { layOut } from './layout.mjs'
import { createRenderer, escapeHtml, headingOf, sectionsOf } from './markdown.mjs'
import { readChangelog, readGuides } from './pages.mjs'
import { formOf, operationsOf, referenceOf } from './reference.mjs'
import { createDescriber } from './schema.mjs'

const SUMMARY =
  'The recruiting CRM backend that brokerages and agencies call to create, update, find and manage the people they may hire. JSON over HTTP under `/v1`, with `Authorization: Bearer <key>`.'

/** All files of the site by their path, from the OpenAPI document and the guides. */
export function renderSite(document) {
  const guides = readGuides()
  const pages = guides.flatMap(([, list]) => list)
  const changelog = readChangelog()
  const reference = referenceOf(document)
  const operations = operationsOf(document)
  const addresses = operations.map(({ method, path, operation }) => [
    `${method.toUpperCase()} ${path}`,
    `/docs/reference#${operation.operationId}`,
  ])
  const render = createRenderer(new Map(addresses))
  const forms = Object.fromEntries(
    operations
      .filter(({ method }) => method !== 'event')
      .map((each) => [each.operation.operationId, formOf(each, createDescriber(document))]),
  )

  const index = []
  const navigation = guides.map(([title, list]) => [
    title,
    list.map(({ name, title: label }) => [`/docs/${name}`, label]),
  ])
  navigation.at(-1)[1].push(['/docs/changelog', 'Changelog'])
  /** The HTML of a page of Markdown, and its sections for the search. */
  const renderPage = ({ name, title, markdown }, { previous, next } = {}) => {
    const address = `/docs/${name}`
    const html = render(markdown).replace(/<!-- try (\w+) -->/g, (_, id) => formNamed(forms, id))
    const sections = sectionsOf(html)
    for (const { anchor, heading, text } of sections) index.push([`${address}#${anchor}`, title, heading, text])
    const headings = [...html.matchAll(/<h2 id="([^"]*)">/g)].map(([, anchor]) =>
      sections.find((s) => s.anchor === anchor),
    )
    const steps = [previous && ['Previous', previous], next && ['Next', next]]
    const links = steps
      .filter(Boolean)
      .map(([label, page]) => `<a href="/docs/${page.name}"><small>${label}</small>${escapeHtml(page.title)}</a>`)
    const footer = `<footer>${links.join('')}<a href="${address}.md"><small>For programs</small>This page as Markdown</a></footer>`
    const content = `<article>${html}</article>${footer}`
    return layOut({ title: `${title} · Prospects API`, address, kind: 'guide', content, navigation, headings })
  }

  const referenceMarkdown = toMarkdown(reference)
  const files = {
    'llms.txt': listOf(guides),
    'llms-full.txt': [...pages.map(({ markdown }) => markdown), referenceMarkdown].join('\n\n'),
    'docs/index.md': listOf(guides),
    'docs/reference.md': referenceMarkdown,
    'docs/changelog.md': changelog.markdown,
    ...Object.fromEntries(pages.map(({ name, markdown }) => [`docs/${name}.md`, markdown])),
    'docs/index.html': homePage(guides, render, navigation),
    'docs/changelog.html': renderPage(changelog),
    'docs/reference.html': referencePage(reference, render, index),
    ...Object.fromEntries(
      pages.map((page, i) => [
        `docs/${page.name}.html`,
        renderPage(page, { previous: pages[i - 1], next: pages[i + 1] }),
      ]),
    ),
  }
  return { ...files, 'docs/search.json': JSON.stringify(index) }
}

function formNamed(forms, id) {
  if (!forms[id]) throw new Error(`A guide has a form for ${id}, which is no operation.`)
  return forms[id]
}

/** The list of all pages, in the form of llms.txt. */
function listOf(guides) {
  const lines = guides.map(([title, list]) => {
    const links = list.map(({ name, title: label, question }) => `- [${label}](/docs/${name}.md): ${question}`)
    return `## ${title}\n\n${links.join('\n')}`
  })
  const rest = `## Reference

- [OpenAPI document](/openapi.json): every call, field, response and error
- [Reference](/docs/reference.md): the same to read
- [Everything in one file](/llms-full.txt): all guides and the reference
- [Changelog](/docs/changelog.md): what is new`
  return `# Prospects API\n\n> ${SUMMARY}\n\n${lines.join('\n\n')}\n\n${rest}\n`
}

function homePage(guides, render, navigation) {
  const cards = guides.map(([title, list]) => {
    const links = list.map(
      ({ name, title: label, question }) =>
        `<li><a href="/docs/${name}"><strong>${escapeHtml(label)}</strong><span>${escapeHtml(question)}</span></a></li>`,
    )
    return `<h2>${title}</h2><ul class="cards">${links.join('')}</ul>`
  })
  const example = render(`\`\`\`sh
curl "http://localhost:8787/v1/prospects?label=Hot&limit=5" \\
  -H "Authorization: Bearer $KEY"
\`\`\``)
  const content = `<div class="hero"><h1>Prospects API</h1>
${render(SUMMARY)}
<p class="actions"><a class="action" href="/docs/quickstart">Quickstart</a><a class="action" href="/docs/reference">Reference</a></p>
${example}</div>
${cards.join('\n')}
<p class="programs">For programs: <a href="/openapi.json">the OpenAPI document</a>, <a href="/llms.txt">llms.txt</a> and <a href="/llms-full.txt">llms-full.txt</a>.</p>`
  return layOut({ title: 'Prospects API', address: '/docs', kind: 'home', content, navigation })
}

/** The reference as one page. Adds its entries to the index of the search. */
function referencePage(reference, render, index) {
  const address = '/docs/reference'
  const sections = reference.map(({ title, text, entries }) => {
    index.push([`${address}#${title}`, 'Reference', title, ''])
    const shown = entries.map((entry) => {
      const { id, method, path, text: body, sample, form } = entry
      const route = method ? `${method.toUpperCase()} ${path}` : ''
      index.push([`${address}#${id}`, route || 'Reference', entry.title, searchTextOf(body)])
      const rest = method ? body.slice(body.indexOf('\n')) : body
      const line =
        method && `<p class="route"><span class="${method}">${method.toUpperCase()}</span> <code>${path}</code></p>`
      return `<section class="entry"><div>${headingOf(3, id, escapeHtml(entry.title))}${line ?? ''}${render(rest)}</div>
<div class="sample">${form}${render(sample)}</div></section>`
    })
    return `<section class="group">${headingOf(2, title, escapeHtml(title))}${render(text)}</section>${shown.join('\n')}`
  })
  const navigation = reference.map(({ title, entries }) => [
    title,
    entries.length > 0
      ? entries.map(({ id, title: label }) => [`#${id}`, escapeHtml(label)])
      : [[`#${title}`, escapeHtml(title)]],
  ])
  const content = `<h1>Reference</h1>\n${sections.join('\n')}`
  return layOut({ title: 'Reference · Prospects API', address, kind: 'reference', content, navigation })
}

/** The first paragraphs of an entry and the names of its fields. */
const searchTextOf = (markdown) => {
  const [intro = ''] = markdown.split(/^(?:####|- `)/m)
  const names = [...markdown.matchAll(/^ *- `(\w[\w-]*)`/gm)].map(([, name]) => name)
  return [intro.replace(/[`*[\]]/g, ''), ...new Set(names)].join(' ').replace(/\s+/g, ' ').trim()
}

const toMarkdown = (reference) => {
  const sections = reference.map(({ title, text, entries }) => {
    const shown = entries.map((entry) => [`### ${entry.title}`, entry.text, entry.sample].filter(Boolean).join('\n\n'))
    return [`## ${title}`, text, ...shown].join('\n\n')
  })
  return `# Reference\n\n${sections.join('\n\n')}\n`.replaceAll('*<br>', '*: ').replaceAll('<br>', ' ')
}
