/** How many rows read, rows written and characters returned keep a database busy for 1 ms. */
const READ = 1000
const WRITTEN = 50
const RETURNED = 50_000
/** How long every round trip takes, whatever its statements do, ms. */
const ROUND_TRIP = 0.25

/** The part of a statement's result, as D1 returns it, that decides its price. */
export type StatementResult = Pick<D1Result, 'results'> & {
  meta: Pick<D1Meta, 'rows_read' | 'rows_written' | 'duration'>
}

/**
 * How long a round trip with these statements keeps its database busy, ms. The price depends on the rows and characters,
 * which are the same on every machine and under every load. If D1 reports a longer time for a statement, that time counts.
 */
export function priceOf(statements: StatementResult[]): number {
  const price = ({ results, meta }: StatementResult) =>
    Math.max(meta.rows_read / READ + meta.rows_written / WRITTEN + lengthOf(results) / RETURNED, meta.duration)
  return statements.reduce((sum, statement) => sum + price(statement), ROUND_TRIP)
}

function lengthOf(rows: unknown[]): number {
  let length = 0
  for (const row of rows)
    for (const value of Object.values(row as object)) if (typeof value === 'string') length += value.length
  return length
}
