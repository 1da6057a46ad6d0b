import { vi } from 'vitest'

/** Repeats assertions until they hold, for as long as a slow machine may need: `vi.waitFor` alone gives up after a second. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 })
