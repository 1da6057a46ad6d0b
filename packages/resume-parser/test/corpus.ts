/// <reference types="vite/types/importMeta.d.ts" />

const files = import.meta.glob<string>(['./files/**', '../corpus/seen/**'], { query: '?url&inline', import: 'default' })

/** Paths of files below this folder, from here: `./files/` or `../corpus/seen/`. */
export const filesIn = (folder: string): string[] => Object.keys(files).filter((path) => path.startsWith(folder))

/** The bytes of a file, by its path from here: tests run in workerd, which has no disk. */
export async function readFile(path: string): Promise<Uint8Array> {
  const load = files[path]
  if (!load) throw new Error(`There is no ${path}`)
  return (await fetch(await load())).bytes()
}
