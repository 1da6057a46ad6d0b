// Renders Markdown into HTML that needs no script and no inline style: the service's policy allows neither.
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import go from 'highlight.js/lib/languages/go'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import python from 'highlight.js/lib/languages/python'
import typescript from 'highlight.js/lib/languages/typescript'
import { Marked } from 'marked'

const LANGUAGES = { sh: bash, go, js: javascript, json, python, ts: typescript }
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language)

/** Escapes a text for HTML. */
export const escapeHtml = (text) =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char])

/** The anchor that GitHub gives a heading. */
export const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

/** A heading with a link to itself. */
export const headingOf = (depth, anchor, html) => {
  const link = depth > 1 ? ` <a class="anchor" href="#${anchor}" aria-label="Link to this section">#</a>` : ''
  return `<h${depth} id="${anchor}">${html}${link}</h${depth}>\n`
}

/** `/docs/finding#filters` for `finding.md#filters`, and for `/docs/finding.md#filters` of the OpenAPI document. */
const hrefOf = (href) => (/^(https?:|#)/.test(href) ? href : href.replace(/^(?:\/docs\/)?([\w-]+)\.md/, '/docs/$1'))

/**
 * Returns a function that renders Markdown. `operations` maps calls, such as `GET /v1/me`, to their addresses; where the text
 * names a call as code, it becomes a link.
 */
export function createRenderer(operations = new Map()) {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        const html = this.parser.parseInline(tokens)
        return depth > 3 ? `<h${depth}>${html}</h${depth}>\n` : headingOf(depth, anchorOf(text), html)
      },
      link({ href, tokens }) {
        const html = this.parser.parseInline(tokens).replace(/<\/?a\b[^>]*>/g, '')
        return `<a href="${escapeHtml(hrefOf(href))}">${html}</a>`
      },
      codespan({ text }) {
        const address = operations.get(text.replace(/\?.*/, ''))
        const code = `<code>${escapeHtml(text)}</code>`
        return address ? `<a href="${address}">${code}</a>` : code
      },
      code({ text, lang }) {
        const html = lang in LANGUAGES ? hljs.highlight(text, { language: lang }).value : escapeHtml(text)
        return `<div class="code"><pre tabindex="0"><code>${html}</code></pre></div>\n`
      },
      // on a phone each row is a block (docs.css): the roles keep it a row
      table({ header, rows }) {
        const cells = (row, tag, role) =>
          row.map(({ tokens }) => `<${tag} role="${role}">${this.parser.parseInline(tokens)}</${tag}>`).join('')
        const named = header.some(({ text }) => text)
        const head = named ? `<thead><tr role="row">${cells(header, 'th', 'columnheader')}</tr></thead>` : ''
        const body = rows.map((row) => `<tr role="row">${cells(row, 'td', 'cell')}</tr>`).join('\n')
        return `<table role="table">${head}<tbody role="rowgroup">\n${body}\n</tbody></table>\n`
      },
    },
  })
  return (markdown) => marked.parse(markdown)
}

/** The sections of a rendered page: each heading with its anchor and the text below it. */
export function sectionsOf(html) {
  const parts = html.split(/<h[1-3] id="([^"]*)">(.*?)<\/h[1-3]>/s)
  const sections = []
  for (let i = 1; i < parts.length; i += 3) {
    const [anchor, heading, text] = parts.slice(i, i + 3)
    sections.push({ anchor, heading: textOf(heading.replace(/<a class="anchor".*?<\/a>/, '')), text: textOf(text) })
  }
  return sections
}

const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#x27;': "'" }
const textOf = (html) =>
  html
    .replace(/<form[\s\S]*?<\/form>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#?\w+;/g, (entity) => ENTITIES[entity] ?? ' ')
    .replace(/\s+/g, ' ')
    .trim()
