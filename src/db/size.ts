import type { Database } from './client'

/** Bytes at which a database is nearly full: D1 stops at 10 GB. */
const NEARLY_FULL = 9e9

/** How many bytes a database holds. One round trip. */
const sizeOf = async ({ d1 }: Database): Promise<number> => (await d1.prepare('SELECT 1').all()).meta.size_after

/**
 * Returns the database that holds the fewest bytes, for a new account. Databases that cannot be reached come last. One
 * round trip to each, at the same time; none if there is only one database.
 */
export async function emptiest(all: Database[]): Promise<Database> {
  const unreachable = Number.POSITIVE_INFINITY
  const sizes = all.length > 1 ? await Promise.all(all.map((db) => sizeOf(db).catch(() => unreachable))) : [0]
  return all[sizes.indexOf(Math.min(...sizes))] as Database
}

/** Logs an alarm if a database is nearly full. An account never moves to another database, so its data has to shrink. */
export async function watchSize(db: Database): Promise<void> {
  const size = await sizeOf(db)
  if (size > NEARLY_FULL)
    console.error(JSON.stringify({ level: 'error', alarm: 'database nearly full', database: db.number, size }))
}
