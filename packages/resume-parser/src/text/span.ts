/** A piece of text on a page: one or more words in one font. Every format is read into spans. */
export interface Span {
  /** Counted from 1. */
  page: number
  text: string
  /** The left edge, in points from the page's left. */
  x: number
  /** The base line, in points from the page's top; larger is lower. */
  y: number
  /** In points. */
  width: number
  /** The font's size in points. */
  size: number
  bold: boolean
}

/** The text of a document, in the order of the document. */
export interface DocumentText {
  spans: Span[]
  pages: number
  /** Whether a limit was reached, so that the rest was not read. */
  isCut: boolean
}
