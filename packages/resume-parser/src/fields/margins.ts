import type { PageLine } from './page-lines'

/** A page field of Word. Its numbers may be missing in the file. */
const PAGE_FIELD = /^page ?\d{0,3} of ?\d{0,3}$/i
const PAGE_NUMBER = /^(?:page|p\.|pg\.?)? ?\d{1,3}(?: ?(?:of|\/) ?\d{1,3})?$/i

/**
 * Whether a line is a running header or footer. It must be one of the first or last two lines of a page, and one of
 * these: a line that appears on another page too (numbers may differ), a page number, or, on a later page, only words
 * from the top of the first page. The top of the first page never counts, because the name stands there.
 */
export function isRunningLine(line: PageLine, page: number, pages: PageLine[][]): boolean {
  const lines = pages[page] ?? []
  if (edgesOf(lines).includes(line) && PAGE_FIELD.test(textOf(line))) return true
  if (pages.length < 2 || !(page === 0 ? lines.slice(4).slice(-2) : edgesOf(lines)).includes(line)) return false
  const text = maskOf(line)
  if (PAGE_NUMBER.test(textOf(line))) return true
  if (text.length < 3) return false
  const near = pages.slice(Math.max(0, page - 2), page + 3).filter((other) => other !== lines)
  const returns = near.some((other) => edgesOf(other).some((edge) => maskOf(edge) === text))
  if (page === 0) return returns
  const top = (pages[0] ?? []).slice(0, 4).map(maskOf)
  const named = wordsOf(text).filter((word) => word !== 'page' && word !== 'of' && word !== 'continued')
  if (named.length > 0 && top.some((mask) => named.every((word) => wordsOf(mask).includes(word)))) return true
  return returns
}

const edgesOf = (lines: PageLine[]) => [...lines.slice(0, 2), ...lines.slice(-2)]
const textOf = (line: PageLine) =>
  line.cells
    .map((cell) => cell.text)
    .join(' ')
    .slice(0, 200)
const maskOf = (line: PageLine) => textOf(line).replaceAll(/\d+/g, '#').toLowerCase()
const wordsOf = (text: string): string[] => text.match(/[\p{L}@.]{2,}/gu) ?? []
