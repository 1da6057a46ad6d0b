/** What keeps a database busy for a millisecond: so many rows read, rows written, characters returned. */
const READ = 1000
const WRITTEN = 50
const RETURNED = 50_000
/** What a trip takes whatever it does, ms. */
const TRIP = 0.25

/** What a statement has done, of D1's results. */
export type Done = Pick<D1Result, 'results'> & { meta: Pick<D1Meta, 'rows_read' | 'rows_written' | 'duration'> }

/**
 * How long a trip of these statements keeps its database busy, ms. It is reckoned from rows and from what they return,
 * which say the same wherever they run and whatever others do meanwhile; where D1's own time is more, it is that.
 */
export function priceOf(statements: Done[]): number {
  const price = ({ results, meta }: Done) =>
    Math.max(meta.rows_read / READ + meta.rows_written / WRITTEN + lengthOf(results) / RETURNED, meta.duration)
  return statements.reduce((sum, statement) => sum + price(statement), TRIP)
}

function lengthOf(rows: unknown[]): number {
  let length = 0
  for (const row of rows)
    for (const value of Object.values(row as object)) if (typeof value === 'string') length += value.length
  return length
}
