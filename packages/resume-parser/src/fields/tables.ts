import { periodsOf } from './dates'
import type { Cell, Row } from './rows'

/** How close to the next column the text of a cell comes, in points. */
const PADDING = 14
/** What a row of a table has at most. */
const MAX = { cells: 20, letters: 1000 }

/**
 * Puts together what the cells of a table broke over several lines. A line goes on in the one above if each of its texts
 * stands below one of that, closer than rows stand to each other or with nothing in the first column, and would not have found room behind it before the
 * next column.
 */
export function joinCells(rows: Row[]): Row[] {
  const right = rows.reduce((end, row) => Math.max(end, row.cells.at(-1)?.end ?? 0), 0)
  const pitch = rows.reduce((most, row, i) => {
    const [above, size] = [rows[i - 1], row.cells[0]?.size ?? 0]
    const gap = row.y - (above?.y ?? row.y)
    return row.cells.length > 1 && (above?.cells.length ?? 0) > 1 && gap < 3 * size ? Math.max(most, gap) : most
  }, 0)
  const seconds = new Map<number, number>()
  const key = (cell: Cell | undefined) => Math.round((cell?.x ?? 0) / 4)
  for (const { cells } of rows) seconds.set(key(cells[1]), (seconds.get(key(cells[1])) ?? 0) + 1)
  const out: Row[] = []
  /** The last line of each cell of the last row. */
  let tails: Cell[] = []
  for (const row of rows) {
    const last = out.at(-1)
    const columns = row.cells
      .slice(0, MAX.cells)
      .map((cell) => tails.findIndex((tail) => Math.abs(tail.x - cell.x) < 4))
    const isTable =
      (seconds.get(key(tails[1])) ?? 0) > 2 && (tails.length > 2 || (tails.length === 2 && row.cells.length === 2))
    const goesOn =
      last &&
      isTable &&
      last.cells.length <= MAX.cells &&
      last.cells.every((cell) => cell.text.length < MAX.letters) &&
      row.cells.length <= tails.length &&
      (row.y - last.y - (last.height ?? 0) < 0.85 * pitch || (tails.length > 2 && (columns[0] ?? 0) > 0)) &&
      !(isDated(last) && isDated(row)) &&
      row.cells.every((cell, i) => isRest(cell, tails[columns[i] ?? -1], tails[(columns[i] ?? -1) + 1]?.x ?? right))
    if (last && goesOn) {
      const cells = last.cells.map((cell, i) => {
        const rest = row.cells[columns.indexOf(i)]
        return rest ? { ...cell, text: `${cell.text} ${rest.text}`, end: Math.max(cell.end, rest.end) } : cell
      })
      out[out.length - 1] = { ...last, cells, height: row.y - last.y }
      tails = tails.map((tail, i) => row.cells[columns.indexOf(i)] ?? tail)
    } else {
      out.push(row)
      tails = row.cells.slice(0, MAX.cells)
    }
  }
  return out
}

const isDated = ({ cells }: Row) =>
  cells.slice(0, MAX.cells).some(({ text }) => periodsOf(text).some((period) => !period.isSingle && !period.isOpen))

/** Whether a text is the rest of another, whose line ended where its next word had no room. */
function isRest(cell: Cell, above: Cell | undefined, edge: number): boolean {
  if (!above || Math.abs(above.size - cell.size) > 0.3 || above.text.length > 300 || /^[•●▪*·–—-] /.test(cell.text))
    return false
  const [word = ''] = cell.text.split(' ', 1)
  return above.end + ((cell.end - cell.x) * (word.length + 1)) / Math.max(1, cell.text.length) > edge - PADDING
}
