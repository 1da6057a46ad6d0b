// `npm run openapi`: writes the document of the API, public/openapi.json, from what the routes say, src/openapi and
// two guides of docs/api.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

process.chdir(join(import.meta.dirname, '..'))

const folder = mkdtempSync(join(tmpdir(), 'openapi-'))
try {
  const outfile = join(folder, 'document.mjs')
  const source = { entryPoints: ['src/openapi/document.ts'], bundle: true, platform: 'neutral' }
  await build({ ...source, outfile, format: 'esm', mainFields: ['browser', 'module', 'main'] })
  const { createApiDocument } = await import(outfile)
  const guides = ['conventions', 'errors'].map((name) => readFileSync(`docs/api/${name}.md`, 'utf8'))
  const document = createApiDocument(guides)
  writeFileSync('public/openapi.json', `${JSON.stringify(document, null, 1)}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
