import type { ProspectRecord } from './prospect'

export interface Match {
  /** The prospect that the request is about, or null. */
  record: ProspectRecord | null
  matchedBy: 'email' | 'phone' | null
  /** The oldest other prospect with the same phone, if it counts as another person. */
  duplicate: ProspectRecord | null
}

/**
 * Finds the prospect with this email. If there is none, finds the oldest prospect with this phone, provided that the
 * request or the prospect has no email: two emails are two people, who may share a phone (a household, a main line).
 */
export function findMatch(email: string | null, phone: string | null, candidates: ProspectRecord[]): Match {
  const withPhone =
    phone === null ? [] : candidates.filter((p) => hasPhone(p, phone)).sort((a, b) => (a.id < b.id ? -1 : 1))
  const byEmail = email === null ? undefined : candidates.find((p) => hasEmail(p, email))
  if (byEmail)
    return { record: byEmail, matchedBy: 'email', duplicate: withPhone.find((p) => p.id !== byEmail.id) ?? null }
  const byPhone = withPhone.find((p) => email === null || p.email === null)
  if (byPhone) return { record: byPhone, matchedBy: 'phone', duplicate: null }
  return { record: null, matchedBy: null, duplicate: withPhone[0] ?? null }
}

/** Whether the prospect, or a duplicate that was merged into it, has this email. */
export const hasEmail = (p: ProspectRecord, email: string): boolean =>
  p.email === email || p.aliases.emails.includes(email)

/** Whether the prospect, or a duplicate that was merged into it, has this phone. */
export const hasPhone = (p: ProspectRecord, phone: string): boolean => phonesOf(p).includes(phone)

/** The prospect's own phone, and those of duplicates that were merged into it. */
export const phonesOf = ({ phone, aliases }: ProspectRecord): string[] =>
  phone === null ? aliases.phones : [phone, ...aliases.phones]
