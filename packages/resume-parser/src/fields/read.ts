import type { DocumentText } from '../text/span'
import { addressIn } from './address'
import { educationOf } from './education'
import { emailsOf } from './emails'
import { linesOf } from './layout'
import { licensesOf } from './licenses'
import { linksOf } from './links'
import { nameIn } from './name'
import type { ParsedResume } from './parsed'
import { phonesOf } from './phones'
import { sectionsOf } from './sections'
import { skillsOf } from './skills'
import { workOf } from './work'

/**
 * Extracts the fields of a resume from its text. `country` applies to phone numbers without a country code (`US`).
 *
 * Each value has its source: the page, and the line in reading order, column after column. Never throws. It reads at
 * most a bounded part of the text, and the work is proportional to that part.
 */
export function readResume(text: DocumentText, country: string): ParsedResume {
  const parts = readInParts(text, country)
  for (;;) {
    const { done, value } = parts.next()
    if (done) return value
  }
}

/** Does the same as `readResume`, and yields between its parts, so that the caller can let other work run. */
export function* readInParts(text: DocumentText, country: string): Generator<undefined, ParsedResume> {
  const unsectioned = linesOf(text)
  yield
  const lines = sectionsOf(unsectioned)
  yield
  const work = workOf(lines)
  yield
  const emails = emailsOf(lines)
  const links = linksOf(lines)
  return {
    name: nameIn(lines, emails, links),
    emails,
    phones: phonesOf(lines, country),
    ...addressIn(lines),
    links,
    skills: skillsOf(lines),
    work,
    education: educationOf(lines),
    licenses: licensesOf(lines),
  }
}
