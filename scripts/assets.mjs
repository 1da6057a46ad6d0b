// Wrangler runs this before it serves or deploys (wrangler.toml). It writes the static files into dist/assets: the OpenAPI
// document and the documentation site. It also generates pdf.js. A file that has not changed is not written again,
// because a running service may be serving it. Files that are no longer listed are removed.
import '../packages/resume-parser/scripts/pdfjs.mjs'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { renderSite } from '../site/render.mjs'

const root = join(import.meta.dirname, '..')
const read = (file) => readFileSync(join(root, file), 'utf8')
const openapi = read('public/openapi.json')
const files = {
  ...renderSite(JSON.parse(openapi)),
  'openapi.json': openapi,
  ...Object.fromEntries(['docs.css', 'docs.js', 'theme.js'].map((name) => [`docs/${name}`, read(`site/${name}`)])),
}

const assets = join(root, 'dist/assets')
mkdirSync(assets, { recursive: true })
for (const name of readdirSync(assets, { recursive: true }))
  if (!(name in files) && statSync(join(assets, name)).isFile()) rmSync(join(assets, name))
for (const [name, text] of Object.entries(files)) {
  const target = join(assets, name)
  mkdirSync(dirname(target), { recursive: true })
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text)
}
