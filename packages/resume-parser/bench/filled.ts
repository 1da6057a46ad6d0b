import {
  existing,
  isIdentical,
  isSameCompany,
  isSameNumber,
  isSameText,
  isSameTitle,
  type Score,
  same,
  scoreSet,
  type Truth,
} from './score.ts'

/** The blank fields of a prospect that a resume fills, in the order of the table. */
export const FILLED = ['email', 'phone', 'city', 'state', 'postalCode', 'title', 'company', 'licenseStatus'] as const
export type Filled = (typeof FILLED)[number]

/** Scores the values that would be filled. Title and company are correct only together, as in one current job. */
export function scoreFilled(truth: Truth, filled: Partial<Record<Filled, string | null>>): Record<Filled, Score> {
  const { licenses } = truth
  const jobs = truth.work.filter(
    (job) =>
      job.isCurrent &&
      same(job.title, filled.title ?? null, isSameTitle) &&
      same(job.company, filled.company ?? null, isSameCompany),
  )
  const status = licenses.find((license) => license.status === 'licensed')?.status ?? licenses[0]?.status
  const of = (field: Filled, truths: (string | null | undefined)[], isSame = isSameText) =>
    scoreSet(existing(...truths.map((one) => one ?? null)), existing(filled[field] ?? null), isSame)
  return {
    email: of('email', truth.emails, isIdentical),
    phone: of('phone', truth.phones, isIdentical),
    city: of('city', [truth.city]),
    state: of('state', [truth.state]),
    postalCode: of('postalCode', [truth.postalCode], isSameNumber),
    title: of(
      'title',
      jobs.map(({ title }) => title),
      isSameTitle,
    ),
    company: of(
      'company',
      jobs.map(({ company }) => company),
      isSameCompany,
    ),
    licenseStatus: of('licenseStatus', [status], isIdentical),
  }
}
