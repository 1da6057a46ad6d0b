/// <reference types="vite/types/importMeta.d.ts" />

const files = import.meta.glob<string>('./fixtures/**', { query: '?url&inline', import: 'default' })

/** The bytes of a file in test/fixtures, by its path there: tests run in workerd, which has no disk. */
export async function readFixture(path: string): Promise<Uint8Array> {
  const load = files[`./fixtures/${path}`]
  if (!load) throw new Error(`There is no test/fixtures/${path}`)
  return (await fetch(await load())).bytes()
}

/** The paths in test/fixtures that begin so. */
export const fixtures = (prefix: string): string[] =>
  Object.keys(files)
    .map((path) => path.slice('./fixtures/'.length))
    .filter((path) => path.startsWith(prefix))
