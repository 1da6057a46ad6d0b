import type { OPS as Operators } from 'unpdf/pdfjs'

/** A drawn character that is upright. Positions are in points from the page's left and top. */
export interface Glyph {
  text: string
  x: number
  y: number
  /** The distance to the next character if nothing moves it. */
  width: number
  size: number
  font: string
  bold: boolean
}

type Matrix = [number, number, number, number, number, number]

/** pdf.js's data of a font, and of a character in it. Widths are in thousandths of the font size. */
interface Font {
  name?: string
  vertical?: boolean
  isType3Font?: boolean
  fontMatrix?: Matrix
  bbox?: Matrix
}
interface FontGlyph {
  unicode: string
  width: number
  isSpace: boolean
}

/** Font names of bold fonts, including the short forms of TeX and Windows: `AAAAAA+Inter-SemiBold`, `CMBX12`. */
const BOLD = /bold|black|heavy|demi|^([A-Z]{6}\+)?(cm|sf|lm|ec)[a-z]*bx|[-,](bd|hea|bla)/i

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0]

/** The product of two matrices; `m` applies first (ISO 32000, 8.3.4). */
const multiply = (m: Matrix, n: Matrix): Matrix => [
  m[0] * n[0] + m[1] * n[2],
  m[0] * n[1] + m[1] * n[3],
  m[2] * n[0] + m[3] * n[2],
  m[2] * n[1] + m[3] * n[3],
  m[4] * n[0] + m[5] * n[2] + n[4],
  m[4] * n[1] + m[5] * n[3] + n[5],
]

/**
 * The characters that a page draws, including spaces, in drawing order. Rotated text and text outside the page are left
 * out. Follows the text operators of ISO 32000, 9.3 and 9.4.
 *
 * The text layer of pdf.js is not used: it has no fonts, and it does not distinguish the space between words from the
 * space between letters, which headings of resumes often have.
 */
export function* pageGlyphs(
  operators: { fnArray: number[]; argsArray: unknown[] },
  page: { transform: number[]; width: number; height: number },
  fonts: { has(id: string): boolean; get(id: string): Font },
  OPS: typeof Operators,
): Generator<Glyph> {
  let state = {
    ctm: page.transform as Matrix,
    font: {} as Font,
    bold: false,
    size: 0,
    charSpacing: 0,
    wordSpacing: 0,
    stretch: 1,
    leading: 0,
    rise: 0,
  }
  const saved: (typeof state)[] = []
  let line: Matrix = IDENTITY
  let text: Matrix = IDENTITY

  const setFont = (id: string, size: number) => {
    state.font = fonts.has(id) ? fonts.get(id) : {}
    state.bold = BOLD.test(state.font.name ?? '')
    state.size = size
  }
  const moveLine = (x: number, y: number) => {
    text = line = multiply([1, 0, 0, 1, x, y], line)
  }
  const advance = (by: number) => {
    text = multiply([1, 0, 0, 1, by * state.stretch, 0], text)
  }

  for (const [i, operator] of operators.fnArray.entries()) {
    const args = operators.argsArray[i] as number[]
    const [first = 0, second = 0] = args ?? []
    switch (operator) {
      case OPS.save:
        saved.push({ ...state })
        break
      case OPS.restore:
        state = saved.pop() ?? state
        break
      case OPS.transform:
        state.ctm = multiply(args as Matrix, state.ctm)
        break
      case OPS.paintFormXObjectBegin: {
        const [matrix] = operators.argsArray[i] as [Matrix | null]
        saved.push({ ...state })
        if (matrix) state.ctm = multiply(matrix, state.ctm)
        break
      }
      case OPS.paintFormXObjectEnd:
        state = saved.pop() ?? state
        break
      case OPS.beginText:
        text = line = IDENTITY
        break
      case OPS.setFont:
        setFont(...(operators.argsArray[i] as [string, number]))
        break
      case OPS.setGState: {
        const [entries] = operators.argsArray[i] as [[string, [string, number]][]]
        for (const [key, value] of entries) if (key === 'Font') setFont(...value)
        break
      }
      case OPS.setCharSpacing:
        state.charSpacing = first
        break
      case OPS.setWordSpacing:
        state.wordSpacing = first
        break
      case OPS.setHScale:
        state.stretch = first / 100
        break
      case OPS.setLeading:
        state.leading = first
        break
      case OPS.setTextRise:
        state.rise = first
        break
      case OPS.moveText:
        moveLine(first, second)
        break
      case OPS.setLeadingMoveText:
        state.leading = -second
        moveLine(first, second)
        break
      case OPS.nextLine:
        moveLine(0, -state.leading)
        break
      case OPS.setTextMatrix:
        text = line = [...(operators.argsArray[i] as [Matrix])[0]] as Matrix
        break
      case OPS.showText:
        for (const shown of (operators.argsArray[i] as [(number | FontGlyph)[]])[0]) {
          if (typeof shown === 'number') {
            advance((-shown / 1000) * state.size)
            continue
          }
          const glyph = positionOf(shown, state, multiply(text, state.ctm), page)
          if (glyph) yield glyph
          advance(
            shown.width * (state.font.fontMatrix?.[0] ?? 0.001) * state.size +
              state.charSpacing +
              (shown.isSpace ? state.wordSpacing : 0),
          )
        }
        break
    }
  }
}

/** The position of a character on the page; null if it is not upright or outside the page. */
function positionOf(
  { unicode, width }: FontGlyph,
  { font, bold, size, stretch, rise }: { font: Font; bold: boolean; size: number; stretch: number; rise: number },
  [a, b, c, d, e, f]: Matrix,
  page: { width: number; height: number },
): Glyph | null {
  const sign = Math.sign(size)
  const isUpright = a * sign > 0 && d * sign < 0 && Math.abs(b) < Math.abs(a) / 10 && !font.vertical
  const [x, y] = [e + rise * c, f + rise * d]
  if (!isUpright || x < 0 || x > page.width || y < 0 || y > page.height) return null
  return {
    text: unicode,
    x,
    y,
    width: Math.abs(width * (font.fontMatrix?.[0] ?? 0.001) * size * stretch * a),
    size: Math.abs(size * d) * emHeight(font, size),
    font: font.name ?? '',
    bold,
  }
}

/** The height of a font's em, if the font defines it: a Type 3 font may be drawn at size 1 in its own units. */
function emHeight({ isType3Font, fontMatrix, bbox }: Font, size: number): number {
  const height = (bbox?.[3] ?? 0) - (bbox?.[1] ?? 0)
  return isType3Font && Math.abs(size) <= 1 && fontMatrix && height > 0 ? height * Math.abs(fontMatrix[3]) : 1
}
