// Wrangler runs this before it serves or deploys (wrangler.toml). It copies the static files into dist/assets: the OpenAPI
// document, the reference page and the guides. It also generates pdf.js. A file that has not changed is not written again,
// because a running service may be serving it. Files that are no longer listed are removed.
import '../packages/resume-parser/scripts/pdfjs.mjs'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const guides = join(root, 'docs/api')
const FILES = {
  'openapi.json': join(root, 'public/openapi.json'),
  'llms.txt': join(root, 'public/llms.txt'),
  'docs/index.html': join(root, 'public/docs/index.html'),
  'docs/docs.js': join(root, 'public/docs/docs.js'),
  'docs/docs.css': join(root, 'public/docs/docs.css'),
  'docs/swagger-ui.css': join(swagger, 'swagger-ui.css'),
  'docs/swagger-ui-bundle.js': join(swagger, 'swagger-ui-bundle.js'),
  ...Object.fromEntries(readdirSync(guides).map((name) => [`docs/${name}`, join(guides, name)])),
}

const assets = join(root, 'dist/assets')
mkdirSync(join(assets, 'docs'), { recursive: true })
for (const name of readdirSync(assets, { recursive: true }))
  if (!(name in FILES) && statSync(join(assets, name)).isFile()) rmSync(join(assets, name))
for (const [name, source] of Object.entries(FILES)) {
  const target = join(assets, name)
  if (!existsSync(target) || !readFileSync(source).equals(readFileSync(target))) copyFileSync(source, target)
}
