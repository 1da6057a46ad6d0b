import { nameKey } from '../http/text'
import { FILLED_TOGETHER, type GroupedField } from './field-names'
import { hasEmail, hasPhone } from './match'
import type { ProspectRecord } from './prospect'
import { type Change, NO_CHANGE, type ResumeReading } from './write-request'

/**
 * What of a resume that was read is to be written: how it ended, and what fills blanks of the prospect. What is there
 * always stays, and its neighbours with it: no title beside another company, no city beside another state; what was
 * cleared since the resume came stays blank. An email or phone fills a blank only if nobody of `others` has it. Nothing
 * at all, if the prospect has another resume by now.
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
  const agreed = FILLED_TOGETHER.filter((group) => group.every((f) => isBlank(f) || isSame(record[f], change[f])))
  const blanks = agreed.flat().filter((field) => isBlank(field) && change[field])
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
