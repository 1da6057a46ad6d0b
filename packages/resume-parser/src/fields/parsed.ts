/**
 * Where a value was found, counted from 1, and how certain the rule is that found it. Only `sure` values fill blanks.
 */
export interface Source {
  page: number
  line: number
  certainty: 'sure' | 'likely'
}

export type ParsedValue = Source & { value: string }

/** `YYYY-MM`, or `YYYY` if the resume gives no month; null if it gives no date. */
interface Period {
  startDate: string | null
  /** Also null if `isCurrent`. */
  endDate: string | null
  isCurrent: boolean
}

/** The fields of a resume, as the API returns them. Lists are in document order, each value once. */
export interface ParsedResume {
  name: ParsedValue | null
  /** In lower case. */
  emails: ParsedValue[]
  /** E.164. */
  phones: ParsedValue[]
  city: ParsedValue | null
  /** As written: `CA`, `California`. */
  state: ParsedValue | null
  postalCode: ParsedValue | null
  /** Absolute URLs: LinkedIn, the owner's own site. */
  links: ParsedValue[]
  skills: ParsedValue[]
  work: (Source & Period & { title: string | null; company: string | null })[]
  education: (Source & Period & { school: string | null; degree: string | null })[]
  licenses: (Source & {
    /** As written: `Licensed Real Estate Salesperson`, `Series 6`. */
    name: string
    number: string | null
    /** `in_progress` if the resume says that the owner is working towards the licence. */
    status: 'licensed' | 'in_progress'
  })[]
}
