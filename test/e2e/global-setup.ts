import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { bundle } from '../../bench/worker'
import type { Serve } from './serve'
import { cleanUp, newFolder, spawnService, until } from './service'

declare module 'vitest' {
  interface ProvidedContext {
    /** The state folder of an `npm run dev` that has migrated it: see `migratedFolder`. */
    migratedFolder: string
    /** The Worker, built once as it is deployed: see `startBuilt`. */
    built: Pick<Serve, 'options' | 'script'>
  }
}

/** Migrates one state folder and builds the Worker once, at the same time, so that no test has to. */
export default async function setup({ provide }: TestProject) {
  const [folder, dist, cache] = [newFolder(), newFolder(), newFolder()]
  // each start of wrangler takes a quarter less
  process.env.NODE_COMPILE_CACHE ??= cache
  const built = bundle(dist)
  const service = await spawnService(folder, ['--no-seed'])
  const memory = join(folder, 'dev.json')
  await until(
    'the migrations',
    () => existsSync(memory) && readFileSync(memory, 'utf8').includes('"migrated"'),
    service.output,
  )
  await service.kill()
  rmSync(`${folder}/registry`, { recursive: true, force: true })
  await built
  const { assets: _, ...options } = unstable_getMiniflareWorkerOptions('wrangler.toml').workerOptions
  provide('migratedFolder', folder)
  provide('built', { options, script: join(dist, 'index.js') })
  return cleanUp
}
