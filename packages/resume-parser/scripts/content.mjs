// The content of a resume, in parts that layouts print and `truthOf` reads. So each fact is written once.
import { parsePhoneNumberFromString } from 'libphonenumber-js'

/**
 * A resume, as the files under first/, second/ and held-back/ describe it:
 * - `file`: its name, without the extension; `layout`: a name of layouts.mjs; `look`: what the layout can vary;
 * - `name`, as the truth has it, and `shownName` if it is printed otherwise; `tagline`: a line under it;
 * - `contact`: a list of what `email`, `phone`, `address`, `link` and `note` make;
 * - `sections`: a list of what `summary`, `work`, `education`, `skills`, `licenses`, `lines` and `unpaid` make;
 * - `alsoLicensed`: what the tagline or the summary says of licences, as `license` takes it.
 * @typedef {Record<string, any>} Resume
 */

// --- contact ---

export const email = (text, label) => ({ kind: 'email', text, label, emails: [text.toLowerCase()] })
export const phone = (text, label) => ({ kind: 'phone', text, label, phones: [toE164(text)] })
/** `text` is printed, with its line feeds; the other parameters are the true city, state and postal code in it. */
export const address = (text, city, state = null, postalCode = null) => ({
  kind: 'address',
  text,
  place: { city, state, postalCode },
})
export const link = (text, label) => ({ kind: 'link', text, label, links: [toUrl(text)] })
/** Text among the contact data that is not in the truth: a fax, a nationality. */
export const note = (text, label) => ({ kind: 'note', text, label })

function toE164(text) {
  const number = parsePhoneNumberFromString(text.replaceAll(/\p{Cf}/gu, ''), {
    defaultCountry: 'US',
    extract: false,
  })
  if (!number?.isValid()) throw new Error(`not a valid phone: ${text}`)
  return number.number
}

const toUrl = (text) => (/^https?:/.test(text) ? text : `https://${text}`)

// --- sections ---

export const summary = (heading, text) => ({ kind: 'summary', heading, text })
export const work = (heading, ...jobs) => ({ kind: 'work', heading, jobs: jobs.flat() })
export const education = (heading, ...schools) => ({ kind: 'education', heading, schools: schools.flat() })
/** `items`: texts, or groups as `{Category: [texts]}`. */
export const skills = (heading, items) => ({
  kind: 'skills',
  heading,
  groups: Array.isArray(items) ? [['', items]] : Object.entries(items),
})
export const licenses = (heading, ...items) => ({ kind: 'licenses', heading, items: items.flat() })
/** Lines that are not in the truth: references, awards, languages, interests. */
export const lines = (heading, ...texts) => ({ kind: 'lines', heading, texts })
/** Printed like jobs, but not in the truth: volunteer work, projects. */
export const unpaid = (heading, ...jobs) => ({ kind: 'unpaid', heading, jobs })

/**
 * A job. `period` is `from/to` in `YYYY-MM` or `YYYY`, `to` may be `now`; `more` is `{place, when, url}`, where `when`
 * is printed in place of the period.
 */
export const job = (title, company, period, bullets = [], more = {}) => ({
  company,
  ...more,
  roles: [role(title, period, bullets, more.when)],
})
/** Several positions at one company, which is printed once. */
export const firm = (company, place, ...roles) => ({ company, place, roles })
export const role = (title, period, bullets = [], when = undefined) => ({ title, period, bullets, when })

/** `period` as for a job; `/2012` is a graduation. `more` is `{place, when, notes}`. */
export const school = (name, degree, period, more = {}) => ({ school: name, degree, period, ...more })

/** A line about licences, and the licences that are true: texts like `name #number`, none for a driver's licence. */
export const license = (text, ...told) => ({ text, told: told.map((name) => toLicense(name, 'licensed')) })
/** The same for a licence that the person is working towards. */
export const learning = (text, name) => ({ text, told: [toLicense(name, 'in_progress')] })

