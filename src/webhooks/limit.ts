/** Runs what it is given, in order, as soon as there is room for it. */
export type Limit = <T>(run: () => Promise<T>) => Promise<T>

/** A limit of so many at a time. */
export function openLimit(most: number): Limit {
  let free = most
  const waiting: (() => void)[] = []
  return async (run) => {
    if (free > 0) free--
    else await new Promise<void>((go) => waiting.push(go))
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
