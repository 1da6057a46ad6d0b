import { nameKey } from '../http/text'
import { FILLED_TOGETHER, type GroupedField } from './field-names'
import { hasEmail, hasPhone } from './match'
import type { ProspectRecord } from './prospect'
import { type Change, NO_CHANGE, type ResumeReading } from './write-request'

/**
 * The change that a reading of a resume makes: it stores the result of the reading, and fills blank fields. A value is never
 * replaced. Fields of a group are filled only if the resume agrees with the group's other values: no title next to another
 * company, no city next to another state. A field that was cleared after the upload stays blank. An email or phone is
 * written only if no other prospect has it. If the prospect has another resume by now, nothing changes.
 */
export function fillBlanks(
  change: Change & { reading: ResumeReading },
  record: ProspectRecord | undefined,
  others: ProspectRecord[],
): Change {
  const { email, phone, reading, muteWebhook } = change
  if (!record || record.resume?.key !== reading.key) return { ...NO_CHANGE, muteWebhook }
  const isFree = (has: (p: ProspectRecord) => boolean) => !others.some((p) => p.id !== record.id && has(p))
  const isBlank = (field: GroupedField | 'email' | 'phone') =>
    record[field] === null && !record.resume?.had?.includes(field)
  const e164 = phone?.e164
  const agreeing = FILLED_TOGETHER.filter((group) => group.every((f) => isBlank(f) || isSame(record[f], change[f])))
  const blanks = agreeing.flat().filter((field) => isBlank(field) && change[field])
  return {
    ...NO_CHANGE,
    muteWebhook,
    reading,
    ...(email && isBlank('email') && isFree((p) => hasEmail(p, email)) && { email }),
    ...(e164 && isBlank('phone') && isFree((p) => hasPhone(p, e164)) && { phone }),
    ...Object.fromEntries(blanks.map((field) => [field, change[field]])),
  }
}

const isSame = (a: string | null, b: string | null | undefined) => nameKey(a ?? '') === nameKey(b ?? '')
