import type { Line } from './layout'

/** How most text of a document looks. Text that looks different is emphasised. */
export interface Body {
  size: number
  isBold: boolean
  isCaps: boolean
}

export function bodyOf(lines: Line[]): Body {
  const sizes = new Map<number, number>()
  let [bold, caps, all] = [0, 0, 1]
  for (const { text, size, bold: isBold } of lines.flatMap((line) => line.cells)) {
    const rounded = Math.round(size * 2) / 2
    sizes.set(rounded, (sizes.get(rounded) ?? 0) + text.length)
    all += text.length
    bold += isBold ? text.length : 0
    caps += isCaps(text) ? text.length : 0
  }
  const [size] = [...sizes].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [10, 0])
  return { size, isBold: bold > all / 2, isCaps: caps > all / 2 }
}

/** Whether a text has no lower-case letters and at least `least` capitals. */
export const isCaps = (text: string, least = 2): boolean =>
  !/\p{Ll}/u.test(text) && (text.match(/\p{Lu}/gu)?.length ?? 0) >= least

/**
 * Whether a text is bold, in capitals or larger than most text. Capitals do not count for short texts such as `MDRT`.
 */
export const isEmphasised = (look: { text: string; bold: boolean; size: number }, body: Body, leastCaps = 2): boolean =>
  (look.bold && !body.isBold) || (isCaps(look.text, leastCaps) && !body.isCaps) || look.size > body.size * 1.08
