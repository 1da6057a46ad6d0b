import { rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { cleanUp, newFolder, startService } from './service'

declare module 'vitest' {
  interface ProvidedContext {
    /** The state folder of a service that has started once and stopped: see `migratedFolder`. */
    migratedFolder: string
  }
}

/** Starts a service once, so that the tests need not migrate a database each. */
export default async function setup({ provide }: TestProject) {
  const folder = newFolder()
  const service = await startService(folder, ['--no-seed'])
  await service.stop()
  rmSync(`${folder}/registry`, { recursive: true, force: true })
  provide('migratedFolder', folder)
  return cleanUp
}
