import { AnnotationMode, getDocument, InvalidPDFException, PasswordException } from 'unpdf/pdfjs'
import { Collector, MAX_PAGES } from './collector'
import { pageGlyphs } from './glyphs'
import { joinGlyphs } from './runs'
import type { DocumentText } from './span'
import { Unreadable } from './unreadable'

/** Only text is wanted, and nothing may be fetched: no image, no form, no font of the system's. */
const OPTIONS = {
  verbosity: 0,
  maxImageSize: 0,
  isOffscreenCanvasSupported: false,
  isImageDecoderSupported: false,
  useWasm: false,
  useWorkerFetch: false,
  useSystemFonts: false,
  disableFontFace: true,
  enableXfa: false,
}

/**
 * Reads the text of a PDF's first 30 pages, in the order in which it is drawn.
 *
 * @throws {Unreadable} if it needs a password, or if pdf.js can't make out its pages.
 */
export async function readPdf(bytes: Uint8Array): Promise<DocumentText> {
  const task = getDocument({ ...OPTIONS, data: bytes.slice() })
  try {
    const pdf = await task.promise
    const collector = new Collector()
    for (let number = 1; number <= Math.min(pdf.numPages, MAX_PAGES); number++) {
      const page = await pdf.getPage(number)
      const operators = await page.getOperatorList({ annotationMode: AnnotationMode.DISABLE })
      const glyphs = pageGlyphs(operators, page.getViewport({ scale: 1 }), page.commonObjs)
      for (const run of joinGlyphs(glyphs)) if (!collector.add({ page: number, ...run })) break
      page.cleanup()
    }
    return collector.finish(pdf.numPages)
  } catch (error) {
    if (error instanceof PasswordException) throw new Unreadable('unsupported', 'The PDF is encrypted.')
    if (error instanceof InvalidPDFException) throw new Unreadable('failed', 'The PDF is damaged.')
    throw error
  } finally {
    await task.destroy()
  }
}
