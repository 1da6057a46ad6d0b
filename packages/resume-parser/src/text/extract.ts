import { DOCX, MAX_RESUME, type ResumeType } from '../types'
import type { DocumentText } from './span'
import { Unreadable } from './unreadable'

/** A document of fewer letters than this holds no text that is worth a look: a scan, an empty page. */
const MIN_LETTERS = 20

/**
 * Reads the text of a resume, each piece with where it stands. What reads a format is loaded when it is first needed,
 * never with the Worker: pdf.js alone is five times the rest.
 *
 * Every reader is bounded by counts, because a deployed Worker's clock stands still while it computes.
 *
 * @throws {Unreadable} `unsupported` where there is nothing to read (encrypted, a scan), `failed` where it is damaged
 * or meets a bound before it gives any text.
 */
export async function extractText(bytes: Uint8Array, type: ResumeType): Promise<DocumentText> {
  if (bytes.length > MAX_RESUME) throw new Unreadable('failed', 'The file is larger than 5 MB.')
  const document = await read(bytes, type)
  if (!hasLetters(document)) throw new Unreadable('unsupported', 'There is no text in it: it may be a scan.')
  return document
}

function hasLetters({ spans }: DocumentText): boolean {
  let letters = 0
  for (const { text } of spans) for (const _ of text.matchAll(/\p{L}/gu)) if (++letters === MIN_LETTERS) return true
  return false
}

async function read(bytes: Uint8Array, type: ResumeType): Promise<DocumentText> {
  switch (type) {
    case 'application/pdf':
      return (await import('./pdf')).readPdf(bytes)
    case DOCX:
      return (await import('./docx')).readDocx(bytes)
    case 'text/plain':
      return (await import('./plain')).readPlain(bytes)
  }
}
