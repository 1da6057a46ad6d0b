import * as z from 'zod'
import type { FieldErrorCode } from './field-errors'

/**
 * The rules for every string of a request. Strings are trimmed. Tabs and line breaks become one space, except in texts with
 * lines. Other control characters and lone surrogates are rejected. Lengths count code points, after trimming.
 */

const LINE_BREAKS = /[\t\r\n\u2028\u2029]+/g
const CONTROL = /\p{Cc}/u
const CONTROL_IN_LINES = /[^\P{Cc}\t\n]/u

/** Two control characters that `String.trim` removes. */
const CONTROL_SPACE = /[\v\f]/

/** Trims a text. A text with a vertical tab or form feed is not trimmed, so that it is rejected even if it ends in one. */
export const trim = (s: string): string => (CONTROL_SPACE.test(s) ? s : s.trim())

/** The code and the message of a rule, for `refine`. */
export const invalid = (code: FieldErrorCode, message: string) => ({ params: { code }, message })

const isText = (forbidden: RegExp) => (s: string) => s.isWellFormed() && !forbidden.test(s)
const atMost = (max: number) => (s: string) => s.length <= max || [...s].length <= max

/** What `CONTROL_IN_LINES` and CR exclude, in a character class of any dialect of regular expressions. */
const CONTROLS = String.raw`\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F`

/** The `pattern` of a text in the document of the API. `excluded` are further characters that the text cannot contain. */
export const patternWithout = (excluded = '') => `^[^${excluded}${CONTROLS}]*$`

/** The same for a text that is not empty. */
export const requiredPatternWithout = (excluded = '') =>
  `^[^${excluded}${CONTROLS}]*[^\\s${excluded}${CONTROLS}][^${excluded}${CONTROLS}]*$`

const text = (max: number, clean: (s: string) => string, forbidden: RegExp) =>
  z
    .string()
    .overwrite(clean)
    .refine(isText(forbidden), invalid('control_character', 'Control characters and lone surrogates are not allowed.'))
    .refine(atMost(max), invalid('too_long', `This may have at most ${max} characters.`))
    .meta({ maxLength: max, pattern: patternWithout() })

/** One line of at most `max` characters; it may be empty. */
export const line = (max: number) => text(max, (s) => trim(s.replace(LINE_BREAKS, ' ')), CONTROL)

/** A text with line breaks. CRLF becomes LF. */
export const lines = (max: number) => text(max, (s) => trim(s.replaceAll(/\r\n?/g, '\n')), CONTROL_IN_LINES)

/** A line that is not empty. */
export const requiredLine = (max: number) =>
  line(max)
    .refine((s) => s !== '', invalid('required', 'This must not be empty.'))
    .meta({ minLength: 1, pattern: requiredPatternWithout() })

/** For optional strings: '' becomes null, and an absent field stays absent. */
export const orNull = <T extends string>(schema: z.ZodType<T, string>) =>
  schema
    .nullable()
    .transform((s) => (s || null) as Exclude<T, ''> | null)
    .optional()

/**
 * An email address by the rule of HTML, but with letters of any script (RFC 6531), without stray dots, and with a dot in the
 * domain. The output is in lower case. At most 254 characters (RFC 5321, erratum 1690).
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

/** An id in a body. Ids are opaque: a malformed id is an unknown id. */
export const idReference = z.string().overwrite(trim)

/** A query parameter: text that is not empty. */
export const parameter = (max = 1000) => requiredLine(max)

/** A query parameter that is a time in Unix ms. */
export const timeParameter = () =>
  parameter()
    .refine((s) => /^(\d{1,15})?$/.test(s), invalid('wrong_format', 'This must be a time in Unix milliseconds.'))
    .transform(Number)
    .meta({ override: { type: 'integer', format: 'int64', minimum: 0, maximum: 999_999_999_999_999 } })

/** A query parameter that is true or false. */
export const flagParameter = (byDefault: boolean) =>
  z
    .enum(['true', 'false'], { message: 'This must be true or false.' })
    .default(byDefault ? 'true' : 'false')
    .transform((given) => given === 'true')
    .meta({ override: { type: 'boolean', enum: [true, false], default: byDefault } })

/**
 * The metadata of a schema that takes a text or an array. The document of the API describes only the array of `items`,
 * because many generators cannot express a choice of types.
 */
export const documentedAsArray = (items: object, maxItems: number) => ({
  override({ jsonSchema }: { jsonSchema: object }) {
    Object.assign(jsonSchema, { type: 'array', items, maxItems, anyOf: undefined })
  },
})

/** Folds a text for comparison that ignores case. Upper case makes ß equal to ss; the final ς becomes σ. */
export const foldCase = (text: string): string =>
  text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC')

/** Shortens a text to at most `max` bytes of UTF-8, between characters. A shortened text ends with "…". */
export function shorten(text: string, max: number): string {
  const lengthIn = (bytes: number) => new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read
  return lengthIn(max) === text.length ? text : `${text.slice(0, lengthIn(max - 3))}…`
}

/** The key by which names are compared: names with equal keys are the same name. */
export const nameKey = (name: string): string => foldCase(name.normalize('NFC'))
