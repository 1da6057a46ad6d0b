import type { DocumentText, Span } from './span'

/** Limits that no person's document reaches, in any format. Text beyond them is not read. */
const MAX_SPANS = 50_000
const MAX_CHARACTERS = 300_000
/**
 * The maximum of characters that are examined: spaces, line ends and invisible characters are examined and not kept.
 */
export const MAX_LENGTH = 2 * MAX_CHARACTERS
export const MAX_PAGES = 30

/** Collects the spans of a document, cleaned, up to the limits. */
export class Collector {
  readonly #spans: Span[] = []
  #characters = 0
  #isFull = false

  /** Keeps a span if it has visible text, or as much of it as the limits allow. Returns false when no more is kept. */
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

  /** The text that was kept. `pages` is how many pages the document has. `isCut`: the caller left out a part of it. */
  finish(pages: number, isCut = false): DocumentText {
    return { spans: this.#spans, pages, isCut: isCut || this.#isFull || pages > MAX_PAGES }
  }
}

/**
 * A text as people see it: NFC, without ligatures, with single plain spaces, and without invisible characters
 * (controls, soft hyphens, zero-width characters, private icons of a font).
 */
const clean = (text: string): string =>
  text
    .replaceAll(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, '')
    .replaceAll(/[\ufb00-\ufb06]+/g, (ligatures) => ligatures.normalize('NFKC'))
    .replaceAll(/[\p{Z}\p{Cc}]+/gu, ' ')
    .trim()
    .normalize('NFC')
