/** A piece of text as it stands on a page: a word or several, in one font. What every format is read into. */
export interface Span {
  /** Counted from 1. */
  page: number
  text: string
  /** The left edge, in points from the page's left. */
  x: number
  /** The base line, in points from the page's top: larger is further down. */
  y: number
  /** In points. */
  width: number
  /** The font's size in points. */
  size: number
  bold: boolean
}

/** The text of a document, in the document's own order. */
export interface DocumentText {
  spans: Span[]
  pages: number
  /** Whether a bound was met, so that the rest was not read. */
  isCut: boolean
}
