import type { Collector } from './collector'
import type { Pieces } from './encoding'
import type { Span } from './span'
import { type Look, readLook } from './styles'
import { type Attributes, walkXml } from './xml'

/**
 * Elements that are not part of the visible text: deleted or moved text, the second rendering of a drawing, tab stops.
 */
const SKIPPED = new Set(['w:del', 'w:moveFrom', 'mc:Fallback', 'w:tabs', 'w:pPrChange', 'w:rPrChange'])

/** Word's own limit. */
const MAX_COLUMNS = 63
/** A line with more pieces is written as several lines. */
const MAX_PIECES = 1000
const MAX_LENGTH = 50_000

const MARGIN = 72
const TAB = 36
const CHARACTER = 0.5
const LINE = 1.2

interface Position {
  page: number
  y: number
}

interface Paragraph {
  look: Look
  x: number
  line: Omit<Span, 'page' | 'y' | 'width'>[]
  /** The x of the next text. */
  cursor: number
  isApart: boolean
  /** Whether the paragraph is a list item whose bullet is not written yet. */
  isItem: boolean
}

interface Table {
  x: number
  columns: number[]
  column: number
  span: number
  top: Position
  bottom: Position
}

/**
 * Gives the text of WordprocessingML positions on pages, as a very simple printer would: lines one below the other,
 * half an em for each character, tabs every half inch, the cells of a row side by side. Pages end where the document
 * says so.
 */
export class Flow {
  page = 1
  #y = MARGIN / 2
  #skipped = 0
  #isText = false
  #run: Look & { isHidden?: boolean } = {}
  #paragraph: Paragraph
  #outer: Paragraph[] = []
  #tables: Table[] = []
  isDone = false

  constructor(
    private readonly collector: Collector,
    private readonly style: (id: string | undefined) => Look,
  ) {
    this.#paragraph = this.#newParagraph()
  }

  /** Lays out one part of the document below the text so far. */
  read(bytes: Pieces): void {
    walkXml(bytes, this)
  }

