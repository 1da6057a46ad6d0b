import { DOCX, MAX_RESUME, type ResumeType } from '../types'
import type { DocumentText } from './span'
import { Unreadable } from './unreadable'

/** A document with fewer letters is a scan or an empty page. */
const MIN_LETTERS = 20

/**
 * Extracts the text of a resume, with the position of each piece. The code for a format is loaded on first use, not
 * with the Worker, because pdf.js alone is five times the size of everything else.
 *
 * Every format is limited by counts, because the clock of a deployed Worker stands still while it computes.
 *
 * Awaits `pause` before each page of a PDF, so that the caller can let other work run.
 *
 * @throws {Unreadable} `unsupported` if there is no text (encrypted, a scan), `failed` if the file is damaged or
 * reaches a limit before it gives any text.
 */
export async function extractText(
  bytes: Uint8Array,
  type: ResumeType,
  pause: () => Promise<void> = async () => {},
): Promise<DocumentText> {
  if (bytes.length > MAX_RESUME) throw new Unreadable('failed', 'The file is larger than 5 MB.')
  const document = await read(bytes, type, pause)
  if (!hasLetters(document)) throw new Unreadable('unsupported', 'There is no text in it: it may be a scan.')
  return document
}

function hasLetters({ spans }: DocumentText): boolean {
  let letters = 0
  for (const { text } of spans) for (const _ of text.matchAll(/\p{L}/gu)) if (++letters === MIN_LETTERS) return true
  return false
}

async function read(bytes: Uint8Array, type: ResumeType, pause: () => Promise<void>): Promise<DocumentText> {
  switch (type) {
    case 'application/pdf':
      return (await import('./pdf')).readPdf(bytes, pause)
    case DOCX:
      return (await import('./docx')).readDocx(bytes)
    case 'text/plain':
      return (await import('./plain')).readPlain(bytes)
  }
}
