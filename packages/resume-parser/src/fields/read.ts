import type { DocumentText } from '../text/span'
import { educationOf } from './education'
import { emailsOf } from './emails'
import { linesOf } from './layout'
import { licensesOf } from './licenses'
import { linksOf } from './links'
import { nameIn } from './name'
import type { ParsedResume } from './parsed'
import { phonesOf } from './phones'
import { placeIn } from './place'
import { sectionsOf } from './sections'
import { skillsOf } from './skills'
import { workOf } from './work'

/**
 * Reads the fields of a resume from its text. `country` is the one of phone numbers without a country code (`US`). Each field says
 * where it was found; the lines of a page are counted as they are read, column after column. It never throws, and its work grows
 * with the text, of which it reads a bounded part.
 */
export function readResume(text: DocumentText, country: string): ParsedResume {
  const lines = sectionsOf(linesOf(text))
  const emails = emailsOf(lines)
  const links = linksOf(lines)
  return {
    name: nameIn(lines, emails, links),
    emails,
    phones: phonesOf(lines, country),
    ...placeIn(lines),
    links,
    skills: skillsOf(lines),
    work: workOf(lines),
    education: educationOf(lines),
    licenses: licensesOf(lines),
  }
}