  open(name: string, attributes: Attributes): void {
    if (this.#skipped > 0 || SKIPPED.has(name)) {
      this.#skipped++
      return
    }
    const value = attributes['w:val']
    const table = this.#tables.at(-1)
    readLook(this.#run, name, attributes)
    switch (name) {
      case 'w:p':
        this.#paragraph = this.#newParagraph()
        break
      case 'w:pStyle':
        Object.assign(this.#paragraph.look, this.style(value))
        break
      case 'w:ind':
        this.#indent(points(attributes['w:left'] ?? attributes['w:start']) - points(attributes['w:hanging']))
        break
      case 'w:numPr':
        this.#paragraph.isItem = true
        this.#indent(TAB / 2)
        break
      case 'w:r':
        this.#run = { ...this.#paragraph.look }
        break
      case 'w:rStyle':
        Object.assign(this.#run, this.style(value))
        break
      case 'w:vanish':
        this.#run.isHidden = true
        break
      case 'w:t':
        this.#isText = true
        break
      case 'w:tab':
        this.#tab()
        break
      case 'w:noBreakHyphen':
        this.#write('-')
        break
      case 'w:br':
        if (attributes['w:type'] === 'page') this.#endPage()
        else this.#endLine()
        break
      case 'w:cr':
        this.#endLine()
        break
      case 'w:lastRenderedPageBreak':
        this.#endPage()
        break
      case 'w:txbxContent':
        this.#outer.push(this.#paragraph)
        break
      case 'w:tbl':
        this.#tables.push({
          x: this.#left,
          columns: [],
          column: 0,
          span: 1,
          top: this.#position,
          bottom: this.#position,
        })
        break
      case 'w:gridCol':
        if (table && table.columns.length < MAX_COLUMNS) table.columns.push(points(attributes['w:w']))
        break
      case 'w:tr':
        if (table) Object.assign(table, { column: 0, top: this.#position, bottom: this.#position })
        break
      case 'w:tc':
        if (table) {
          this.#position = table.top
          table.span = 1
        }
        break
      case 'w:gridSpan':
        if (table) table.span = Number(value) || 1
        break
    }
  }

  close(name: string): void {
    if (this.#skipped > 0) {
      this.#skipped--
      return
    }
    const table = this.#tables.at(-1)
    switch (name) {
      case 'w:t':
        this.#isText = false
        break
      case 'w:p':
        this.#endLine()
        break
      case 'w:txbxContent':
        this.#paragraph = this.#outer.pop() ?? this.#paragraph
        break
      case 'w:tc':
        if (table) {
          table.column += table.span
          if (isBelow(this.#position, table.bottom)) table.bottom = this.#position
        }
        break
      case 'w:tr':
        if (table) this.#position = table.bottom
        break
      case 'w:tbl':
        this.#tables.pop()
        break
    }
  }

  text(text: string): void {
    if (!this.#isText || this.#skipped > 0 || this.#run.isHidden) return
    let from = 0
    for (const { 0: gap, index } of text.matchAll(/\t| {3,}|$/g)) {
      if (this.isDone) return
      if (from > 0) this.#tab()
      this.#writePart(text.slice(from, index))
      from = index + gap.length
    }
  }

  get #position(): Position {
    return { page: this.page, y: this.#y }
  }

  set #position({ page, y }: Position) {
    this.page = page
    this.#y = y
  }

  /** Where lines begin: at the margin, or in the current cell. */
  get #left(): number {
    const table = this.#tables.at(-1)
    return table ? table.x + sum(table.columns.slice(0, table.column)) : MARGIN
  }

  /** Where lines must end: only the next cell is in the way. */
  get #right(): number {
    const table = this.#tables.at(-1)
    return table && table.columns.length > 1
      ? table.x + sum(table.columns.slice(0, table.column + table.span))
      : Number.POSITIVE_INFINITY
  }

  #newParagraph(): Paragraph {
    return { look: this.style(undefined), x: this.#left, line: [], cursor: this.#left, isApart: false, isItem: false }
  }

  #indent(by: number): void {
    this.#paragraph.cursor += this.#left + by - this.#paragraph.x
    this.#paragraph.x = this.#left + by
  }

  /** Writes the text between two tabs; in a cell, word by word. */
  #writePart(part: string): void {
    if (part === '' || !Number.isFinite(this.#right)) this.#write(part)
    else for (const { 0: word } of part.matchAll(/[^ ]* |[^ ]+/g)) this.#write(word)
  }

  #write(given: string): void {
    const text = this.#paragraph.isItem ? `• ${given}` : given
    const { bold = false, size = 0 } = { ...this.#paragraph.look, ...this.#run }
    const width = text.length * size * CHARACTER
    if (this.#paragraph.line.length > 0 && this.#paragraph.cursor + width > this.#right) this.#endLine()
    if (this.#paragraph.line.length > MAX_PIECES || (this.#paragraph.line.at(-1)?.text.length ?? 0) > MAX_LENGTH)
      this.#endLine()
    const { line, cursor, isApart } = this.#paragraph
    const last = line.at(-1)
    if (last && !isApart && last.bold === bold && last.size === size) last.text += text
    else line.push({ text, x: cursor, size, bold })
    Object.assign(this.#paragraph, { cursor: cursor + width, isApart: false, isItem: false })
  }

  #tab(): void {
    const { size = 0 } = this.#paragraph.look
    this.#paragraph.cursor = Math.ceil((this.#paragraph.cursor + 1.5 * size) / TAB) * TAB
    this.#paragraph.isApart = true
  }

  #endLine(): void {
    const { line, look, x } = this.#paragraph
    this.#y += LINE * Math.max(0, ...(line.length > 0 ? line : [look]).map(({ size = 0 }) => size))
    for (const { text, ...piece } of line) {
      const indent = text.length - text.trimStart().length
      const at = { ...this.#position, x: piece.x + indent * piece.size * CHARACTER }
      const span = { ...piece, ...at, text, width: text.trim().length * piece.size * CHARACTER }
      this.isDone ||= !this.collector.add(span)
    }
    Object.assign(this.#paragraph, { line: [], cursor: x, isApart: false })
  }

  /** Ends the page, unless it is empty: Word marks a forced page break twice. */
  #endPage(): void {
    if (this.#paragraph.line.length > 0) this.#endLine()
    if (this.#y > MARGIN / 2) this.#position = { page: this.page + 1, y: MARGIN / 2 }
  }
}

/** Converts Word's twentieths of a point to points. */
const points = (twips: string | undefined): number => Number(twips ?? 0) / 20 || 0

const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0)

const isBelow = (a: Position, b: Position): boolean => a.page > b.page || (a.page === b.page && a.y > b.y)
