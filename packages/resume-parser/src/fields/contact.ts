import { periodsOf } from './dates'
import type { SectionLine } from './sections'

/** A part of a line of the contact area, with its label. */
export interface Piece {
  text: string
  /** In lower case: `cell`, `email`, `dre`; '' if the part has no label. */
  label: string
  line: SectionLine
}

/** How many lines of a part can have contact data. Later lines only look like it. */
const MAX_LINES = 16
/** A name, alone or followed by a job title or credentials. */
const PERSON = /^\p{Lu}[\p{L}.'’-]{1,20}(?: \p{Lu}[\p{L}.'’-]{0,20}){1,3}(?:,.{0,120}| [–—-] .{0,120})?$/u
const SEPARATOR =
  /\t|\s*[|•●▪·∙⋅■◆♦❖~]\s*|\s+\*\s+|\s+(?:[–—]|\/{1,2})\s+|;\s+|(?<=@\S{1,80}|\d{4})\s+-{1,2}\s+(?=\S[^\t|]{1,40}, \p{L})|\s+-{1,2}\s+(?=\(?\d{3}|\S{1,60}@)|(?<=\d)\.\s+(?=[(+\d])|(?<=\d|\p{Ll}{4})\.\s+(?=\S{1,80}@)|(?<=\p{Ll}{4})\.\s+(?=\p{Lu})/u
/** Texts whose beginning and end are clear without a separator. */
const TELLING =
  /\s+(?=(?:Address|Phone|E-?mail|LinkedIn|Mobile|Cell|Tel|Fax|Website)\b\.?:? \S)|,?\s+(?=(?:https?:\/\/|www\.|linkedin\.com)\S|[^\s@|,]{1,64}@\S)|,\s+(?=\+?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}\b)|(?<=\b[A-Z]{2}|\d{5})\s+(?=\(\d{3}\))|(?<=\d)\s+(?=[CMTPHOWF][:.] ?[(+\d])/
/** Letters in parentheses as labels: `(o) 512-555-0142 (c) 512-555-0199`. */
const LETTERS = /\s+(?=\([a-z]\) ?[(+\d])/i
/** A label that stands alone, beside or above its value. */
const ALONE =
  /^(?:\p{L}[\p{L} -]{0,20}[.:]|(?:(?:home|cell|mobile|work|office|direct|e-?mail|web|mailing|current|permanent) ?)?(?:address|mobile|cell|phone|tel|telephone|e-?mail|web|website|linkedin|location|fax|home|office|portfolio|site|contact|dre|nmls|npn|licen[sc]e|text|number)(?: (?:address|phone|number|no))?)$/iu
const ICON = /^[^\p{L}\p{N}(+@]+/u
const LABEL =
  /^([\p{L}][\p{L}./ -]{0,24}?)(?:\s?[:#]\s*|(?<=^(?:tel|mob|ph|cell|fax|lic|no|off|res|em|add|addr)|phone|mail|number|address)\.\s+)(?=\S)/iu
/** Words that are labels even without a separator after them. */
const WORD =
  /^(address|mobile|cell|phone|tel|telephone|e-?mail|web|website|linkedin|location|fax|home|office|portfolio|site)\s+(?=\S)/i
/** One letter as a label, as on business cards: `m 512-555-0142`, `E jane@example.com`. */
const LETTER = /^\(?([CcMmTtPpHhEeOoWwFfDd])(?:[.)]{0,2} |: ?|\))(?=[(+\d]|\S+@)/

/**
 * The lines that have the owner's contact data: the first lines, before any heading; lines under a heading for contact;
 * headers and footers. Sentences are left out, and so are lines after the first dates of a job without a heading.
 */
export function contactArea(lines: SectionLine[]): SectionLine[] {
  const counts = new Map<number, number>()
  const firstJob = lines.find(
    (line) => line.section === 'top' && periodsOf(line.text).some(({ text }) => /\d.*[-–—]|\bto\b/.test(text)),
  )
  const area = lines.filter((line) => {
    if (line.section !== 'contact' && (line.section !== 'top' || line.page !== 1)) return false
    if (firstJob && line.section === 'top' && line.line >= firstJob.line) return false
    const count = (counts.get(line.part) ?? 0) + 1
    counts.set(line.part, count)
    return count <= MAX_LINES && line.text.length < 200 && !isSentence(line.text)
  })
  return [...Map.groupBy(area, (line) => line.part).values()].flatMap(withoutOthers)
}

/** The lines of a part up to where another person's data begin: a name between two addresses. */
function withoutOthers(part: SectionLine[]): SectionLine[] {
  const addresses = part.flatMap((line, i) => (/\S@\S/.test(line.text) ? [i] : []))
  const [first = 0] = addresses
  const other = part.findIndex((line, i) => i > first && i <= (addresses.at(-1) ?? 0) && PERSON.test(line.text))
  return addresses.length > 1 && other > 0 ? part.slice(0, other) : part
}

/** Whether a text is words without separators: a summary, which may have anyone's number. */
const isSentence = (text: string) => !/[\t|•●▪·∙■◆♦❖~]| [*/–—-] |: /.test(text) && text.split(' ').length > 13

/** Cuts lines into parts with their labels: `Cell: 512-555-0142 | jane@example.com` has two parts. */
export function piecesOf(lines: SectionLine[]): Piece[] {
  const pieces: Piece[] = []
  for (const line of lines) {
    const parts = line.text
      .split(SEPARATOR)
      .flatMap((part) => part.split(/^\([a-z]\) ?[(+\d]/i.test(part) ? LETTERS : TELLING))
    for (const part of parts.slice(0, 20)) {
      const text = part.replace(ICON, '').trim()
      if (!text) continue
      const label =
        LETTER.exec(text) ?? (/^(?:https?|www)\b/i.test(text) ? null : (LABEL.exec(text) ?? WORD.exec(text)))
      const before = pieces.at(-1)
      // a label alone, beside or above its value
      const above = before && ALONE.test(before.text) && before.line.page === line.page ? before.text : ''
      pieces.push({
        text: label ? text.slice(label[0].length) : text,
        label: (label?.[1] ?? above).toLowerCase().replace(/[:. ]+$/, ''),
        line,
      })
    }
  }
  return pieces
}

/** The source of a value on a line. */
export const at = (line: SectionLine, certainty: 'sure' | 'likely') => ({ page: line.page, line: line.line, certainty })
