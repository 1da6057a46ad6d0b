import { periodsOf } from './dates'
import { type Body, bodyOf, isCaps, isEmphasised } from './emphasis'
import { headingOf, isHeadingWords, NAMES_COLUMN, type Section } from './headings'
import type { Line } from './layout'
import type { Cell } from './page-lines'
import { companyScore, isDegree, isSchool, titleScore } from './vocabulary'

/** A line of the outline: a heading with the cells next to it, or the rest of a heading that was broken in two. */
export interface Heading {
  /** Undefined for a line that only continues the heading above, or that names the columns of a table. */
  section: Section | undefined
  rest: Cell[]
}

/**
 * Finds the headings among lines. Their words give the section, but they must also look like headings: bold, in
 * capitals, larger or underlined, as the other headings are. If no heading looks different, a short line set apart is
 * one. A line of unknown words is a heading if only headings look like it.
 */
export function outlineOf(lines: Line[]): (Heading | undefined)[] {
  const body = bodyOf(lines)
  const sides = sidesOf(lines)
  const looksIt = (line: Line) => looksLikeHeading(line, body) || sides.has(line)
  const strong = lines.filter((line) => !line.isRunning && sectionOf(line) && looksIt(line)).length
  // a document without capitals has none in its headings either
  const isLower = lines.filter((line) => /\p{Lu}/u.test(line.text)).length < 0.1 * lines.length
  const outline = lines.map((line, i): Heading | undefined => {
    if (line.isRunning) return undefined
    if (line.cells.length > 1 && line.cells.every((cell) => NAMES_COLUMN.test(cell.text)))
      return { section: undefined, rest: [] }
    const above = lines[i - 1]
    // `Studies`, broken off from `B.A. in Communication`
    if (above && line.gap < 1.6 && isDegree(above.text) && styleOf(above) === styleOf(line) && line.text === 'Studies')
      return undefined
    const section = sectionOf(line)
    const looks = looksIt(line) || (strong < 2 && isSetApart(line, isLower) && (strong === 0 || line.gap > 1.7))
    if (!section || !looks || (line.isBullet && !line.bold)) return undefined
    return { section, rest: line.cells.slice(1).filter((cell) => !NAMES_COLUMN.test(cell.text)) }
  })
  joinBroken(lines, outline, body)
  addUnknown(lines, outline, body)
  return outline
}

const firstOf = (line: Line): string => (line.cells.length > 1 ? (line.cells[0]?.text ?? '') : line.text)

/**
 * The section that a line's words name. Of several cells only the first counts, unless all cells together are a
 * heading.
 */
const sectionOf = (line: Line): Section | undefined =>
  line.cells.length > 6 ? undefined : (headingOf(line.text.replaceAll('\t', ' ')) ?? headingOf(firstOf(line)))

function looksLikeHeading(line: Line, body: Body): boolean {
  const [cell] = line.cells
  if (!cell) return false
  return isEmphasised(cell, body) || (line.cells.length === 1 && (line.isUnderlined || /[^:]:$/.test(line.text)))
}

/** The lines that begin with a heading in the left margin, beside its text, if several sections do so. */
function sidesOf(lines: Line[]): Set<Line> {
  const beside = lines.filter((line) => line.cells.length > 1 && headingOf(firstOf(line)))
  const columns = Map.groupBy(beside, (line) => `${line.block} ${Math.round((line.cells[1]?.x ?? 0) / 6)}`)
  const texts = new Map<number, number>()
  for (const column of columns.values()) {
    const [{ block, cells } = { block: -1, cells: [] }] = column
    if (cells[1] && new Set(column.map((line) => headingOf(firstOf(line)))).size >= 2) texts.set(block, cells[1].x)
  }
  const isSide = ({ block, cells: [first] }: Line) => (first?.end ?? 0) < (texts.get(block) ?? Number.NEGATIVE_INFINITY)
  return new Set(lines.filter((line) => isSide(line) && headingOf(firstOf(line))))
}

const isSetApart = (line: Line, isLower: boolean) =>
  line.cells.length === 1 &&
  !line.isBullet &&
  (isLower || /^\p{Lu}/u.test(line.text)) &&
  (line.gap > 1.7 || line.text.split(' ').length <= 2)

