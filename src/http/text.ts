import * as z from 'zod'
import type { FieldErrorCode } from './field-errors'

/**
 * The rules that every string of a request goes through (contract, "Ground rules"): trimmed; tabs and line breaks
 * are one space, or kept where a text has lines; other control characters and lone surrogates are refused; lengths
 * are counted in characters (code points), after trimming.
 */

const LINE_BREAKS = /[\t\r\n\u2028\u2029]+/g
const CONTROL = /\p{Cc}/u
const CONTROL_IN_LINES = /[^\P{Cc}\t\n]/u

/** Two control characters that JavaScript counts as white space. */
const CONTROL_SPACE = /[\v\f]/

/** As `String.trim`, which would hide a control character at an end: a text with one stays as it is, to be rejected. */
export const trim = (s: string): string => (CONTROL_SPACE.test(s) ? s : s.trim())

export const invalid = (code: FieldErrorCode, message: string) => ({ params: { code }, message })

const isText = (forbidden: RegExp) => (s: string) => s.isWellFormed() && !forbidden.test(s)
const atMost = (max: number) => (s: string) => s.length <= max || [...s].length <= max

const text = (max: number, clean: (s: string) => string, forbidden: RegExp) =>
  z
    .string()
    .overwrite(clean)
    .refine(isText(forbidden), invalid('control_character', 'Control characters and lone surrogates are not allowed.'))
    .refine(atMost(max), invalid('too_long', `This may have at most ${max} characters.`))
    .meta({ maxLength: max })

/** One line of at most `max` characters, '' included. */
export const line = (max: number) => text(max, (s) => trim(s.replace(LINE_BREAKS, ' ')), CONTROL)

/** A text with lines of its own, CRLF read as LF. */
export const lines = (max: number) => text(max, (s) => trim(s.replaceAll(/\r\n?/g, '\n')), CONTROL_IN_LINES)

/** A line that says something. */
export const requiredLine = (max: number) =>
  line(max)
    .refine((s) => s !== '', invalid('required', 'This must not be empty.'))
    .meta({ minLength: 1 })

/** For optional strings: '' says the same as null, and absent stays absent. */
export const orNull = <T extends string>(schema: z.ZodType<T, string>) =>
  schema
    .nullable()
    .transform((s) => (s || null) as Exclude<T, ''> | null)
    .optional()

/**
 * HTML's rule for an e-mail address, with letters of any script (RFC 6531), no stray dots and a dotted domain.
 * Comes out in lower case. At most 254 characters (RFC 5321, erratum 1690).
 */
export const email = line(254)
  .overwrite((s) => s.normalize('NFC').toLowerCase())
  .refine((s) => s === '' || EMAIL.test(s), invalid('wrong_format', 'This is not an e-mail address.'))

const EMAIL =
  /^(?!\.|.*\.\.)[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}(?<!\.)@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{N}][\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}]$/u

/** An http or https URL of at most `max` characters, or ''. It is kept as it is given. */
export const url = (max: number) =>
  line(max).refine(
    (s) => s === '' || (/^https?:\/\/\S+$/i.test(s) && URL.canParse(s)),
    invalid('wrong_format', 'This is not an http or https URL.'),
  )

/** An id in a body. Ids are opaque: a malformed one is an unknown one. */
export const idReference = z.string().overwrite(trim)

/** A query parameter: text that says something. */
export const parameter = (max = 1000) => requiredLine(max)

/** A query parameter that is true or false. */
export const flagParameter = (byDefault: boolean) =>
  z
    .enum(['true', 'false'], { message: 'This must be true or false.' })
    .default(byDefault ? 'true' : 'false')
    .transform((given) => given === 'true')
    .meta({ override: { type: 'boolean', enum: [true, false], default: byDefault } })

/** A text in one case, for comparing: by way of upper case, which joins ß with ss, and with σ for the final ς. */
export const foldCase = (text: string): string =>
  text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC')

/** A text in at most `max` bytes of UTF-8, without half a character. One that was cut ends in "…". */
export function shorten(text: string, max: number): string {
  const lengthIn = (bytes: number) => new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read
  return lengthIn(max) === text.length ? text : `${text.slice(0, lengthIn(max - 3))}…`
}

/** How names are compared, "in any case": equal keys are equal names. */
export const nameKey = (name: string): string => foldCase(name.normalize('NFC'))
