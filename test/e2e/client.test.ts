import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { cleanUp, newFolder, startService, until } from './service'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
/** Below the project's own folder, so that the client's package is found. */
const folder = mkdtempSync(join(root, 'dist/client-'))

afterAll(async () => {
  rmSync(folder, { recursive: true })
  await cleanUp()
})

test('the client’s types are those of the document: `npm run openapi` was run', async () => {
  await run('npm', ['run', 'generate', '-w', 'client', '--', '--check'], { cwd: root })
})

test('the README’s lines compile, and do what they say against the running service', async () => {
  const [, code = ''] =
    /## From TypeScript.*?```ts\n(.*?)```/s.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
  writeFileSync(join(folder, 'people.ts'), code)
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions: { types: ['node'] }, include: ['people.ts'] }),
  )
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder])

  const service = await startService(newFolder())
  const [, key] = await until('the demo key', () => /API key: (\S+)/.exec(service.output()), service.output)
  const people = async () => {
    const env = { ...process.env, PROSPECTS_URL: service.origin, PROSPECTS_KEY: key }
    return (await run(process.execPath, ['people.ts'], { cwd: folder, env })).stdout
  }
  const first = await people()
  expect(first).toMatch(/^created prs_\w+\n(.+\n)*Ann Lee\n/)
  expect(await people()).toBe(first) // under the same Idempotency-Key
})
