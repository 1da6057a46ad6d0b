import * as z from 'zod'
import type { UnknownReference } from '../http/errors'
import type { InputError } from '../http/factory'
import { idReference, invalid, line, nameKey, orNull, shorten, trim, url } from '../http/text'
import { toErrors } from '../http/validate'
import type { CustomField, CustomFields, FieldType, Option } from './custom-fields'

/** The values of custom fields: how they are given, stored, shown and filtered. */

/** How many characters a text or a URL can have. */
const MAX_TEXT = 2000
/** How many characters the name of an option can have, and how many options a value can list. */
export const MAX_OPTION_LENGTH = 64
const MAX_OPTIONS_GIVEN = 200
/** How many bytes of JSON the custom values of one prospect can have. An event can hold them three times. */
const MAX_BYTES = 250_000

/** A value as callers see it. The options of a multiselect are in the order of the field. */
export type Shown = string | number | boolean | string[]
/** A value as the column `custom` holds it: options by id. */
type Stored = string | number | boolean | number[]

export interface CustomValue {
  stored: Stored
  shown: Shown
  /** The pairs of the column `custom_keys`. */
  keys: [field: string, value: string | number][]
}

/** By key, in the order of keys. */
export type CustomValues = ReadonlyMap<string, CustomValue>

/** The body's `custom`: an object, whose values depend on the account. Null clears all values. */
export const customInput = z
  .custom<Record<string, unknown> | null>(
    (given) => typeof given === 'object' && !Array.isArray(given),
    invalid('wrong_type', 'This must be an object.'),
  )
  .meta({ override: { type: ['object', 'null'], additionalProperties: {} } })
  .optional()

/** Whether a text is a day of the calendar: `2026-11-30`. */
export const isDate = (s: string) => /^\d{4}-\d\d-\d\d$/.test(s) && new Date(s).toJSON()?.slice(0, 10) === s

/** The rule for the values of each type, before options are looked up. Null and '' clear a value. */
const RULES: Record<FieldType, z.ZodType<string | number | boolean | string[] | null | undefined>> = {
  text: orNull(line(MAX_TEXT)),
  number: z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER).nullable(),
  boolean: z.boolean().nullable(),
  date: orNull(
    z
      .string()
      .overwrite(trim)
      .refine((s) => s === '' || isDate(s), invalid('wrong_format', 'This must be a date, such as 2026-11-30.')),
  ),
  select: orNull(line(MAX_OPTION_LENGTH)),
  multiselect: z.array(line(MAX_OPTION_LENGTH)).max(MAX_OPTIONS_GIVEN).nullable(),
  url: orNull(url(MAX_TEXT)),
  user: orNull(idReference),
}

/** Finds an option by its name, in any case. */
export const findOption = ({ options }: Pick<CustomField, 'options'>, name: string): Option | undefined =>
  options.find((option) => nameKey(option.name) === nameKey(name))

/** The text by which a filter compares a text: without case. */
export const keyOfText = nameKey

/** The value of a field, from what the column `custom` holds. */
export function toValue({ key, type, options, filterable }: CustomField, stored: Stored): CustomValue {
  const ids = new Set<unknown>([stored].flat())
  const names = options.filter(({ id }) => ids.has(id)).map(({ name }) => name)
  const shown: Record<FieldType, () => Shown> = {
    ...{ text: asIs, number: asIs, boolean: asIs, date: asIs, url: asIs, user: asIs },
    select: () => names[0] ?? '',
    multiselect: () => names,
  }
  function asIs() {
    return stored as Shown
  }
  const compared = [stored].flat().map((one) => {
    if (type === 'text' || type === 'url') return keyOfText(String(one))
    return typeof one === 'boolean' ? String(one) : one
  })
  const keys = compared.flatMap((value): CustomValue['keys'] => [
    ...(filterable ? [[key, value] as [string, string | number]] : []),
    ...(type === 'user' ? [['', value] as [string, string | number]] : []),
  ])
  return { stored, shown: shown[type](), keys }
}

/** The values in the column `custom`. */
export const toValues = (json: string, fields: CustomFields): CustomValues =>
  new Map(
    Object.entries<Stored>(JSON.parse(json)).flatMap(([key, stored]) => {
      const field = fields.get(key)
      return field ? [[key, toValue(field, stored)] as const] : []
    }),
  )

/** The columns `custom` and `custom_keys`. */
export const toColumns = (values: CustomValues): { custom: string; customKeys: string } => ({
  custom: JSON.stringify(Object.fromEntries([...values].map(([key, { stored }]) => [key, stored]))),
  customKeys: JSON.stringify(distinct([...values.values()].flatMap(({ keys }) => keys))),
})

const distinct = (pairs: CustomValue['keys']) => [
  ...new Map(pairs.map((pair) => [JSON.stringify(pair), pair])).values(),
]

