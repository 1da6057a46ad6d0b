import type { Found } from '../src/fields/parsed'
import { readResume } from '../src/fields/read'
import type { DocumentText, Span } from '../src/text/span'

/**
 * A page as it is written: `text @18b x200` is in 18 points, bold, from 200 points on; `|>` sets a cell at the right
 * margin, an empty line a gap. Each further page begins with `---`.
 */
export function page(lines: string[]): DocumentText {
  const spans: Span[] = []
  let [number, y] = [1, 40]
  for (const line of lines) {
    if (line === '---') {
      number++
      y = 40
      continue
    }
    const [, written = '', size, bold, at] = /^(.*?)(?: @(\d+)(b?))?(?: x(\d+))?$/.exec(line) ?? []
    const points = Number(size ?? 10)
    y += line === '' ? 10 : points * 1.3
    const [left = '', right] = written.split(' |> ')
    const add = (text: string, x: number) =>
      spans.push({ page: number, text, x, y, width: text.length * points * 0.5, size: points, bold: bold === 'b' })
    if (left.trim()) add(left, Number(at ?? 50))
    if (right) add(right, 560 - right.length * points * 0.5)
  }
  return { spans, pages: number, isCut: false }
}

/** Two columns beside each other, the left from 40 points on, the right from 240. */
export function columns(left: string[], right: string[]): DocumentText {
  const [a, b] = [page(left.map((line) => `${line} x40`)), page(right.map((line) => `${line} x240`))]
  return { spans: [...a.spans, ...b.spans], pages: 1, isCut: false }
}

/**
 * Rows of cells, with ` | ` between them, that begin at these points from the left; `*` before a cell makes it bold, an empty row is
 * a gap. They stand below the top of the page.
 */
export function grid(rows: string[], at: number[], above: string[] = TOP): DocumentText {
  const { spans, ...rest } = page(above)
  let y = 100
  for (const row of rows) {
    y += row === '' ? 8 : 13
    for (const [i, cell] of row.split(' | ').entries()) {
      const text = cell.trim().replace(/^\*/, '')
      if (text)
        spans.push({ page: 1, text, x: at[i] ?? 50, y, width: text.length * 5, size: 10, bold: text !== cell.trim() })
    }
  }
  return { spans, ...rest }
}

export const read = (lines: string[], country = 'US') => readResume(page(lines), country)
export const told = (found: Found | null) => found && `${found.value} ${found.certainty}`
export const TOP = ['Jane Doe @20b', 'Austin, TX 78701 | (512) 555-0142 | jane.doe@gmail.com']
