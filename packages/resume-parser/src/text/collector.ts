import type { DocumentText, Span } from './span'

/** What no document of a person comes near, in any format: the rest of one that does is not read. */
const MAX_SPANS = 50_000
const MAX_CHARACTERS = 300_000
/** Characters that are looked at for them: spaces, line ends and what can't be seen are read, and not kept. */
export const MAX_LENGTH = 2 * MAX_CHARACTERS
export const MAX_PAGES = 30

/** Gathers the spans of a document, cleaned, until there are too many. */
export class Collector {
  readonly #spans: Span[] = []
  #characters = 0
  #isFull = false

  /** Keeps a span if there is anything to see in it, or what there is room for. False once no more are kept. */
  add(span: Span): boolean {
    if (this.#spans.length === MAX_SPANS || this.#characters === MAX_CHARACTERS || span.page > MAX_PAGES) {
      this.#isFull = true
      return false
    }
    const beginning = span.text.slice(0, MAX_LENGTH)
    const whole = clean(beginning)
    const text = whole.slice(0, MAX_CHARACTERS - this.#characters)
    this.#isFull = text.length < whole.length || beginning.length < span.text.length
    this.#characters += text.length
    if (text) this.#spans.push({ ...span, text })
    return !this.#isFull
  }

  get isEmpty(): boolean {
    return this.#spans.length === 0
  }

  /** All that was kept, of a document of so many pages. */
  finish(pages: number, isCut = false): DocumentText {
    return { spans: this.#spans, pages, isCut: isCut || this.#isFull || pages > MAX_PAGES }
  }
}

/**
 * A text as people read it: NFC, ligatures taken apart, one kind of space and one at a time, nothing that can't be
 * seen (controls, soft hyphens, zero-width characters, a font's own icons).
 */
const clean = (text: string): string =>
  text
    .replaceAll(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, '')
    .replaceAll(/[\ufb00-\ufb06]+/g, (ligatures) => ligatures.normalize('NFKC'))
    .replaceAll(/[\p{Z}\p{Cc}]+/gu, ' ')
    .trim()
    .normalize('NFC')
