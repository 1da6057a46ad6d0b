import type { ParsedValue } from '../src/fields/parsed'
import { readResume } from '../src/fields/read'
import type { DocumentText, Span } from '../src/text/span'

/**
 * A page from lines: `text @18b x200` is in 18 points, bold, at 200 points from the left. `|>` puts a cell at the right
 * margin, an empty line is a gap, and `---` begins the next page.
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

/** Two columns side by side, at 40 and 240 points from the left. */
export function columns(left: string[], right: string[]): DocumentText {
  const [a, b] = [page(left.map((line) => `${line} x40`)), page(right.map((line) => `${line} x240`))]
  return { spans: [...a.spans, ...b.spans], pages: 1, isCut: false }
}

/**
 * Rows of cells, separated by ` | `, at these points from the left, below the lines of `above`. `*` before a cell makes
 * it bold; an empty row is a gap.
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
export const withCertainty = (found: ParsedValue | null) => found && `${found.value} ${found.certainty}`
export const TOP = ['Jane Doe @20b', 'Austin, TX 78701 | (512) 555-0142 | jane.doe@gmail.com']
