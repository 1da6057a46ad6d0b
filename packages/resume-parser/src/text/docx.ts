import { Collector } from './collector'
import { Flow } from './flow'
import type { DocumentText } from './span'
import { readStyles } from './styles'
import { Unreadable } from './unreadable'
import { unzip } from './zip'

/**
 * Extracts the text of a Word document (ECMA-376, part 1, 17): its headers, its body and its footers, one below the
 * other.
 *
 * @throws {Unreadable} if the zip or its XML is encrypted, damaged, or larger than any resume.
 */
export function readDocx(bytes: Uint8Array): DocumentText {
  const parts = unzip(bytes, /^word\/(document\d?|styles|header\d*|footer\d*)\.xml$/)
  const named = (name: string) => [...parts].filter(([path]) => path.includes(name)).map(([, part]) => part)
  // Word Online names it document2.xml
  const [body] = named('/document')
  if (!body) throw new Unreadable('failed', 'The document is damaged.')

  const collector = new Collector()
  const flow = new Flow(collector, readStyles(parts.get('word/styles.xml')))
  for (const part of [...named('/header'), body, ...named('/footer')]) flow.read(part)
  return collector.finish(flow.page)
}
