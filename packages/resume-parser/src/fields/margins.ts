import type { Row } from './rows'

/** As a field of Word's is read, whose numbers nobody counts. */
const PAGE_FIELD = /^page ?\d{0,3} of ?\d{0,3}$/i
const PAGE_NUMBER = /^(?:page|p\.|pg\.?)? ?\d{1,3}(?: ?(?:of|\/) ?\d{1,3})?$/i

/**
 * Whether a row is a header or a footer: one of the first or last two of a page that returns on another page (numbers
 * may differ), that is a page's number, or that says on a later page only what stands at the top of the first. The top
 * of the first page is none: that is where the name stands.
 */
export function isRunningLine(row: Row, page: number, pages: Row[][]): boolean {
  const rows = pages[page] ?? []
  if (edgesOf(rows).includes(row) && PAGE_FIELD.test(textOf(row))) return true
  if (pages.length < 2 || !(page === 0 ? rows.slice(4).slice(-2) : edgesOf(rows)).includes(row)) return false
  const text = maskOf(row)
  if (PAGE_NUMBER.test(textOf(row))) return true
  if (text.length < 3) return false
  const near = pages.slice(Math.max(0, page - 2), page + 3).filter((other) => other !== rows)
  const returns = near.some((other) => edgesOf(other).some((edge) => maskOf(edge) === text))
  if (page === 0) return returns
  const top = (pages[0] ?? []).slice(0, 4).map(maskOf)
  const named = wordsOf(text).filter((word) => word !== 'page' && word !== 'of' && word !== 'continued')
  if (named.length > 0 && top.some((line) => named.every((word) => wordsOf(line).includes(word)))) return true
  return returns
}

const edgesOf = (rows: Row[]) => [...rows.slice(0, 2), ...rows.slice(-2)]
const textOf = (row: Row) =>
  row.cells
    .map((cell) => cell.text)
    .join(' ')
    .slice(0, 200)
const maskOf = (row: Row) => textOf(row).replaceAll(/\d+/g, '#').toLowerCase()
const wordsOf = (text: string): string[] => text.match(/[\p{L}@.]{2,}/gu) ?? []