/** The values as callers see them. */
export const showValues = (values: CustomValues): Record<string, Shown> =>
  Object.fromEntries([...values].map(([key, { shown }]) => [key, shown]))

/** The keys of the values that differ. */
export const changedKeys = (before: CustomValues, after: CustomValues): string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => JSON.stringify(before.get(key)?.stored) !== JSON.stringify(after.get(key)?.stored))
    .sort()

/** The values with some of them changed; null clears a value. */
export const withValues = (before: CustomValues, changes: Iterable<[string, CustomValue | null]>): CustomValues =>
  new Map(
    [...new Map<string, CustomValue | null>([...before, ...changes])]
      .filter((entry): entry is [string, CustomValue] => entry[1] !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

/** Whether a prospect can have these values: whether they are small enough. */
export function areSmall(values: CustomValues): boolean {
  const json = JSON.stringify(showValues(values))
  return json.length * 3 <= MAX_BYTES || new TextEncoder().encode(json).length <= MAX_BYTES
}

export const customTooLarge = (pointer: string): InputError => ({
  in: 'body',
  pointer,
  code: 'too_large',
  message: `The custom values of a prospect can have at most ${MAX_BYTES / 1000} kB of JSON.`,
})

/** What a `custom` changes, or what is wrong with it. */
export interface ParsedCustom {
  /** Null clears a value. */
  changes: Map<string, CustomValue | null>
  errors: InputError[]
  /** Users that the account does not have. */
  unknown: UnknownReference[]
}

/**
 * Checks a `custom` by the fields of the account. A value that the prospect has already (`current`) is always accepted, even
 * if its option was removed. While the prospect is not known, removed options and all users are accepted. `users` are those
 * of the named users that exist.
 */
export function parseCustom(
  given: Record<string, unknown> | null,
  fields: CustomFields,
  current: CustomValues | null,
  users: { has(id: string): boolean },
): ParsedCustom {
  const parsed: ParsedCustom = { changes: new Map(), errors: [], unknown: [] }
  const live = [...fields.values()].filter(({ isDeleted }) => !isDeleted).map(({ key }) => [key, null])
  for (const [key, value] of Object.entries(given ?? Object.fromEntries(live))) {
    const field = fields.get(key)
    const fail = (issue: z.core.$ZodIssue) =>
      parsed.errors.push(...toErrors('body', { ...issue, path: ['custom', key, ...issue.path] }, { custom: given }))
    if (!field || field.isDeleted) {
      parsed.errors.push(
        ...toErrors('body', { code: 'unrecognized_keys', path: ['custom'], keys: [key], message: '' }, given),
      )
      continue
    }
    const { success, data, error } = RULES[field.type].safeParse(value)
    if (!success) {
      for (const issue of error.issues) fail(issue)
      continue
    }
    const before = current?.get(key)?.stored
    const mayHave = (option: Option) => !option.removed || !current || [before].flat().includes(option.id)
    const stored = store(field, data ?? null, mayHave, fail)
    if (field.type === 'user' && current && typeof stored === 'string' && stored !== before && !users.has(stored))
      parsed.unknown.push({ field: `custom/${key}`, value: stored })
    else if (stored !== undefined) parsed.changes.set(key, stored === null ? null : toValue(field, stored))
  }
  return parsed
}

/** The value as it is stored; null for none. Calls `fail` and returns undefined if it names an option that does not exist. */
function store(
  field: CustomField,
  value: string | number | boolean | string[] | null,
  mayHave: (option: Option) => boolean,
  fail: (issue: z.core.$ZodIssue) => void,
): Stored | null | undefined {
  if (field.type === 'number') return typeof value === 'number' ? value + 0 : null
  if (field.type !== 'select' && field.type !== 'multiselect') return value as Stored | null
  const names = [value ?? []].flat() as string[]
  const ids = names.flatMap((name, i) => {
    const option = findOption(field, name)
    if (option && mayHave(option)) return [option.id]
    const listed = field.options.filter(({ removed }) => !removed).map((one) => one.name)
    const message = `This must be one of ${shorten(listed.join(', '), 500)}.`
    fail({ code: 'custom', params: { code: 'not_allowed' }, path: Array.isArray(value) ? [i] : [], message })
    return []
  })
  if (ids.length < names.length) return undefined
  if (field.type === 'select') return ids[0] ?? null
  return ids.length > 0 ? [...new Set(ids)].sort((a, b) => a - b) : null
}

/** The ids of users that a `custom` may name. Which values are users is known only with the fields of the account. */
export const usersIn = (given: Record<string, unknown> | null | undefined): string[] =>
  Object.values(given ?? {}).flatMap((value) =>
    typeof value === 'string' && /^\s*usr_/.test(value) ? [trim(value)] : [],
  )
