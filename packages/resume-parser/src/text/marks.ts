/** A part of a line that begins at a column. */
interface Part {
  text: string
  index: number
  bold: boolean
}

/** A heading between or before ornaments: `== Skills ==`, `[ Skills ]`, `SKILLS ------`, `### Skills`. */
const HEADING = [
  /^\s*(?:[-=*~#:_+<>|–—•·]{2,40}|\[)\s?(\p{L}[^[\]]{2,50}?):?\s?(?:[-=*~#:_+<>|–—•·]{2,80}|\])\s*$/u,
  /^\s*(?:[=*~#]{2,40}|[-–—]{3,40})\s?(\p{L}[\p{L} &/’']{2,40}):?\s*$/u,
  /^\s*(\p{L}[\p{L} &/’']{2,40}):?\s*[-=*~_–—]{3,80}\s*$/u,
]
/** Bold or italic text in plain-text marks: `*Agent*`, `**Agent**`, `__Agent__`, `_Agent_`. */
const STRESSED = /(?<![\p{L}\p{N}*_])(\*{1,3}|_{1,2})(?=[^\s*_])([^*_\n]{1,100})(?<=\S)\1(?![\p{L}\p{N}*_])/gu

/** Splits a line into parts of one look, without the marks of headings and bold text. */
export function* partsOf(line: string): Generator<Part> {
  for (const heading of HEADING) {
    const text = heading.exec(line)?.[1]
    if (text && !/^\p{P}*$/u.test(text))
      return yield { text: text.replace(STRESSED, '$2'), index: line.search(/\S/), bold: true }
  }
  let [from, removed] = [0, 0]
  for (const { 0: whole, 2: inner = '', index } of line.matchAll(STRESSED)) {
    if (index > from) yield { text: line.slice(from, index), index: from - removed, bold: false }
    yield { text: inner, index: index - removed, bold: true }
    from = index + whole.length
    removed += whole.length - inner.length
    // text in a separate column keeps its position
    if (/^ {3}/.test(line.slice(from, from + 3))) removed = 0
  }
  if (from < line.length) yield { text: line.slice(from), index: from - removed, bold: false }
}
