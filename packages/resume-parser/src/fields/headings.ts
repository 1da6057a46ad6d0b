/**
 * The subject of a section. `top` is the text before the first heading, mostly name and contact. `unknown` is text
 * under a heading whose words are not recognised.
 */
export type Section =
  | 'top'
  | 'contact'
  | 'summary'
  | 'work'
  | 'education'
  | 'skills'
  | 'licenses'
  | 'references'
  | 'other'
  | 'unknown'

/** The words that name a section. If a heading has several, the first in this order decides. */
const CORE: [Section, string][] = [
  ['references', 'reference references referees referee recommendations vouch'],
  ['licenses', 'licenses licences licensing licensure licensures registrations'],
  [
    'skills',
    'skills skill competencies competences competency proficiencies proficiency expertise strengths abilities software technologies technology toolbox tools specialties specialities specializations capabilities toolkit talents aptitudes fortes proficient systems software',
  ],
  [
    'other',
    'awards award honors honours achievements accomplishments publications projects volunteer volunteering volunteerism interests hobbies affiliations affiliation memberships membership languages language community activities military coursework workshops seminars press testimonials associations organizations involvement patents presentations conferences recognition hobby clubs civic giving causes boards recognitions distinctions scholarships extracurricular extracurriculars outside production transactions listings courses assessments citizenship clearance',
  ],
  ['education', 'academic academics educational scholastic schooling'],
  ['work', 'employment employers engagements roles posts'],
  ['summary', 'summary profile objective about overview statement introduction bio biography mission goal goals pitch'],
  [
    'work',
    'experience experiences work career careers jobs positions appointments occupation occupations history track journey path trajectory',
  ],
  ['education', 'education qualifications degrees studies learning'],
  [
    'licenses',
    'certifications certification certificates credentials designations accreditations permits authorizations credentialing',
  ],
  ['contact', 'contact contacts details info information links online reach'],
  ['education', 'training'],
  ['other', 'development additional miscellaneous other'],
]
/** Words that may accompany them in a heading. */
const BESIDE = new Set(
  'a at i am have has been what where how so far to date held worked journey path record track chronological selected hold holds continuous post secondary higher formal schools now then along way great certificates licensure bring offer do use work of by roles held employers trade day other things places people a academic achievements active activities additional affiliations and applications area areas awards background banking business career certifications chronology communication community computer cont continued continuing core corporate current customer details development earlier early education estate executive experience expertise field finance financial for formal general get hard highlights history honors industry information insurance interests internship internships it job key languages leadership licence license licenses licensing life main management marketing me media memberships mortgage my notable objective of office other paid past personal previous primary prior professional professional’s profiles program programs property qualifications real recent record related relevant sales selected service skills social soft software special state statement strengths summary systems technical the tools top touch training volunteer with work working'.split(
    ' ',
  ),
)
const KIND = new Map<string, Section>()
for (const [section, words] of CORE) for (const word of words.split(' ')) KIND.set(word, section)
const RANK = new Map(CORE.flatMap(([, words], i) => words.split(' ').map((word): [string, number] => [word, i])))

