import { SaxesParser } from 'saxes'
import { decodePlain } from './plain'
import { Unreadable } from './unreadable'

const MAX_DEPTH = 200
const SLICE = 64 * 1024

export type Attributes = Record<string, string>

/**
 * Walks through the XML of a document's part: names carry their prefixes. `isDone` is asked now and then, and ends it.
 *
 * @throws {Unreadable} if it isn't well-formed, declares a document type (entities of its own, which can be made to
 * grow without end), or is nested deeper than any document.
 */
export function walkXml(
  bytes: Uint8Array,
  to: {
    open(name: string, attributes: Attributes): void
    close?(name: string): void
    text?(text: string): void
    isDone?: boolean
  },
): void {
  const parser = new SaxesParser()
  let depth = 0
  parser.on('doctype', () => {
    throw new Unreadable('failed', 'The document declares a type of its own.')
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > MAX_DEPTH) throw new Unreadable('failed', 'The document is nested too deeply.')
    to.open(name, attributes)
  })
  parser.on('closetag', ({ name }) => {
    depth--
    to.close?.(name)
  })
  parser.on('text', (text) => to.text?.(text))
  try {
    const xml = decodePlain(bytes)
    for (let at = 0; at < xml.length && !to.isDone; at += SLICE) parser.write(xml.slice(at, at + SLICE))
    if (!to.isDone) parser.close()
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable('failed', 'The document is damaged.')
  }
}
