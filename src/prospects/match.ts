import type { ProspectRecord } from './prospect'

export interface Match {
  /** Who the row is about; null: nobody that is known. */
  record: ProspectRecord | null
  matchedBy: 'email' | 'phone' | null
  /** The oldest other who has the phone, where that does not make them the same person. */
  duplicate: ProspectRecord | null
}

/**
 * Who a row is about: whoever has its email; else the oldest who has its phone, if either side has no email. Two
 * emails are two people, who may share a phone (a household, an office's main line).
 */
export function findMatch(email: string | null, phone: string | null, people: ProspectRecord[]): Match {
  const sharers = phone === null ? [] : people.filter((p) => hasPhone(p, phone)).sort((a, b) => (a.id < b.id ? -1 : 1))
  const byEmail = email === null ? undefined : people.find((p) => hasEmail(p, email))
  if (byEmail)
    return { record: byEmail, matchedBy: 'email', duplicate: sharers.find((p) => p.id !== byEmail.id) ?? null }
  const byPhone = sharers.find((p) => email === null || p.email === null)
  if (byPhone) return { record: byPhone, matchedBy: 'phone', duplicate: null }
  return { record: null, matchedBy: null, duplicate: sharers[0] ?? null }
}

/** Whether this is their email, or was that of a duplicate merged into them. */
export const hasEmail = (p: ProspectRecord, email: string): boolean =>
  p.email === email || p.aliases.emails.includes(email)

/** Likewise for a phone. */
export const hasPhone = (p: ProspectRecord, phone: string): boolean => phonesOf(p).includes(phone)

/** The phones that mean them, their own and those of duplicates merged into them. */
export const phonesOf = ({ phone, aliases }: ProspectRecord): string[] =>
  phone === null ? aliases.phones : [phone, ...aliases.phones]
