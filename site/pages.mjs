// The guides of docs/api in the order of the navigation, and the changelog.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

const SECTIONS = {
  Start: ['quickstart', 'recipes', 'conventions', 'authentication'],
  Prospects: ['finding', 'writing', 'resumes', 'importing', 'exporting', 'catalog', 'fields'],
  Changes: ['webhooks', 'events'],
  Reliability: ['errors', 'idempotency', 'limits', 'reading-your-own-writes'],
  Tools: ['calls', 'typescript'],
}

/** @typedef {{ name: string, title: string, question: string, markdown: string }} Page */

/** @returns {Page} A page from its Markdown: the title is its heading, the question is the first line in italics. */
function readPage(name, file) {
  const markdown = readFileSync(join(root, file), 'utf8')
  const [, title] = /^# (.+)$/m.exec(markdown)
  const [, question = ''] = /^\*([^*]+)\*$/m.exec(markdown) ?? []
  return { name, title, question, markdown }
}

/** @returns {[string, Page[]][]} The sections of the navigation. Throws unless they list each file of docs/api once. */
export function readGuides() {
  const listed = Object.values(SECTIONS).flat().sort()
  const files = readdirSync(join(root, 'docs/api')).map((file) => file.replace('.md', ''))
  if (String(listed) !== String(files.sort())) throw new Error('site/pages.mjs does not list the files of docs/api.')
  return Object.entries(SECTIONS).map(([title, names]) => [
    title,
    names.map((name) => readPage(name, `docs/api/${name}.md`)),
  ])
}

/** @returns {Page} The changelog. */
export const readChangelog = () => ({ ...readPage('changelog', 'CHANGELOG.md'), question: 'What is new?' })
