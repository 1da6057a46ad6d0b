import { titleScore } from './vocabulary'

/** Labels, and what the text after them is: `Employer: Acme`. */
const LABELS: ['title' | 'company' | 'note', RegExp][] = [
  ['company', /^(?:(?:name of )?(?:employer|company|organi[sz]ation|agency|firm)(?: name)?)$/i],
  ['title', /^(?:(?:job |position |official )?(?:title|position|role|designation|occupation)(?: title| held)?)$/i],
  [
    'note',
    /^(?:(?:key |main )?(?:responsibilit|dut)\p{L}+|locations?|address|dates?|from|to|period|duration|salary|(?:average )?hours(?: (?:per|a) week)?|series|(?:highest )?grade|pay plan|schedule|supervisor|phone|reason for leaving|(?:okay|ok|may we) (?:to )?contact.*|employment type|type|website|industry|(?:earlier|previous|prior|other|additional)(?: \p{L}+){1,3})$/iu,
  ],
]
/** A street: a number, a name, and a word for streets. */
const STREET =
  /^\d{1,6} (?:\S+ ){1,5}(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|boulevard|ct|way|pkwy|parkway|hwy|highway|plaza|square)\b/i

/**
 * The label of a text such as `Position: Clerk`, the text after it, and the kind of that text if the label is known.
 */
export function labelOf(text: string) {
  const [, name, rest] = /^([\p{L} ]{2,40}):\s+(?=\S)(.{1,200})$/u.exec(text) ?? []
  return name && rest ? { kind: LABELS.find(([, words]) => words.test(name))?.[0], name, rest } : undefined
}

/** Whether a text only states a place, an amount or a supervisor, so that it is neither title nor company. */
export function isNote(text: string): boolean {
  const label = labelOf(text)
  return STREET.test(text) || (label?.kind === 'note' && titleScore(label.rest) < 2.5)
}

const ASIDE =
  /^(?:[\p{L}’' ]{0,20}\b)?(?:abroad|exchange|scholarships?|fellowships?|thesis|dissertation|minors?|activities|leadership|honou?rs|awards?|memberships?|sports?|athletics|clubs?|projects?|volunteer|tutor|transfer(?:red)?)\b[\p{L} ]{0,20}(?::|\s[–—-])\s|^(?:semester|summer|year) (?:at|abroad|in)\b|^(?:recipient|winner|member|volunteer|president|treasurer|captain|tutor)\b(?:,| (?:of|at|for)\b)/iu

/** Whether a line is about the school above, though it names another: `Study abroad: Rice University`. */
export const isAboutSchool = (text: string): boolean => ASIDE.test(text)