/** Headings whose words alone would mean something else, or nothing. */
const PHRASES: Record<string, Section> = {
  'professional background': 'work',
  background: 'work',
  'track record': 'work',
  "where i've been": 'work',
  'where i have been': 'work',
  "what i've done": 'work',
  'what i have done': 'work',
  "places i've worked": 'work',
  'where i studied': 'education',
  'where i learned': 'education',
  'alma mater': 'education',
  school: 'education',
  schools: 'education',
  college: 'education',
  leadership: 'other',
  personal: 'other',
  'fun facts': 'other',
  qualities: 'other',
  'security clearance': 'other',
  'what i bring': 'skills',
  'what i offer': 'skills',
  'know-how': 'skills',
  'strong suits': 'skills',
  'good at': 'skills',
  'at a glance': 'summary',
  'in brief': 'summary',
  'in short': 'summary',
  chronology: 'work',
  timeline: 'work',
  'professional history': 'work',
  'work history': 'work',
  'career history': 'work',
  'career summary': 'summary',
  'career objective': 'summary',
  'career profile': 'summary',
  'career highlights': 'other',
  'career overview': 'summary',
  'professional overview': 'summary',
  'summary of qualifications': 'summary',
  'qualifications summary': 'summary',
  'key qualifications': 'summary',
  qualifications: 'education',
  'career achievements': 'other',
  'key achievements': 'other',
  'volunteer experience': 'other',
  'volunteer work': 'other',
  'military service': 'other',
  'military experience': 'work',
  'career break': 'other',
  'what i do': 'skills',
  'who i am': 'summary',
  'about me': 'summary',
  'where i have worked': 'work',
  "where i've worked": 'work',
  'my story': 'summary',
  hello: 'summary',
  'get in touch': 'contact',
  'find me online': 'contact',
  'reach me': 'contact',
  portfolio: 'contact',
  'real estate': 'work',
  internships: 'work',
  internship: 'work',
  designations: 'licenses',
  'computer software': 'skills',
  license: 'licenses',
  'professional license': 'licenses',
  'license information': 'licenses',
  'licence information': 'licenses',
  licence: 'licenses',
  'i am good at': 'skills',
  'what i am good at': 'skills',
  "what i'm good at": 'skills',
  'what i know': 'skills',
  'areas of focus': 'skills',
  'areas of practice': 'skills',
  'focus areas': 'skills',
  'work experience and skills': 'work',
}

/** The heading of a column in a table. */
export const NAMES_COLUMN =
  /^(?:name of )?(?:employer|company|organi[sz]ation|position|title|job title|role|date|period|from|to|year|location|school|institution|university|degree|qualification|major|field of study|license|number|state|status|skill|level|city|(?:main )?dutie|responsibilitie|description|note)s?(?:(?:,? |\/| and | & )(?:name|attended|received|earned|awarded|completed|obtained|graduated|location|state|major|type|held))?$/i

/** Kinds of experience that are not work. */
const NO_KIND = /^(?:customer|user|client|guest|patient|years|volunteer|community|leadership|buyer|seller)\b/

/** Whether a text has only words of headings, as the rest of a heading that was broken in two. */
export const isHeadingWords = (text: string): boolean =>
  text.length <= 40 &&
  text
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter(Boolean)
    .every((word) => KIND.has(word) || BESIDE.has(word))

/**
 * The section that a text names, if every word of it is a word of headings. The layout decides whether it is a heading.
 */
export function headingOf(text: string): Section | undefined {
  // mostly headings in two languages
  const [, one, other] = /^([^/|]{3,30})\s[/|]\s([^/|]{3,30})$/.exec(text) ?? []
  if (one && other) return headingOf(one) ?? headingOf(other)
  if (text.length > 60 || /[.@\d]/.test(text.replace(/\.$/, ''))) return undefined
  const plain = text
    .toLowerCase()
    .replaceAll('’', "'")
    .replaceAll(/\bcv\b/g, '')
    .replaceAll(/[^\p{L}' -]+/gu, ' ')
    .replaceAll(/ - |[ \t]+/g, ' ')
    .trim()
  if (Object.hasOwn(PHRASES, plain)) return PHRASES[plain]
  const words = plain.split(' ')
  if (words.length > 6) return undefined
  const core = words.filter((word) => KIND.has(word))
  const kind = /^(?:\p{L}+ (?:and )?){1,3}(experience|skills)$/u.exec(plain)?.[1]
  if (kind && words.length <= 4 && !NO_KIND.test(plain) && !core.some((word) => word !== kind)) return KIND.get(kind)
  if (core.length === 0 || !words.every((word) => KIND.has(word) || BESIDE.has(word))) return undefined
  const best = core.reduce((a, b) => ((RANK.get(b) ?? 99) < (RANK.get(a) ?? 99) ? b : a))
  return KIND.get(best)
}
