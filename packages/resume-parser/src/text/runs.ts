import type { Glyph } from './glyphs'
import type { Span } from './span'

/** Gaps in units of the font size: a wider gap begins a word, or a new span. */
const WORD_GAP = 0.15
const SPAN_GAP = 1
/** The gap that begins a new span in a line that draws spaces elsewhere, but not in this gap: cells of a table. */
const CELL_GAP = 0.35
/** A drawn space narrower than this does not count: browsers draw a soft hyphen as such a space. */
const NO_GAP = 0.05
/** The gap of letters that are spaced on purpose, and the number of letters needed to detect it. */
const TRACKED_GAP = 0.07
const TRACKED_LETTERS = 3
/** A longer run is cut, because no line of a page is that long. */
const MAX_RUN = 2000

/** A glyph of a run on one base line. `gap` is the distance from the end of the glyph before. */
interface Piece {
  glyph: Glyph
  gap: number
  afterSpace: boolean
}

/**
 * Joins the characters of one line into spans of one weight and size, without the gap of a column between them. Words
 * are separated by drawn spaces, or by gaps that are wider than the gaps between the other letters.
 */
export function* joinGlyphs(glyphs: Iterable<Glyph>): Generator<Omit<Span, 'page'>> {
  let run: Piece[] = []
  let afterSpace = false
  for (const glyph of glyphs) {
    if (!glyph.text.trim()) {
      afterSpace = true
      continue
    }
    const last = run.at(-1)?.glyph
    const gap = last ? glyph.x - last.x - last.width : 0
    afterSpace &&= gap > NO_GAP * glyph.size
    if (last && (run.length === MAX_RUN || !continues(run, glyph, gap, afterSpace))) {
      yield* split(run)
      run = []
    }
    run.push({ glyph, gap, afterSpace })
    afterSpace = false
  }
  yield* split(run)
}

/**
 * Whether a glyph continues the run. Small capitals have two sizes: their second word looks like the beginning of the
 * first word, not like its end.
 */
function continues(run: Piece[], next: Glyph, gap: number, afterSpace: boolean): boolean {
  const [first, last] = [run[0], run.at(-1)].map((piece) => piece?.glyph) as [Glyph, Glyph]
  const size = Math.max(last.size, next.size)
  const isTouching = !afterSpace && gap < WORD_GAP * size
  const isLike = (glyph: Glyph) => glyph.font === next.font && glyph.size === next.size
  const isAlike = last.bold === next.bold && (isTouching || isLike(last) || isLike(first))
  return isAlike && Math.abs(next.y - last.y) < size / 5 && gap > -size / 2 && gap < 3 * size
}

/** Cuts a run at the gaps between columns. The usual gap between its letters is subtracted first. */
function* split(run: Piece[]): Generator<Omit<Span, 'page'>> {
  const size = Math.max(...run.map(({ glyph }) => glyph.size))
  const tracking = trackingOf(run, size)
  const unspacedGap = run.some(({ afterSpace }) => afterSpace) ? CELL_GAP : SPAN_GAP
  const wordGap = wordGapOf(run)
  let text = ''
  let first: Glyph | undefined
  let last: Glyph | undefined
  for (const { glyph, gap, afterSpace } of run) {
    const extra = gap - tracking * (afterSpace ? 2 : 1)
    if (first && last && extra > (afterSpace ? SPAN_GAP : unspacedGap) * size) {
      yield spanOf(text, first, last, size)
      text = ''
      first = undefined
    }
    if (text && (afterSpace || extra > WORD_GAP * size)) text += gap > wordGap ? ' ' : ''
    text += glyph.text
    first ??= glyph
    last = glyph
  }
  if (first && last) yield spanOf(text, first, last, size)
}

/** The gap between most letters within words: 0 unless letters are spaced. */
function trackingOf(run: Piece[], size: number): number {
  const gaps = run.flatMap(({ gap, afterSpace }, i) => (i === 0 || afterSpace ? [] : [gap])).sort((a, b) => a - b)
  const median = gaps[gaps.length >> 1] ?? 0
  return gaps.length >= TRACKED_LETTERS - 1 && median > TRACKED_GAP * size ? median : 0
}

/** The smallest gap between words if letters are separated by spaces, `J A N E   D O E`; otherwise any gap. */
function wordGapOf(run: Piece[]): number {
  const gaps = run.flatMap(({ gap, afterSpace }) => (afterSpace ? [gap] : [])).sort((a, b) => a - b)
  const wide = 1.6 * (gaps[gaps.length >> 1] ?? 0)
  const isSpread = gaps.length >= 4 && gaps.length === run.length - 1 && (gaps.at(-1) ?? 0) > wide
  return isSpread && run.every(({ glyph }) => /^\p{L}$/u.test(glyph.text)) ? wide : Number.NEGATIVE_INFINITY
}

const spanOf = (text: string, first: Glyph, last: Glyph, size: number): Omit<Span, 'page'> => ({
  text,
  x: first.x,
  y: first.y,
  width: last.x + last.width - first.x,
  size,
  bold: first.bold,
})
