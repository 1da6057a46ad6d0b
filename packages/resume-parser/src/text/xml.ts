import { SaxesParser } from 'saxes'
import { MAX_LENGTH } from './collector'
import { decode, type Pieces } from './encoding'
import { Unreadable } from './unreadable'

const MAX_DEPTH = 200
/** More than any real tag has. */
const MAX_ATTRIBUTES = 500

export type Attributes = Record<string, string>

/**
 * Parses the XML of a document's part and calls `to` for each tag and text. Names include their prefixes. Stops when
 * `isDone` is true; it is checked before each slice.
 *
 * @throws {Unreadable} if the XML is not well-formed, declares a document type (whose entities could grow without end),
 * is nested too deeply, or has larger pieces than any document.
 */
export function walkXml(
  bytes: Pieces,
  to: {
    open(name: string, attributes: Attributes): void
    close?(name: string): void
    text?(text: string): void
    isDone?: boolean
  },
): void {
  const parser = new SaxesParser()
  let depth = 0
  let attributes = 0
  /** The characters since the last tag or attribute. */
  let length = 0
  parser.on('doctype', () => {
    throw new Unreadable('failed', 'The document declares a type of its own.')
  })
  parser.on('attribute', () => {
    length = 0
    if (++attributes > MAX_ATTRIBUTES) throw tooLarge()
  })
  parser.on('opentag', ({ name, attributes: given }) => {
    length = attributes = 0
    if (++depth > MAX_DEPTH) throw new Unreadable('failed', 'The document is nested too deeply.')
    to.open(name, given)
  })
  parser.on('closetag', ({ name }) => {
    length = 0
    depth--
    to.close?.(name)
  })
  parser.on('text', (text) => to.text?.(text))
  try {
    for (const slice of decode(bytes)) {
      if (to.isDone) break
      length += slice.length
      if (length > MAX_LENGTH) throw tooLarge()
      parser.write(slice)
    }
    if (!to.isDone) parser.close()
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable('failed', 'The document is damaged.')
  }
}

const tooLarge = () => new Unreadable('failed', 'The document has more in one piece than any resume.')
