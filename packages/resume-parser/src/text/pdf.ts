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

/** 16 MiB unpacked, or 262,144 operators and operands: a page of a resume has ten or twenty thousand. */
const BUDGET = 64 * 1024 * 1024

/**
 * Reads the text of a PDF's first 30 pages, in the order in which it is drawn; less where pdf.js has done more than
 * any resume asks for. One document at a time: the budget is pdf.js's own.
 *
 * @throws {Unreadable} if it needs a password, if pdf.js can't make out its pages, or if none came before the bound.
 */
export async function readPdf(bytes: Uint8Array): Promise<DocumentText> {
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

/** What an error of pdf.js says of the file; any other is thrown again. */
function unreadable(error: unknown): Unreadable {
  if (!(error instanceof Error && error.name.endsWith('Exception'))) throw error
  return error.name === 'PasswordException'
    ? new Unreadable('unsupported', 'The PDF is encrypted.')
    : new Unreadable('failed', 'The PDF is damaged.')
}
