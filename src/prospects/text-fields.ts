import * as z from 'zod'
import { idReference, invalid, line, lines, orNull, requiredLine, trim, url } from '../http/text'
import { fieldOf, type RequiredField, TEXT_FIELDS, type TextField, type TextValues } from './field-names'

const choice = (values: readonly string[]) =>
  z
    .string()
    .overwrite(trim)
    .refine((s) => s === '' || values.includes(s), invalid('not_allowed', `This must be one of ${values.join(', ')}.`))
    .meta({ enum: [...values, ''] })

/** The text fields of bodies that can be null. An absent field stays as it is; null and '' clear it. */
export const optionalTexts = Object.fromEntries(
  TEXT_FIELDS.filter((name) => !fieldOf(name).required).map((name) => [name, orNull(ruleOf(name))]),
) as { [F in Exclude<TextField, RequiredField>]: OrNull<NonNullable<TextValues[F]>> }

/** The text fields of bodies that cannot be null. */
export const requiredTexts = Object.fromEntries(
  TEXT_FIELDS.filter((name) => fieldOf(name).required).map((name) => [name, requiredLine(maxLengthOf(name))]),
) as Record<RequiredField, ReturnType<typeof requiredLine>>

type OrNull<T extends string> = ReturnType<typeof orNull<T>>

function ruleOf(name: TextField): z.ZodType<string, string> {
  const { type, values = [] } = fieldOf(name)
  if (type === 'reference') return idReference
  if (type === 'choice') return choice(values)
  return { line, lines, url }[type as 'line' | 'lines' | 'url'](maxLengthOf(name))
}

function maxLengthOf(name: TextField): number {
  const { maxLength } = fieldOf(name)
  if (maxLength === undefined) throw new Error(`The field ${name} needs a maxLength`)
  return maxLength
}