/** Joins a heading that a narrow column broke: `Professional` above `Experience`. */
function joinBroken(lines: Line[], outline: (Heading | undefined)[], body: Body): void {
  lines.forEach((line, i) => {
    const next = lines[i + 1]
    if (!next || next.block !== line.block || next.gap > 2 || next.isRunning || line.isRunning) return
    const [a, b] = [line.cells[0], next.cells[0]]
    if (
      !a ||
      !b ||
      Math.min(Math.abs(a.x - b.x), Math.abs(a.end - b.end)) > 3 ||
      a.bold !== b.bold ||
      Math.abs(a.size - b.size) > 0.3
    )
      return
    if (!looksLikeHeading(line, body) || isCaps(a.text) !== isCaps(b.text)) return
    const both = `${firstOf(line)} ${firstOf(next)}`
    const [section, whole] = [outline[i]?.section, headingOf(both)]
    const isRest = isHeadingWords(firstOf(next)) && (!outline[i + 1]?.section || (whole && next.gap < 1.7))
    if (section ? !isRest : !whole || !isHeadingWords(firstOf(line))) return
    outline[i] = { section: whole ?? section, rest: line.cells.slice(1) }
    outline[i + 1] = { section: undefined, rest: next.cells.slice(1) }
  })
}

const styleOf = (line: Line) => `${Math.round(line.size * 2)} ${line.bold} ${line.isCaps} ${line.isUnderlined}`
const marginOf = (line: Line) => `${Math.round(line.x / 3)} ${line.cells[0]?.bold} ${isCaps(firstOf(line))}`

/**
 * Adds headings of unknown words. Their style must be one that known headings have and hardly any other line has, or
 * they stand in the margin where known headings stand.
 */
function addUnknown(lines: Line[], outline: (Heading | undefined)[], body: Body): void {
  const count = (key: (line: Line) => string, isHeading: boolean) => {
    const counts = new Map<string, number>()
    lines.forEach((line, i) => {
      if (!line.isRunning && Boolean(outline[i]?.section) === isHeading)
        counts.set(key(line), (counts.get(key(line)) ?? 0) + 1)
    })
    return counts
  }
  const [headings, others] = [count(styleOf, true), count(styleOf, false)]
  const [margin, beside] = [count(marginOf, true), count(marginOf, false)]
  const misfits = new Set(lines.filter((line, i) => !outline[i] && !isShaped(firstOf(line))).map(styleOf))
  // in documents whose headings only have empty lines around them
  const isBare = (line: Line, i: number) =>
    line.cells.length === 1 && line.gap > 1.7 && (lines[i + 1]?.gap ?? 0) > 1.7 && !looksLikeHeading(line, body)
  const known = lines.flatMap((line, i) => (outline[i]?.section ? [isBare(line, i)] : []))
  const isPlain = known.length >= 2 && known.every(Boolean)
  let isBegun = false
  lines.forEach((line, i) => {
    if (outline[i]) {
      isBegun ||= outline[i]?.section !== undefined
      return
    }
    const first = firstOf(line)
    if (!isBegun || line.isRunning || line.isBullet || !isShaped(first)) return
    const isAlone = line.cells.length === 1
    const style = styleOf(line)
    const [own, alike] = [headings.get(style) ?? 0, others.get(style) ?? 0]
    const isKnown = (own >= 2 && alike <= own) || (own >= 1 && alike <= 6 && !misfits.has(style)) || line.isUnderlined
    const isSpecial = (line.isCaps && !body.isCaps) || line.size > body.size * 1.08 || line.isUnderlined
    const isDated = periodsOf(lines[i + 1]?.text ?? '').length > 0 && !line.isUnderlined && !(own >= 3 && alike <= 3)
    const isTelling = titleScore(first) >= 2.5 || companyScore(first) >= 2.5 || isSchool(first) || isDegree(first)
    const isInMargin =
      !isAlone &&
      line.bold &&
      (margin.get(marginOf(line)) ?? 0) >= 2 &&
      (beside.get(marginOf(line)) ?? 0) <= 2 &&
      isMargin(lines, outline, line)
    const isApart = isPlain && isBare(line, i) && /^\p{Lu}[^,-]+$/u.test(first)
    if (isApart && !isDated && !isTelling) outline[i] = { section: 'unknown', rest: [] }
    if ((isAlone && isKnown && isSpecial && line.gap > 1.15 && !isDated && !isTelling) || isInMargin)
      outline[i] = { section: 'unknown', rest: line.cells.slice(1) }
  })
}

/** Whether a text could be a heading: a few words without digits. */
const isShaped = (text: string) =>
  text.length <= 40 && text.split(' ').length <= 6 && /^[\p{L}&/’' ,-]+[:?!]?$/u.test(text)

/** Whether known headings beside their text begin where this line begins. */
const isMargin = (lines: Line[], outline: (Heading | undefined)[], line: Line): boolean =>
  lines.some((other, i) => {
    const [a, b] = [outline[i]?.section && other.cells[1], line.cells[1]]
    return a && b && Math.abs(other.x - line.x) < 3 && Math.abs(a.x - b.x) < 20
  })
