/** The lines from the top in which a mail can begin, and the maximum length of a letter in lines. */
const MAX_ABOVE = 40
const MAX_LETTER = 80
const HEADER = /^(?:from|to|cc|bcc|sent|date|subject|reply-to|attachments?):(?:\s|$)/i
const FORWARDED = /^[\s>-]*(?:begin )?(?:forwarded|original) message\b/i
const DEVICE = /^\s*(?:sent from (?:my|yahoo|mail for|outlook)\b.{0,60}|get outlook for \w+)$/i
const GREETING =
  /^\s*(?:(?:dear|to whom it may concern)\b[^\d@]{0,50}|(?:hi|hello|greetings|good (?:morning|afternoon|day))(?: [^\d@]{1,40})?,)\s*$/i
const CLOSING =
  /^\s*(?:(?:yours )?sincerely|(?:kind(?:est)? |best |warm(?:est)? )?regards|best(?: wishes)?|(?:many )?thanks(?: again)?|thank you|respectfully(?: yours)?|yours (?:truly|faithfully)|cheers|cordially)[,.!]?\s*$/i

/**
 * The lines of a text without the parts of a mail around a resume: quote marks, headers, a letter above it, the
 * signature of a device. Lines that are left out are empty.
 */
export function withoutMail(lines: string[]): string[] {
  const full = lines.filter((line) => line.trim() !== '')
  const isQuoted = full.filter((line) => line.startsWith('>')).length > 0.6 * full.length
  const own = isQuoted ? lines.map((line) => line.replace(/^(?:> ?){1,9}/, '')) : [...lines]
  const top = own.slice(0, MAX_ABOVE)
  const subject = top.findIndex((line) => /^subject:/i.test(line))
  if (subject >= 0) {
    let [from, to] = [subject, subject]
    while (from > 0 && HEADER.test(own[from - 1] ?? '')) from--
    while (to + 1 < own.length && HEADER.test(own[to + 1] ?? '')) to++
    if (to > from) own.fill('', from, to + 1)
  }
  const greeting = own.slice(0, MAX_ABOVE).findIndex((line) => GREETING.test(line))
  const closing = greeting < 0 ? -1 : own.slice(greeting, greeting + MAX_LETTER).findIndex((line) => CLOSING.test(line))
  if (closing > 0) own.fill('', greeting, greeting + closing + 1)
  else if (greeting >= 0) own[greeting] = ''
  return own.map((line) => (DEVICE.test(line) || FORWARDED.test(line) ? '' : line))
}
