/** A part of a line, from this column on. */
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
/** Bold or slanted text as it is typed: `*Agent*`, `**Agent**`, `__Agent__`, `_Agent_`. */
const STRESSED = /(?<![\p{L}\p{N}*_])(\*{1,3}|_{1,2})(?=[^\s*_])([^*_\n]{1,100})(?<=\S)\1(?![\p{L}\p{N}*_])/gu

/** The parts of a line that look alike, without the marks that make a heading or bold text of it. */
export function partsOf(line: string): Part[] {
  for (const heading of HEADING) {
    const text = heading.exec(line)?.[1]
    if (text && !/^\p{P}*$/u.test(text))
      return [{ text: text.replace(STRESSED, '$2'), index: line.search(/\S/), bold: true }]
  }
  const parts: Part[] = []
  let [from, removed] = [0, 0]
  const add = (text: string, index: number, bold: boolean) => {
    if (text) parts.push({ text, index, bold })
  }
  for (const { 0: whole, 2: inner = '', index } of line.matchAll(STRESSED)) {
    add(line.slice(from, index), from - removed, false)
    add(inner, index - removed, true)
    from = index + whole.length
    removed += whole.length - inner.length
    // what stands in a column of its own stays there
    if (/^ {3}/.test(line.slice(from, from + 3))) removed = 0
  }
  add(line.slice(from), from - removed, false)
  return parts
}
