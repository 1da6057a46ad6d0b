import { periodsOf } from './dates'
import type { Cell, PageLine } from './page-lines'

/** How close the text of a cell comes to the next column, in points. */
const PADDING = 14
/** The limits of a table's line. */
const MAX = { cells: 20, letters: 1000 }

/**
 * Joins the lines over which the cells of a table were broken. A line continues the line above if three things are
 * true: each of its texts is below a text of that line; it is closer than the lines of the table are to each other, or
 * has nothing in the first column; and each of its first words would not have fitted above, before the next column.
 */
export function joinCells(lines: PageLine[]): PageLine[] {
  const right = lines.reduce((end, line) => Math.max(end, line.cells.at(-1)?.end ?? 0), 0)
  const pitch = lines.reduce((most, line, i) => {
    const [above, size] = [lines[i - 1], line.cells[0]?.size ?? 0]
    const gap = line.y - (above?.y ?? line.y)
    return line.cells.length > 1 && (above?.cells.length ?? 0) > 1 && gap < 3 * size ? Math.max(most, gap) : most
  }, 0)
  const seconds = new Map<number, number>()
  const key = (cell: Cell | undefined) => Math.round((cell?.x ?? 0) / 4)
  for (const { cells } of lines) seconds.set(key(cells[1]), (seconds.get(key(cells[1])) ?? 0) + 1)
  const out: PageLine[] = []
  /** The last line of each cell in the current line of the table. */
  let tails: Cell[] = []
  for (const line of lines) {
    const last = out.at(-1)
    const columns = line.cells
      .slice(0, MAX.cells)
      .map((cell) => tails.findIndex((tail) => Math.abs(tail.x - cell.x) < 4))
    const isTable =
      (seconds.get(key(tails[1])) ?? 0) > 2 && (tails.length > 2 || (tails.length === 2 && line.cells.length === 2))
    const continuesLine =
      last &&
      isTable &&
      last.cells.length <= MAX.cells &&
      last.cells.every((cell) => cell.text.length < MAX.letters) &&
      line.cells.length <= tails.length &&
      (line.y - last.y - (last.height ?? 0) < 0.85 * pitch || (tails.length > 2 && (columns[0] ?? 0) > 0)) &&
      !(isDated(last) && isDated(line)) &&
      line.cells.every((cell, i) => isRest(cell, tails[columns[i] ?? -1], tails[(columns[i] ?? -1) + 1]?.x ?? right))
    if (last && continuesLine) {
      const cells = last.cells.map((cell, i) => {
        const rest = line.cells[columns.indexOf(i)]
        return rest ? { ...cell, text: `${cell.text} ${rest.text}`, end: Math.max(cell.end, rest.end) } : cell
      })
      out[out.length - 1] = { ...last, cells, height: line.y - last.y }
      tails = tails.map((tail, i) => line.cells[columns.indexOf(i)] ?? tail)
    } else {
      out.push(line)
      tails = line.cells.slice(0, MAX.cells)
    }
  }
  return out
}

const isDated = ({ cells }: PageLine) =>
  cells.slice(0, MAX.cells).some(({ text }) => periodsOf(text).some((period) => !period.isSingle && !period.isOpen))

/** Whether a text continues the text above, whose line had no space for the next word. */
function isRest(cell: Cell, above: Cell | undefined, edge: number): boolean {
  if (!above || Math.abs(above.size - cell.size) > 0.3 || above.text.length > 300 || /^[•●▪*·–—-] /.test(cell.text))
    return false
  const [word = ''] = cell.text.split(' ', 1)
  return above.end + ((cell.end - cell.x) * (word.length + 1)) / Math.max(1, cell.text.length) > edge - PADDING
}
