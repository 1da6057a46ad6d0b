import { expect, test } from 'vitest'
import delivery from '../../docs/design/delivery.md?raw'
import guarantees from '../../docs/guarantees.md?raw'
import security from '../../SECURITY.md?raw'

/** Every test file, as the documents name it: `prospects/create`, `resume-parser/pdf`. */
const files = Object.keys(import.meta.glob(['../**/*.test.ts', '../../packages/*/test/*.test.ts'])).map((path) =>
  path
    .replace(/^(\.\.\/)+(packages\/)?/, '')
    .replace(/^([\w-]+)\/test\//, '$1/')
    .replace(/^\.\//, 'guarantees/')
    .replace('.test.ts', ''),
)

test.each([
  ['docs/guarantees.md', guarantees, 60],
  ['docs/design/delivery.md', delivery, 10],
  ['SECURITY.md', security, 18],
])('the tests that %s names are there', (_name, text, most) => {
  const tables = text.split('\n\n').filter((block) => /^\|.*\| test \|$/m.test(block))
  const last = tables.flatMap((table) => table.split('\n').map((line) => line.split('|').at(-2) ?? ''))
  const named = last.flatMap((cell) => [...cell.matchAll(/`([a-z0-9/-]+)`/g)].map(([, name]) => name))
  expect(named.length).toBeGreaterThan(most)
  expect(named.filter((name) => !files.includes(name as string))).toEqual([])
})
