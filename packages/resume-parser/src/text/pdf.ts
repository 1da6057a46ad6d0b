import { Collector, MAX_PAGES } from './collector'
import { pageGlyphs } from './glyphs'
import { joinGlyphs } from './runs'
import type { DocumentText } from './span'
import { Unreadable } from './unreadable'

/** Only text is read, and nothing may be fetched: no image, no form, no system font. */
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

/** Allows 16 MiB to be unpacked, or 262,144 operators and operands. A page of a resume has ten to twenty thousand. */
const BUDGET = 64 * 1024 * 1024

/**
 * Extracts the text of a PDF's first 30 pages, in drawing order. Stops early if pdf.js does more work than any resume
 * needs. Read one document at a time, because the budget is global in pdf.js.
 *
 * @throws {Unreadable} if the PDF needs a password, if pdf.js cannot read its pages, or if the budget ends before the
 * first text.
 */
export async function readPdf(bytes: Uint8Array, pause: () => Promise<void>): Promise<DocumentText> {
  const { AnnotationMode, budget, getDocument, OPS } = await import('./pdfjs.js')
  budget.left = BUDGET
  const collector = new Collector()
  const task = getDocument({ ...OPTIONS, data: bytes.slice() })
  let failure: Unreadable | undefined
  let pages = 0
  try {
    const pdf = await task.promise
    pages = pdf.numPages
    for (let number = 1; number <= Math.min(pages, MAX_PAGES); number++) {
      await pause()
      const page = await pdf.getPage(number)
      const operators = await page.getOperatorList({ annotationMode: AnnotationMode.DISABLE })
      const glyphs = pageGlyphs(operators, page.getViewport({ scale: 1 }), page.commonObjs, OPS)
      for (const run of joinGlyphs(glyphs)) if (!collector.add({ page: number, ...run })) break
      page.cleanup()
    }
  } catch (error) {
    failure = budget.left < 0 ? TOO_MUCH : unreadable(error)
  } finally {
    await task.destroy()
  }
  if (budget.left < 0) failure = TOO_MUCH
  if (failure && collector.isEmpty) throw failure
  return collector.finish(pages, failure !== undefined)
}

const TOO_MUCH = new Unreadable('failed', 'The PDF unpacks to far more than a resume has.')

/** The error of pdf.js as a reason for the user. Throws any other error again. */
function unreadable(error: unknown): Unreadable {
  if (!(error instanceof Error && error.name.endsWith('Exception'))) throw error
  return error.name === 'PasswordException'
    ? new Unreadable('unsupported', 'The PDF is encrypted.')
    : new Unreadable('failed', 'The PDF is damaged.')
}
