import * as z from 'zod'
import { idReference, invalid, line, lines, orNull, requiredLine, trim, url } from '../http/text'
import { fieldOf, type RequiredField, TEXT_FIELDS, type TextField, type TextValues } from './field-names'

const choice = (values: readonly string[]) =>
  z
    .string()
    .overwrite(trim)
    .refine((s) => s === '' || values.includes(s), invalid('not_allowed', `This must be one of ${values.join(', ')}.`))
    .meta({ enum: [...values, ''] })

/** How bodies give the text fields that can be null: absent leaves alone, null and '' clear. */
export const optionalTexts = Object.fromEntries(
  TEXT_FIELDS.filter((name) => !fieldOf(name).required).map((name) => [name, orNull(ruleOf(name))]),
) as { [F in Exclude<TextField, RequiredField>]: OrNull<NonNullable<TextValues[F]>> }

/** How bodies give the text fields that have a value always. */
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
