/** The guides of docs/api, in Markdown, by file name without `.md`. */
export type Guides = Record<string, string>

/** Makes links to other guides (`errors.md`) point to where the service serves them (`/docs/errors.md`). */
const withServedLinks = (markdown: string) => markdown.replaceAll(/\]\((\w[\w-]*\.md)/g, '](/docs/$1')

function guideNamed(guides: Guides, name: string): string {
  const guide = guides[name]
  if (guide === undefined) throw new Error(`There is no guide docs/api/${name}.md`)
  return guide
}

/** A whole guide, with headings one level lower. */
export const quoteGuide = (guides: Guides, name: string): string =>
  withServedLinks(guideNamed(guides, name).replaceAll(/^#/gm, '##'))

/** A link to a guide, with its title, and the question that it answers. */
export function introduceGuide(guides: Guides, name: string): string {
  const [, title, question] = /^# (.+)\n+\*(.+)\*\n/.exec(guideNamed(guides, name)) ?? []
  if (!title || !question) throw new Error(`docs/api/${name}.md does not begin with a title and a question`)
  return `[${title}](/docs/${name}.md): ${question}`
}

/** A section of a guide, named `<file>#<heading>`, without its examples. */
export function quoteSection(guides: Guides, reference: string): string {
  const [name = '', heading = ''] = reference.split('#')
  const sections = guideNamed(guides, name).split(/^## /m)
  const section = sections.find((text) => text.startsWith(`${heading}\n`))
  if (!section) throw new Error(`docs/api/${name}.md has no section "${heading}"`)
  const text = section.slice(heading.length).replaceAll(/^```.*?^```\n/gms, '')
  return `**${heading}**\n\n${withServedLinks(text.replaceAll(/\n{3,}/g, '\n\n').trim())}`
}
