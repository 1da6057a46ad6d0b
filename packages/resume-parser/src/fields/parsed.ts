/** Where something was found, counted from 1, and how certain the rule that found it is: only what is `sure` fills blanks. */
export interface Source {
  page: number
  line: number
  certainty: 'sure' | 'likely'
}

export type Found = Source & { value: string }

/** From when to when: `YYYY-MM`, or `YYYY` where no month is told; null if it is not said. */
interface Period {
  startDate: string | null
  /** Null while `isCurrent`, too. */
  endDate: string | null
  isCurrent: boolean
}

/** What was read in a resume, as callers see it. Lists are in the order of the document, each thing once. */
export interface ParsedResume {
  name: Found | null
  /** In lower case. */
  emails: Found[]
  /** E.164. */
  phones: Found[]
  city: Found | null
  /** As it is written: `CA`, `California`. */
  state: Found | null
  postalCode: Found | null
  /** Absolute URLs: LinkedIn, a site of their own. */
  links: Found[]
  skills: Found[]
  work: (Source & Period & { title: string | null; company: string | null })[]
  education: (Source & Period & { school: string | null; degree: string | null })[]
  licenses: (Source & {
    /** As it is written: `Licensed Real Estate Salesperson`, `Series 6`. */
    name: string
    number: string | null
    /** `licensed`, or `in_progress` if it says that they are on their way. */
    status: 'licensed' | 'in_progress'
  })[]
}
