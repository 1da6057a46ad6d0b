// The HTML around the content of each page.
import { escapeHtml } from './markdown.mjs'

const HEADER_LINKS = [
  ['/docs/quickstart', 'Guides'],
  ['/docs/reference', 'Reference'],
  ['/docs/changelog', 'Changelog'],
]

const link = ([href, label], current) =>
  `<a href="${href}"${href === current ? ' aria-current="page"' : ''}>${label}</a>`

/**
 * A whole page. `navigation` is a list of sections: a title, and links as `[address, label]`. `headings` are the links of "On
 * this page". `kind` names the layout in docs.css.
 */
export function layOut({ title, address, kind, content, navigation, headings = [] }) {
  const sections = navigation.map(
    ([name, links]) =>
      `<section><h2>${escapeHtml(name)}</h2><ul>${links.map((each) => `<li>${link(each, address)}</li>`).join('')}</ul></section>`,
  )
  const contents = headings.map(({ anchor, heading }) => `<li><a href="#${anchor}">${escapeHtml(heading)}</a></li>`)
  const header = HEADER_LINKS.map((each) => link(each, kind === 'guide' && each[1] === 'Guides' ? each[0] : address))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="alternate" type="text/markdown" href="${address === '/docs' ? '/docs/index' : address}.md">
<link rel="stylesheet" href="/docs/docs.css">
<script src="/docs/theme.js"></script>
<script src="/docs/docs.js" type="module"></script>
</head>
<body class="${kind}">
<a class="skip" href="#content">Skip to the content</a>
<header>
<button class="menu" aria-controls="navigation" aria-expanded="false" aria-label="Menu">☰</button>
<a class="brand" href="/docs">Prospects <span>API</span></a>
<nav aria-label="Site">${header.join('')}</nav>
<button class="search" aria-haspopup="dialog"><svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="5"/><path d="m11 11 4 4"/></svg><span>Search</span> <kbd>/</kbd></button>
<button class="theme" aria-label="Light or dark">◐</button>
</header>
<div class="columns">
<nav id="navigation" aria-label="Pages">${sections.join('\n')}</nav>
<main id="content">
${content}
</main>
${contents.length > 1 ? `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${contents.join('')}</ul></nav>` : ''}
</div>
<dialog class="search" aria-label="Search">
<input type="search" aria-label="Search the documentation" placeholder="Search the documentation" autocomplete="off" spellcheck="false">
<ul aria-label="Results"></ul>
<p role="status"></p>
</dialog>
</body>
</html>
`
}
