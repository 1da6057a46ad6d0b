import type { ParsedResume, ParsedValue } from 'resume-parser'
import type { ExtractedFields } from '../prospects/write-request'

/** The fields of a prospect that are certain in its resume. If a field has several certain values, the first one counts. */
export function extractedFrom({
  emails,
  phones,
  city,
  state,
  postalCode,
  work,
  licenses,
}: ParsedResume): ExtractedFields {
  const sure = (found: ParsedValue | null | undefined) => (found?.certainty === 'sure' ? found.value : undefined)
  const firstSure = (found: ParsedValue[]) => found.find(({ certainty }) => certainty === 'sure')?.value
  const current = work.find(({ isCurrent, certainty }) => isCurrent && certainty === 'sure')
  const license = licenses.find(({ certainty }) => certainty === 'sure')
  return {
    email: firstSure(emails),
    phone: firstSure(phones),
    title: current?.title,
    company: current?.company,
    city: sure(city),
    state: sure(state),
    postalCode: sure(postalCode),
    licenseStatus:
      licenses.find(({ status, certainty }) => certainty === 'sure' && status === 'licensed')?.status ??
      license?.status,
  }
}
