import { at, contactArea, piecesOf } from './contact'
import type { ParsedValue } from './parsed'
import type { SectionLine } from './sections'

const MAX_EMAILS = 5
const EMAIL =
  /[\p{L}\p{N}_%+'-]{1,40}(?:\.[\p{L}\p{N}_%+'-]{1,40}){0,5}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){0,4}\.[a-z]{2,18}(?![\w@-])/giu
const ROLE =
  /^(?:info|office|contact|sales|support|admin|hr|careers?|jobs?|hello|team|service|reception|noreply|no-reply|frontdesk|help|billing|claims)@/
/** Labels of other people's addresses. */
const OTHERS =
  /\b(?:office|broker|brokerage|company|manager|supervisor|assistant|reference|referee|employer|agency|spouse|emergency)\b/
/** Labels of the owner's own address. */
const OWN = /^(?:e|e-?mail|personal|email address|e-?mail address|mail|personal e-?mail|home)$/

/**
 * The owner's email addresses. `sure`: an address of the contact area that is labelled as the owner's email or is the
 * only one there; a role address (`info@`) only if no name in it is another person's. `likely`: other addresses of the
 * contact area; if it has none, an address elsewhere, except under references or work.
 */
export function emailsOf(lines: SectionLine[]): ParsedValue[] {
  const area = piecesOf(joined(contactArea(lines)))
  const found = area.flatMap((piece) => addressesIn(piece.text).map((value) => ({ value, ...piece })))
  const own = found.filter((email) => !OTHERS.test(email.label))
  const plausible = new Set(own.map((email) => email.value).filter((value) => !ROLE.test(value)))
  const list = found.map(({ value, label, line }): ParsedValue => {
    const isSure = !OTHERS.test(label) && !ROLE.test(value) && (OWN.test(label) || plausible.size === 1)
    return { value, ...at(line, isSure ? 'sure' : 'likely') }
  })
  if (list.length === 0) {
    const elsewhere = lines
      .filter((line) => line.section !== 'references' && line.section !== 'work')
      .flatMap((line) => addressesIn(line.text).map((value): ParsedValue => ({ value, ...at(line, 'likely') })))
    list.push(...elsewhere.slice(0, 1))
  }
  return once(list).slice(0, MAX_EMAILS)
}

/** Each value once. It is `sure` if one of its occurrences is. */
export function once(list: ParsedValue[]): ParsedValue[] {
  const best = new Map<string, ParsedValue>()
  for (const found of list) {
    const before = best.get(found.value)
    if (!before) best.set(found.value, found)
    else if (before.certainty === 'likely' && found.certainty === 'sure')
      best.set(found.value, { ...before, certainty: 'sure' })
  }
  return [...best.values()]
}

const addressesIn = (text: string): string[] =>
  text.includes('@')
    ? [...text.replaceAll(/ ?@ ?/g, '@').matchAll(EMAIL)]
        .map((match) => match[0].toLowerCase())
        .filter((email) => email.length <= 200)
    : []

/** Joins an address that a narrow column broke over two lines. */
function joined(lines: SectionLine[]): SectionLine[] {
  const out: SectionLine[] = []
  for (const line of lines) {
    const last = out.at(-1)
    const tail = last?.text.match(/\S{1,80}$/)?.[0] ?? ''
    const isBroken =
      last?.block === line.block &&
      ((/@[\w-]*[.-]?$/.test(tail) && /^[a-z\d-]{0,40}\.?[a-z.]{2,24}$/i.test(line.text)) ||
        (/^[a-z\d_.+-]{3,60}$/.test(tail) &&
          /^(?:\S*|[\p{L} -]{1,20}: ?\S*)$/u.test(last.text) &&
          /^[\w.+-]{0,30}@[a-z\d-]{1,40}\.[a-z.]{2,20}$/i.test(line.text) &&
          (/[._+-]$/.test(tail) || line.text.startsWith('@'))))
    if (last && isBroken) out[out.length - 1] = { ...last, text: last.text + line.text }
    else out.push(line)
  }
  return out
}