function toLicense(text, status) {
  const [name, number = null] = text.split(/ ?#/)
  return { name, number, status }
}

// --- dates ---

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const PRESS = 'Jan. Feb. March April May June July Aug. Sept. Oct. Nov. Dec.'.split(' ')

/** How to print a month of a year. */
const MONTH_STYLES = {
  short: (y, m) => `${MONTHS[m - 1].slice(0, 3)} ${y}`,
  long: (y, m) => `${MONTHS[m - 1]} ${y}`,
  caps: (y, m) => `${MONTHS[m - 1].slice(0, 3).toUpperCase()} ${y}`,
  press: (y, m) => `${PRESS[m - 1]} ${y}`,
  apostrophe: (y, m) => `${PRESS[m - 1]} ’${y.slice(2)}`,
  comma: (y, m) => `${MONTHS[m - 1]}, ${y}`,
  slash: (y, m) => `${m.padStart(2, '0')}/${y}`,
  thinSlash: (y, m) => `${Number(m)}/${y}`,
  dot: (y, m) => `${m}.${y}`,
  iso: (y, m) => `${y}-${m}`,
  yearDot: (y, m) => `${y}.${m}`,
  dashed: (y, m) => `${m}-${y}`,
  twoDigits: (y, m) => `${Number(m)}/${y.slice(2)}`,
  quote: (y, m) => `${MONTHS[m - 1].slice(0, 3)} '${y.slice(2)}`,
  of: (y, m) => `${MONTHS[m - 1]} of ${y}`,
  year: (y) => y,
}

/** A period in a style: `{month: one of MONTH_STYLES, to: the text between, now: the word}`. */
export function printPeriod(entry, { month = 'short', to = ' – ', now = 'Present' } = {}) {
  if (entry.when !== undefined) return entry.when
  const [from, until] = entry.period.split('/').map((date) => {
    if (date === 'now') return now
    const [y, m] = date.split('-')
    return m ? MONTH_STYLES[month](y, m) : y
  })
  return from === until ? from : [from, until].filter(Boolean).join(to)
}

function periodOf(entry, dates) {
  const isYear = entry.when === undefined && dates?.month === 'year'
  const [startDate, endDate] = entry.period.split('/').map((date) => (isYear ? date.replace(/-.*/, '') : date) || null)
  return { startDate, endDate: endDate === 'now' ? null : (endDate ?? null), isCurrent: endDate === 'now' }
}

// --- truth ---

/** The fields that a parser should find in the resume: a ParsedResume without sources. */
export function truthOf(resume) {
  const { look = {}, contact, sections } = resume
  const all = (kind) => sections.filter((section) => section.kind === kind)
  const place = contact.find(({ kind }) => kind === 'address')?.place
  const told = [
    ...(resume.alsoLicensed ?? []),
    ...all('licenses').flatMap(({ items }) => items),
    ...sections.flatMap((section) => section.alsoLicensed ?? []),
  ].flatMap((item) => item.told)
  return {
    name: resume.name,
    emails: contact.flatMap(({ emails = [] }) => emails),
    phones: [...new Set(contact.flatMap(({ phones = [] }) => phones))],
    city: place?.city ?? null,
    state: place?.state ?? null,
    postalCode: place?.postalCode ?? null,
    links: contact.flatMap(({ links = [] }) => links),
    skills: all('skills').flatMap(({ groups }) => groups.flatMap(([, items]) => items)),
    work: all('work').flatMap(({ jobs }) =>
      jobs.flatMap(({ company, roles }) =>
        roles.map((entry) => ({ title: entry.title, company, ...periodOf(entry, look.dates) })),
      ),
    ),
    education: all('education').flatMap(({ schools }) =>
      schools.map((entry) => {
        const { startDate, endDate } = periodOf(entry, look.schoolDates ?? look.dates)
        return { school: entry.school, degree: entry.degree, startDate, endDate }
      }),
    ),
    licenses: told.filter((item, at) => told.findIndex(({ name }) => name === item.name) === at),
  }
}
