/// <reference types="vite/types/importMeta.d.ts" />

const files = import.meta.glob<string>(['./files/**', '../corpus/seen/**'], { query: '?url&inline', import: 'default' })

/** The paths of the files in a folder, relative to this one: `./files/` or `../corpus/seen/`. */
export const filesIn = (folder: string): string[] => Object.keys(files).filter((path) => path.startsWith(folder))

/** The bytes of a file by its path. Tests run in workerd, which has no disk. */
export async function readFile(path: string): Promise<Uint8Array> {
  const load = files[path]
  if (!load) throw new Error(`There is no ${path}`)
  return (await fetch(await load())).bytes()
}
